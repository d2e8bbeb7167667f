"""The processes of a run: thin shells that run a core against the real world."""
