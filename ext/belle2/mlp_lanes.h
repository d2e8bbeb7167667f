/* Rows through a network with the vectors that `mlp.h` defines; included once per instruction set. */
#ifdef MLP_IN_HERE

#ifdef MLP_AVX512
/* One of the 32 numbers of each lane's piece. */
static inline MLP_TARGET __m512 MLP_NAME(piece)(const float *numbers, __m512i piece) {
  return _mm512_permutex2var_ps(_mm512_loadu_ps(numbers), piece, _mm512_loadu_ps(numbers + 16));
}

/* Activations of addresses from pieces of cubic polynomials, without the table: gathers are slow.
 * A piece is an eighth of an octave of address + offset: its number is in the top bits of the float's mantissa and
 * the lowest ones of its exponent, the place inside the piece in the others.
 */
static inline MLP_TARGET __m512i MLP_NAME(bend)(__m512i address, __m512i sum, const mlp_activation *a) {
  const float *c = a->curve;
  __m512i bits = _mm512_castps_si512(_mm512_cvtepi32_ps(_mm512_add_epi32(address, _mm512_set1_epi32(a->offset))));
  __m512i piece = _mm512_srli_epi32(bits, 20);
  /* bits & 0xFFFFF | 0x3F800000: the place as a float from 1 to 1.125. */
  __m512i inside =
      _mm512_ternarylogic_epi32(bits, _mm512_set1_epi32(0xFFFFF), _mm512_set1_epi32(0x3F800000), 0xEA);
  __m512 d = _mm512_sub_ps(_mm512_castsi512_ps(inside), _mm512_set1_ps(1.0625f));
  __m512 v = _mm512_fmadd_ps(MLP_NAME(piece)(c + 32 * 3, piece), d, MLP_NAME(piece)(c + 32 * 2, piece));
  v = _mm512_fmadd_ps(v, d, MLP_NAME(piece)(c + 32, piece));
  v = _mm512_fmadd_ps(v, d, MLP_NAME(piece)(c, piece));
  /* v ^ sum & sign bit: rounding is the same on both sides of zero. */
  return _mm512_cvtps_epi32(_mm512_castsi512_ps(_mm512_ternarylogic_epi32(
      _mm512_castps_si512(v), sum, _mm512_set1_epi32(INT32_MIN), 0x78)));
}

/* Whether the polynomials give the table's every entry. */
static MLP_TARGET int MLP_NAME(bends_right)(const mlp_activation *a) {
  int32_t values[16];
  for (int first = 0; first <= a->last; first += 16) {
    __m512i address = _mm512_add_epi32(
        _mm512_set1_epi32(first), _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    _mm512_storeu_si512(values, MLP_NAME(bend)(_mm512_min_epu32(address, _mm512_set1_epi32(a->last)),
                                                   _mm512_setzero_si512(), a));
    for (int i = 0; i < 16 && first + i <= a->last; i++)
      if (values[i] != a->table[first + i])
        return 0;
  }
  return 1;
}
#endif

/* Sums to activations, stored as 16-bit integers. */
#if defined(MLP_AVX512)
static inline MLP_TARGET __m512i MLP_NAME(activation)(__m512i sum, const mlp_activation *a) {
  __m512i address = _mm512_srlv_epi32(_mm512_abs_epi32(sum), _mm512_set1_epi32(a->shift));
  address = _mm512_min_epu32(address, _mm512_set1_epi32(a->last));
  if (a->curve)
    return MLP_NAME(bend)(address, sum, a);
  __m512i value = _mm512_i32gather_epi32(address, (const void *)a->table, 2);
  value = _mm512_and_si512(value, _mm512_set1_epi32(0xFFFF));
  return _mm512_mask_sub_epi32(value, _mm512_movepi32_mask(sum), _mm512_setzero_si512(), value);
}

static inline MLP_TARGET void MLP_NAME(activate)(VEC sum, const mlp_activation *a, int16_t *y) {
  _mm256_storeu_si256((__m256i *)y, _mm512_cvtepi32_epi16(MLP_NAME(activation)(sum, a)));
}

/* Two neighbours at once: packing is cheaper. */
static inline MLP_TARGET void MLP_NAME(activate_two)(VEC first, VEC second, const mlp_activation *a, int16_t *y) {
  __m512i packed = _mm512_packs_epi32(MLP_NAME(activation)(first, a), MLP_NAME(activation)(second, a));
  _mm512_storeu_si512(y, _mm512_permutexvar_epi64(_mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7), packed));
}
#elif defined(MLP_AVX2)
static inline MLP_TARGET void MLP_NAME(activate)(VEC sum, const mlp_activation *a, int16_t *y) {
  __m256i address = _mm256_srl_epi32(_mm256_abs_epi32(sum), _mm_cvtsi32_si128(a->shift));
  address = _mm256_min_epu32(address, _mm256_set1_epi32(a->last));
  __m256i value = _mm256_i32gather_epi32((const int *)(const void *)a->table, address, 2);
  value = _mm256_and_si256(value, _mm256_set1_epi32(0xFFFF));
  value = _mm256_sign_epi32(value, _mm256_or_si256(sum, _mm256_set1_epi32(1)));
  _mm_storeu_si128((__m128i *)y,
                   _mm_packs_epi32(_mm256_castsi256_si128(value), _mm256_extracti128_si256(value, 1)));
}
#else
static inline void MLP_NAME(activate)(VEC sum, const mlp_activation *a, int16_t *y) {
  int32_t sums[LANES];
  _mm_storeu_si128((__m128i *)sums, sum);
  for (int i = 0; i < LANES; i++)
    y[i] = mlp_activate(sums[i], a);
}
#endif

/* A function for `many` vectors of nodes of `rows` rows at once: sums stay in registers, and a weight is loaded once
 * for all rows.  Written out by macros, as compilers leave arrays of sums in memory. */
#define MLP_DECLARE(v, r) VEC sum##v##_##r = V_LOAD(layer->bias + first + LANES * v);
#define MLP_INPUT(v, r)                                                                                              \
  int32_t two##r;                                                                                                    \
  memcpy(&two##r, room[r].columns[side] + 2 * p, sizeof(two##r));                                                    \
  VEC in##r = V_SET(two##r);
#define MLP_STEP(v, r) sum##v##_##r = V_MADD(sum##v##_##r, V_LOAD(w + 2 * LANES * v), in##r);
#define MLP_STORE(v, r) MLP_NAME(activate)(sum##v##_##r, a, room[r].columns[side ^ 1] + first + LANES * v);
#ifdef MLP_AVX512
#define MLP_STORE_TWO(v, u, r)                                                                                       \
  MLP_NAME(activate_two)(sum##v##_##r, sum##u##_##r, a, room[r].columns[side ^ 1] + first + LANES * v);
#else
#define MLP_STORE_TWO(v, u, r) MLP_STORE(v, r) MLP_STORE(u, r)
#endif
#define MLP_BLOCK(many, rows)                                                                                        \
  static inline MLP_TARGET void MLP_NAME(block_##many##_##rows)(                                                     \
      const mlp_layer *layer, const mlp_activation *a, mlp_room *room, int side, int first) {                        \
    int padded = (layer->nodes + 15) / 16 * 16, pairs = layer->pairs;                                                \
    const int16_t *w = layer->weights + 2 * first;                                                                   \
    MLP_VECTORS_##many(MLP_ROWS_##rows, MLP_DECLARE) for (int p = 0; p < pairs; p++, w += 2 * padded) {              \
      MLP_ROWS_##rows(MLP_INPUT, 0) MLP_VECTORS_##many(MLP_ROWS_##rows, MLP_STEP)                                    \
    }                                                                                                                \
    MLP_STORE_##many(MLP_EACH_##rows)                                                                                \
  }
MLP_BLOCK(1, 1)
MLP_BLOCK(2, 1)
MLP_BLOCK(4, 1)
MLP_BLOCK(1, 2)
MLP_BLOCK(2, 2)
MLP_BLOCK(4, 2)
#ifdef MLP_AVX512
MLP_BLOCK(6, 1)
MLP_BLOCK(6, 2)
#endif

/* All nodes of a layer: as many vectors at once as fit. */
#define MLP_LAYER(rows)                                                                                              \
  static MLP_TARGET void MLP_NAME(layer_##rows)(const mlp_layer *layer, const mlp_activation *a, mlp_room *room,     \
                                                int side) {                                                          \
    int node = 0, left;                                                                                              \
    while ((left = layer->nodes - node) > 0) {                                                                       \
      MLP_SIX(rows)                                                                                                  \
      if (left > 2 * LANES) {                                                                                        \
        MLP_NAME(block_4_##rows)(layer, a, room, side, node);                                                        \
        node += 4 * LANES;                                                                                           \
      } else if (left > LANES) {                                                                                     \
        MLP_NAME(block_2_##rows)(layer, a, room, side, node);                                                        \
        node += 2 * LANES;                                                                                           \
      } else {                                                                                                       \
        MLP_NAME(block_1_##rows)(layer, a, room, side, node);                                                        \
        node += LANES;                                                                                               \
      }                                                                                                              \
    }                                                                                                                \
  }
#ifdef MLP_AVX512
#define MLP_SIX(rows)                                                                                                \
  if (left > 4 * LANES && left <= 6 * LANES) {                                                                       \
    MLP_NAME(block_6_##rows)(layer, a, room, side, node);                                                            \
    break;                                                                                                           \
  }
#else
#define MLP_SIX(rows)
#endif
MLP_LAYER(1)
MLP_LAYER(2)

/* A layer of few nodes: inputs in lanes. */
static inline MLP_TARGET void MLP_NAME(few)(const mlp_layer *layer, const mlp_activation *a, mlp_room *room, int side,
                                            int rows) {
  for (int r = 0; r < rows; r++) {
    const int16_t *x = room[r].columns[side], *w = layer->weights;
    for (int node = 0; node < layer->nodes; node++, w += layer->columns) {
      VEC sum = V_ZERO();
      for (int i = 0; i < layer->columns; i += 2 * LANES)
        sum = V_MADD(sum, V_LOAD(w + i), V_LOAD(x + i));
      room[r].columns[side ^ 1][node] = mlp_activate(mlp_add(layer->bias[node], V_TOTAL(sum)), a);
    }
  }
}

/* Two rows at a time, then the rest; one layer of all rows before the next layer. */
static MLP_TARGET void MLP_NAME(mlp_run)(const mlp_layer *layers, int count, const mlp_activation *a, mlp_room *room,
                                         int rows) {
  for (int l = 0; l < count; l++) {
    int side = l & 1, r = 0;
    for (int k = 0; k < rows; k++)
      mlp_complete(layers + l, room[k].columns[side]);
    if (layers[l].few) {
      MLP_NAME(few)(layers + l, a, room, side, rows);
      continue;
    }
    for (; r + 2 <= rows; r += 2)
      MLP_NAME(layer_2)(layers + l, a, room + r, side);
    for (; r < rows; r++)
      MLP_NAME(layer_1)(layers + l, a, room + r, side);
  }
}

#undef MLP_DECLARE
#undef MLP_INPUT
#undef MLP_STEP
#undef MLP_STORE
#undef MLP_STORE_TWO
#undef MLP_BLOCK
#undef MLP_LAYER
#undef MLP_SIX
#undef MLP_NAME
#undef MLP_TARGET
#undef LANES
#undef VEC
#undef V_ZERO
#undef V_LOAD
#undef V_SET
#undef V_TOTAL
#undef V_MADD
#endif
