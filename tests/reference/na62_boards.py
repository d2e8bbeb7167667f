"""RICH, CHOD, LAV12 and LKr primitives, slow and obvious (na62_facts 5.3)."""

from __future__ import annotations

from collections import defaultdict
from itertools import groupby

FIRED = 1 << 14


def average(members):
    """Return first + truncated weighted mean; members are (time, weight), weights up to 255 in all."""
    first, total, weights = members[0][0], 0, 0
    for time, weight in members:
        weight = min(weight, 255 - weights)
        total += weight * (time - first)
        weights += weight
    return first + total // weights, weights


def board_clusters(times, window):
    """Return the clusters, lists of (time, 1), of one board's sorted times."""
    clusters = []
    for _, slot in groupby(times, key=lambda time: time // 256):
        earlier, new = clusters[-1:], []
        for time in slot:
            # First the last cluster of the slots before, then those of this one.
            for cluster in earlier + new:
                if abs(time - cluster[0][0]) < window:
                    cluster.append((time, 1))
                    break
            else:
                new.append([(time, 1)])
        clusters += new[:4]
    return clusters


def multiplicity(hits, *, channels_per_board, window, board_threshold, threshold):
    """Return (time, word, hits) for (time, channel) hits of RICH or CHOD."""
    boards = defaultdict(list)
    for time, channel in hits:
        boards[channel // channels_per_board % 4].append(time)
    stream = []
    for board in sorted(boards):
        found = [average(cluster) for cluster in board_clusters(boards[board], window)]
        stream += [cluster for cluster in found if cluster[1] >= board_threshold]
    stream.sort(key=lambda cluster: cluster[0])
    merged = []
    for cluster in stream:
        if merged and cluster[0] - merged[-1][0][0] < window:
            merged[-1].append(cluster)
        else:
            merged.append([cluster])
    averages = [average(members) for members in merged]
    return [(time, FIRED, count) for time, count in averages if count >= threshold]


def lav_pairs(hits):
    """Return sorted times of (time, channel, value) hits with the high crossing 1 to 66 counts later."""
    low, pairs = {}, []
    for time, channel, value in hits:
        if value == 0:
            low[channel] = time
        elif channel in low and 0 < time - low[channel] <= 66:
            start = low.pop(channel)
            pairs.append(start - (time - start) // 2)
    return sorted(pairs)


def lav(pairs, *, window, minimum):
    """Return (time, word, hits); at most 32 per packet of 65536 counts."""
    merged = []
    for time in pairs:
        if merged and time - merged[-1][0][0] < window:
            merged[-1].append((time, 1))
        else:
            merged.append([(time, 1)])
    sent, done = defaultdict(int), []
    for members in merged:
        time, count = average(members)
        if count >= minimum:
            sent[time // 65536] += 1
            if sent[time // 65536] <= 32:
                done.append((time, FIRED, count))
    return done


def lkr(hits, *, threshold, cluster, condition_bit):
    """Return (time, word, clusters) for (time, channel, energy) hits; one energy count is 10 MeV."""
    energy, members = defaultdict(int), defaultdict(list)
    for hit in hits:
        energy[hit[0] // 256] += hit[2]
        members[hit[0] // 256].append(hit)
    done = []
    for slot in sorted(members):
        total = energy[slot - 1] + energy[slot] + energy[slot + 1]
        if not (energy[slot] > energy[slot - 1] and energy[slot] >= energy[slot + 1] and total > threshold):
            continue
        near = [hit for place in (slot - 1, slot, slot + 1) for hit in members.get(place, [])]
        moment = sum(hit[2] * hit[0] for hit in near)
        cells = min(2, len({hit[1] for hit in near if hit[2] >= cluster}))
        word = FIRED | 1 << condition_bit
        for bit, above, needed in ((8, 1000, 2), (9, 1000, 1), (11, 4000, 0), (12, 2000, 0), (13, 1000, 0)):
            if total > above and cells >= needed:
                word |= 1 << bit
        done.append((moment // total, word, cells))
    return done
