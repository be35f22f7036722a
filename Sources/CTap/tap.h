// What the tap's files share. The tap stands in front of libzmq's public functions and of libc's send, recv and close
// (LD_PRELOAD), calls the real ones, and keeps its figures in a segment (CTapSegment.h).
//
// Threads: the message path takes no lock. A socket's API counters belong to the thread that uses the socket, a
// connection's wire counters to its I/O thread. Whatever appears or disappears (sockets, endpoints, connections, routes,
// events) does so under `tap_lock`.
#ifndef ZMQTOP_TAP_H
#define ZMQTOP_TAP_H

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <zmq.h>

#include "CTapSegment.h"

#define EXPORT __attribute__((visibility("default")))
#define LIKELY(x) __builtin_expect(!!(x), 1)
#define UNLIKELY(x) __builtin_expect(!!(x), 0)
#define NO_INDEX TAP_NO_INDEX
#define DESCRIPTORS 65536

// One writer: a relaxed store is enough, and costs what a plain one costs.
#define SET(field, value) __atomic_store_n(&(field), (value), __ATOMIC_RELAXED)
#define GET(field) __atomic_load_n(&(field), __ATOMIC_RELAXED)
#define ADD(field, n) SET(field, (field) + (n))

// --- real.c: the functions behind ours -----------------------------------------------------------------------------

struct real {
    void *(*zmq_socket)(void *, int);
    int (*zmq_close)(void *);
    int (*zmq_setsockopt)(void *, int, const void *, size_t);
    int (*zmq_getsockopt)(void *, int, void *, size_t *);
    int (*zmq_bind)(void *, const char *);
    int (*zmq_connect)(void *, const char *);
    int (*zmq_unbind)(void *, const char *);
    int (*zmq_disconnect)(void *, const char *);
    int (*zmq_socket_monitor)(void *, const char *, int);
    int (*zmq_send)(void *, const void *, size_t, int);
    int (*zmq_send_const)(void *, const void *, size_t, int);
    int (*zmq_msg_send)(zmq_msg_t *, void *, int);
    int (*zmq_recv)(void *, void *, size_t, int);
    int (*zmq_msg_recv)(zmq_msg_t *, void *, int);
    int (*zmq_sendiov)(void *, struct iovec *, size_t, int);
    int (*zmq_recviov)(void *, struct iovec *, size_t *, int);
    int (*zmq_poll)(zmq_pollitem_t *, int, long);
    int (*zmq_proxy)(void *, void *, void *);
    int (*zmq_proxy_steerable)(void *, void *, void *, void *);
    int (*zmq_msg_init)(zmq_msg_t *);
    int (*zmq_msg_close)(zmq_msg_t *);
    size_t (*zmq_msg_size)(const zmq_msg_t *);
    void *(*zmq_msg_data)(zmq_msg_t *);
    int (*zmq_msg_more)(const zmq_msg_t *);
    int (*zmq_msg_get)(const zmq_msg_t *, int);
    void (*zmq_version)(int *, int *, int *);
};
extern struct real real;
void tap_find_real(void);
extern ssize_t (*real_send)(int, const void *, size_t, int);
extern ssize_t (*real_recv)(int, void *, size_t, int);
extern int (*real_close)(int);
void tap_find_real_libc(void);

// --- threads -------------------------------------------------------------------------------------------------------

struct socket_state;

enum monitor_mode {
    MONITOR_NONE,
    MONITOR_PRETEND,  // libzmq makes a monitor for us: its PAIR is pretended
    MONITOR_SHARE,    // libzmq makes a monitor for the program, and we listen in
};

struct thread_state {
    int inside;  // > 0: libzmq, called by us, calls its own public functions
    enum monitor_mode mode;
    uint32_t pretend_index;  // MONITOR_PRETEND: for which socket
    bool pretend_used;
    void *shared_pair;      // MONITOR_SHARE: the PAIR that libzmq made
    int descriptor;         // that this thread last read or wrote
    uint32_t binding;       // endpoint row of the bind that this thread is in
    void *last_socket;      // the last one looked up, while `epoch` is the tap's
    struct socket_state *last_state;
    uint32_t epoch;
};
extern __thread struct thread_state tap_thread __attribute__((tls_model("initial-exec")));

// --- segment.c -----------------------------------------------------------------------------------------------------

extern pthread_mutex_t tap_lock;
extern struct tap_header *tap_header;  // NULL until the first socket
extern struct tap_socket *tap_sockets;
extern struct tap_endpoint *tap_endpoints;
extern struct tap_connection *tap_connections;
extern struct tap_event *tap_events;
extern struct tap_gauge *tap_gauges;

// Whether this process is to be counted. False after a fork until the child makes a socket of its own.
extern bool tap_is_on;

// Makes the segment of this process if there is none yet; a forked child gets one of its own.
// Returns false when there can be none: everything then passes through.
bool tap_open_segment(void);
// Whether the calling process is the one that the tap's state is about (a vfork child runs in its parent's memory).
bool tap_is_own_process(void);
uint64_t tap_now(void);
// A slot's identity changes between these two.
void tap_begin_change(uint32_t *generation);
void tap_end_change(uint32_t *generation);
void tap_copy_text(char *to, size_t size, const char *from);

// --- sockets.c -----------------------------------------------------------------------------------------------------

struct socket_state {
    void *handle;  // NULL: free
    struct tap_socket *record;
    uint32_t index;
    int type;
    bool is_closed;
    bool has_inproc;     // a message may come from no connection
    bool handover;       // ROUTER_HANDOVER
    bool pretended_on;   // our monitor is in place
    uint32_t only;       // the only connection that it ever had; NO_INDEX none; MANY
    uint32_t first_endpoint;
    uint32_t next_closed;

    // The message that is being sent, one frame after the other.
    bool send_open;
    uint32_t send_target;  // ROUTER: connection, or NO_INDEX
    uint64_t send_bytes;
    // The message that is being received.
    bool receive_open;
    uint64_t receive_bytes;
    uint32_t reply_to;  // REP: connection of the last request
    // A ROUTER's identity frames: of the message being sent, of the one being received.
    uint32_t send_identity_size, receive_identity_size;
    uint8_t send_identity[TAP_IDENTITY], receive_identity[TAP_IDENTITY];
    uint8_t connect_identity[TAP_IDENTITY];  // CONNECT_ROUTING_ID for the next connect
    uint32_t connect_identity_size;

    // A program's monitor: this is its PAIR.
    bool is_monitor;
    uint32_t monitored;  // socket index
    int monitor_mask;
    bool monitor_forwards;  // the event whose frames are being sent is one that the program wants
    uint16_t monitor_event;
    int32_t monitor_value;
};
#define MANY 0xfffffffeu

extern struct socket_state tap_socket_states[TAP_SOCKET_CAPACITY];
extern uint32_t tap_epoch;
extern uint32_t tap_program_monitors;

struct socket_state *tap_find_socket_slowly(void *handle);
static inline struct socket_state *tap_find_socket(void *handle) {
    struct thread_state *t = &tap_thread;
    if (LIKELY(t->last_socket == handle && t->epoch == GET(tap_epoch))) return t->last_state;
    return tap_find_socket_slowly(handle);
}
// With tap_lock held. NULL when all slots are taken.
struct socket_state *tap_add_socket(void *handle, int type, bool hidden);
void tap_remove_socket(struct socket_state *s);
void tap_forget_sockets(void);
void tap_note_option(struct socket_state *s, int name, const void *value, size_t size, bool refused);

// Endpoints, with tap_lock held. NO_INDEX when there is no room.
uint32_t tap_add_endpoint(struct socket_state *s, uint32_t kind, const char *asked);
void tap_drop_endpoint(struct socket_state *s, uint32_t index);
uint32_t tap_find_endpoint(struct socket_state *s, const char *text, uint32_t kind);
void tap_remove_endpoint(struct socket_state *s, const char *text, uint32_t kind);
const uint8_t *tap_endpoint_identity(uint32_t index, uint32_t *size);

// --- monitor.c -----------------------------------------------------------------------------------------------------

// The address of the pretended PAIR of socket slot i is &tap_pretended[i].
extern char tap_pretended[TAP_SOCKET_CAPACITY];
static inline bool tap_is_pretended(const void *handle) {
    return (uintptr_t)handle - (uintptr_t)tap_pretended < sizeof tap_pretended;
}
void tap_start_monitor(struct socket_state *s);
int tap_take_event_frame(struct socket_state *monitor, uint32_t index, zmq_msg_t *message, int flags, bool *forward);
int tap_pretended_send(zmq_msg_t *message, void *handle, int flags);

// --- connections.c -------------------------------------------------------------------------------------------------

struct wire {
    uint8_t phase;
    uint8_t header_left;
    uint8_t flags;
    uint8_t count;      // bytes of the greeting so far
    bool begun;         // inside a message: between its first byte and its last
    bool first;         // the next byte is the first of a one-frame message's body
    uint64_t left;      // bytes of the body still to come
    uint64_t length;
    uint32_t captured;  // bytes of a command kept
};
#define CAPTURE 640

struct connection_state {
    struct tap_connection *record;
    uint32_t older_on_descriptor;
    uint32_t next_closed;
    bool is_open;
    struct wire out, in;
    uint8_t major[2], minor[2], mechanism;  // [0] ours, [1] the peer's
    bool own_is_sub, peer_is_sub;
    uint8_t out_command[CAPTURE], in_command[CAPTURE];
};
extern struct connection_state tap_connection_states[TAP_CONNECTION_CAPACITY];
extern uint32_t tap_descriptors[DESCRIPTORS];  // connection + 1; 0: not one of ours

uint32_t tap_add_connection(int descriptor);  // with tap_lock held
void tap_end_connection(int descriptor);
void tap_join_connection(struct socket_state *s, int descriptor, uint32_t role, uint32_t endpoint);
// The open connection that a HANDSHAKE event of this socket, on this thread, is about; NO_INDEX unknown.
uint32_t tap_handshaking(struct socket_state *s);
// Which connection of this socket a message came by that libzmq says came by this descriptor.
uint32_t tap_connection_of_message(struct socket_state *s, int descriptor);

// Routes: identity → connection, of a ROUTER.
void tap_learn_route(struct socket_state *s, uint32_t connection, const uint8_t *identity, uint32_t size, bool certain);
uint32_t tap_find_route(struct socket_state *s, const uint8_t *identity, uint32_t size);

// --- wire.c --------------------------------------------------------------------------------------------------------

void tap_wire_sent(uint32_t connection, const uint8_t *bytes, size_t offered, ssize_t taken);
void tap_wire_received(uint32_t connection, const uint8_t *bytes, size_t count);
bool tap_is_signature(const uint8_t *bytes, size_t count);

#endif
