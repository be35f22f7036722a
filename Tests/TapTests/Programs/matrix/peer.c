// peer PATTERN TRANSPORT COUNT FOLDER: both ends of a pattern, each on a thread of its own, with libzmq's own functions.
// Prints what passed each socket; the number of a publisher's probes, which differs from run to run, goes to stderr.
#include <errno.h>
#include <zmq.h>

#include "messages.h"

#define MUST(condition) ((condition) ? (void)0 : fail(#condition, __LINE__))
static void fail(const char *what, int line) {
    printf("line %d: %s: %s\n", line, what, zmq_strerror(errno));
    exit(3);
}

static void *context;
static int count, window, one_way;
static struct passed sent[2], received[2];  // of the bound socket and the connected one
static _Atomic int subscribed;
static int probes_sent, probes_received;

static void *make(int type) {
    void *socket = zmq_socket(context, type);
    int timeout = 20000, unbounded = 0;
    MUST(socket != NULL && zmq_setsockopt(socket, ZMQ_RCVTIMEO, &timeout, sizeof timeout) == 0);
    if (type == ZMQ_PUB || type == ZMQ_SUB || type == ZMQ_XPUB || type == ZMQ_XSUB) {
        MUST(zmq_setsockopt(socket, ZMQ_SNDHWM, &unbounded, sizeof unbounded) == 0);
        MUST(zmq_setsockopt(socket, ZMQ_RCVHWM, &unbounded, sizeof unbounded) == 0);
    }
    return socket;
}

static void frame(void *socket, struct passed *passed, const void *bytes, size_t size, int more) {
    static _Atomic int turn;
    int flags = more ? ZMQ_SNDMORE : 0;
    zmq_msg_t message;
    switch (turn++ % 3) {
        case 0: MUST(zmq_send(socket, bytes, size, flags) == (int)size); break;
        case 1:
            MUST(zmq_msg_init_size(&message, size) == 0);
            if (size > 0) memcpy(zmq_msg_data(&message), bytes, size);
            MUST(zmq_msg_send(&message, socket, flags) == (int)size);
            break;
        default: MUST(zmq_send_const(socket, bytes, size, flags) == (int)size); break;
    }
    if (passed != NULL) pass(passed, bytes, size, more);
}

static void send_message(void *socket, struct passed *passed, const char *topic, int n) {
    if (topic != NULL) frame(socket, passed, topic, strlen(topic), 1);
    for (int f = 0; f < frames_of(n); f++) frame(socket, passed, body_of(n, f), size_of(n, f), f + 1 < frames_of(n));
}

// Receives a message, and sends it back where `back` is a count. Returns whether it was a probe.
static int receive_message(void *socket, struct passed *passed, struct passed *back) {
    zmq_msg_t frames[5];
    int more = 1, probe = 0, used = 0;
    while (more) {
        zmq_msg_t *message = &frames[used++];
        MUST(used <= 5 && zmq_msg_init(message) == 0);
        if (used % 2 == 1) {
            MUST(zmq_msg_recv(message, socket, 0) >= 0);
            more = zmq_msg_more(message);
        } else {
            static __thread char buffer[LARGEST];
            size_t option = sizeof more;
            int size = zmq_recv(socket, buffer, sizeof buffer, 0);
            MUST(size >= 0 && zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &option) == 0);
            MUST(zmq_msg_init_size(message, (size_t)size) == 0);
            if (size > 0) memcpy(zmq_msg_data(message), buffer, (size_t)size);
        }
        const void *bytes = zmq_msg_data(message);
        size_t size = zmq_msg_size(message);
        probe = used == 1 && !more && size == 5 && memcmp(bytes, "probe", 5) == 0;
        if (!probe) pass(passed, bytes, size, more);
    }
    for (int f = 0; f < used; f++) {
        if (back != NULL) {
            int size = (int)zmq_msg_size(&frames[f]);
            pass(back, zmq_msg_data(&frames[f]), (size_t)size, f + 1 < used);
            MUST(zmq_msg_send(&frames[f], socket, f + 1 < used ? ZMQ_SNDMORE : 0) == size);
        }
        MUST(zmq_msg_close(&frames[f]) == 0);
    }
    return probe;
}

static void *publish(void *socket) {
    for (; !subscribed; probes_sent++) {
        frame(socket, NULL, "probe", 5, 0);
        usleep(1000);
    }
    for (int n = 0; n < count; n++) {
        send_message(socket, &sent[0], "data", n);
        if (n % 3 == 0) send_message(socket, &sent[0], "other", n);
    }
    return NULL;
}

static void subscribe(void *socket) {
    while (received[1].messages < count) {
        if (receive_message(socket, &received[1], NULL)) probes_received++;
        subscribed = 1;
    }
}

static void *answer(void *socket) {
    for (int n = 0; n < count; n++) receive_message(socket, &received[0], one_way ? NULL : &sent[0]);
    return NULL;
}

static void ask(void *socket) {
    for (int n = 0; n < count; n++) {
        send_message(socket, &sent[1], NULL, n);
        if (!one_way && n % window == window - 1)
            for (int i = 0; i < window; i++) receive_message(socket, &received[1], NULL);
    }
}

static void *forward(void *sockets) {
    void **ends = sockets;
    MUST(zmq_proxy(ends[0], ends[1], NULL) == -1 && errno == ETERM);
    MUST(zmq_close(ends[0]) == 0 && zmq_close(ends[1]) == 0);
    return NULL;
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

static void join(void *bound, void *connected, const char *where) {
    char text[256];
    size_t size = sizeof text;
    MUST(zmq_bind(bound, where) == 0 && zmq_getsockopt(bound, ZMQ_LAST_ENDPOINT, text, &size) == 0);
    MUST(zmq_connect(connected, text) == 0);
}

int main(int arguments, char **argument) {
    if (arguments != 5) return 2;
    static const struct {
        const char *name;
        int bound, connected;
    } patterns[] = {{"reqrep", ZMQ_REP, ZMQ_REQ},  {"dealerrouter", ZMQ_ROUTER, ZMQ_DEALER},
                    {"pubsub", ZMQ_PUB, ZMQ_SUB},  {"pushpull", ZMQ_PULL, ZMQ_PUSH},
                    {"pair", ZMQ_PAIR, ZMQ_PAIR},  {"proxy", ZMQ_PUB, ZMQ_SUB}};
    const char *pattern = argument[1];
    count = atoi(argument[3]);
    one_way = strcmp(pattern, "pushpull") == 0, window = strcmp(pattern, "reqrep") == 0 ? 1 : 100;
    int which = 0, proxy = strcmp(pattern, "proxy") == 0;
    while (strcmp(patterns[which].name, pattern) != 0) MUST(++which < 6);
    context = zmq_ctx_new();
    void *bound = make(patterns[which].bound), *connected = make(patterns[which].connected), *ends[2];
    if (patterns[which].connected == ZMQ_DEALER) MUST(zmq_setsockopt(connected, ZMQ_ROUTING_ID, "dealer", 6) == 0);
    pthread_t thread, forwarder;
    if (proxy) {
        ends[0] = make(ZMQ_XSUB), ends[1] = make(ZMQ_XPUB);
        join(ends[0], bound, endpoint(argument[2], argument[4], "frontend"));
        join(ends[1], connected, endpoint(argument[2], argument[4], "backend"));
        MUST(pthread_create(&forwarder, NULL, forward, ends) == 0);
    } else {
        join(bound, connected, endpoint(argument[2], argument[4], "end"));
    }
    if (patterns[which].connected == ZMQ_SUB) {
        MUST(zmq_setsockopt(connected, ZMQ_SUBSCRIBE, "data", 4) == 0);
        MUST(zmq_setsockopt(connected, ZMQ_SUBSCRIBE, "probe", 5) == 0);
        MUST(pthread_create(&thread, NULL, publish, bound) == 0);
        subscribe(connected);
    } else {
        MUST(pthread_create(&thread, NULL, answer, bound) == 0);
        ask(connected);
    }
    MUST(pthread_join(thread, NULL) == 0);
    MUST(zmq_close(bound) == 0 && zmq_close(connected) == 0);
    MUST(zmq_ctx_term(context) == 0);
    if (proxy) MUST(pthread_join(forwarder, NULL) == 0);
    print("bound", "received", &received[0]);
    print("bound", "sent", &sent[0]);
    print("connected", "received", &received[1]);
    print("connected", "sent", &sent[1]);
    fprintf(stderr, "probes %d %d\n", probes_sent, probes_received);
}
