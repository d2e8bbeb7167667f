"""The keys of an ``[[algorithm]]`` table that say which algorithm it is."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from trigemu.config.model import FileName, Model


class Naming(Model):
    """Either the name of an installed algorithm, or a file that holds one."""

    name: Annotated[str, Field(min_length=1)] | None = None
    """Name of an installed algorithm, or of one of those in the file."""

    file: Annotated[FileName, Field(min_length=1)] | None = None
    """Python file that holds the algorithm."""

    sha256: str | None = None
    """Hash of that file: another text of it is refused."""
