"""What a comparison says where events of one side or both are weighted."""

from __future__ import annotations

from collections.abc import Sequence

from trigemu.measure.comparison.data import EfficiencyDifference

VALUES = "values are ratios of sums of weights, and n_eff is the effective number of events whose interval they have."


def weight_notes(found: Sequence[EfficiencyDifference]) -> list[str]:
    """Return which side's events are weighted, and what is shown of them; nothing where none are."""
    sides = [(each.a, each.b) for each in found if each.a is not None and each.b is not None]
    weighted = [name for place, name in enumerate("AB") if any(side[place].weighted for side in sides)]
    if not weighted:
        return []
    if len(weighted) == 2:
        return [f"Events of A and B are weighted: {VALUES}"]
    (other,) = set("AB") - set(weighted)
    return [f"Events of {weighted[0]} are weighted, those of {other} are not: in {weighted[0]} {VALUES}"]


def are_weighted_alike(found: Sequence[EfficiencyDifference]) -> bool:
    """Return whether events are weighted on both sides or on none, wherever both were counted."""
    return all(
        each.a.weighted == each.b.weighted for each in found if each.a is not None and each.b is not None
    )
