"""Training of the package's own networks and tables."""
