"""BaBar's calorimeter trigger, slowly: samples of every tower, strip and cluster, filtered tap by tap.

Towers of crystals, the pulse's table and the filter's gain come from the package; everything else is written again.
"""

from __future__ import annotations

from math import ceil

from trigemu.experiments.babar.emt.filtering import gain
from trigemu.experiments.babar.emt.geometry import tower_of_crystal
from trigemu.experiments.babar.emt.pulse import pulse_table

SAMPLES, TICKS, TAPS = 32, 64, 8
ONE = 4096
PULSE = pulse_table()


def height(counts):
    """Return the pulse so many counts of 1.05 ns after its start."""
    sample, phase = divmod(counts, 256)
    return int(PULSE[phase, sample]) if 0 <= sample < 64 else 0


def filtered(samples, weights):
    """Return the filter's output for the samples of the axis; ``samples`` begins seven samples before it."""
    return [sum(w * samples[s + k] for k, w in enumerate(weights)) for s in range(SAMPLES)]


def peaks(values, window):
    """Yield the samples that are above all in the window before them and not below any in that after them."""
    for s in range(window, SAMPLES - window):
        before, after = values[s - window : s], values[s + 1 : s + window + 1]
        if all(v < values[s] for v in before) and all(v <= values[s] for v in after):
            yield s


def ticks_of_peak(values, s, hold):
    """Return the ticks of a peak: from that in which its time lies, half a sample wide."""
    first = 2 * s - 1 if values[s - 1] > values[s + 1] else 2 * s
    return [t for t in range(first, first + hold) if t < TICKS]


def decide(crystals, config):
    """Return ticks of each bit of each object, and the energies of towers.

    ``crystals``: (channel, energy in 0.1 MeV, time in counts) of one crossing.
    """
    towers = tower_of_crystal(config.endcap_more, config.column_shift)
    unit = config.count_mev * 10
    least = {name: ceil(getattr(config, name) * unit * gain(config.taps)) for name in "mge"}
    least |= {name: ceil(getattr(config, name) * unit * ONE) for name in "xy"}

    samples, energy = {}, {}
    for channel, e, time in crystals:
        tower = int(towers[channel])
        if e <= config.crystal_mev * 10 or tower in config.masked:
            continue
        energy[tower] = energy.get(tower, 0) + e
        row = samples.setdefault(tower, [0] * (TAPS - 1 + SAMPLES))
        for k in range(len(row)):
            row[k] += e * height(256 * (k - TAPS + 1) - time)

    def strip(column, rows):
        there = [samples[r * 40 + column] for r in rows if r * 40 + column in samples]
        return [sum(values) for values in zip(*there, strict=True)] or [0] * (TAPS - 1 + SAMPLES)

    found = {name: {} for name in "mgexy"}
    for j in range(40):
        both = zip(strip(j, range(7)), strip((j + 1) % 40, range(7)), strict=True)
        values = filtered([a + b for a, b in both], config.taps)
        for s in peaks(values, config.window):
            for name in "mge":
                if values[s] >= least[name]:
                    found[name].setdefault(j // 2, set()).update(ticks_of_peak(values, s, config.hold_ticks))
        for name, rows, strips in (("x", [0], 2), ("y", range(7 - config.y_rows, 7), 4)):
            for s, value in enumerate(strip(j, rows)[TAPS - 1 :]):
                if value >= least[name]:
                    ticks = {2 * s + config.raw_delay, 2 * s + 1 + config.raw_delay}
                    found[name].setdefault(j // strips, set()).update(t for t in ticks if t < TICKS)
    bits = {name: {bit: ticks for bit, ticks in of.items() if ticks} for name, of in found.items()}
    return bits, sorted(energy.items())
