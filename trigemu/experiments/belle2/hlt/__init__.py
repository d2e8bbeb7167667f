"""The software trigger's lines for dark-sector searches."""
