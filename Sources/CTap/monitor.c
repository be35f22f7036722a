// Monitors without monitor sockets.
//
// libzmq makes, binds and writes a monitor's PAIR through its own public functions, which reach us through the PLT. So
// inside zmq_socket_monitor it is handed a pretended PAIR, and each event arrives as a zmq_msg_send, at once, on the
// thread where it happens: no socket used up, nothing to drain, contexts terminate. A program that monitors a socket
// itself gets a real PAIR, which we listen in on.
#include <stdio.h>

#include "tap.h"

char tap_pretended[TAP_SOCKET_CAPACITY];

// Of each pretended PAIR: the first frame of the event whose second one comes next.
static struct {
    uint16_t event;
    int32_t value;
    bool has_first;
} pretended[TAP_SOCKET_CAPACITY];

void tap_start_monitor(struct socket_state *s) {
    struct thread_state *t = &tap_thread;
    int error = errno;
    char endpoint[64];
    snprintf(endpoint, sizeof endpoint, "inproc://zmqtop-tap-%u", s->index);
    t->mode = MONITOR_PRETEND;
    t->pretend_index = s->index;
    t->pretend_used = false;
    t->inside++;
    int status = real.zmq_socket_monitor(s->handle, endpoint, 0xffff);
    t->mode = MONITOR_NONE;
    s->pretended_on = status == 0 && t->pretend_used;
    // A libzmq that does not go through the PLT has made a PAIR that nobody reads: it must not fill up.
    if (status == 0 && !t->pretend_used) real.zmq_socket_monitor(s->handle, NULL, 0);
    t->inside--;
    errno = error;
}

// --- What an event means ---

static void append_event(struct socket_state *s, uint16_t event, int32_t value, const char *endpoint, uint32_t row,
                         uint32_t connection) {
    uint64_t ordinal = tap_header->events_written;
    struct tap_event *e = &tap_events[ordinal % TAP_EVENT_CAPACITY];
    __atomic_store_n(&e->ordinal, 0, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    e->time_ns = tap_now();
    e->socket_index = s->index;
    e->socket_id = s->record->id;
    e->event = event;
    e->endpoint_index = row;
    e->value = value;
    e->connection_id = connection == NO_INDEX ? 0 : tap_connections[connection].id;
    tap_copy_text(e->endpoint, sizeof e->endpoint, endpoint);
    __atomic_store_n(&e->ordinal, ordinal + 1, __ATOMIC_RELEASE);
    uint32_t used = tap_header->events.used;
    if (used < TAP_EVENT_CAPACITY) SET(tap_header->events.used, used + 1);
    __atomic_store_n(&tap_header->events_written, ordinal + 1, __ATOMIC_RELEASE);
}

static uint32_t connection_on(int32_t descriptor, struct socket_state *s) {
    if (descriptor < 0 || descriptor >= DESCRIPTORS) return NO_INDEX;
    uint32_t index = tap_descriptors[descriptor] - 1;
    return index != NO_INDEX && tap_connections[index].socket_index == s->index ? index : NO_INDEX;
}

static void set_handshake(struct socket_state *s, uint32_t connection, uint32_t outcome) {
    if (connection == NO_INDEX) return;
    struct tap_connection *r = &tap_connections[connection];
    tap_begin_change(&r->generation);
    r->handshake = outcome;
    r->handshake_ns = tap_now();
    tap_end_change(&r->generation);
    if (outcome != TAP_HANDSHAKE_SUCCEEDED || s->type != ZMQ_ROUTER) return;
    uint32_t size;
    const uint8_t *chosen = tap_endpoint_identity(r->endpoint_index, &size);
    if (size > 0) {
        tap_learn_route(s, connection, chosen, size, true);
    } else if (r->identity_size > 0) {
        uint8_t identity[TAP_IDENTITY];
        memcpy(identity, r->identity, r->identity_size);
        tap_learn_route(s, connection, identity, r->identity_size, false);
    }
}

static void note_event(struct socket_state *s, uint16_t event, int32_t value, const char *text) {
    pthread_mutex_lock(&tap_lock);
    uint32_t kind = event & (ZMQ_EVENT_LISTENING | ZMQ_EVENT_BIND_FAILED | ZMQ_EVENT_ACCEPTED | ZMQ_EVENT_ACCEPT_FAILED)
                        ? TAP_ENDPOINT_BIND
                        : TAP_ENDPOINT_CONNECT;
    uint32_t connection = NO_INDEX, row = NO_INDEX;
    if (event & (ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_CLOSED)) connection = connection_on(value, s);
    if (event & (ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |
                 ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH))
        connection = tap_handshaking(s);
    if (connection != NO_INDEX) row = tap_connections[connection].endpoint_index;
    if (row == NO_INDEX && event == ZMQ_EVENT_LISTENING && tap_thread.binding != 0) {
        // Inside zmq_bind: this is the address that the wildcard became.
        row = tap_thread.binding - 1;
        struct tap_endpoint *e = &tap_endpoints[row];
        tap_begin_change(&e->generation);
        tap_copy_text(e->resolved, sizeof e->resolved, text);
        tap_end_change(&e->generation);
    }
    if (row == NO_INDEX) row = tap_find_endpoint(s, text, kind);
    if (row == NO_INDEX && kind == TAP_ENDPOINT_CONNECT) row = tap_find_endpoint(s, text, TAP_ENDPOINT_BIND);

    if (event == ZMQ_EVENT_CONNECTED || event == ZMQ_EVENT_ACCEPTED) {
        tap_join_connection(s, value, event == ZMQ_EVENT_CONNECTED ? TAP_ROLE_CONNECTED : TAP_ROLE_ACCEPTED, row);
        connection = connection_on(value, s);
    }
    if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) set_handshake(s, connection, TAP_HANDSHAKE_SUCCEEDED);
    if (event & (ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
                 ZMQ_EVENT_HANDSHAKE_FAILED_AUTH))
        set_handshake(s, connection, TAP_HANDSHAKE_FAILED);
    if (row != NO_INDEX) {
        struct tap_endpoint *e = &tap_endpoints[row];
        switch (event) {
        case ZMQ_EVENT_CONNECT_RETRIED:
            SET(e->retry_milliseconds, (uint64_t)value);
            ADD(e->attempts, 1);
            break;
        case ZMQ_EVENT_CONNECT_DELAYED: ADD(e->delayed, 1); break;
        case ZMQ_EVENT_CONNECTED:
        case ZMQ_EVENT_ACCEPTED: ADD(e->connects, 1); break;
        case ZMQ_EVENT_HANDSHAKE_SUCCEEDED: ADD(e->handshakes, 1); break;
        case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
        case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
        case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
            SET(e->last_errno, value);
            ADD(e->handshakes_failed, 1);
            break;
        case ZMQ_EVENT_DISCONNECTED: ADD(e->disconnects, 1); break;
        case ZMQ_EVENT_BIND_FAILED:
        case ZMQ_EVENT_ACCEPT_FAILED:
        case ZMQ_EVENT_CLOSE_FAILED: SET(e->last_errno, value); break;
        default: break;
        }
        SET(e->last_event_ns, tap_now());
        SET(e->last_event, event);
    }
    append_event(s, event, value, text, row, connection);
    pthread_mutex_unlock(&tap_lock);
}

static void read_text(zmq_msg_t *message, char text[TAP_ADDRESS]) {
    size_t size = real.zmq_msg_size(message);
    if (size > TAP_ADDRESS - 1) size = TAP_ADDRESS - 1;
    memcpy(text, real.zmq_msg_data(message), size);
    text[size] = 0;
}

static bool read_head(zmq_msg_t *message, uint16_t *event, int32_t *value) {
    if (real.zmq_msg_size(message) != 6) return false;
    const char *data = real.zmq_msg_data(message);
    memcpy(event, data, 2);
    memcpy(value, data + 2, 4);
    return true;
}

int tap_pretended_send(zmq_msg_t *message, void *handle, int flags) {
    uint32_t index = (uint32_t)((char *)handle - tap_pretended);
    struct socket_state *s = &tap_socket_states[index];
    int error = errno;
    int size = (int)real.zmq_msg_size(message);
    if (flags & ZMQ_SNDMORE) {
        pretended[index].has_first = read_head(message, &pretended[index].event, &pretended[index].value);
    } else if (pretended[index].has_first) {
        char text[TAP_ADDRESS];
        read_text(message, text);
        pretended[index].has_first = false;
        // Our own monitor's end, when the program puts one in its place, is not news.
        if (pretended[index].event != ZMQ_EVENT_MONITOR_STOPPED && s->record)
            note_event(s, pretended[index].event, pretended[index].value, text);
    }
    // Sending takes the message over.
    real.zmq_msg_close(message);
    real.zmq_msg_init(message);
    errno = error;
    return size;
}

// A frame on its way to a program's own monitor. Sets `forward` when the program asked for this event.
int tap_take_event_frame(struct socket_state *monitor, uint32_t index, zmq_msg_t *message, int flags, bool *forward) {
    struct socket_state *s = &tap_socket_states[index];
    int error = errno;
    if (flags & ZMQ_SNDMORE) {
        if (read_head(message, &monitor->monitor_event, &monitor->monitor_value))
            monitor->monitor_forwards = (monitor->monitor_mask & monitor->monitor_event) != 0;
        else
            monitor->monitor_forwards = true;
    } else {
        char text[TAP_ADDRESS];
        read_text(message, text);
        if (s->record) note_event(s, monitor->monitor_event, monitor->monitor_value, text);
    }
    *forward = monitor->monitor_forwards;
    int size = (int)real.zmq_msg_size(message);
    if (!*forward) {
        real.zmq_msg_close(message);
        real.zmq_msg_init(message);
    }
    errno = error;
    return size;
}
