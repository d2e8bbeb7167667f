"""HepMC3 ascii in one pass over the bytes: lines of the form that writers give them, to tables of particles.

Plan.  Every line is read by its first letter, word by word, with one space between words.  Whatever has another form
or breaks a rule is declined as a whole: the careful reader in Python then reads the file, or says what is wrong with
it and where.  So nothing here needs to know about errors, and what is accepted is as the careful reader has it.
"""

from libc.stdint cimport int64_t, uint8_t, uint64_t
from libc.string cimport memchr, memcpy, memset, strlen, strncmp

include "words.pxi"

cdef enum:
    BEAM = 4
    # Pairs of particles into and out of a vertex that are compared in one text; real events need a few thousand.
    MOST_PAIRS = 20_000_000


def count(bytes data, Py_ssize_t begin):
    """Return the rows that `parse` needs at most for events, particles, vertices, what goes into them, weights."""
    cdef const char *p = <const char *> data + begin
    cdef const char *stop = <const char *> data + len(data)
    cdef const char *line
    cdef Py_ssize_t events = 0, particles = 0, vertices = 0, incoming = 0, weights = 0
    while p < stop:
        line = p
        p = <const char *> memchr(p, b"\n", stop - p)
        if p == NULL:
            p = stop
        if line[0] == b"P":
            particles += 1
        elif line[0] == b"V":
            vertices += 1
            incoming += 1
            while line < p and line[0] != b"]":
                incoming += line[0] == b","
                line += 1
        elif line[0] == b"E":
            events += 1
        elif line[0] == b"W":
            while line < p:
                weights += line[0] == b" "
                line += 1
        p += 1
    return events, particles, vertices, incoming, weights


cdef struct Tables:
    # Of all particles, per column of `parse`; rows of the event begin at `first`.
    int64_t *code
    int64_t *status
    int64_t *mother
    int64_t *other
    int64_t *primary
    int64_t *end
    uint8_t *ended
    uint8_t *copied
    double *momentum
    double *start
    # Of all vertices: their points, and rows of `list` that hold the particles that go in.
    double *point
    int64_t *in_first
    uint8_t *placed
    int64_t *list
    # The row of a vertex by its number (turned positive), if that is one of this event.
    int64_t *row
    int64_t rows
    int64_t particles, first
    int64_t vertices, first_vertex
    int64_t listed
    int64_t found
    int64_t pairs
    # Of the event.
    double[4] origin
    double energy, length


cdef bint particle(const char **at, Tables *t) except -1:
    """P number, source, code, px, py, pz, E, mass, status."""
    cdef int64_t[3] whole
    cdef double[5] real
    cdef int64_t i = t.particles, source, vertex, above, k
    if not (integers(at, whole, 3) and numbers(at, real, 5) and integers(at, t.status + i, 1)):
        return False
    source = whole[1]
    if whole[0] != i - t.first + 1 or source >= whole[0] or not -(1 << 31) < whole[2] < 1 << 31:
        return False
    t.code[i] = whole[2]
    t.end[i] = above = vertex = -1
    t.ended[i] = t.copied[i] = 0
    if source < 0:
        if -source >= t.rows or t.row[-source] < t.first_vertex:
            return False
        vertex = t.row[-source]
        t.pairs += t.in_first[vertex + 1] - t.in_first[vertex]
        if t.pairs > MOST_PAIRS:
            return False
        for k in range(t.in_first[vertex], t.in_first[vertex + 1]):
            t.copied[t.list[k]] |= t.code[t.list[k]] == t.code[i]
        if t.in_first[vertex] < t.in_first[vertex + 1]:
            above = t.list[t.in_first[vertex]]
    elif source > 0:
        above = t.first + source - 1
        t.ended[above] = 1
        t.copied[above] |= t.code[above] == t.code[i]
    t.mother[i] = above
    t.other[i] = t.other[above] if above >= 0 and t.code[above] == t.code[i] else above
    t.primary[i] = -1
    if t.status[i] != BEAM:
        if above < 0 or t.status[above] == BEAM:
            t.primary[i] = t.found
            t.found += 1
        else:
            t.primary[i] = t.primary[above]
    t.momentum[5 * i] = real[4]
    memcpy(t.momentum + 5 * i + 1, real, 4 * sizeof(double))
    if vertex >= 0 and t.placed[vertex]:
        memcpy(t.start + 4 * i, t.point + 4 * vertex, 4 * sizeof(double))
    else:
        memcpy(t.start + 4 * i, t.start + 4 * above if above >= 0 else t.origin, 4 * sizeof(double))
    t.particles += 1
    return True


cdef bint vertex(const char **at, Tables *t) except -1:
    """V number, status, [particles that go in], position."""
    cdef int64_t[2] whole
    cdef int64_t one, v = t.vertices
    if not integers(at, whole, 2) or at[0][0] != b" " or at[0][1] != b"[":
        return False
    # Numbers of vertices are those of lines as a rule; a number that comes twice is left to the careful reader.
    if not 0 < -whole[0] < t.rows or t.row[-whole[0]] >= t.first_vertex:
        return False
    at[0] += 2
    t.in_first[v] = t.listed
    while at[0][0] != b"]":
        if t.listed > t.in_first[v]:
            if at[0][0] != b",":
                return False
            at[0] += 1
        if not read_integer(at, &one) or not 0 < one <= t.particles - t.first:
            return False
        t.list[t.listed] = t.first + one - 1
        t.listed += 1
    at[0] += 1
    t.in_first[v + 1] = t.listed
    t.row[-whole[0]] = v
    t.placed[v] = at[0][0] != b"\n"
    if not position(at, t.point + 4 * v):
        return False
    for k in range(t.in_first[v], t.listed):
        t.ended[t.list[k]] = 1
        t.end[t.list[k]] = v if t.placed[v] else -1
    t.vertices += 1
    return True


cdef void place(double *point, const Tables *t, double light) noexcept:
    cdef int i
    for i in range(4):
        point[i] *= t.length
    point[3] /= light


cdef bint finish(Tables *t, int64_t announced, double light) noexcept:
    """Check an event whose lines are all read, and turn it to GeV, mm and ns."""
    cdef int64_t i
    if t.particles - t.first != announced or t.energy == 0.0:
        return False
    for i in range(t.first, t.particles):
        place(t.start + 4 * i, t, light)
        for k in range(5):
            t.momentum[5 * i + k] *= t.energy
    for i in range(t.first_vertex, t.vertices):
        place(t.point + 4 * i, t, light)
    t.first, t.first_vertex, t.found = t.particles, t.vertices, 0
    t.energy = 0.0
    return True


cdef bint units(const char **at, Tables *t) noexcept:
    if word(at, b" GEV"):
        t.energy = 1.0
    elif word(at, b" MEV"):
        t.energy = 1e-3
    else:
        return False
    if word(at, b" MM"):
        t.length = 1.0
    elif word(at, b" CM"):
        t.length = 10.0
    else:
        return False
    return True


cdef bint attribute(const char **at, const char *stop, double *section) except -1:
    """A particle, name, value; only the cross-section of the event is kept."""
    cdef int64_t whole
    cdef const char *first = at[0]
    if not plain(at[0], stop) or not integers(at, &whole, 1) or at[0][0] != b" " or at[0][1] == b" ":
        return False
    if whole == 0 and word(at, b" GenCrossSection"):
        if first[2] != b" " or not numbers(at, section, 1) or not (at[0][0] == b" " or at[0][0] == b"\n"):
            return False
    at[0] = stop
    return True


def parse(
    bytes data,
    Py_ssize_t begin,
    double light,
    int64_t[:, ::1] whole,
    uint8_t[:, ::1] flags,
    double[:, ::1] momentum,
    double[:, ::1] start,
    double[:, ::1] point,
    int64_t[:, ::1] lists,
    uint8_t[::1] placed,
    int64_t[:, ::1] offsets,
    double[::1] section,
    double[::1] weights,
):
    """Read the events from byte ``begin`` on, where the line of one begins; False if the form is another.

    Row by row, ``whole`` are code, status, mother, first ancestor of another kind (rows, -1 for none), primary
    and the vertex where it ends; ``flags`` whether it ends and whether it goes on as a copy; ``momentum`` mass,
    px, py, pz, E; ``start`` and ``point`` points of particles and vertices; ``offsets`` first particle
    and first weight of each event.
    """
    cdef Tables t
    cdef const char *p = <const char *> data + begin
    cdef const char *end = <const char *> data + len(data)
    cdef const char *line
    cdef const char *stop
    cdef int64_t n = -1, weight = 0
    cdef int64_t[3] head
    cdef bint good
    memset(&t, 0, sizeof(Tables))
    t.code, t.status, t.mother = &whole[0, 0], &whole[1, 0], &whole[2, 0]
    t.other, t.primary, t.end = &whole[3, 0], &whole[4, 0], &whole[5, 0]
    t.ended, t.copied = &flags[0, 0], &flags[1, 0]
    t.momentum, t.start, t.point = &momentum[0, 0], &start[0, 0], &point[0, 0]
    t.in_first, t.list, t.row, t.rows = &lists[0, 0], &lists[1, 0], &lists[2, 0], lists.shape[1]
    t.placed = &placed[0]
    while p < end:
        stop = <const char *> memchr(p, b"\n", end - p)
        if stop == NULL:
            stop = end
        line, p = p, p + 1
        if line == stop:
            continue
        if line[0] == b"P":
            good = particle(&p, &t)
        elif line[0] == b"V":
            good = vertex(&p, &t)
        elif line[0] == b"E":
            if n >= 0 and not finish(&t, head[2], light):
                return False
            n += 1
            good = integers(&p, head, 3) and position(&p, t.origin)
            offsets[0, n], offsets[1, n] = t.particles, weight
            section[n] = 0.0
        elif line[0] == b"W":
            # The last line of weights counts.
            weight = offsets[1, n]
            good = p < stop
            while good and p < stop:
                good = numbers(&p, &weights[weight], 1)
                weight += 1
        elif line[0] == b"A":
            good = attribute(&p, stop, &section[n])
        elif line[0] == b"U":
            good = units(&p, &t)
        else:
            p = line
            good = word(&p, b"HepMC::") and plain(p, stop)
            p = stop
        if not good or p != stop:
            return False
        p += 1
    if not finish(&t, head[2], light):
        return False
    offsets[0, n + 1], offsets[1, n + 1] = t.particles, weight
    return True
