// pair push|pull|req|rep ENDPOINT COUNT SIZE: one end of a measured pair. The pull and the req end print their seconds,
// of all messages after the first.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static void must(int good) {
    if (good) return;
    fprintf(stderr, "pair: %s\n", zmq_strerror(zmq_errno()));
    exit(1);
}

int main(int count, char **arguments) {
    if (count != 5) return 2;
    const char *role = arguments[1];
    long messages = atol(arguments[3]), size = atol(arguments[4]);
    int binds = strcmp(role, "pull") == 0 || strcmp(role, "rep") == 0;
    int type = strcmp(role, "push") == 0 ? ZMQ_PUSH : strcmp(role, "pull") == 0 ? ZMQ_PULL
             : strcmp(role, "req") == 0  ? ZMQ_REQ  : ZMQ_REP;
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, type);
    must((binds ? zmq_bind : zmq_connect)(socket, arguments[2]) == 0);
    char *body = calloc(1, (size_t)size);
    double start = 0;
    for (long i = 0; i <= messages; i++) {
        if (i == 1) start = now();
        if (type == ZMQ_PUSH || type == ZMQ_REQ) must(zmq_send(socket, body, (size_t)size, 0) == size);
        if (type != ZMQ_PUSH) must(zmq_recv(socket, body, (size_t)size, 0) == size);
        if (type == ZMQ_REP) must(zmq_send(socket, body, (size_t)size, 0) == size);
    }
    if (type == ZMQ_PULL || type == ZMQ_REQ) printf("%.9f\n", now() - start);
    free(body);
    zmq_close(socket);
    zmq_ctx_term(context);
}
