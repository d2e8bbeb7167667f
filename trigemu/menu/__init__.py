"""Trigger menus: lines as expressions over named bits, prescales, dead time, and the config schema."""
