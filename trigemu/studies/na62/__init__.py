"""NA62: published numbers recomputed."""
