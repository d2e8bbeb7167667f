"""Belle II at SuperKEKB: the level-1 trigger and the dark-sector lines of the software trigger."""
