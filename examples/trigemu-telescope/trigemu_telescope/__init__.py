"""A new experiment (`experiment.py`) and a new NA62 trigger algorithm (`left_right.py`) for trigemu."""
