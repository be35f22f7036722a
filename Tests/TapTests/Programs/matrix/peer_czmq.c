// peer_czmq PATTERN TRANSPORT COUNT FOLDER: what peer.c does and prints, with CZMQ: zsock, zmsg, zframe, zproxy.
#include <czmq.h>

#include "messages.h"

#define MUST(condition) ((condition) ? (void)0 : fail(#condition, __LINE__))
static void fail(const char *what, int line) {
    printf("line %d: %s: %s\n", line, what, zmq_strerror(errno));
    exit(3);
}

static int count, window, one_way;
static struct passed sent[2], received[2];  // of the bound socket and the connected one
static _Atomic int subscribed;
static int probes_sent, probes_received;

static zsock_t *make(int type) {
    zsock_t *socket = zsock_new(type);
    MUST(socket != NULL);
    zsock_set_rcvtimeo(socket, 20000);
    if (type == ZMQ_DEALER) zsock_set_identity(socket, "dealer");
    if (type == ZMQ_PUB || type == ZMQ_SUB) {
        zsock_set_sndhwm(socket, 0);
        zsock_set_rcvhwm(socket, 0);
    }
    return socket;
}

static void send_it(zsock_t *socket, zmsg_t *message, struct passed *passed) {
    int left = (int)zmsg_size(message);
    for (zframe_t *frame = zmsg_first(message); frame != NULL; frame = zmsg_next(message))
        pass(passed, zframe_data(frame), zframe_size(frame), --left > 0);
    MUST(zmsg_send(&message, socket) == 0);
}

static zmsg_t *message_of(const char *topic, int n) {
    zmsg_t *message = zmsg_new();
    if (topic != NULL) MUST(zmsg_addstr(message, topic) == 0);
    for (int f = 0; f < frames_of(n); f++) MUST(zmsg_addmem(message, body_of(n, f), size_of(n, f)) == 0);
    return message;
}

// Receives a message; NULL: it was a probe.
static zmsg_t *receive_it(zsock_t *socket, struct passed *passed) {
    zmsg_t *message = zmsg_recv(socket);
    MUST(message != NULL);
    int left = (int)zmsg_size(message);
    if (left == 1 && zframe_streq(zmsg_first(message), "probe")) {
        zmsg_destroy(&message);
        return NULL;
    }
    for (zframe_t *frame = zmsg_first(message); frame != NULL; frame = zmsg_next(message))
        pass(passed, zframe_data(frame), zframe_size(frame), --left > 0);
    return message;
}

static void *publish(void *socket) {
    for (; !subscribed; probes_sent++) {
        MUST(zstr_send(socket, "probe") == 0);
        zclock_sleep(1);
    }
    for (int n = 0; n < count; n++) {
        send_it(socket, message_of("data", n), &sent[0]);
        if (n % 3 == 0) send_it(socket, message_of("other", n), &sent[0]);
    }
    return NULL;
}

static void subscribe(zsock_t *socket) {
    while (received[1].messages < count) {
        zmsg_t *message = receive_it(socket, &received[1]);
        if (message == NULL) probes_received++;
        zmsg_destroy(&message);
        subscribed = 1;
    }
}

static void *answer(void *socket) {
    for (int n = 0; n < count; n++) {
        zmsg_t *message = receive_it(socket, &received[0]);
        if (one_way)
            zmsg_destroy(&message);
        else
            send_it(socket, message, &sent[0]);
    }
    return NULL;
}

static void ask(zsock_t *socket) {
    for (int n = 0; n < count; n++) {
        send_it(socket, message_of(NULL, n), &sent[1]);
        if (!one_way && n % window == window - 1)
            for (int i = 0; i < window; i++) {
                zmsg_t *message = receive_it(socket, &received[1]);
                zmsg_destroy(&message);
            }
    }
}

static const char *endpoint(const char *transport, const char *folder, const char *name) {
    static char text[256];
    if (strcmp(transport, "tcp") == 0) return "tcp://127.0.0.1:*";
    if (strcmp(transport, "ipc") == 0)
        snprintf(text, sizeof text, "ipc://%s/%s", folder, name);
    else
        snprintf(text, sizeof text, "inproc://%s", name);
    return text;
}

// A port of a socket that is bound and never listens: libzmq may bind over it, and nobody else is given it.
static int held_port(void) {
    int holder = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), reuse = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    MUST(setsockopt(holder, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse) == 0);
    MUST(bind(holder, (struct sockaddr *)&address, sizeof address) == 0);
    MUST(getsockname(holder, (struct sockaddr *)&address, &size) == 0);
    return ntohs(address.sin_port);
}

int main(int arguments, char **argument) {
    if (arguments != 5) return 2;
    static const struct {
        const char *name;
        int bound, connected;
    } patterns[] = {{"reqrep", ZMQ_REP, ZMQ_REQ}, {"dealerrouter", ZMQ_ROUTER, ZMQ_DEALER},
                    {"pubsub", ZMQ_PUB, ZMQ_SUB}, {"pushpull", ZMQ_PULL, ZMQ_PUSH},
                    {"pair", ZMQ_PAIR, ZMQ_PAIR}, {"proxy", ZMQ_PUB, ZMQ_SUB}};
    const char *pattern = argument[1], *transport = argument[2], *folder = argument[4];
    count = atoi(argument[3]);
    one_way = strcmp(pattern, "pushpull") == 0, window = strcmp(pattern, "reqrep") == 0 ? 1 : 100;
    int which = 0;
    while (strcmp(patterns[which].name, pattern) != 0) MUST(++which < 6);
    zsock_t *bound = make(patterns[which].bound), *connected = make(patterns[which].connected);
    zactor_t *proxy = NULL;
    if (patterns[which].connected == ZMQ_SUB) {
        zsock_set_subscribe(connected, "data");
        zsock_set_subscribe(connected, "probe");
    }
    if (strcmp(pattern, "proxy") == 0) {
        // zproxy tells nobody which port it got: it is given one that is held for it.
        char ends[2][256];
        zsys_set_sndhwm(0);
        zsys_set_rcvhwm(0);
        proxy = zactor_new(zproxy, NULL);
        MUST(proxy != NULL);
        for (int end = 0; end < 2; end++) {
            snprintf(ends[end], sizeof ends[end], "%s", endpoint(transport, folder, end == 0 ? "frontend" : "backend"));
            if (strcmp(transport, "tcp") == 0) {
                snprintf(ends[end], sizeof ends[end], "tcp://127.0.0.1:%d", held_port());
            }
            MUST(zstr_sendx(proxy, end == 0 ? "FRONTEND" : "BACKEND", end == 0 ? "XSUB" : "XPUB", ends[end], NULL) == 0);
            MUST(zsock_wait(proxy) == 0);
        }
        MUST(zsock_connect(bound, "%s", ends[0]) == 0 && zsock_connect(connected, "%s", ends[1]) == 0);
    } else {
        MUST(zsock_bind(bound, "%s", endpoint(transport, folder, "end")) >= 0);
        MUST(zsock_connect(connected, "%s", zsock_endpoint(bound)) == 0);
    }
    pthread_t thread;
    if (patterns[which].connected == ZMQ_SUB) {
        MUST(pthread_create(&thread, NULL, publish, bound) == 0);
        subscribe(connected);
    } else {
        MUST(pthread_create(&thread, NULL, answer, bound) == 0);
        ask(connected);
    }
    MUST(pthread_join(thread, NULL) == 0);
    zactor_destroy(&proxy);
    zsock_destroy(&bound);
    zsock_destroy(&connected);
    zsys_shutdown();
    print("bound", "received", &received[0]);
    print("bound", "sent", &sent[0]);
    print("connected", "received", &received[1]);
    print("connected", "sent", &sent[1]);
    fprintf(stderr, "probes %d %d\n", probes_sent, probes_received);
}
