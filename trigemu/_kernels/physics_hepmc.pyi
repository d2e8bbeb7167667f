from trigemu.arrays import F64, I64, U8

def count(data: bytes, begin: int) -> tuple[int, int, int, int, int]: ...
def parse(
    data: bytes,
    begin: int,
    light: float,
    whole: I64,
    flags: U8,
    momentum: F64,
    start: F64,
    point: F64,
    lists: I64,
    placed: U8,
    offsets: I64,
    section: F64,
    weights: F64,
) -> bool: ...
