"""The sequencer, slow and obvious: every TDC count of the run is asked "would a trigger be refused here?".

Rules are looked up in the history of triggers instead of being reduced to one number; the leaky bucket holds
whole triggers and a timer; CHOKE is drawn period by period on the whole run before the first decision.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

MASK = 2**64 - 1
RECORDED, PRESCALED, DEAD_TIME, VETOED = range(4)


def splitmix(x: int) -> int:
    """Finaliser of SplitMix64."""
    x ^= x >> 30
    x = x * 0xBF58476D1CE4E5B9 & MASK
    x ^= x >> 27
    x = x * 0x94D049BB133111EB & MASK
    return x ^ x >> 31


def event_is_kept(frame: int, time: int, seed: int, name: str, factor: int) -> bool:
    """The ``event`` prescale, in integers of any size."""
    gamma = 0x9E3779B97F4A7C15
    own = int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
    key = splitmix(splitmix((seed + gamma) & MASK) ^ own)
    event = splitmix(splitmix((frame + gamma) & MASK) ^ time)
    return splitmix((event + key) & MASK) % factor == 0


@dataclass
class Rule:
    """One line: its name, prescale factor (0: off) and mode, and whether it is one of the software trigger."""

    name: str
    factor: int = 1
    counting: bool = False
    hlt: bool = False


@dataclass
class Settings:
    """What the menu and the clock say, in TDC counts and clock periods."""

    lines: list[Rule]
    frame_ticks: int
    clock_ticks: int
    seed: int = 1
    minimum_distance: int | None = None
    fixed: int = 0
    bucket_size: int = 0
    leak: int = 0
    choke: bool = False
    high: int = 0
    low: int = 0
    words_per_step: int = 1
    delay: int = 0
    restart: int = 0
    requests: list[tuple[int, int]] = field(default_factory=list)


@dataclass
class Frame:
    """Candidates (time, fired, passed) and load of one frame; ``lost`` frames have neither."""

    candidates: list[tuple[int, int, int]]
    load: list[int] = field(default_factory=list)
    lost: bool = False


def choke_history(s: Settings, frames: list[Frame]) -> tuple[list[tuple[int, bool]], list[bool]]:
    """Return the transitions and, for every clock period of the run, whether triggers are refused."""
    periods = len(frames) * s.frame_ticks // s.clock_ticks
    queue_on = [False] * (periods + 1)
    words, on = 0, False
    changes: dict[int, bool] = {}
    for number, frame in enumerate(frames):
        for step, load in enumerate(frame.load):
            words = max(words + load - s.words_per_step, 0)
            if not on and words > s.high:
                on = True
            elif on and words < s.low:
                on = False
            changes[
                (number * s.frame_ticks + (step + 1) * s.frame_ticks // len(frame.load)) // s.clock_ticks
            ] = on
    state = False
    for period in range(periods + 1):
        state = changes.get(period, state)
        queue_on[period] = state
    asked = [any(a <= period < b for a, b in s.requests) for period in range(periods + 1)]
    wire = [a or b for a, b in zip(queue_on, asked, strict=True)]
    transitions = [(p, wire[p]) for p in range(periods + 1) if wire[p] != (p > 0 and wire[p - 1])]
    refused = [False] * periods
    begin = None
    for period, now in [*transitions, (periods + s.delay + 1, False)]:
        if now:
            begin = period + s.delay
        elif begin is not None:
            for p in range(begin, min(period + s.restart, periods)):
                refused[p] = True
            begin = None
    return transitions, refused


@dataclass
class Result:
    """What the run ends with."""

    states: list[int] = field(default_factory=list)
    accepted: list[int] = field(default_factory=list)
    counts: dict[str, list[int]] = field(default_factory=dict)
    dead_ticks: int = 0
    live_ticks: int = 0
    transitions: list[tuple[int, bool]] = field(default_factory=list)
    shared: dict[tuple[int, int], int] = field(default_factory=dict)
    """Pair of lines, or a line with itself -> recorded triggers that both accepted."""
    alone: list[int] = field(default_factory=list)
    """Per line, recorded triggers that no other line of its level accepted."""
    offered: list[int] = field(default_factory=list)
    """Per software line, sent candidates in which it fired and passed."""
    software: list[int] = field(default_factory=lambda: [0, 0])
    """Candidates in which any software line fired; that were sent and in which any fired and passed."""


def _share(result: Result, s: Settings, recorded: int) -> None:
    mine = [i for i in range(len(s.lines)) if recorded >> i & 1]
    for i in mine:
        for j in mine:
            result.shared[i, j] = result.shared.get((i, j), 0) + 1
        same_level = [j for j in mine if s.lines[j].hlt == s.lines[i].hlt]
        result.alone[i] += same_level == [i]


def run(s: Settings, frames: list[Frame]) -> Result:
    """Go through the run one TDC count at a time."""
    rows = ("fired", "prescaled", "choked", "refused", "vetoed", "accepted")
    result = Result(counts={row: [0] * len(s.lines) for row in rows})
    refused = [False] * (len(frames) * s.frame_ticks // s.clock_ticks + 1)
    if s.choke:
        result.transitions, refused = choke_history(s, frames)
    skipped = [0] * len(s.lines)
    result.alone, result.offered = [0] * len(s.lines), [0] * len(s.lines)
    last_sent: int | None = None
    in_bucket, timer = 0, 0

    def add(row: str, lines: int) -> None:
        for i in range(len(s.lines)):
            result.counts[row][i] += lines >> i & 1

    for number, frame in enumerate(frames):
        at = {time: (fired, passed) for time, fired, passed in frame.candidates}
        for time in range(s.frame_ticks):
            now = number * s.frame_ticks + time
            if in_bucket:
                timer += 1
                if timer == s.leak:
                    in_bucket, timer = in_bucket - 1, 0
            choked = refused[now // s.clock_ticks]
            dead = s.bucket_size > 0 and in_bucket == s.bucket_size
            if last_sent is not None:
                dead |= now - last_sent < s.fixed
                periods = now // s.clock_ticks - last_sent // s.clock_ticks
                dead |= s.minimum_distance is not None and not periods > s.minimum_distance + 1
            if frame.lost:
                continue
            result.dead_ticks += choked or dead
            result.live_ticks += not (choked or dead)
            if time not in at:
                continue
            fired, passed = at[time]
            add("fired", fired)
            result.software[0] += any(line.hlt and fired >> i & 1 for i, line in enumerate(s.lines))
            result.accepted.append(0)
            if choked:
                add("choked", fired)
                result.states.append(DEAD_TIME)
                continue
            software = [i for i, line in enumerate(s.lines) if line.hlt]
            hlt = fired & sum(1 << i for i in software)

            def prescale(lines: int, number: int = number, time: int = time) -> int:
                kept = 0
                for i, line in enumerate(s.lines):
                    if not lines >> i & 1 or not line.factor:
                        continue
                    if not line.counting:
                        keep = event_is_kept(number, time, s.seed, line.name, line.factor)
                    else:
                        keep = skipped[i] == line.factor - 1
                        skipped[i] = 0 if keep else skipped[i] + 1
                    kept |= keep << i
                return kept

            kept = prescale(fired & ~hlt)
            if not kept:
                add("prescaled", fired)
                result.states.append(PRESCALED)
                continue
            add("prescaled", fired & ~hlt & ~kept)
            if dead:
                add("refused", kept | hlt)
                result.states.append(DEAD_TIME)
                continue
            last_sent = now
            in_bucket += s.bucket_size > 0
            for i in software:
                result.offered[i] += hlt >> i & passed >> i & 1
            result.software[1] += hlt & passed != 0
            recorded = kept & passed
            if software and recorded:
                through = prescale(hlt & passed)
                add("prescaled", hlt & passed & ~through)
                add("vetoed", hlt & ~passed)
                recorded = recorded | through if through else 0
            else:
                add("vetoed", hlt)
            result.accepted[-1] = recorded
            _share(result, s, recorded)
            add("accepted", recorded)
            add("vetoed", kept & ~recorded)
            result.states.append(RECORDED if recorded else VETOED)
    return result
