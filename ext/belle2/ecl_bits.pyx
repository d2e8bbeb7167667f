"""Calorimeter trigger, second half: clusters and energy sums of a batch of crossings to trigger bits.

Energies in the centre of mass are compared as "E_lab > threshold x factor x 0.1", with the factor of the cluster's
cell; products are taken in the order of the experiment's simulation.
"""

from libc.stdint cimport int16_t, int32_t, int64_t, uint32_t
from libc.stdlib cimport abs

from shared.checks cimport cuts as cut_rows
from shared.checks cimport need, whole

cdef enum:
    MAX_CLUSTERS = 16
    TYPES = 14
    RING_SUMS = 4

# Columns of ``counts`` that are needed here, and columns of ``bits``; `trigemu.experiments.belle2.ecl.result` names
# them.
cdef enum:
    CLUSTERS_EXCEED = 3
    ICN = 4
    SOURCE = 8
    QUALITY = 10
    BACKGROUND = 11

cdef enum:
    CELLS = 577
    SUMS = 22

cdef enum:
    ELOW
    EHIGH
    ELUM
    BURST
    PHYSICS
    BHABHA2D
    BHABHA2D_TYPES
    VETO
    VETO_IN_TRACK
    VETO_CELL1
    VETO_CELL2
    SELECT
    SELECT_FLAG
    SELECT_CELL1
    SELECT_CELL2
    MUMU
    TAUB2B
    HIE
    LML
    BITS

cdef struct Cuts:
    double total[3]
    double burst
    double hie
    double types_forward[TYPES]
    double types_backward[TYPES]
    double veto[2]
    double select[2]
    double mumu
    double tau_total[3]
    double tau1
    double tau2[2]
    double tau3_pair
    double tau3[2]
    double hie4
    double lab[3]
    double cm[3]
    int veto_angles[4]
    int select_angles[4]
    int mumu_angles[4]
    int tau_angles[3][4]
    int hie_angles[4]
    int physics_mev
    int physics_clusters
    int bhabha_clusters
    int in_track[2]
    int lml0
    int lml12
    int mask13

cdef struct Crossing:
    int clusters
    int cell[MAX_CLUSTERS]
    int theta[MAX_CLUSTERS]
    int star_theta[MAX_CLUSTERS]
    int star_phi[MAX_CLUSTERS]
    double factor[MAX_CLUSTERS]
    double sum[MAX_CLUSTERS]
    double physics_energy
    double all_energy

# Rings (theta) whose sums are compared for each type of 2D Bhabha, forward and backward; 0 is no ring.
cdef int FORWARD[TYPES][3]
cdef int BACKWARD[TYPES][2]
FORWARD = [
    [1, 2, 3], [3, 0, 0], [4, 0, 0], [5, 0, 0], [4, 5, 0], [5, 0, 0], [5, 0, 0],
    [5, 6, 0], [5, 6, 0], [6, 7, 0], [6, 7, 0], [7, 8, 0], [8, 0, 0], [8, 9, 0],
]
BACKWARD = [
    [16, 17], [15, 0], [14, 15], [14, 15], [14, 0], [13, 14], [12, 13],
    [13, 0], [12, 0], [12, 0], [11, 0], [11, 0], [10, 11], [9, 10],
]


cdef void fill(double *target, object values):
    cdef int i
    for i, value in enumerate(values):
        target[i] = value


cdef void fill_whole(int *target, object values):
    cdef int i
    for i, value in enumerate(values):
        target[i] = value


cdef inline bint inside(int dphi, int total, const int *angles) noexcept nogil:
    return angles[0] < dphi < angles[1] and angles[2] < total < angles[3]


cdef bint thetas_fit(const int16_t[::1] theta) noexcept nogil:
    cdef Py_ssize_t i
    cdef bint outside = False
    for i in range(CELLS):
        outside |= theta[i] < 0 or theta[i] > 17
    return not outside


cdef bint clusters_fit(const int64_t[::1] offsets, const int16_t[:, ::1] cells) noexcept nogil:
    """Return whether crossings have no more clusters than there is room for, all of them in cells that there are."""
    cdef Py_ssize_t i
    cdef bint outside = False
    for i in range(offsets.shape[0] - 1):
        outside |= offsets[i + 1] - offsets[i] > MAX_CLUSTERS
    for i in range(offsets[offsets.shape[0] - 1]):
        outside |= cells[i, 0] < 1 or cells[i, 0] >= CELLS
    return not outside


cdef class Bits:
    """The decisions with their thresholds and tables; see `CalorimeterTrigger`."""

    cdef Cuts cuts
    cdef const int16_t[::1] theta
    cdef const int32_t[::1] table

    def __init__(self, object config, const int16_t[::1] theta, const int32_t[::1] table):
        """Copy the thresholds of an `Ecl` and keep the tables (577 entries each)."""
        cdef Cuts *c = &self.cuts
        need(theta.shape[0] == CELLS and table.shape[0] == CELLS and thetas_fit(theta), "Bits")
        self.theta, self.table = theta, table
        fill(c.total, config.total_energy)
        fill(c.types_forward, config.bhabha2d_forward)
        fill(c.types_backward, config.bhabha2d_backward)
        fill(c.veto, config.bhabha_veto_cm)
        fill(c.select, config.bhabha_select_cm)
        fill(c.tau_total, (config.taub2b_total, config.taub2b2_total, config.taub2b3_total))
        fill(c.tau2, config.taub2b2_cluster)
        fill(c.tau3, config.taub2b3_cluster)
        fill(c.lab, config.lml_lab)
        fill(c.cm, config.lml_cm)
        c.burst, c.hie, c.mumu, c.hie4 = config.burst, config.hie_energy, config.mumu_cm, config.hie4_cluster
        c.tau1, c.tau3_pair = config.taub2b_cluster, config.taub2b3_pair
        fill_whole(c.veto_angles, config.bhabha_veto_angles)
        fill_whole(c.select_angles, config.bhabha_select_angles)
        fill_whole(c.mumu_angles, config.mumu_angles)
        fill_whole(c.hie_angles, config.hie12_angles)
        fill_whole(c.tau_angles[0], config.taub2b_angles)
        fill_whole(c.tau_angles[1], config.taub2b2_angles)
        fill_whole(c.tau_angles[2], config.taub2b3_angles)
        fill_whole(c.in_track, config.in_track_theta)
        c.physics_mev, c.physics_clusters = config.physics_mev, config.physics_clusters
        c.bhabha_clusters = config.bhabha2d_clusters
        c.lml0, c.lml12, c.mask13 = config.lml0_clusters, config.lml12_clusters, config.lml13_theta_mask

    def run(
        self,
        const int16_t[:, ::1] counts,
        const double[:, ::1] sums,
        const int64_t[::1] cluster_offsets,
        const int16_t[:, ::1] cluster_whole,
        const double[:, ::1] cluster_real,
        int16_t[:, ::1] bits,
        uint32_t[:, ::1] words,
    ):
        """Decide all crossings that have any energy (first column of ``counts``).

        ``bits`` and ``words`` come as zeros.
        """
        cdef Py_ssize_t event, row
        cdef Crossing x
        cdef int i, entry
        cdef Py_ssize_t events = counts.shape[0]
        need(
            self.table is not None and counts.shape[1] > BACKGROUND and sums.shape[0] >= events
            and sums.shape[1] == SUMS and cluster_offsets.shape[0] == events + 1
            and cut_rows(cluster_offsets, min(cluster_whole.shape[0], cluster_real.shape[0]))
            and cluster_whole.shape[1] >= 1 and cluster_real.shape[1] >= 1 and bits.shape[0] >= events
            and bits.shape[1] == BITS and words.shape[0] >= events and words.shape[1] == 3
            and clusters_fit(cluster_offsets, cluster_whole),
            "Bits.run",
        )
        with nogil:
            for event in range(counts.shape[0]):
                if not counts[event, 0]:
                    continue
                x.clusters = <int> (cluster_offsets[event + 1] - cluster_offsets[event])
                x.physics_energy, x.all_energy = sums[event, 1], sums[event, 2]
                for i in range(x.clusters):
                    row = cluster_offsets[event] + i
                    x.cell[i] = cluster_whole[row, 0]
                    entry = self.table[x.cell[i]]
                    x.theta[i], x.sum[i] = self.theta[x.cell[i]], cluster_real[row, 0]
                    x.star_theta[i], x.star_phi[i], x.factor[i] = entry >> 13, entry >> 4 & 511, entry & 15
                self.energies(&x, &counts[event, 0], &sums[event, RING_SUMS], &bits[event, 0])
                self.pairs(&x, &bits[event, 0])
                self.singles(&x, &bits[event, 0])
                pack(&counts[event, 0], &bits[event, 0], &sums[event, 0], &words[event, 0])

    cdef void energies(self, Crossing *x, const int16_t *counts, const double *rings, int16_t *bits) noexcept nogil:
        """Bits of energy sums: thresholds, 2D Bhabha, physics."""
        cdef Cuts *cuts = &self.cuts
        cdef int k, i, types = 0
        cdef double forward, backward
        bits[ELOW] = x.physics_energy > cuts.total[0]
        bits[EHIGH] = x.physics_energy > cuts.total[1]
        bits[ELUM] = x.physics_energy > cuts.total[2]
        bits[BURST] = x.all_energy > cuts.burst
        for k in range(TYPES):
            forward = backward = 0.0
            for i in range(3):
                forward += rings[FORWARD[k][i]]
            for i in range(2):
                backward += rings[BACKWARD[k][i]]
            if forward >= cuts.types_forward[k] and backward >= cuts.types_backward[k]:
                types |= 1 << k
        bits[BHABHA2D_TYPES] = types
        bits[BHABHA2D] = types != 0 and counts[ICN] < cuts.bhabha_clusters
        bits[PHYSICS] = not bits[BHABHA2D] and (
            whole(x.physics_energy * 1000 + 0.5) > cuts.physics_mev or counts[ICN] > cuts.physics_clusters
        )

    cdef void pairs(self, Crossing *x, int16_t *bits) noexcept nogil:
        """Bits of pairs of clusters: 3D Bhabha, mu pairs, tau pairs, lml8-10."""
        cdef Cuts *cuts = &self.cuts
        cdef int i, j, dphi, folded, total, low
        cdef int tau[3]
        cdef int lml = 0
        cdef double a, b, fa, fb
        cdef bint none_above = True
        tau[0] = tau[1] = tau[2] = 0
        bits[VETO_IN_TRACK] = bits[SELECT_FLAG] = -1
        bits[VETO_CELL1] = bits[VETO_CELL2] = bits[SELECT_CELL1] = bits[SELECT_CELL2] = -10
        for i in range(x.clusters):
            for j in range(i + 1, x.clusters):
                # Integer angles; the difference is not folded, except for lml8-10.
                dphi = abs(x.star_phi[i] - x.star_phi[j])
                total = x.star_theta[i] + x.star_theta[j]
                a, b, fa, fb = x.sum[i], x.sum[j], x.factor[i], x.factor[j]
                if (
                    inside(dphi, total, cuts.veto_angles)
                    and a > cuts.veto[0] * fa * 0.1 and b > cuts.veto[0] * fb * 0.1
                    and (a > cuts.veto[1] * fa * 0.1 or b > cuts.veto[1] * fb * 0.1)
                ):
                    # The last pair that fits decides.
                    bits[VETO], bits[VETO_CELL1], bits[VETO_CELL2] = 1, x.cell[i], x.cell[j]
                    bits[VETO_IN_TRACK] = (
                        cuts.in_track[0] <= x.theta[i] <= cuts.in_track[1]
                        or cuts.in_track[0] <= x.theta[j] <= cuts.in_track[1]
                    )
                if (
                    inside(dphi, total, cuts.select_angles)
                    and a > cuts.select[0] * fa * 0.1 and b > cuts.select[0] * fb * 0.1
                    and (a > cuts.select[1] * fa * 0.1 or b > cuts.select[1] * fb * 0.1)
                ):
                    bits[SELECT], bits[SELECT_CELL1], bits[SELECT_CELL2] = 1, x.cell[i], x.cell[j]
                    low = min(x.theta[i], x.theta[j])
                    bits[SELECT_FLAG] = low - 1 if low < 4 else 3
                if inside(dphi, total, cuts.mumu_angles) and a < cuts.mumu * fa * 0.1 and b < cuts.mumu * fb * 0.1:
                    bits[MUMU] = 1
                if inside(dphi, total, cuts.tau_angles[0]) and (a < cuts.tau1 or b < cuts.tau1):
                    tau[0] = 1
                if inside(dphi, total, cuts.tau_angles[1]) and a > cuts.tau2[1] and b > cuts.tau2[1]:
                    tau[1] = 1
                if (
                    inside(dphi, total, cuts.tau_angles[2])
                    and 2 <= x.theta[i] <= 16 and 2 <= x.theta[j] <= 16
                    and (a > cuts.tau3_pair or b > cuts.tau3_pair)
                ):
                    tau[2] = 1
                folded = 360 - dphi if dphi > 180 else dphi
                if folded > 170:
                    if a > cuts.lab[2] and b > cuts.lab[2]:
                        lml |= 1 << 8
                    if (a < cuts.lab[2] and b > cuts.lab[2]) or (a > cuts.lab[2] and b < cuts.lab[2]):
                        lml |= 1 << 9
                if folded > 160 and 160 < total < 200:
                    lml |= 1 << 10
        low = 0
        for i in range(x.clusters):
            low += (x.theta[i] <= 3 or x.theta[i] >= 16) and x.sum[i] > cuts.tau2[0]
            if x.sum[i] <= cuts.tau3[0] or x.sum[i] > cuts.tau3[1]:
                tau[2] = 0
            if x.sum[i] > 0.1 * x.factor[i] * cuts.cm[0]:
                none_above = False
        if low >= 2:
            tau[1] = 0
        for i in range(3):
            if tau[i] and x.all_energy < cuts.tau_total[i]:
                bits[TAUB2B] |= 1 << i
        if none_above:
            bits[LML] = lml | 1 << 11

    cdef void singles(self, Crossing *x, int16_t *bits) noexcept nogil:
        """Bits of counts of clusters: the other lml, hie1-4."""
        cdef Cuts *cuts = &self.cuts
        cdef int i, n = x.clusters, t, soft, lml = bits[LML], hie = 0b1111
        cdef int n300 = 0, inner = 0, hard = 0, brl2 = 0, end2 = 0, far2 = 0, brl1 = 0, end1 = 0, mid = 0
        cdef bint veto = bits[VETO], dphi_fits, total_fits
        cdef double e, scale
        for i in range(n):
            t, e = x.theta[i], x.sum[i]
            scale = 0.1 * x.factor[i]
            n300 += e > cuts.lab[1]
            inner += 2 <= t <= 16
            hard += 2 <= t <= 16 and e > cuts.lab[0]
            if cuts.mask13 >> (t - 1) & 1:
                mid += e > scale * cuts.cm[2]
            if e > scale * cuts.cm[0]:
                brl2 += 4 <= t <= 14
                end2 += t == 2 or t == 3 or t == 15 or t == 16
                far2 += t == 1 or t == 17
            if e > scale * cuts.cm[1]:
                brl1 += 4 <= t <= 15
                end1 += t == 2 or t == 3 or t == 16
        if n >= 3 and n300 >= cuts.lml0 and not veto:
            lml |= 1 << 0
        if brl2 > 0:
            lml |= 1 << 1
        if end2 > 0:
            lml |= 1 << (3 if veto else 2)
        if far2 > 0:
            lml |= 1 << (5 if veto else 4)
        if brl1 == 1 and n300 == 1:
            lml |= 1 << 6
        if end1 == 1 and n300 == 1:
            lml |= 1 << 7
        if inner >= 3 and hard >= cuts.lml12 and not veto:
            lml |= 1 << 12
        if mid == 1 and n300 == 1:
            lml |= 1 << 13
        bits[LML] = lml
        if x.physics_energy <= cuts.hie or (n == 1 and x.theta[0] <= 3):
            hie = 0
        elif n == 2:
            i = abs(x.star_phi[0] - x.star_phi[1])
            t = x.star_theta[0] + x.star_theta[1]
            dphi_fits = cuts.hie_angles[0] < i < cuts.hie_angles[1]
            total_fits = cuts.hie_angles[2] < t < cuts.hie_angles[3]
            if dphi_fits and total_fits:
                hie &= ~1
            if dphi_fits or total_fits:
                hie &= ~2
            soft = x.theta[0] if x.sum[0] < x.sum[1] else x.theta[1]
            if soft <= 3 or soft >= 16:
                hie &= ~4
                if x.sum[0] > cuts.hie4 and x.sum[1] > cuts.hie4:
                    hie &= ~8
        bits[HIE] = hie


cdef void pack(const int16_t *counts, const int16_t *bits, const double *sums, uint32_t *words) noexcept nogil:
    """Write the 96 bits.

    Quirks of the experiment's simulation: bit 19 (2D Bhabha) is never set; of the Bhabha types, the first stands
    in bit 33 together with the 2D decision, types 2 to 13 in bits 32 down to 21, the 14th nowhere; the total energy
    is in whole GeV.
    """
    cdef uint32_t kinds = bits[BHABHA2D] << 13, etot = <uint32_t> whole(sums[1]) & 0x1FFF
    cdef uint32_t time = <uint32_t> whole(sums[3] + 0.5) & 0x7F, lml = bits[LML], hie = bits[HIE]
    cdef uint32_t tau = bits[TAUB2B], full = counts[CLUSTERS_EXCEED] > 0, in_track = bits[VETO_IN_TRACK] == 1
    cdef uint32_t flag = bits[SELECT_FLAG] & 3 if bits[SELECT] else 0
    cdef int k
    for k in range(13):
        kinds |= (bits[BHABHA2D_TYPES] >> k & 1) << (13 - k)
    words[0] = 1 | time << 1 | counts[SOURCE] << 15 | bits[PHYSICS] << 18 | (kinds & 0xFFF) << 20
    words[1] = (
        kinds >> 12 | etot << 2 | bits[ELOW] << 15 | bits[EHIGH] << 16 | bits[ELUM] << 17
        | (counts[ICN] & 0x7F) << 18 | counts[BACKGROUND] << 25 | full << 28
        | bits[VETO] << 29 | (lml & 3) << 30
    )
    words[2] = (
        lml >> 2 & 0x3FF | bits[SELECT] << 10 | bits[MUMU] << 11 | 1 << 12 | bits[BURST] << 13
        | (lml >> 12 & 3) << 14 | counts[QUALITY] << 20 | in_track << 22
        | flag << 23 | (tau & 1) << 25 | (hie & 7) << 26
        | (tau >> 1 & 3) << 29 | hie >> 3 << 31
    )
