"""BaBar: calorimeter trigger."""
