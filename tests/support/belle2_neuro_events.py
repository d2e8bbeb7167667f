"""Track segments and 2D tracks to try the neural trigger with: random ones, and those of the conformance files."""

import numpy as np

from trigemu.experiments.belle2.records import EventTime, Segments, Tracks2D

CELLS = np.array((160, 160, 192, 224, 256, 288, 320, 352, 384))
FIRST = np.concatenate([[0], np.cumsum(CELLS)])
PRIORITY_CM = np.array((19.8, 29.34, 40.16, 51.28, 62.0, 73.12, 83.84, 94.96, 105.68))


def frozen(array):
    array.flags.writeable = False
    return array


def frame(seed, events, tracks_per_event, segments_per_event, empty=False):
    """Return a frame of tracks with segments near them and others anywhere."""
    rng = np.random.default_rng(seed)
    offsets, track_offsets, rel_offsets = [0], [0], [0]
    rows, phi0, omega, rel, weight = [], [], [], [], []
    for event in range(events):
        tracks = 0 if empty and event % 3 == 0 else tracks_per_event
        # The Hough finder's curvatures and azimuths: steps of half a cell.
        phi = rng.integers(-160, 160, tracks) * np.pi / 160
        curvature = rng.integers(-33, 34, tracks) / 33 / 66.7
        alpha = np.arcsin(PRIORITY_CM * curvature[:, np.newaxis] / 2)
        middle = np.array([0, -4, 0, 4, 0, -4, 0, 5, 0])
        place = (phi[:, np.newaxis] - alpha) * CELLS / (2 * np.pi) + middle
        place += rng.normal(0, 1, place.shape) * np.where(middle == 0, 0.6, 2.0)
        number = np.rint(place).astype(int) % CELLS + FIRST[:-1]
        present = rng.random(number.shape) < 0.93
        others = rng.integers(0, FIRST[-1], max(0, segments_per_event - present.sum()))
        here = np.unique(np.concatenate([number[present], others]))
        rows.append(here)
        for t in range(tracks):
            mine = number[t][present[t]]
            layer = np.searchsorted(FIRST, mine, side="right") - 1
            mine = mine[layer % 2 == 0]
            rel.append(np.searchsorted(here, mine) + offsets[-1])
            weight.append(np.where(rng.random(len(mine)) < 0.9, 1, -1))
            rel_offsets.append(rel_offsets[-1] + len(mine))
        phi0.append(phi)
        omega.append(curvature)
        offsets.append(offsets[-1] + len(here))
        track_offsets.append(track_offsets[-1] + tracks)
    segment = np.concatenate([np.zeros(0), *rows]).astype(np.int16)
    n = len(segment)
    segments = Segments(
        frozen(np.array(offsets, np.int64)),
        frozen(segment),
        frozen(rng.choice([3, 3, 3, 2, 1], n).astype(np.uint8)),
        frozen(rng.integers(1, 4, n).astype(np.uint8)),
        frozen(rng.integers(0, 300, n).astype(np.int16)),
        *(frozen(np.zeros(n, np.int16)) for _ in range(2)),
        frozen(np.zeros(n, np.uint16)),
    )
    total = track_offsets[-1]
    tracks = Tracks2D(
        frozen(np.array(track_offsets, np.int64)),
        frozen(np.concatenate([np.zeros(0), *phi0])),
        frozen(np.concatenate([np.zeros(0), *omega])),
        frozen(np.zeros((total, 2), np.int16)),
        frozen(np.zeros(total, np.int16)),
        frozen(np.array(rel_offsets, np.int64)),
        frozen(np.concatenate([np.zeros(0), *rel]).astype(np.int32)),
        frozen(np.concatenate([np.zeros(0), *weight]).astype(np.int8)),
    )
    found = rng.random(events) < 0.7
    time = EventTime(
        frozen(found.astype(np.uint8)),
        frozen(np.where(found, rng.integers(-20, 40, events), 0).astype(np.int32)),
    )
    return segments, tracks, time


def conformance(folder, table):
    """Return segments, tracks and event time of the conformance events, with one of the left/right tables."""
    e = np.load(folder / "cdc_events.npz")
    offsets, track_offsets, rel_offsets = (
        e[key].astype(np.int64) for key in ("ts_offsets", "trk_offsets", "rel_offsets")
    )
    event = np.repeat(np.arange(len(offsets) - 1), np.diff(track_offsets))
    start = np.repeat(offsets[event], np.diff(rel_offsets))
    segments = Segments(
        offsets,
        e["ts_segment_id"],
        e["ts_priority_position"].astype(np.uint8),
        e[f"ts_left_right_{table}"].astype(np.uint8),
        e["ts_priority_time"],
        e["ts_fastest_time"],
        e["ts_found_time"],
        e["ts_hit_pattern"].astype(np.uint16),
    )
    tracks = Tracks2D(
        track_offsets,
        e["trk_phi0"],
        e["trk_omega"],
        e["trk_cluster_corner"],
        e["trk_cluster_nsquares"],
        rel_offsets,
        (e["rel_ts_index"] + start).astype(np.int32),
        e["rel_weight"].astype(np.int8),
    )
    # Stored in ns of 2 per tick, 10 ns early; before that it is in ticks.
    ticks = ((e["etf_binned_t0"].astype(np.int32) + 10) // 2) * e["etf_has_t0"]
    return segments, tracks, EventTime(e["etf_has_t0"].astype(np.uint8), ticks.astype(np.int32))
