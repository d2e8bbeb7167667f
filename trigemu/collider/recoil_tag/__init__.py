"""A fully reconstructed B beside a signal B with an invisible particle, and what is missing against both."""
