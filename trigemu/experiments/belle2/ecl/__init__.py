"""The calorimeter trigger and the response of its cells."""
