"""Telling a user which names are allowed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

SHORT_LIST = 128
"""Up to so many allowed names (all bits of an NA62 menu, say) are all listed; of longer lists only the closest."""


LONGEST = 200
"""Characters of a name that is compared with those that would have been right."""


def allowed(name: str, names: Iterable[str], what: str = "allowed", below: Sequence[str] = ()) -> str:
    """Return the end of an error sentence: the closest names first, then all of them if they are few.

    Parameters
    ----------
    name
        What the user wrote (compared without regard to case).
    names
        What would have been right; empty names are left out.
    what
        The word before the list, for instance ``allowed`` or ``installed``.
    below
        Names elsewhere (keys of tables inside), which are named where no other is close or one is the same.

    Returns
    -------
    str
        For instance ``did you mean 'h2'? allowed: h1, h2, q1``.
    """
    known = list(dict.fromkeys(n for n in names if n))
    by_lower: dict[str, str] = {}
    for n in known:
        by_lower.setdefault(n.lower(), n)
    # The comparison takes time with the square of the length, and nothing so long is nearly right.
    near = difflib.get_close_matches(name.lower(), by_lower, n=3, cutoff=0.5) if len(name) <= LONGEST else []
    close = [by_lower[n] for n in near]
    exact = [each for each in below if each.rpartition(".")[2].lower() == name.lower()]
    close = exact or close or list(below)
    parts = []
    if close:
        parts.append(f"did you mean {' or '.join(map(repr, close))}?")
    if len(known) <= SHORT_LIST:
        parts.append(f"{what}: {', '.join(known) or 'none'}")
    elif not close:
        parts.append(f"{what}: {', '.join(known[:SHORT_LIST])} and {len(known) - SHORT_LIST} more")
    return " ".join(parts)
