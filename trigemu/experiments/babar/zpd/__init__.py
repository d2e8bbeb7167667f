"""BaBar: tracks with their place along the beam (from 2004)."""
