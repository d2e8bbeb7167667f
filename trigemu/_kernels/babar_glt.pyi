from collections.abc import Mapping

from trigemu.arrays import I32, U8, U32
from trigemu.experiments.babar.records import EmtTrigger, GlobalTrigger, TrackMaps

class Decider:
    def __init__(
        self,
        times: I32,
        opposite: Mapping[str, U32],
        near: Mapping[str, U32],
        passing: U32,
        priority: I32,
        random: tuple[int, int],
        ways: tuple[int, bool],
    ) -> None: ...
    def decide(self, tracks: TrackMaps, emt: EmtTrigger, u: U8, random: U8, out: GlobalTrigger) -> None: ...
