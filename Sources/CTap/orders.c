// Orders: what zmqtop wants done on a socket is done by the thread that uses it, at its next call, between two messages
// of the program.
#include "internal.h"

static struct tap_orders *orders(void) { return (struct tap_orders *)(tap_segment + TAP_ORDERS_OFFSET); }

static bool is_placed(const struct tap_order *order) {
    return __atomic_load_n(&order->state, __ATOMIC_ACQUIRE) == TAP_ORDER_PLACED;
}

// Whoever writes here may be mistaken: every size is checked.
static bool is_sound(const struct tap_order *order) {
    if (order->kind != TAP_ORDER_INJECT || order->frame_count == 0 || order->frame_count > TAP_ORDER_FRAMES)
        return false;
    size_t total = 0;
    for (uint32_t i = 0; i < order->frame_count; i++) {
        if (order->frame_sizes[i] > TAP_ORDER_BYTES) return false;
        total += order->frame_sizes[i];
    }
    return total <= TAP_ORDER_BYTES;
}

// 0, or errno. EAGAIN: nothing was sent.
static int inject(struct tap_socket_state *state, const struct tap_order *order) {
    if (!is_sound(order)) return EINVAL;
    // They take turns: a message of ours would make the program's next call fail.
    if (state->type == ZMQ_REQ || state->type == ZMQ_REP) return EFSM;
    const uint8_t *bytes = order->data;
    for (uint32_t i = 0; i < order->frame_count; i++) {
        int more = i + 1 < order->frame_count ? ZMQ_SNDMORE : 0;
        // A message that has been begun is always taken whole: only its first frame can find the queue full.
        if (tap_send_copy(state, bytes, order->frame_sizes[i], more | ZMQ_DONTWAIT, TAP_CALL_SEND) < 0) {
            int reason = errno;
            return i == 0 || reason != EAGAIN ? reason : EPROTO;
        }
        bytes += order->frame_sizes[i];
    }
    ADD(state->shared->injected_messages, 1);
    return 0;
}

static void carry_out(struct tap_socket_state *state, struct tap_order *order) {
    uint32_t placed = TAP_ORDER_PLACED;
    if (!__atomic_compare_exchange_n(&order->state, &placed, TAP_ORDER_TAKEN, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE))
        return;
    state->injecting = true;
    uint64_t would_block = state->shared->send_would_block;
    int error = inject(state, order);
    state->injecting = false;
    STORE(state->shared->send_would_block, would_block);  // that was not the program's
    if (error == EAGAIN) {
        STORE(order->attempts, LOAD(order->attempts) + 1);
        __atomic_store_n(&order->state, TAP_ORDER_PLACED, __ATOMIC_RELEASE);
        return;
    }
    STORE(order->error, error);
    STORE(order->finished_ns, tap_now());
    __atomic_store_n(&order->state, error == 0 ? TAP_ORDER_DONE : TAP_ORDER_FAILED, __ATOMIC_RELEASE);
}

void tap_orders_carry_out(struct tap_socket_state *state) {
    if (state->send_more || state->injecting) return;
    int saved = errno;
    // Before the orders are looked through: who places one sets the bit after it.
    __atomic_fetch_and(tap_attention, ~TAP_ATTENTION_ORDERS, __ATOMIC_ACQ_REL);
    bool left = false;
    for (uint32_t i = 0; i < TAP_ORDER_CAPACITY; i++) {
        struct tap_order *order = &orders()->orders[i];
        if (!tap_segment_back(order, offsetof(struct tap_order, data)) || !is_placed(order)) continue;
        if (LOAD(order->socket_id) == state->id) carry_out(state, order);
        left |= is_placed(order);
    }
    if (left) __atomic_fetch_or(tap_attention, TAP_ATTENTION_ORDERS, __ATOMIC_ACQ_REL);
    errno = saved;
}

__attribute__((cold)) void tap_attend(struct tap_socket_state *state) {
    uint32_t attention = LOAD(*tap_attention);
    if (attention & TAP_ATTENTION_FAULTS) tap_faults_look();
    if (attention & TAP_ATTENTION_ORDERS) tap_orders_carry_out(state);
}
