"""Offline selections of NA62's searches: tracks, vertex, line to the dump, and the cuts on them."""
