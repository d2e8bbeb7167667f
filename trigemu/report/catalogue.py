"""Tables of what there is: bits, lines, signals, configurations and their keys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from trigemu.config.described import Key
from trigemu.config.differences import Difference
from trigemu.config.toml_text import toml_value
from trigemu.plain import printable, short
from trigemu.render.table import Cell, Column, Table, table
from trigemu.setup.catalogue.bits import Bit
from trigemu.setup.catalogue.configs import ListedConfig
from trigemu.setup.catalogue.lines import ListedLine
from trigemu.setup.catalogue.selections import ListedSelection
from trigemu.setup.catalogue.signals import ListedSignal, Parameter


def _key(name: str) -> Column:
    return Column(name, kind="key")


def _text(name: str) -> Column:
    return Column(name, kind="text")


def bits_table(experiment: str, bits: Sequence[Bit]) -> Table:
    """Return trigger bits: what each says, which part sets it, where it is."""
    columns = (_key("bit"), Column("word"), Column("place"), _text("level"), _text("block"), _text("meaning"))
    rows = [
        (_names(bit), Cell(str(bit.word), bit.word), Cell(str(bit.bit), bit.bit), bit.level, bit.block, _said(bit),
         bit.source)
        for bit in bits
    ]  # fmt: skip
    return table(f"{experiment}: trigger bits", (*columns, _text("source")), rows)


def _names(bit: Bit) -> str:
    return ", ".join((bit.name, *bit.aliases))


def _said(bit: Bit) -> str:
    return f"{bit.meaning} (never set here: {bit.undriven})" if bit.undriven else bit.meaning


def lines_table(config: str, lines: Sequence[ListedLine]) -> Table:
    """Return the lines of a configuration, those without prescale first."""
    columns = (
        *(_key("line"), _text("level"), Column("prescale"), Column("when", kind="code")),
        *(_text("on"), _text("select"), _text("source")),
    )
    rows = [
        (
            line.name,
            line.level,
            Cell(_prescale(line), line.prescale),
            line.when,
            line.on,
            line.select,
            line.source,
        )
        for line in lines
    ]
    return table(f"{printable(config)}: trigger lines", columns, rows)


def _prescale(line: ListedLine) -> str:
    if line.prescale == 0:
        return "off"
    return f"{line.prescale} (counter)" if line.mode == "counter" else str(line.prescale)


def configs_table(configs: Sequence[ListedConfig]) -> Table:
    """Return the shipped configurations."""
    columns = (_key("name"), _text("experiment"), _text("what it is for"), _text("needs"), Column("lines"))
    rows = [(c.name, c.experiment, c.purpose or c.title, c.needs, c.lines, c.signals) for c in configs]
    notes = (
        ["What needs input.path wants a file of events: --set input.path=FILE."]
        if any(c.needs for c in configs)
        else []
    )
    return table("configurations", (*columns, Column("signals")), rows, notes)


def signals_table(experiment: str, signals: Sequence[ListedSignal]) -> Table:
    """Return signals with the names of their parameters."""
    columns: tuple[Column, ...] = (_key("signal"), _text("what it is"), _text("parameters"))
    rows: list[tuple[str, ...]]
    rows = [(each.name, _title(each), ", ".join(p.key.name for p in each.parameters)) for each in signals]
    if any(each.selection for each in signals):
        columns = (*columns, _text("selection"))
        rows = [(*row, each.selection) for row, each in zip(rows, signals, strict=True)]
    return table(f"{experiment}: signals", columns, rows)


def selection_tables(experiment: str, selections: Sequence[ListedSelection]) -> list[Table]:
    """Return the cuts of offline selections, in the order in which they are applied; an empty table if none are."""
    columns = (Column("number"), _key("cut"), _text("meaning"), _text("source"))
    tables = []
    for each in selections:
        rows = [(number, cut.name, cut.meaning, cut.source) for number, cut in enumerate(each.cuts, start=1)]
        note = f"Signals: {', '.join(each.signals)}." if each.signals else ""
        tables.append(table(f"{experiment}: offline selection {each.name}", columns, rows, [note]))
    return tables or [table(f"{experiment}: offline selections", columns, [])]


def _title(signal: ListedSignal) -> str:
    return f"{signal.title} (not here: {signal.impossible})" if signal.impossible else signal.title


def parameters_table(experiment: str, signals: Sequence[ListedSignal]) -> Table:
    """Return the parameters of signals; what several have alike is said once."""
    rows: dict[tuple[Any, ...], list[str]] = {}
    for signal in signals:
        for parameter in signal.parameters:
            rows.setdefault(_parameter_row(parameter), []).append(signal.name)
    columns = (
        _key("parameter"),
        Column("unit", kind="text"),
        _text("default"),
        _text("range"),
        _text("possible"),
    )
    return table(
        f"{experiment}: parameters of signals",
        (*columns, _text("meaning"), _text("source"), _key("signals")),
        [(*row, _all(names, len(signals))) for row, names in rows.items()],
        [
            "Possible: what rules between parameters and the energy leave of a range, others at their defaults."
        ],
    )


def _parameter_row(parameter: Parameter) -> tuple[Any, ...]:
    key = parameter.key
    return (
        key.name,
        key.unit,
        default_text(key),
        allowed_text(key),
        parameter.possible,
        key.meaning,
        key.source,
    )


def _all(names: Sequence[str], count: int) -> str:
    return "all" if len(names) == count > 1 else ", ".join(names)


def keys_table(title: str, keys: Iterable[Key]) -> Table:
    """Return keys of a configuration."""
    columns = (
        _key("key"),
        _text("unit"),
        _text("default"),
        _text("range"),
        _text("meaning"),
        _text("source"),
    )
    rows = [
        (key.key, key.unit, default_text(key), allowed_text(key), key.meaning, key.source) for key in keys
    ]
    return table(title, columns, rows)


def default_text(key: Key) -> str:
    """Return the default of a key as TOML has it; ``required`` where it must be given, "" of tables."""
    if key.tables or key.holds == "table":
        return ""
    if key.required:
        return "required"
    return "none" if key.default is None else toml_value(key.default)


def allowed_text(key: Key) -> str:
    """Return which values a key allows: its range, or its type where that is all."""
    if key.holds in ("whole number", "number", "text") and key.range:
        return key.range if key.holds != "whole number" else f"whole, {key.range}"
    return f"{key.holds}: {key.range}" if key.range else key.holds


def differences_table(first: str, second: str, found: Sequence[Difference]) -> Table:
    """Return in which keys two configurations differ."""
    columns = (_key("key"), Column(short(first), kind="code"), Column(short(second), kind="code"))
    rows = [(each.key, _value(each.first), _value(each.second)) for each in found]
    return table("what differs", columns, rows, [f"{len(found)} keys differ."] if len(found) > 1 else [])


def _value(value: Any) -> str:
    if value is None:
        return "–"
    text = toml_value(value)
    # Of whole tables that only one of the two has, the beginning tells which they are.
    return short(text, 80) if isinstance(value, dict) else printable(text)
