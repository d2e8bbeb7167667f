"""The L0 trigger processor with its memory: 16384 slots per detector, written and read in time order."""

from __future__ import annotations

SLOTS = 16384


class Memory:
    """One detector's alignment memory; times are absolute TDC counts."""

    def __init__(self, slot_bits):
        self.shift = 8 - slot_bits
        self.slot_bits = slot_bits
        self.slots = [None] * SLOTS

    def write(self, time, word):
        timestamp, fine = time >> 8, time & 255
        self.slots[(time >> self.shift) % SLOTS] = (word & 0x7FFF, timestamp >> 11 & 0x7FFFF, fine)

    def read(self, slot):
        """Return (time, id) stored for an absolute slot, None if what is there is of another time."""
        stored = self.slots[slot % SLOTS]
        timestamp = slot >> self.slot_bits
        if stored is None or stored[1] != timestamp >> 11 & 0x7FFFF:
            return None
        return timestamp << 8 | stored[2], stored[0]


def merged(reference, control, shift):
    """Return queue words (time, flags) in order, equal slots of the two queue heads joined."""
    reference, control, words = list(reference), list(control), []
    while reference or control:
        if reference and control and reference[0] >> shift == control[0] >> shift:
            words.append((reference.pop(0), 3))
            control.pop(0)
        elif not control or (reference and reference[0] >> shift < control[0] >> shift):
            words.append((reference.pop(0), 1))
        else:
            words.append((control.pop(0), 2))
    return words


def process(primitives, *, reference, control, cut, slot_bits, latency):
    """Return (time, flags, seven ids) per entry; ``primitives`` are seven lists of (absolute time, word)."""
    shift = 8 - slot_bits
    memories = [Memory(slot_bits) for _ in primitives]
    pending = [list(found) for found in primitives]
    queue = merged(
        [time for time, _ in primitives[reference]],
        [] if control is None else [time for time, _ in primitives[control]],
        shift,
    )
    entries, last = [], None
    for time, flags in queue:
        slot = time >> shift
        if slot == last:
            continue
        last = slot
        ids = []
        for place, memory in enumerate(memories):
            while pending[place] and pending[place][0][0] <= time + latency:
                memory.write(*pending[place].pop(0))
            found = [memory.read(near) for near in (slot, slot - 1, slot + 1)]
            state = 0
            for stored in found:
                if stored is not None and abs(stored[0] - time) < cut[place]:
                    state |= stored[1]
            ids.append(state)
        entries.append((time, flags, ids))
    return entries
