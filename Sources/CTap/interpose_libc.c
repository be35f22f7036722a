// In front of the C library: what libzmq's I/O threads send, receive and close, and the one wait in which a thread is
// blocked inside a libzmq call.
#include <poll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

// A descriptor that nobody has announced: a connection begins with the signature of ZMTP. Who speaks it without a
// libzmq that the tap stands in front of (it is linked in, or it is none) shows all of the signature at once.
static struct tap_connection_state *announced(int descriptor, const uint8_t *bytes, size_t size, const void *caller) {
    if (!process.wanted || !tap_wire_signature(bytes, size)) return NULL;
    bool foreign = !tap_is_libzmq(caller);
    if (foreign && !tap_wire_whole_signature(bytes, size)) return NULL;
    return tap_connection_open(descriptor, foreign);
}

static TAP_HOT struct tap_connection_state *connection_of(int descriptor, const void *bytes, ssize_t size, const void *caller) {
    struct tap_connection_state *state = tap_connection_find(descriptor);
    if (LIKELY(state != NULL) || size <= 0 || LIKELY(*(const uint8_t *)bytes != 0xff)) return state;
    return announced(descriptor, bytes, (size_t)size, caller);
}

TAP_EXPORT TAP_HOT ssize_t send(int descriptor, const void *buffer, size_t size, int flags) {
    const void *caller = CALLER();
    if (UNLIKELY(libc.send == NULL)) tap_find_libc();
    // The other end may have it before the call returns. (The first bytes of a connection are no message.)
    uint64_t begun = tap_connection_find(descriptor) != NULL ? tap_now() : 0;
    ssize_t result = libc.send(descriptor, buffer, size, flags);
    struct tap_connection_state *state = connection_of(descriptor, buffer, result, caller);
    if (state != NULL) {
        int saved = errno;
        tap_connection_sent(state, buffer, size, result, begun);
        errno = saved;
    }
    return result;
}

TAP_EXPORT TAP_HOT ssize_t recv(int descriptor, void *buffer, size_t size, int flags) {
    const void *caller = CALLER();
    if (UNLIKELY(libc.recv == NULL)) tap_find_libc();
    ssize_t result = libc.recv(descriptor, buffer, size, flags);
    if (result <= 0 || (flags & MSG_PEEK)) return result;
    struct tap_connection_state *state = connection_of(descriptor, buffer, result, caller);
    if (state != NULL) tap_connection_received(state, buffer, (size_t)result);
    return result;
}

TAP_EXPORT ssize_t __recv_chk(int descriptor, void *buffer, size_t size, size_t room, int flags) {
    const void *caller = CALLER();
    if (UNLIKELY(libc.recv_chk == NULL)) tap_find_libc();
    ssize_t result = libc.recv_chk(descriptor, buffer, size, room, flags);
    if (result <= 0 || (flags & MSG_PEEK)) return result;
    struct tap_connection_state *state = connection_of(descriptor, buffer, result, caller);
    if (state != NULL) tap_connection_received(state, buffer, (size_t)result);
    return result;
}

TAP_EXPORT int close(int descriptor) {
    if (UNLIKELY(libc.close == NULL)) tap_find_libc();
    struct tap_connection_state *state = tap_connection_find(descriptor);
    // The child of a vfork closes what it inherited, in its parent's memory.
    if (UNLIKELY(state != NULL) && process.pid == getpid()) tap_connection_close(state);
    return libc.close(descriptor);
}

TAP_EXPORT int connect(int descriptor, const struct sockaddr *address, socklen_t size) {
    const void *caller = CALLER();
    if (UNLIKELY(libc.connect == NULL)) tap_find_libc();
    if (UNLIKELY(LOAD(*tap_attention) & TAP_ATTENTION_FAULTS) && tap_is_libzmq(caller)) {
        int refusal = tap_fault_connecting(descriptor, address, size);
        if (refusal != 0) {
            errno = refusal;
            return -1;
        }
    }
    return libc.connect(descriptor, address, size);
}

// ---- blocked

static TAP_HOT void each_waiting(void (*mark)(struct tap_socket_state *, uint64_t), uint64_t now) {
    if (thread.socket != NULL) mark(thread.socket, now);
    for (int i = 0; i < thread.item_count; i++) {
        struct tap_socket_state *state = thread.items[i].socket != NULL ? tap_socket_find(thread.items[i].socket) : NULL;
        if (state != NULL) mark(state, now);
    }
}

// zmq_ctx_term waits for the program to close these, and for what closed ones still send.
static void each_open(uint64_t context, void (*mark)(struct tap_socket_state *, uint64_t), uint64_t now) {
    if (tap_segment == NULL) return;
    pthread_mutex_lock(&tap_lock);
    for (uint32_t i = 0; i < tap_socket_slots.table->used; i++)
        if (tap_sockets[i].socket != NULL && tap_sockets[i].shared->context == context) mark(&tap_sockets[i], now);
    pthread_mutex_unlock(&tap_lock);
}

static TAP_HOT void mark_blocked(struct tap_socket_state *state, uint64_t now) {
    STORE(state->shared->blocked_thread, thread.id);
    STORE(state->shared->blocked_call, thread.call);
    STORE(state->shared->blocked_since_ns, now);
}

static TAP_HOT void mark_free(struct tap_socket_state *state, uint64_t now) {
    (void)now;
    STORE(state->shared->blocked_since_ns, 0);
    STORE(state->shared->blocked_call, TAP_CALL_NONE);
}

// A socket that another thread waits for is that thread's to mark: its call ends of itself.
static void mark_held(struct tap_socket_state *state, uint64_t now) {
    if (LOAD(state->shared->blocked_since_ns) == 0) mark_blocked(state, now);
}

static void mark_released(struct tap_socket_state *state, uint64_t now) {
    bool ours = LOAD(state->shared->blocked_call) == TAP_CALL_TERM && LOAD(state->shared->blocked_thread) == thread.id;
    if (ours) mark_free(state, now);
}

static TAP_HOT bool receiving(void) {
    return thread.call == TAP_CALL_RECV || thread.call == TAP_CALL_MSG_RECV;
}

int32_t tap_thread_id(void) {
    if (thread.id == 0) thread.id = (int32_t)syscall(SYS_gettid);
    return thread.id;
}

// libzmq waits for its socket in poll(): the only place where a call blocks, so the message path need not read a clock.
static TAP_HOT void wait_begins(void) {
    int saved = errno;
    (void)tap_thread_id();
    uint64_t now = tap_now();
    // One call may wait several times; it has been blocked since the first.
    if (thread.blocked_ns == 0) {
        thread.blocked_ns = now;
        each_waiting(mark_blocked, now);
        if (UNLIKELY(thread.context != 0)) each_open(thread.context, mark_held, now);
    }
    if (receiving()) STORE(thread.socket->shared->drained_ns, now);
    errno = saved;
}

TAP_HOT void tap_wait_ended(void) {
    each_waiting(mark_free, 0);
    if (UNLIKELY(thread.context != 0)) each_open(thread.context, mark_released, 0);
    thread.blocked_ns = 0;
    thread.begun_ns = 0;
}

TAP_EXPORT TAP_HOT int poll(struct pollfd *descriptors, nfds_t count, int timeout) {
    const void *caller = CALLER();
    if (UNLIKELY(libc.poll == NULL)) tap_find_libc();
    if (UNLIKELY(thread.call != TAP_CALL_NONE) && tap_is_libzmq(caller)) {
        if (timeout != 0)
            wait_begins();
        else if (receiving())
            thread.drained_ns = tap_now();
    }
    return libc.poll(descriptors, count, timeout);
}

TAP_EXPORT int __poll_chk(struct pollfd *descriptors, nfds_t count, int timeout, size_t room) {
    const void *caller = CALLER();
    if (UNLIKELY(libc.poll_chk == NULL)) tap_find_libc();
    if (UNLIKELY(thread.call != TAP_CALL_NONE) && tap_is_libzmq(caller)) {
        if (timeout != 0)
            wait_begins();
        else if (receiving())
            thread.drained_ns = tap_now();
    }
    return libc.poll_chk(descriptors, count, timeout, room);
}
