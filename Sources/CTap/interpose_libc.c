// libc's send, recv and close, as libzmq's I/O threads call them. Every other descriptor passes at the cost of a look
// into a table and at two bytes.
#include "tap.h"

static bool is_ours(int descriptor, const uint8_t *bytes, size_t count, uint32_t *connection) {
    if (UNLIKELY(descriptor < 0 || descriptor >= DESCRIPTORS)) return false;
    uint32_t known = __atomic_load_n(&tap_descriptors[descriptor], __ATOMIC_ACQUIRE);
    if (LIKELY(known != 0)) {
        *connection = known - 1;
        return true;
    }
    if (LIKELY(!tap_is_signature(bytes, count))) return false;
    // ZMTP begins here, before the monitor's event has told whose it is.
    if (!GET(tap_header) || !tap_is_own_process()) return false;
    pthread_mutex_lock(&tap_lock);
    *connection = tap_descriptors[descriptor] ? tap_descriptors[descriptor] - 1 : tap_add_connection(descriptor);
    pthread_mutex_unlock(&tap_lock);
    return *connection != NO_INDEX;
}

EXPORT ssize_t send(int descriptor, const void *bytes, size_t count, int flags) {
    if (UNLIKELY(!real_send)) tap_find_real_libc();
    if (!GET(tap_header)) return real_send(descriptor, bytes, count, flags);
    tap_thread.descriptor = descriptor;
    uint32_t connection;
    bool counted = is_ours(descriptor, bytes, count, &connection);
    ssize_t taken = real_send(descriptor, bytes, count, flags);
    if (counted) {
        int error = errno;
        tap_wire_sent(connection, bytes, count, taken);
        errno = error;
    }
    return taken;
}

static ssize_t note_received(int descriptor, void *bytes, ssize_t taken, int flags) {
    if (taken <= 0 || (flags & 2 /* MSG_PEEK */)) return taken;
    uint32_t connection;
    int error = errno;
    tap_thread.descriptor = descriptor;
    if (is_ours(descriptor, bytes, (size_t)taken, &connection)) tap_wire_received(connection, bytes, (size_t)taken);
    errno = error;
    return taken;
}

EXPORT ssize_t recv(int descriptor, void *bytes, size_t count, int flags) {
    if (UNLIKELY(!real_recv)) tap_find_real_libc();
    ssize_t taken = real_recv(descriptor, bytes, count, flags);
    return GET(tap_header) ? note_received(descriptor, bytes, taken, flags) : taken;
}

// What recv becomes in a library that was built with _FORTIFY_SOURCE.
EXPORT ssize_t __recv_chk(int descriptor, void *bytes, size_t count, size_t room, int flags) {
    if (count > room) __builtin_trap();
    return recv(descriptor, bytes, count, flags);
}

EXPORT int close(int descriptor) {
    if (UNLIKELY(!real_close)) tap_find_real_libc();
    // Before it is closed: then its number may be another's.
    if (descriptor >= 0 && descriptor < DESCRIPTORS && UNLIKELY(GET(tap_descriptors[descriptor]) != 0) &&
        tap_is_own_process()) {
        int error = errno;
        tap_end_connection(descriptor);
        errno = error;
    }
    return real_close(descriptor);
}
