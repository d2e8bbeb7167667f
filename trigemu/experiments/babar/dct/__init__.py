"""BaBar: drift-chamber trigger: segments, links, tracks of high momentum."""
