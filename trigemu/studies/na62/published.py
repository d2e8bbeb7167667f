"""NA62 in beam-dump mode: published and golden numbers.

Sources: FW is the NA62 offline framework (2019), L0TPFW the firmware of the L0 trigger processor, C the reference
calculation of A' -> mu mu (proton bremsstrahlung without form factors, decays in 105-180 m weighted by 1/p,
geometry without smearing).  Rows with certainty M are recalled: shown, never judged.
"""

from __future__ import annotations

from functools import partial

from trigemu.measure.validate import Row
from trigemu.studies.na62 import hardware, physics


def _hardware() -> list[Row]:
    slots = ((0, "24.95", 0.115), (1, "12.48", 0.0599), (2, "6.24", 0.0306), (3, "3.12", 0.0155))
    rows = [
        Row(
            f"E1.{bits}",
            f"primitives overwritten at 10 MHz, slots of {width} ns",
            value,
            0.01 * value,
            "1-(1-exp(-mu))/mu with mu = rate * slot (L0TPFW alignment memory)",
            "I",
            "prediction",
            partial(hardware.overwrite, bits),
        )
        for bits, width, value in slots
    ]
    rows += [
        Row(
            f"E3.{label}",
            f"accidental veto at {label} MHz, cut 6.24 ns",
            value,
            0.02 * value,
            "1-exp(-2 * 6.24 ns * rate) (three-slot read, strict cut: L0TPFW)",
            "I",
            "prediction",
            partial(hardware.accidental_veto, rate),
        )
        for label, rate, value in (("1", 1e6, 0.012402), ("10", 1e7, 0.11733))
    ]
    rows += [
        Row(
            "E4",
            "lost to 75 ns of dead time at 1 MHz",
            0.070,
            0.002,
            "r d with accepted rate r",
            "I",
            "prediction",
            hardware.dead_time,
        ),
        Row(
            "E5",
            "firmware downscale set to 19 keeps 1 in",
            20.0,
            0.0,
            "L0TPFW: fires every set + 1",
            "R",
            "prediction",
            hardware.downscale,
        ),
        Row(
            "E9",
            "bias of the average of two channels",
            -24.4,
            0.5,
            "min + floor(diff / 2): -LSB / 4 (FW L0NewCHODEmulator)",
            "I",
            "prediction",
            hardware.channel_average_bias_ps,
            "ps",
        ),
        Row(
            "E6",
            "three-slot reads that miss or add a primitive, dt -70..70, all phases",
            0.0,
            0.0,
            "strict cut of 64 counts, slots of 6.24 ns (L0TPFW)",
            "R",
            "prediction",
            hardware.three_slot_errors,
        ),
        *(
            Row(
                f"E10.{period}",
                f"hits kept of 40 in a 100 ns split, firmware period {period}",
                float(kept),
                0.0,
                "more than 31: cleared before period 2, then cut to 32 (FW VL0Emulator)",
                "R",
                "prediction",
                partial(hardware.hits_kept, period),
            )
            for period, kept in ((1, 0), (2, 32), (3, 32))
        ),
        Row(
            "E13.c",
            "NewCHOD channels",
            304.0,
            0.0,
            "FW NewCHODGeometry",
            "R",
            "prediction",
            hardware.channels,
        ),
        Row("E13.a", "NewCHOD tiles", 152.0, 0.0, "FW NewCHODGeometry", "R", "prediction", hardware.tiles),
        Row("E13.b", "MUV3 pads", 148.0, 0.0, "FW MUV3 geometry", "R", "prediction", hardware.pads),
        Row(
            "D13",
            "K+ of 75 GeV/c decaying in 102.425-180 m",
            0.1285,
            0.001,
            "FW, MC input",
            "R",
            "prediction",
            hardware.kaon_decays,
        ),
    ]
    return rows


def _yields() -> list[Row]:
    shape = "FW DarkPhoton_Brem table: z 0.04-0.96, pT^2 0.001-1 GeV^2"
    rows = [
        Row(
            f"E12.{m:g}",
            f"brem yield at {m:g} GeV relative to 20 MeV",
            value,
            0.02 * value,
            shape,
            "R",
            "prediction",
            partial(physics.brem_shape, m),
        )
        for m, value in ((0.3, 0.673), (0.5, 0.493), (0.7, 0.371), (0.99, 0.256))
    ]
    rows += [
        Row(
            f"C.y{m:g}",
            f"A' per proton and eps^2 at {m:g} GeV",
            value,
            0.03 * value,
            "C: z 0.14-0.86, pT < 1 GeV",
            "I",
            "prediction",
            partial(physics.brem_yield, m),
        )
        for m, value in ((0.25, 4.88e-3), (0.40, 4.22e-3), (0.50, 3.78e-3))
    ]
    widths = (
        (0.1, 2.433e-4, 0.002),
        (0.25, 1.055e-3, 0.01),
        (0.4, 2.111e-3, 0.01),
        (0.5, 3.032e-3, 0.01),
        (0.7, 1.179e-2, 0.03),
    )
    rows += [
        Row(
            f"W.{m:g}",
            f"A' width at {m:g} GeV, eps = 1",
            value,
            spread * value,
            "SensCalc table",
            "R",
            "prediction",
            partial(physics.width, m),
            "GeV",
        )
        for m, value, spread in widths
    ]
    rows += [
        Row(
            f"T.{m:g}",
            f"A' c tau at {m:g} GeV, eps = 1",
            value,
            spread * value,
            "FORESEE table",
            "R",
            "prediction",
            partial(physics.lifetime, m),
            "m",
        )
        for m, value, spread in ((0.1, 8.112e-13, 0.002), (0.4, 9.400e-14, 0.01))
    ]
    return rows


def _acceptance() -> list[Row]:
    where = "C: mu mu at 0.40 GeV"
    chain = "C, through hits, primitives and L0: splits of 100 ns cost 0.7 %, overlaps add"
    return [
        Row("C.acc", "acceptance, geometry", 0.229, 0.01, where, "I", "prediction", physics.acceptance),
        Row(
            "C.h2",
            "different tiles, geometry",
            0.974,
            0.01,
            where,
            "I",
            "prediction",
            partial(physics.tiles, "different_tiles"),
        ),
        Row(
            "C.q2",
            "two quadrants, geometry",
            0.524,
            0.02,
            where,
            "I",
            "prediction",
            partial(physics.tiles, "two_quadrants"),
        ),
        Row(
            "C.qx",
            "opposite quadrants, geometry",
            0.097,
            0.01,
            where,
            "I",
            "prediction",
            partial(physics.tiles, "opposite_quadrants"),
        ),
        Row(
            "C.acc-L0",
            "acceptance, full chain",
            0.229,
            0.01,
            where,
            "I",
            "prediction",
            physics.chain_acceptance,
        ),
        Row(
            "C.h2-L0",
            "H2 of accepted, full chain",
            0.967,
            0.02,
            chain,
            "I",
            "prediction",
            partial(physics.chain, "H2"),
        ),
        Row(
            "C.q2-L0",
            "Q2 of accepted, full chain",
            0.520,
            0.02,
            chain,
            "I",
            "prediction",
            partial(physics.chain, "Q2"),
        ),
        Row(
            "C.qx-L0",
            "QX of accepted, full chain",
            0.096,
            0.02,
            chain,
            "I",
            "prediction",
            partial(physics.chain, "QX"),
        ),
    ]


def _inputs() -> list[Row]:
    recalled = "recalled: arXiv:2303.08666; sets the halo model, so agreement proves nothing"
    return [
        Row(
            "F.q1",
            "Q1 before its prescale of 20",
            0.28e6,
            0.0,
            recalled,
            "M",
            "input",
            hardware.halo_rate,
            "Hz",
        ),
        Row(
            "D11",
            "NewCHOD time resolution of a tile",
            0.6,
            0.05,
            "talk: O(600 ps); sets the response",
            "R",
            "input",
            hardware.tile_resolution,
            "ns",
        ),
    ]


ROWS = (*_hardware(), *_yields(), *_acceptance(), *_inputs())
