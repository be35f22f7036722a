// Faults: what the session's table asks for, on connects and connections. The table is copied when it has changed, at one
// of the program's next calls or when libzmq connects; a session that is silent for too long asks for nothing any more.
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"

#define FIRST_LEASE 3000000000u

uint32_t tap_faults_generation;
static struct {
    uint32_t count;
    struct tap_fault faults[TAP_FAULT_CAPACITY];
} current;  // under tap_lock

static struct tap_faults *table(void) { return &((struct tap_orders *)(tap_segment + TAP_ORDERS_OFFSET))->faults; }

// ---- what is in force

struct effect {
    bool cut;
    uint32_t loss;
    uint64_t rate;
};

static uint64_t digest(const struct effect *effect) {
    uint64_t rate = effect->rate < INT32_MAX ? effect->rate : INT32_MAX;
    return (effect->cut ? 1 : 0) | (uint64_t)effect->loss << 1 | rate << 33;
}

static void add(struct effect *effect, const struct tap_fault *fault) {
    if (fault->kind == TAP_FAULT_CUT) effect->cut = true;
    if (fault->kind == TAP_FAULT_LOSS && fault->value > effect->loss) effect->loss = (uint32_t)fault->value;
    if (fault->kind == TAP_FAULT_BANDWIDTH && (effect->rate == 0 || fault->value < effect->rate))
        effect->rate = fault->value;
}

// The session names the endpoint as the tap does, once it has seen it; before that, as the file has it.
static bool is_at(const struct tap_endpoint *endpoint, const struct tap_fault *fault) {
    if (strcmp(endpoint->asked, fault->endpoint) == 0 || strcmp(endpoint->resolved, fault->endpoint) == 0) return true;
    return fault->socket_id == 0 && (tap_endpoint_same_port(endpoint->asked, fault->endpoint) ||
                                     tap_endpoint_same_port(endpoint->resolved, fault->endpoint));
}

static bool is_of(const struct tap_socket_state *state, const struct tap_fault *fault) {
    if (fault->socket_id != 0) return fault->socket_id == state->id;
    if (fault->node != 0 && fault->node != LOAD(state->shared->node)) return false;
    return fault->socket_type < 0 || fault->socket_type == state->type;
}

static struct effect effect_of_connect(const struct tap_socket_state *state, uint32_t endpoint) {
    struct effect effect = {0};
    for (uint32_t i = 0; i < current.count; i++) {
        const struct tap_fault *fault = &current.faults[i];
        if (fault->kind > TAP_FAULT_BANDWIDTH || fault->connection_id != 0) continue;
        if (is_of(state, fault) && is_at(tap_endpoint_record(endpoint), fault)) add(&effect, fault);
    }
    return effect;
}

static struct effect effect_of_connection(const struct tap_connection_state *connection) {
    const struct tap_socket_state *state = tap_connection_socket(connection);
    uint32_t endpoint = connection->shared->endpoint_index;
    bool connected = connection->shared->role == TAP_ROLE_CONNECTED && state != NULL && endpoint != TAP_NO_INDEX;
    struct effect effect = connected ? effect_of_connect(state, endpoint) : (struct effect){0};
    for (uint32_t i = 0; i < current.count; i++)
        if (current.faults[i].connection_id == connection->id) add(&effect, &current.faults[i]);
    return effect;
}

static void apply(int descriptor, const struct effect *effect, uint64_t before) {
    if (effect->cut) (void)tap_descriptor_cut(descriptor);
    if (effect->loss != 0 || before & 0x1fffffffeull) (void)tap_descriptor_loss(descriptor, effect->loss);
    if (effect->rate != 0 || before >> 33 != 0) (void)tap_descriptor_pacing(descriptor, effect->rate);
}

static void apply_to_connection(struct tap_connection_state *connection) {
    struct effect effect = effect_of_connection(connection);
    if (digest(&effect) == connection->faults_applied) return;
    apply(connection->descriptor, &effect, connection->faults_applied);
    connection->faults_applied = digest(&effect);
}

bool tap_fault_of_socket(const struct tap_socket_state *state, uint32_t kind, struct tap_fault *found) {
    for (uint32_t i = 0; i < current.count; i++) {
        const struct tap_fault *fault = &current.faults[i];
        if (fault->kind != kind || !is_of(state, fault)) continue;
        bool fits = fault->endpoint[0] == 0;
        for (uint32_t at = state->first_endpoint; at != TAP_NO_INDEX && !fits; at = tap_endpoints[at].next)
            fits = is_at(tap_endpoint_record(at), fault);
        if (!fits) continue;
        *found = *fault;
        return true;
    }
    return false;
}

// ---- the table

static bool copy_table(uint32_t generation) {
    const struct tap_faults *from = table();
    uint32_t count = LOAD(from->count);
    if (count > TAP_FAULT_CAPACITY) return false;
    memcpy(current.faults, from->faults, count * sizeof *current.faults);
    for (uint32_t i = 0; i < count; i++) current.faults[i].endpoint[TAP_ADDRESS - 1] = 0;
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (LOAD(from->generation) != generation) return false;
    current.count = count;
    return true;
}

// The generation that is to be in force; 0: none.
static uint32_t wanted(void) {
    uint32_t generation = __atomic_load_n(&table()->generation, __ATOMIC_ACQUIRE);
    return LOAD(table()->until_ns) >= tap_now() ? generation : 0;
}

void tap_faults_look(void) {
    uint32_t generation = wanted();
    if (LIKELY(generation == LOAD(tap_faults_generation) && generation != 0) || generation & 1) return;
    int saved = errno;
    pthread_mutex_lock(&tap_lock);
    // Before the table is read: who changes it sets the bit after it.
    uint32_t before = __atomic_fetch_and(tap_attention, ~TAP_ATTENTION_FAULTS, __ATOMIC_ACQ_REL);
    bool known = true;
    if (generation == 0) current.count = 0;
    else known = copy_table(generation);
    if (known) {
        __atomic_store_n(&tap_faults_generation, generation, __ATOMIC_RELEASE);
        for (uint32_t i = 0; i < tap_connection_slots.table->used; i++) {
            if (!tap_connections[i].open) continue;
            // The session that is gone may have reached the descriptors itself.
            if (generation == 0 && LOAD(table()->count) > 0) tap_connections[i].faults_applied = UINT64_MAX;
            apply_to_connection(&tap_connections[i]);
        }
    }
    if (!known || current.count > 0) __atomic_fetch_or(tap_attention, before & TAP_ATTENTION_FAULTS, __ATOMIC_ACQ_REL);
    pthread_mutex_unlock(&tap_lock);
    errno = saved;
}

// Under tap_lock, before anybody else knows of the segment. A file that is not what it should be is none.
void tap_faults_start(const char *directory, const char *node) {
    current.count = 0;
    tap_faults_generation = 0;
    char path[1024];
    snprintf(path, sizeof path, "%s/.%s" TAP_FAULTS_SUFFIX, directory, node);
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) return;
    struct tap_faults *faults = table();
    struct stat status;
    size_t head = offsetof(struct tap_faults, faults);
    if (fstat(file, &status) == 0 && status.st_uid == geteuid() && (size_t)status.st_size > head &&
        (size_t)status.st_size <= sizeof *faults && tap_segment_back(faults, sizeof *faults)) {
        ssize_t size = read(file, faults, (size_t)status.st_size);
        bool whole = size == status.st_size && (size_t)size == head + faults->count * sizeof *faults->faults;
        faults->until_ns = tap_now() + FIRST_LEASE;  // the session will find this process before
        if (whole && !(faults->generation & 1)) __atomic_fetch_or(tap_attention, TAP_ATTENTION_FAULTS, __ATOMIC_RELEASE);
        else memset(faults, 0, head);
    }
    libc.close(file);
}

// ---- connects

static bool has_connection(const struct tap_socket_state *state, uint32_t endpoint) {
    for (uint32_t i = state->first_connection; i != TAP_NO_INDEX; i = tap_connections[i].next)
        if (tap_connections[i].shared->endpoint_index == endpoint) return true;
    return false;
}

// Of the connects to this address that have no connection now, all have the same faults; none: nobody's.
// `removed`: of sockets that are closed and send what is left.
static bool agreed(const char *address, bool removed, struct effect *effect) {
    bool found = false;
    for (uint32_t i = 0; i < tap_endpoint_slots.table->used; i++) {
        const struct tap_endpoint *endpoint = tap_endpoint_record(i);
        const struct tap_socket_state *state = &tap_sockets[endpoint->socket_index];
        if (endpoint->kind != TAP_ENDPOINT_CONNECT || state->id != endpoint->socket_id) continue;
        if ((endpoint->removed_ns != 0) != removed || has_connection(state, i)) continue;
        if (strcmp(endpoint->asked, address) != 0 && strcmp(endpoint->resolved, address) != 0 &&
            !tap_endpoint_same_port(endpoint->asked, address))
            continue;
        struct effect own = effect_of_connect(state, i);
        if (found && digest(&own) != digest(effect)) return false;
        *effect = own;
        found = true;
    }
    return found;
}

// libzmq does not say which socket connects. Where all that could be it have the same faults, this one has them too;
// elsewhere the monitor's event, which follows on the same thread, tells.
int tap_fault_connecting(int descriptor, const struct sockaddr *address, uint32_t size) {
    int saved = errno;
    char text[TAP_ADDRESS];
    tap_address_text(text, address, size);
    tap_faults_look();
    thread.connecting = descriptor + 1;
    struct effect effect = {0};
    pthread_mutex_lock(&tap_lock);
    bool known = agreed(text, false, &effect) || agreed(text, true, &effect);
    pthread_mutex_unlock(&tap_lock);
    errno = saved;
    if (known && effect.cut) return ECONNREFUSED;
    // Nothing would ever come back. To wait for it, as TCP does, would outlast the partition by far.
    return known && effect.loss == UINT32_MAX ? ETIMEDOUT : 0;
}

void tap_fault_connected(struct tap_socket_state *state, uint32_t endpoint, int descriptor) {
    bool attempted = descriptor < 0;
    if (attempted) descriptor = thread.connecting - 1;
    thread.connecting = 0;
    if (descriptor < 0) return;
    int saved = errno;
    struct effect effect = effect_of_connect(state, endpoint);
    struct tap_connection_state *connection = tap_connection_find(descriptor);
    if (attempted) {
        if (effect.cut) (void)tap_descriptor_cut(descriptor);
    } else if (connection != NULL) {  // else it could not be healed
        apply(descriptor, &effect, 0);
        connection->faults_applied = digest(&effect);
    }
    errno = saved;
}
