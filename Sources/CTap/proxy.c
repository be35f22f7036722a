// zmq_proxy moves its messages inside libzmq, past every public function. This is its loop over the public ones, as in
// libzmq 4.3.4: wait for something to come in, look who can take it, pass on bursts of whole messages. Both ways are
// counted as if the program itself had received and sent.
#include <limits.h>

#include "internal.h"

#define BURST 1000

bool tap_proxy_can(void *frontend, void *backend) {
    const struct tap_socket_state *one = tap_socket_find(frontend), *other = tap_socket_find(backend);
    return one != NULL && other != NULL && one->api == other->api;
}

static int receive(struct tap_socket_state *from, zmq_msg_t *message) {
    int result = from->api->zmq_msg_recv(message, from->socket, ZMQ_DONTWAIT);
    if (LIKELY(result >= 0))
        tap_received(from, message, result < INT_MAX ? (size_t)result : from->api->zmq_msg_size(message));
    else if (errno == EAGAIN)
        STORE(from->shared->drained_ns, tap_now());  // the end of a burst; nobody is kept waiting
    return result;
}

static int send_on(const struct tap_copy *api, struct tap_socket_state *to, void *socket, zmq_msg_t *message, int flags) {
    return to != NULL ? tap_send_message(to, message, flags, TAP_CALL_PROXY) : api->zmq_msg_send(message, socket, flags);
}

static int forward(struct tap_socket_state *from, struct tap_socket_state *to, struct tap_socket_state *capture,
                   void *capture_socket, zmq_msg_t *message) {
    const struct tap_copy *api = from->api;
    for (int passed = 0; passed < BURST; passed++) {
        bool more;
        do {
            if (receive(from, message) < 0) return errno == EAGAIN && passed > 0 ? 0 : -1;
            more = tap_more(api, message);
            int flags = more ? ZMQ_SNDMORE : 0;
            if (capture_socket != NULL) {
                zmq_msg_t copy;
                if (api->zmq_msg_init(&copy) < 0 || api->zmq_msg_copy(&copy, message) < 0 ||
                    send_on(api, capture, capture_socket, &copy, flags) < 0)
                    return -1;
            }
            if (send_on(api, to, NULL, message, flags) < 0) return -1;
        } while (more);
    }
    return 0;
}

// What waits here for `blocked` to take it. The loop asks again and again, as libzmq's does: no call blocks.
static void note_blocked(struct tap_socket_state *blocked, bool is) {
    struct tap_socket *shared = blocked->shared;
    bool noted = LOAD(shared->blocked_call) == TAP_CALL_PROXY;
    if (LIKELY(noted == is)) return;
    if (is) {
        STORE(shared->blocked_thread, tap_thread_id());
        STORE(shared->blocked_call, TAP_CALL_PROXY);
    }
    STORE(shared->blocked_since_ns, is ? tap_now() : 0);
    if (!is) STORE(shared->blocked_call, TAP_CALL_NONE);
}

int tap_proxy(void *frontend_socket, void *backend_socket, void *capture_socket) {
    struct tap_socket_state *frontend = tap_socket_find(frontend_socket);
    struct tap_socket_state *backend = tap_socket_find(backend_socket);
    struct tap_socket_state *capture = capture_socket != NULL ? tap_socket_find(capture_socket) : NULL;
    const struct tap_copy *api = frontend->api;
    bool same = frontend == backend;
    zmq_pollitem_t in[] = {{.socket = frontend_socket, .events = ZMQ_POLLIN},
                           {.socket = backend_socket, .events = ZMQ_POLLIN}};
    zmq_pollitem_t out[] = {{.socket = frontend_socket, .events = ZMQ_POLLOUT},
                            {.socket = backend_socket, .events = ZMQ_POLLOUT}};
    zmq_msg_t message;
    if (api->zmq_msg_init(&message) < 0) return -1;
    for (;;) {
        tap_orders_look(frontend);
        if (!same) tap_orders_look(backend);
        if (api->zmq_poll(in, 2, -1) < 0 || (!same && api->zmq_poll(out, 2, 0) < 0)) break;
        bool request = in[0].revents & ZMQ_POLLIN, reply = !same && in[1].revents & ZMQ_POLLIN;
        bool takes_request = same || out[1].revents & ZMQ_POLLOUT, takes_reply = out[0].revents & ZMQ_POLLOUT;
        note_blocked(backend, request && !takes_request);
        if (!same) note_blocked(frontend, reply && !takes_reply);
        if (request && takes_request && forward(frontend, backend, capture, capture_socket, &message) < 0) break;
        if (reply && takes_reply && forward(backend, frontend, capture, capture_socket, &message) < 0) break;
    }
    int reason = errno;
    note_blocked(backend, false);
    note_blocked(frontend, false);
    api->zmq_msg_close(&message);
    errno = reason;
    return -1;
}
