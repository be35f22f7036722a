// A library whose constructor sends, and whose destructor sends too, when the program's own exit handlers have run.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

static void *context, *left, *right;

static void send_one(const char *who) {
    char buffer[32];
    int sent = zmq_send(left, who, strlen(who), 0), received = zmq_recv(right, buffer, sizeof buffer, 0);
    printf("%s: %d %d\n", who, sent, received);
    fflush(stdout);
}

__attribute__((constructor)) static void start(void) {
    context = zmq_ctx_new();
    left = zmq_socket(context, ZMQ_PAIR);
    right = zmq_socket(context, ZMQ_PAIR);
    int timeout = 20000;
    char endpoint[256];
    size_t size = sizeof endpoint;
    zmq_setsockopt(right, ZMQ_RCVTIMEO, &timeout, sizeof timeout);
    if (zmq_bind(left, "tcp://127.0.0.1:*") != 0 || zmq_getsockopt(left, ZMQ_LAST_ENDPOINT, endpoint, &size) != 0 ||
        zmq_connect(right, endpoint) != 0)
        abort();
    send_one("constructor");
}

__attribute__((destructor)) static void end(void) {
    send_one("destructor");
    zmq_close(left);
    zmq_close(right);
    printf("terminated: %d\n", zmq_ctx_term(context));
    fflush(stdout);
}

void early(void) { send_one("program"); }
