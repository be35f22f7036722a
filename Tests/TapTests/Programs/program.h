// What the test programs share: a context, sockets that wait 20 s at most, and an end with a line number when something
// that must hold does not.
#include <arpa/inet.h>
#include <assert.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#define MUST(condition) ((condition) ? (void)0 : fail(#condition, __LINE__))
static void fail(const char *what, int line) {
    printf("line %d: %s: %s\n", line, what, zmq_strerror(errno));
    exit(3);
}

static void *context;

__attribute__((unused)) static void *make(int type) {
    void *socket = zmq_socket(context, type);
    // Closed sockets go when libzmq's reaper comes to it: for a moment there may be no room.
    for (int tries = 0; socket == NULL && errno == EMFILE && tries < 5000; tries++) {
        poll(NULL, 0, 1);
        socket = zmq_socket(context, type);
    }
    MUST(socket != NULL);
    int linger = 2000, timeout = 20000;
    MUST(zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger) == 0);
    MUST(zmq_setsockopt(socket, ZMQ_RCVTIMEO, &timeout, sizeof timeout) == 0);
    return socket;
}
__attribute__((unused)) static void set(void *socket, int option, int value) {
    MUST(zmq_setsockopt(socket, option, &value, sizeof value) == 0);
}
__attribute__((unused)) static const char *bound(void *socket, const char *endpoint) {
    static char text[256];
    size_t size = sizeof text;
    MUST(zmq_bind(socket, endpoint) == 0);
    MUST(zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, text, &size) == 0);
    return text;
}
__attribute__((unused)) static int receive(void *socket) {  // a whole message; its last frame's size
    char buffer[64];
    int more = 1, size = 0;
    size_t option = sizeof more;
    while (more) {
        size = zmq_recv(socket, buffer, sizeof buffer, 0);
        MUST(size >= 0);
        MUST(zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &option) == 0);
    }
    return size;
}
__attribute__((unused)) static void text(void *socket, const char *frame, int flags) {
    MUST(zmq_send(socket, frame, strlen(frame), flags) == (int)strlen(frame));
}
