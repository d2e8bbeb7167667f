"""The ``[belle2.ecl.response]`` section: placeholder filled with the response."""

from __future__ import annotations

from trigemu.menu.schema import Model


class EclResponse(Model):
    """What the calorimeter's response needs to know."""
