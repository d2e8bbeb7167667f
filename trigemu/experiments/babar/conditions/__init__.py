"""BaBar: named conditions, one file for each epoch."""
