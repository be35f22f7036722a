// The pair that others are measured against: zmq_send and zmq_recv, nothing else.
//
//   push_pull sender   ENDPOINT MESSAGES SIZE    binds a PUSH and sends; ends when all have left
//   push_pull receiver ENDPOINT MESSAGES SIZE    connects a PULL and receives; prints messages a second, from the first
//                                                message to the last. MESSAGES 0: for ever.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zmq.h>

static void check(int ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "push_pull: %s: %s\n", what, zmq_strerror(zmq_errno()));
    exit(1);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        fprintf(stderr, "usage: push_pull sender|receiver ENDPOINT MESSAGES SIZE\n");
        return 2;
    }
    const char *endpoint = argv[2];
    const long messages = atol(argv[3]);
    const size_t size = (size_t) atol(argv[4]);
    char *buffer = calloc(1, size + 1);
    void *context = zmq_ctx_new();
    if (strcmp(argv[1], "sender") == 0) {
        void *socket = zmq_socket(context, ZMQ_PUSH);
        check(zmq_bind(socket, endpoint) == 0, endpoint);
        for (long i = 0; messages == 0 || i < messages; i++)
            check(zmq_send(socket, buffer, size, 0) >= 0, "zmq_send");
        zmq_close(socket);
    } else {
        void *socket = zmq_socket(context, ZMQ_PULL);
        check(zmq_connect(socket, endpoint) == 0, endpoint);
        check(zmq_recv(socket, buffer, size, 0) >= 0, "zmq_recv");
        const double start = now();
        for (long i = 1; messages == 0 || i < messages; i++)
            check(zmq_recv(socket, buffer, size, 0) >= 0, "zmq_recv");
        printf("%.0f\n", (messages - 1) / (now() - start));
        zmq_close(socket);
    }
    zmq_ctx_term(context);
    return 0;
}
