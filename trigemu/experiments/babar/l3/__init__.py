"""BaBar: software trigger and the filters after it."""
