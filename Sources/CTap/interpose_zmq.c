// In front of libzmq's public functions. Each one passes the call on, and counts only what libzmq has accepted or
// delivered; results and errno are libzmq's own.
#include <limits.h>
#include <stdlib.h>
#include <sys/uio.h>

#include "internal.h"

// No libzmq is loaded: only a program that looks for its functions by itself can get here.
#define NEED_REAL(failure)                                       \
    if (UNLIKELY(!LOAD(tap_real_ready)) && !tap_find_real()) { \
        errno = ENOSYS;                                          \
        return failure;                                          \
    }

// ---- contexts and sockets

TAP_EXPORT void *zmq_ctx_new(void) {
    NEED_REAL(NULL)
    (void)tap_segment_open();
    return real.zmq_ctx_new();
}

TAP_EXPORT void *zmq_init(int io_threads) {
    NEED_REAL(NULL)
    (void)tap_segment_open();
    return real.zmq_init(io_threads);
}

TAP_EXPORT void *zmq_socket(void *context, int type) {
    NEED_REAL(NULL)
    if (UNLIKELY(thread.monitor != NULL)) return tap_monitor_socket(context, type);
    void *socket = real.zmq_socket(context, type);
    if (socket != NULL && process.wanted) tap_socket_open(socket, type);
    return socket;
}

TAP_EXPORT int zmq_close(void *socket) {
    NEED_REAL(-1)
    if (UNLIKELY(tap_is_monitor(socket))) return tap_monitor_close(socket);
    struct tap_socket_state *state = tap_socket_find(socket);
    if (state != NULL) tap_socket_closing(state);
    return real.zmq_close(socket);
}

TAP_EXPORT int zmq_setsockopt(void *socket, int name, const void *value, size_t size) {
    NEED_REAL(-1)
    if (UNLIKELY(tap_is_monitor(socket))) return tap_monitor_setsockopt(socket, name, value, size);
    int result = real.zmq_setsockopt(socket, name, value, size);
    struct tap_socket_state *state = tap_socket_find(socket);
    if (state != NULL) tap_socket_option(state, name, value, size, result != 0);
    return result;
}

static int add_endpoint(void *socket, const char *address, uint32_t kind, int (*call)(void *, const char *)) {
    struct tap_socket_state *state = tap_socket_find(socket);
    if (state == NULL) return call(socket, address);
    uint32_t index = tap_endpoint_open(state, kind, address);
    int result = call(socket, address);
    tap_endpoint_resolved(state, index, result == 0);
    return result;
}

TAP_EXPORT int zmq_bind(void *socket, const char *address) {
    NEED_REAL(-1)
    if (UNLIKELY(tap_is_monitor(socket))) return tap_monitor_bind(socket, address);
    return add_endpoint(socket, address, TAP_ENDPOINT_BIND, real.zmq_bind);
}

TAP_EXPORT int zmq_connect(void *socket, const char *address) {
    NEED_REAL(-1)
    return add_endpoint(socket, address, TAP_ENDPOINT_CONNECT, real.zmq_connect);
}

static int remove_endpoint(void *socket, const char *address, int (*call)(void *, const char *)) {
    int result = call(socket, address);
    struct tap_socket_state *state = result == 0 ? tap_socket_find(socket) : NULL;
    if (state != NULL) tap_endpoint_removed(state, address);
    return result;
}

TAP_EXPORT int zmq_unbind(void *socket, const char *address) {
    NEED_REAL(-1)
    return remove_endpoint(socket, address, real.zmq_unbind);
}

TAP_EXPORT int zmq_disconnect(void *socket, const char *address) {
    NEED_REAL(-1)
    return remove_endpoint(socket, address, real.zmq_disconnect);
}

TAP_EXPORT int zmq_socket_monitor(void *socket, const char *address, int events) {
    NEED_REAL(-1)
    struct tap_socket_state *state = tap_socket_find(socket);
    if (state == NULL) return real.zmq_socket_monitor(socket, address, events);
    return tap_monitor_replace(state, address, events);
}

// ---- sending

// ROUTER and REP: the connection that the reply goes to is known.
static void sent_to(struct tap_socket_state *state, size_t size, bool more) {
    // A ROUTER's first frame is the routing id.
    if (state->send_more || !(state->special & TAP_SEND_ROUTER)) state->send_bytes += size;
    if (more) return;
    if (state->special & TAP_SEND_REP) {
        struct tap_connection_state *connection = &tap_connections[state->reply_connection];
        if (state->reply_connection_id != 0 && connection->id == state->reply_connection_id) {
            ADD(connection->shared->accepted_messages, 1);
            ADD(connection->shared->accepted_bytes, state->send_bytes);
        }
    } else if (state->send_lost) {
        ADD(state->shared->lost_messages, 1);
    } else {
        tap_accepted_by_route(state);
    }
    state->send_bytes = 0;
}

// A frame was offered: counted when it was accepted.
TAP_INLINE int sent(struct tap_socket_state *state, int result, size_t size, int flags) {
    struct tap_socket *shared = state->shared;
    if (UNLIKELY(result < 0)) {
        if (errno == EAGAIN) ADD(shared->send_would_block, 1);
        return result;
    }
    bool more = flags & ZMQ_SNDMORE;
    ADD(shared->sent_frames, 1);
    ADD(shared->sent_bytes, size);
    if (LIKELY(!more)) ADD(shared->sent_messages, 1);
    if (UNLIKELY(state->special & (TAP_SEND_ROUTER | TAP_SEND_REP))) sent_to(state, size, more);
    state->send_more = more;
    return result;
}

// The first frame of a ROUTER's message names the peer. Without ZMQ_ROUTER_MANDATORY libzmq drops in silence what it
// cannot route, or what finds the peer's pipe full. To see it, the frame is offered with the option set; where that is
// refused, a routing id that nobody can have (256 bytes; 255 is the limit) makes libzmq drop the message as it would.
static int send_routing_id(struct tap_socket_state *state, zmq_msg_t *message, int flags) {
    void *socket = state->socket;
    size_t size = real.zmq_msg_size(message);
    state->route_hash = tap_hash(real.zmq_msg_data(message), size);
    state->send_lost = false;
    if (!(flags & ZMQ_SNDMORE)) {  // a routing id and nothing for it: dropped
        state->send_lost = true;
        return real.zmq_msg_send(message, socket, flags);
    }
    if (state->mandatory) return real.zmq_msg_send(message, socket, flags);
    static const int on = 1, off = 0;
    if (real.zmq_setsockopt(socket, ZMQ_ROUTER_MANDATORY, &on, sizeof on) != 0)
        return real.zmq_msg_send(message, socket, flags);
    int result = real.zmq_msg_send(message, socket, flags | ZMQ_DONTWAIT);
    int reason = errno;
    real.zmq_setsockopt(socket, ZMQ_ROUTER_MANDATORY, &off, sizeof off);
    errno = reason;
    if (result >= 0 || (reason != EAGAIN && reason != EHOSTUNREACH)) return result;
    zmq_msg_t nobody;
    if (real.zmq_msg_init_size(&nobody, 256) != 0) return real.zmq_msg_send(message, socket, flags);
    memset(real.zmq_msg_data(&nobody), 0xff, 256);
    result = real.zmq_msg_send(&nobody, socket, flags);
    if (result < 0) {
        reason = errno;
        real.zmq_msg_close(&nobody);
        errno = reason;
        return result;
    }
    state->send_lost = true;
    real.zmq_msg_close(message);
    real.zmq_msg_init(message);
    return size < INT_MAX ? (int)size : INT_MAX;
}

static bool is_subscription(const struct tap_socket_state *state, const void *bytes, size_t size, int flags) {
    return (state->special & TAP_SEND_XSUB) && !state->send_more && !(flags & ZMQ_SNDMORE) && size > 0 &&
           *(const uint8_t *)bytes <= 1;
}

static TAP_HOT int send_message(struct tap_socket_state *state, zmq_msg_t *message, int flags, uint32_t call) {
    size_t size = real.zmq_msg_size(message);
    bool subscription =
        UNLIKELY(state->special & TAP_SEND_XSUB) && is_subscription(state, real.zmq_msg_data(message), size, flags);
    tap_call_begin(state, call);
    int result = UNLIKELY(state->special & TAP_SEND_ROUTER) && !state->send_more
                     ? send_routing_id(state, message, flags)
                     : real.zmq_msg_send(message, state->socket, flags);
    tap_call_end();
    return subscription ? result : sent(state, result, size, flags);
}

// What zmq_send does with its buffer, where the message must be seen.
static int send_copy(struct tap_socket_state *state, const void *buffer, size_t size, int flags, uint32_t call) {
    zmq_msg_t message;
    if (real.zmq_msg_init_size(&message, size) != 0) return -1;
    if (size > 0) memcpy(real.zmq_msg_data(&message), buffer, size);
    int result = send_message(state, &message, flags, call);
    if (result >= 0) return result;
    int reason = errno;
    real.zmq_msg_close(&message);
    errno = reason;
    return result;
}

TAP_EXPORT TAP_HOT int zmq_send(void *socket, const void *buffer, size_t size, int flags) {
    struct tap_socket_state *state = tap_socket_find(socket);
    if (UNLIKELY(state == NULL)) {
        NEED_REAL(-1)
        return real.zmq_send(socket, buffer, size, flags);
    }
    if (UNLIKELY(state->special & (TAP_SEND_ROUTER | TAP_SEND_XSUB)) && !state->send_more)
        return send_copy(state, buffer, size, flags, TAP_CALL_SEND);
    tap_call_begin(state, TAP_CALL_SEND);
    int result = real.zmq_send(socket, buffer, size, flags);
    tap_call_end();
    return sent(state, result, size, flags);
}

TAP_EXPORT int zmq_send_const(void *socket, const void *buffer, size_t size, int flags) {
    struct tap_socket_state *state = tap_socket_find(socket);
    if (UNLIKELY(state == NULL)) {
        NEED_REAL(-1)
        return real.zmq_send_const(socket, buffer, size, flags);
    }
    if (UNLIKELY(state->special & (TAP_SEND_ROUTER | TAP_SEND_XSUB)) && !state->send_more)
        return send_copy(state, buffer, size, flags, TAP_CALL_SEND);
    tap_call_begin(state, TAP_CALL_SEND);
    int result = real.zmq_send_const(socket, buffer, size, flags);
    tap_call_end();
    return sent(state, result, size, flags);
}

TAP_EXPORT TAP_HOT int zmq_msg_send(zmq_msg_t *message, void *socket, int flags) {
    struct tap_socket_state *state = tap_socket_find(socket);
    if (LIKELY(state != NULL)) return send_message(state, message, flags, TAP_CALL_MSG_SEND);
    NEED_REAL(-1)
    if (tap_is_monitor(socket)) return tap_monitor_send(socket, message, flags);
    return real.zmq_msg_send(message, socket, flags);
}

TAP_EXPORT int zmq_sendmsg(void *socket, zmq_msg_t *message, int flags) {
    return zmq_msg_send(message, socket, flags);
}

TAP_EXPORT int zmq_sendiov(void *socket, struct iovec *parts, size_t count, int flags) {
    struct tap_socket_state *state = tap_socket_find(socket);
    if (state == NULL || count == 0 || parts == NULL) {
        NEED_REAL(-1)
        return real.zmq_sendiov(socket, parts, count, flags);
    }
    int result = 0;
    for (size_t i = 0; i < count && result >= 0; i++) {
        if (i == count - 1) flags &= ~ZMQ_SNDMORE;
        result = send_copy(state, parts[i].iov_base, parts[i].iov_len, flags, TAP_CALL_SEND);
    }
    return result;
}

// ---- receiving

// The first frame where it is not a plain one; false: nothing more is to be counted.
static bool received_first(struct tap_socket_state *state, zmq_msg_t *message, size_t size, bool more) {
    if (state->special & TAP_RECEIVE_ROUTER) {
        // The routing id comes of the ROUTER, not of the wire.
        state->routing_id_size = 0;
        if (!more) return true;
        if (size <= sizeof state->routing_id) {
            memcpy(state->routing_id, real.zmq_msg_data(message), size);
            state->routing_id_size = (uint32_t)size;
        }
        ADD(state->shared->received_frames, 1);
        ADD(state->shared->received_bytes, size);
        return false;
    }
    // A subscriber's wish is no message.
    return !((state->special & TAP_RECEIVE_XPUB) && !more && size > 0 &&
             *(const uint8_t *)real.zmq_msg_data(message) <= 1);
}

TAP_INLINE void received(struct tap_socket_state *state, zmq_msg_t *message, size_t size) {
    struct tap_socket *shared = state->shared;
    bool more = tap_more(message);
    bool first = !state->receive_more;
    state->receive_more = more;
    if (UNLIKELY(state->special) && first && !received_first(state, message, size, more)) return;
    ADD(shared->received_frames, 1);
    ADD(shared->received_bytes, size);
    state->receive_bytes += size;
    if (more) return;
    // The connection first: a process that is killed in between leaves nothing that its socket has and no link has.
    tap_delivered(state, message);
    ADD(shared->received_messages, 1);
    state->receive_bytes = 0;
}

TAP_INLINE int receive_message(struct tap_socket_state *state, zmq_msg_t *message, int flags, uint32_t call) {
    thread.drained_ns = 0;
    tap_call_begin(state, call);
    int result = real.zmq_msg_recv(message, state->socket, flags);
    tap_call_end();
    if (UNLIKELY(result < 0)) {
        if (errno == EAGAIN) {
            ADD(state->shared->receive_would_block, 1);
            STORE(state->shared->drained_ns, thread.drained_ns != 0 ? thread.drained_ns : tap_now());
        }
        return result;
    }
    received(state, message, LIKELY(result < INT_MAX) ? (size_t)result : real.zmq_msg_size(message));
    return result;
}

// As libzmq does it; but the message must be seen, for its parts and where it comes from.
TAP_EXPORT TAP_HOT int zmq_recv(void *socket, void *buffer, size_t size, int flags) {
    struct tap_socket_state *state = tap_socket_find(socket);
    if (UNLIKELY(state == NULL)) {
        NEED_REAL(-1)
        return real.zmq_recv(socket, buffer, size, flags);
    }
    zmq_msg_t message;
    real.zmq_msg_init(&message);
    int result = receive_message(state, &message, flags, TAP_CALL_RECV);
    if (UNLIKELY(result < 0)) return result;  // the message is empty still: there is nothing to close
    size_t copied = (size_t)result < size ? (size_t)result : size;
    if (copied > 0) memcpy(buffer, real.zmq_msg_data(&message), copied);
    real.zmq_msg_close(&message);
    return result;
}

TAP_EXPORT TAP_HOT int zmq_msg_recv(zmq_msg_t *message, void *socket, int flags) {
    struct tap_socket_state *state = tap_socket_find(socket);
    if (LIKELY(state != NULL)) return receive_message(state, message, flags, TAP_CALL_MSG_RECV);
    NEED_REAL(-1)
    return real.zmq_msg_recv(message, socket, flags);
}

TAP_EXPORT int zmq_recvmsg(void *socket, zmq_msg_t *message, int flags) {
    return zmq_msg_recv(message, socket, flags);
}

TAP_EXPORT int zmq_recviov(void *socket, struct iovec *parts, size_t *count, int flags) {
    struct tap_socket_state *state = tap_socket_find(socket);
    if (state == NULL || count == NULL || *count == 0 || parts == NULL) {
        NEED_REAL(-1)
        return real.zmq_recviov(socket, parts, count, flags);
    }
    size_t room = *count;
    int read = 0;
    bool more = true;
    *count = 0;
    for (size_t i = 0; more && i < room; i++) {
        zmq_msg_t message;
        real.zmq_msg_init(&message);
        if (receive_message(state, &message, flags, TAP_CALL_RECV) < 0) {
            int reason = errno;
            real.zmq_msg_close(&message);
            errno = reason;
            return -1;
        }
        parts[i].iov_len = real.zmq_msg_size(&message);
        parts[i].iov_base = malloc(parts[i].iov_len);
        if (parts[i].iov_base == NULL) {
            errno = ENOMEM;
            return -1;
        }
        memcpy(parts[i].iov_base, real.zmq_msg_data(&message), parts[i].iov_len);
        more = real.zmq_msg_more(&message) != 0;
        real.zmq_msg_close(&message);
        ++*count;
        ++read;
    }
    return read;
}

// ---- waiting, and what moves messages inside libzmq

TAP_EXPORT int zmq_poll(zmq_pollitem_t *items, int count, long timeout) {
    NEED_REAL(-1)
    // Inside zmq_proxy this is libzmq's own call.
    if (tap_segment == NULL || thread.call != TAP_CALL_NONE) return real.zmq_poll(items, count, timeout);
    thread.items = items;
    thread.item_count = count;
    thread.call = TAP_CALL_POLL;
    int result = real.zmq_poll(items, count, timeout);
    tap_call_end();
    thread.item_count = 0;
    thread.items = NULL;
    return result;
}

static void moved_inside(void *socket) {
    struct tap_socket_state *state = socket != NULL ? tap_socket_find(socket) : NULL;
    if (state != NULL) STORE(state->shared->api_unknown, 1);
}

TAP_EXPORT int zmq_proxy(void *frontend, void *backend, void *capture) {
    NEED_REAL(-1)
    moved_inside(frontend);
    moved_inside(backend);
    moved_inside(capture);
    return real.zmq_proxy(frontend, backend, capture);
}

TAP_EXPORT int zmq_proxy_steerable(void *frontend, void *backend, void *capture, void *control) {
    NEED_REAL(-1)
    moved_inside(frontend);
    moved_inside(backend);
    moved_inside(capture);
    return real.zmq_proxy_steerable(frontend, backend, capture, control);
}

TAP_EXPORT int zmq_device(int type, void *frontend, void *backend) {
    NEED_REAL(-1)
    moved_inside(frontend);
    moved_inside(backend);
    return real.zmq_device(type, frontend, backend);
}
