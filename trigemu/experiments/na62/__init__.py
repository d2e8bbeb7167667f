"""NA62 at the CERN SPS, in beam-dump mode: A' -> mu+ mu- and A' -> e+ e-."""
