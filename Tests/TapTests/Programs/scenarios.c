// scenarios NAME: one process, both ends of its connections. What it prints must be the same tapped and untapped; what
// the tap has counted is asserted on the segment.
#include "program.h"

// Three dealers with routing ids and an anonymous one: each sends 10 times its number, and gets each back twice. Seven
// messages go to nobody.
static void routes(void) {
    void *router = make(ZMQ_ROUTER), *dealers[4];
    const char *endpoint = bound(router, "tcp://127.0.0.1:*");
    for (int i = 0; i < 4; i++) {
        char name[8];
        snprintf(name, sizeof name, "d%d", i + 1);
        dealers[i] = make(ZMQ_DEALER);
        if (i < 3) MUST(zmq_setsockopt(dealers[i], ZMQ_ROUTING_ID, name, 2) == 0);
        MUST(zmq_connect(dealers[i], endpoint) == 0);
        for (int n = 0; n < 10 * (i + 1); n++) text(dealers[i], "request", 0);
    }
    for (int n = 0; n < 100; n++) {
        char id[256], body[32];
        int id_size = zmq_recv(router, id, sizeof id, 0), size = zmq_recv(router, body, sizeof body, 0);
        MUST(id_size > 0 && size == 7);
        for (int twice = 0; twice < 2; twice++) {
            MUST(zmq_send(router, id, (size_t)id_size, ZMQ_SNDMORE) == id_size);
            text(router, "head", ZMQ_SNDMORE);
            text(router, "body", 0);
        }
    }
    for (int n = 0; n < 7; n++) {
        zmq_msg_t nobody;
        MUST(zmq_msg_init_size(&nobody, 6) == 0);
        memcpy(zmq_msg_data(&nobody), "nobody", 6);
        MUST(zmq_msg_send(&nobody, router, ZMQ_SNDMORE) == 6);
        MUST(zmq_msg_size(&nobody) == 0);
        text(router, "lost", 0);
    }
    for (int i = 0; i < 4; i++) {
        for (int n = 0; n < 20 * (i + 1); n++) MUST(receive(dealers[i]) == 4);
        zmq_close(dealers[i]);
    }
    zmq_close(router);
}

// A ROUTER drops in silence what finds a peer's pipe full.
static void full_route(void) {
    void *router = make(ZMQ_ROUTER), *dealer = make(ZMQ_DEALER);
    set(router, ZMQ_SNDHWM, 5);
    set(dealer, ZMQ_RCVHWM, 5);
    MUST(zmq_setsockopt(dealer, ZMQ_ROUTING_ID, "slow", 4) == 0);
    MUST(zmq_connect(dealer, bound(router, "tcp://127.0.0.1:*")) == 0);
    text(dealer, "hello", 0);
    receive(router);
    char *body = calloc(1, 10000);
    for (int n = 0; n < 3000; n++) {
        text(router, "slow", ZMQ_SNDMORE);
        MUST(zmq_send(router, body, 10000, 0) == 10000);
    }
    free(body);
    set(dealer, ZMQ_RCVTIMEO, 3000);
    char sink[16];
    while (zmq_recv(dealer, sink, sizeof sink, 0) >= 0) continue;
    zmq_close(dealer);
    zmq_close(router);
}

static void requests(void) {
    void *reply = make(ZMQ_REP), *request[2];
    const char *endpoint = bound(reply, "tcp://127.0.0.1:*");
    for (int i = 0; i < 2; i++) {
        request[i] = make(ZMQ_REQ);
        MUST(zmq_connect(request[i], endpoint) == 0);
    }
    for (int n = 0; n < 150; n++) {
        void *who = request[n % 3 == 0];
        text(who, "question", 0);
        MUST(receive(reply) == 8);
        text(reply, "an answer", 0);
        MUST(receive(who) == 9);
    }
    zmq_close(request[0]);
    zmq_close(request[1]);
    zmq_close(reply);
}

static void free_body(void *body, void *hint) {
    (void)hint;
    free(body);
}

// 1 MB frames (libzmq copies them neither in nor out), empty frames, multipart, by every sending function.
static void frames(void) {
    void *push = make(ZMQ_PUSH), *pull = make(ZMQ_PULL);
    MUST(zmq_connect(push, bound(pull, "tcp://127.0.0.1:*")) == 0);
    for (int n = 0; n < 10; n++) {
        zmq_msg_t big, back;
        char *body = calloc(1, 1000000);
        MUST(zmq_msg_init_data(&big, body, 1000000, free_body, NULL) == 0);
        MUST(zmq_sendmsg(push, &big, ZMQ_SNDMORE) == 1000000);
        MUST(zmq_send(push, "", 0, ZMQ_SNDMORE) == 0);
        MUST(zmq_send_const(push, "constant", 8, 0) == 8);
        MUST(zmq_send(push, NULL, 0, 0) == 0);
        MUST(zmq_msg_init(&back) == 0);
        MUST(zmq_recvmsg(pull, &back, 0) == 1000000);
        MUST(zmq_msg_more(&back));
        MUST(zmq_msg_recv(&back, pull, 0) == 0);
        MUST(zmq_msg_recv(&back, pull, 0) == 8 && !zmq_msg_more(&back));
        MUST(memcmp(zmq_msg_data(&back), "constant", 8) == 0);
        MUST(zmq_msg_close(&back) == 0);
        MUST(zmq_recv(pull, NULL, 0, 0) == 0);
    }
    zmq_close(push);
    zmq_close(pull);
}

static void subscribers(void) {
    void *publisher = make(ZMQ_XPUB), *first = make(ZMQ_SUB), *second = make(ZMQ_XSUB);
    const char *endpoint = bound(publisher, "tcp://127.0.0.1:*");
    MUST(zmq_connect(first, endpoint) == 0);
    MUST(zmq_setsockopt(first, ZMQ_SUBSCRIBE, "a", 1) == 0);
    MUST(receive(publisher) == 2);
    MUST(zmq_connect(second, endpoint) == 0);
    MUST(zmq_send(second, "\1b", 2, 0) == 2);
    MUST(receive(publisher) == 2);
    for (int n = 0; n < 100; n++) {
        text(publisher, "a", ZMQ_SNDMORE);
        text(publisher, "to the first", 0);
        if (n % 2) text(publisher, "b to the second", 0);
        text(publisher, "c to nobody", 0);
    }
    for (int n = 0; n < 100; n++) MUST(receive(first) == 12);
    for (int n = 0; n < 50; n++) MUST(receive(second) == 15);
    text(second, "upstream", 0);
    MUST(receive(publisher) == 8);
    zmq_close(first);
    zmq_close(second);
    zmq_close(publisher);
}

// Messages of no content count 0; heartbeats pass for three seconds. A peer that answers one after the next is due is
// busy, not dead.
static void heartbeats(void) {
    void *left = make(ZMQ_PAIR), *right = make(ZMQ_PAIR);
    set(left, ZMQ_HEARTBEAT_IVL, 5);
    set(left, ZMQ_HEARTBEAT_TIMEOUT, 20000);
    MUST(zmq_connect(left, bound(right, "tcp://127.0.0.1:*")) == 0);
    text(left, "once", 0);
    MUST(receive(right) == 4);
    set(right, ZMQ_RCVTIMEO, 3000);
    char nothing[8];
    MUST(zmq_recv(right, nothing, sizeof nothing, 0) == -1 && errno == EAGAIN);
    zmq_close(left);
    zmq_close(right);
}

static void curve(void) {
    if (!zmq_has("curve")) return;
    char server_public[41], server_secret[41], client_public[41], client_secret[41];
    MUST(zmq_curve_keypair(server_public, server_secret) == 0);
    MUST(zmq_curve_keypair(client_public, client_secret) == 0);
    void *push = make(ZMQ_PUSH), *pull = make(ZMQ_PULL);
    set(pull, ZMQ_CURVE_SERVER, 1);
    MUST(zmq_setsockopt(pull, ZMQ_CURVE_SECRETKEY, server_secret, 41) == 0);
    MUST(zmq_setsockopt(push, ZMQ_CURVE_SERVERKEY, server_public, 41) == 0);
    MUST(zmq_setsockopt(push, ZMQ_CURVE_PUBLICKEY, client_public, 41) == 0);
    MUST(zmq_setsockopt(push, ZMQ_CURVE_SECRETKEY, client_secret, 41) == 0);
    MUST(zmq_connect(push, bound(pull, "tcp://127.0.0.1:*")) == 0);
    for (int n = 0; n < 20; n++) {
        text(push, "two", ZMQ_SNDMORE);
        text(push, "parts", 0);
        MUST(receive(pull) == 5);
    }
    zmq_close(push);
    zmq_close(pull);
}

static void many_sockets(void) {
    static void *sockets[2000];
    int count = 0;
    while (count < 2000 && (sockets[count] = zmq_socket(context, ZMQ_PUSH)) != NULL) count++;
    printf("%d sockets, then %s\n", count, zmq_strerror(errno));
    for (int i = 0; i < count; i++) zmq_close(sockets[i]);
}

static void cycles(void) {
    for (int i = 0; i < 2000; i++) {
        void *pull = make(ZMQ_PULL), *push = make(ZMQ_PUSH);
        char endpoint[32];
        snprintf(endpoint, sizeof endpoint, "inproc://cycle-%d", i);
        MUST(zmq_bind(pull, endpoint) == 0);
        MUST(zmq_connect(push, endpoint) == 0);
        text(push, "x", 0);
        MUST(receive(pull) == 1);
        zmq_close(push);
        zmq_close(pull);
    }
}

// Connections by the thousand: every slot of the tap's table is used, and then again.
static void many_connections(void) {
    void *pull = make(ZMQ_PULL);
    set(pull, ZMQ_LINGER, 0);
    char endpoint[256];
    strcpy(endpoint, bound(pull, "tcp://127.0.0.1:*"));
    for (int i = 0; i < 2500; i++) {
        void *push = make(ZMQ_PUSH);
        MUST(zmq_connect(push, endpoint) == 0);
        text(push, "x", 0);
        MUST(receive(pull) == 1);
        zmq_close(push);
    }
    zmq_close(pull);
}

static void dead_endpoint(void) {
    void *push = make(ZMQ_PUSH);
    set(push, ZMQ_LINGER, 0);
    set(push, ZMQ_RECONNECT_IVL, 5);  // three events each: they must fit the tap's ring
    MUST(zmq_connect(push, "tcp://127.0.0.1:1") == 0);
    MUST(poll(NULL, 0, 3000) == 0);
    zmq_close(push);
}

// The program's own monitor: prints every event it asked for.
static void own_monitor(void) {
    void *push = make(ZMQ_PUSH), *pull = make(ZMQ_PULL), *reader = make(ZMQ_PAIR);
    MUST(zmq_socket_monitor(push, "tcp://127.0.0.1:9", ZMQ_EVENT_ALL) == -1);
    printf("%s\n", zmq_strerror(errno));
    MUST(zmq_socket_monitor(push, "inproc://mine", 0x10000) == -1);
    printf("%s\n", zmq_strerror(errno));
    int asked = ZMQ_EVENT_CONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_MONITOR_STOPPED;
    MUST(zmq_socket_monitor(push, "inproc://mine", asked) == 0);
    MUST(zmq_connect(reader, "inproc://mine") == 0);
    MUST(zmq_socket_monitor(pull, "inproc://mine", ZMQ_EVENT_ALL) == -1);
    printf("%s\n", zmq_strerror(errno));
    MUST(zmq_connect(push, bound(pull, "tcp://127.0.0.1:*")) == 0);
    text(push, "x", 0);
    MUST(receive(pull) == 1);
    MUST(zmq_socket_monitor(push, NULL, 0) == 0);
    uint16_t event = 0;
    while (event != ZMQ_EVENT_MONITOR_STOPPED) {
        uint8_t frame[6];
        MUST(zmq_recv(reader, frame, sizeof frame, 0) == 6);
        memcpy(&event, frame, sizeof event);
        char endpoint[256];
        int size = zmq_recv(reader, endpoint, sizeof endpoint, 0);
        printf("event %u, endpoint %s\n", event, size > 0 ? "told" : "none");
    }
    zmq_close(reader);
    // A second one, stopped by closing the socket.
    reader = make(ZMQ_PAIR);
    MUST(zmq_socket_monitor(pull, "inproc://again", ZMQ_EVENT_ALL) == 0);
    MUST(zmq_connect(reader, "inproc://again") == 0);
    zmq_close(pull);
    zmq_close(push);
    zmq_close(reader);
}

static void say(const char *what, int result) {
    printf("%s: %d %s\n", what, result, result < 0 ? zmq_strerror(errno) : "");
}

// Calls that fail, and what they say.
static void errors(void) {
    void *push = make(ZMQ_PUSH), *request = make(ZMQ_REQ), *router = make(ZMQ_ROUTER);
    char not_a_socket[4096] = {0}, buffer[16];
    zmq_msg_t message;
    zmq_msg_init(&message);
    errno = 0;
    say("no type", zmq_socket(context, 99) == NULL ? -1 : 0);
    say("send to none", zmq_send(not_a_socket, "x", 1, 0));
    say("msg_send to none", zmq_msg_send(&message, not_a_socket, 0));
    say("recv of none", zmq_recv(not_a_socket, buffer, sizeof buffer, 0));
    say("close none", zmq_close(not_a_socket));
    say("close NULL", zmq_close(NULL));
    say("bind none", zmq_bind(not_a_socket, "tcp://127.0.0.1:*"));
    say("bind bad", zmq_bind(push, "tcp://nonsense"));
    say("bind protocol", zmq_bind(push, "bogus://x"));
    say("connect bad", zmq_connect(push, "tcp://127.0.0.1"));
    say("connect protocol", zmq_connect(push, "bogus://x"));
    say("unbind unknown", zmq_unbind(push, "tcp://127.0.0.1:4"));
    say("disconnect unknown", zmq_disconnect(push, "tcp://127.0.0.1:4"));
    say("bound", zmq_bind(push, "inproc://taken"));
    say("bind taken", zmq_bind(request, "inproc://taken"));
    say("would block", zmq_send(push, "x", 1, ZMQ_DONTWAIT));
    say("PUSH receives", zmq_recv(push, buffer, sizeof buffer, ZMQ_DONTWAIT));
    say("REQ receives", zmq_recv(request, buffer, sizeof buffer, ZMQ_DONTWAIT));
    set(push, ZMQ_SNDTIMEO, 20);
    say("times out", zmq_send(push, "x", 1, 0));
    say("times out too", zmq_msg_send(&message, push, 0));
    set(router, ZMQ_RCVTIMEO, 20);
    say("nothing", zmq_recv(router, buffer, sizeof buffer, 0));
    say("unknown, silent", zmq_send(router, "nobody", 6, ZMQ_SNDMORE));
    say("its body", zmq_send(router, "body", 4, 0));
    say("lone id", zmq_send(router, "nobody", 6, 0));
    set(router, ZMQ_ROUTER_MANDATORY, 1);
    say("unknown, mandatory", zmq_send(router, "nobody", 6, ZMQ_SNDMORE));
    say("mandatory is kept", zmq_send(router, "nobody", 6, ZMQ_SNDMORE));
    say("option", zmq_setsockopt(push, 9999, "x", 1));
    say("option size", zmq_setsockopt(push, ZMQ_SNDHWM, "x", 1));
    say("option value", zmq_setsockopt(push, ZMQ_SUBSCRIBE, "x", 1));
    zmq_pollitem_t item = {.socket = not_a_socket, .events = ZMQ_POLLIN};
    say("poll none", zmq_poll(&item, 1, 0));
    item.socket = router;
    say("poll", zmq_poll(&item, 1, 10));
    say("unchanged errno", (errno = 77, zmq_poll(&item, 1, 0) == 0 && errno == 77));
    zmq_msg_close(&message);
    zmq_close(push);
    zmq_close(request);
    zmq_close(router);
    say("closed", zmq_close(zmq_socket(context, ZMQ_PULL)));
    say("send to NULL", zmq_send(NULL, "x", 1, 0));
    say("recv of NULL", zmq_recv(NULL, buffer, sizeof buffer, 0));
    void *other = zmq_ctx_new();
    void *late = zmq_socket(other, ZMQ_PULL);
    zmq_ctx_shutdown(other);
    say("after shutdown", zmq_recv(late, buffer, sizeof buffer, 0));
    say("socket after shutdown", zmq_socket(other, ZMQ_PULL) == NULL ? -1 : 0);
    say("monitor after shutdown", zmq_socket_monitor(late, "inproc://late", ZMQ_EVENT_ALL));
    zmq_close(late);
    say("terminated", zmq_ctx_term(other));
}

// A peer that reads nothing: what was offered to the kernel and not taken is pending when the socket closes.
static void pending(void) {
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    MUST(bind(listener, (void *)&address, sizeof address) == 0 && listen(listener, 1) == 0);
    MUST(getsockname(listener, (void *)&address, &size) == 0);
    char endpoint[64];
    snprintf(endpoint, sizeof endpoint, "tcp://127.0.0.1:%d", ntohs(address.sin_port));
    void *push = make(ZMQ_PUSH);
    set(push, ZMQ_LINGER, 0);
    set(push, ZMQ_SNDHWM, 3);
    MUST(zmq_connect(push, endpoint) == 0);
    int peer = accept(listener, NULL, NULL);
    uint8_t greeting[64] = {0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 0, 'N', 'U', 'L', 'L'};
    uint8_t ready[28] = {4, 26, 5, 'R', 'E', 'A', 'D', 'Y', 11, 'S', 'o', 'c', 'k', 'e', 't', '-', 'T', 'y', 'p', 'e',
                         0, 0, 0, 4, 'P', 'U', 'L', 'L'};
    for (int i = 0; i < 64; i++) MUST(write(peer, greeting + i, 1) == 1);  // as many pieces as bytes
    for (int i = 0; i < 28; i++) MUST(write(peer, ready + i, 1) == 1);
    const size_t big = 20000000;  // more than the kernel holds
    char *body = calloc(1, big);
    set(push, ZMQ_SNDTIMEO, 3000);
    int sent = 0;
    while (zmq_send(push, body, big, 0) >= 0) sent++;
    zmq_close(push);
    zmq_ctx_term(context);
    context = NULL;
    // What the kernel had taken.
    long taken = 0, got;
    while ((got = read(peer, body, big)) > 0) taken += got;
    printf("%d sent\n", sent);
    fprintf(stderr, "%ld\n", taken);
    free(body);
}

// A child of fork has a segment of its own; what it closes and sends is not its parent's.
static void forks(void) {
    void *push = make(ZMQ_PUSH), *pull = make(ZMQ_PULL);
    MUST(zmq_connect(push, bound(pull, "tcp://127.0.0.1:*")) == 0);
    text(push, "before", 0);
    MUST(receive(pull) == 6);
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        for (int descriptor = 3; descriptor < 64; descriptor++) close(descriptor);
        context = zmq_ctx_new();
        void *left = make(ZMQ_PAIR), *right = make(ZMQ_PAIR);
        MUST(zmq_connect(left, bound(right, "tcp://127.0.0.1:*")) == 0);
        for (int i = 0; i < 5; i++) text(left, "child", 0);
        for (int i = 0; i < 5; i++) MUST(receive(right) == 5);
        zmq_close(left);
        zmq_close(right);
        zmq_ctx_term(context);
        exit(0);
    }
    int status;
    MUST(waitpid(child, &status, 0) == child && status == 0);
    pid_t another = vfork();
    if (another == 0) {
        for (int descriptor = 3; descriptor < 64; descriptor++) close(descriptor);
        _exit(0);
    }
    MUST(waitpid(another, &status, 0) == another && status == 0);
    text(push, "after!", 0);
    MUST(receive(pull) == 6);
    zmq_close(push);
    zmq_close(pull);
}

static void *block(void *socket) {
    char buffer[8];
    zmq_recv(socket, buffer, sizeof buffer, 0);
    return NULL;
}

// Blocked for ever in a receive, in a poll and in a send; the test kills it.
static void blocked(void) {
    void *pull = zmq_socket(context, ZMQ_PULL), *push = zmq_socket(context, ZMQ_PUSH), *pair = make(ZMQ_PAIR);
    MUST(zmq_bind(pull, "inproc://idle") == 0 && zmq_bind(push, "inproc://alone") == 0);
    MUST(zmq_bind(pair, "inproc://polled") == 0);
    pthread_t thread;
    pthread_create(&thread, NULL, block, pull);
    zmq_pollitem_t item = {.socket = pair, .events = ZMQ_POLLIN};
    MUST(zmq_poll(&item, 1, 50) == 0);
    printf("blocking\n");
    fflush(stdout);
    zmq_send(push, "x", 1, 0);
}

static void gauges(void) {
    void (*gauge)(const char *, double) = (void (*)(const char *, double))dlsym(RTLD_DEFAULT, "zmqtap_gauge");
    if (gauge == NULL) return;
    gauge("batch", 6);
    gauge("tokens/s", 41.5);
    gauge("batch", 7);
    for (int i = 0; i < 100; i++) {
        char name[64];
        snprintf(name, sizeof name, "gauge %d", i);
        gauge(name, i);
    }
}

int main(int count, char **arguments) {
    static const struct {
        const char *name;
        void (*run)(void);
    } scenarios[] = {{"routes", routes},       {"full-route", full_route},
                     {"requests", requests},   {"frames", frames},
                     {"subscribers", subscribers}, {"heartbeats", heartbeats},
                     {"curve", curve},         {"many-sockets", many_sockets},
                     {"cycles", cycles},       {"many-connections", many_connections},
                     {"dead-endpoint", dead_endpoint}, {"own-monitor", own_monitor},
                     {"errors", errors},       {"pending", pending},
                     {"forks", forks},         {"blocked", blocked},
                     {"gauges", gauges}};
    if (count < 2) return 2;
    context = zmq_ctx_new();
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++) {
        if (strcmp(scenarios[i].name, arguments[1]) != 0) continue;
        scenarios[i].run();
        if (context != NULL) zmq_ctx_term(context);
        printf("ended\n");
        return 0;
    }
    return 2;
}
