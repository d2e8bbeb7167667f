"""The ``[babar.selection]`` section: online selections of the searches."""

from __future__ import annotations

from trigemu.config.model import Model

SELECTIONS = ("lambda_psid", "p_psid")
"""What a line may ask for with ``select``."""


class Selection(Model):
    """Selections beside a reconstructed B."""
