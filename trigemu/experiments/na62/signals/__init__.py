"""Signals: their tables, and what makes their events."""
