"""The ``[besiii.emc]`` section: the calorimeter's sub-trigger.

Section numbers are those of besiii_babar_facts; "real" means besiii_real_facts; "fit" is a value found by matching the
hardware's words of real events, with the bracket that these allow.  What differs between epochs has no default here:
it comes from the conditions.
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

    ``mode``: ``pulse`` sums the shaped pulses of a cell's crystals and finds when the sum crosses the thresholds
    ``low_mv`` and ``high_mv``; ``plain`` compares the sum of the crystals' energies with ``plain_threshold_mev``.
    ``barrel_shift``, ``endcap_shift``: the hardware's cell is the place in azimuth less this.
    ``edge_quirk``: beyond the barrel's eastern end cells count as fired for the diagonal rule of the cluster finder.
    Thresholds of energies are counts of the sums; a condition needs more than that.
    """

    mode: Literal["pulse", "plain"] = "pulse"  # real 2.5: with timing is better
    barrel_shift: Annotated[int, Field(ge=0, le=29)] = 0  # fit, exact (real 2.5)
    endcap_shift: Annotated[int, Field(ge=0, le=31)] = 8  # fit, exact (real 2.5)

    # Fit of run 91668 (real 2.5): 72 MeV, within the design's 60-80 (A5.6).  The code's high threshold of 130 mV (A5.7)
    # loses 4 of that run's 24 cells.  Nothing is known of other epochs: these are taken for them too.
    low_mv: Millivolt = 70.0
    high_mv: Millivolt = 70.0
    fire_delay_ns: Annotated[int, Field(ge=0, le=5000)] = 1500  # A5.7, after the low threshold
    # Cells that fire later than this after the beginning of the read-out window do not count: none do, unless a record
    # of the hardware that ends earlier is compared (real 2.5: any limit from 4800 fits run 91668).
    fire_before_ns: Annotated[int, Field(ge=0, le=9216)] = 9216
    # Fit, bracket 58-83: cells whose pulses fire 1.4 us apart are on together in run 91668, and one that fired 2 us
    # before the others no more.  The simulation's code has 16 (A5.7), which contradicts event 3 of that run.
    active_ticks: Annotated[int, Field(ge=1, le=384)] = 72
    plain_threshold_mev: Mev = 80.0  # A5.6; real 2.5: 72-120 fit
    plain_delay_ns: Annotated[int, Field(ge=0, le=7000)] = (
        3000  # guess: pulses fire 2.3-3.7 us after their start
    )

    edge_quirk: bool = True  # A5.10
    bclus_bb_theta: Annotated[int, Field(ge=0, le=10)] = 1  # A5.15
    bclus_bb_phi: Steps = (13, 17)  # A5.15, of 30
    bclus_phi: Steps = (8, 22)  # A5.15, of 30
    eclus_bb_phi: Bins = (7, 9)  # A5.15, of 16
    eclus_phi: Bins = (5, 11)  # A5.15, of 16

    gate_mev: Mev = (
        72.0  # A5.6 and real 2.1: cells below do not enter sums; ``pulse`` has ``low_mv`` for that
    )
    counts_per_gev: Annotated[float, Field(gt=0, le=5000)]
    pedestals: Annotated[tuple[Pedestal, ...], Field(min_length=BLOCKS, max_length=BLOCKS)] = (
        _PEDESTALS  # real 2.5
    )
    # Barrel, endcaps, all: real 2.5, run 91668; for other epochs that give none, a guess (so are the pedestals).
    sum_offsets: tuple[Offset, Offset, Offset] = (20.0, 12.0, 29.0)
    full_scale: Annotated[int, Field(ge=1, le=32767)] = 1023  # real 2.5
    betot_h: Counts
    eetot_h: Counts
    etot_l: Counts
    etot_m: Counts
    bl_z: Counts
    bl_bblk: Counts
    bl_eblk: Counts

    @model_validator(mode="after")
    def _windows(self) -> Emc:
        for name in ("bclus_bb_phi", "bclus_phi", "eclus_bb_phi", "eclus_phi"):
            first, last = getattr(self, name)
            if first > last:
                raise FieldError(name, f"is ({first}, {last}), allowed: first <= last", named=False)
        return self
