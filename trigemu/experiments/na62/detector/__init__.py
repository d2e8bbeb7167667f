"""Where the detectors are, and which of their cells a particle crosses."""
