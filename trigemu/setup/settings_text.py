"""A resolved configuration as TOML that loads again, with what each key means and where its value comes from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trigemu.config.described import Key
from trigemu.config.origin import Path
from trigemu.config.toml_text import comment, toml_key, toml_value
from trigemu.plain import printable
from trigemu.setup.settings import Setting


def settings_toml(settings: Sequence[Setting]) -> str:
    """Return settings as TOML.

    Above a key stand its meaning, unit and the source of its default (once, where tables repeat it); behind a value
    that is not the default, where it comes from.

    Parameters
    ----------
    settings
        Those of a configuration, or of some of its tables, in order.
    """
    return "\n".join(_Writer().lines(settings)).strip("\n") + "\n"


class _Writer:
    def __init__(self) -> None:
        self.explained: set[tuple[str, str, str]] = set()
        self.header: Path = ()

    def lines(self, settings: Sequence[Setting]) -> Iterator[str]:
        for setting in settings:
            if setting.shape == "value":
                yield from self.open(setting.path[:-1])
                yield from self.absent(setting) if setting.value is None else self.assign(setting)
            elif setting.value is None:
                yield from self.absent(setting)
            elif setting.shape == "table":
                self.pending = self.about(setting.about)
                yield from self.open(setting.path)
            elif setting.value:
                # Said above the first of them.
                self.pending = self.about(setting.about)
            else:
                yield from ["", *self.about(setting.about), f"# [[{_dotted(setting.path)}]]: none"]

    pending: Sequence[str] = ()

    def open(self, table: Path) -> Iterator[str]:
        """Yield the header of a table, unless the last header was it."""
        if table == self.header:
            return
        self.header = table
        yield from ["", *self.pending]
        self.pending = ()
        yield f"[[{_dotted(table)}]]" if isinstance(table[-1], int) else f"[{_dotted(table)}]"

    def about(self, key: Key) -> list[str]:
        """Return what a key means as comment, nothing if that has been said."""
        known = (key.model.__module__, key.model.__qualname__, key.name)
        if known in self.explained:
            return []
        self.explained.add(known)
        unit = f" [{key.unit}]" if key.unit else ""
        said = f"{key.meaning.rstrip('.')}{unit}." if key.meaning else ""
        allowed = "" if key.tables else f"Allowed: {key.holds}{': ' if key.range else ''}{key.range}."
        source = f"Source: {key.source}" if key.source else ""
        return comment(printable(" ".join(filter(None, (said, allowed, source)))))

    def absent(self, setting: Setting) -> Iterator[str]:
        yield from self.about(setting.about)
        yield f"# {toml_key(str(setting.path[-1]))}: not given"

    def assign(self, setting: Setting) -> Iterator[str]:
        key = setting.about
        yield from self.about(key)
        behind = ""
        if setting.place:
            usual = (
                ""
                if key.required
                else f"; default {'none' if key.default is None else toml_value(key.default)}"
            )
            behind = f"  # {printable(setting.place)}{usual}"
        yield f"{toml_key(str(setting.path[-1]))} = {toml_value(setting.value)}{behind}"


def _dotted(path: Path) -> str:
    return toml_key(*(step for step in path if isinstance(step, str)))
