"""The cores: plain state machines; messages in, instructions out; no socket, clock or sleep inside."""
