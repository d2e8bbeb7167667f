"""BESIII: track match."""
