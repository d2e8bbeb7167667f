from trigemu.arrays import I16, U8, U16, U64

class Table:
    def __init__(
        self, require: U64, times: I16, random_channel: int, random_tick: int, spans: tuple[int, int]
    ) -> None: ...
    def of_words(self, words: U64, out: U16) -> None: ...
    def decide(
        self, conditions: U64, random: U8, tick: I16, words: U64, channels: U16, timing: U8
    ) -> None: ...
