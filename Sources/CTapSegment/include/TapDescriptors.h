// Faults that the kernel makes, on the descriptor of a tcp connection: shared by the tap, for the connections of its own
// process, and by the session, which borrows the descriptors of processes that are idle or stopped.
#ifndef ZMQTOP_TAPDESCRIPTORS_H
#define ZMQTOP_TAPDESCRIPTORS_H

#include <errno.h>
#include <linux/filter.h>
#include <stdint.h>
#include <sys/socket.h>

#ifndef SO_MAX_PACING_RATE
#define SO_MAX_PACING_RATE 47
#endif

// Of 2^32 packets that arrive so many are dropped; UINT32_MAX: all. 0: the filter is taken away. Returns an errno, or 0.
static inline int tap_descriptor_loss(int descriptor, uint32_t loss) {
    if (loss == 0) {
        int none = 0;
        if (setsockopt(descriptor, SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof none) == 0) return 0;
        return errno == ENOENT ? 0 : errno;  // there was none
    }
    struct sock_filter drop_all[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
    struct sock_filter drop_some[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_RANDOM)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, loss, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, 0),
        BPF_STMT(BPF_RET | BPF_K, 0xffffffffu),
    };
    int all = loss == UINT32_MAX;
    struct sock_fprog program = {.len = all ? 1 : 4, .filter = all ? drop_all : drop_some};
    return setsockopt(descriptor, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0 ? 0 : errno;
}

// At most so many bytes a second leave; 0: as many as can. Returns an errno, or 0.
static inline int tap_descriptor_pacing(int descriptor, uint64_t rate) {
    uint32_t value = rate == 0 || rate > UINT32_MAX ? UINT32_MAX : (uint32_t)rate;
    return setsockopt(descriptor, SOL_SOCKET, SO_MAX_PACING_RATE, &value, sizeof value) == 0 ? 0 : errno;
}

// Neither end sends or receives any more. What the kernel holds for the other end still arrives. Returns an errno, or 0.
static inline int tap_descriptor_cut(int descriptor) {
    return shutdown(descriptor, SHUT_RDWR) == 0 || errno == ENOTCONN ? 0 : errno;
}

#endif
