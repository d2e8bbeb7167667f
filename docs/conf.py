"""Sphinx configuration; build with ``sphinx-build -W docs docs/_build``."""

from pathlib import Path

project = "trigemu"
author = "The trigemu developers"
copyright = "2026, the trigemu developers"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
html_theme = "furo"
html_title = "trigemu"
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
autodoc_typehints = "none"
nitpicky = False


def draw(app):
    """Make the pictures that pages show, with fixed seeds; they are not kept in the repository."""
    from trigemu.studies.belle2 import pictures as belle2
    from trigemu.studies.besiii import pictures as besiii

    folder = Path(app.srcdir) / "_pictures"
    belle2.draw_page(folder)
    # Real events are not part of the package: shown where they lie beside the repository.
    raw = Path(app.srcdir).resolve().parents[1] / "shared" / "data" / "besiii" / "run91668.raw"
    besiii.draw_page(folder, raw if raw.is_file() else None)


def setup(app):
    """Register what is done before pages are read."""
    app.connect("builder-inited", draw)
