// libzmq's functions that move messages. What they do for the program is what libzmq does; we count what it accepted
// and delivered.
//
// A call that may block is made without blocking first. libzmq itself begins a blocking call with such a try, so the
// program sees no difference; and only a call that really waits costs a look at the clock.
#include <unistd.h>
#include <sys/syscall.h>

#include "tap.h"

static inline struct socket_state *watched(void *handle) {
    if (UNLIKELY(!real.zmq_socket)) tap_find_real();
    if (UNLIKELY(!GET(tap_header) || tap_thread.inside || !handle)) return NULL;
    return tap_find_socket(handle);
}

static void begin_wait(struct socket_state *s, enum tap_call call) {
    uint64_t now = tap_now();
    if (call == TAP_CALL_RECV || call == TAP_CALL_MSG_RECV) SET(s->record->drained_ns, now);
    SET(s->record->blocked_call, call);
    SET(s->record->blocked_thread, (int32_t)syscall(SYS_gettid));
    SET(s->record->blocked_since_ns, now);
}

static void end_wait(struct socket_state *s) {
    SET(s->record->blocked_since_ns, 0);
    SET(s->record->blocked_call, TAP_CALL_NONE);
}

// --- Sending ---

// Before a frame is sent: libzmq takes it over.
static inline void look_at_frame(struct socket_state *s, const void *bytes, size_t size) {
    if (LIKELY(s->type != ZMQ_ROUTER) || s->send_open) return;
    s->send_identity_size = size <= TAP_IDENTITY ? (uint32_t)size : 0;
    if (s->send_identity_size) memcpy(s->send_identity, bytes, s->send_identity_size);
}

static void count_routed_frame(struct socket_state *s, size_t size, bool more) {
    if (!s->send_open) {
        s->send_target = s->send_identity_size ? tap_find_route(s, s->send_identity, s->send_identity_size) : NO_INDEX;
        s->send_bytes = 0;
    } else {
        s->send_bytes += size;
    }
    if (more) return;
    if (s->send_open && s->send_target != NO_INDEX) {
        ADD(tap_connections[s->send_target].accepted_bytes, s->send_bytes);
        ADD(tap_connections[s->send_target].accepted_messages, 1);
    } else {
        // No such peer, or an identity with nothing behind it: libzmq drops it in silence.
        ADD(s->record->lost_messages, 1);
    }
}

static void count_reply_frame(struct socket_state *s, size_t size, bool more) {
    s->send_bytes = s->send_open ? s->send_bytes + size : size;
    if (more || s->reply_to == NO_INDEX) return;
    ADD(tap_connections[s->reply_to].accepted_bytes, s->send_bytes);
    ADD(tap_connections[s->reply_to].accepted_messages, 1);
}

static inline void count_sent(struct socket_state *s, size_t size, bool more) {
    struct tap_socket *r = s->record;
    ADD(r->sent_frames, 1);
    ADD(r->sent_bytes, size);
    if (UNLIKELY(s->type == ZMQ_ROUTER)) count_routed_frame(s, size, more);
    if (UNLIKELY(s->type == ZMQ_REP)) count_reply_frame(s, size, more);
    if (!more) ADD(r->sent_messages, 1);
    s->send_open = more;
}

#define SEND(s, kind, size, flags, call)                        \
    do {                                                        \
        tap_thread.inside++;                                    \
        int given = (flags);                                    \
        flags |= ZMQ_DONTWAIT;                                  \
        status = call;                                          \
        if (UNLIKELY(status < 0)) {                             \
            if (errno == EAGAIN && !(given & ZMQ_DONTWAIT)) {   \
                begin_wait(s, kind);                            \
                flags = given;                                  \
                status = call;                                  \
                int error = errno;                              \
                end_wait(s);                                    \
                errno = error;                                  \
            }                                                   \
            if (status < 0 && errno == EAGAIN) ADD(s->record->send_would_block, 1); \
        }                                                       \
        tap_thread.inside--;                                    \
        if (LIKELY(status >= 0)) {                              \
            int error = errno;                                  \
            count_sent(s, size, given & ZMQ_SNDMORE);           \
            errno = error;                                      \
        }                                                       \
    } while (0)

EXPORT int zmq_send(void *handle, const void *bytes, size_t size, int flags) {
    struct socket_state *s = watched(handle);
    if (UNLIKELY(!s)) return real.zmq_send(handle, bytes, size, flags);
    int status;
    look_at_frame(s, bytes, size);
    SEND(s, TAP_CALL_SEND, size, flags, real.zmq_send(handle, bytes, size, flags));
    return status;
}

EXPORT int zmq_send_const(void *handle, const void *bytes, size_t size, int flags) {
    struct socket_state *s = watched(handle);
    if (UNLIKELY(!s)) return real.zmq_send_const(handle, bytes, size, flags);
    int status;
    look_at_frame(s, bytes, size);
    SEND(s, TAP_CALL_SEND, size, flags, real.zmq_send_const(handle, bytes, size, flags));
    return status;
}

EXPORT int zmq_msg_send(zmq_msg_t *message, void *handle, int flags) {
    if (UNLIKELY(tap_is_pretended(handle))) return tap_pretended_send(message, handle, flags);
    struct socket_state *s = watched(handle);
    if (UNLIKELY(!s)) {
        if (LIKELY(GET(tap_program_monitors) == 0)) return real.zmq_msg_send(message, handle, flags);
        // libzmq writes a program's monitor from inside its own functions.
        s = tap_find_socket(handle);
        if (!s || !s->is_monitor) return real.zmq_msg_send(message, handle, flags);
    }
    if (UNLIKELY(s->is_monitor)) {
        bool forward;
        int size = tap_take_event_frame(s, s->monitored, message, flags, &forward);
        if (!forward) return size;
        tap_thread.inside++;
        int status = real.zmq_msg_send(message, handle, flags);
        tap_thread.inside--;
        return status;
    }
    int status;
    size_t size = real.zmq_msg_size(message);
    if (UNLIKELY(s->type == ZMQ_ROUTER)) look_at_frame(s, real.zmq_msg_data(message), size);
    SEND(s, TAP_CALL_MSG_SEND, size, flags, real.zmq_msg_send(message, handle, flags));
    return status;
}

EXPORT int zmq_sendmsg(void *handle, zmq_msg_t *message, int flags) { return zmq_msg_send(message, handle, flags); }

EXPORT int zmq_sendiov(void *handle, struct iovec *parts, size_t count, int flags) {
    struct socket_state *s = watched(handle);
    if (!s || !parts) return real.zmq_sendiov(handle, parts, count, flags);
    tap_thread.inside++;
    int status = real.zmq_sendiov(handle, parts, count, flags);
    tap_thread.inside--;
    int error = errno;
    if (status >= 0) {
        for (size_t i = 0; i < count; i++) {
            look_at_frame(s, parts[i].iov_base, parts[i].iov_len);
            // As libzmq does it: all but the last carry SNDMORE.
            count_sent(s, parts[i].iov_len, i + 1 < count || (flags & ZMQ_SNDMORE));
        }
    } else if (error == EAGAIN) {
        ADD(s->record->send_would_block, 1);
    }
    errno = error;
    return status;
}

// --- Receiving ---

static inline uint32_t connection_of(struct socket_state *s, const zmq_msg_t *last) {
    uint32_t only = GET(s->only);
    // Asking libzmq costs some 30 ns; with one connection there is nothing to ask.
    if (LIKELY(only != MANY)) return only;
    return tap_connection_of_message(s, real.zmq_msg_get(last, ZMQ_SRCFD));
}

static void learn_identity(struct socket_state *s, uint32_t connection) {
    struct tap_connection *r = &tap_connections[connection];
    uint32_t size = s->receive_identity_size;
    if (size == 0 || (r->identity_size == size && memcmp(r->identity, s->receive_identity, size) == 0 &&
                      r->delivered_messages > 0))
        return;
    pthread_mutex_lock(&tap_lock);
    tap_learn_route(s, connection, s->receive_identity, size, true);
    pthread_mutex_unlock(&tap_lock);
}

static inline void count_received(struct socket_state *s, zmq_msg_t *message) {
    struct tap_socket *r = s->record;
    size_t size = real.zmq_msg_size(message);
    bool more = real.zmq_msg_more(message);
    bool first = !s->receive_open;
    ADD(r->received_frames, 1);
    ADD(r->received_bytes, size);
    if (first) s->receive_bytes = 0;
    if (UNLIKELY(s->type == ZMQ_ROUTER) && first) {
        s->receive_identity_size = size <= TAP_IDENTITY && more ? (uint32_t)size : 0;
        memcpy(s->receive_identity, real.zmq_msg_data(message), s->receive_identity_size);
    } else {
        s->receive_bytes += size;
    }
    s->receive_open = more;
    if (more) return;
    ADD(r->received_messages, 1);
    uint32_t connection = connection_of(s, message);
    if (UNLIKELY(s->type == ZMQ_REP)) s->reply_to = connection;
    if (UNLIKELY(connection == NO_INDEX)) return;
    if (UNLIKELY(s->type == ZMQ_ROUTER)) learn_identity(s, connection);
    ADD(tap_connections[connection].delivered_bytes, s->receive_bytes);
    ADD(tap_connections[connection].delivered_messages, 1);
}

// - Returns: bytes of the frame, or -1 with errno.
static inline int receive(struct socket_state *s, zmq_msg_t *message, void *handle, int flags, enum tap_call call) {
    tap_thread.inside++;
    int status = real.zmq_msg_recv(message, handle, flags | ZMQ_DONTWAIT);
    if (UNLIKELY(status < 0) && errno == EAGAIN) {
        if (flags & ZMQ_DONTWAIT) {
            SET(s->record->drained_ns, tap_now());
            errno = EAGAIN;
        } else {
            begin_wait(s, call);
            status = real.zmq_msg_recv(message, handle, flags);
            int error = errno;
            end_wait(s);
            errno = error;
        }
        if (status < 0 && errno == EAGAIN) ADD(s->record->receive_would_block, 1);
    }
    tap_thread.inside--;
    if (LIKELY(status >= 0)) {
        int error = errno;
        count_received(s, message);
        errno = error;
    }
    return status;
}

EXPORT int zmq_msg_recv(zmq_msg_t *message, void *handle, int flags) {
    struct socket_state *s = watched(handle);
    if (UNLIKELY(!s)) return real.zmq_msg_recv(message, handle, flags);
    return receive(s, message, handle, flags, TAP_CALL_MSG_RECV);
}

EXPORT int zmq_recvmsg(void *handle, zmq_msg_t *message, int flags) { return zmq_msg_recv(message, handle, flags); }

// As libzmq does it, so that we can ask the message where it came from.
static int receive_into(struct socket_state *s, void *handle, void *buffer, size_t size, int flags) {
    zmq_msg_t message;
    real.zmq_msg_init(&message);
    int status = receive(s, &message, handle, flags, TAP_CALL_RECV);
    int error = errno;
    if (status >= 0) {
        size_t kept = (size_t)status < size ? (size_t)status : size;
        if (kept) memcpy(buffer, real.zmq_msg_data(&message), kept);
    }
    real.zmq_msg_close(&message);
    errno = error;
    return status;
}

EXPORT int zmq_recv(void *handle, void *buffer, size_t size, int flags) {
    struct socket_state *s = watched(handle);
    if (LIKELY(s != NULL)) return receive_into(s, handle, buffer, size, flags);
    return real.zmq_recv(handle, buffer, size, flags);
}

EXPORT int zmq_recviov(void *handle, struct iovec *parts, size_t *count, int flags) {
    struct socket_state *s = watched(handle);
    if (!s || !count || !parts || *count == 0) return real.zmq_recviov(handle, parts, count, flags);
    // Rare and old: its frames are counted, their connection is not known.
    tap_thread.inside++;
    int status = real.zmq_recviov(handle, parts, count, flags);
    tap_thread.inside--;
    int error = errno;
    if (status > 0) {
        ADD(s->record->received_frames, (uint64_t)status);
        for (int i = 0; i < status; i++) ADD(s->record->received_bytes, parts[i].iov_len);
        int more = 0;
        size_t size = sizeof more;
        s->receive_open = real.zmq_getsockopt(handle, ZMQ_RCVMORE, &more, &size) == 0 && more;
        if (!s->receive_open) ADD(s->record->received_messages, 1);
    } else if (status < 0 && error == EAGAIN) {
        ADD(s->record->receive_would_block, 1);
    }
    errno = error;
    return status;
}

EXPORT int zmq_poll(zmq_pollitem_t *items, int count, long timeout) {
    if (UNLIKELY(!real.zmq_socket)) tap_find_real();
    int inside = tap_thread.inside;
    tap_thread.inside = inside + 1;
    int status = real.zmq_poll(items, count, timeout);
    tap_thread.inside = inside;
    if (status < 0 || inside || !GET(tap_header) || !items) return status;
    // What was asked for input and has none is drained.
    int error = errno;
    uint64_t now = 0;
    for (int i = 0; i < count; i++) {
        if (!items[i].socket || !(items[i].events & ZMQ_POLLIN) || (items[i].revents & ZMQ_POLLIN)) continue;
        struct socket_state *s = tap_find_socket(items[i].socket);
        if (!s) continue;
        if (!now) now = tap_now();
        SET(s->record->drained_ns, now);
    }
    errno = error;
    return status;
}
