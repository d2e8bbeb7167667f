"""The configuration reference, made from the texts beside the code when the pages are built."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from trigemu.config.described import NAME, Key, described
from trigemu.render.table import Column, Table, table
from trigemu.report.catalogue import (
    allowed_text,
    bits_table,
    default_text,
    lines_table,
    parameters_table,
    signals_table,
)
from trigemu.setup.catalogue.bits import trigger_bits
from trigemu.setup.catalogue.choice import Choice, choices
from trigemu.setup.catalogue.lines import menu_lines
from trigemu.setup.catalogue.signals import listed_signals
from trigemu.setup.load import shipped_configs
from trigemu.setup.named import traced_setup
from trigemu.setup.run_config import RunConfig

TITLES = {"babar": "BaBar", "belle2": "Belle II", "besiii": "BESIII", "na62": "NA62", "pulser": "Pulser"}
LONG = 60
"""Characters of a default that are shown."""


def write_reference(folder: Path) -> list[Path]:
    """Write a page for the keys that all configurations have and one for each experiment; return them."""
    folder.mkdir(exist_ok=True)
    pages = {"framework": framework()} | {each.experiment.name: experiment(each) for each in choices(None)}
    names = "\n".join(pages)
    pages["index"] = (
        "# Configuration reference\n\nEvery key, trigger bit, signal and line, with unit, default, range and source: "
        f"what `trigemu list` and `trigemu config show` print, too.\n\n```{{toctree}}\n:maxdepth: 2\n\n{names}\n```\n"
    )
    for name, text in pages.items():
        (folder / f"{name}.md").write_text(text, "utf-8")
    return [folder / f"{name}.md" for name in pages]


def framework() -> str:
    """Return the page of what is not an experiment's."""
    keys = [key for key in described(RunConfig) if key.key not in ("section", "signal", "algorithm")]
    text = (
        "# All configurations\n\nThe tables of every configuration; each experiment adds a table of its name, and its "
        "signals.  Keys are those of `--set`; `NAME` is the name, label or number of a table of an array.\n\n"
    )
    return text + "\n".join(sections(keys, "##"))


def experiment(choice: Choice) -> str:
    """Return the page of an experiment."""
    spec, section = choice.experiment, choice.section
    name = spec.name
    signals = listed_signals(spec, section)
    parts = [
        f"# {TITLES.get(name, name)}\n",
        f"## Keys of `[{name}]`\n",
        *sections(described(spec.config_model, name, section)),
        "## Signals\n",
        markdown(signals_table(name, signals)),
        markdown(parameters_table(name, signals)),
        "## Trigger bits\n",
        markdown(bits_table(name, trigger_bits(spec, section))),
    ]
    for config in shipped_configs():
        setup, origin = traced_setup(config)
        if setup.config.experiment == name:
            parts += [f"## Lines of `{config}`\n", markdown(lines_table(config, menu_lines(setup, origin)))]
    return "\n".join(parts)


def sections(keys: Iterable[Key], level: str = "###") -> Iterator[str]:
    """Yield a heading and a table for each table of keys."""
    groups: dict[str, list[Key]] = {}
    about: dict[str, str] = {}
    for key in keys:
        if key.tables and key.holds in ("table", "array of tables"):
            about[f"{key.key}.{NAME}" if key.holds != "table" else key.key] = key.meaning
        else:
            groups.setdefault(key.key.rpartition(".")[0], []).append(key)
    for place, inside in groups.items():
        if place:
            yield f"{level} `{place}`\n"
        if about.get(place):
            yield f"{inline(about[place])}\n"
        yield markdown(keys_table(inside))


def keys_table(keys: Sequence[Key]) -> Table:
    """Return the keys of one table; where it is of several kinds, what these have alike is said once."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for key in keys:
        # Beside a column of its own the source would leave too little room for words.
        said = f"{key.meaning} Source: {key.source}" if key.source else key.meaning
        row = (key.name, cut(default_text(key)), key.unit, allowed_text(key), said)
        rows.setdefault(row, []).append(key.kind)
    kinds = list(dict.fromkeys(key.kind for key in keys))
    names = ("key", "default", "unit", "range", "meaning, source of the default")
    columns = [Column(name, kind="code" if name in ("key", "default") else "text") for name in names]
    if len(kinds) == 1:
        return table("", columns, list(rows))
    told = [("all" if len(found) == len(kinds) else ", ".join(found)) for found in rows.values()]
    return table(
        "", [*columns, Column("of", kind="text")], [(*row, of) for row, of in zip(rows, told, strict=True)]
    )


def cut(text: str) -> str:
    """Return a default, of a long array the beginning."""
    return text if len(text) <= LONG else f"{text[: LONG - 3]}..."


def markdown(shown: Table) -> str:
    """Return a table as Markdown."""
    code = [column.kind in ("key", "code") for column in shown.columns]
    head = "| " + " | ".join(column.head for column in shown.columns) + " |"
    rule = "|" + "---|" * len(shown.columns)
    rows = [
        "| " + " | ".join(spanned(cell.text) if is_code else inline(cell.text)
                          for cell, is_code in zip(row, code, strict=True)) + " |"
        for row in shown.rows
    ]  # fmt: skip
    return "\n".join([head, rule, *rows, "", *(f"{inline(note)}\n" for note in shown.notes)])


def spanned(text: str) -> str:
    """Return a text as code in a cell of a table."""
    return f"`{text}`".replace("|", "\\|") if text else ""


def inline(text: str) -> str:
    """Return a text with what Markdown would take for marks escaped, outside of code."""
    parts = text.split("`")
    if len(parts) % 2 == 0:
        parts = ["'".join(parts)]
    return "".join(
        spanned(part) if number % 2 else "".join(f"\\{c}" if c in "\\|*_$<>[]#~^{}" else c for c in part)
        for number, part in enumerate(parts)
    )
