/* Many rows through a network, rows in vector lanes; included once per instruction set, after mlp_lanes.h. */
#ifdef MLP_IN_HERE

/* Some nodes at once: a pair of inputs is loaded once for them, and their sums stay in registers. */
#define MLP_DECLARE(v) VEC sum##v = V_SET(layer->bias[node + v]);
#define MLP_STEP(v) V_STEP(sum##v, in, w[v])
#define MLP_STORE(v, u) V_STORE(y + LANES * ((node + v) / 2), MLP_NAME(pair)(sum##v, sum##u, a));
#define MLP_BLOCK(many)                                                                                              \
  static inline MLP_TARGET void MLP_NAME(nodes_##many)(const mlp_layer *layer, const mlp_activation *a,              \
                                                       const int32_t *x, int32_t *y, int node) {                     \
    int padded = (layer->nodes + 15) / 16 * 16, pairs = layer->pairs;                                                \
    const mlp_pair *w = (const mlp_pair *)layer->weights + node;                                                     \
    MLP_EACH_##many(MLP_DECLARE) for (int p = 0; p < pairs; p++, w += padded) {                                      \
      VEC in = V_LOAD(x + LANES * p);                                                                                \
      MLP_EACH_##many(MLP_STEP)                                                                                      \
    }                                                                                                                \
    MLP_TWOS_##many(MLP_STORE)                                                                                       \
  }
MLP_BLOCK(2)
MLP_BLOCK(4)
MLP_BLOCK(8)
#ifdef MLP_AVX512
MLP_BLOCK(16)
#endif

static inline MLP_TARGET void MLP_NAME(nodes)(const mlp_layer *layer, const mlp_activation *a, const int32_t *x,
                                              int32_t *y) {
  int node = 0;
#ifdef MLP_AVX512
  for (; layer->nodes - node > 8; node += 16)
    MLP_NAME(nodes_16)(layer, a, x, y, node);
#endif
  for (; layer->nodes - node > 4; node += 8)
    MLP_NAME(nodes_8)(layer, a, x, y, node);
  for (; layer->nodes - node > 2; node += 4)
    MLP_NAME(nodes_4)(layer, a, x, y, node);
  for (; layer->nodes > node; node += 2)
    MLP_NAME(nodes_2)(layer, a, x, y, node);
}

/* Few nodes have their weights one node after the other; several sums per node, as one would wait for itself.  Behind
 * the last pair there are zeros among the weights. */
static inline MLP_TARGET void MLP_NAME(few_nodes)(const mlp_layer *layer, const mlp_activation *a, const int32_t *x,
                                                  int32_t *y) {
  for (int node = 0; node < layer->nodes; node += 2) {
    VEC sum[2];
    for (int k = 0; k < 2; k++) {
      if (node + k == layer->nodes) {
        sum[k] = V_ZERO();
        break;
      }
      const mlp_pair *w = (const mlp_pair *)(layer->weights + (node + k) * layer->columns);
      VEC a0 = V_SET(layer->bias[node + k]), a1 = V_ZERO(), a2 = V_ZERO(), a3 = V_ZERO();
      for (int p = 0; p < layer->pairs; p += 4) {
        V_STEP(a0, V_LOAD(x + LANES * p), w[p])
        V_STEP(a1, V_LOAD(x + LANES * (p + 1)), w[p + 1])
        V_STEP(a2, V_LOAD(x + LANES * (p + 2)), w[p + 2])
        V_STEP(a3, V_LOAD(x + LANES * (p + 3)), w[p + 3])
      }
      sum[k] = V_ADD(V_ADD(a0, a1), V_ADD(a2, a3));
    }
    V_STORE(y + LANES * (node / 2), MLP_NAME(pair)(sum[0], sum[1], a));
  }
}

static MLP_TARGET void MLP_NAME(mlp_many)(const mlp_layer *layers, int count, const mlp_activation *a,
                                          mlp_rows_room *room) {
  mlp_turn(room, LANES);
  for (int l = 0; l < count; l++) {
    int32_t *x = room->pairs[l & 1], *y = room->pairs[(l & 1) ^ 1];
    mlp_repeat(layers + l, (int16_t *)x, LANES);
    if (layers[l].few)
      MLP_NAME(few_nodes)(layers + l, a, x, y);
    else
      MLP_NAME(nodes)(layers + l, a, x, y);
  }
}

#undef MLP_DECLARE
#undef MLP_STEP
#undef MLP_STORE
#undef MLP_BLOCK
#undef MLP_NAME
#undef MLP_TARGET
#undef LANES
#undef VEC
#undef V_ZERO
#undef V_LOAD
#undef V_STORE
#undef V_SET
#undef V_STEP
#undef V_ADD
#undef V_TOTAL
#undef V_MADD
#endif
