"""Files that commands in the docs name: short copies of the shared ones, under the names that the docs give them."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

NAMES = ("FOLDER", "EVENTS", "PATH")
"""Words of a command that stand for a user's file or folder."""

EVENTS = 30
"""Events kept of each file."""


def wants_files(command: str) -> bool:
    """Return whether a command names a user's file."""
    return any(name in command for name in NAMES)


def lay_out(scratch: Path, data: Path) -> None:
    """Make ``FOLDER``, ``EVENTS.hepmc3.gz`` and ``PATH/gdl_v36.*`` from the shared files."""
    folder = scratch / "FOLDER"
    folder.mkdir()
    for file in sorted((data / "events").glob("*.hepmc3.gz")):
        _shorten(file, folder / file.name)
    shutil.copy(folder / "na62_p400_cu_inclusive.hepmc3.gz", scratch / "EVENTS.hepmc3.gz")
    for place in (scratch / "PATH", scratch / "configs" / "menus"):
        place.mkdir(exist_ok=True)
        for file in (data / "belle2").glob("gdl_v36.*"):
            shutil.copy(file, place)


def _shorten(file: Path, short: Path) -> None:
    seen = 0
    with gzip.open(file, "rt") as read, gzip.open(short, "wt", compresslevel=1) as write:
        for line in read:
            seen += line.startswith("E ")
            if seen > EVENTS:
                write.write("HepMC::Asciiv3-END_EVENT_LISTING\n")
                break
            write.write(line)
