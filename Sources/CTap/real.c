// Finds the functions that the tap stands in front of.
#include <dlfcn.h>
#include <link.h>

#include "internal.h"

TAP_HOT_DATA struct tap_real real;
TAP_HOT_DATA struct tap_libc libc;
TAP_HOT_DATA uint32_t tap_real_ready;
TAP_HOT_DATA int32_t tap_more_offset = -1;

void tap_find_libc(void) {
    int saved = errno;
    libc.send = (__typeof__(libc.send))dlsym(RTLD_NEXT, "send");
    libc.recv = (__typeof__(libc.recv))dlsym(RTLD_NEXT, "recv");
    libc.recv_chk = (__typeof__(libc.recv_chk))dlsym(RTLD_NEXT, "__recv_chk");
    libc.poll = (__typeof__(libc.poll))dlsym(RTLD_NEXT, "poll");
    libc.poll_chk = (__typeof__(libc.poll_chk))dlsym(RTLD_NEXT, "__poll_chk");
    libc.close = (__typeof__(libc.close))dlsym(RTLD_NEXT, "close");
    errno = saved;
}

// Where libzmq's code lies: a call of send() from there is a connection's.
static TAP_HOT_DATA struct {
    uintptr_t start, end;
} code[4];
static TAP_HOT_DATA uint32_t code_count;

TAP_HOT bool tap_is_libzmq(const void *address) {
    for (uint32_t i = 0; i < __atomic_load_n(&code_count, __ATOMIC_ACQUIRE); i++)
        if ((uintptr_t)address >= code[i].start && (uintptr_t)address < code[i].end) return true;
    return false;
}

static int note_code(struct dl_phdr_info *object, size_t size, void *data) {
    (void)size;
    uintptr_t inside = *(const uintptr_t *)data;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        uintptr_t start = object->dlpi_addr + object->dlpi_phdr[i].p_vaddr;
        uintptr_t end = start + object->dlpi_phdr[i].p_memsz;
        if (object->dlpi_phdr[i].p_type != PT_LOAD || inside < start || inside >= end) continue;
        if (code_count < sizeof code / sizeof code[0]) {
            code[code_count].start = start;
            code[code_count].end = end;
            __atomic_store_n(&code_count, code_count + 1, __ATOMIC_RELEASE);
        }
        return 1;
    }
    return 0;
}

struct candidates {
    char path[8][512];
    int count;
};

static int note_candidate(struct dl_phdr_info *object, size_t size, void *data) {
    (void)size;
    struct candidates *candidates = data;
    const char *slash = strrchr(object->dlpi_name, '/');
    const char *name = slash ? slash + 1 : object->dlpi_name;
    if (strstr(name, "zmq") == NULL || strlen(object->dlpi_name) >= sizeof candidates->path[0]) return 0;
    if (candidates->count < 8) strcpy(candidates->path[candidates->count++], object->dlpi_name);
    return 0;
}

// A Python extension loads its libzmq with RTLD_LOCAL: RTLD_NEXT does not see it, but it is loaded.
static void *find_local(void) {
    struct candidates candidates = {.count = 0};
    dl_iterate_phdr(note_candidate, &candidates);
    for (int i = 0; i < candidates.count; i++) {
        void *handle = dlopen(candidates.path[i], RTLD_LAZY | RTLD_NOLOAD);
        if (handle == NULL) continue;
        void *found = dlsym(handle, "zmq_socket");
        if (found != NULL && found != (void *)&zmq_socket) return handle;
        dlclose(handle);
    }
    return NULL;
}

// zmq_msg_more reads one bit. Finding it once saves the call for every message.
static void find_more(void) {
    zmq_msg_t message;
    uint8_t *bytes = (uint8_t *)&message;
    int32_t found = -1;
    memset(&message, 0, sizeof message);
    if (real.zmq_msg_more(&message) != 0) return;
    for (size_t i = 0; i < sizeof message; i++) {
        bytes[i] = 1;
        if (real.zmq_msg_more(&message) != 0) {
            if (found >= 0) return;
            found = (int32_t)i;
        }
        bytes[i] = 0;
    }
    tap_more_offset = found;
}

bool tap_find_real(void) {
    if (__atomic_load_n(&tap_real_ready, __ATOMIC_ACQUIRE)) return true;
    int saved = errno;
    static pthread_mutex_t finding = PTHREAD_MUTEX_INITIALIZER;
    pthread_mutex_lock(&finding);
    if (!tap_real_ready) {
        void *handle = RTLD_NEXT;
        void *socket = dlsym(RTLD_NEXT, "zmq_socket");
        if (socket == NULL) handle = find_local();
        if (handle != NULL) {
#define TAP_FIND(name) real.name = (__typeof__(real.name))dlsym(handle, #name);
            TAP_ZMQ_FUNCTIONS(TAP_FIND)
#undef TAP_FIND
            // Pin the library: these pointers must stay good.
            Dl_info info;
            if (real.zmq_socket != NULL && dladdr((void *)real.zmq_socket, &info) && info.dli_fname != NULL)
                (void)dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
            uintptr_t inside = (uintptr_t)real.zmq_socket;
            if (inside != 0) dl_iterate_phdr(note_code, &inside);
            if (inside != 0) find_more();
            __atomic_store_n(&tap_real_ready, real.zmq_socket != NULL, __ATOMIC_RELEASE);
        }
    }
    bool ready = tap_real_ready;
    pthread_mutex_unlock(&finding);
    errno = saved;
    return ready;
}
