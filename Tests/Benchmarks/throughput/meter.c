// Preloaded into a receiver, whatever it is written in: counts the messages that zmq_recv and zmq_msg_recv give it,
// prints messages a second from the first to METER_MESSAGES, and ends the process.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

static long count, limit;
static double start;
static int (*real_recv)(void *, void *, size_t, int);
static int (*real_msg_recv)(zmq_msg_t *, void *, int);

__attribute__((constructor)) static void load(void)
{
    const char *messages = getenv("METER_MESSAGES");
    limit = messages ? atol(messages) : 1000000;
    real_recv = (int (*)(void *, void *, size_t, int)) dlsym(RTLD_NEXT, "zmq_recv");
    real_msg_recv = (int (*)(zmq_msg_t *, void *, int)) dlsym(RTLD_NEXT, "zmq_msg_recv");
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec / 1e9;
}

static void counted(void)
{
    if (++count == 1)
        start = now();
    if (count == limit) {
        printf("%.0f\n", (limit - 1) / (now() - start));
        fflush(stdout);
        _exit(0);
    }
}

int zmq_recv(void *socket, void *buffer, size_t size, int flags)
{
    const int result = real_recv(socket, buffer, size, flags);
    if (result >= 0)
        counted();
    return result;
}

int zmq_msg_recv(zmq_msg_t *message, void *socket, int flags)
{
    const int result = real_msg_recv(message, socket, flags);
    if (result >= 0)
        counted();
    return result;
}
