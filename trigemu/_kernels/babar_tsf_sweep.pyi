from trigemu.arrays import F64, U8
from trigemu.experiments.babar.dct.tsf_tables import SweptGroup

def sweep(group: SweptGroup, edges: F64, valid: U8, places: int, times: int, sums: F64) -> None: ...
