"""What generated particles leave in a detector, and what its reconstruction makes of that."""
