"""BESIII: the global trigger."""
