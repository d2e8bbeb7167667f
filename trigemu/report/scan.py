"""The files of a scan: its table for scripts and analysts, its picture for people."""

from __future__ import annotations

import json
from pathlib import Path

from trigemu.frames.rundir import write_whole
from trigemu.measure.plots import efficiency_figure
from trigemu.measure.table import EfficiencyTable
from trigemu.render.pictures.canvas import save_figure


def write_table(table: EfficiencyTable, folder: Path) -> list[Path]:
    """Write ``efficiency.csv``, ``.json``, ``.png`` and ``.svg`` into an existing folder; return the files."""
    write_whole(folder / "efficiency.csv", table.to_csv())
    write_whole(folder / "efficiency.json", json.dumps(table.to_dict(), indent=2) + "\n")
    figure = efficiency_figure(table)
    pictures = [folder / "efficiency.png", folder / "efficiency.svg"]
    for picture in pictures:
        save_figure(figure, picture)
    return [folder / "efficiency.csv", folder / "efficiency.json", *pictures]
