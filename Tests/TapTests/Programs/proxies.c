// proxies NAME: a proxy in a thread of this process, and its peers. What it prints must be the same tapped and untapped.
#include "program.h"

struct proxy {
    void *frontend, *backend, *capture;
    int device;
};

static void *run(void *argument) {
    struct proxy *proxy = argument;
    errno = 0;
    int result = proxy->device ? zmq_device(ZMQ_STREAMER, proxy->frontend, proxy->backend)
                               : zmq_proxy(proxy->frontend, proxy->backend, proxy->capture);
    printf("proxy: %d %s\n", result, zmq_strerror(errno));
    zmq_close(proxy->frontend);
    if (proxy->backend != proxy->frontend) zmq_close(proxy->backend);
    if (proxy->capture != NULL) zmq_close(proxy->capture);
    return NULL;
}

static char front[256], back[256], capture_address[256];
static pthread_t thread;
static struct proxy proxy;

static void begin(int frontend, int backend, int capture) {
    proxy.frontend = make(frontend);
    proxy.backend = make(backend);
    strcpy(front, bound(proxy.frontend, "tcp://127.0.0.1:*"));
    strcpy(back, bound(proxy.backend, "tcp://127.0.0.1:*"));
    if (capture >= 0) {
        proxy.capture = make(capture);
        strcpy(capture_address, bound(proxy.capture, "tcp://127.0.0.1:*"));
    }
    pthread_create(&thread, NULL, run, &proxy);
}

static void *joined(int type, const char *endpoint) {
    void *socket = make(type);
    if (type == ZMQ_SUB) MUST(zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "t", 1) == 0);
    MUST(zmq_connect(socket, endpoint) == 0);
    return socket;
}

static void end(void *one, void *other, void *third) {
    zmq_close(one);
    zmq_close(other);
    if (third != NULL) zmq_close(third);
    zmq_ctx_shutdown(context);
    pthread_join(thread, NULL);
}

// 3,000 messages of three frames go through, one of 3 MB among them, and each is captured.
static void stream(void) {
    begin(ZMQ_PULL, ZMQ_PUSH, ZMQ_PUSH);
    void *pull = joined(ZMQ_PULL, back), *captured = joined(ZMQ_PULL, capture_address), *push = joined(ZMQ_PUSH, front);
    char *big = calloc(1, 3000000);
    for (int n = 0; n < 3000; n++) {
        text(push, "head", ZMQ_SNDMORE);
        MUST(zmq_send(push, big, n == 1500 ? 3000000 : 300, ZMQ_SNDMORE) > 0);
        text(push, "tail!", 0);
        if (n % 500 == 499)
            for (int i = 0; i < 500; i++) MUST(receive(pull) == 5 && receive(captured) == 5);
    }
    free(big);
    end(push, pull, captured);
}

// Requests and their replies, through zmq_proxy.
static void requests(void) {
    begin(ZMQ_ROUTER, ZMQ_DEALER, -1);
    void *request = joined(ZMQ_REQ, front), *reply = joined(ZMQ_REP, back);
    for (int n = 0; n < 200; n++) {
        text(request, "question", 0);
        MUST(receive(reply) == 8);
        text(reply, "answer", 0);
        MUST(receive(request) == 6);
    }
    end(request, reply, NULL);
}

// Subscriptions go up, messages down. What nobody wants is dropped by the XPUB's distribution, not passed to it.
static void subscriptions(void) {
    begin(ZMQ_XSUB, ZMQ_XPUB, -1);
    void *subscriber = joined(ZMQ_SUB, back), *publisher = joined(ZMQ_XPUB, front);
    char wish[8];
    MUST(zmq_recv(publisher, wish, sizeof wish, 0) == 2 && wish[0] == 1 && wish[1] == 't');
    for (int n = 0; n < 100; n++) {
        text(publisher, "topic", ZMQ_SNDMORE);
        text(publisher, "body", 0);
        MUST(receive(subscriber) == 4);
    }
    MUST(zmq_setsockopt(subscriber, ZMQ_UNSUBSCRIBE, "t", 1) == 0);
    MUST(zmq_recv(publisher, wish, sizeof wish, 0) == 2 && wish[0] == 0);
    end(subscriber, publisher, NULL);
}

// The old name, and one socket at both ends.
static void device(void) {
    proxy.device = 1;
    begin(ZMQ_PULL, ZMQ_PUSH, -1);
    void *pull = joined(ZMQ_PULL, back), *push = joined(ZMQ_PUSH, front);
    for (int n = 0; n < 50; n++) text(push, "x", 0);
    for (int n = 0; n < 50; n++) MUST(receive(pull) == 1);
    end(push, pull, NULL);
}

static void echo(void) {
    proxy.frontend = proxy.backend = make(ZMQ_PAIR);
    strcpy(front, bound(proxy.frontend, "tcp://127.0.0.1:*"));
    pthread_create(&thread, NULL, run, &proxy);
    void *pair = joined(ZMQ_PAIR, front);
    for (int n = 0; n < 50; n++) text(pair, "x", 0);
    for (int n = 0; n < 50; n++) MUST(receive(pair) == 1);
    zmq_close(pair);
    zmq_ctx_shutdown(context);
    pthread_join(thread, NULL);
}

// Calls that fail at once.
static void wrong(void) {
    void *pull = make(ZMQ_PULL);
    int result = zmq_proxy(NULL, pull, NULL);
    printf("no frontend: %d %s\n", result, zmq_strerror(errno));
    result = zmq_proxy(pull, NULL, NULL);
    printf("no backend: %d %s\n", result, zmq_strerror(errno));
    zmq_close(pull);
}

// Nobody takes what comes in; the test ends it.
static void stuck(void) {
    begin(ZMQ_PULL, ZMQ_PUSH, -1);
    void *push = joined(ZMQ_PUSH, front);
    MUST(poll(NULL, 0, 300) == 0);  // idle for a while
    printf("idle\n");
    fflush(stdout);
    MUST(getchar() == EOF || 1);
    text(push, "x", 0);
    pthread_join(thread, NULL);
}

int main(int count, char **arguments) {
    static const struct {
        const char *name;
        void (*run)(void);
    } all[] = {{"stream", stream}, {"requests", requests}, {"subscriptions", subscriptions}, {"device", device},
               {"echo", echo},     {"wrong", wrong},       {"stuck", stuck}};
    if (count < 2) return 2;
    context = zmq_ctx_new();
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (strcmp(all[i].name, arguments[1]) != 0) continue;
        all[i].run();
        zmq_ctx_term(context);
        printf("ended\n");
        return 0;
    }
    return 2;
}
