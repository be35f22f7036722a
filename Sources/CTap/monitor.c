// Monitors without monitor sockets.
//
// zmq_socket_monitor makes, binds and writes its PAIR through libzmq's public functions. While it runs on behalf of
// the tap those functions are given a pretended socket: the address of a record in the array below. Each event then
// arrives as two calls of zmq_msg_send, on the thread where it happens. A program that monitors a socket itself gets
// its real PAIR behind the pretended one, with the events that it asked for.
#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

#define MONITORS 4096u
struct tap_monitor {
    bool taken;
    bool used;  // libzmq has asked for the socket
    bool of_program;
    uint32_t next_free;
    uint64_t serial;
    struct tap_socket_state *state;
    const struct tap_copy *api;
    uint32_t socket_id;
    void *pair;  // of_program: where its events go
    int mask;
    char address[TAP_ADDRESS];
    // The event under way: libzmq holds a lock of its own between the two frames.
    bool forward;
    uint16_t event;
    uint32_t value;
};
static struct tap_monitor monitors[MONITORS];
static uint32_t monitors_used, first_free = TAP_NO_INDEX;
static uint64_t serials;
static bool unavailable;  // this libzmq does not call its own functions: no events

bool tap_is_monitor(const void *socket) {
    return (const char *)socket >= (const char *)monitors && (const char *)socket < (const char *)(monitors + MONITORS);
}

void tap_monitors_forget(void) {
    memset(monitors, 0, sizeof *monitors * monitors_used);
    monitors_used = 0;
    first_free = TAP_NO_INDEX;
}

static struct tap_monitor *take(struct tap_socket_state *state) {
    struct tap_monitor *monitor = NULL;
    pthread_mutex_lock(&tap_lock);
    if (first_free != TAP_NO_INDEX) {
        monitor = &monitors[first_free];
        first_free = monitor->next_free;
    } else if (monitors_used < MONITORS) {
        monitor = &monitors[monitors_used++];
    }
    if (monitor != NULL) {
        memset(monitor, 0, sizeof *monitor);
        monitor->taken = true;
        monitor->serial = ++serials;
        monitor->state = state;
        monitor->api = state->api;
        monitor->socket_id = state->id;
    }
    pthread_mutex_unlock(&tap_lock);
    return monitor;
}

static void give(struct tap_monitor *monitor, uint64_t serial) {
    pthread_mutex_lock(&tap_lock);
    if (monitor->taken && monitor->serial == serial) {
        monitor->taken = false;
        monitor->next_free = first_free;
        first_free = (uint32_t)(monitor - monitors);
    }
    pthread_mutex_unlock(&tap_lock);
}

static int begin(struct tap_monitor *monitor, const char *address, int events) {
    uint64_t serial = monitor->serial;
    thread.monitor = monitor;
    int result = monitor->api->zmq_socket_monitor(monitor->state->socket, address, events);
    thread.monitor = NULL;
    int saved = errno;
    if (result != 0) give(monitor, serial);  // unless libzmq has closed it, and so given it, already
    errno = saved;
    return result;
}

void tap_monitor_start(struct tap_socket_state *state) {
    if (unavailable || state->api->zmq_socket_monitor == NULL) return;
    int saved = errno;
    struct tap_monitor *monitor = take(state);
    if (monitor != NULL) {
        char address[64];
        snprintf(address, sizeof address, "inproc://zmqtap-%d-%u-%llu", (int)process.pid, state->id,
                 (unsigned long long)monitor->serial);
        if (begin(monitor, address, ZMQ_EVENT_ALL) == 0 && !monitor->used) {
            // A real PAIR that nobody reads would stop its I/O thread one day.
            unavailable = true;
            state->api->zmq_socket_monitor(state->socket, NULL, 0);
            give(monitor, monitor->serial);
        }
    }
    errno = saved;
}

// The program's own call. libzmq stops the monitor before and starts the new one under one lock: no event is missed.
int tap_monitor_replace(struct tap_socket_state *state, const char *address, int events) {
    if (unavailable || events >> 16 != 0) return state->api->zmq_socket_monitor(state->socket, address, events);
    if (address == NULL) {
        struct tap_monitor *monitor = take(state);
        if (monitor == NULL) return state->api->zmq_socket_monitor(state->socket, NULL, events);
        char ours[64];
        snprintf(ours, sizeof ours, "inproc://zmqtap-%d-%u-%llu", (int)process.pid, state->id,
                 (unsigned long long)monitor->serial);
        return begin(monitor, ours, ZMQ_EVENT_ALL);
    }
    struct tap_monitor *monitor = take(state);
    if (monitor == NULL) return state->api->zmq_socket_monitor(state->socket, address, events);
    monitor->of_program = true;
    monitor->mask = events;
    strncpy(monitor->address, address, sizeof monitor->address - 1);
    int result = begin(monitor, address, ZMQ_EVENT_ALL);
    if (result != 0) {
        // A call that libzmq refuses at once leaves the monitor that was there; one that fails later stops it.
        int saved = errno;
        if (!state->monitored) tap_monitor_start(state);
        errno = saved;
        return result;
    }
    pthread_mutex_lock(&tap_lock);
    // Its reader may have connected before.
    for (uint32_t i = 0; i < tap_endpoint_slots.table->used; i++) {
        struct tap_endpoint *endpoint = tap_endpoint_record(i);
        struct tap_socket_state *reader = &tap_sockets[endpoint->socket_index];
        if (endpoint->removed_ns == 0 && endpoint->kind == TAP_ENDPOINT_CONNECT && reader->type == ZMQ_PAIR &&
            reader->id == endpoint->socket_id && strcmp(endpoint->asked, monitor->address) == 0)
            STORE(reader->shared->hidden, 1);
    }
    pthread_mutex_unlock(&tap_lock);
    return result;
}

bool tap_monitor_has_address(const char *address) {
    for (uint32_t i = 0; i < monitors_used; i++)
        if (monitors[i].taken && monitors[i].of_program &&
            strncmp(monitors[i].address, address, sizeof monitors[i].address - 1) == 0)
            return true;
    return false;
}

// ---- libzmq's calls on a pretended socket

void *tap_monitor_socket(void *context, int type) {
    struct tap_monitor *monitor = thread.monitor;
    monitor->used = true;
    if (monitor->of_program) {
        monitor->pair = monitor->api->zmq_socket(context, type);
        if (monitor->pair == NULL) {
            monitor->state->monitored = false;
            return NULL;
        }
    }
    monitor->state->monitored = true;
    return monitor;
}

int tap_monitor_setsockopt(void *socket, int name, const void *value, size_t size) {
    struct tap_monitor *monitor = socket;
    return monitor->pair != NULL ? monitor->api->zmq_setsockopt(monitor->pair, name, value, size) : 0;
}

int tap_monitor_bind(void *socket, const char *endpoint) {
    struct tap_monitor *monitor = socket;
    return monitor->pair != NULL ? monitor->api->zmq_bind(monitor->pair, endpoint) : 0;
}

int tap_monitor_close(void *socket) {
    struct tap_monitor *monitor = socket;
    int result = monitor->pair != NULL ? monitor->api->zmq_close(monitor->pair) : 0;
    int saved = errno;
    if (monitor->state->id == monitor->socket_id) monitor->state->monitored = false;
    give(monitor, monitor->serial);
    errno = saved;
    return result;
}

static void write_event(const struct tap_monitor *monitor, uint32_t endpoint, uint64_t connection, const char *text) {
    uint64_t ordinal = ADD_SHARED(tap_header()->events_written, 1);
    struct tap_event *event = tap_event_record(ordinal);
    if (!tap_segment_back(event, sizeof *event)) return;
    __atomic_store_n(&event->ordinal, 0, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    event->time_ns = tap_now();
    event->socket_index = monitor->state->index;
    event->socket_id = monitor->socket_id;
    event->event = monitor->event;
    event->endpoint_index = endpoint;
    event->value = monitor->event == ZMQ_EVENT_CONNECT_DELAYED ? (int32_t)monitor->value : (int64_t)monitor->value;
    event->connection_id = connection;
    strncpy(event->endpoint, text, TAP_ADDRESS - 1);
    event->endpoint[TAP_ADDRESS - 1] = 0;
    __atomic_store_n(&event->ordinal, ordinal + 1, __ATOMIC_RELEASE);
    struct tap_table *table = &tap_header()->events;
    if (ordinal < table->capacity && table->used <= ordinal) STORE(table->used, (uint32_t)ordinal + 1);
}

static uint32_t kind_of(uint32_t event) {
    switch (event) {
        case ZMQ_EVENT_LISTENING:
        case ZMQ_EVENT_BIND_FAILED:
        case ZMQ_EVENT_ACCEPTED:
        case ZMQ_EVENT_ACCEPT_FAILED: return TAP_ENDPOINT_BIND;
        case ZMQ_EVENT_CONNECTED:
        case ZMQ_EVENT_CONNECT_DELAYED:
        case ZMQ_EVENT_CONNECT_RETRIED: return TAP_ENDPOINT_CONNECT;
        default: return 0;
    }
}

static void count_at_endpoint(struct tap_endpoint *endpoint, uint32_t event, uint32_t value) {
    STORE(endpoint->last_event, event);
    STORE(endpoint->last_event_ns, tap_now());
    switch (event) {
        case ZMQ_EVENT_CONNECTED:
        case ZMQ_EVENT_ACCEPTED: ADD(endpoint->connects, 1); break;
        case ZMQ_EVENT_CONNECT_DELAYED: ADD(endpoint->delayed, 1); break;
        case ZMQ_EVENT_CONNECT_RETRIED:
            STORE(endpoint->retry_milliseconds, value);
            ADD(endpoint->attempts, 1);
            break;
        case ZMQ_EVENT_DISCONNECTED: ADD(endpoint->disconnects, 1); break;
        case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: ADD(endpoint->handshakes, 1); break;
        case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
        case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
        case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH: ADD(endpoint->handshakes_failed, 1); break;
        default: break;
    }
    bool failed = event == ZMQ_EVENT_BIND_FAILED || event == ZMQ_EVENT_ACCEPT_FAILED ||
                  event == ZMQ_EVENT_CLOSE_FAILED || event == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL;
    if (failed) STORE(endpoint->last_errno, (int32_t)value);
}

static void take_event(struct tap_monitor *monitor, const char *text) {
    uint32_t event = monitor->event;
    // The end of the monitor that the tap had before is nobody's news.
    if (event == ZMQ_EVENT_MONITOR_STOPPED && !monitor->of_program) return;
    struct tap_connection_state *connection = NULL;
    if (event == ZMQ_EVENT_CONNECTED || event == ZMQ_EVENT_ACCEPTED) {
        connection = tap_connection_find((int)monitor->value);
        if (connection == NULL) connection = tap_connection_open((int)monitor->value, false);
    } else if (event == ZMQ_EVENT_DISCONNECTED) {
        connection = tap_connection_find((int)monitor->value);
    }
    pthread_mutex_lock(&tap_lock);
    struct tap_socket_state *state = monitor->state;
    uint32_t endpoint = TAP_NO_INDEX;
    if (tap_segment != NULL && state->id == monitor->socket_id) {
        endpoint = tap_endpoint_of(state, kind_of(event), text);
        bool handshake = event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED || event == ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL ||
                         event == ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL || event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH;
        if (handshake) connection = tap_connection_handshaking(state);
        if (connection != NULL) {
            uint32_t role = event == ZMQ_EVENT_CONNECTED  ? TAP_ROLE_CONNECTED
                            : event == ZMQ_EVENT_ACCEPTED ? TAP_ROLE_ACCEPTED
                                                          : TAP_ROLE_UNKNOWN;
            if (connection->shared->endpoint_index != TAP_NO_INDEX) endpoint = connection->shared->endpoint_index;
            tap_connection_join(connection, state, role, role != TAP_ROLE_UNKNOWN ? endpoint : TAP_NO_INDEX);
            if (handshake) tap_connection_handshake(connection, event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED);
        }
        bool connects = event == ZMQ_EVENT_CONNECTED || event == ZMQ_EVENT_CONNECT_DELAYED;
        if (UNLIKELY(LOAD(*tap_attention) & TAP_ATTENTION_FAULTS) && connects && endpoint != TAP_NO_INDEX)
            tap_fault_connected(state, endpoint,
                                event == ZMQ_EVENT_CONNECTED ? (int)monitor->value : -1);
        if (endpoint != TAP_NO_INDEX) count_at_endpoint(tap_endpoint_record(endpoint), event, monitor->value);
    }
    if (tap_segment != NULL) write_event(monitor, endpoint, connection != NULL ? connection->id : 0, text);
    pthread_mutex_unlock(&tap_lock);
}

int tap_monitor_send(void *socket, zmq_msg_t *message, int flags) {
    struct tap_monitor *monitor = socket;
    int saved = errno;
    size_t size = monitor->api->zmq_msg_size(message);
    const uint8_t *data = monitor->api->zmq_msg_data(message);
    if (flags & ZMQ_SNDMORE) {
        monitor->event = 0;
        if (size >= sizeof monitor->event + sizeof monitor->value) {
            memcpy(&monitor->event, data, sizeof monitor->event);
            memcpy(&monitor->value, data + sizeof monitor->event, sizeof monitor->value);
        }
        monitor->forward = monitor->pair != NULL && (monitor->mask & monitor->event);
    } else if (monitor->event != 0) {
        char text[TAP_ADDRESS] = "";
        memcpy(text, data, size < sizeof text - 1 ? size : sizeof text - 1);
        take_event(monitor, text);
    }
    errno = saved;
    if (monitor->forward) return monitor->api->zmq_msg_send(message, monitor->pair, flags);
    monitor->api->zmq_msg_close(message);
    monitor->api->zmq_msg_init(message);
    errno = saved;
    return (int)size;
}
