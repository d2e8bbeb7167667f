"""Rows of Belle II's table: cross-sections, kinematics, rates."""

from __future__ import annotations

import math
from functools import partial

from trigemu.measure.validate import Row
from trigemu.physics import pairs
from trigemu.studies.belle2 import physics
from trigemu.studies.belle2.rows import predicted


def cross_sections() -> list[Row]:
    """Return rows of cross-sections: pairs, photon and A', radiation, mu mu X."""
    born: tuple[tuple[pairs.PairName, float, float], ...] = (
        ("bhabha", 10.0, 286.8),
        ("bhabha", 17.0, 91.6),
        ("bhabha", 45.0, 8.733),
        ("photons", 10.0, 4.525),
        ("muons", 0.0, 0.776),
        ("taus", 0.0, 0.772),
    )
    rows = [
        predicted(
            f"B1.{name}{angle:g}",
            f"Born cross-section of {name}"
            + (f", {angle:g}-{180 - angle:g} deg" if angle else ", all angles"),
            value,
            0.005 * value,
            "REF: lowest order, closed form",
            partial(physics.born_nb, name, angle),
            "nb",
        )
        for name, angle, value in born
    ]
    edge = math.cos(math.radians(10.0))
    rows += [
        predicted(
            f"B2.{mass}{label}",
            f"photon A', unit mixing, {mass} GeV, {where}",
            value,
            0.002 * value,
            "REF: closed form, checked against Dirac traces",
            partial(physics.photon_vector_pb, float(mass), cosine),
            "pb",
        )
        for mass, *values in (
            (0, 1830.3, 9049.7),
            (1, 1872.1, 9173.3),
            (5, 3277.5, 13551.7),
            (8, 9400.6, 34161.0),
        )
        for label, where, cosine, value in zip(
            ("b", ""), ("|cos| < 0.6", "10-170 deg"), (0.6, edge), values, strict=True
        )
    ]
    rows += [
        predicted(
            f"B4.{x:g}",
            f"radiation takes less than {x:g} of s",
            value,
            0.005 * value,
            "REF: leading logarithm",
            partial(physics.radiation, x),
        )
        for x, value in ((1e-4, 0.447), (1e-2, 0.668), (0.1, 0.817), (0.2, 0.868))
    ]
    zprime = (
        (0.1, 5725.0),
        (0.212, 3804.0),
        (0.5, 2033.0),
        (1.0, 998.7),
        (2.0, 347.3),
        (4.0, 54.5),
        (8.0, 0.3082),
    )
    rows += [
        predicted(
            f"C.Z{mass:g}",
            f"mu mu Z' of {mass:g} GeV, coupling 0.1",
            value,
            0.01 * value,
            "REF: massive trace, Monte Carlo of 0.3-0.7 %",
            partial(physics.lepton_boson_fb, mass, "vector"),
            "fb",
        )
        for mass, value in zprime
    ]
    rows += [
        predicted(
            f"C.S{mass:g}",
            f"mu mu S of {mass:g} GeV, coupling 0.1",
            value,
            0.01 * value,
            "REF: massive trace",
            partial(physics.lepton_boson_fb, mass, "scalar"),
            "fb",
        )
        for mass, value in ((0.5, 205.7), (1.0, 134.2), (4.0, 16.41))
    ]
    rows += [
        predicted(
            f"C.Z{mass:g}m",
            f"the same for Z' of {mass:g} GeV, massless muons",
            value,
            0.002 * value,
            "REF: closed form",
            partial(physics.massless_boson_fb, mass, "vector"),
            "fb",
        )
        for mass, value in ((0.5, 2046.0), (1.0, 1002.0), (4.0, 54.65))
    ]
    return rows


def kinematics() -> list[Row]:
    """Return rows of energies, angles and rates."""
    source = "REF: tree level, mixing 1e-3"
    regions = (("b", 32.2, 128.7), ("f", 18.0, 128.7), ("", 12.4, 155.1))
    table = ((0.0, 2.8, 4.0, 6.5), (6.0, 6.3, 8.4, 12.6), (8.0, 13.5, 17.7, 26.0), (9.5, 38.9, 50.7, 73.6))
    rows = [
        predicted(
            f"K.{mass:g}{label}",
            f"photon A' of {mass:g} GeV, {low:g}-{high:g} deg in the laboratory",
            value,
            0.03 * value,
            source,
            partial(physics.barrel_fb, mass, low, high),
            "fb",
        )
        for mass, *values in table
        for (label, low, high), value in zip(regions, values, strict=True)
    ]
    rows += [
        predicted(
            "K.6g",
            "photon A' of 6 GeV, 32.2-128.7 deg, generated events",
            6.3,
            0.03 * 6.3,
            source,
            partial(physics.barrel_sampled_fb, 6.0, 32.2, 128.7),
            "fb",
        )
    ]
    rows += [
        predicted(
            f"K.E{mass:g}",
            f"photon's energy in the CM beside an A' of {mass:g} GeV",
            value,
            0.001,
            source,
            partial(physics.photon_energy, mass),
            "GeV",
        )
        for mass, value in ((0.0, 5.290), (4.0, 4.534), (8.0, 2.265), (9.5, 1.025))
    ]
    rows += [
        predicted(
            f"K.lab{theta:g}",
            f"laboratory energy of a photon of 1 GeV in the CM at {theta:g} deg",
            value,
            0.0075,
            "REF: boost of the beams (7.004 and 4.002 GeV, 83 mrad)",
            partial(physics.laboratory_scale, theta),
            "GeV",
        )
        for theta, value in ((15.0, 1.31), (60.0, 1.12), (90.0, 0.96), (130.0, 0.82), (145.0, 0.78))
    ]
    rows += [
        predicted(
            f"K.B{mass:g}",
            f"p* of S of {mass:g} GeV in B+ -> K+ S",
            value,
            0.002,
            "REF",
            partial(physics.b_momentum, mass),
            "GeV",
        )
        for mass, value in ((0.3, 2.608), (1.0, 2.520), (2.5, 2.011), (4.0, 1.036))
    ]
    rows += [
        predicted("K.s", "energy in the CM", 10.5796, 0.0001, "REF", partial(physics.beams, "sqrt_s"), "GeV"),
        predicted("K.bg", "beta gamma of the CM", 0.2868, 0.0001, "REF", partial(physics.beams, "betagamma")),
    ]
    rates = (
        ("B pairs", 960.0, "1.2"),
        ("continuum", 2200.0, "2.8"),
        ("mu pairs, tau pairs: each", 640.0, "0.8"),
        ("Bhabha / 100", 350.0, "44 / 100"),
        ("photon pairs / 100", 19.0, "2.4 / 100"),
    )
    rows += [
        predicted(
            f"P.{place}",
            f"{what}: events made per second at 8e35",
            value,
            max(0.02 * value, 1.0),
            f"PLAN: {nb} nb",
            partial(physics.rate, place),
            "Hz",
        )
        for place, (what, value, nb) in enumerate(rates)
    ]
    return rows
