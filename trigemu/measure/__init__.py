"""Rates, efficiencies, latencies, comparisons with published numbers, plots and the report."""
