"""The ``[besiii.raw]`` section: events of a raw data file."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trigemu.config.model import Model


class Raw(Model):
    """How the events of a raw data file become frames.

    When an event happened is not kept: they come at equal distances.
    """

    events_per_frame: Annotated[int, Field(ge=1, le=10_000)] = 100
    """Crossings of a frame.  Source: chosen, about 1 MiB of a file."""
