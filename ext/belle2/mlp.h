/* Multilayer perceptrons in 16-bit fixed point: the paths and how to choose among them.
 *
 * Inputs, activations and weights are 16-bit, sums 32-bit.  Pairs of inputs are multiplied and added at once (pmaddwd,
 * or vpdpwssd where there is VNNI).  A weight that does not fit in 16 bits is split over several columns that hold
 * the same input.  Sums wrap around while they are made; whoever prepares a network proves that the complete ones
 * fit (trigemu/experiments/belle2/neuro/packing.py), so every path gives the same integers.
 *
 * One row goes with its nodes side by side in vector lanes (mlp_lanes.h), many rows go side by side themselves
 * (mlp_rows.h): no lane is padding, weights are read once for all, and no sums across lanes are needed.
 */
#ifndef TRIGEMU_MLP_H
#define TRIGEMU_MLP_H

#include <stdint.h>
#include <string.h>

#define MLP_COLUMNS 1024 /* columns of a layer at most, those of repeated inputs included */
#define MLP_PADDING 64

typedef struct {
  int nodes;               /* of this layer */
  int inputs;              /* nodes of the layer before */
  int columns;             /* inputs, repeated inputs, zeros up to a multiple of 32 */
  int repeats;             /* repeated inputs */
  int pairs;               /* pairs of columns that are not all zero */
  int few;                 /* few nodes: one row of columns after the other; else pairs of columns, nodes in lanes */
  const int32_t *repeated; /* which input each repeated column holds */
  const int32_t *bias;     /* what sums start with, padded to a multiple of 16 */
  const int16_t *weights;  /* few: [node][columns]; else [pair][nodes, padded to 16][2] */
} mlp_layer;

typedef struct {
  int shift;            /* bits of a sum below those of the table's address */
  int last;             /* address from which the activation is `one` */
  int one;              /* activation 1 */
  int offset;           /* added to addresses to choose a piece */
  const int16_t *table; /* activations of non-negative sums, [last + 1] and one more */
  const float *curve;   /* [4][32]: polynomials of the pieces, lowest degree first; NULL: use the table */
} mlp_activation;

/* Room for the columns of two layers of one row. */
typedef struct {
  int16_t columns[2][MLP_COLUMNS + MLP_PADDING] __attribute__((aligned(64)));
} mlp_room;

#define MLP_ROWS 16    /* rows side by side at most */
#define MLP_INPUTS 32  /* of the first layer, zeros included */

/* Room for the columns of two layers of many rows: pairs of columns, rows in lanes; and for rows as they come. */
typedef struct {
  int32_t pairs[2][(MLP_COLUMNS + MLP_PADDING) / 2 * MLP_ROWS] __attribute__((aligned(64)));
  int16_t rows[MLP_ROWS][MLP_INPUTS] __attribute__((aligned(64)));
} mlp_rows_room;

/* One row through the layers; the last one's nodes are in the columns that follow its own. */
typedef void (*mlp_function)(const mlp_layer *, int, const mlp_activation *, mlp_room *);

/* A full set of rows through the layers; the last one's first two nodes are in the pairs that follow its own. */
typedef void (*mlp_rows_function)(const mlp_layer *, int, const mlp_activation *, mlp_rows_room *);

typedef struct {
  mlp_function one;
  mlp_rows_function many; /* NULL: there is none */
  int lanes;              /* rows that `many` takes */
} mlp_way;

/* A pair of columns or weights, read at once. */
typedef int32_t __attribute__((may_alias)) mlp_pair;

/* Put repeated inputs and zeros after the inputs. */
static inline void mlp_complete(const mlp_layer *layer, int16_t *x) {
  int used = layer->inputs;
  for (int i = 0; i < layer->repeats; i++)
    x[used++] = x[layer->repeated[i]];
  /* Lanes beyond the last node left something behind; fewer than 32 columns are to be cleared. */
  memset(x + used, 0, 32 * sizeof(int16_t));
}

/* The same where rows are in lanes; whatever follows meets weights that are zero. */
static inline void mlp_repeat(const mlp_layer *layer, int16_t *x, int lanes) {
  for (int i = 0; i < layer->repeats; i++) {
    int to = layer->inputs + i, from = layer->repeated[i];
    for (int lane = 0; lane < 2 * lanes; lane += 2)
      x[2 * lanes * (to / 2) + lane + to % 2] = x[2 * lanes * (from / 2) + lane + from % 2];
  }
}

static inline int16_t mlp_activate(int32_t sum, const mlp_activation *a) {
  /* Without branches: nothing about a sum can be foreseen. */
  uint32_t sign = (uint32_t)-(int32_t)(sum < 0), last = (uint32_t)a->last;
  uint32_t address = (((uint32_t)sum ^ sign) - sign) >> a->shift;
  uint32_t beyond = (uint32_t)-(int32_t)(address > last);
  uint32_t value = (uint32_t)a->table[(address & ~beyond) | (last & beyond)];
  return (int16_t)((value ^ sign) - sign);
}

static inline int32_t mlp_add(int32_t a, int32_t b) { return (int32_t)((uint32_t)a + (uint32_t)b); }

#define MLP_PASTE(a, b) a##b
#define MLP_NAMED(a, b) MLP_PASTE(a, b)
#define MLP_IN_HERE

/* Do something for every one of some vectors, or for neighbours two by two. */
#define MLP_EACH_1(what) what(0)
#define MLP_EACH_2(what) what(0) what(1)
#define MLP_EACH_4(what) MLP_EACH_2(what) what(2) what(3)
#define MLP_EACH_6(what) MLP_EACH_4(what) what(4) what(5)
#define MLP_EACH_8(what) MLP_EACH_6(what) what(6) what(7)
#define MLP_EACH_16(what)                                                                                            \
  MLP_EACH_8(what) what(8) what(9) what(10) what(11) what(12) what(13) what(14) what(15)
#define MLP_TWOS_2(what) what(0, 1)
#define MLP_TWOS_4(what) MLP_TWOS_2(what) what(2, 3)
#define MLP_TWOS_8(what) MLP_TWOS_4(what) what(4, 5) what(6, 7)
#define MLP_TWOS_16(what) MLP_TWOS_8(what) what(8, 9) what(10, 11) what(12, 13) what(14, 15)

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

/* Rows of inputs to pairs of columns with rows in lanes, four by four. */
static inline void mlp_turn(mlp_rows_room *room, int lanes) {
  for (int row = 0; row < lanes; row += 4) {
    for (int pair = 0; pair < MLP_INPUTS / 2; pair += 4) {
      __m128i v[4], low[2], high[2];
      for (int i = 0; i < 4; i++)
        v[i] = _mm_load_si128((const __m128i *)(room->rows[row + i] + 2 * pair));
      for (int i = 0; i < 2; i++) {
        low[i] = _mm_unpacklo_epi32(v[2 * i], v[2 * i + 1]);
        high[i] = _mm_unpackhi_epi32(v[2 * i], v[2 * i + 1]);
      }
      int32_t *to = room->pairs[0] + lanes * pair + row;
      _mm_store_si128((__m128i *)to, _mm_unpacklo_epi64(low[0], low[1]));
      _mm_store_si128((__m128i *)(to + lanes), _mm_unpackhi_epi64(low[0], low[1]));
      _mm_store_si128((__m128i *)(to + 2 * lanes), _mm_unpacklo_epi64(high[0], high[1]));
      _mm_store_si128((__m128i *)(to + 3 * lanes), _mm_unpackhi_epi64(high[0], high[1]));
    }
  }
}

/* Entries of a table at eight addresses: those of the first four in front, each followed by that of one of the others.
 * One by one, which is faster than a gather instruction is on many processors. */
static inline __m128i mlp_look_up(__m128i addresses, const int16_t *table) {
  uint64_t low = (uint64_t)_mm_cvtsi128_si64(addresses);
  uint64_t high = (uint64_t)_mm_cvtsi128_si64(_mm_unpackhi_epi64(addresses, addresses));
  __m128i value = _mm_cvtsi32_si128((uint16_t)table[low & 0xFFFF]);
  value = _mm_insert_epi16(value, table[high & 0xFFFF], 1);
  value = _mm_insert_epi16(value, table[low >> 16 & 0xFFFF], 2);
  value = _mm_insert_epi16(value, table[high >> 16 & 0xFFFF], 3);
  value = _mm_insert_epi16(value, table[low >> 32 & 0xFFFF], 4);
  value = _mm_insert_epi16(value, table[high >> 32 & 0xFFFF], 5);
  value = _mm_insert_epi16(value, table[low >> 48], 6);
  return _mm_insert_epi16(value, table[high >> 48], 7);
}

static inline int32_t mlp_total(__m128i v) {
  v = _mm_add_epi32(v, _mm_shuffle_epi32(v, 0x4E));
  return _mm_cvtsi128_si32(_mm_add_epi32(v, _mm_shuffle_epi32(v, 0xB1)));
}

/* Add the products of a pair of inputs and one weight pair to a sum. */
#define MLP_USUAL_STEP(sum, in, weight) sum = V_MADD(sum, in, V_SET(weight));
/* Compilers copy sums back and forth around this instruction, and load its weight with another one. */
#define MLP_VNNI_STEP(sum, in, weight)                                                                               \
  __asm__("vpdpwssd %2%{1to16%}, %1, %0" : "+v"(sum) : "v"(in), "m"(weight));

#define MLP_NAME(x) MLP_NAMED(x, _sse2)
#define MLP_TARGET
#define LANES 4
#define VEC __m128i
#define V_ZERO() _mm_setzero_si128()
#define V_LOAD(p) _mm_loadu_si128((const __m128i *)(p))
#define V_SET(i) _mm_set1_epi32(i)
#define V_STORE(p, v) _mm_storeu_si128((__m128i *)(p), v)
#define V_ADD(a, b) _mm_add_epi32(a, b)
#define V_TOTAL(v) mlp_total(v)
#define V_MADD(sum, a, b) _mm_add_epi32(sum, _mm_madd_epi16(a, b))
#define V_STEP MLP_USUAL_STEP
#include "mlp_lanes.h"
#include "mlp_rows.h"

#define MLP_NAME(x) MLP_NAMED(x, _avx2)
#define MLP_TARGET __attribute__((target("avx2")))
#define MLP_AVX2
#define LANES 8
#define VEC __m256i
#define V_ZERO() _mm256_setzero_si256()
#define V_LOAD(p) _mm256_loadu_si256((const __m256i *)(p))
#define V_SET(i) _mm256_set1_epi32(i)
#define V_STORE(p, v) _mm256_storeu_si256((__m256i *)(p), v)
#define V_ADD(a, b) _mm256_add_epi32(a, b)
#define V_TOTAL(v) mlp_total(_mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1)))
#define V_MADD(sum, a, b) _mm256_add_epi32(sum, _mm256_madd_epi16(a, b))
#define V_STEP MLP_USUAL_STEP
#include "mlp_lanes.h"
#include "mlp_rows.h"
#undef MLP_AVX2

#define MLP_AVX512
#define MLP_NAME(x) MLP_NAMED(x, _avx512)
#define MLP_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define LANES 16
#define VEC __m512i
#define V_ZERO() _mm512_setzero_si512()
#define V_LOAD(p) _mm512_loadu_si512((const void *)(p))
#define V_SET(i) _mm512_set1_epi32(i)
#define V_STORE(p, v) _mm512_storeu_si512(p, v)
#define V_ADD(a, b) _mm512_add_epi32(a, b)
#define V_TOTAL(v) _mm512_reduce_add_epi32(v)
#define V_MADD(sum, a, b) _mm512_add_epi32(sum, _mm512_madd_epi16(a, b))
#define V_STEP MLP_USUAL_STEP
#include "mlp_lanes.h"
#include "mlp_rows.h"

#define MLP_NAME(x) MLP_NAMED(x, _vnni)
#define MLP_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))
#define LANES 16
#define VEC __m512i
#define V_ZERO() _mm512_setzero_si512()
#define V_LOAD(p) _mm512_loadu_si512((const void *)(p))
#define V_SET(i) _mm512_set1_epi32(i)
#define V_STORE(p, v) _mm512_storeu_si512(p, v)
#define V_ADD(a, b) _mm512_add_epi32(a, b)
#define V_TOTAL(v) _mm512_reduce_add_epi32(v)
#define V_MADD(sum, a, b) _mm512_dpwssd_epi32(sum, a, b)
#define V_STEP MLP_VNNI_STEP
#include "mlp_lanes.h"
#include "mlp_rows.h"
#undef MLP_AVX512

/* Put 27 inputs into a row as 16-bit integers; return whether all are from -limit to limit (at most 32766). */
static inline int mlp_within(const __m128i *v, int16_t *row, int limit) {
  __m128i high = _mm_max_epi16(_mm_max_epi16(v[0], v[1]), _mm_max_epi16(v[2], v[3]));
  __m128i low = _mm_min_epi16(_mm_min_epi16(v[0], v[1]), _mm_min_epi16(v[2], v[3]));
  __m128i outside = _mm_or_si128(_mm_cmpgt_epi16(high, _mm_set1_epi16((int16_t)limit)),
                                 _mm_cmplt_epi16(low, _mm_set1_epi16((int16_t)-limit)));
  for (int i = 0; i < 3; i++)
    _mm_storeu_si128((__m128i *)(row + 8 * i), v[i]);
  _mm_storeu_si128((__m128i *)(row + 19), v[3]);
  return _mm_movemask_epi8(outside) == 0;
}

static inline int mlp_load_int16_t(const int16_t *x, int16_t *row, int limit) {
  __m128i v[4];
  for (int i = 0; i < 4; i++)
    v[i] = _mm_loadu_si128((const __m128i *)(x + (i < 3 ? 8 * i : 19)));
  return mlp_within(v, row, limit);
}

static inline int mlp_load_int32_t(const int32_t *x, int16_t *row, int limit) {
  __m128i v[4];
  for (int i = 0; i < 4; i++) {
    const __m128i *from = (const __m128i *)(x + (i < 3 ? 8 * i : 19));
    v[i] = _mm_packs_epi32(_mm_loadu_si128(from), _mm_loadu_si128(from + 1));
  }
  return mlp_within(v, row, limit);
}

/* Which instruction sets this processor has: 1 always, 2 AVX2, 3 AVX-512 (BW, DQ, VL), 4 VNNI as well. */
static int mlp_level(void) {
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2"))
    return 1;
  if (!(__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")))
    return 2;
  return __builtin_cpu_supports("avx512vnni") ? 4 : 3;
}

static mlp_way mlp_choose(int level) {
  switch (level) {
  case 4:
    return (mlp_way){mlp_run_vnni, mlp_many_vnni, 16};
  case 3:
    return (mlp_way){mlp_run_avx512, mlp_many_avx512, 16};
  case 2:
    return (mlp_way){mlp_run_avx2, mlp_many_avx2, 8};
  default:
    return (mlp_way){mlp_run_sse2, mlp_many_sse2, 4};
  }
}

/* Whether the curve gives the table's every entry with a level's instructions. */
static int mlp_bends_right(int level, const mlp_activation *a) {
  return level < 3 || (level == 3 ? bends_right_avx512(a) : bends_right_vnni(a));
}

#else /* other processors: plain C, one lane */

static void mlp_run_plain(const mlp_layer *layers, int count, const mlp_activation *a, mlp_room *room) {
  for (int l = 0; l < count; l++) {
    const mlp_layer *layer = layers + l;
    int16_t *x = room->columns[l & 1], *y = room->columns[(l & 1) ^ 1];
    int padded = (layer->nodes + 15) / 16 * 16;
    mlp_complete(layer, x);
    for (int node = 0; node < layer->nodes; node++) {
      uint32_t sum = (uint32_t)layer->bias[node];
      for (int i = 0; i < 2 * layer->pairs; i++) {
        int place = layer->few ? node * layer->columns + i : (i / 2 * padded + node) * 2 + i % 2;
        sum += (uint32_t)((int32_t)x[i] * layer->weights[place]);
      }
      y[node] = mlp_activate((int32_t)sum, a);
    }
  }
}

static inline void mlp_turn(mlp_rows_room *room, int lanes) { (void)room, (void)lanes; }

#define MLP_LOAD(type)                                                                                               \
  static inline int mlp_load_##type(const type *x, int16_t *row, int limit) {                                        \
    int outside = 0;                                                                                                 \
    for (int i = 0; i < 27; i++) {                                                                                   \
      row[i] = (int16_t)x[i];                                                                                        \
      outside |= (x[i] > limit) | (x[i] < -limit);                                                                   \
    }                                                                                                                \
    return !outside;                                                                                                 \
  }
MLP_LOAD(int16_t)
MLP_LOAD(int32_t)

static int mlp_level(void) { return 1; }
static mlp_way mlp_choose(int level) {
  (void)level;
  return (mlp_way){mlp_run_plain, 0, 1};
}
static int mlp_bends_right(int level, const mlp_activation *a) { return level && a; }
#endif

#endif
