"""The experiments and what they have in common."""
