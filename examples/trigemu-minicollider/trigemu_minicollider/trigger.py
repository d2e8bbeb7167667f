"""The trigger, in NumPy: layers hit by azimuth in the chamber, clusters in the calorimeter."""

import numpy as np

from trigemu.arrays import I64
from trigemu.collider.sources import TIMING
from trigemu.collider.trigger import columns_of, pieces_of
from trigemu.frames.columns import Array
from trigemu.frames.frame import TimeFrame
from trigemu.setup.data import TriggerWords
from trigemu.setup.experiment import Setup
from trigemu_minicollider.detector import AROUND, CALORIMETER, CHAMBER, LAYERS, RINGS, TDC, WIRES
from trigemu_minicollider.experiment import Minicollider

BITS = ("track1", "track2", "energy", "cluster2", "single")
SECTORS = 16
# Of each wire: layer, and sector in azimuth half-way between its ends.
LAYER = np.repeat(np.arange(LAYERS), WIRES.wires)
SECTOR = (np.arange(len(LAYER)) - WIRES.first[LAYER]) * SECTORS // WIRES.wires[LAYER]
NEIGHBOURS = [(r, a) for r in (-1, 0, 1) for a in (-1, 0, 1) if (r, a) != (0, 0)]


class MiniTrigger:
    """Bits of a crossing.

    ``track1``, ``track2``: at least 1, 2 tracks.  A track is a group of neighbouring windows in azimuth in which
    ``layers`` layers have a hit within ``drift_counts`` of the collision.  A window is two of 16 sectors: tracks that
    turn by less than one sector in the chamber (pT above 0.25 GeV, stereo included) lie in one.
    ``energy``: ``energy_mev`` in all crystals.  ``cluster2``: two clusters.  A cluster is a crystal above its eight
    neighbours, with ``cluster_mev`` in the nine.  ``single``: exactly one cluster, ``photon_mev`` in all crystals.
    """

    def __init__(self, setup: Setup[Minicollider]) -> None:
        self._section, self._histograms = setup.section, setup.histograms

    def words(self, frame: TimeFrame) -> TriggerWords[dict[str, I64]]:
        """Return the bits of every crossing; InputError if a source is missing or has other crossings."""
        time = columns_of(frame, TIMING)["time"]
        n, cuts = len(time), self._section
        tracks = self._tracks(pieces_of(frame, CHAMBER, n), n)
        energy, clusters = self._clusters(pieces_of(frame, CALORIMETER, n), n)
        single = (clusters == 1) & (energy >= cuts.photon_mev)
        bits = (tracks >= 1, tracks >= 2, energy >= cuts.energy_mev, clusters >= 2, single)
        words = np.stack(bits, axis=1) @ (np.uint64(1) << np.arange(len(bits), dtype=np.uint64))
        found = {"tracks": tracks, "energy": energy, "clusters": clusters}
        return TriggerWords(time, words[:, None], np.ones(n, np.uint8), found=found)

    def _tracks(self, hits: dict[str, Array], n: int) -> I64:
        hit = (hits["tdc"] >= TDC.t0) & (hits["tdc"] <= TDC.t0 + self._section.drift_counts)
        event, wire = np.repeat(np.arange(n), np.diff(hits["offsets"]))[hit], hits["channel"][hit]
        seen = np.zeros((n, LAYERS, SECTORS), np.bool_)
        seen[event, LAYER[wire], SECTOR[wire]] = True
        window = (seen | np.roll(seen, -1, axis=2)).sum(axis=1) >= self._section.layers
        # A group begins where the window before is empty; one that goes all around has no beginning.
        return np.asarray((window & ~np.roll(window, 1, axis=1)).sum(axis=1) + window.all(axis=1))

    def _clusters(self, hits: dict[str, Array], n: int) -> tuple[I64, I64]:
        event, crystal = np.repeat(np.arange(n), np.diff(hits["offsets"])), hits["channel"]
        grid = np.zeros((n, RINGS + 1, AROUND), np.int64)  # an empty ring keeps the first from the last
        grid[event, crystal // AROUND, crystal % AROUND] = hits["value"]
        peak, nine = grid > 0, grid.copy()
        for number, step in enumerate(NEIGHBOURS):
            beside = np.roll(grid, step, axis=(1, 2))
            nine += beside
            peak &= grid > beside if number < 4 else grid >= beside  # the first 4 are opposite to the others
        peak &= nine >= self._section.cluster_mev
        return grid.sum(axis=(1, 2)), peak.sum(axis=(1, 2))

    def monitor(self, frame: TimeFrame, words: TriggerWords[dict[str, I64]]) -> dict[str, I64]:
        """Return counts for the histograms of the experiment."""
        values = {"layers": LAYER[frame[CHAMBER]["channel"]], **(words.found or {})}
        return {name: self._histograms[name].count(value) for name, value in values.items()}
