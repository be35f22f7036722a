// proxy KIND FRONT BACK: a zmq_proxy of one kind, until its standard input ends; prints its processor seconds.
// proxy feed KIND FRONT BACK COUNT SIZE: sends into the front and receives from the back; prints the seconds it took.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

static const struct kind {
    const char *name;
    int sends, front, back, receives;
    int answers;
} kinds[] = {{"PULL/PUSH", ZMQ_PUSH, ZMQ_PULL, ZMQ_PUSH, ZMQ_PULL, 0},
             {"XSUB/XPUB", ZMQ_PUB, ZMQ_XSUB, ZMQ_XPUB, ZMQ_SUB, 0},
             {"ROUTER/DEALER", ZMQ_DEALER, ZMQ_ROUTER, ZMQ_DEALER, ZMQ_ROUTER, 1}};
static void *context;
static const struct kind *kind;
static long count;
static size_t size;

static void *make(int type, const char *endpoint, int binds) {
    void *socket = zmq_socket(context, type);
    int timeout = 30000, none = 0, unbounded = 0;
    zmq_setsockopt(socket, ZMQ_RCVTIMEO, &timeout, sizeof timeout);
    zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof none);
    // A PUB would drop.
    if (type == ZMQ_PUB || type == ZMQ_XPUB || type == ZMQ_SUB || type == ZMQ_XSUB) {
        zmq_setsockopt(socket, ZMQ_SNDHWM, &unbounded, sizeof unbounded);
        zmq_setsockopt(socket, ZMQ_RCVHWM, &unbounded, sizeof unbounded);
    }
    if (type == ZMQ_SUB) zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0);
    if ((binds ? zmq_bind : zmq_connect)(socket, endpoint) != 0) exit(1);
    return socket;
}

static void *end(void *socket) {
    (void)socket;
    while (getchar() != EOF) {}
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%.6f\n", usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6);
    fflush(stdout);
    zmq_ctx_shutdown(context);
    return NULL;
}

static void *receive(void *socket) {
    char buffer[65536];
    for (long n = 0; n < count;) {
        int more = 0;
        size_t option = sizeof more;
        if (zmq_recv(socket, buffer, sizeof buffer, 0) < 0) exit(1);
        zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &option);
        if (kind->answers && zmq_send(socket, buffer, more ? 5 : 1, more ? ZMQ_SNDMORE : 0) < 0) exit(1);
        if (!more) n++;
    }
    return NULL;
}

int main(int argument_count, char **arguments) {
    int feeds = argument_count == 7;
    if (argument_count != 4 && !feeds) return 2;
    if (feeds) arguments++;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, arguments[1]) == 0) kind = &kinds[i];
    if (kind == NULL) return 2;
    context = zmq_ctx_new();
    pthread_t thread;
    if (!feeds) {
        void *front = make(kind->front, arguments[2], 1), *back = make(kind->back, arguments[3], 1);
        pthread_create(&thread, NULL, end, NULL);
        zmq_proxy(front, back, NULL);
        pthread_join(thread, NULL);
        zmq_close(front);
        zmq_close(back);
        zmq_ctx_term(context);
        return 0;
    }
    count = atol(arguments[4]);
    size = strtoul(arguments[5], NULL, 10);
    void *sender = make(kind->sends, arguments[2], 0), *receiver = make(kind->receives, arguments[3], 0);
    char *body = calloc(1, size + 1), answer[64];
    usleep(200000);  // a PUB's subscriptions
    struct timespec start, stop;
    clock_gettime(CLOCK_MONOTONIC, &start);
    pthread_create(&thread, NULL, receive, receiver);
    const long window = 200;  // a ROUTER drops what finds a pipe full
    for (long n = 0; n < count; n++) {
        if (kind->answers && n >= window && zmq_recv(sender, answer, sizeof answer, 0) < 0) return 1;
        if (zmq_send(sender, body, size, 0) < 0) return 1;
    }
    for (long n = 0; kind->answers && n < (count < window ? count : window); n++)
        if (zmq_recv(sender, answer, sizeof answer, 0) < 0) return 1;
    pthread_join(thread, NULL);
    clock_gettime(CLOCK_MONOTONIC, &stop);
    printf("%.6f\n", stop.tv_sec - start.tv_sec + (stop.tv_nsec - start.tv_nsec) / 1e9);
    zmq_close(sender);
    zmq_close(receiver);
    zmq_ctx_term(context);
    return 0;
}
