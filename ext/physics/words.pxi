# Words of a line: integers, numbers and names, with one space before each; False where something else stands.
#
# Numbers with at most 53 bits of digits and a power of ten up to 22 are one exact integer times or over one exact
# power, thus correctly rounded (W. D. Clinger, PLDI 1990); others are left to Python's own conversion.

cdef extern from "Python.h":
    double PyOS_string_to_double(const char *text, char **end, void *overflow) except? -1.0

cdef enum:
    MAX_DIGITS = 18
    MAX_POWER = 22

cdef double[23] POWERS
POWERS[:] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
    1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]


cdef bint read_integer(const char **at, int64_t *out) noexcept:
    cdef const char *p = at[0]
    cdef bint negative = p[0] == b"-"
    cdef int64_t value = 0
    p += negative
    cdef const char *first = p
    while b"0" <= p[0] <= b"9" and p - first <= MAX_DIGITS:
        value = 10 * value + (p[0] - c"0")
        p += 1
    if p == first or p - first > MAX_DIGITS:
        return False
    at[0] = p
    out[0] = -value if negative else value
    return True


cdef bint read_number(const char **at, double *out) except -1:
    """Digits, maybe a point and digits, maybe an exponent; as Python's float reads it."""
    cdef const char *first = at[0]
    cdef const char *p = first + (first[0] == b"-")
    cdef uint64_t digits = 0
    cdef int power = 0, exponent = 0, taken = 0
    cdef bint fraction = False, exact = True, small
    cdef char *rest
    if not b"0" <= p[0] <= b"9":
        return False
    while True:
        if b"0" <= p[0] <= b"9":
            if taken < MAX_DIGITS:
                digits = 10 * digits + <uint64_t> (p[0] - c"0")
                taken += digits != 0
                power -= fraction
            else:
                exact &= p[0] == b"0"
                power += not fraction
        elif p[0] == b"." and not fraction:
            fraction = True
        else:
            break
        p += 1
    if p[0] == b"e" or p[0] == b"E":
        p += 1
        small = p[0] == b"-"
        p += p[0] == b"-" or p[0] == b"+"
        if not b"0" <= p[0] <= b"9":
            return False
        while b"0" <= p[0] <= b"9":
            exponent = min(10 * exponent + (p[0] - c"0"), 100_000)
            p += 1
        power += -exponent if small else exponent
    at[0] = p
    while digits >> 53 and digits % 10 == 0:
        digits //= 10
        power += 1
    if digits == 0:
        out[0] = 0.0
    elif not exact or digits >> 53 or not -MAX_POWER <= power <= MAX_POWER:
        out[0] = PyOS_string_to_double(first, &rest, NULL)
        return True
    elif power < 0:
        out[0] = <double> digits / POWERS[-power]
    else:
        out[0] = <double> digits * POWERS[power]
    if first[0] == b"-":
        out[0] = -out[0]
    return True


cdef bint integers(const char **at, int64_t *out, int n) noexcept:
    cdef int i
    for i in range(n):
        if at[0][0] != b" ":
            return False
        at[0] += 1
        if not read_integer(at, out + i):
            return False
    return True


cdef bint numbers(const char **at, double *out, int n) except -1:
    cdef int i
    for i in range(n):
        if at[0][0] != b" ":
            return False
        at[0] += 1
        if not read_number(at, out + i):
            return False
    return True


cdef bint position(const char **at, double *out) except -1:
    """Nothing (the origin), or ' @' and four numbers; False in another form."""
    memset(out, 0, 4 * sizeof(double))
    if at[0][0] == b"\n":
        return True
    if at[0][0] != b" " or at[0][1] != b"@":
        return False
    at[0] += 2
    return numbers(at, out, 4)


cdef bint plain(const char *p, const char *stop) noexcept:
    """Whether Python sees one line here: no control characters, nothing beyond ASCII."""
    cdef bint good = True
    while p < stop:
        good &= 32 <= p[0] < 127
        p += 1
    return good


cdef bint word(const char **at, const char *text) noexcept:
    cdef size_t n = strlen(text)
    if strncmp(at[0], text, n):
        return False
    at[0] += n
    return True
