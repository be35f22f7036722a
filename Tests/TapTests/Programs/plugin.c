// A shared object that uses libzmq on somebody's behalf: `pass` sends messages through a pair of its own, and says by
// which object its calls are answered.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

int pass(const char *name, int count) {
    void *context = zmq_ctx_new(), *push = zmq_socket(context, ZMQ_PUSH), *pull = zmq_socket(context, ZMQ_PULL);
    char endpoint[256], body[64];
    size_t size = sizeof endpoint;
    int timeout = 20000, received = 0;
    zmq_setsockopt(pull, ZMQ_RCVTIMEO, &timeout, sizeof timeout);
    if (zmq_bind(pull, "tcp://127.0.0.1:*") != 0 || zmq_getsockopt(pull, ZMQ_LAST_ENDPOINT, endpoint, &size) != 0 ||
        zmq_connect(push, endpoint) != 0)
        return -1;
    for (int n = 0; n < count; n++) {
        zmq_msg_t message;
        zmq_msg_init_size(&message, 100);
        memset(zmq_msg_data(&message), n, 100);
        if (zmq_msg_send(&message, push, 0) != 100) return -2;
    }
    zmq_pollitem_t item = {.socket = pull, .events = ZMQ_POLLIN};
    if (zmq_poll(&item, 1, timeout) != 1) return -3;
    while (received < count && zmq_recv(pull, body, sizeof body, 0) == 100) received++;
    zmq_close(push);
    zmq_close(pull);
    int ended = zmq_ctx_term(context);
    Dl_info info;
    const char *slash = dladdr((void *)zmq_strerror, &info) ? strrchr(info.dli_fname, '/') : NULL;
    printf("%s: %d of %d, %d, by %s\n", name, received, count, ended, slash != NULL ? slash + 1 : "?");
    return received;
}
