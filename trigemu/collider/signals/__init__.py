"""Signals and backgrounds at 10.58 GeV."""
