"""What an experiment is, and a run configuration checked against it."""
