"""Rows of Belle II's table: rules of the trigger, its network, single particles through the whole chain."""

from __future__ import annotations

from functools import partial

from trigemu.measure.validate import Row
from trigemu.studies.belle2 import detector, hardware, menu
from trigemu.studies.belle2.rows import compared, predicted, recalled


def rules() -> list[Row]:
    """Return rows of thresholds, tables, latency and dead time."""
    stairs = ((35, 0.74), (45, 0.76), (50, 0.70), (60, 0.74), (70, 0.78), (80, 0.74), (90, 0.79))
    rows = [
        predicted(
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
        predicted(
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
        predicted(
            "E.spread",
            "half range of E* thresholds over barrel cells, relative",
            0.055,
            0.01,
            "table in steps of 0.1 GeV: 5-6 %",
            hardware.threshold_spread,
        ),
        predicted(
            "L.us",
            "level-1 latency",
            4.80,
            0.005,
            "TSIM: 611 clocks of 127.2 MHz",
            partial(hardware.latency, "us"),
            "us",
            "R",
        ),
        predicted(
            "L.data",
            "level-1 latency in data clocks",
            153.0,
            0.0,
            "the same",
            partial(hardware.latency, "data"),
        ),
        predicted("L.turn", "turn of a bunch", 10.06, 0.005, "TSIM", hardware.revolution, "us", "R"),
        predicted("G.wires", "sense wires", 14336.0, 0.0, "experiment's geometry", hardware.wires, "", "R"),
        predicted(
            "G.segments", "track segments", 2336.0, 0.0, "experiment's geometry", hardware.segments, "", "R"
        ),
        predicted("G.cells", "trigger cells", 576.0, 0.0, "TSIM", hardware.trigger_cells, "", "R"),
        predicted(
            "M.lines",
            "outputs of the menu with a prescale",
            88.0,
            0.0,
            "MENU: 175 less 87",
            hardware.menu_lines,
            "",
            "R",
        ),
        predicted(
            "D.fixed",
            "triggers lost to 190 ns of dead time at 30 kHz",
            0.00567,
            0.0003,
            "r d / (1 + r d)",
            partial(hardware.dead_time, "fixed"),
        ),
        recalled(
            "D.all",
            "triggers lost to all rules of the shipped menu at 30 kHz",
            0.034,
            0.01,
            "recalled: silicon strips, six samples; 1 % is the goal",
            partial(hardware.dead_time, "all"),
        ),
    ]
    return rows


def network() -> list[Row]:
    """Return rows of the neural network on ideal helices."""
    own = "TOY; ours is the package's own network"
    return [
        predicted(
            "N.ideal",
            "z on ideal helices, 68 %: below 3",
            1.5,
            1.5,
            own,
            partial(hardware.network_width, "ideal"),
            "cm",
        ),
        predicted(
            "N.flip",
            "z with left and right exchanged, 68 %: above 12",
            16.3,
            4.3,
            own,
            partial(hardware.network_width, "sides exchanged"),
            "cm",
        ),
        predicted(
            "N.fixed",
            "largest change by fixed point: below 0.5",
            0.25,
            0.25,
            own,
            hardware.largest_change,
            "cm",
        ),
        compared(
            "N.30",
            "z with 30 % of sides unknown, 68 %",
            4.7,
            0.94,
            "TOY: the experiment's network of 2018",
            partial(hardware.network_width, "30 % undetermined"),
            "cm",
        ),
    ]


def chain() -> list[Row]:
    """Return rows of single particles and signals through response and level 1."""
    gun = "TSIM: pT 0.5-3 GeV, 35-127 deg, 20 cm each way"
    rows = [
        predicted(
            "T.phi",
            "azimuth of the 2D finder, 68 %",
            0.0166,
            0.2 * 0.0166,
            gun,
            detector.azimuth_width,
            "rad",
            "R",
        ),
        predicted(
            "T.w",
            "(w - 0.00449) / pT of the 2D finder, 68 %",
            0.0015,
            0.2 * 0.0015,
            gun + "; what the histogram of w - 0.00449 / pT holds",
            partial(detector.curvature_width, True),
            "",
            "R",
        ),
        compared(
            "T.w1",
            "w - 0.00449 / pT itself",
            0.0015,
            0.2 * 0.0015,
            gun + "; see T.w",
            partial(detector.curvature_width, False),
            "1/cm",
        ),
        predicted(
            "T.z15", "neural z within 15 cm", 0.982, 0.012, gun, partial(detector.z_within, 15.0), "", "R"
        ),
        compared(
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
        predicted(
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
        predicted(
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
        predicted(
            "H.e",
            "ehigh, electrons above 1.5 GeV",
            1.0,
            0.005,
            "far above threshold",
            partial(detector.plateau, "electron-gun", "ehigh"),
        ),
        compared(
            "H.y",
            "neural track, muons above 1.5 GeV",
            0.96,
            0.03,
            "collisions: all tracks above 0.3 GeV, network of 2022",
            partial(detector.plateau, "muon-gun", "neural"),
        ),
        recalled(
            "H.klm",
            "cdcklm, muons above 1.5 GeV",
            0.895,
            0.01,
            "recalled: plateau in mu mu photon events",
            partial(detector.plateau, "muon-gun", "cdcklm"),
        ),
        predicted(
            "A.2d",
            "2D tracks: mu+ less mu-",
            0.0,
            0.01,
            "charges alike",
            partial(detector.charge_asymmetry, "n2d"),
        ),
        predicted(
            "A.klm",
            "cdcklm: mu+ less mu-",
            0.0,
            0.01,
            "charges alike",
            partial(detector.charge_asymmetry, "cdcklm"),
        ),
    ]
    rows += [
        predicted(
            f"X.{mass:g}",
            f"level 1, unprescaled: mu mu X, X -> tau tau of {mass:g} GeV",
            1.0,
            0.05,
            "above 95 %, as expected of four tracks",
            partial(detector.level_one, "mumu-tautau", mass),
        )
        for mass in (4.0, 8.0)
    ]
    rows += [
        predicted(
            "T.t0",
            "event time of the track trigger, mu mu X, X -> tau tau of 4 GeV",
            10.0,
            5.0,
            "proceedings: precision about 10 ns; ours with three tracks on average",
            partial(detector.event_time_width, "mumu-tautau", 4.0),
            "ns",
        ),
        compared(
            "M.nb",
            "kept by the menu: pairs of e, mu, tau, photons, and ee mumu",
            20.0,
            20.0,
            "PLAN: budget of all physics; ours with e pairs of which one leaves in the beam pipe, background guessed",
            menu.accepted,
            "nb",
        ),
    ]
    return rows
