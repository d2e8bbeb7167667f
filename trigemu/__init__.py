"""trigemu: an emulator of the triggers and online selections that hunt the dark sector."""

from __future__ import annotations

__version__ = "0.1.0"
