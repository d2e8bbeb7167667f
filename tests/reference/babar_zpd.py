"""BaBar's z trigger, one seed after the other, every cell of its matrix, with Python's integers.

Tables (bands of cells, expected differences and their changes) are the package's, which tests of their own look at.
"""

from __future__ import annotations

import math

import numpy as np

AXIAL = (0, 3, 6, 9)
STEREO = (1, 2, 4, 5, 7, 8)
SEEDS = (6, 9)
DECISIONS = ("z", "zt", "zprime", "zk")


def place(which, superlayer, phi, places):
    full = 32 * int(places.cells[SEEDS[which]])
    return (
        (phi * int(places.factor[which, superlayer]) + int(places.offset[which, superlayer])) >> 16
    ) % full


def cells_of(which, superlayer, difference, bands):
    """Return bool[64, 64], the cells (curvature, dip) that take a segment."""
    taken = np.zeros((64, 64), bool)
    if superlayer in AXIAL:
        low, high = np.moveaxis(bands.axial[which, AXIAL.index(superlayer)], -1, 0)
        taken[(low <= difference) & (difference <= high)] = True
        return taken
    # Stereo wires: differences in steps of four, and all dips between the first and the last.
    low, high = np.moveaxis(bands.stereo[which, STEREO.index(superlayer)], -1, 0)
    step = (difference + 512) // 4 * 4 - 512
    fits = (low <= step + 3) & (high >= step)
    for curvature in np.flatnonzero(fits.any(axis=1)):
        dips = np.flatnonzero(fits[curvature])
        taken[curvature, dips[0] : dips[-1] + 1] = True
    return taken


def is_best(seed, segments, config, places):
    """Return whether no segment at a pivot nearby is better than a seed."""
    own = segments[seed]
    cells = int(places.cells[own[0]])
    for row, (superlayer, pivot, weight, _, tick) in enumerate(segments):
        apart = abs(pivot - own[1])
        near = min(apart, cells - apart) <= config.neighbours and abs(tick - own[4]) <= max(config.ticks)
        better = weight > own[2] or (weight == own[2] and row < seed)
        if config.neighbours and superlayer == own[0] and row != seed and near and better:
            return False
    return True


def near_segments(which, seed, segments, config, tables):
    """Return (superlayer, difference) of the segments in the window of a seed."""
    superlayer, _, _, phi, tick = segments[seed]
    full = 32 * int(tables.places.cells[superlayer])
    own = place(which, superlayer, phi, tables.places)
    found = []
    for other, _, weight, where, when in segments:
        difference = (place(which, other, where, tables.places) - own + full // 2) % full - full // 2
        inside = -512 <= difference < 512 and -config.ticks[0] <= when - tick <= config.ticks[1]
        if other != superlayer and weight >= config.weight and inside:
            found.append((other, difference))
    return found


def lowest_run(dips):
    """Return first and length of the lowest dips in a row (63 are as good as 64)."""
    length = 1
    while length < len(dips) and dips[length] == dips[0] + length:
        length += 1
    return int(dips[0]), min(length, 63)


def best_cell(near, superlayers, which, bands):
    """Return curvature and dip of the best cell and how many superlayers it has, or None."""
    taken = {superlayer: np.zeros((64, 64), bool) for superlayer in (*AXIAL, *STEREO)}
    for superlayer, difference in near:
        taken[superlayer] |= cells_of(which, superlayer, difference, bands)
    axial = sum(taken[superlayer][:, 0].astype(int) for superlayer in AXIAL)
    count = 1 + axial[:, None] + sum(taken[superlayer].astype(int) for superlayer in STEREO)
    found = []
    for curvature in np.flatnonzero(axial):
        most = int(count[curvature].max())
        first, length = lowest_run(np.flatnonzero(count[curvature] == most))
        if most >= superlayers:
            found.append((most, int(axial[curvature]), length, -int(curvature), first + (length - 1) // 2))
    if not found:
        return None
    most, _, _, curvature, dip = max(found)
    return -curvature, dip, most


def choose(near, which, curvature, dip, bands, fits):
    """Return superlayer -> residual from the row of the fit of the segments that are taken."""
    row = fits.rows[which, curvature, dip // 4].astype(int)
    chosen = {}
    for superlayer, difference in near:
        if cells_of(which, superlayer, difference, bands)[curvature, dip]:
            expected = row[0, superlayer] + (row[2, superlayer] * int(fits.shift[dip]) >> 13)
            residual = 8 * difference - int(expected)
            key = abs(residual), residual
            if superlayer not in chosen or key < chosen[superlayer][0]:
                value = 8 * difference - int(row[0, superlayer])
                chosen[superlayer] = key, max(-1023, min(1023, value))
    return {SEEDS[which]: 0, **{superlayer: residual for superlayer, (_, residual) in chosen.items()}}


def nearest(numerator, denominator):
    return (numerator + (denominator >> 1)) // denominator


def byte(value):
    return max(-128, min(127, value))


def fit(residuals, which, curvature, dip, fits):
    """Return curvature, tan(lambda) in 1/32, z0 and its error, or None."""
    row = fits.rows[which, curvature, dip // 4].astype(int).tolist()
    weight = {superlayer: int(fits.weight[superlayer]) for superlayer in residuals}
    columns = [{superlayer: row[k][superlayer] for superlayer in residuals} for k in (1, 2, 3)] + [residuals]
    total = sum(weight.values())

    def about_mean(x, y):
        product = sum(weight[s] * x[s] * y[s] for s in weight)
        return (
            total * product - sum(weight[s] * x[s] for s in weight) * sum(weight[s] * y[s] for s in weight)
            >> 13
        )

    sums = [[about_mean(x, y) for y in columns] for x in columns[:3]]
    matrix = [line[:3] for line in sums]

    def minor(i, j):
        rows, cols = [k for k in range(3) if k != i], [k for k in range(3) if k != j]
        a, b, c, d = (matrix[r][k] for r in rows for k in cols)
        return (-1) ** (i + j) * (a * d - b * c)

    determinant = sum(matrix[0][k] * minor(0, k) for k in range(3))
    assert abs(determinant) < 1 << 62
    if determinant < 1 << 30 or minor(2, 2) <= 0:
        return None
    numerators = [sum(sums[k][3] * minor(k, j) for k in range(3)) for j in range(3)]
    assert all(abs(number) < 1 << 62 for number in numerators)
    square = min(int(fits.variance[which]) * total * minor(2, 2) // (determinant >> 1), 1 << 18)
    return (
        byte(4 * curvature - 126 + nearest(numerators[0], determinant >> 3)),
        byte((int(fits.slope[dip // 4]) + nearest(numerators[1], determinant >> 13) + 128) >> 8),
        byte(nearest(numerators[2], determinant >> 6)),
        min((math.isqrt(square) + 1) >> 1, 255),
    )


def passes(which, curvature, slope, z0, error, missing, config):
    """Return the decisions that a track passes, one bit each."""
    passed = 0
    for bit, name in enumerate(DECISIONS):
        cuts = getattr(getattr(config, name), ("a7", "a10")[which])
        good = (
            cuts.curvature[0] < curvature < cuts.curvature[1]
            and cuts.tan_lambda[0] < slope / 32 < cuts.tan_lambda[1]
            and cuts.z0_cm[0] < z0 < cuts.z0_cm[1]
            and error < cuts.z0_error_cm
            and missing <= cuts.missing
        )
        passed |= good << bit
    return passed


def tracks_of(segments, config, tables, bands):
    """Return rows (seed, mask, curvature, tan, z0, error, missing, bin, tick, passed) of one crossing.

    ``segments``: (superlayer, pivot, weight, phi, tick) in the order of superlayers, pivots and ticks.
    """
    rows = []
    for which, seeded in enumerate(SEEDS):
        for seed, (superlayer, _, weight, phi, tick) in enumerate(segments):
            if superlayer != seeded or weight < config.seed_weight:
                continue
            if not is_best(seed, segments, config, tables.places):
                continue
            near = near_segments(which, seed, segments, config, tables)
            cell = best_cell(near, config.superlayers, which, bands)
            if cell is None:
                continue
            curvature, dip, count = cell
            residuals = choose(near, which, curvature, dip, bands, tables.fits)
            assert len(residuals) == count
            fitted = fit(residuals, which, curvature, dip, tables.fits)
            if fitted is None:
                continue
            rho, slope, z0, error = fitted
            missing = max(0, int(tables.decisions.possible[abs(rho), slope + 128]) - count)
            azimuth = (
                16
                * place(which, superlayer, phi, tables.places)
                // (32 * int(tables.places.cells[superlayer]))
            )
            mask = sum(1 << s for s in residuals)
            passed = passes(which, rho, slope, z0, error, missing, config)
            rows.append((seed, mask, rho, slope / 32, z0, error, missing, azimuth, tick, passed))
    return rows
