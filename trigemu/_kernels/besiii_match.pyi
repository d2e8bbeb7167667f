from trigemu.arrays import U64
from trigemu.experiments.besiii.match.config import Match
from trigemu.experiments.besiii.records import EmcTrigger, MdcTrigger, TofTrigger

class Cones:
    def __init__(self, config: Match, counters: U64, columns: U64) -> None: ...
    def decide(self, mdc: MdcTrigger, tof: TofTrigger, emc: EmcTrigger, out: U64) -> None: ...
