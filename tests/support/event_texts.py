"""Small event files: muon pairs at Belle II's energy, as HepMC3 ascii and Les Houches text."""

from __future__ import annotations

import math
from collections.abc import Sequence

from trigemu.physics.beams import SUPERKEKB

HEPMC_HEAD = "HepMC::Version 3.02.06\nHepMC::Asciiv3-START_EVENT_LISTING\n"
HEPMC_END = "HepMC::Asciiv3-END_EVENT_LISTING\n\n"
ENERGY = 0.5 * SUPERKEKB.sqrt_s
MASS = 0.10566


def directions(n: int) -> list[tuple[float, float, float]]:
    """Return n momenta of a muon of half the energy in the CM, around the axis."""
    p = math.sqrt(ENERGY**2 - MASS**2)
    out = []
    for i in range(n):
        c, phi = 0.8 * (2 * (i + 0.5) / n - 1), 2.4 * i
        s = math.sqrt(1 - c * c)
        out.append((p * s * math.cos(phi), p * s * math.sin(phi), p * c))
    return out


def lhe(
    weights: Sequence[float] = (1.0,) * 20,
    *,
    codes: tuple[int, int] = (13, -13),
    scale: float = 1.0,
    way: int = -4,
) -> str:
    """Return events in the CM of the beams, one per weight; ``scale`` scales all momenta."""
    e = ENERGY * scale
    text = f'<LesHouchesEvents version="3.0">\n<init>\n11 -11 {e} {e} 0 0 0 0 {way} 1\n1.0e3 1.0 1.0 1\n</init>\n'
    for weight, (px, py, pz) in zip(weights, directions(len(weights)), strict=True):
        text += f"<event>\n 4 1 {weight!r} 10.58 0.0078 0.118\n"
        for code, sign in ((11, 1), (-11, -1)):
            text += f" {code} -1 0 0 0 0 0. 0. {sign * e!r} {e!r} 0. 0. 9.\n"
        for code, sign in zip(codes, (1, -1), strict=True):
            values = " ".join(repr(sign * scale * v) for v in (px, py, pz))
            text += f" {code} 1 1 2 0 0 {values} {e!r} {MASS} 0. 9.\n"
        text += "</event>\n"
    return text + "</LesHouchesEvents>\n"


def hepmc(
    weights: Sequence[Sequence[float]] = ((1.0,),) * 20,
    *,
    names: Sequence[str] = ("nominal",),
    codes: tuple[int, int] = (13, -13),
    scale: float = 1.0,
    beams: bool = True,
) -> str:
    """Return events in Belle II's laboratory, one per row of weights."""
    import numpy as np

    text = HEPMC_HEAD + ("W " + "\\|".join(names) + "\n" if names else "")
    high, low = 7.004 * scale, 4.002 * scale
    sine, cosine = math.sin(0.0415), math.cos(0.0415)
    for number, (row, (px, py, pz)) in enumerate(zip(weights, directions(len(weights)), strict=True)):
        text += f"E {number} 1 {4 if beams else 2}\nU GEV MM\n"
        text += "W " + " ".join(repr(float(w)) for w in row) + "\n" if len(row) else ""
        first = 1
        if beams:
            for k, (code, e, sign) in enumerate(((11, high, 1), (-11, low, -1)), 1):
                text += f"P {k} 0 {code} {e * sine!r} 0.0 {sign * e * cosine!r} {e!r} 0.000511 4\n"
            text += "V -1 0 [1,2]\n"
            first = 3
        p = np.array([[px, py, pz, ENERGY], [-px, -py, -pz, ENERGY]])
        for k, (code, four) in enumerate(zip(codes, SUPERKEKB.to_lab(p) * scale, strict=True)):
            values = " ".join(repr(float(v)) for v in four)
            text += f"P {first + k} {-1 if beams else 0} {code} {values} {MASS * scale!r} 1\n"
    return text + HEPMC_END
