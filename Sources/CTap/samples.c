// Samples of messages, for as long as somebody's lease asks for them. A message is put together apart, frame by frame as
// the program hands them over, and goes into the ring when its last frame has passed.
#include <stdlib.h>

#include "internal.h"

static uint32_t nothing_asked;
TAP_HOT_DATA uint32_t *tap_attention = &nothing_asked;

// Of one socket and direction.
struct assembly {
    uint32_t socket_id;
    bool active;        // the message under way is kept
    uint32_t used;      // bytes of sample.data
    uint32_t frame;     // bytes that the frame under way added
    uint64_t next_ns;   // no other sample before
    struct tap_sample sample;
};
static struct assembly *assemblies[TAP_SOCKET_CAPACITY][2];

static struct tap_orders *orders(void) { return (struct tap_orders *)(tap_segment + TAP_ORDERS_OFFSET); }

void tap_attention_start(void) {
    if (!tap_segment_back(orders(), sizeof(struct tap_orders) - sizeof orders()->orders)) return;
    __atomic_store_n(&tap_attention, &orders()->attention, __ATOMIC_RELEASE);
}

void tap_attention_forget(void) {
    tap_attention = &nothing_asked;
    for (uint32_t i = 0; i < TAP_SOCKET_CAPACITY; i++)
        for (int side = 0; side < 2; side++)
            if (assemblies[i][side] != NULL) assemblies[i][side]->socket_id = 0;
}

// The least time between two samples that anybody asks for; UINT64_MAX: nobody wants any.
static uint64_t interval_of(uint32_t socket_id, uint64_t now) {
    uint64_t interval = UINT64_MAX;
    // Before the leases are looked through: who takes one sets the bit again after it.
    bool any = false;
    for (uint32_t i = 0; i < TAP_LEASE_CAPACITY; i++) {
        struct tap_lease *lease = &orders()->leases[i];
        if (__atomic_load_n(&lease->until_ns, __ATOMIC_ACQUIRE) < now) continue;
        any = true;
        uint32_t wanted = LOAD(lease->socket_id);
        uint64_t asked = LOAD(lease->interval_ns);
        if ((wanted == 0 || wanted == socket_id) && asked < interval) interval = asked;
    }
    if (any) return interval;
    __atomic_fetch_and(tap_attention, ~TAP_ATTENTION_SAMPLES, __ATOMIC_ACQ_REL);
    // One that was taken in between has set the bit before it was cleared: look again.
    for (uint32_t i = 0; i < TAP_LEASE_CAPACITY; i++)
        if (__atomic_load_n(&orders()->leases[i].until_ns, __ATOMIC_ACQUIRE) >= now)
            __atomic_fetch_or(tap_attention, TAP_ATTENTION_SAMPLES, __ATOMIC_ACQ_REL);
    return UINT64_MAX;
}

static bool begin(struct tap_socket_state *state, uint32_t direction, struct assembly **found) {
    struct assembly **place = &assemblies[state->index][direction - 1];
    if (*place == NULL) *place = calloc(1, sizeof **place);
    struct assembly *assembly = *place;
    if (assembly == NULL) return false;
    *found = assembly;
    if (assembly->socket_id != state->id) {
        assembly->socket_id = state->id;
        assembly->next_ns = 0;
    }
    assembly->active = false;
    uint64_t now = tap_now();
    uint64_t interval = interval_of(state->id, now);
    if (interval == UINT64_MAX || now < assembly->next_ns) return false;
    assembly->next_ns = now + interval;
    struct tap_sample *sample = &assembly->sample;
    memset(sample, 0, offsetof(struct tap_sample, frames));
    sample->socket_index = state->index;
    sample->socket_id = state->id;
    sample->direction = direction;
    assembly->used = 0;
    assembly->active = true;
    return true;
}

// What a frame may take: all that is left but a little for those after it, whose number nobody knows.
static uint32_t share(const struct assembly *assembly, size_t size, bool more) {
    uint32_t left = TAP_SAMPLE_BYTES - assembly->used;
    uint32_t reserve = 0;
    if (more && left > 512) reserve = 448;
    if (more && left <= 512) reserve = left / 2;
    uint32_t room = left - reserve;
    return size < room ? (uint32_t)size : room;
}

bool tap_sample_frame(struct tap_socket_state *state, uint32_t direction, bool first, bool more, const void *bytes,
                      size_t size) {
    int saved = errno;
    struct assembly *assembly = assemblies[state->index][direction - 1];
    bool kept = first ? begin(state, direction, &assembly)
                      : assembly != NULL && assembly->active && assembly->socket_id == state->id;
    if (kept) {
        struct tap_sample *sample = &assembly->sample;
        assembly->frame = 0;
        if (sample->frame_count < TAP_SAMPLE_FRAMES) {
            uint32_t taken = share(assembly, size, more);
            sample->frames[sample->frame_count].size = size;
            sample->frames[sample->frame_count].kept = taken;
            if (taken > 0) memcpy(sample->data + assembly->used, bytes, taken);
            assembly->frame = taken;
        }
        assembly->used += assembly->frame;
        sample->bytes += size;
        sample->frame_count++;
    }
    errno = saved;
    return kept;
}

void tap_sample_refused(struct tap_socket_state *state, size_t size) {
    struct assembly *assembly = assemblies[state->index][TAP_DIRECTION_SENT - 1];
    assembly->used -= assembly->frame;
    assembly->sample.bytes -= size;
    assembly->sample.frame_count--;
    // The frame will be offered again, and if it is the first one a new sample begins with it: at once.
    if (assembly->sample.frame_count == 0) {
        assembly->active = false;
        assembly->next_ns = 0;
    }
}

void tap_sample_passed(struct tap_socket_state *state, uint32_t direction, uint32_t flags) {
    int saved = errno;
    struct assembly *assembly = assemblies[state->index][direction - 1];
    struct tap_sample *sample = &assembly->sample;
    const struct tap_connection *only = __atomic_load_n(&state->only, __ATOMIC_ACQUIRE);
    bool sent = direction == TAP_DIRECTION_SENT;
    assembly->active = false;
    sample->time_ns = tap_now();
    sample->message = sent ? state->shared->sent_messages : state->shared->received_messages;
    sample->connection_id = only != NULL ? only->id : sent ? state->sent_to : state->received_from;
    sample->flags = flags;
    if (flags & TAP_SAMPLE_LOST) sample->connection_id = 0;
    struct tap_header *header = tap_header();
    uint64_t ordinal = ADD_SHARED(header->samples_written, 1);
    struct tap_sample *slot =
        (struct tap_sample *)(tap_segment + TAP_SAMPLES_OFFSET) + ordinal % TAP_SAMPLE_CAPACITY;
    if (tap_segment_back(slot, sizeof *slot)) {
        __atomic_store_n(&slot->ordinal, 0, __ATOMIC_RELAXED);
        __atomic_thread_fence(__ATOMIC_RELEASE);
        memcpy((uint8_t *)slot + sizeof slot->ordinal, (const uint8_t *)sample + sizeof sample->ordinal,
               offsetof(struct tap_sample, data) - sizeof sample->ordinal + assembly->used);
        __atomic_store_n(&slot->ordinal, ordinal + 1, __ATOMIC_RELEASE);
        if (header->samples.used < TAP_SAMPLE_CAPACITY && header->samples.used <= ordinal)
            STORE(header->samples.used, (uint32_t)ordinal + 1);
    }
    errno = saved;
}
