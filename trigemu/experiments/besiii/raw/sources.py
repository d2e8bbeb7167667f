"""The sources of a run from a raw data file."""

from __future__ import annotations

from trigemu.experiments.besiii.raw.hardware import HARDWARE, SCHEMA
from trigemu.experiments.besiii.sources import DETECTORS, TIMING, TIMING_SCHEMA

RAW = {TIMING: TIMING_SCHEMA, **DETECTORS, HARDWARE: SCHEMA}
"""Every source with its schema: there is no truth, and nothing offline."""
