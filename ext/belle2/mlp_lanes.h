/* One row through a network with the vectors that `mlp.h` defines; included once per instruction set. */
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

/* Sums to activations: `activate` stores a vector's as 16-bit integers, `pair` puts two vectors' into the low and high
 * halves of 32-bit lanes. */
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

static inline MLP_TARGET VEC MLP_NAME(pair)(VEC first, VEC second, const mlp_activation *a) {
  __m512i high = _mm512_slli_epi32(MLP_NAME(activation)(second, a), 16);
  return _mm512_mask_blend_epi16(0x55555555, high, MLP_NAME(activation)(first, a));
}
#elif defined(MLP_AVX2)
static inline MLP_TARGET __m256i MLP_NAME(activation)(__m256i sum, const mlp_activation *a) {
  __m256i address = _mm256_srl_epi32(_mm256_abs_epi32(sum), _mm_cvtsi32_si128(a->shift));
  address = _mm256_min_epu32(address, _mm256_set1_epi32(a->last));
  __m256i value = _mm256_i32gather_epi32((const int *)(const void *)a->table, address, 2);
  value = _mm256_and_si256(value, _mm256_set1_epi32(0xFFFF));
  return _mm256_sign_epi32(value, _mm256_or_si256(sum, _mm256_set1_epi32(1)));
}

static inline MLP_TARGET void MLP_NAME(activate)(VEC sum, const mlp_activation *a, int16_t *y) {
  __m256i value = MLP_NAME(activation)(sum, a);
  _mm_storeu_si128((__m128i *)y,
                   _mm_packs_epi32(_mm256_castsi256_si128(value), _mm256_extracti128_si256(value, 1)));
}

static inline MLP_TARGET VEC MLP_NAME(pair)(VEC first, VEC second, const mlp_activation *a) {
  if (a->last > INT16_MAX) {
    __m256i high = _mm256_slli_epi32(MLP_NAME(activation)(second, a), 16);
    return _mm256_blend_epi16(MLP_NAME(activation)(first, a), high, 0xAA);
  }
  /* As below, twice. */
  __m128i shift = _mm_cvtsi32_si128(a->shift);
  __m256i packed = _mm256_packs_epi32(_mm256_srl_epi32(_mm256_abs_epi32(first), shift),
                                      _mm256_srl_epi32(_mm256_abs_epi32(second), shift));
  packed = _mm256_min_epi16(packed, _mm256_set1_epi16((int16_t)a->last));
  __m128i low = mlp_look_up(_mm256_castsi256_si128(packed), a->table);
  __m128i high = mlp_look_up(_mm256_extracti128_si256(packed, 1), a->table);
  __m256i sign = _mm256_blend_epi16(_mm256_srai_epi32(first, 31), _mm256_srai_epi32(second, 31), 0xAA);
  __m256i value = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
  return _mm256_sub_epi16(_mm256_xor_si256(value, sign), sign);
}
#else
static inline void MLP_NAME(activate)(VEC sum, const mlp_activation *a, int16_t *y) {
  int32_t sums[LANES];
  _mm_storeu_si128((__m128i *)sums, sum);
  for (int i = 0; i < LANES; i++)
    y[i] = mlp_activate(sums[i], a);
}

static inline __m128i MLP_NAME(address)(__m128i sum, __m128i sign, const mlp_activation *a) {
  return _mm_srl_epi32(_mm_sub_epi32(_mm_xor_si128(sum, sign), sign), _mm_cvtsi32_si128(a->shift));
}

static inline VEC MLP_NAME(pair)(VEC first, VEC second, const mlp_activation *a) {
  if (a->last > INT16_MAX) {
    int16_t two[2][LANES];
    MLP_NAME(activate)(first, a, two[0]);
    MLP_NAME(activate)(second, a, two[1]);
    return _mm_unpacklo_epi16(_mm_loadl_epi64((const __m128i *)two[0]), _mm_loadl_epi64((const __m128i *)two[1]));
  }
  /* Packing saturates addresses, so that the comparison with the last one can come after it. */
  __m128i sign0 = _mm_srai_epi32(first, 31), sign1 = _mm_srai_epi32(second, 31);
  __m128i packed = _mm_packs_epi32(MLP_NAME(address)(first, sign0, a), MLP_NAME(address)(second, sign1, a));
  packed = _mm_min_epi16(packed, _mm_set1_epi16((int16_t)a->last));
  __m128i value = mlp_look_up(packed, a->table);
  __m128i sign = _mm_packs_epi32(sign0, sign1);
  sign = _mm_unpacklo_epi16(sign, _mm_unpackhi_epi64(sign, sign));
  return _mm_sub_epi16(_mm_xor_si128(value, sign), sign);
}
#endif

/* Some vectors of nodes at once: sums stay in registers.  Written out by macros, as compilers leave arrays of sums in
 * memory. */
#define MLP_DECLARE(v) VEC sum##v = V_LOAD(layer->bias + first + LANES * v);
#define MLP_STEP(v) sum##v = V_MADD(sum##v, V_LOAD(w + 2 * LANES * v), in);
#define MLP_STORE(v) MLP_NAME(activate)(sum##v, a, y + first + LANES * v);
#define MLP_BLOCK(many)                                                                                              \
  static inline MLP_TARGET void MLP_NAME(block_##many)(const mlp_layer *layer, const mlp_activation *a,              \
                                                       const int16_t *x, int16_t *y, int first) {                    \
    int padded = (layer->nodes + 15) / 16 * 16, pairs = layer->pairs;                                                \
    const int16_t *w = layer->weights + 2 * first;                                                                   \
    MLP_EACH_##many(MLP_DECLARE) for (int p = 0; p < pairs; p++, w += 2 * padded) {                                  \
      VEC in = V_SET(((const mlp_pair *)x)[p]);                                                                      \
      MLP_EACH_##many(MLP_STEP)                                                                                      \
    }                                                                                                                \
    MLP_EACH_##many(MLP_STORE)                                                                                       \
  }
MLP_BLOCK(1)
MLP_BLOCK(2)
MLP_BLOCK(4)
MLP_BLOCK(6)

/* All nodes of a layer: as many vectors at once as fit. */
static inline MLP_TARGET void MLP_NAME(layer)(const mlp_layer *layer, const mlp_activation *a, const int16_t *x,
                                              int16_t *y) {
  int node = 0, left;
  while ((left = layer->nodes - node) > 0) {
    if (left > 4 * LANES) {
      MLP_NAME(block_6)(layer, a, x, y, node);
      node += 6 * LANES;
    } else if (left > 2 * LANES) {
      MLP_NAME(block_4)(layer, a, x, y, node);
      node += 4 * LANES;
    } else if (left > LANES) {
      MLP_NAME(block_2)(layer, a, x, y, node);
      node += 2 * LANES;
    } else {
      MLP_NAME(block_1)(layer, a, x, y, node);
      node += LANES;
    }
  }
}

/* A layer of few nodes: inputs in lanes. */
static inline MLP_TARGET void MLP_NAME(few)(const mlp_layer *layer, const mlp_activation *a, const int16_t *x,
                                            int16_t *y) {
  const int16_t *w = layer->weights;
  for (int node = 0; node < layer->nodes; node++, w += layer->columns) {
    VEC sum = V_ZERO();
    for (int i = 0; i < layer->columns; i += 2 * LANES)
      sum = V_MADD(sum, V_LOAD(w + i), V_LOAD(x + i));
    y[node] = mlp_activate(mlp_add(layer->bias[node], V_TOTAL(sum)), a);
  }
}

static MLP_TARGET void MLP_NAME(mlp_run)(const mlp_layer *layers, int count, const mlp_activation *a, mlp_room *room) {
  for (int l = 0; l < count; l++) {
    int16_t *x = room->columns[l & 1], *y = room->columns[(l & 1) ^ 1];
    mlp_complete(layers + l, x);
    if (layers[l].few)
      MLP_NAME(few)(layers + l, a, x, y);
    else
      MLP_NAME(layer)(layers + l, a, x, y);
  }
}

#undef MLP_DECLARE
#undef MLP_STEP
#undef MLP_STORE
#undef MLP_BLOCK
#endif
