// Faults of a socket's messages. What becomes of a message is decided at its first frame and holds to its last one, so
// that nobody ever sees half of it. All of it runs on the thread that uses the socket.
#include <limits.h>
#include <stdlib.h>

#include "internal.h"

#define KEPT_FRAMES 64u  // a longer message is not duplicated

struct turn {  // of one fault
    uint64_t every, seed, passed;
    uint32_t serial;
    bool due;  // for the message under way
};
struct tap_message_faults {
    uint32_t generation, endpoints;  // for which the rest was looked up
    uint64_t slow_ns;
    struct turn drop, duplicate, corrupt;
    bool decided;
    bool sampled;
    uint32_t kept_count;
    zmq_msg_t kept[KEPT_FRAMES];
};

static void take_turn(const struct tap_socket_state *state, uint32_t kind, struct turn *turn) {
    struct tap_fault fault = {0};
    (void)tap_fault_of_socket(state, kind, &fault);
    if (fault.serial != turn->serial) turn->passed = 0;
    turn->serial = fault.serial;
    turn->every = fault.value;
    turn->seed = fault.seed;
}

// What is in force for this socket; NULL: nothing, and nothing ever was.
static struct tap_message_faults *look_up(struct tap_socket_state *state) {
    uint32_t generation = __atomic_load_n(&tap_faults_generation, __ATOMIC_ACQUIRE);
    uint32_t endpoints = LOAD(state->shared->endpoint_total);
    struct tap_message_faults *faults = state->faults;
    if (faults == NULL && generation == 0) return NULL;
    if (faults != NULL && faults->generation == generation && faults->endpoints == endpoints) return faults;
    if (faults == NULL && (faults = state->faults = calloc(1, sizeof *faults)) == NULL) return NULL;
    struct tap_fault slow = {0};
    pthread_mutex_lock(&tap_lock);
    faults->generation = generation;
    faults->endpoints = endpoints;
    (void)tap_fault_of_socket(state, TAP_FAULT_SLOW, &slow);
    take_turn(state, TAP_FAULT_DROP, &faults->drop);
    take_turn(state, TAP_FAULT_DUPLICATE, &faults->duplicate);
    take_turn(state, TAP_FAULT_CORRUPT, &faults->corrupt);
    pthread_mutex_unlock(&tap_lock);
    faults->slow_ns = slow.value;
    return faults;
}

// ---- receiving

void tap_fault_delay(struct tap_socket_state *state) {
    int saved = errno;
    uint64_t begun = tap_now(), now = begun;
    for (;;) {
        tap_faults_look();
        const struct tap_message_faults *faults = look_up(state);
        uint64_t end = faults != NULL ? begun + faults->slow_ns : begun;
        if (now >= end) break;
        // In pieces: it may be healed meanwhile.
        uint64_t piece = end - now < 20000000u ? end - now : 20000000u;
        struct timespec time = {.tv_sec = 0, .tv_nsec = (long)piece};
        (void)nanosleep(&time, NULL);
        now = tap_now();
    }
    errno = saved;
}

// ---- sending

static uint64_t mixed(uint64_t value) {
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9u;
    value = (value ^ value >> 27) * 0x94d049bb133111ebu;
    return value ^ value >> 31;
}

// In the second half: what comes first in a message is more likely to be a topic. Each byte is changed in another bit, so
// that no two changes undo each other.
static void corrupt(uint8_t *bytes, size_t size, uint64_t seed) {
    size_t half = size / 2, changes = 1 + size / 32 < 8 ? 1 + size / 32 : 8;
    for (size_t i = 0; i < changes; i++) bytes[half + mixed(seed + i) % (size - half)] ^= (uint8_t)(1u << i);
}

static void let_go(const struct tap_copy *api, struct tap_message_faults *faults) {
    uint32_t count = faults->kept_count < KEPT_FRAMES ? faults->kept_count : KEPT_FRAMES;
    for (uint32_t i = 0; i < count; i++) api->zmq_msg_close(&faults->kept[i]);
    faults->kept_count = 0;
}

static void keep(const struct tap_copy *api, struct tap_message_faults *faults, zmq_msg_t *message) {
    if (faults->kept_count < KEPT_FRAMES) {
        api->zmq_msg_init(&faults->kept[faults->kept_count]);
        api->zmq_msg_copy(&faults->kept[faults->kept_count], message);
    }
    faults->kept_count++;
}

// The last one kept was not sent.
static void unkeep(const struct tap_copy *api, struct tap_message_faults *faults) {
    if (--faults->kept_count < KEPT_FRAMES) api->zmq_msg_close(&faults->kept[faults->kept_count]);
}

// The message has been sent, and is sent once more: unless the queue is full.
static void send_again(struct tap_socket_state *state, struct tap_message_faults *faults, uint32_t call) {
    uint64_t would_block = state->shared->send_would_block;
    bool sent = faults->kept_count <= KEPT_FRAMES;
    state->injecting = true;
    for (uint32_t i = 0; i < faults->kept_count && sent; i++) {
        int more = i + 1 < faults->kept_count ? ZMQ_SNDMORE : 0;
        sent = tap_send_carefully(state, &faults->kept[i], more | ZMQ_DONTWAIT, call) >= 0;
    }
    state->injecting = false;
    STORE(state->shared->send_would_block, would_block);  // that was not the program's
    if (sent) ADD(state->shared->injected_messages, 1);
    let_go(state->api, faults);
}

static void decide(struct tap_message_faults *faults) {
    struct turn *turns[] = {&faults->drop, &faults->duplicate, &faults->corrupt};
    for (int i = 0; i < 3; i++) turns[i]->due = turns[i]->every != 0 && (turns[i]->passed + 1) % turns[i]->every == 0;
    faults->decided = true;
}

static void message_passed(struct tap_socket_state *state, struct tap_message_faults *faults) {
    faults->drop.passed++;
    faults->duplicate.passed++;
    faults->corrupt.passed++;
    faults->decided = false;
    state->special &= ~(uint32_t)TAP_SEND_FAULTY;
}

// Taken from the program, and gone.
static int drop(struct tap_socket_state *state, zmq_msg_t *message, int flags, struct tap_message_faults *faults) {
    const struct tap_copy *api = state->api;
    size_t size = api->zmq_msg_size(message);
    bool more = flags & ZMQ_SNDMORE, first = !state->send_more;
    if (first || faults->sampled)
        faults->sampled = LOAD(*tap_attention) & TAP_ATTENTION_SAMPLES &&
                          tap_sample_frame(state, TAP_DIRECTION_SENT, first, more, api->zmq_msg_data(message), size);
    api->zmq_msg_close(message);
    api->zmq_msg_init(message);
    ADD(state->shared->dropped_bytes, size);
    state->send_more = more;
    if (!more) {
        ADD(state->shared->dropped_messages, 1);
        if (faults->sampled) tap_sample_passed(state, TAP_DIRECTION_SENT, TAP_SAMPLE_LOST);
    }
    return size < INT_MAX ? (int)size : INT_MAX;
}

// Another message, for the program's bytes are not ours to change. On failure the program's is untouched.
static int send_corrupted(struct tap_socket_state *state, zmq_msg_t *message, int flags, uint32_t call,
                          struct tap_message_faults *faults) {
    const struct tap_copy *api = state->api;
    size_t size = api->zmq_msg_size(message);
    zmq_msg_t changed;
    if (api->zmq_msg_init_size(&changed, size) != 0) return -1;
    memcpy(api->zmq_msg_data(&changed), api->zmq_msg_data(message), size);
    corrupt(api->zmq_msg_data(&changed), size, mixed(faults->corrupt.seed) + faults->corrupt.passed);
    if (faults->duplicate.due) keep(api, faults, &changed);
    int result = tap_send_carefully(state, &changed, flags, call);
    if (result >= 0) {
        ADD(state->shared->corrupted_messages, 1);
        api->zmq_msg_close(message);
        api->zmq_msg_init(message);
        return result;
    }
    int reason = errno;
    if (faults->duplicate.due) unkeep(api, faults);
    api->zmq_msg_close(&changed);
    errno = reason;
    return result;
}

int tap_fault_send(struct tap_socket_state *state, zmq_msg_t *message, int flags, uint32_t call) {
    const struct tap_copy *api = state->api;
    tap_faults_look();
    struct tap_message_faults *faults = look_up(state);
    if (faults == NULL) return tap_send_carefully(state, message, flags, call);
    bool more = flags & ZMQ_SNDMORE;
    size_t size = api->zmq_msg_size(message);
    // What an XSUB subscribes with is no message, and neither is the rest of one that had begun before.
    bool subscribes = state->type == ZMQ_XSUB && !more && size > 0 && *(const uint8_t *)api->zmq_msg_data(message) <= 1;
    if (!state->send_more && !subscribes && !faults->decided) decide(faults);
    if (!faults->decided || subscribes) return tap_send_carefully(state, message, flags, call);
    bool first = !state->send_more;
    int result;
    if (faults->drop.due) {
        result = drop(state, message, flags, faults);
    } else if (faults->corrupt.due && !more && size > 0 && !(first && state->type == ZMQ_ROUTER)) {
        result = send_corrupted(state, message, flags, call, faults);
    } else {
        if (faults->duplicate.due) keep(api, faults, message);
        result = tap_send_carefully(state, message, flags, call);
        if (result < 0 && faults->duplicate.due) {
            int reason = errno;
            unkeep(api, faults);
            errno = reason;
        }
    }
    if (result < 0) return result;
    if (more) {
        state->special |= TAP_SEND_FAULTY;
        return result;
    }
    int saved = errno;
    if (faults->duplicate.due && !faults->drop.due) send_again(state, faults, call);
    message_passed(state, faults);
    errno = saved;
    return result;
}

void tap_faults_closing(struct tap_socket_state *state) {
    if (state->faults == NULL) return;
    let_go(state->api, state->faults);
    free(state->faults);
    state->faults = NULL;
}
