// The program's sockets: pointer to state, options, endpoints.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "internal.h"

struct tap_socket_state tap_sockets[TAP_SOCKET_CAPACITY];
struct tap_endpoint_state tap_endpoints[TAP_ENDPOINT_CAPACITY];
TAP_HOT_DATA uint64_t tap_epoch = 1;
static uint32_t sockets_opened;

// ---- pointer → state: open addressing, read without a lock, written under tap_lock

#define PLACES (TAP_SOCKET_CAPACITY * 4)
static char removed;  // its address marks a place that was used
static struct {
    void *socket;
    uint32_t index;
} places[PLACES];

static uint32_t place_of(const void *socket) {
    return (uint32_t)(((uintptr_t)socket * 0x9E3779B97F4A7C15u) >> 40) % PLACES;
}

static void place_add(void *socket, uint32_t index) {
    uint32_t place = place_of(socket);
    while (places[place].socket != NULL && places[place].socket != &removed) place = (place + 1) % PLACES;
    places[place].index = index;
    __atomic_store_n(&places[place].socket, socket, __ATOMIC_RELEASE);
}

static void place_remove(void *socket) {
    uint32_t place = place_of(socket);
    while (places[place].socket != socket) {
        if (places[place].socket == NULL) return;
        place = (place + 1) % PLACES;
    }
    STORE(places[place].socket, (void *)&removed);
    if (places[(place + 1) % PLACES].socket != NULL) return;
    // Nothing beyond: the marks before it have done their duty.
    while (places[place].socket == &removed) {
        STORE(places[place].socket, NULL);
        place = (place + PLACES - 1) % PLACES;
    }
}

TAP_HOT struct tap_socket_state *tap_socket_search(void *socket) {
    if (socket == NULL || __atomic_load_n(&tap_segment, __ATOMIC_ACQUIRE) == NULL) return NULL;
    uint64_t epoch = LOAD(tap_epoch);
    if (thread.cache_epoch != epoch) {
        memset(thread.cache, 0, sizeof thread.cache);
        thread.last_socket = NULL;
        thread.last_state = NULL;
        thread.cache_epoch = epoch;
    }
    uint32_t cached = (uint32_t)(((uintptr_t)socket >> 6) ^ ((uintptr_t)socket >> 12)) % TAP_CACHED_SOCKETS;
    if (thread.cache[cached].socket == socket) {
        thread.last_socket = socket;
        thread.last_state = thread.cache[cached].state;
        return thread.last_state;
    }
    uint32_t place = place_of(socket);
    for (uint32_t tried = 0; tried < PLACES; tried++, place = (place + 1) % PLACES) {
        void *found = __atomic_load_n(&places[place].socket, __ATOMIC_ACQUIRE);
        if (found == NULL) return NULL;
        if (found != socket) continue;
        thread.cache[cached].socket = thread.last_socket = socket;
        thread.cache[cached].state = thread.last_state = &tap_sockets[LOAD(places[place].index)];
        return thread.last_state;
    }
    return NULL;
}

void tap_sockets_forget(void) {
    memset(places, 0, sizeof places);
    for (uint32_t i = 0; i < tap_header()->sockets.used; i++) {
        free(tap_sockets[i].routes);
        free(tap_sockets[i].matching);
        free(tap_sockets[i].faults);
    }
    memset(tap_sockets, 0, sizeof *tap_sockets * tap_header()->sockets.used);
    memset(tap_endpoints, 0, sizeof *tap_endpoints * tap_header()->endpoints.used);
    sockets_opened = 0;
    tap_epoch++;
}

// ---- sockets

static uint32_t special_of(int type) {
    switch (type) {
        case ZMQ_ROUTER: return TAP_SEND_ROUTER | TAP_RECEIVE_ROUTER;
        case ZMQ_REP: return TAP_SEND_REP | TAP_RECEIVE_REP;
        case ZMQ_XSUB: return TAP_SEND_XSUB;
        case ZMQ_XPUB: return TAP_RECEIVE_XPUB | TAP_SEND_PUB;
        case ZMQ_PUB: return TAP_SEND_PUB;
        default: return 0;
    }
}

// A record begins anew, all but its generation and its first word after it.
static void clear_record(void *record, size_t size) {
    memset((uint8_t *)record + sizeof(uint32_t), 0, size - sizeof(uint32_t));
}

void tap_socket_open(void *socket, int type, void *context, const struct tap_copy *api) {
    if (!tap_segment_open()) return;
    int saved = errno;
    uint64_t ordinal = 0;
    if (tap_context_find(context, &ordinal) == NULL) ordinal = tap_context_open(context, api);
    pthread_mutex_lock(&tap_lock);
    uint32_t index = tap_slot_take(&tap_socket_slots);
    struct tap_socket_state *state = NULL;
    if (index != TAP_NO_INDEX) {
        state = &tap_sockets[index];
        struct tap_socket *shared = tap_socket_record(index);
        struct tap_route *routes = state->routes;
        memset(state, 0, sizeof *state);
        state->socket = socket;
        state->api = api;
        state->shared = shared;
        state->index = index;
        state->id = ++sockets_opened;
        state->type = type;
        state->special = special_of(type);
        state->first_endpoint = state->first_connection = TAP_NO_INDEX;
        state->version = 1;
        state->routes = routes;
        if (type == ZMQ_ROUTER && state->routes == NULL) state->routes = malloc(TAP_ROUTES * sizeof *state->routes);
        if (type == ZMQ_ROUTER && state->routes != NULL)
            memset(state->routes, 0, TAP_ROUTES * sizeof *state->routes);
        tap_change_begin(&shared->generation);
        clear_record(shared, sizeof *shared);
        shared->id = state->id;
        shared->type = type;
        shared->created_ns = tap_now();
        shared->context = ordinal;
        shared->node = thread.node;
        shared->thread = tap_thread_id();
        shared->send_hwm = shared->receive_hwm = 1000;
        tap_change_end(&shared->generation);
        place_add(socket, index);
    }
    pthread_mutex_unlock(&tap_lock);
    if (state != NULL) tap_monitor_start(state);
    errno = saved;
}

// Before the real zmq_close: once that has returned another thread may be given the same pointer.
void tap_socket_closing(struct tap_socket_state *state) {
    int saved = errno;
    tap_faults_closing(state);
    pthread_mutex_lock(&tap_lock);
    place_remove(state->socket);
    ADD(tap_epoch, 1);
    state->socket = NULL;
    free(state->matching);
    state->matching = NULL;
    uint64_t now = tap_now();
    STORE(state->shared->blocked_since_ns, 0);
    STORE(state->shared->blocked_call, TAP_CALL_NONE);
    STORE(state->shared->closed_ns, now);
    for (uint32_t i = state->first_endpoint, next; i != TAP_NO_INDEX; i = next) {
        next = tap_endpoints[i].next;
        struct tap_endpoint *endpoint = tap_endpoint_record(i);
        if (endpoint->removed_ns == 0) {
            STORE(endpoint->removed_ns, now);
            tap_slot_give(&tap_endpoint_slots, i);
        }
    }
    tap_slot_give(&tap_socket_slots, state->index);
    pthread_mutex_unlock(&tap_lock);
    errno = saved;
}

// ---- options

static bool is_secret(int name) {
    return name == ZMQ_CURVE_SECRETKEY || name == ZMQ_PLAIN_PASSWORD;
}

static void take_effect(struct tap_socket_state *state, int name, const void *value, size_t size) {
    int number = 0;
    if (size == sizeof number && value != NULL) memcpy(&number, value, sizeof number);
    switch (name) {
        case ZMQ_SNDHWM: STORE(state->shared->send_hwm, number); break;
        case ZMQ_RCVHWM: STORE(state->shared->receive_hwm, number); break;
        case ZMQ_ROUTER_MANDATORY: state->mandatory = number != 0; break;
        case ZMQ_ROUTER_HANDOVER: state->handover = number != 0; break;
        // The subscriptions are turned round, or the program makes others of them.
        case ZMQ_INVERT_MATCHING:
        case ZMQ_XPUB_MANUAL: state->inverted = number != 0; break;
        case ZMQ_CONNECT_ROUTING_ID:
            if (size > 0 && size < sizeof state->connect_routing_id) {
                memcpy(state->connect_routing_id, value, size);
                state->connect_routing_id_size = (uint8_t)size;
            }
            break;
        default: break;
    }
}

void tap_socket_option(struct tap_socket_state *state, int name, const void *value, size_t size, bool refused) {
    int saved = errno;
    struct tap_socket *shared = state->shared;
    pthread_mutex_lock(&tap_lock);
    if (!refused) take_effect(state, name, value, size);
    struct tap_option *option = NULL;
    bool several = name == ZMQ_SUBSCRIBE || name == ZMQ_UNSUBSCRIBE;  // each call adds something
    for (uint32_t i = 0; i < shared->option_count && !several && option == NULL; i++)
        if (shared->options[i].name == name) option = &shared->options[i];
    if (option == NULL && shared->option_count < TAP_OPTION_CAPACITY) option = &shared->options[shared->option_count];
    if (option == NULL) {
        ADD(shared->option_dropped, 1);
    } else {
        tap_change_begin(&shared->generation);
        memset(option, 0, sizeof *option);
        option->name = name;
        option->flags = (uint16_t)((state->shared->endpoint_total > 0 ? TAP_OPTION_AFTER_ENDPOINT : 0) |
                                   (refused ? TAP_OPTION_REFUSED : 0));
        option->size = size < UINT16_MAX ? (uint16_t)size : UINT16_MAX;
        // A refused value may be no memory at all.
        if (value != NULL && !refused && !is_secret(name))
            memcpy(option->value, value, size < TAP_OPTION_VALUE ? size : TAP_OPTION_VALUE);
        if (option == &shared->options[shared->option_count]) shared->option_count++;
        tap_change_end(&shared->generation);
    }
    pthread_mutex_unlock(&tap_lock);
    errno = saved;
}

// ---- endpoints

static void copy_text(char *to, const char *from) {
    snprintf(to, TAP_ADDRESS, "%.*s", (int)TAP_ADDRESS - 1, from);
}

// A removed endpoint stays in its socket's list, for late events are about it, until its slot is used again.
static void unlink_endpoint(uint32_t index) {
    struct tap_endpoint *shared = tap_endpoint_record(index);
    if (shared->generation == 0) return;
    struct tap_socket_state *owner = &tap_sockets[shared->socket_index];
    if (owner->id != shared->socket_id) return;
    uint32_t *link = &owner->first_endpoint;
    while (*link != index && *link != TAP_NO_INDEX) link = &tap_endpoints[*link].next;
    if (*link == index) *link = tap_endpoints[index].next;
}

// Before the real call: its first events come while it runs.
uint32_t tap_endpoint_open(struct tap_socket_state *state, uint32_t kind, const char *asked) {
    if (asked == NULL) return TAP_NO_INDEX;
    pthread_mutex_lock(&tap_lock);
    uint32_t index = tap_slot_take(&tap_endpoint_slots);
    if (index != TAP_NO_INDEX) {
        struct tap_endpoint *shared = tap_endpoint_record(index);
        struct tap_endpoint_state *own = &tap_endpoints[index];
        unlink_endpoint(index);
        tap_change_begin(&shared->generation);
        clear_record(shared, sizeof *shared);
        shared->socket_index = state->index;
        shared->socket_id = state->id;
        shared->kind = kind;
        shared->created_ns = tap_now();
        copy_text(shared->asked, asked);
        tap_change_end(&shared->generation);
        memset(own, 0, sizeof *own);
        if (kind == TAP_ENDPOINT_CONNECT && state->connect_routing_id_size > 0) {
            own->routing_id_size = state->connect_routing_id_size;
            memcpy(own->routing_id, state->connect_routing_id, own->routing_id_size);
        }
        own->next = state->first_endpoint;
        state->first_endpoint = index;
    }
    if (strncmp(asked, "inproc://", 9) == 0) {
        state->inproc = true;
        STORE(state->only, NULL);
        if (state->type == ZMQ_PAIR && tap_monitor_has_address(asked)) STORE(state->shared->hidden, 1);
    }
    pthread_mutex_unlock(&tap_lock);
    return index;
}

void tap_endpoint_resolved(struct tap_socket_state *state, uint32_t index, bool made) {
    int saved = errno;
    char resolved[TAP_ADDRESS * 2] = "";
    size_t size = sizeof resolved;
    bool known = made && state->api->zmq_getsockopt(state->socket, ZMQ_LAST_ENDPOINT, resolved, &size) == 0;
    pthread_mutex_lock(&tap_lock);
    if (made) {
        STORE(state->shared->endpoint_total, state->shared->endpoint_total + 1);
        state->connect_routing_id_size = 0;  // libzmq has used it up
    }
    if (index != TAP_NO_INDEX && made) {
        struct tap_endpoint *shared = tap_endpoint_record(index);
        tap_change_begin(&shared->generation);
        if (known) copy_text(shared->resolved, resolved);
        tap_change_end(&shared->generation);
    } else if (index != TAP_NO_INDEX) {
        unlink_endpoint(index);
        struct tap_endpoint *shared = tap_endpoint_record(index);
        // It never was an endpoint: a kind of 0 says so.
        tap_change_begin(&shared->generation);
        shared->kind = 0;
        shared->removed_ns = tap_now();
        tap_change_end(&shared->generation);
        tap_slot_give(&tap_endpoint_slots, index);
    }
    pthread_mutex_unlock(&tap_lock);
    errno = saved;
}

void tap_endpoint_removed(struct tap_socket_state *state, const char *asked) {
    int saved = errno;
    pthread_mutex_lock(&tap_lock);
    for (uint32_t i = state->first_endpoint; i != TAP_NO_INDEX; i = tap_endpoints[i].next) {
        struct tap_endpoint *shared = tap_endpoint_record(i);
        if (shared->removed_ns != 0 || (strncmp(shared->asked, asked, TAP_ADDRESS - 1) != 0 &&
                                        strncmp(shared->resolved, asked, TAP_ADDRESS - 1) != 0))
            continue;
        STORE(shared->removed_ns, tap_now());
        tap_slot_give(&tap_endpoint_slots, i);
        break;
    }
    pthread_mutex_unlock(&tap_lock);
    errno = saved;
}

static const char *port_of(const char *text) {
    const char *colon = strncmp(text, "tcp://", 6) == 0 ? strrchr(text, ':') : NULL;
    return colon != NULL ? colon : "";
}

bool tap_endpoint_same_port(const char *one, const char *other) {
    return *port_of(one) != 0 && strcmp(port_of(one), port_of(other)) == 0;
}

uint32_t tap_endpoint_of(struct tap_socket_state *state, uint32_t kind, const char *text) {
    uint32_t exact = TAP_NO_INDEX, same_port = TAP_NO_INDEX, only = TAP_NO_INDEX;
    int count = 0;
    for (uint32_t i = state->first_endpoint; i != TAP_NO_INDEX; i = tap_endpoints[i].next) {
        struct tap_endpoint *shared = tap_endpoint_record(i);
        if (kind != 0 && shared->kind != kind) continue;
        if (strncmp(shared->asked, "inproc://", 9) == 0) continue;
        if (strcmp(shared->resolved, text) == 0 || strcmp(shared->asked, text) == 0) {
            if (shared->removed_ns == 0) return i;
            if (exact == TAP_NO_INDEX) exact = i;
        }
        // An accepted connection tells its own address, the wildcard's listener another.
        const char *resolved = shared->resolved[0] != 0 ? shared->resolved : shared->asked;
        if (tap_endpoint_same_port(text, resolved)) same_port = i;
        only = i;
        count++;
    }
    if (exact != TAP_NO_INDEX) return exact;
    if (same_port != TAP_NO_INDEX) return same_port;
    return count == 1 ? only : TAP_NO_INDEX;
}
