"""Published and golden numbers, displays and training, experiment by experiment."""
