"""Studies of the shipped experiments: published numbers and how they are recomputed, displays, trainings.

Each package has a `trigemu.measure.studies.Studies` object that an entry point names; nothing else knows it.
"""
