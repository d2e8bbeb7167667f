"""The global reconstruction logic: matching between detectors."""
