// The file that holds a process's figures, and the beginning and the end of the tap.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tap.h"
#include "zmqtap.h"

pthread_mutex_t tap_lock = PTHREAD_MUTEX_INITIALIZER;
struct tap_header *tap_header;
struct tap_socket *tap_sockets;
struct tap_endpoint *tap_endpoints;
struct tap_connection *tap_connections;
struct tap_event *tap_events;
struct tap_gauge *tap_gauges;
bool tap_is_on;
__thread struct thread_state tap_thread;

static const char *directory;  // NULL: the tap passes every call through
static const char *node;
static unsigned incarnation;
static pid_t owner;
static bool has_failed;

uint64_t tap_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void tap_copy_text(char *to, size_t size, const char *from) {
    size_t count = strnlen(from, size - 1);
    memcpy(to, from, count);
    memset(to + count, 0, size - count);
}

void tap_begin_change(uint32_t *generation) {
    __atomic_store_n(generation, *generation + 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
}

void tap_end_change(uint32_t *generation) {
    // 0 means "never used", also after four thousand million changes.
    uint32_t next = *generation + 1;
    __atomic_store_n(generation, next ? next : 2, __ATOMIC_RELEASE);
}

__attribute__((constructor)) static void start(void) {
    directory = getenv(TAP_ENV_DIRECTORY);
    if (directory && !*directory) directory = NULL;
    if (!directory) return;
    // The program may change its environment.
    directory = strdup(directory);
    const char *name = getenv(TAP_ENV_NODE);
    node = strdup(name && *name ? name : "process");
    const char *number = getenv(TAP_ENV_INCARNATION);
    incarnation = number ? (unsigned)strtoul(number, NULL, 10) : 1;
    owner = getpid();
    tap_is_on = directory && node;
}

__attribute__((destructor)) static void end(void) {
    if (tap_header && tap_is_own_process()) SET(tap_header->ended_ns, tap_now());
}

bool tap_is_own_process(void) { return getpid() == owner; }

static void give_up(const char *what) {
    int error = errno;
    has_failed = true;
    tap_is_on = false;
    dprintf(STDERR_FILENO, "zmqtap: %s in %s: %s; this process is not watched\n", what, directory, strerror(error));
}

static uint32_t place(struct tap_table *table, uint32_t offset, size_t record, uint32_t capacity) {
    table->offset = offset;
    table->record_size = (uint32_t)record;
    table->capacity = capacity;
    return (offset + (uint32_t)record * capacity + 4095u) & ~4095u;
}

static bool make_segment(bool forked) {
    struct tap_header layout = {0};
    uint32_t size = TAP_HEADER_SIZE;
    size = place(&layout.sockets, size, sizeof *tap_sockets, TAP_SOCKET_CAPACITY);
    size = place(&layout.endpoints, size, sizeof *tap_endpoints, TAP_ENDPOINT_CAPACITY);
    size = place(&layout.connections, size, sizeof *tap_connections, TAP_CONNECTION_CAPACITY);
    size = place(&layout.events, size, sizeof *tap_events, TAP_EVENT_CAPACITY);
    size = place(&layout.gauges, size, sizeof *tap_gauges, TAP_GAUGE_CAPACITY);

    char path[4096], hidden[4096];
    int length = snprintf(path, sizeof path, "%s/%s.%u.%d" TAP_SEGMENT_SUFFIX, directory, node, incarnation, (int)owner);
    int hidden_length = snprintf(hidden, sizeof hidden, "%s/.%s.%u.%d", directory, node, incarnation, (int)owner);
    if (length >= (int)sizeof path || hidden_length >= (int)sizeof hidden) {
        errno = ENAMETOOLONG;
        return give_up("cannot name the segment"), false;
    }
    // A program that was replaced (exec) has left a segment of the same name.
    unlink(hidden);
    int file = open(hidden, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return give_up("cannot make the segment"), false;
    char *base = MAP_FAILED;
    if (ftruncate(file, size) == 0) base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    int error = errno;
    if (real_close) real_close(file); else close(file);
    errno = error;
    if (base == MAP_FAILED) {
        give_up("cannot map the segment");
        unlink(hidden);
        return false;
    }

    struct tap_header *header = (struct tap_header *)base;
    *header = layout;
    header->version = TAP_VERSION;
    header->flags = forked ? TAP_PROCESS_FORKED : 0;
    header->size = size;
    header->pid = owner;
    header->parent_pid = getppid();
    header->incarnation = incarnation;
    header->started_ns = tap_now();
    tap_copy_text(header->node, sizeof header->node, node);
    int major = 0, minor = 0, patch = 0;
    real.zmq_version(&major, &minor, &patch);
    header->libzmq_version = (uint32_t)(major * 10000 + minor * 100 + patch);
    tap_sockets = (struct tap_socket *)(base + layout.sockets.offset);
    tap_endpoints = (struct tap_endpoint *)(base + layout.endpoints.offset);
    tap_connections = (struct tap_connection *)(base + layout.connections.offset);
    tap_events = (struct tap_event *)(base + layout.events.offset);
    tap_gauges = (struct tap_gauge *)(base + layout.gauges.offset);
    __atomic_store_n(&header->magic, TAP_MAGIC, __ATOMIC_RELEASE);
    if (rename(hidden, path) != 0) {
        give_up("cannot name the segment");
        unlink(hidden);
        munmap(base, size);
        return false;
    }
    __atomic_store_n(&tap_header, header, __ATOMIC_RELEASE);
    return true;
}

bool tap_open_segment(void) {
    if (!tap_is_on || has_failed) return false;
    bool forked = !tap_is_own_process();
    if (__atomic_load_n(&tap_header, __ATOMIC_ACQUIRE) && !forked) return true;
    if (forked) {
        // A fork without exec. Contexts do not survive it, so what was counted is the parent's; and another thread of
        // the parent may have held the lock.
        pthread_mutex_init(&tap_lock, NULL);
        owner = getpid();
        tap_header = NULL;
        tap_forget_sockets();
        memset(tap_descriptors, 0, sizeof tap_descriptors);
    }
    int error = errno;
    pthread_mutex_lock(&tap_lock);
    bool made = tap_header || make_segment(forked);
    pthread_mutex_unlock(&tap_lock);
    errno = error;
    return made;
}

EXPORT void zmqtap_gauge(const char *name, double value) {
    tap_find_real();
    // Without libzmq there is nothing to watch.
    if (!name || !real.zmq_socket || !tap_open_segment()) return;
    int error = errno;
    pthread_mutex_lock(&tap_lock);
    uint32_t used = tap_header->gauges.used, i = 0;
    while (i < used && strncmp(tap_gauges[i].name, name, sizeof tap_gauges[i].name - 1) != 0) i++;
    if (i == used && used < TAP_GAUGE_CAPACITY) {
        tap_begin_change(&tap_gauges[i].generation);
        tap_copy_text(tap_gauges[i].name, sizeof tap_gauges[i].name, name);
        __atomic_store(&tap_gauges[i].value, &value, __ATOMIC_RELAXED);
        SET(tap_gauges[i].updated_ns, tap_now());
        tap_end_change(&tap_gauges[i].generation);
        __atomic_store_n(&tap_header->gauges.used, used + 1, __ATOMIC_RELEASE);
    } else if (i < used) {
        __atomic_store(&tap_gauges[i].value, &value, __ATOMIC_RELAXED);
        SET(tap_gauges[i].updated_ns, tap_now());
    } else {
        ADD(tap_header->gauges.dropped, 1);
    }
    pthread_mutex_unlock(&tap_lock);
    errno = error;
}
