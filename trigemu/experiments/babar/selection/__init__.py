"""BaBar: online selections of the searches."""
