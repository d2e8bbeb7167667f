"""Configurations: the base of all models, checks whose errors name file and line, overrides."""
