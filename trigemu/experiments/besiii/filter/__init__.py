"""BESIII: the event filter."""
