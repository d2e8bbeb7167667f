"""Pulser: an experiment without detectors, for testing the streaming and the recorded formats.

Sources send pulses at random channels and times, or ready-made blocks of any size; the trigger fires on
multiplicity.  It starts in no time, so that tests of processes that die take seconds.
"""
