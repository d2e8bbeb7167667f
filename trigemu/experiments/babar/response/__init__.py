"""BaBar: detector response and beam background."""
