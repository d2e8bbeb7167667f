"""A pulser: ready-made fragments and a multiplicity trigger, for tests and throughput measurements."""
