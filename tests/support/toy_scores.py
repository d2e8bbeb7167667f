"""Models that configurations of tests name as ``support.toy_scores:NAME``."""

from __future__ import annotations

import numpy as np


def total(features):
    """Return the sum of the features."""
    return features.sum(axis=1)


def nowhere(features):
    """Return what is no number, but 0 at the origin."""
    return np.where(features.any(axis=1), np.nan, 0.0)


def three(features):
    return np.zeros((len(features), 3))


def text(features):
    return ["high"] * len(features)


def fails(features):
    raise ValueError("of seven inputs\nnone is here")


NUMBER = 3.0
