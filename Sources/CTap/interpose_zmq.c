// In front of libzmq's public functions. Each one passes the call on, and counts only what libzmq has accepted or
// delivered; results and errno are libzmq's own. A context remembers its copy of libzmq, and a socket its context's;
// what is not known goes where its caller would have gone.
#include <limits.h>
#include <stdlib.h>
#include <sys/uio.h>

#include "internal.h"

// No libzmq is loaded: only a program that looks for its functions by itself can get here.
#define COPY(caller, failure)                            \
    ({                                                   \
        const struct tap_copy *copy_ = tap_copy_of(caller); \
        if (UNLIKELY(copy_ == NULL)) {                   \
            errno = ENOSYS;                              \
            return failure;                              \
        }                                                \
        copy_;                                           \
    })

// ---- contexts and sockets

static const struct tap_copy *new_context(const void *caller) {
    const struct tap_copy *api = tap_copy_search(caller);
    if (api == NULL) errno = ENOSYS;
    else (void)tap_segment_open();
    return api;
}

TAP_EXPORT void *zmq_ctx_new(void) {
    const void *caller = CALLER();
    const struct tap_copy *api = new_context(caller);
    void *context = api != NULL ? api->zmq_ctx_new() : NULL;
    // zmq_init calls it too.
    if (context != NULL && !tap_is_libzmq(caller)) tap_context_open(context, api);
    return context;
}

TAP_EXPORT void *zmq_init(int io_threads) {
    const struct tap_copy *api = new_context(CALLER());
    void *context = api != NULL ? api->zmq_init(io_threads) : NULL;
    if (context != NULL) tap_context_open(context, api);
    return context;
}

// Waits until every socket of the context is closed and has sent what it holds.
static int terminate(void *context, const void *caller, int (*call)(const struct tap_copy *, void *)) {
    uint64_t ordinal = 0;
    const struct tap_copy *api = tap_context_find(context, &ordinal);
    if (api == NULL) api = COPY(caller, -1);
    bool outer = thread.call == TAP_CALL_NONE;  // libzmq's old names call the new one
    if (outer) {
        thread.context = tap_segment != NULL ? ordinal : 0;
        tap_call_begin(NULL, TAP_CALL_TERM);
    }
    int result = call(api, context);
    if (outer) {
        tap_call_end();
        thread.context = 0;
        if (result == 0) tap_context_ended(context, ordinal);
    }
    return result;
}
static int ctx_term(const struct tap_copy *api, void *context) { return api->zmq_ctx_term(context); }
static int old_term(const struct tap_copy *api, void *context) { return api->zmq_term(context); }
static int ctx_destroy(const struct tap_copy *api, void *context) { return api->zmq_ctx_destroy(context); }

TAP_EXPORT int zmq_ctx_term(void *context) { return terminate(context, CALLER(), ctx_term); }
TAP_EXPORT int zmq_term(void *context) { return terminate(context, CALLER(), old_term); }
TAP_EXPORT int zmq_ctx_destroy(void *context) { return terminate(context, CALLER(), ctx_destroy); }

TAP_EXPORT int zmq_ctx_shutdown(void *context) {
    const void *caller = CALLER();
    uint64_t ordinal;
    const struct tap_copy *api = tap_context_find(context, &ordinal);
    if (api == NULL) api = COPY(caller, -1);
    return api->zmq_ctx_shutdown(context);
}

TAP_EXPORT void *zmq_socket(void *context, int type) {
    const void *caller = CALLER();
    if (UNLIKELY(thread.monitor != NULL)) return tap_monitor_socket(context, type);
    uint64_t ordinal;
    const struct tap_copy *api = tap_context_find(context, &ordinal);
    if (api == NULL) api = COPY(caller, NULL);
    void *socket = api->zmq_socket(context, type);
    if (socket != NULL) tap_socket_open(socket, type, context, api);
    return socket;
}

TAP_EXPORT int zmq_close(void *socket) {
    const void *caller = CALLER();
    if (UNLIKELY(tap_is_monitor(socket))) return tap_monitor_close(socket);
    struct tap_socket_state *state = tap_socket_find(socket);
    if (state == NULL) return COPY(caller, -1)->zmq_close(socket);
    const struct tap_copy *api = state->api;
    tap_socket_closing(state);
    return api->zmq_close(socket);
}

TAP_EXPORT int zmq_setsockopt(void *socket, int name, const void *value, size_t size) {
    const void *caller = CALLER();
    if (UNLIKELY(tap_is_monitor(socket))) return tap_monitor_setsockopt(socket, name, value, size);
    struct tap_socket_state *state = tap_socket_find(socket);
    if (state == NULL) return COPY(caller, -1)->zmq_setsockopt(socket, name, value, size);
    int result = state->api->zmq_setsockopt(socket, name, value, size);
    tap_socket_option(state, name, value, size, result != 0);
    return result;
}

// Those who wait for the descriptor themselves (asyncio) ask for ZMQ_EVENTS before they do anything.
TAP_EXPORT int zmq_getsockopt(void *socket, int name, void *value, size_t *size) {
    const void *caller = CALLER();
    struct tap_socket_state *state = tap_socket_find(socket);
    if (state == NULL) return COPY(caller, -1)->zmq_getsockopt(socket, name, value, size);
    if (name == ZMQ_EVENTS && thread.call == TAP_CALL_NONE) tap_orders_look(state);
    return state->api->zmq_getsockopt(socket, name, value, size);
}

static int add_endpoint(struct tap_socket_state *state, const char *address, uint32_t kind,
                        int (*call)(void *, const char *)) {
    void *socket = state->socket;
    uint32_t index = tap_endpoint_open(state, kind, address);
    int result = call(socket, address);
    tap_endpoint_resolved(state, index, result == 0);
    return result;
}

TAP_EXPORT int zmq_bind(void *socket, const char *address) {
    const void *caller = CALLER();
    if (UNLIKELY(tap_is_monitor(socket))) return tap_monitor_bind(socket, address);
    struct tap_socket_state *state = tap_socket_find(socket);
    if (state == NULL) return COPY(caller, -1)->zmq_bind(socket, address);
    return add_endpoint(state, address, TAP_ENDPOINT_BIND, state->api->zmq_bind);
}

TAP_EXPORT int zmq_connect(void *socket, const char *address) {
    const void *caller = CALLER();
    struct tap_socket_state *state = tap_socket_find(socket);
    if (state == NULL) return COPY(caller, -1)->zmq_connect(socket, address);
    return add_endpoint(state, address, TAP_ENDPOINT_CONNECT, state->api->zmq_connect);
}

TAP_EXPORT int zmq_unbind(void *socket, const char *address) {
    const void *caller = CALLER();
    struct tap_socket_state *state = tap_socket_find(socket);
    if (state == NULL) return COPY(caller, -1)->zmq_unbind(socket, address);
    int result = state->api->zmq_unbind(socket, address);
    if (result == 0) tap_endpoint_removed(state, address);
    return result;
}

TAP_EXPORT int zmq_disconnect(void *socket, const char *address) {
    const void *caller = CALLER();
    struct tap_socket_state *state = tap_socket_find(socket);
    if (state == NULL) return COPY(caller, -1)->zmq_disconnect(socket, address);
    int result = state->api->zmq_disconnect(socket, address);
    if (result == 0) tap_endpoint_removed(state, address);
    return result;
}

TAP_EXPORT int zmq_socket_monitor(void *socket, const char *address, int events) {
    const void *caller = CALLER();
    struct tap_socket_state *state = tap_socket_find(socket);
    if (state == NULL) return COPY(caller, -1)->zmq_socket_monitor(socket, address, events);
    return tap_monitor_replace(state, address, events);
}

// ---- sending

// ROUTER and REP: the connection that the reply goes to is known. PUB: whose subscriptions fit.
static void sent_to(struct tap_socket_state *state, size_t size, bool more) {
    if (state->special & TAP_SEND_PUB) {
        if (!more) tap_matched(state);
        return;
    }
    // A ROUTER's first frame is the routing id.
    if (state->send_more || !(state->special & TAP_SEND_ROUTER)) state->send_bytes += size;
    if (more) return;
    state->sent_to = 0;
    if (state->special & TAP_SEND_REP) {
        struct tap_connection_state *connection = &tap_connections[state->reply_connection];
        if (state->reply_connection_id != 0 && connection->id == state->reply_connection_id) {
            ADD(connection->shared->accepted_messages, 1);
            ADD(connection->shared->accepted_bytes, state->send_bytes);
            state->sent_to = connection->id;
            uint64_t ordinal = LOAD(connection->shared->accepted_messages);
            if (!(ordinal & ((1ull << connection->pace[TAP_STAGE_ACCEPTED].shift) - 1)))
                tap_stamp_call(connection, TAP_STAGE_ACCEPTED, ordinal);
        }
    } else if (state->send_lost) {
        ADD(state->shared->lost_messages, 1);
    } else {
        tap_accepted_by_route(state);
    }
    state->send_bytes = 0;
}

// Whatever makes a call differ from the plain case: one look for all of it.
TAP_INLINE bool is_plain(const struct tap_socket_state *state) {
    return LIKELY((state->special | LOAD(*tap_attention)) == 0);
}

// A frame was offered: counted when it was accepted.
TAP_INLINE int sent_plainly(struct tap_socket_state *state, int result, size_t size, int flags) {
    struct tap_socket *shared = state->shared;
    if (UNLIKELY(result < 0)) {
        if (errno == EAGAIN) ADD(shared->send_would_block, 1);
        return result;
    }
    bool more = flags & ZMQ_SNDMORE;
    ADD(shared->sent_frames, 1);
    ADD(shared->sent_bytes, size);
    state->send_more = more;
    if (UNLIKELY(more)) return result;
    ADD(shared->sent_messages, 1);
    if (LIKELY(LOAD(shared->sent_messages) & state->accepted_mask)) return result;
    const struct tap_connection *only = __atomic_load_n(&state->only, __ATOMIC_ACQUIRE);
    if (only != NULL)
        tap_stamp_only(only, TAP_STAGE_ACCEPTED, LOAD(shared->sent_messages), &state->accepted_mask);
    else  // nobody knows where it went; a connection that comes starts anew
        state->accepted_mask = 1023;
    return result;
}

static int sent(struct tap_socket_state *state, int result, size_t size, int flags) {
    // A message of a PUB may be for nobody: none of its connections is known to have taken it.
    if (result < 0 || !(state->special & (TAP_SEND_ROUTER | TAP_SEND_REP | TAP_SEND_PUB)))
        return sent_plainly(state, result, size, flags);
    bool more = flags & ZMQ_SNDMORE;
    ADD(state->shared->sent_frames, 1);
    ADD(state->shared->sent_bytes, size);
    if (!more) ADD(state->shared->sent_messages, 1);
    sent_to(state, size, more);
    state->send_more = more;
    return result;
}

// The first frame of a ROUTER's message names the peer. Without ZMQ_ROUTER_MANDATORY libzmq drops in silence what it
// cannot route, or what finds the peer's pipe full. To see it, the frame is offered with the option set; where that is
// refused, a routing id that nobody can have (256 bytes; 255 is the limit) makes libzmq drop the message as it would.
static int send_routing_id(struct tap_socket_state *state, zmq_msg_t *message, int flags) {
    void *socket = state->socket;
    const struct tap_copy *api = state->api;
    size_t size = api->zmq_msg_size(message);
    state->route_hash = tap_hash(api->zmq_msg_data(message), size);
    state->send_lost = false;
    if (!(flags & ZMQ_SNDMORE)) {  // a routing id and nothing for it: dropped
        state->send_lost = true;
        return api->zmq_msg_send(message, socket, flags);
    }
    if (state->mandatory) return api->zmq_msg_send(message, socket, flags);
    static const int on = 1, off = 0;
    if (api->zmq_setsockopt(socket, ZMQ_ROUTER_MANDATORY, &on, sizeof on) != 0)
        return api->zmq_msg_send(message, socket, flags);
    int result = api->zmq_msg_send(message, socket, flags | ZMQ_DONTWAIT);
    int reason = errno;
    api->zmq_setsockopt(socket, ZMQ_ROUTER_MANDATORY, &off, sizeof off);
    errno = reason;
    if (result >= 0 || (reason != EAGAIN && reason != EHOSTUNREACH)) return result;
    zmq_msg_t nobody;
    if (api->zmq_msg_init_size(&nobody, 256) != 0) return api->zmq_msg_send(message, socket, flags);
    memset(api->zmq_msg_data(&nobody), 0xff, 256);
    result = api->zmq_msg_send(&nobody, socket, flags);
    if (result < 0) {
        reason = errno;
        api->zmq_msg_close(&nobody);
        errno = reason;
        return result;
    }
    state->send_lost = true;
    api->zmq_msg_close(message);
    api->zmq_msg_init(message);
    return size < INT_MAX ? (int)size : INT_MAX;
}

static bool is_subscription(const struct tap_socket_state *state, const void *bytes, size_t size, int flags) {
    return (state->special & TAP_SEND_XSUB) && !state->send_more && !(flags & ZMQ_SNDMORE) && size > 0 &&
           *(const uint8_t *)bytes <= 1;
}

// What somebody asks for: an order is carried out before, a sample is taken of the frame. Cold, so that nobody pays.
static __attribute__((noinline, cold)) bool attend(struct tap_socket_state *state, const void *bytes, size_t size, int flags) {
    tap_orders_look(state);
    if (!(LOAD(*tap_attention) & TAP_ATTENTION_SAMPLES)) return false;
    return tap_sample_frame(state, TAP_DIRECTION_SENT, !state->send_more, flags & ZMQ_SNDMORE, bytes, size);
}

static __attribute__((noinline, cold)) void attended(struct tap_socket_state *state, int result, size_t size, int flags) {
    if (result < 0) {
        tap_sample_refused(state, size);
    } else if (!(flags & ZMQ_SNDMORE)) {
        bool lost = state->special & TAP_SEND_ROUTER && state->send_lost;
        tap_sample_passed(state, TAP_DIRECTION_SENT,
                          (lost ? TAP_SAMPLE_LOST : 0) | (state->injecting ? TAP_SAMPLE_INJECTED : 0));
    }
}

// A message that will be stamped is accepted when the call begins, or when it has waited for room: the other end may
// have it before the call returns.
TAP_INLINE void send_begins(const struct tap_socket_state *state) {
    if (UNLIKELY(!((LOAD(state->shared->sent_messages) + 1) & state->accepted_mask))) thread.begun_ns = tap_now();
}

static void send_begins_with_care(const struct tap_socket_state *state) {
    if (state->special & (TAP_SEND_ROUTER | TAP_SEND_REP))
        thread.begun_ns = tap_now();  // its number is known when its connection is: after the call
    else
        send_begins(state);
}

static bool is_faulty(const struct tap_socket_state *state) {
    return ((LOAD(*tap_attention) & TAP_ATTENTION_FAULTS) != 0 || state->special & TAP_SEND_FAULTY) && !state->injecting;
}

int tap_send_carefully(struct tap_socket_state *state, zmq_msg_t *message, int flags, uint32_t call) {
    size_t size = state->api->zmq_msg_size(message);
    bool sampled = UNLIKELY(LOAD(*tap_attention)) && attend(state, state->api->zmq_msg_data(message), size, flags);
    bool subscription =
        UNLIKELY(state->special & TAP_SEND_XSUB) && is_subscription(state, state->api->zmq_msg_data(message), size, flags);
    if (UNLIKELY(state->special & TAP_SEND_PUB) && !state->send_more)
        tap_match(state, state->api->zmq_msg_data(message), size);
    send_begins_with_care(state);
    tap_call_begin(state, call);
    int result = UNLIKELY(state->special & TAP_SEND_ROUTER) && !state->send_more
                     ? send_routing_id(state, message, flags)
                     : state->api->zmq_msg_send(message, state->socket, flags);
    tap_call_end();
    if (!subscription) sent(state, result, size, flags);
    if (sampled) attended(state, result, size, flags);
    return result;
}

static __attribute__((noinline)) int send_message_with_care(struct tap_socket_state *state, zmq_msg_t *message, int flags,
                                                            uint32_t call) {
    if (UNLIKELY(is_faulty(state))) return tap_fault_send(state, message, flags, call);
    return tap_send_carefully(state, message, flags, call);
}

static TAP_HOT int send_message(struct tap_socket_state *state, zmq_msg_t *message, int flags, uint32_t call) {
    if (!is_plain(state)) return send_message_with_care(state, message, flags, call);
    size_t size = state->api->zmq_msg_size(message);
    send_begins(state);
    tap_call_begin(state, call);
    int result = state->api->zmq_msg_send(message, state->socket, flags);
    tap_call_end();
    return sent_plainly(state, result, size, flags);
}

// What zmq_send does with its buffer, where the message must be seen.
static int send_copy(struct tap_socket_state *state, const void *buffer, size_t size, int flags, uint32_t call) {
    zmq_msg_t message;
    if (state->api->zmq_msg_init_size(&message, size) != 0) return -1;
    if (size > 0) memcpy(state->api->zmq_msg_data(&message), buffer, size);
    int result = send_message(state, &message, flags, call);
    if (result >= 0) return result;
    int reason = errno;
    state->api->zmq_msg_close(&message);
    errno = reason;
    return result;
}

static __attribute__((noinline)) int send_buffer(struct tap_socket_state *state, const void *buffer, size_t size, int flags,
                                                 int (*call)(void *, const void *, size_t, int)) {
    if ((state->special & (TAP_SEND_ROUTER | TAP_SEND_XSUB) && !state->send_more) || UNLIKELY(is_faulty(state)))
        return send_copy(state, buffer, size, flags, TAP_CALL_SEND);
    bool sampled = LOAD(*tap_attention) != 0 && attend(state, buffer, size, flags);
    if (state->special & TAP_SEND_PUB && !state->send_more) tap_match(state, buffer, size);
    tap_call_begin(state, TAP_CALL_SEND);
    int result = call(state->socket, buffer, size, flags);
    tap_call_end();
    sent(state, result, size, flags);
    if (sampled) attended(state, result, size, flags);
    return result;
}

TAP_EXPORT TAP_HOT int zmq_send(void *socket, const void *buffer, size_t size, int flags) {
    const void *caller = CALLER();
    struct tap_socket_state *state = tap_socket_find(socket);
    if (UNLIKELY(state == NULL)) return COPY(caller, -1)->zmq_send(socket, buffer, size, flags);
    if (!is_plain(state)) return send_buffer(state, buffer, size, flags, state->api->zmq_send);
    send_begins(state);
    tap_call_begin(state, TAP_CALL_SEND);
    int result = state->api->zmq_send(socket, buffer, size, flags);
    tap_call_end();
    return sent_plainly(state, result, size, flags);
}

TAP_EXPORT int zmq_send_const(void *socket, const void *buffer, size_t size, int flags) {
    const void *caller = CALLER();
    struct tap_socket_state *state = tap_socket_find(socket);
    if (UNLIKELY(state == NULL)) return COPY(caller, -1)->zmq_send_const(socket, buffer, size, flags);
    return send_buffer(state, buffer, size, flags, state->api->zmq_send_const);
}

TAP_EXPORT TAP_HOT int zmq_msg_send(zmq_msg_t *message, void *socket, int flags) {
    const void *caller = CALLER();
    struct tap_socket_state *state = tap_socket_find(socket);
    if (LIKELY(state != NULL)) return send_message(state, message, flags, TAP_CALL_MSG_SEND);
    if (tap_is_monitor(socket)) return tap_monitor_send(socket, message, flags);
    return COPY(caller, -1)->zmq_msg_send(message, socket, flags);
}

// Its older name.
TAP_EXPORT int zmq_sendmsg(void *socket, zmq_msg_t *message, int flags) {
    const void *caller = CALLER();
    struct tap_socket_state *state = tap_socket_find(socket);
    if (state != NULL) return send_message(state, message, flags, TAP_CALL_MSG_SEND);
    return COPY(caller, -1)->zmq_msg_send(message, socket, flags);
}

TAP_EXPORT int zmq_sendiov(void *socket, struct iovec *parts, size_t count, int flags) {
    const void *caller = CALLER();
    struct tap_socket_state *state = tap_socket_find(socket);
    if (state == NULL || count == 0 || parts == NULL) {
        return COPY(caller, -1)->zmq_sendiov(socket, parts, count, flags);
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
            memcpy(state->routing_id, state->api->zmq_msg_data(message), size);
            state->routing_id_size = (uint32_t)size;
        }
        ADD(state->shared->received_frames, 1);
        ADD(state->shared->received_bytes, size);
        return false;
    }
    // A subscriber's wish is no message.
    return !((state->special & TAP_RECEIVE_XPUB) && !more && size > 0 &&
             *(const uint8_t *)state->api->zmq_msg_data(message) <= 1);
}

static __attribute__((noinline, cold)) bool attend_received(struct tap_socket_state *state, zmq_msg_t *message, size_t size,
                                                            bool first, bool more) {
    return tap_sample_frame(state, TAP_DIRECTION_RECEIVED, first, more, state->api->zmq_msg_data(message), size);
}

TAP_INLINE void received(struct tap_socket_state *state, zmq_msg_t *message, size_t size) {
    struct tap_socket *shared = state->shared;
    bool more = tap_more(state->api, message);
    bool first = !state->receive_more;
    bool plain = is_plain(state);
    if (UNLIKELY(!plain) && first && LOAD(*tap_attention) & TAP_ATTENTION_FAULTS) tap_fault_delay(state);
    bool sampled = !plain && LOAD(*tap_attention) & TAP_ATTENTION_SAMPLES &&
                   attend_received(state, message, size, first, more);
    state->receive_more = more;
    if (UNLIKELY(!plain) && first && state->special && !received_first(state, message, size, more)) return;
    ADD(shared->received_frames, 1);
    ADD(shared->received_bytes, size);
    state->receive_bytes += size;
    if (more) return;
    // The connection first: a process that is killed in between leaves nothing that its socket has and no link has.
    tap_delivered(state, message);
    ADD(shared->received_messages, 1);
    state->receive_bytes = 0;
    if (UNLIKELY(sampled)) tap_sample_passed(state, TAP_DIRECTION_RECEIVED, 0);
}

TAP_INLINE int receive_message(struct tap_socket_state *state, zmq_msg_t *message, int flags, uint32_t call) {
    thread.drained_ns = 0;
    tap_orders_look(state);
    tap_call_begin(state, call);
    int result = state->api->zmq_msg_recv(message, state->socket, flags);
    tap_call_end();
    if (UNLIKELY(result < 0)) {
        if (errno == EAGAIN) {
            ADD(state->shared->receive_would_block, 1);
            STORE(state->shared->drained_ns, thread.drained_ns != 0 ? thread.drained_ns : tap_now());
        }
        return result;
    }
    received(state, message, LIKELY(result < INT_MAX) ? (size_t)result : state->api->zmq_msg_size(message));
    return result;
}

// As libzmq does it; but the message must be seen, for its parts and where it comes from.
TAP_EXPORT TAP_HOT int zmq_recv(void *socket, void *buffer, size_t size, int flags) {
    const void *caller = CALLER();
    struct tap_socket_state *state = tap_socket_find(socket);
    if (UNLIKELY(state == NULL)) return COPY(caller, -1)->zmq_recv(socket, buffer, size, flags);
    const struct tap_copy *api = state->api;
    zmq_msg_t message;
    api->zmq_msg_init(&message);
    int result = receive_message(state, &message, flags, TAP_CALL_RECV);
    if (UNLIKELY(result < 0)) return result;  // the message is empty still: there is nothing to close
    size_t copied = (size_t)result < size ? (size_t)result : size;
    if (copied > 0) memcpy(buffer, api->zmq_msg_data(&message), copied);
    api->zmq_msg_close(&message);
    return result;
}

TAP_EXPORT TAP_HOT int zmq_msg_recv(zmq_msg_t *message, void *socket, int flags) {
    const void *caller = CALLER();
    struct tap_socket_state *state = tap_socket_find(socket);
    if (LIKELY(state != NULL)) return receive_message(state, message, flags, TAP_CALL_MSG_RECV);
    return COPY(caller, -1)->zmq_msg_recv(message, socket, flags);
}

TAP_EXPORT int zmq_recvmsg(void *socket, zmq_msg_t *message, int flags) {
    const void *caller = CALLER();
    struct tap_socket_state *state = tap_socket_find(socket);
    if (state != NULL) return receive_message(state, message, flags, TAP_CALL_MSG_RECV);
    return COPY(caller, -1)->zmq_msg_recv(message, socket, flags);
}

TAP_EXPORT int zmq_recviov(void *socket, struct iovec *parts, size_t *count, int flags) {
    const void *caller = CALLER();
    struct tap_socket_state *state = tap_socket_find(socket);
    if (state == NULL || count == NULL || *count == 0 || parts == NULL) {
        return COPY(caller, -1)->zmq_recviov(socket, parts, count, flags);
    }
    size_t room = *count;
    int read = 0;
    bool more = true;
    *count = 0;
    for (size_t i = 0; more && i < room; i++) {
        zmq_msg_t message;
        state->api->zmq_msg_init(&message);
        if (receive_message(state, &message, flags, TAP_CALL_RECV) < 0) {
            int reason = errno;
            state->api->zmq_msg_close(&message);
            errno = reason;
            return -1;
        }
        parts[i].iov_len = state->api->zmq_msg_size(&message);
        parts[i].iov_base = malloc(parts[i].iov_len);
        if (parts[i].iov_base == NULL) {
            errno = ENOMEM;
            return -1;
        }
        memcpy(parts[i].iov_base, state->api->zmq_msg_data(&message), parts[i].iov_len);
        more = state->api->zmq_msg_more(&message) != 0;
        state->api->zmq_msg_close(&message);
        ++*count;
        ++read;
    }
    return read;
}

int tap_send_copy(struct tap_socket_state *state, const void *buffer, size_t size, int flags, uint32_t call) {
    return send_copy(state, buffer, size, flags, call);
}

int tap_send_message(struct tap_socket_state *state, zmq_msg_t *message, int flags, uint32_t call) {
    return send_message(state, message, flags, call);
}

void tap_received(struct tap_socket_state *state, zmq_msg_t *message, size_t size) { received(state, message, size); }

// ---- waiting, and what moves messages inside libzmq

// The items of one call are of one copy: libzmq looks into its own sockets.
static const struct tap_copy *copy_of_items(const zmq_pollitem_t *items, int count) {
    for (int i = 0; items != NULL && i < count; i++) {
        struct tap_socket_state *state = items[i].socket != NULL ? tap_socket_find(items[i].socket) : NULL;
        if (state != NULL) return state->api;
    }
    return NULL;
}

TAP_EXPORT int zmq_poll(zmq_pollitem_t *items, int count, long timeout) {
    const void *caller = CALLER();
    bool passive = tap_segment == NULL || thread.call != TAP_CALL_NONE;  // inside zmq_proxy this is libzmq's own call
    const struct tap_copy *api = passive ? NULL : copy_of_items(items, count);
    if (api == NULL) api = COPY(caller, -1);
    if (passive) return api->zmq_poll(items, count, timeout);
    if (UNLIKELY(LOAD(*tap_attention) & (TAP_ATTENTION_ORDERS | TAP_ATTENTION_FAULTS))) {
        for (int i = 0; i < count; i++) {
            struct tap_socket_state *state = items[i].socket != NULL ? tap_socket_find(items[i].socket) : NULL;
            if (state != NULL) tap_attend(state);
        }
    }
    thread.items = items;
    thread.item_count = count;
    thread.call = TAP_CALL_POLL;
    int result = api->zmq_poll(items, count, timeout);
    tap_call_end();
    thread.item_count = 0;
    thread.items = NULL;
    return result;
}

TAP_EXPORT int zmq_proxy(void *frontend, void *backend, void *capture) {
    const void *caller = CALLER();
    if (frontend != NULL && backend != NULL && tap_proxy_can(frontend, backend))
        return tap_proxy(frontend, backend, capture);
    return COPY(caller, -1)->zmq_proxy(frontend, backend, capture);
}

TAP_EXPORT int zmq_device(int type, void *frontend, void *backend) {
    const void *caller = CALLER();
    if (frontend != NULL && backend != NULL && tap_proxy_can(frontend, backend))
        return tap_proxy(frontend, backend, NULL);
    return COPY(caller, -1)->zmq_device(type, frontend, backend);
}

static void moved_inside(void *socket) {
    struct tap_socket_state *state = socket != NULL ? tap_socket_find(socket) : NULL;
    if (state != NULL) STORE(state->shared->api_unknown, 1);
}

// Its commands and figures differ from version to version of libzmq: its messages are counted on the wire alone.
TAP_EXPORT int zmq_proxy_steerable(void *frontend, void *backend, void *capture, void *control) {
    const void *caller = CALLER();
    struct tap_socket_state *state = tap_socket_find(frontend);
    const struct tap_copy *api = state != NULL ? state->api : COPY(caller, -1);
    moved_inside(frontend);
    moved_inside(backend);
    moved_inside(capture);
    return api->zmq_proxy_steerable(frontend, backend, capture, control);
}
