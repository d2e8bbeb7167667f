"""BESIII: detector response and beam background."""
