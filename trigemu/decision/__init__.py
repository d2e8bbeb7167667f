"""From a frame's trigger words to verdicts: menu, tallies, read-out, and what depends on order."""
