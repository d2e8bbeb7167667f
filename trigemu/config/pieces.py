"""A TOML text in pieces, each header or ``key = value`` with the comments above it: tables can be moved as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from trigemu.config.origin import end_of_statement, keys_of


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a TOML text.

    Attributes
    ----------
    lead, body
        Comments and blank lines above, and the statement with what follows it on its last line.
    table
        Keys of the table that it stands in (of a header: the one that it begins).
    keys
        Keys that it sets, empty for a header and for comments at the end.
    header
        ``[`` or ``[[`` for a header, else "".
    """

    lead: str
    body: str
    table: tuple[str, ...]
    keys: tuple[str, ...]
    header: str

    @property
    def text(self) -> str:
        """All of it."""
        return self.lead + self.body

    def below(self, table: str) -> str:
        """Return its text as part of another table: a header gets that one's name in front."""
        if not self.header:
            return self.text
        return f"{self.lead}{self.body.replace(self.header, f'{self.header}{table}.', 1)}"


def pieces_of(text: str) -> Iterator[Piece]:
    """Yield the pieces of a valid TOML text; joined they are the text (which then ends with a line)."""
    if text and not text.endswith("\n"):
        text += "\n"
    position, lead = 0, ""
    table: tuple[str, ...] = ()
    while position < len(text):
        end = end_of_statement(text, position)
        statement = text[position:end]
        position = end
        stripped = statement.strip()
        if not stripped or stripped.startswith("#"):
            lead += statement
            continue
        header = "[[" if stripped.startswith("[[") else "[" if stripped.startswith("[") else ""
        keys = keys_of(stripped[len(header) :])
        table = keys if header else table
        yield Piece(lead, statement, table, () if header else keys, header)
        lead = ""
    if lead:
        yield Piece(lead, "", table, (), "")
