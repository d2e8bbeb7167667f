"""Which particles a file leaves in the end, and whether detectors can know what to do with them.

Quarks, gluons and what they make before hadrons are no final state: such a file has not gone through a shower and
hadronisation.  Hadrons that decay before they reach a detector must be decayed by the generator; taus and neutral
pions are decayed here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np

from trigemu.arrays import I32, I64
from trigemu.errors import InputError
from trigemu.physics import constants
from trigemu.physics.pdg import INVISIBLE, is_nucleus

SEEN = frozenset((11, 13, 15, 22, 111, 211, 321, 130, 2212, 2112))
"""Absolute codes of what detector models follow: e, mu, tau (decayed here), photon, pi0 (decayed here), charged pi and
K, K_L, p, n; nuclei besides."""

DARK = frozenset(
    (
        *range(51, 61),
        constants.A_PRIME,
        constants.DARK_HIGGS,
        constants.DARK_FERMION,
        constants.SCALAR,
        constants.AXION,
        constants.HEAVY_NEUTRINO,
    )
)
"""Codes of invisible new particles: those that PDG sets aside for dark matter, and the package's own."""

_DIQUARK = frozenset(
    1000 * first + 100 * second + spin
    for first in range(1, 6)
    for second in range(1, first + 1)
    for spin in (1, 3)
)
_PARTONS = frozenset((*range(1, 9), 9, 21, 81, 82, 83, 84, 85, 86, 87, 88, 89, 90, 91, 92, 93, 94)) | _DIQUARK


@dataclass(slots=True)
class FinalCodes:
    """Codes in final states that are not among `SEEN`; grows while a file is read.

    Attributes
    ----------
    found
        Code -> how many, and the first event.
    """

    found: dict[int, tuple[int, int]] = field(default_factory=dict)

    def add(self, pdg: I32 | I64, event: I64, first_event: int) -> None:
        """Count particles of consecutive events that begin with number ``first_event``."""
        for code in np.unique(pdg).tolist():
            if abs(code) not in SEEN and abs(code) not in INVISIBLE:
                where = np.flatnonzero(pdg == code)
                before, first = self.found.get(code, (0, first_event + int(event[where[0]])))
                self.found[code] = before + len(where), first


def check_partons(name: str, codes: FinalCodes) -> None:
    """Refuse a file (``name`` in messages) with a final quark, gluon, diquark, cluster or string."""
    for code, (count, event) in _in_order(codes):
        if abs(code) in _PARTONS:
            kind = "gluon" if abs(code) in (9, 21) else "quark" if abs(code) < 9 else "parton"
            raise InputError(
                f"{name}: event {event} has a final {kind} (PDG code {code}; {count} such in the file): shower and "
                "hadronise the events first, partons leave nothing in a detector"
            )


def check_codes(name: str, codes: FinalCodes, invisible: Collection[int] = ()) -> None:
    """Refuse a file whose final states hold particles that no detector model knows.

    Parameters
    ----------
    name
        What messages call the file.
    codes
        What its events leave.
    invisible
        Absolute codes that are known to leave no trace, besides neutrinos and `DARK`.

    Raises
    ------
    InputError
        See `check_partons`; or a code is neither known nor said to be invisible.
    """
    check_partons(name, codes)
    for code, (count, event) in _in_order(codes):
        if abs(code) in DARK or abs(code) in invisible or is_nucleus(code):
            continue
        hadron = 100 < abs(code) < 1_000_000
        hint = (
            "let the generator decay it" if hadron else f"set invisible = [{abs(code)}] if it leaves no trace"
        )
        raise InputError(
            f"{name}: event {event} has a final particle with PDG code {code} ({count} such in the file), which "
            f"detectors here do not know: {hint}"
        )


def _in_order(codes: FinalCodes) -> list[tuple[int, tuple[int, int]]]:
    return sorted(codes.found.items(), key=lambda item: (item[1][1], item[0]))
