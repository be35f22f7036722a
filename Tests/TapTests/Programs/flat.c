// flat: three times 10,000 times a pair of sockets is opened, sends, and is closed, over tcp and inproc by turns, after as
// many that fill the tap's tables. Prints the least that the process's own memory has grown in one of the three, in KiB:
// what malloc does now and then is in one of them, what leaks is in all.
#include "program.h"

static long resident(void) {
    char text[4096];
    int file = open("/proc/self/smaps_rollup", O_RDONLY);
    ssize_t size = read(file, text, sizeof text - 1);
    close(file);
    MUST(size > 0);
    text[size] = 0;
    // What is its own: pages of the segment are counted apart, for they are shared.
    const char *at = strstr(text, "Anonymous:");
    MUST(at != NULL);
    return atol(at + 10);
}

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

int main(void) {
    context = zmq_ctx_new();
    long before = 0, least = 1L << 40;
    for (int i = 0; i < 40000; i++) {
        if (i % 10000 == 0 && i > 0) {
            long now = resident();
            if (i > 10000 && now - before < least) least = now - before;
            before = now;
        }
        cycle(i);
    }
    long last = resident() - before;
    zmq_ctx_term(context);
    printf("%ld\n", last < least ? last : least);
}
