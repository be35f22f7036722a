// Finds the functions that ours stand in front of.
//
// A program that links libzmq, or loads it globally, has them behind us in the search order (RTLD_NEXT). A Python
// wheel loads its own libzmq locally: its calls reach us through the PLT, but the symbols are not in the global scope,
// so the loaded object is looked up by its name.
#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>

#include "tap.h"

struct real real;
ssize_t (*real_send)(int, const void *, size_t, int);
ssize_t (*real_recv)(int, void *, size_t, int);
int (*real_close)(int);

static int find_libzmq(struct dl_phdr_info *info, size_t size, void *path) {
    (void)size;
    const char *name = strrchr(info->dlpi_name, '/');
    name = name ? name + 1 : info->dlpi_name;
    if (strncmp(name, "libzmq", 6) != 0 || strncmp(name, "libzmqtap", 9) == 0) return 0;
    tap_copy_text(path, 4096, info->dlpi_name);
    return 1;
}

static void *find(void *library, const char *name) {
    void *symbol = dlsym(RTLD_NEXT, name);
    return symbol || !library ? symbol : dlsym(library, name);
}

static void find_all(void) {
    void *library = NULL;
    if (!dlsym(RTLD_NEXT, "zmq_socket")) {
        char path[4096] = "";
        if (dl_iterate_phdr(find_libzmq, path)) library = dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
    }
#define FIND(name) *(void **)&real.name = find(library, #name)
    FIND(zmq_close);
    FIND(zmq_setsockopt);
    FIND(zmq_getsockopt);
    FIND(zmq_bind);
    FIND(zmq_connect);
    FIND(zmq_unbind);
    FIND(zmq_disconnect);
    FIND(zmq_socket_monitor);
    FIND(zmq_send);
    FIND(zmq_send_const);
    FIND(zmq_msg_send);
    FIND(zmq_recv);
    FIND(zmq_msg_recv);
    FIND(zmq_sendiov);
    FIND(zmq_recviov);
    FIND(zmq_poll);
    FIND(zmq_proxy);
    FIND(zmq_proxy_steerable);
    FIND(zmq_msg_init);
    FIND(zmq_msg_close);
    FIND(zmq_msg_size);
    FIND(zmq_msg_data);
    FIND(zmq_msg_more);
    FIND(zmq_msg_get);
    FIND(zmq_version);
    FIND(zmq_socket);
#undef FIND
}

void tap_find_real(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    int error = errno;
    pthread_once(&once, find_all);
    errno = error;
}

void tap_find_real_libc(void) {
    int error = errno;
    *(void **)&real_close = dlsym(RTLD_NEXT, "close");
    *(void **)&real_recv = dlsym(RTLD_NEXT, "recv");
    *(void **)&real_send = dlsym(RTLD_NEXT, "send");
    errno = error;
}
