"""tau -> hadrons nu by traces of Dirac matrices, one point of phase space at a time; momenta as (E, p)."""

from __future__ import annotations

import numpy as np
from reference.dirac import G5, METRIC, UNIT, G, dot, slash


def tau_tensor(tau, neutrino):
    """L^mn of tau- -> nu (current), spins summed: float[4, 4], the part that is symmetric."""
    m = np.sqrt(dot(tau, tau))
    left = [g @ (UNIT - G5) for g in G]
    out = np.zeros((4, 4))
    for i in range(4):
        for j in range(4):
            back = G[0] @ left[j].conj().T @ G[0]
            out[i, j] = np.trace(slash(neutrino) @ left[i] @ (slash(tau) + m * UNIT) @ back).real
    return 0.5 * (out + out.T)


def squared(tau, neutrino, current):
    """|M|^2 of a hadronic current (complex[4], upper index), any unit."""
    down = METRIC @ np.asarray(current)
    return float((np.conj(down) @ tau_tensor(tau, neutrino) @ down).real)


def transverse(q, current):
    """What of a current is transverse to q."""
    return current - q * (dot(q, current) / dot(q, q))


def resonance(s, pole, width, first, second):
    """Breit-Wigner amplitude of a P wave, 1 at s = 0."""

    def momentum(v):
        return np.sqrt((v - (first + second) ** 2) * (v - (first - second) ** 2)) / (2 * np.sqrt(v))

    running = width * (momentum(s) / momentum(pole**2)) ** 3 * pole / np.sqrt(s)
    return pole**2 / (pole**2 - s - 1j * np.sqrt(s) * running)


def three_pion_current(one, two, three):
    """J of Kuehn and Santamaria without the a1; pions 1 and 2 are alike."""

    def rho(a, b):
        s, masses = dot(a + b, a + b), [np.sqrt(dot(v, v)) for v in (a, b)]
        return (resonance(s, 0.773, 0.145, *masses) - 0.145 * resonance(s, 1.370, 0.510, *masses)) / (
            1 - 0.145
        )

    total = one + two + three
    return transverse(total, (one - three) * rho(one, three) + (two - three) * rho(two, three))


def omega_pion_squared(tau, neutrino, omega, pion):
    """|M|^2 of omega pi, the omega's three states summed: J_m = e_mnab E_n omega_a pion_b."""
    sign = {}
    for order in np.ndindex(4, 4, 4, 4):
        if len(set(order)) == 4:
            sign[order] = np.linalg.det(np.eye(4)[list(order)])
    states = -METRIC + np.outer(omega, omega) / dot(omega, omega)
    tensor, total = METRIC @ tau_tensor(tau, neutrino) @ METRIC, 0.0
    a, b = METRIC @ omega, METRIC @ pion
    vector = np.zeros((4, 4))
    for (i, j, k, n), value in sign.items():
        vector[i, j] += value * a[k] * b[n]
    # vector[m, n] is J^m for a state along n (upper indices).
    down = METRIC @ states @ METRIC
    for j in range(4):
        for k in range(4):
            total += down[j, k] * (vector[:, j] @ tensor @ vector[:, k])
    return float(total)
