"""The ``[babar.dct]`` section: the drift chamber's trigger."""

from __future__ import annotations

from trigemu.config.model import Model


class Tsf(Model):
    """Track segment finder."""


class Blt(Model):
    """Binary link tracker."""


class Ptd(Model):
    """High-momentum discriminator (until 2004)."""


class Dct(Model):
    """Drift-chamber trigger."""

    tsf: Tsf = Tsf()
    blt: Blt = Blt()
    ptd: Ptd = Ptd()
