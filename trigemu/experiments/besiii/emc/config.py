"""The ``[besiii.emc]`` section: the calorimeter's sub-trigger.

"Fit" is a value found by matching the hardware's words of real events, with the bracket that these allow.  What differs
between epochs has no default here: it comes from the conditions.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from trigemu.config.model import FieldError, Model

BLOCKS = 16
"""Energy blocks: 6 sectors of the eastern half of the barrel, 6 of the western, 2 east, 2 west."""

Millivolt = Annotated[float, Field(ge=1, le=2000)]
Mev = Annotated[float, Field(gt=0, le=10000)]
Counts = Annotated[int, Field(ge=0, le=32767)]
Pedestal = Annotated[float, Field(ge=0, le=100)]
Offset = Annotated[float, Field(ge=-1000, le=1000)]
Step = Annotated[int, Field(ge=1, le=29)]
Steps = tuple[Step, Step]
"""First and last step in azimuth from a barrel cluster to another one."""

Bin = Annotated[int, Field(ge=0, le=15)]
Bins = tuple[Bin, Bin]
"""The same from a western cluster to an eastern one."""

_PEDESTALS = (
    *(7.0, 9.0, 12.0, 17.0, 13.5, 12.5, 12.0, 13.0, 12.0, 13.0, 15.0, 15.5),
    *(13.0, 12.0, 19.5, 9.0),
)


class Emc(Model):
    """Trigger cells, clusters and energy sums of the calorimeter.

    Thresholds of energies are counts of the sums; a condition needs more than that.
    """

    mode: Literal["pulse", "plain"] = "pulse"
    """``pulse`` sums the shaped pulses of a cell's crystals and finds when the sum crosses the thresholds ``low_mv``
    and ``high_mv``; ``plain`` compares the sum of the crystals' energies with ``plain_threshold_mev``.  Source:
    besiii_real_facts 2.5: with timing is better."""
    barrel_shift: Annotated[int, Field(ge=0, le=29)] = 0
    """The hardware's barrel cell is the place in azimuth less this [cells of 30].  Source: fit, exact
    (besiii_real_facts 2.5)."""
    endcap_shift: Annotated[int, Field(ge=0, le=31)] = 8
    """The hardware's endcap cell is the place in azimuth less this [cells of 32].  Source: fit, exact
    (besiii_real_facts 2.5)."""

    low_mv: Millivolt = 70.0
    """Low threshold of a cell's summed pulses, at least reached; it is also the gate to the energy sums [mV].  Source:
    fit of run 91668 (besiii_real_facts 2.5): 72 MeV, within the design's 60-80 (besiii_babar_facts A5.6); taken for
    other epochs too."""
    high_mv: Millivolt = 70.0
    """High threshold of a cell's summed pulses, at least reached, which makes a cell fire [mV].  Source: fit of run
    91668 (besiii_real_facts 2.5), taken for other epochs too; the code's 130 mV (besiii_babar_facts A5.7) loses 4 of
    that run's 24 cells."""
    fire_delay_ns: Annotated[int, Field(ge=0, le=5000)] = 1500
    """A cell fires so long after the low threshold, or at the high threshold where that is later [ns].  Source: read in
    the experiment's simulation (besiii_babar_facts A5.7)."""
    fire_before_ns: Annotated[int, Field(ge=0, le=9216)] = 9216
    """Cells that fire later than this after the beginning of the read-out window do not count [ns].  Source: chosen:
    all do, unless a record of the hardware that ends earlier is compared (besiii_real_facts 2.5: any limit from 4800
    fits run 91668)."""
    active_ticks: Annotated[int, Field(ge=1, le=384)] = 72
    """A cell is on for so long from its tick on [tick of 24 ns].  Source: fit of run 91668, bracket 58-83: cells whose
    pulses fire 1.4 us apart are on together, and one that fired 2 us before the others no more; the simulation's 16
    (besiii_babar_facts A5.7) contradicts event 3 of that run."""
    plain_threshold_mev: Mev = 80.0
    """``plain``: a cell with more energy fires [MeV].  Source: besiii_babar_facts A5.6; 72-120 fit (besiii_real_facts
    2.5)."""
    plain_delay_ns: Annotated[int, Field(ge=0, le=7000)] = 3000
    """``plain``: it fires so long after its energy's mean time [ns].  Source: guess, pulses fire 2.3-3.7 us after their
    start."""

    edge_quirk: bool = True
    """Beyond the barrel's eastern end cells count as fired for the diagonal rule of the cluster finder.  Source:
    inferred from the simulation's code (besiii_babar_facts A5.10)."""
    bclus_bb_theta: Annotated[int, Field(ge=0, le=10)] = 1
    """``bclus_bb``: by how many rows the partner may lie beside the opposite one [rows of 11].  Source: read in the
    experiment's simulation (besiii_babar_facts A5.15)."""
    bclus_bb_phi: Steps = (13, 17)
    """``bclus_bb``: first and last step in azimuth from a barrel cluster to its partner [steps of 30].  Source: read in
    the experiment's simulation (besiii_babar_facts A5.15)."""
    bclus_phi: Steps = (8, 22)
    """``bclus_phi``: first and last step in azimuth from a barrel cluster to its partner [steps of 30].  Source: read
    in the experiment's simulation (besiii_babar_facts A5.15)."""
    eclus_bb_phi: Bins = (7, 9)
    """``eclus_bb``: first and last step in azimuth from a western cluster to an eastern one [steps of 16].  Source:
    read in the experiment's simulation (besiii_babar_facts A5.15)."""
    eclus_phi: Bins = (5, 11)
    """``eclus_phi``: first and last step in azimuth from a western cluster to an eastern one [steps of 16].  Source:
    read in the experiment's simulation (besiii_babar_facts A5.15)."""

    gate_mev: Mev = 72.0
    """``plain``: cells below do not enter the energy sums; ``pulse`` has ``low_mv`` for that [MeV].  Source:
    besiii_babar_facts A5.6 and besiii_real_facts 2.1."""
    counts_per_gev: Annotated[float, Field(gt=0, le=5000)]
    """Counts of the sums for an energy deposited [1/GeV].  Source: the epoch's conditions, which say where each number
    comes from."""
    pedestals: Annotated[tuple[Pedestal, ...], Field(min_length=BLOCKS, max_length=BLOCKS)] = _PEDESTALS
    """Readings of the 16 energy blocks without energy [counts].  Source: fit of run 91668 (besiii_real_facts 2.5); for
    other epochs a guess."""
    sum_offsets: tuple[Offset, Offset, Offset] = (20.0, 12.0, 29.0)
    """Added to the sums of barrel, endcaps and all, whose blocks come without pedestals [counts].  Source: fit of run
    91668 (besiii_real_facts 2.5); for epochs that give none a guess."""
    full_scale: Annotated[int, Field(ge=1, le=32767)] = 1023
    """Largest reading of an energy block [counts].  Source: besiii_real_facts 2.5."""
    betot_h: Counts
    """``betot_h``: the sum of the barrel must be above this [counts].  Source: the epoch's conditions, which say where
    each number comes from."""
    eetot_h: Counts
    """``eetot_h``: the sum of both endcaps must be above this [counts].  Source: the epoch's conditions, which say
    where each number comes from."""
    etot_l: Counts
    """``etot_l``: the sum of all must be above this [counts].  Source: the epoch's conditions, which say where each
    number comes from."""
    etot_m: Counts
    """``etot_m``: the sum of all must be above this [counts].  Source: the epoch's conditions, which say where each
    number comes from."""
    bl_z: Counts
    """``bl_z``: the eastern and the western half must each be above this [counts].  Source: the epoch's conditions,
    which say where each number comes from."""
    bl_bblk: Counts
    """``bl_bblk``: two neighbouring barrel blocks of one half and the opposite two of the other must each be above this
    [counts].  Source: the epoch's conditions, which say where each number comes from."""
    bl_eblk: Counts
    """``bl_eblk``: the eastern and the western endcap must each be above this [counts].  Source: the epoch's
    conditions, which say where each number comes from."""

    @model_validator(mode="after")
    def _windows(self) -> Emc:
        for name in ("bclus_bb_phi", "bclus_phi", "eclus_bb_phi", "eclus_phi"):
            first, last = getattr(self, name)
            if first > last:
                raise FieldError(name, f"is ({first}, {last}), allowed: first <= last", named=False)
        return self
