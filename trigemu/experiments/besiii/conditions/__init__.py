"""Conditions of BESIII epochs, one TOML file each."""
