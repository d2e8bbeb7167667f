"""Belle II: published and golden numbers.

Sources: TSIM is the experiment's own trigger simulation and its validation histograms of 5000 single leptons; MENU its
trigger algebra and prescales; PLAN the design tables of the trigger (Iwasaki et al., TNS 2011); REF closed forms
and reference calculations at 10.58 GeV; TOY ideal helices through the experiment's network.  Rows with certainty M
are recalled: shown, never judged; comparisons are with numbers got in other conditions.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from trigemu.measure import belle2_detector as detector
from trigemu.measure import belle2_hardware as hardware
from trigemu.measure import belle2_physics as physics
from trigemu.measure.validate import Measured, Row
from trigemu.physics import pairs


def _predicted(
    name: str,
    quantity: str,
    value: float,
    tolerance: float,
    source: str,
    compute: Callable[[], Measured],
    unit: str = "",
    certainty: str = "I",
) -> Row:
    """Return a judged row; certainty ``R`` or ``I``."""
    return Row(
        name,
        quantity,
        value,
        tolerance,
        source,
        "R" if certainty == "R" else "I",
        "prediction",
        compute,
        unit,
    )


def _compared(
    name: str,
    quantity: str,
    value: float,
    tolerance: float,
    source: str,
    compute: Callable[[], Measured],
    unit: str = "",
) -> Row:
    return Row(name, quantity, value, tolerance, source, "I", "comparison", compute, unit)


def _recalled(
    name: str, quantity: str, value: float, tolerance: float, source: str, compute: Callable[[], Measured]
) -> Row:
    return Row(name, quantity, value, tolerance, source, "M", "prediction", compute)


def _cross_sections() -> list[Row]:
    born: tuple[tuple[pairs.PairName, float, float], ...] = (
        ("bhabha", 10.0, 286.8),
        ("bhabha", 17.0, 91.6),
        ("bhabha", 45.0, 8.733),
        ("photons", 10.0, 4.525),
        ("muons", 0.0, 0.776),
        ("taus", 0.0, 0.772),
    )
    rows = [
        _predicted(
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
        _predicted(
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
        _predicted(
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
        _predicted(
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
        _predicted(
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
        _predicted(
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


def _kinematics() -> list[Row]:
    source = "REF: tree level, mixing 1e-3"
    regions = (("b", 32.2, 128.7), ("f", 18.0, 128.7), ("", 12.4, 155.1))
    table = ((0.0, 2.8, 4.0, 6.5), (6.0, 6.3, 8.4, 12.6), (8.0, 13.5, 17.7, 26.0), (9.5, 38.9, 50.7, 73.6))
    rows = [
        _predicted(
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
        _predicted(
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
        _predicted(
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
        _predicted(
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
        _predicted(
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
        _predicted(
            "K.s", "energy in the CM", 10.5796, 0.0001, "REF", partial(physics.beams, "sqrt_s"), "GeV"
        ),
        _predicted(
            "K.bg", "beta gamma of the CM", 0.2868, 0.0001, "REF", partial(physics.beams, "betagamma")
        ),
    ]
    rates = (
        ("B pairs", 960.0, "1.2"),
        ("continuum", 2200.0, "2.8"),
        ("mu pairs, tau pairs: each", 640.0, "0.8"),
        ("Bhabha / 100", 350.0, "44 / 100"),
        ("photon pairs / 100", 19.0, "2.4 / 100"),
    )
    rows += [
        _predicted(
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


def _rules() -> list[Row]:
    stairs = ((35, 0.74), (45, 0.76), (50, 0.70), (60, 0.74), (70, 0.78), (80, 0.74), (90, 0.79))
    rows = [
        _predicted(
            f"S.typ{theta}",
            f"momentum threshold of typ at {theta} deg",
            value,
            0.01,
            "TSIM's integers, scanned",
            partial(hardware.single_track, "typ", float(theta)),
            "GeV",
        )
        for theta, value in stairs
    ]
    spans = (("typ", 0.70, 0.79), ("typ6", 0.64, 0.69), ("typ5", 0.53, 0.58), ("typ4", 0.46, 0.50))
    rows += [
        _predicted(
            f"S.{bit}{'min' if lowest else 'max'}",
            f"{'lowest' if lowest else 'highest'} threshold of {bit} over 35-125 deg",
            value,
            0.01,
            "TSIM's integers, scanned",
            partial(hardware.single_track_range, bit, lowest),
            "GeV",
        )
        for bit, low, high in spans
        for lowest, value in ((True, low), (False, high))
    ]
    rows += [
        _predicted(
            "E.spread",
            "half range of E* thresholds over barrel cells, relative",
            0.055,
            0.01,
            "table in steps of 0.1 GeV: 5-6 %",
            hardware.threshold_spread,
        ),
        _predicted(
            "L.us",
            "level-1 latency",
            4.80,
            0.005,
            "TSIM: 611 clocks of 127.2 MHz",
            partial(hardware.latency, "us"),
            "us",
            "R",
        ),
        _predicted(
            "L.data",
            "level-1 latency in data clocks",
            153.0,
            0.0,
            "the same",
            partial(hardware.latency, "data"),
        ),
        _predicted("L.turn", "turn of a bunch", 10.06, 0.005, "TSIM", hardware.revolution, "us", "R"),
        _predicted("G.wires", "sense wires", 14336.0, 0.0, "experiment's geometry", hardware.wires, "", "R"),
        _predicted(
            "G.segments", "track segments", 2336.0, 0.0, "experiment's geometry", hardware.segments, "", "R"
        ),
        _predicted("G.cells", "trigger cells", 576.0, 0.0, "TSIM", hardware.trigger_cells, "", "R"),
        _predicted(
            "M.lines",
            "outputs of the menu with a prescale",
            88.0,
            0.0,
            "MENU: 175 less 87",
            hardware.menu_lines,
            "",
            "R",
        ),
        _predicted(
            "D.fixed",
            "triggers lost to 190 ns of dead time at 30 kHz",
            0.00567,
            0.0003,
            "r d / (1 + r d)",
            partial(hardware.dead_time, "fixed"),
        ),
        _recalled(
            "D.all",
            "triggers lost to all rules of the shipped menu at 30 kHz",
            0.034,
            0.01,
            "recalled: silicon strips, six samples; 1 % is the goal",
            partial(hardware.dead_time, "all"),
        ),
    ]
    return rows


def _network() -> list[Row]:
    own = "TOY; ours is the package's own network"
    return [
        _predicted(
            "N.ideal",
            "z on ideal helices, 68 %: below 3",
            1.5,
            1.5,
            own,
            partial(hardware.network_width, "ideal"),
            "cm",
        ),
        _predicted(
            "N.flip",
            "z with left and right exchanged, 68 %: above 12",
            16.3,
            4.3,
            own,
            partial(hardware.network_width, "sides exchanged"),
            "cm",
        ),
        _predicted(
            "N.fixed",
            "largest change by fixed point: below 0.5",
            0.25,
            0.25,
            own,
            hardware.largest_change,
            "cm",
        ),
        _compared(
            "N.30",
            "z with 30 % of sides unknown, 68 %",
            4.7,
            0.94,
            "TOY: the experiment's network of 2018",
            partial(hardware.network_width, "30 % undetermined"),
            "cm",
        ),
    ]


def _chain() -> list[Row]:
    gun = "TSIM: pT 0.5-3 GeV, 35-127 deg, 20 cm each way"
    rows = [
        _predicted(
            "T.phi",
            "azimuth of the 2D finder, 68 %",
            0.0166,
            0.2 * 0.0166,
            gun,
            detector.azimuth_width,
            "rad",
            "R",
        ),
        _predicted(
            "T.w",
            "(w - 0.00449) / pT of the 2D finder, 68 %",
            0.0015,
            0.2 * 0.0015,
            gun + "; what the histogram of w - 0.00449 / pT holds",
            partial(detector.curvature_width, True),
            "",
            "R",
        ),
        _compared(
            "T.w1",
            "w - 0.00449 / pT itself",
            0.0015,
            0.2 * 0.0015,
            gun + "; see T.w",
            partial(detector.curvature_width, False),
            "1/cm",
        ),
        _predicted(
            "T.z15", "neural z within 15 cm", 0.982, 0.012, gun, partial(detector.z_within, 15.0), "", "R"
        ),
        _compared(
            "T.z",
            "neural z, 68 %",
            4.18,
            0.2 * 4.18,
            gun + "; its own networks and left/right tables, hits fully simulated",
            detector.z_width,
            "cm",
        ),
    ]
    rows += [
        _predicted(
            f"R.{bit[8:]}",
            f"mass of an A' at half height of {bit[4:].replace('_', '')}, photons",
            value,
            tolerance,
            f"E* = {energy:g} GeV; showers leak 2-4 %",
            partial(detector.mass_reach, bit),
            "GeV",
        )
        for bit, energy, value, tolerance in (
            ("ecl_lml_1", 2.0, 8.34, 0.11),
            ("ecl_lml_6", 1.0, 9.53, 0.05),
            ("ecl_lml_13", 0.5, 10.06, 0.03),
        )
    ]
    turn_ons = (
        ("electron-gun", "ehigh", "p", 1.0, 0.05, "threshold on the sum of cells"),
        ("electron-gun", "elow", "p", 0.5, 0.05, "threshold on the sum of cells"),
        ("muon-gun", "n2d", "pt", 0.3, 0.03, "edge of the Hough plane"),
        ("muon-gun", "neural", "pt", 0.3, 0.03, "edge of the Hough plane"),
        ("muon-gun", "typ", "p", 0.745, 0.045, "staircase of 0.70-0.79 GeV"),
        ("muon-gun", "klm_hit", "p", 0.6, 0.1, "Belle: muons reach the detector from 0.6 GeV on"),
        ("muon-gun", "cdcklm", "p", 0.6, 0.1, "Belle: muons reach the detector from 0.6 GeV on"),
    )
    rows += [
        _predicted(
            f"H.{bit}",
            f"half height of {bit} in {'momentum' if variable == 'p' else 'pT'}, {kind.split('-')[0]}s, 50-120 deg",
            value,
            tolerance,
            source,
            partial(detector.turn_on, kind, bit, variable),
            "GeV",
        )
        for kind, bit, variable, value, tolerance, source in turn_ons
    ]
    rows += [
        _predicted(
            "H.e",
            "ehigh, electrons above 1.5 GeV",
            1.0,
            0.005,
            "far above threshold",
            partial(detector.plateau, "electron-gun", "ehigh"),
        ),
        _compared(
            "H.y",
            "neural track, muons above 1.5 GeV",
            0.96,
            0.03,
            "collisions: all tracks above 0.3 GeV, network of 2022",
            partial(detector.plateau, "muon-gun", "neural"),
        ),
        _recalled(
            "H.klm",
            "cdcklm, muons above 1.5 GeV",
            0.895,
            0.01,
            "recalled: plateau in mu mu photon events",
            partial(detector.plateau, "muon-gun", "cdcklm"),
        ),
        _predicted(
            "A.2d",
            "2D tracks: mu+ less mu-",
            0.0,
            0.01,
            "charges alike",
            partial(detector.charge_asymmetry, "n2d"),
        ),
        _predicted(
            "A.klm",
            "cdcklm: mu+ less mu-",
            0.0,
            0.01,
            "charges alike",
            partial(detector.charge_asymmetry, "cdcklm"),
        ),
    ]
    rows += [
        _predicted(
            f"X.{mass:g}",
            f"level 1, unprescaled: mu mu X, X -> tau tau of {mass:g} GeV",
            1.0,
            0.05,
            "above 95 %, as expected of four tracks",
            partial(detector.level_one, "mumu-tautau", mass),
        )
        for mass in (4.0, 8.0)
    ]
    return rows


ROWS = (*_cross_sections(), *_kinematics(), *_rules(), *_network(), *_chain())
