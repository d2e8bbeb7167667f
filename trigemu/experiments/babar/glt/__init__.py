"""BaBar: global trigger."""
