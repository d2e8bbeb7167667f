"""BESIII: the drift chamber's sub-trigger."""
