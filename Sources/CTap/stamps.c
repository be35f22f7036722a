// Stamps: when the n-th message of a connection passed a stage, for every n that is a multiple of a power of two. Both
// ends choose the power by how often they stamp, so that it costs next to nothing and a ring lasts for a while.
#include "internal.h"

#define WINDOW_NS 250000000u
#define WINDOW_STAMPS 16u  // in a window: more make the power grow
#define CALL_STAMPS 4u     // in one call: a call may pass many messages at once

static void write_stamp(struct tap_stamp_ring *ring, uint64_t ordinal, uint64_t now) {
    struct tap_stamp *stamp = &ring->stamps[ring->written % TAP_STAMP_COUNT];
    __atomic_store_n(&stamp->ordinal, 0, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    STORE(stamp->time_ns, now);
    __atomic_store_n(&stamp->ordinal, ordinal, __ATOMIC_RELEASE);
    __atomic_store_n(&ring->written, ring->written + 1, __ATOMIC_RELEASE);
}

static struct tap_stamps *stamps_of(struct tap_connection_state *state) {
    struct tap_stamps *stamps = (struct tap_stamps *)(tap_segment + TAP_STAMPS_OFFSET) + (state - tap_connections);
    if (UNLIKELY(LOAD(stamps->connection_id) != state->id)) {
        // The first message of the connection. Two threads may meet here: both write the same.
        if (!tap_segment_back(stamps, sizeof *stamps)) return NULL;
        pthread_mutex_lock(&tap_lock);
        if (stamps->connection_id != state->id) {
            STORE(stamps->connection_id, 0);
            __atomic_thread_fence(__ATOMIC_RELEASE);
            memset(&stamps->accepted, 0, sizeof *stamps - offsetof(struct tap_stamps, accepted));
            __atomic_store_n(&stamps->connection_id, state->id, __ATOMIC_RELEASE);
        }
        pthread_mutex_unlock(&tap_lock);
    }
    return stamps;
}

void tap_stamp(struct tap_connection_state *state, enum tap_stage stage, uint64_t before, uint64_t after, uint64_t now) {
    struct tap_pace *pace = &state->pace[stage];
    uint64_t elapsed = now - pace->window_ns;
    if (elapsed >= WINDOW_NS) {
        uint64_t windows = elapsed / WINDOW_NS;
        if (pace->stamps < WINDOW_STAMPS / 2) pace->shift -= windows < pace->shift ? (uint8_t)windows : pace->shift;
        pace->window_ns = now;
        pace->stamps = 0;
    }
    while ((after >> pace->shift) - (before >> pace->shift) > CALL_STAMPS) pace->shift++;
    uint64_t next = ((before >> pace->shift) + 1) << pace->shift;
    if (next > after) return;
    struct tap_stamps *stamps = stamps_of(state);
    if (stamps == NULL) return;
    struct tap_stamp_ring *ring = stage == TAP_STAGE_ACCEPTED ? &stamps->accepted
                                  : stage == TAP_STAGE_OUT    ? &stamps->out
                                  : stage == TAP_STAGE_IN     ? &stamps->in
                                                              : &stamps->delivered;
    for (; next <= after; next += 1ull << pace->shift) {
        write_stamp(ring, next, now);
        pace->stamps++;
    }
    if (pace->stamps >= WINDOW_STAMPS && pace->shift < 32) {
        pace->shift++;
        pace->stamps = 0;
    }
}

// Of the sending and receiving functions, which do not read the clock for a message that is not stamped.
uint64_t tap_stamp_call(struct tap_connection_state *state, enum tap_stage stage, uint64_t ordinal) {
    tap_stamp(state, stage, ordinal - 1, ordinal, tap_now());
    return (1ull << state->pace[stage].shift) - 1;
}
