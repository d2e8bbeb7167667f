"""Connections between the processes of a run: sockets, keys, and a role's link to control."""
