// libzmq's functions that make, set and end sockets.
#include "tap.h"

static bool is_watching(void) {
    tap_find_real();
    return tap_is_on && tap_thread.inside == 0;
}

// A socket of ours that the calling program names, or NULL: then the call just passes.
static struct socket_state *watched(void *handle) {
    return is_watching() && handle && GET(tap_header) ? tap_find_socket(handle) : NULL;
}

EXPORT void *zmq_socket(void *context, int type) {
    struct thread_state *t = &tap_thread;
    tap_find_real();
    if (t->mode == MONITOR_PRETEND) {
        t->pretend_used = true;
        return &tap_pretended[t->pretend_index];
    }
    void *handle = real.zmq_socket(context, type);
    if (t->mode == MONITOR_SHARE) {
        t->shared_pair = handle;
        return handle;
    }
    if (!handle || !is_watching() || !tap_open_segment()) return handle;
    int error = errno;
    pthread_mutex_lock(&tap_lock);
    struct socket_state *s = tap_add_socket(handle, type, false);
    pthread_mutex_unlock(&tap_lock);
    if (s) tap_start_monitor(s);
    errno = error;
    return handle;
}

EXPORT int zmq_close(void *handle) {
    tap_find_real();
    if (tap_is_pretended(handle)) {
        tap_socket_states[(char *)handle - tap_pretended].pretended_on = false;
        return 0;
    }
    // libzmq closes a program's monitor from inside, so this one is looked up there too.
    struct socket_state *s = tap_is_on && handle && GET(tap_header) ? tap_find_socket(handle) : NULL;
    if (!s) return real.zmq_close(handle);
    // Before it is closed: then another socket may get its address. Its monitor says nothing that matters any more.
    pthread_mutex_lock(&tap_lock);
    tap_remove_socket(s);
    pthread_mutex_unlock(&tap_lock);
    tap_thread.inside++;
    int status = real.zmq_close(handle);
    tap_thread.inside--;
    return status;
}

EXPORT int zmq_setsockopt(void *handle, int name, const void *value, size_t size) {
    tap_find_real();
    if (tap_is_pretended(handle)) return 0;
    int status = real.zmq_setsockopt(handle, name, value, size);
    struct socket_state *s = watched(handle);
    if (s) {
        int error = errno;
        pthread_mutex_lock(&tap_lock);
        tap_note_option(s, name, value, size, status != 0);
        pthread_mutex_unlock(&tap_lock);
        errno = error;
    }
    return status;
}

// The endpoint's row is there before the call: events may come before it returns.
static uint32_t begin_endpoint(struct socket_state *s, uint32_t kind, const char *endpoint) {
    pthread_mutex_lock(&tap_lock);
    uint32_t row = tap_add_endpoint(s, kind, endpoint);
    pthread_mutex_unlock(&tap_lock);
    return row;
}

static void end_endpoint(struct socket_state *s, uint32_t row, int status) {
    if (row == NO_INDEX) return;
    int error = errno;
    char resolved[TAP_ADDRESS] = "";
    size_t size = sizeof resolved;
    if (status == 0) {
        tap_thread.inside++;
        if (real.zmq_getsockopt(s->handle, ZMQ_LAST_ENDPOINT, resolved, &size) != 0) resolved[0] = 0;
        tap_thread.inside--;
    }
    pthread_mutex_lock(&tap_lock);
    if (status != 0) {
        SET(tap_endpoints[row].last_errno, error);
        tap_drop_endpoint(s, row);
        ADD(s->record->endpoint_total, -1u);
    } else if (resolved[0]) {
        tap_begin_change(&tap_endpoints[row].generation);
        tap_copy_text(tap_endpoints[row].resolved, TAP_ADDRESS, resolved);
        tap_end_change(&tap_endpoints[row].generation);
    }
    pthread_mutex_unlock(&tap_lock);
    errno = error;
}

EXPORT int zmq_bind(void *handle, const char *endpoint) {
    tap_find_real();
    if (tap_is_pretended(handle)) return 0;
    struct socket_state *s = endpoint ? watched(handle) : NULL;
    if (!s) return real.zmq_bind(handle, endpoint);
    uint32_t row = begin_endpoint(s, TAP_ENDPOINT_BIND, endpoint);
    tap_thread.binding = row == NO_INDEX ? 0 : row + 1;
    tap_thread.inside++;
    int status = real.zmq_bind(handle, endpoint);
    tap_thread.inside--;
    tap_thread.binding = 0;
    end_endpoint(s, row, status);
    return status;
}

EXPORT int zmq_connect(void *handle, const char *endpoint) {
    struct socket_state *s = endpoint ? watched(handle) : NULL;
    if (!s) return real.zmq_connect(handle, endpoint);
    uint32_t row = begin_endpoint(s, TAP_ENDPOINT_CONNECT, endpoint);
    // A program's reader of its monitor is no part of its topology.
    if (GET(tap_program_monitors) > 0 && s->type == ZMQ_PAIR && strncmp(endpoint, "inproc:", 7) == 0) {
        pthread_mutex_lock(&tap_lock);
        for (uint32_t i = 0; i < tap_header->sockets.used; i++) {
            struct socket_state *m = &tap_socket_states[i];
            if (m->handle && m->is_monitor && tap_find_endpoint(m, endpoint, TAP_ENDPOINT_BIND) != NO_INDEX)
                SET(s->record->hidden, 1);
        }
        pthread_mutex_unlock(&tap_lock);
    }
    tap_thread.inside++;
    int status = real.zmq_connect(handle, endpoint);
    tap_thread.inside--;
    end_endpoint(s, row, status);
    return status;
}

static int leave(void *handle, const char *endpoint, uint32_t kind, int (*call)(void *, const char *)) {
    struct socket_state *s = endpoint ? watched(handle) : NULL;
    if (!s) return call(handle, endpoint);
    tap_thread.inside++;
    int status = call(handle, endpoint);
    tap_thread.inside--;
    if (status == 0) {
        int error = errno;
        pthread_mutex_lock(&tap_lock);
        tap_remove_endpoint(s, endpoint, kind);
        pthread_mutex_unlock(&tap_lock);
        errno = error;
    }
    return status;
}

EXPORT int zmq_unbind(void *handle, const char *endpoint) {
    tap_find_real();
    return leave(handle, endpoint, TAP_ENDPOINT_BIND, real.zmq_unbind);
}

EXPORT int zmq_disconnect(void *handle, const char *endpoint) {
    tap_find_real();
    return leave(handle, endpoint, TAP_ENDPOINT_CONNECT, real.zmq_disconnect);
}

EXPORT int zmq_socket_monitor(void *handle, const char *endpoint, int events) {
    struct socket_state *s = watched(handle);
    // A mask that libzmq refuses is refused.
    if (!s || events >> 16 != 0) return real.zmq_socket_monitor(handle, endpoint, events);
    struct thread_state *t = &tap_thread;
    t->inside++;
    t->mode = endpoint ? MONITOR_SHARE : MONITOR_NONE;
    t->shared_pair = NULL;
    int status = real.zmq_socket_monitor(handle, endpoint, endpoint ? 0xffff : 0);
    t->mode = MONITOR_NONE;
    t->inside--;
    int error = errno;
    if (status == 0 && t->shared_pair) {
        s->pretended_on = false;
        pthread_mutex_lock(&tap_lock);
        struct socket_state *pair = tap_add_socket(t->shared_pair, ZMQ_PAIR, true);
        if (pair) {
            pair->is_monitor = true;
            pair->monitored = s->index;
            pair->monitor_mask = events;
            tap_program_monitors++;
            tap_add_endpoint(pair, TAP_ENDPOINT_BIND, endpoint);
        }
        pthread_mutex_unlock(&tap_lock);
    } else if (!s->pretended_on && (!endpoint || t->shared_pair)) {
        // The program's monitor has ended, or could not be made: ours comes back.
        tap_start_monitor(s);
    }
    errno = error;
    return status;
}

EXPORT int zmq_proxy(void *frontend, void *backend, void *capture) {
    void *sockets[] = {frontend, backend, capture};
    for (int i = 0; i < 3; i++) {
        // It moves messages inside the library, past every function that we stand in front of.
        struct socket_state *s = sockets[i] ? watched(sockets[i]) : NULL;
        if (s) SET(s->record->api_unknown, 1);
    }
    return real.zmq_proxy(frontend, backend, capture);
}

EXPORT int zmq_proxy_steerable(void *frontend, void *backend, void *capture, void *control) {
    void *sockets[] = {frontend, backend, capture, control};
    for (int i = 0; i < 4; i++) {
        struct socket_state *s = sockets[i] ? watched(sockets[i]) : NULL;
        if (s) SET(s->record->api_unknown, 1);
    }
    return real.zmq_proxy_steerable(frontend, backend, capture, control);
}
