// flat: 10,000 times a pair of sockets is opened, sends, and is closed, over tcp and inproc by turns, after as many that
// fill the tap's tables. Prints how many more bytes are allocated then: after each time the context is terminated, so that
// of libzmq nothing is left.
#include <malloc.h>

#include "program.h"

static void cycle(int i) {
    void *pull = make(ZMQ_PULL), *push = make(ZMQ_PUSH);
    char name[32];
    snprintf(name, sizeof name, "inproc://flat-%d", i);
    MUST(zmq_connect(push, bound(pull, i % 2 ? name : "tcp://127.0.0.1:*")) == 0);
    text(push, "x", ZMQ_SNDMORE);
    text(push, "y", 0);
    MUST(receive(pull) == 1);
    MUST(zmq_close(push) == 0 && zmq_close(pull) == 0);
}

static long cycles(void) {
    context = zmq_ctx_new();
    for (int i = 0; i < 10000; i++) cycle(i);
    MUST(zmq_ctx_term(context) == 0);
    return (long)mallinfo2().uordblks;
}

int main(void) {
    long before = cycles(), after = cycles();
    printf("%ld\n", after - before);
}
