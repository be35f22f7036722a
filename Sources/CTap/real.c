// Finds the functions that the tap stands in front of.
//
// A process may hold several copies of libzmq: a Python wheel loads its own out of sight (RTLD_LOCAL) beside the
// system's. Each call goes to the copy that the dynamic linker would have bound its caller to, had the tap not been
// there: the program's functions that the tap leaves alone (zmq_msg_init and its like) are bound so.
#include <dlfcn.h>
#include <link.h>

#include "internal.h"

TAP_HOT_DATA struct tap_copy tap_copies[TAP_COPIES];
TAP_HOT_DATA uint32_t tap_copy_count;
TAP_HOT_DATA struct tap_libc libc;

void tap_find_libc(void) {
    int saved = errno;
    libc.send = (__typeof__(libc.send))dlsym(RTLD_NEXT, "send");
    libc.recv = (__typeof__(libc.recv))dlsym(RTLD_NEXT, "recv");
    libc.recv_chk = (__typeof__(libc.recv_chk))dlsym(RTLD_NEXT, "__recv_chk");
    libc.poll = (__typeof__(libc.poll))dlsym(RTLD_NEXT, "poll");
    libc.poll_chk = (__typeof__(libc.poll_chk))dlsym(RTLD_NEXT, "__poll_chk");
    libc.connect = (__typeof__(libc.connect))dlsym(RTLD_NEXT, "connect");
    libc.close = (__typeof__(libc.close))dlsym(RTLD_NEXT, "close");
    errno = saved;
}

static TAP_HOT const struct tap_copy *copy_around(const void *address) {
    uint32_t count = __atomic_load_n(&tap_copy_count, __ATOMIC_ACQUIRE);
    for (uint32_t i = 0; i < count; i++)
        if ((uintptr_t)address >= tap_copies[i].start && (uintptr_t)address < tap_copies[i].end) return &tap_copies[i];
    return NULL;
}

TAP_HOT bool tap_is_libzmq(const void *address) { return copy_around(address) != NULL; }

// ---- objects in the order in which they were loaded

struct object {
    uintptr_t inside;
    uintptr_t start, end;  // of the part of it that holds `inside`
    int order;             // 0 is the program; -1: in none
    int count;
};

static int note_object(struct dl_phdr_info *info, size_t size, void *data) {
    (void)size;
    struct object *object = data;
    int order = object->count++;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        uintptr_t start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        uintptr_t end = start + info->dlpi_phdr[i].p_memsz;
        if (info->dlpi_phdr[i].p_type != PT_LOAD || object->inside < start || object->inside >= end) continue;
        object->start = start;
        object->end = end;
        object->order = order;
        return 1;
    }
    return 0;
}

static struct object object_around(const void *address) {
    struct object object = {.inside = (uintptr_t)address, .order = -1};
    dl_iterate_phdr(note_object, &object);
    return object;
}

// ---- which zmq_socket a caller means

static void *socket_in(const char *path) {
    void *handle = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
    if (handle == NULL) return NULL;
    void *found = dlsym(handle, "zmq_socket");
    dlclose(handle);
    return found != (void *)&zmq_socket ? found : NULL;
}

// Of the object itself and what it needs.
static void *socket_of_object(const void *caller) {
    Dl_info info;
    if (!dladdr(caller, &info) || info.dli_fname == NULL || strchr(info.dli_fname, '/') == NULL) return NULL;
    return socket_in(info.dli_fname);
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

// What an object finds by way of whoever loaded it is not for us to see: the first copy that is loaded at all.
static void *socket_of_any(void) {
    struct candidates candidates = {.count = 0};
    dl_iterate_phdr(note_candidate, &candidates);
    void *found = NULL;
    for (int i = 0; i < candidates.count && found == NULL; i++) found = socket_in(candidates.path[i]);
    return found;
}

static void *socket_for(const void *caller) {
    void *global = dlsym(RTLD_NEXT, "zmq_socket");
    struct object object = object_around(caller);
    void *own = object.order > 0 ? socket_of_object(caller) : NULL;
    if (global == NULL) return own != NULL ? own : socket_of_any();
    if (own == NULL || own == global) return global;
    // The linker looks into the global scope first; but what came into it after the caller was bound is too late.
    return object_around(global).order < object.order ? global : own;
}

// ---- a copy's functions

// zmq_msg_more reads one bit. Finding it once saves the call for every message.
static int32_t find_more(const struct tap_copy *copy) {
    zmq_msg_t message;
    uint8_t *bytes = (uint8_t *)&message;
    int32_t found = -1;
    memset(&message, 0, sizeof message);
    if (copy->zmq_msg_more == NULL || copy->zmq_msg_more(&message) != 0) return -1;
    for (size_t i = 0; i < sizeof message; i++) {
        bytes[i] = 1;
        if (copy->zmq_msg_more(&message) != 0) {
            if (found >= 0) return -1;
            found = (int32_t)i;
        }
        bytes[i] = 0;
    }
    return found;
}

static const struct tap_copy *copy_with(void *socket) {
    const struct tap_copy *known = copy_around(socket);
    if (known != NULL || tap_copy_count == TAP_COPIES) return known != NULL ? known : &tap_copies[0];
    // It stays loaded: these pointers must stay good.
    Dl_info info;
    void *handle = dladdr(socket, &info) && info.dli_fname != NULL
                       ? dlopen(info.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE)
                       : NULL;
    if (handle == NULL) handle = RTLD_NEXT;
    struct tap_copy *copy = &tap_copies[tap_copy_count];
#define TAP_FIND(name) copy->name = (__typeof__(copy->name))dlsym(handle, #name);
    TAP_ZMQ_FUNCTIONS(TAP_FIND)
#undef TAP_FIND
    if (copy->zmq_socket == NULL) return NULL;
    struct object object = object_around((void *)copy->zmq_socket);
    copy->start = object.start;
    copy->end = object.end;
    copy->more_offset = find_more(copy);
    __atomic_store_n(&tap_copy_count, tap_copy_count + 1, __ATOMIC_RELEASE);
    tap_segment_copies();
    return copy;
}

// ---- callers that were seen before: page number and copy in one word

static uint64_t callers[256];
static pthread_mutex_t finding = PTHREAD_MUTEX_INITIALIZER;

void tap_copies_forget_lock(void) {
    static const pthread_mutex_t unlocked = PTHREAD_MUTEX_INITIALIZER;
    memcpy(&finding, &unlocked, sizeof unlocked);
}

const struct tap_copy *tap_copy_of(const void *caller) {
    const struct tap_copy *self = copy_around(caller);  // libzmq's own call
    if (self != NULL) return self;
    uint64_t page = (uintptr_t)caller >> 12, known = LOAD(callers[page % 256]);
    if (LIKELY(known != 0 && known / TAP_COPIES == page)) return &tap_copies[known % TAP_COPIES];
    return tap_copy_search(caller);
}

// A plugin may have been unloaded, and another have come to its place.
const struct tap_copy *tap_copy_search(const void *caller) {
    const struct tap_copy *copy = copy_around(caller);
    if (copy != NULL) return copy;
    uint64_t page = (uintptr_t)caller >> 12;
    int saved = errno;
    pthread_mutex_lock(&finding);
    void *socket = socket_for(caller);
    if (socket != NULL) copy = copy_with(socket);
    if (copy != NULL) STORE(callers[page % 256], page * TAP_COPIES + (uint64_t)(copy - tap_copies));
    pthread_mutex_unlock(&finding);
    errno = saved;
    return copy;
}
