"""Sphinx configuration; build with ``sphinx-build -W docs docs/_build``."""

import os
import sys
from pathlib import Path

project = "trigemu"
author = "The trigemu developers"
copyright = "2026, the trigemu developers"
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
html_theme = "furo"
html_title = "trigemu"
html_static_path = ["_static"]
html_css_files = ["frames.css"]
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["_build", "_pictures", "_generated", ".jupyter_cache"]
autodoc_typehints = "none"
nitpicky = False
# The gallery's notebooks run, each in a folder of its own; what did not change is not run again.
nb_execution_mode = "cache"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_merge_streams = True
# Events of detectors and generators are not part of the package: used where they lie beside the repository.
data = Path(__file__).resolve().parents[2] / "shared" / "data"
besiii_raw = data / "besiii" / "run91668.raw"
if besiii_raw.is_file():
    os.environ.setdefault("BESIII_RAW", str(besiii_raw))


def draw(app):
    """Make the pictures that pages show, with fixed seeds; they are not kept in the repository."""
    from trigemu.studies.babar import pictures as babar
    from trigemu.studies.belle2 import pictures as belle2
    from trigemu.studies.besiii import pictures as besiii

    folder = Path(app.srcdir) / "_pictures"
    belle2.draw_page(folder)
    events = data / "events"
    besiii.draw_page(folder, besiii_raw if besiii_raw.is_file() else None)
    babar.draw_page(folder, events if events.is_dir() else None)


def write_tables(app):
    """Write the parts of pages that are made of descriptions in the code; they are not kept in the repository."""
    from trigemu.measure.export.page import columns_page

    folder = Path(app.srcdir) / "_generated"
    folder.mkdir(exist_ok=True)
    (folder / "export.md").write_text(columns_page(), encoding="utf-8")


def refer(app):
    """Make the configuration reference; it is not kept in the repository."""
    sys.path.insert(0, str(app.srcdir))
    from reference_pages import write_reference

    write_reference(Path(app.srcdir) / "reference")


def setup(app):
    """Register what is done before pages are read."""
    app.connect("builder-inited", write_tables)
    app.connect("builder-inited", refer)
    app.connect("builder-inited", draw)
