/* One row through a network with the vectors that `mlp.h` defines; included once per instruction set. */
#ifdef MLP_IN_HERE

/* Sums to activations, stored as 16-bit integers. */
static inline MLP_TARGET void MLP_NAME(activate)(VEC sum, const mlp_activation *a, int16_t *y) {
#if defined(MLP_AVX512)
  __m512i address = _mm512_srl_epi32(_mm512_abs_epi32(sum), _mm_cvtsi32_si128(a->shift));
  address = _mm512_min_epu32(address, _mm512_set1_epi32(a->last));
  __m512i value = _mm512_i32gather_epi32(address, (const void *)a->table, 2);
  value = _mm512_and_si512(value, _mm512_set1_epi32(0xFFFF));
  value = _mm512_mask_sub_epi32(value, _mm512_movepi32_mask(sum), _mm512_setzero_si512(), value);
  _mm256_storeu_si256((__m256i *)y, _mm512_cvtepi32_epi16(value));
#elif defined(MLP_AVX2)
  __m256i address = _mm256_srl_epi32(_mm256_abs_epi32(sum), _mm_cvtsi32_si128(a->shift));
  address = _mm256_min_epu32(address, _mm256_set1_epi32(a->last));
  __m256i value = _mm256_i32gather_epi32((const int *)(const void *)a->table, address, 2);
  value = _mm256_and_si256(value, _mm256_set1_epi32(0xFFFF));
  value = _mm256_sign_epi32(value, _mm256_or_si256(sum, _mm256_set1_epi32(1)));
  _mm_storeu_si128((__m128i *)y,
                   _mm_packs_epi32(_mm256_castsi256_si128(value), _mm256_extracti128_si256(value, 1)));
#else
  int32_t sums[LANES];
  _mm_storeu_si128((__m128i *)sums, sum);
  for (int i = 0; i < LANES; i++)
    y[i] = mlp_activate(sums[i], a);
#endif
}

/* `many` vectors of nodes at once, so that their sums stay in registers; `many` is a constant where this lands. */
static inline __attribute__((always_inline)) MLP_TARGET void
MLP_NAME(block)(const mlp_layer *layer, const mlp_activation *a, const int16_t *x, int16_t *y, int first, int many) {
  int padded = (layer->nodes + 15) / 16 * 16;
  const int16_t *w = layer->weights + 2 * first;
  VEC sum[8];
  for (int v = 0; v < many; v++)
    sum[v] = V_ZERO();
  for (int p = 0; p < layer->pairs; p++, w += 2 * padded) {
    int32_t two;
    memcpy(&two, x + 2 * p, sizeof(two));
    VEC in = V_SET(two);
    for (int v = 0; v < many; v++)
      sum[v] = V_MADD(sum[v], V_LOAD(w + 2 * LANES * v), in);
  }
  for (int v = 0; v < many; v++)
    MLP_NAME(activate)(sum[v], a, y + first + LANES * v);
}

static MLP_TARGET void MLP_NAME(mlp_row)(const mlp_layer *layers, int count, const mlp_activation *a,
                                         mlp_room *room, int32_t *out) {
  for (int l = 0; l < count; l++) {
    const mlp_layer *layer = layers + l;
    int16_t *x = room->columns[l & 1], *y = room->columns[(l & 1) ^ 1];
    mlp_complete(layer, a->one, x);
    if (layer->few) {
      for (int node = 0; node < layer->nodes; node++) {
        const int16_t *w = layer->weights + (size_t)node * layer->columns;
        VEC sum = V_ZERO();
        int32_t parts[LANES], total = 0;
        for (int i = 0; i < layer->columns; i += 2 * LANES)
          sum = V_MADD(sum, V_LOAD(w + i), V_LOAD(x + i));
        memcpy(parts, &sum, sizeof(parts));
        for (int i = 0; i < LANES; i++)
          total = (int32_t)((uint32_t)total + (uint32_t)parts[i]);
        y[node] = mlp_activate(total, a);
      }
      continue;
    }
    for (int node = 0; node < layer->nodes;) {
      int many = (layer->nodes - node + LANES - 1) / LANES;
      switch (many) {
      case 1:
        MLP_NAME(block)(layer, a, x, y, node, 1);
        node += LANES;
        break;
      case 2:
      case 3:
        MLP_NAME(block)(layer, a, x, y, node, 2);
        node += 2 * LANES;
        break;
      case 4:
      case 5:
      case 7:
        MLP_NAME(block)(layer, a, x, y, node, 4);
        node += 4 * LANES;
        break;
      case 6:
        MLP_NAME(block)(layer, a, x, y, node, 6);
        node += 6 * LANES;
        break;
      default:
        MLP_NAME(block)(layer, a, x, y, node, 8);
        node += 8 * LANES;
      }
    }
  }
  for (int node = 0; node < layers[count - 1].nodes; node++)
    out[node] = room->columns[count & 1][node];
}

#undef MLP_NAME
#undef MLP_TARGET
#undef LANES
#undef VEC
#undef V_ZERO
#undef V_LOAD
#undef V_SET
#undef V_ADD
#undef V_MADD
#endif
