/* Multilayer perceptrons in 16-bit fixed point: one row of inputs at a time, nodes side by side in vector lanes.
 *
 * Inputs, activations and weights are 16-bit, sums 32-bit.  Pairs of inputs are multiplied and added at once (pmaddwd,
 * or vpdpwssd where there is VNNI).  A weight that does not fit in 16 bits is split over several columns that hold
 * the same input.  Sums wrap around while they are made; whoever prepares a network proves that the complete ones
 * fit (trigemu/experiments/belle2/neuro/packing.py), so every path gives the same integers.
 */
#ifndef TRIGEMU_MLP_H
#define TRIGEMU_MLP_H

#include <stdint.h>
#include <string.h>

#define MLP_COLUMNS 1024 /* columns of a layer at most, those of repeated inputs and the bias included */
#define MLP_PADDING 64

typedef struct {
  int nodes;               /* of this layer */
  int inputs;              /* nodes of the layer before */
  int columns;             /* inputs, bias, repeated inputs, zeros up to a multiple of 32 */
  int repeats;             /* repeated inputs */
  int pairs;               /* pairs of columns that are not all zero */
  int few;                 /* few nodes: one row of columns after the other; else pairs of columns, nodes in lanes */
  const int32_t *repeated; /* which input each repeated column holds */
  const int16_t *weights;  /* few: [node][columns]; else [pair][nodes, padded to 16][2] */
} mlp_layer;

typedef struct {
  int shift;            /* bits of a sum below those of the table's address */
  int last;             /* address from which the activation is `one` */
  int one;              /* activation 1, and the bias input */
  const int16_t *table; /* activations of non-negative sums, [last + 1] and one more */

} mlp_activation;

/* Room for the columns of two layers. */
typedef struct {
  int16_t columns[2][MLP_COLUMNS + MLP_PADDING] __attribute__((aligned(64)));
} mlp_room;

typedef void (*mlp_row)(const mlp_layer *, int, const mlp_activation *, mlp_room *, int32_t *);

/* Put bias, repeated inputs and zeros after the inputs. */
static inline void mlp_complete(const mlp_layer *layer, int one, int16_t *x) {
  int used = layer->inputs;
  x[used++] = (int16_t)one;
  for (int i = 0; i < layer->repeats; i++)
    x[used++] = x[layer->repeated[i]];
  /* Lanes beyond the last node left something behind. */
  memset(x + used, 0, sizeof(int16_t) * (size_t)(layer->columns - used));
}

static inline int16_t mlp_activate(int32_t sum, const mlp_activation *a) {
  uint32_t size = sum < 0 ? 0u - (uint32_t)sum : (uint32_t)sum;
  uint32_t address = size >> a->shift;
  int16_t value = a->table[address < (uint32_t)a->last ? address : (uint32_t)a->last];
  return (int16_t)(sum < 0 ? -value : value);
}

#define MLP_PASTE(a, b) a##b
#define MLP_NAMED(a, b) MLP_PASTE(a, b)
#define MLP_IN_HERE

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define MLP_NAME(x) MLP_NAMED(x, _sse2)
#define MLP_TARGET
#define LANES 4
#define VEC __m128i
#define V_ZERO() _mm_setzero_si128()
#define V_LOAD(p) _mm_loadu_si128((const __m128i *)(p))
#define V_SET(i) _mm_set1_epi32(i)
#define V_ADD(a, b) _mm_add_epi32(a, b)
#define V_MADD(sum, a, b) _mm_add_epi32(sum, _mm_madd_epi16(a, b))
#include "mlp_lanes.h"

#define MLP_NAME(x) MLP_NAMED(x, _avx2)
#define MLP_TARGET __attribute__((target("avx2")))
#define MLP_AVX2
#define LANES 8
#define VEC __m256i
#define V_ZERO() _mm256_setzero_si256()
#define V_LOAD(p) _mm256_loadu_si256((const __m256i *)(p))
#define V_SET(i) _mm256_set1_epi32(i)
#define V_ADD(a, b) _mm256_add_epi32(a, b)
#define V_MADD(sum, a, b) _mm256_add_epi32(sum, _mm256_madd_epi16(a, b))
#include "mlp_lanes.h"
#undef MLP_AVX2

#define MLP_AVX512
#define MLP_NAME(x) MLP_NAMED(x, _avx512)
#define MLP_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define LANES 16
#define VEC __m512i
#define V_ZERO() _mm512_setzero_si512()
#define V_LOAD(p) _mm512_loadu_si512((const void *)(p))
#define V_SET(i) _mm512_set1_epi32(i)
#define V_ADD(a, b) _mm512_add_epi32(a, b)
#define V_MADD(sum, a, b) _mm512_add_epi32(sum, _mm512_madd_epi16(a, b))
#include "mlp_lanes.h"

#define MLP_NAME(x) MLP_NAMED(x, _vnni)
#define MLP_TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))
#define LANES 16
#define VEC __m512i
#define V_ZERO() _mm512_setzero_si512()
#define V_LOAD(p) _mm512_loadu_si512((const void *)(p))
#define V_SET(i) _mm512_set1_epi32(i)
#define V_ADD(a, b) _mm512_add_epi32(a, b)
#define V_MADD(sum, a, b) _mm512_dpwssd_epi32(sum, a, b)
#include "mlp_lanes.h"
#undef MLP_AVX512

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

static mlp_row mlp_choose(int level) {
  switch (level) {
  case 4:
    return mlp_row_vnni;
  case 3:
    return mlp_row_avx512;
  case 2:
    return mlp_row_avx2;
  default:
    return mlp_row_sse2;
  }
}

#else /* other processors: plain C, one lane */

static void mlp_row_plain(const mlp_layer *layers, int count, const mlp_activation *a, mlp_room *room,
                          int32_t *out) {
  for (int l = 0; l < count; l++) {
    const mlp_layer *layer = layers + l;
    int16_t *x = room->columns[l & 1], *y = room->columns[(l & 1) ^ 1];
    int padded = (layer->nodes + 15) / 16 * 16;
    mlp_complete(layer, a->one, x);
    for (int node = 0; node < layer->nodes; node++) {
      uint32_t sum = 0;
      for (int i = 0; i < 2 * layer->pairs; i++) {
        int place = layer->few ? node * layer->columns + i : (i / 2 * padded + node) * 2 + i % 2;
        sum += (uint32_t)((int32_t)x[i] * layer->weights[place]);
      }
      y[node] = mlp_activate((int32_t)sum, a);
    }
  }
  for (int node = 0; node < layers[count - 1].nodes; node++)
    out[node] = room->columns[count & 1][node];
}

static int mlp_level(void) { return 1; }
static mlp_row mlp_choose(int level) { return level ? mlp_row_plain : 0; }
#endif

#endif
