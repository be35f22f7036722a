// Connections: descriptor → slot, what libzmq sends and receives there, which socket it belongs to.
#include <stdlib.h>

#include "internal.h"

struct tap_connection_state tap_connections[TAP_CONNECTION_CAPACITY];
struct tap_connection_text tap_connection_texts[TAP_CONNECTION_CAPACITY];
uint32_t tap_descriptors[TAP_DESCRIPTORS];
static uint64_t connections_opened;

uint64_t tap_hash(const void *bytes, size_t size) {
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < size; i++) hash = (hash ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3u;
    return hash ^ size;
}

void tap_connections_forget(void) {
    for (uint32_t i = 0; i < tap_header()->connections.used; i++) {
        tap_descriptors[tap_connections[i].descriptor] = 0;
        tap_connections[i].wishes = NULL;  // an I/O thread may have been at work on them
        tap_connections[i].id = 0;
    }
    connections_opened = 0;
}

struct tap_socket_state *tap_connection_socket(const struct tap_connection_state *state) {
    if (state->socket == TAP_NO_INDEX) return NULL;
    struct tap_socket_state *socket = &tap_sockets[state->socket];
    return socket->id == state->socket_id ? socket : NULL;
}

// ---- opening and closing

// A slot that is used again: what it counted goes to its socket's sums.
static void retire(struct tap_connection_state *state) {
    struct tap_socket_state *socket = state->id != 0 ? tap_connection_socket(state) : NULL;
    if (socket == NULL) return;
    struct tap_socket *sums = socket->shared;
    const struct tap_connection *shared = state->shared;
    ADD(sums->retired_out_messages, shared->out_messages);
    ADD(sums->retired_in_messages, shared->in_messages);
    ADD(sums->retired_out_lost, shared->out_pending);
    ADD(sums->retired_accepted, shared->accepted_messages);
    ADD(sums->retired_delivered, shared->delivered_messages);
}

static bool waits(const struct tap_connection_state *state) {
    return LOAD(state->shared->in_messages) > LOAD(state->shared->delivered_messages);
}

// The last connection of this descriptor of which something may still be received.
static void set_older(struct tap_connection_state *state) {
    uint32_t older = tap_descriptors[state->descriptor] - 1;  // 0 gives TAP_NO_INDEX
    if (older == (uint32_t)(state - tap_connections)) older = TAP_NO_INDEX;
    uint64_t id = older != TAP_NO_INDEX ? tap_connections[older].id : 0;
    while (older != TAP_NO_INDEX) {
        const struct tap_connection_state *before = &tap_connections[older];
        if (before->id != id) return;  // its slot is another's: it is long ago
        if (before->socket != TAP_NO_INDEX && (waits(before) || before->shared->wire_unknown)) break;
        older = before->older;
        id = before->older_id;
    }
    state->older = older;
    state->older_id = id;
}

struct tap_connection_state *tap_connection_open(int descriptor, bool foreign) {
    if (!tap_segment_open()) return NULL;
    if ((unsigned)descriptor >= TAP_DESCRIPTORS) {
        ADD_SHARED(tap_header()->connections.dropped, 1);
        return NULL;
    }
    int saved = errno;
    struct tap_address address;
    tap_address_of(descriptor, &address);
    uint32_t role = foreign ? tap_address_role(descriptor, &address) : TAP_ROLE_UNKNOWN;
    pthread_mutex_lock(&tap_lock);
    struct tap_connection_state *state = tap_connection_find(descriptor);
    uint32_t index = state == NULL ? tap_slot_take(&tap_connection_slots) : TAP_NO_INDEX;
    if (index != TAP_NO_INDEX) {
        state = &tap_connections[index];
        retire(state);
        struct tap_connection *shared = tap_connection_record(index);
        memset(state, 0, sizeof *state);
        memset(&tap_connection_texts[index].in, 0, offsetof(struct tap_wire_text, capture));
        memset(&tap_connection_texts[index].out, 0, offsetof(struct tap_wire_text, capture));
        tap_connection_texts[index].in.subscribed = tap_wish;
        state->shared = shared;
        state->id = ++connections_opened;
        state->descriptor = descriptor;
        state->foreign = foreign;
        state->socket = state->next = state->older = TAP_NO_INDEX;
        set_older(state);
        tap_change_begin(&shared->generation);
        memset((uint8_t *)shared + sizeof(uint32_t), 0, sizeof *shared - sizeof(uint32_t));
        shared->socket_index = shared->endpoint_index = TAP_NO_INDEX;
        shared->id = state->id;
        shared->descriptor = descriptor;
        shared->role = role;
        shared->opened_ns = tap_now();
        shared->inode = address.inode;
        shared->peer_inode = address.peer_inode;
        shared->peer_pid = address.peer_pid;
        memcpy(shared->local, address.local, TAP_ADDRESS);
        memcpy(shared->peer, address.peer, TAP_ADDRESS);
        tap_change_end(&shared->generation);
        STORE(state->open, true);
        __atomic_store_n(&tap_descriptors[descriptor], index + 1, __ATOMIC_RELEASE);
    }
    pthread_mutex_unlock(&tap_lock);
    errno = saved;
    return state;
}

static void leave_list(struct tap_socket_state *socket, uint32_t index) {
    uint32_t *link = &socket->first_connection;
    while (*link != index && *link != TAP_NO_INDEX) link = &tap_connections[*link].next;
    if (*link == index) *link = tap_connections[index].next;
    ADD(socket->version, 1);
}

static void settle(struct tap_connection_state *state);

// Before the real close: once that has returned the number may belong to another.
void tap_connection_close(struct tap_connection_state *state) {
    int saved = errno;
    pthread_mutex_lock(&tap_lock);
    if (state->open) {
        settle(state);
        STORE(state->open, false);
        uint32_t index = (uint32_t)(state - tap_connections);
        STORE(state->shared->in_begun, tap_wire_open(&state->in));
        STORE(state->shared->closed_ns, tap_now());
        struct tap_socket_state *socket = tap_connection_socket(state);
        tap_wishes_end(state);
        if (socket != NULL) leave_list(socket, index);
        tap_slot_give(&tap_connection_slots, index);
    }
    pthread_mutex_unlock(&tap_lock);
    errno = saved;
}

// ---- what the bytes say

static void set_identity(struct tap_connection_state *state, const uint8_t *identity, uint32_t size) {
    struct tap_connection *shared = state->shared;
    tap_change_begin(&shared->generation);
    memcpy(shared->identity, identity, size);
    shared->identity_size = size;
    tap_change_end(&shared->generation);
    state->route_hash = tap_hash(identity, size);
    STORE(state->routing_id_fixed, true);
    struct tap_socket_state *socket = tap_connection_socket(state);
    if (socket == NULL) return;
    ADD(socket->version, 1);
    if (shared->endpoint_index != TAP_NO_INDEX) tap_endpoints[shared->endpoint_index].last_hash = state->route_hash;
}

static void set_unknown(struct tap_connection_state *state) {
    // A greeting may still come, and says why.
    if (state->in.phase != TAP_WIRE_GREETING) state->in.phase = TAP_WIRE_UNKNOWN;
    if (state->out.phase != TAP_WIRE_GREETING) state->out.phase = TAP_WIRE_UNKNOWN;
    STORE(state->shared->wire_unknown, 1);
}

// Until it is accepted an ipc connection has no other end to name.
static void ask_peer(struct tap_connection_state *state) {
    struct tap_connection *shared = state->shared;
    if (shared->peer_pid == 0 || shared->peer_inode != 0) return;
    struct tap_address address;
    tap_address_of(state->descriptor, &address);
    pthread_mutex_lock(&tap_lock);
    if (state->open && address.inode == shared->inode) {
        tap_change_begin(&shared->generation);
        shared->peer_inode = address.peer_inode;
        tap_change_end(&shared->generation);
    }
    pthread_mutex_unlock(&tap_lock);
}

// A side has told something of itself: it greeted, or said READY.
static void learn(struct tap_connection_state *state) {
    const struct tap_connection_text *text = tap_connection_text(state);
    struct tap_connection *shared = state->shared;
    int saved = errno;
    pthread_mutex_lock(&tap_lock);
    if (state->in.told) {
        tap_change_begin(&shared->generation);
        shared->zmtp_version = text->in.version;
        shared->mechanism = text->in.mechanism;
        memcpy(shared->peer_type, text->in.type, sizeof shared->peer_type);
        tap_change_end(&shared->generation);
        if (text->in.ready && text->in.identity_size > 0 && !state->routing_id_fixed)
            set_identity(state, text->in.identity, text->in.identity_size);
    }
    if (state->out.told) {
        tap_change_begin(&shared->generation);
        memcpy(shared->own_type, text->out.type, sizeof shared->own_type);
        tap_change_end(&shared->generation);
    }
    state->in.told = state->out.told = false;
    if (text->in.ready && text->out.ready) settle(state);
    pthread_mutex_unlock(&tap_lock);
    if (text->in.greeted) ask_peer(state);
    errno = saved;
}

static inline void note_thread(struct tap_connection_state *state) {
    thread.connection = state;
    thread.connection_id = state->id;
}

TAP_HOT void tap_connection_sent(struct tap_connection_state *state, const void *buffer, size_t offered, ssize_t taken,
                                 uint64_t begun) {
    note_thread(state);
    struct tap_connection *shared = state->shared;
    size_t size = taken > 0 ? (size_t)taken : 0;
    if (size > 0) {
        struct tap_wire_counts counts = {0};
        tap_wire_feed(&state->out, &tap_connection_text(state)->out, buffer, size, &counts);
        ADD(shared->out_raw_bytes, size);
        if (counts.frames > 0) {
            ADD(shared->out_frames, counts.frames);
            ADD(shared->out_bytes, counts.bytes);
            ADD(shared->out_messages, counts.messages);
        }
        if (counts.commands + counts.subscriptions > 0) {
            ADD(shared->out_commands, counts.commands);
            ADD(shared->out_subscriptions, counts.subscriptions);
        }
        STORE(shared->out_last_ns, begun);
        if (counts.messages > 0) {
            uint64_t after = LOAD(shared->out_messages);
            tap_stamp(state, TAP_STAGE_OUT, after - counts.messages, after, begun);
        }
        if (UNLIKELY(state->out.told)) learn(state);
    }
    uint64_t pending = 0;
    if (UNLIKELY(size < offered)) {
        // What was offered and not taken is offered again, or lost at closing.
        struct tap_wire ahead = state->out;
        struct tap_wire_counts counts = {0};
        tap_wire_feed(&ahead, NULL, (const uint8_t *)buffer + size, offered - size, &counts);
        pending = counts.messages + tap_wire_open(&ahead);
    } else {
        pending = tap_wire_open(&state->out);
    }
    if (UNLIKELY(state->out.phase == TAP_WIRE_UNKNOWN) && !shared->wire_unknown) set_unknown(state);
    if (pending != LOAD(shared->out_pending)) STORE(shared->out_pending, pending);
}

TAP_HOT void tap_connection_received(struct tap_connection_state *state, const void *buffer, size_t size) {
    note_thread(state);
    struct tap_connection *shared = state->shared;
    struct tap_wire_counts counts = {0};
    tap_wire_feed(&state->in, &tap_connection_text(state)->in, buffer, size, &counts);
    ADD(shared->in_raw_bytes, size);
    if (counts.frames > 0) {
        ADD(shared->in_frames, counts.frames);
        ADD(shared->in_bytes, counts.bytes);
        ADD(shared->in_messages, counts.messages);
    }
    if (counts.commands + counts.subscriptions > 0) {
        ADD(shared->in_commands, counts.commands);
        ADD(shared->in_subscriptions, counts.subscriptions);
    }
    uint64_t now = tap_now();
    STORE(shared->in_last_ns, now);
    if (counts.messages > 0) {
        uint64_t after = LOAD(shared->in_messages);
        tap_stamp(state, TAP_STAGE_IN, after - counts.messages, after, now);
    }
    if (UNLIKELY(state->in.told)) learn(state);
    uint64_t begun = tap_wire_open(&state->in);
    if (begun != LOAD(shared->in_begun)) STORE(shared->in_begun, begun);
    if (UNLIKELY(state->in.phase == TAP_WIRE_UNKNOWN) && !shared->wire_unknown) set_unknown(state);
}

// ---- whose connection it is

void tap_connection_join(struct tap_connection_state *state, struct tap_socket_state *socket, uint32_t role,
                         uint32_t endpoint) {
    struct tap_connection *shared = state->shared;
    uint32_t index = (uint32_t)(state - tap_connections);
    bool first = state->socket == TAP_NO_INDEX;
    if (!first && state->socket_id != socket->id) return;
    tap_change_begin(&shared->generation);
    shared->socket_index = socket->index;
    shared->socket_id = socket->id;
    if (role != TAP_ROLE_UNKNOWN) shared->role = role;
    if (endpoint != TAP_NO_INDEX) shared->endpoint_index = endpoint;
    tap_change_end(&shared->generation);
    if (endpoint != TAP_NO_INDEX) {
        struct tap_endpoint_state *own = &tap_endpoints[endpoint];
        if (own->routing_id_size > 0) set_identity(state, own->routing_id, own->routing_id_size);
        // What a ROUTER's pipe was given while it had no connection goes out on this one.
        ADD(shared->accepted_messages, __atomic_exchange_n(&own->pending_messages, 0, __ATOMIC_RELAXED));
        ADD(shared->accepted_bytes, __atomic_exchange_n(&own->pending_bytes, 0, __ATOMIC_RELAXED));
        // It had a routing id of the ROUTER's making, and keeps it: its pipe has lived on.
        if (state->routing_id_fixed) {
            own->last_hash = state->route_hash;
        } else if (own->last_hash != 0) {
            state->route_hash = own->last_hash;
        }
    }
    if (!first) return;
    state->socket_id = socket->id;
    STORE(state->socket, socket->index);
    STORE(socket->shared->connection_total, socket->shared->connection_total + 1);
    bool only = socket->shared->connection_total == 1 && !socket->inproc;
    __atomic_store_n(&socket->only, only ? shared : NULL, __ATOMIC_RELEASE);
    if (state->open) {
        state->next = socket->first_connection;
        socket->first_connection = index;
    }
    tap_wishes_joined(state);
    ADD(socket->version, 1);
}

void tap_connection_handshake(struct tap_connection_state *state, bool succeeded) {
    struct tap_connection *shared = state->shared;
    tap_change_begin(&shared->generation);
    shared->handshake = succeeded ? TAP_HANDSHAKE_SUCCEEDED : TAP_HANDSHAKE_FAILED;
    if (succeeded) shared->handshake_ns = tap_now();
    tap_change_end(&shared->generation);
}

static const struct {
    const char *name;
    int type;
} type_names[] = {{"PAIR", ZMQ_PAIR}, {"PUB", ZMQ_PUB},   {"SUB", ZMQ_SUB},   {"REQ", ZMQ_REQ},
                  {"REP", ZMQ_REP},   {"XPUB", ZMQ_XPUB}, {"XSUB", ZMQ_XSUB}, {"DEALER", ZMQ_DEALER},
                  {"ROUTER", ZMQ_ROUTER}, {"PULL", ZMQ_PULL}, {"PUSH", ZMQ_PUSH}};

static int type_of(const char *name) {
    for (size_t i = 0; i < sizeof type_names / sizeof type_names[0]; i++)
        if (strcmp(type_names[i].name, name) == 0) return type_names[i].type;
    return -1;
}

// zmq_ctx_term stops monitors while closed sockets still deliver what they hold: their connections come and go without
// an event. Such a one belongs to the only socket without a monitor whose endpoint and type fit; if several do, nobody
// knows.
static void join_by_address(struct tap_connection_state *state) {
    const struct tap_connection_text *text = tap_connection_text(state);
    const struct tap_connection *shared = state->shared;
    int type = type_of(text->out.type);
    uint32_t found = TAP_NO_INDEX;
    for (uint32_t i = 0; i < tap_endpoint_slots.table->used; i++) {
        const struct tap_endpoint *endpoint = tap_endpoint_record(i);
        struct tap_socket_state *socket = &tap_sockets[endpoint->socket_index];
        if (endpoint->kind == 0 || socket->id != endpoint->socket_id || LOAD(socket->monitored)) continue;
        if (type >= 0 && socket->type != type) continue;
        const char *resolved = endpoint->resolved[0] != 0 ? endpoint->resolved : endpoint->asked;
        const char *address = endpoint->kind == TAP_ENDPOINT_CONNECT ? shared->peer : shared->local;
        if (*address == 0 || (strcmp(resolved, address) != 0 && !tap_endpoint_same_port(resolved, address))) continue;
        if (found != TAP_NO_INDEX) return;
        found = i;
    }
    if (found == TAP_NO_INDEX) return;
    const struct tap_endpoint *endpoint = tap_endpoint_record(found);
    bool connects = endpoint->kind == TAP_ENDPOINT_CONNECT;
    tap_connection_join(state, &tap_sockets[endpoint->socket_index],
                        connects ? TAP_ROLE_CONNECTED : TAP_ROLE_ACCEPTED, found);
    ADD(tap_endpoint_record(found)->connects, 1);
}

// What the events of a monitor would have told, of the wire alone.
static void settle(struct tap_connection_state *state) {
    const struct tap_connection_text *text = tap_connection_text(state);
    if (state->socket == TAP_NO_INDEX) join_by_address(state);
    struct tap_socket_state *socket = tap_connection_socket(state);
    bool silent = socket != NULL ? !LOAD(socket->monitored) : state->foreign;
    bool ready = text->in.ready && text->out.ready;
    if (!ready || !silent || state->shared->handshake != TAP_HANDSHAKE_NONE) return;
    tap_connection_handshake(state, true);
    uint32_t endpoint = state->shared->endpoint_index;
    if (endpoint != TAP_NO_INDEX) ADD(tap_endpoint_record(endpoint)->handshakes, 1);
}

// HANDSHAKE_… names no descriptor. It comes on the I/O thread of the connection, right after its last bytes, or
// before it answers them.
struct tap_connection_state *tap_connection_handshaking(struct tap_socket_state *socket) {
    if (thread.connection_id != 0) {
        struct tap_connection_state *state = thread.connection;
        bool ours = state->id == thread.connection_id && state->open &&
                    (state->socket == TAP_NO_INDEX || state->socket_id == socket->id);
        bool told = tap_connection_text(state)->in.ready || state->shared->wire_unknown;
        if (ours && told && state->shared->handshake == TAP_HANDSHAKE_NONE) return state;
    }
    struct tap_connection_state *oldest = NULL;
    for (uint32_t i = socket->first_connection; i != TAP_NO_INDEX; i = tap_connections[i].next) {
        struct tap_connection_state *state = &tap_connections[i];
        bool told = tap_connection_text(state)->in.ready || state->shared->wire_unknown;
        if (told && state->shared->handshake == TAP_HANDSHAKE_NONE && (oldest == NULL || state->id < oldest->id))
            oldest = state;
    }
    return oldest;
}

// ---- attribution, on the thread that uses the socket

// A descriptor's number may be used again while messages of connections before still wait. `key` tells them apart: it
// is the address of a property that libzmq keeps once a connection, for as long as a message of it lives. Who has not
// shown its own yet shows it in the order in which they connected, for so libzmq begins to take turns.
static struct tap_connection_state *source_of(struct tap_socket_state *socket, const zmq_msg_t *message) {
    const char *key = socket->api->zmq_msg_gets != NULL ? socket->api->zmq_msg_gets(message, "__fd") : NULL;
    int descriptor = key != NULL ? atoi(key) : socket->api->zmq_msg_get(message, ZMQ_SRCFD);
    if ((unsigned)descriptor >= TAP_DESCRIPTORS) return NULL;
    uint32_t place = __atomic_load_n(&tap_descriptors[descriptor], __ATOMIC_ACQUIRE);
    if (place == 0) return NULL;
    struct tap_connection_state *found = NULL, *state = &tap_connections[place - 1];
    for (int steps = 0; steps < 64; steps++) {
        if (LOAD(state->socket) == socket->index && state->socket_id == socket->id) {
            if (state->source_key == key && (found == NULL || waits(state) || state->shared->wire_unknown)) return state;
            if (state->source_key == NULL && (found == NULL || waits(state))) found = state;
        }
        if (state->older == TAP_NO_INDEX || tap_connections[state->older].id != state->older_id) break;
        state = &tap_connections[state->older];
    }
    if (found != NULL) found->source_key = key;
    return found;
}

// A ROUTER's routing id of an anonymous peer shows only when it receives.
static void learn_route(struct tap_socket_state *socket, struct tap_connection_state *state) {
    if (LOAD(state->routing_id_fixed) || socket->routing_id_size == 0) return;
    pthread_mutex_lock(&tap_lock);
    if (!state->routing_id_fixed && state->socket_id == socket->id)
        set_identity(state, socket->routing_id, socket->routing_id_size);
    pthread_mutex_unlock(&tap_lock);
}

TAP_HOT void tap_delivered_by_source(struct tap_socket_state *socket, const zmq_msg_t *last_frame) {
    struct tap_connection *only = __atomic_load_n(&socket->only, __ATOMIC_ACQUIRE);
    struct tap_connection_state *state;
    socket->received_from = 0;
    if (only != NULL) {
        state = &tap_connections[only - tap_connection_record(0)];
    } else {
        if (socket->shared->connection_total == 0 && socket->inproc) return;
        int saved = errno;
        state = source_of(socket, last_frame);
        errno = saved;
        if (state == NULL) return;
    }
    ADD(state->shared->delivered_messages, 1);
    ADD(state->shared->delivered_bytes, socket->receive_bytes);
    socket->received_from = state->id;
    uint64_t ordinal = LOAD(state->shared->delivered_messages);
    if (!(ordinal & ((1ull << state->pace[TAP_STAGE_DELIVERED].shift) - 1)))
        tap_stamp_call(state, TAP_STAGE_DELIVERED, ordinal);
    if (socket->special & TAP_RECEIVE_ROUTER) learn_route(socket, state);
    if (socket->special & TAP_RECEIVE_REP) {
        socket->reply_connection = (uint32_t)(state - tap_connections);
        socket->reply_connection_id = state->id;
    }
}

static void find_route(struct tap_socket_state *socket, struct tap_route *route) {
    route->connection = route->endpoint = TAP_NO_INDEX;
    pthread_mutex_lock(&tap_lock);
    route->version = socket->version;
    uint64_t best = 0;
    for (uint32_t i = socket->first_connection; i != TAP_NO_INDEX; i = tap_connections[i].next) {
        struct tap_connection_state *state = &tap_connections[i];
        if (state->route_hash != route->hash) continue;
        // Of two peers with one routing id the first has it, with ROUTER_HANDOVER the last.
        if (best != 0 && (socket->handover ? state->id < best : state->id > best)) continue;
        best = state->id;
        route->connection = i;
    }
    for (uint32_t i = socket->first_endpoint; i != TAP_NO_INDEX && best == 0; i = tap_endpoints[i].next) {
        bool same = tap_endpoints[i].last_hash == route->hash;
        if (tap_endpoints[i].routing_id_size > 0)
            same = tap_hash(tap_endpoints[i].routing_id, tap_endpoints[i].routing_id_size) == route->hash;
        if (same && tap_endpoint_record(i)->kind == TAP_ENDPOINT_CONNECT && tap_endpoint_record(i)->removed_ns == 0)
            route->endpoint = i;
    }
    pthread_mutex_unlock(&tap_lock);
}

void tap_accepted_by_route(struct tap_socket_state *socket) {
    const struct tap_connection *only = __atomic_load_n(&socket->only, __ATOMIC_ACQUIRE);
    struct tap_route fresh = {.hash = 0}, *route = &fresh;
    uint32_t index = only != NULL ? (uint32_t)(only - tap_connection_record(0)) : TAP_NO_INDEX;
    if (index != TAP_NO_INDEX && LOAD(tap_connections[index].open)) {
        fresh.connection = index;
    } else {
        if (socket->routes != NULL) route = &socket->routes[socket->route_hash % TAP_ROUTES];
        if (route->hash != socket->route_hash || route->version != LOAD(socket->version)) {
            route->hash = socket->route_hash;
            find_route(socket, route);
        }
    }
    if (route->connection != TAP_NO_INDEX) {
        struct tap_connection *shared = tap_connections[route->connection].shared;
        struct tap_connection_state *state = &tap_connections[route->connection];
        ADD(shared->accepted_messages, 1);
        ADD(shared->accepted_bytes, socket->send_bytes);
        socket->sent_to = state->id;
        uint64_t ordinal = LOAD(shared->accepted_messages);
        if (!(ordinal & ((1ull << state->pace[TAP_STAGE_ACCEPTED].shift) - 1)))
            tap_stamp_call(state, TAP_STAGE_ACCEPTED, ordinal);
    } else if (route->endpoint != TAP_NO_INDEX) {
        ADD_SHARED(tap_endpoints[route->endpoint].pending_messages, 1);
        ADD_SHARED(tap_endpoints[route->endpoint].pending_bytes, socket->send_bytes);
    }
}
