"""The drift-chamber trigger: track segments, 2D tracks, event time, short and inner tracks."""
