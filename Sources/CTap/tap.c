// The process: start, fork, end, and the two functions that a program may call itself.
//
// The tap is passive unless TAP_ENV_DIRECTORY is set. It needs the C library alone, and whatever goes wrong, the
// program goes on as if it were not there.
#include <stdlib.h>
#include <unistd.h>

#include "CTap.h"
#include "internal.h"

struct tap_process process;
pthread_mutex_t tap_lock = PTHREAD_MUTEX_INITIALIZER;
__thread struct tap_thread thread __attribute__((tls_model("initial-exec")));

// pthread_atfork wants it of the start files, which SwiftPM's product leaves out.
__attribute__((visibility("hidden"), weak)) void *__dso_handle;

static void after_fork_in_child(void) {
    if (!process.wanted) return;
    static const pthread_mutex_t unlocked = PTHREAD_MUTEX_INITIALIZER;
    memcpy(&tap_lock, &unlocked, sizeof unlocked);
    process.pid = getpid();
    process.forked = true;
    process.refused = false;
    tap_copies_forget_lock();
    memset(&thread, 0, sizeof thread);
    tap_contexts_forget();
    if (tap_segment == NULL) return;
    tap_sockets_forget();
    tap_connections_forget();
    tap_monitors_forget();
    tap_segment_forget();
}

// A library that this one does not know may use libzmq in its constructor, before this one's.
static void start_once(void) {
    tap_find_libc();
    const char *directory = getenv(TAP_ENV_DIRECTORY);
    if (directory == NULL || directory[0] != '/' || strlen(directory) >= sizeof process.directory) return;
    const char *node = getenv(TAP_ENV_NODE);
    const char *incarnation = getenv(TAP_ENV_INCARNATION);
    strcpy(process.directory, directory);
    strncpy(process.node, node != NULL && *node != 0 ? node : "process", sizeof process.node - 1);
    process.incarnation = incarnation != NULL ? (uint32_t)strtoul(incarnation, NULL, 10) : 1;
    process.pid = getpid();
    process.wanted = true;
    pthread_atfork(NULL, NULL, after_fork_in_child);
}

void tap_start(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start_once);
}

__attribute__((constructor)) static void start(void) { tap_start(); }

__attribute__((destructor)) static void end(void) {
    if (tap_segment != NULL && process.pid == getpid()) STORE(tap_header()->ended_ns, tap_now());
}

void zmqtap_node(uint32_t ordinal) { thread.node = ordinal; }

void zmqtap_gauge(const char *name, double value) {
    int saved = errno;
    if (name != NULL && tap_segment_open()) {
        struct tap_gauge *found = NULL;
        pthread_mutex_lock(&tap_lock);
        struct tap_table *table = &tap_header()->gauges;
        for (uint32_t i = 0; i < table->used && found == NULL; i++)
            if (tap_gauge_record(i)->node == thread.node &&
                strncmp(tap_gauge_record(i)->name, name, sizeof found->name - 1) == 0)
                found = tap_gauge_record(i);
        if (found == NULL) {
            struct tap_gauge *fresh = table->used < table->capacity ? tap_gauge_record(table->used) : NULL;
            if (fresh != NULL && tap_segment_back(fresh, sizeof *fresh)) {
                found = fresh;
                tap_change_begin(&found->generation);
                strncpy(found->name, name, sizeof found->name - 1);
                found->node = thread.node;
                tap_change_end(&found->generation);
                __atomic_store_n(&table->used, table->used + 1, __ATOMIC_RELEASE);
            } else {
                ADD(table->dropped, 1);
            }
        }
        if (found != NULL) {
            __atomic_store(&found->value, &value, __ATOMIC_RELAXED);
            STORE(found->updated_ns, tap_now());
        }
        pthread_mutex_unlock(&tap_lock);
    }
    errno = saved;
}
