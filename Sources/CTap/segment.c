// The segment: made at the first context, socket or gauge, whole before it appears under its name.
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "internal.h"

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

TAP_HOT_DATA uint8_t *tap_segment;

#define PAGE 4096u

static uint32_t closed_sockets[TAP_SOCKET_CAPACITY];
static uint32_t closed_endpoints[TAP_ENDPOINT_CAPACITY];
static uint32_t closed_connections[TAP_CONNECTION_CAPACITY];
// A closed socket or endpoint stays readable for a while; a closed connection as long as there is room, for it holds
// what a link has counted.
struct tap_slots tap_socket_slots = {.kept = 64, .closed = closed_sockets};
struct tap_slots tap_endpoint_slots = {.kept = 128, .closed = closed_endpoints};
struct tap_slots tap_connection_slots = {.kept = TAP_CONNECTION_CAPACITY, .closed = closed_connections};

static uint8_t backed[TAP_SEGMENT_SIZE / PAGE / 8 + 1];

bool tap_segment_back(void *record, size_t size) {
    size_t first = (size_t)((uint8_t *)record - tap_segment) / PAGE;
    size_t last = ((size_t)((uint8_t *)record - tap_segment) + size - 1) / PAGE;
    for (size_t page = first; page <= last; page++) {
        if (__atomic_load_n(&backed[page / 8], __ATOMIC_RELAXED) & (1u << page % 8)) continue;
        // A kernel before 5.14 does not know the advice (EINVAL); there a full file system is not noticed.
        if (madvise(tap_segment + page * PAGE, PAGE, MADV_POPULATE_WRITE) != 0 && errno != EINVAL) return false;
        __atomic_fetch_or(&backed[page / 8], (uint8_t)(1u << page % 8), __ATOMIC_RELAXED);
    }
    return true;
}

static void describe(struct tap_table *table, size_t offset, size_t record_size, uint32_t capacity) {
    table->offset = (uint32_t)offset;
    table->record_size = (uint32_t)record_size;
    table->capacity = capacity;
}

static void reset(struct tap_slots *slots, struct tap_table *table) {
    slots->table = table;
    slots->head = slots->count = 0;
}

static void note_copies(struct tap_header *header) {
    uint32_t count = __atomic_load_n(&tap_copy_count, __ATOMIC_ACQUIRE);
    STORE(header->libzmq_copies, count);
    int major = 0, minor = 0, patch = 0;
    if (count > 0) tap_copies[0].zmq_version(&major, &minor, &patch);
    STORE(header->libzmq_version, (uint32_t)(major * 10000 + minor * 100 + patch));
}

void tap_segment_copies(void) {
    if (__atomic_load_n(&tap_segment, __ATOMIC_ACQUIRE) != NULL) note_copies(tap_header());
}

// The main thread's name: prctl would tell the calling thread's.
static void name_program(char *name, size_t size) {
    int file = open("/proc/self/comm", O_RDONLY | O_CLOEXEC);
    ssize_t length = file >= 0 ? read(file, name, size - 1) : 0;
    if (file >= 0) libc.close(file);
    name[length > 0 && name[length - 1] == '\n' ? length - 1 : 0] = 0;
}

// Returns what stood in the way, or NULL.
static const char *make(void) {
    char node[sizeof process.node], temporary[1024], path[1024];
    for (size_t i = 0; i < sizeof node; i++) node[i] = process.node[i] == '/' ? '_' : process.node[i];
    snprintf(path, sizeof path, "%s/%s.%u.%d" TAP_SEGMENT_SUFFIX, process.directory, node, process.incarnation,
             (int)process.pid);
    snprintf(temporary, sizeof temporary, "%s/.%s.%u.%d" TAP_SEGMENT_SUFFIX, process.directory, node,
             process.incarnation, (int)process.pid);
    int file = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return "open";
    const char *failed = NULL;
    void *memory = MAP_FAILED;
    if (ftruncate(file, TAP_SEGMENT_SIZE) != 0) {
        failed = "ftruncate";
    } else {
        memory = mmap(NULL, TAP_SEGMENT_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (memory == MAP_FAILED) failed = "mmap";
    }
    libc.close(file);
    if (failed == NULL && madvise(memory, PAGE, MADV_POPULATE_WRITE) != 0 && errno != EINVAL) failed = "allocate";
    if (failed == NULL) {
        struct tap_header *header = memory;
        memset(backed, 0, sizeof backed);
        backed[0] = 1;
        header->magic = TAP_MAGIC;
        header->version = TAP_VERSION;
        header->flags = process.forked ? TAP_PROCESS_FORKED : 0;
        header->size = TAP_SEGMENT_SIZE;
        header->pid = process.pid;
        header->parent_pid = getppid();
        header->incarnation = process.incarnation;
        note_copies(header);
        name_program(header->program, sizeof header->program);
        header->started_ns = tap_now();
        memcpy(header->node, process.node, sizeof header->node);
        describe(&header->sockets, TAP_SOCKETS_OFFSET, sizeof(struct tap_socket), TAP_SOCKET_CAPACITY);
        describe(&header->endpoints, TAP_ENDPOINTS_OFFSET, sizeof(struct tap_endpoint), TAP_ENDPOINT_CAPACITY);
        describe(&header->connections, TAP_CONNECTIONS_OFFSET, sizeof(struct tap_connection), TAP_CONNECTION_CAPACITY);
        describe(&header->events, TAP_EVENTS_OFFSET, sizeof(struct tap_event), TAP_EVENT_CAPACITY);
        describe(&header->gauges, TAP_GAUGES_OFFSET, sizeof(struct tap_gauge), TAP_GAUGE_CAPACITY);
        describe(&header->stamps, TAP_STAMPS_OFFSET, sizeof(struct tap_stamps), TAP_CONNECTION_CAPACITY);
        describe(&header->samples, TAP_SAMPLES_OFFSET, sizeof(struct tap_sample), TAP_SAMPLE_CAPACITY);
        describe(&header->orders, TAP_ORDERS_OFFSET, sizeof(struct tap_orders), 1);
        reset(&tap_socket_slots, &header->sockets);
        reset(&tap_endpoint_slots, &header->endpoints);
        reset(&tap_connection_slots, &header->connections);
        if (rename(temporary, path) != 0) failed = "rename";
    }
    if (failed != NULL) {
        int reason = errno;
        if (memory != MAP_FAILED) munmap(memory, TAP_SEGMENT_SIZE);
        unlink(temporary);
        errno = reason;
        return failed;
    }
    __atomic_store_n(&tap_segment, memory, __ATOMIC_RELEASE);
    tap_attention_start();
    tap_faults_start(process.directory, node);
    return NULL;
}

bool tap_segment_open(void) {
    if (LIKELY(__atomic_load_n(&tap_segment, __ATOMIC_ACQUIRE) != NULL)) return true;
    tap_start();
    if (!process.wanted || LOAD(process.refused) || process.pid != getpid()) return false;
    int saved = errno;
    pthread_mutex_lock(&tap_lock);
    if (tap_segment == NULL && !process.refused) {
        const char *failed = make();
        if (failed != NULL) {
            STORE(process.refused, true);
            char line[768];
            int size = snprintf(line, sizeof line, "zmqtap: nothing of process %d is counted: %s in %s: %s\n",
                                (int)process.pid, failed, process.directory, strerror(errno));
            if (size > 0 && write(STDERR_FILENO, line, (size_t)size < sizeof line ? (size_t)size : sizeof line) < 0) {
                // Nobody to tell.
            }
        }
    }
    pthread_mutex_unlock(&tap_lock);
    errno = saved;
    return tap_segment != NULL;
}

void tap_segment_forget(void) {
    tap_attention_forget();
    munmap(tap_segment, TAP_SEGMENT_SIZE);
    tap_segment = NULL;
}

uint32_t tap_slot_take(struct tap_slots *slots) {
    uint32_t used = slots->table->used, capacity = slots->table->capacity;
    if (used < capacity && slots->count < slots->kept) {
        size_t offset = slots->table->offset + (size_t)used * slots->table->record_size;
        if (tap_segment_back(tap_segment + offset, slots->table->record_size)) {
            __atomic_store_n(&slots->table->used, used + 1, __ATOMIC_RELEASE);
            return used;
        }
    }
    if (slots->count == 0) {
        ADD(slots->table->dropped, 1);
        return TAP_NO_INDEX;
    }
    uint32_t index = slots->closed[slots->head];
    slots->head = (slots->head + 1) % capacity;
    slots->count--;
    return index;
}

void tap_slot_give(struct tap_slots *slots, uint32_t index) {
    slots->closed[(slots->head + slots->count) % slots->table->capacity] = index;
    slots->count++;
}
