# What glt.pyx counts: objects, those with a partner on the other side, tracks with a cluster in their direction.

cdef inline uint8_t tracks(const Settings *s, uint32_t ring) noexcept nogil:
    return objects(s.ones, ring, TRACK_BINS, s.counting)


cdef inline uint8_t clusters(const Settings *s, uint32_t ring) noexcept nogil:
    return objects(s.ones, ring, CLUSTER_BINS, s.counting)


cdef inline void count_objects(const Settings *s, State *state) noexcept nogil:
    """Count what the maps of now hold: all of it, as this is faster than to ask which maps have changed."""
    cdef const uint32_t *now = state.now
    cdef uint8_t *count = state.count
    cdef uint32_t to_m = belonging(&s.tracks, now[M]), to_x = belonging(&s.tracks, now[X])
    cdef uint32_t to_both = to_m & to_x if s.bmx_both else to_m | to_x
    cdef int i
    count[N_U] = <uint8_t> now[U]
    count[N_A] = tracks(s, now[A])
    count[N_APRIME] = tracks(s, now[APRIME])
    count[N_B] = tracks(s, now[B])
    for i in range(ZK + 1 - Z):
        count[N_Z + i] = tracks(s, now[Z + i])
    count[N_M] = clusters(s, now[M])
    count[N_G] = clusters(s, now[G])
    count[N_E] = clusters(s, now[E])
    count[N_X] = clusters(s, now[X])
    count[N_Y] = objects(s.ones, now[Y], Y_BINS, s.counting)
    # Those that have a partner; it is mutual who is opposite whom.
    count[N_BSTAR] = tracks(s, now[B] & belonging(&s.opposite_b, now[B]))
    count[N_GSTAR] = clusters(s, now[G] & belonging(&s.opposite_g, now[G]))
    count[N_MSTAR] = clusters(s, now[M] & belonging(&s.opposite_m, now[M]))
    count[N_EMSTAR] = clusters(s, now[E] & belonging(&s.opposite_em, now[M]))
    count[N_EM] = clusters(s, now[E] & belonging(&s.near_em, now[M]))
    count[N_BM] = tracks(s, now[B] & to_m)
    count[N_AM] = tracks(s, now[A] & to_m)
    count[N_APRIMEM] = tracks(s, now[APRIME] & to_m)
    count[N_BMX] = tracks(s, now[B] & to_both)
