"""Sphinx configuration; build with ``sphinx-build -W docs docs/_build``."""

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
