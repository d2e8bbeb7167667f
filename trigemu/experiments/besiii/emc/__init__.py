"""BESIII: the calorimeter's sub-trigger."""
