"""NA62 at the CERN SPS, in beam-dump mode: A' -> mu+ mu- and A' -> e+ e-."""

from trigemu.experiments.na62.experiment import NA62Experiment

EXPERIMENT = NA62Experiment()
"""What the entry point of the experiment names."""
