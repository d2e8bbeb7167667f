"""The neural z trigger."""
