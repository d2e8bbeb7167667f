"""BESIII: the time-of-flight sub-trigger."""
