"""Signals and backgrounds at e+e- colliders: tables, registrations, samplers."""
