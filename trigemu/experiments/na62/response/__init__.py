"""From particles to digitised hits."""
