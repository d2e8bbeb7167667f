"""A recorded run as a file that analysts open."""
