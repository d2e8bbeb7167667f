"""Belle II: published numbers recomputed, pictures of crossings."""
