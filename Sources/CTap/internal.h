// What the tap's files share. Nothing here is visible outside the library.
//
// Three kinds of thread meet: the program's own (they call libzmq), libzmq's I/O threads (they call send, recv and
// close, and report monitor events), and whoever opens, closes or looks up. The message path (counting in zmq_send,
// zmq_recv, send and recv) takes no lock, makes no system call and allocates nothing; everything rarer than a message
// goes under `tap_lock`. The tap never calls libzmq while it holds that lock.
#ifndef ZMQTOP_TAP_INTERNAL_H
#define ZMQTOP_TAP_INTERNAL_H

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <time.h>
#include <zmq.h>

#include "CTapSegment.h"

#pragma GCC visibility push(hidden)

#define TAP_EXPORT __attribute__((visibility("default")))
// What every message touches lies together: a thread that wakes for one message finds cold caches.
#define TAP_HOT __attribute__((hot, section(".text.tap_hot")))
#define TAP_INLINE static inline __attribute__((always_inline))
#define TAP_HOT_DATA __attribute__((section("tap_hot_data"), aligned(64)))
#define LIKELY(condition) __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

#define LOAD(field) __atomic_load_n(&(field), __ATOMIC_RELAXED)
#define STORE(field, value) __atomic_store_n(&(field), (value), __ATOMIC_RELAXED)
// For a field with one writer: never torn, and no locked instruction.
// Volatile rather than atomic: an aligned word is written whole either way, and this is one instruction, not three.
#define ADD(field, amount) (*(volatile __typeof__(field) *)&(field) += (amount))
// For a field with several writers, off the message path.
#define ADD_SHARED(field, amount) __atomic_fetch_add(&(field), (amount), __ATOMIC_RELAXED)

// A record's text and identity change only between these two (see CTapSegment.h); the caller holds tap_lock.
static inline void tap_change_begin(uint32_t *generation) {
    STORE(*generation, LOAD(*generation) + 1);
    __atomic_thread_fence(__ATOMIC_RELEASE);
}
static inline void tap_change_end(uint32_t *generation) {
    __atomic_store_n(generation, LOAD(*generation) + 1, __ATOMIC_RELEASE);
}

static inline uint64_t tap_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

// ---- real functions (real.c)

#define TAP_ZMQ_FUNCTIONS(X)                                                                                    \
    X(zmq_ctx_new) X(zmq_init) X(zmq_ctx_term) X(zmq_term) X(zmq_ctx_destroy) X(zmq_ctx_shutdown)               \
    X(zmq_socket) X(zmq_close) X(zmq_setsockopt) X(zmq_getsockopt) X(zmq_bind) X(zmq_connect)                     \
    X(zmq_unbind) X(zmq_disconnect) X(zmq_send) X(zmq_send_const) X(zmq_sendiov) X(zmq_msg_send) X(zmq_recv)    \
    X(zmq_recviov) X(zmq_msg_recv) X(zmq_poll) X(zmq_proxy) X(zmq_proxy_steerable) X(zmq_device)                \
    X(zmq_socket_monitor) X(zmq_msg_init) X(zmq_msg_init_size) X(zmq_msg_close) X(zmq_msg_copy) X(zmq_msg_data) \
    X(zmq_msg_size) X(zmq_msg_more) X(zmq_msg_get) X(zmq_msg_gets) X(zmq_version)

// One copy of libzmq. A process may hold several: a Python wheel brings its own beside the system's.
struct tap_copy {
#define TAP_MEMBER(name) __typeof__(&name) name;
    TAP_ZMQ_FUNCTIONS(TAP_MEMBER)
#undef TAP_MEMBER
    int32_t more_offset;  // of the byte whose first bit zmq_msg_more reads; -1: not found
    uintptr_t start, end;  // its code
};
#define TAP_COPIES 8u
extern struct tap_copy tap_copies[TAP_COPIES];
extern uint32_t tap_copy_count;

struct pollfd;
struct sockaddr;
struct tap_libc {
    int (*connect)(int, const struct sockaddr *, uint32_t);
    ssize_t (*send)(int, const void *, size_t, int);
    ssize_t (*recv)(int, void *, size_t, int);
    ssize_t (*recv_chk)(int, void *, size_t, size_t, int);
    int (*close)(int);
    int (*poll)(struct pollfd *, unsigned long, int);
    int (*poll_chk)(struct pollfd *, unsigned long, int, size_t);
};
extern struct tap_libc libc;

// The copy whose functions this caller's calls would reach without the tap; NULL while none is loaded.
const struct tap_copy *tap_copy_of(const void *caller);
const struct tap_copy *tap_copy_search(const void *caller);  // the same, without what was found for it before
void tap_copies_forget_lock(void);  // after fork
void tap_find_libc(void);
bool tap_is_libzmq(const void *address);  // is this code inside a copy of libzmq?

// ---- the process (tap.c)

struct tap_process {
    bool wanted;   // TAP_ENV_DIRECTORY is set
    bool refused;  // the segment could not be made: pass everything through
    bool forked;
    int32_t pid;   // the owner's: a vfork child shares this memory, and must change nothing
    uint32_t incarnation;
    char directory[512];
    char node[128];
};
extern struct tap_process process;
extern pthread_mutex_t tap_lock;
void tap_start(void);  // reads the environment; the first call does it, whichever comes first

// Sets what the thread is doing inside libzmq, for poll() to see (blocked.c).
struct tap_socket_state;
struct tap_connection_state;
struct tap_monitor;
#define TAP_CACHED_SOCKETS 8u
struct tap_thread {
    uint32_t call;  // enum tap_call: inside a libzmq call of that kind
    int32_t id;     // gettid
    uint32_t node;  // that it plays, of several in the process; 0: the process is one
    struct tap_socket_state *socket;
    zmq_pollitem_t *items;
    int item_count;
    uint64_t context;  // ordinal of the one that this thread terminates
    int connecting;  // descriptor + 1 of this I/O thread's last connect(); 0: none
    struct tap_connection_state *connection;  // that this I/O thread used last
    uint64_t connection_id;                   // 0: none
    uint64_t blocked_ns;     // since when the call under way has waited; 0: it has not
    uint64_t begun_ns;       // when the send under way began, if it is to be stamped and has not waited; else 0
    uint64_t drained_ns;     // when the receive under way last looked for news and found none
    struct tap_monitor *monitor;  // inside zmq_socket_monitor: libzmq's next sockets are pretended
    uint64_t cache_epoch;
    void *last_socket;
    struct tap_socket_state *last_state;
    struct {
        void *socket;
        struct tap_socket_state *state;
    } cache[TAP_CACHED_SOCKETS];
};
extern __thread struct tap_thread thread __attribute__((tls_model("initial-exec")));

// Who called the function that this stands in; to be taken first of all. The compiler may move a rare branch into a
// function of its own, where the address would be another: the empty instruction keeps it here.
#define CALLER()                                           \
    ({                                                     \
        const void *caller_ = __builtin_return_address(0); \
        __asm__ volatile("" : "+r"(caller_));              \
        caller_;                                           \
    })

int32_t tap_thread_id(void);  // interpose_libc.c
void tap_wait_ended(void);
// Around each real call that may wait.
static inline void tap_call_begin(struct tap_socket_state *state, uint32_t call) {
    thread.socket = state;
    thread.call = call;
}
static inline void tap_call_end(void) {
    if (UNLIKELY(thread.blocked_ns != 0)) tap_wait_ended();
    thread.call = TAP_CALL_NONE;
    thread.socket = NULL;
}

// ---- the segment (segment.c)

extern uint8_t *tap_segment;  // NULL: none (not wanted, not yet, or refused)
bool tap_segment_open(void);  // makes it when it is wanted and not there yet
void tap_segment_forget(void);  // after fork: the parent's is none of ours
void tap_segment_copies(void);  // another copy of libzmq is known
static inline struct tap_header *tap_header(void) { return (struct tap_header *)tap_segment; }
// Backs the record with memory. False when there is none: a store to a hole of a full file system would kill the
// program.
bool tap_segment_back(void *record, size_t size);
#define TAP_SOCKETS_OFFSET TAP_HEADER_SIZE
#define TAP_ENDPOINTS_OFFSET (TAP_SOCKETS_OFFSET + TAP_SOCKET_CAPACITY * sizeof(struct tap_socket))
#define TAP_CONNECTIONS_OFFSET (TAP_ENDPOINTS_OFFSET + TAP_ENDPOINT_CAPACITY * sizeof(struct tap_endpoint))
#define TAP_EVENTS_OFFSET (TAP_CONNECTIONS_OFFSET + TAP_CONNECTION_CAPACITY * sizeof(struct tap_connection))
#define TAP_GAUGES_OFFSET (TAP_EVENTS_OFFSET + TAP_EVENT_CAPACITY * sizeof(struct tap_event))
#define TAP_STAMPS_OFFSET (TAP_GAUGES_OFFSET + TAP_GAUGE_CAPACITY * sizeof(struct tap_gauge))
#define TAP_SAMPLES_OFFSET (TAP_STAMPS_OFFSET + TAP_CONNECTION_CAPACITY * sizeof(struct tap_stamps))
#define TAP_ORDERS_OFFSET (TAP_SAMPLES_OFFSET + TAP_SAMPLE_CAPACITY * sizeof(struct tap_sample))
#define TAP_SEGMENT_SIZE ((TAP_ORDERS_OFFSET + sizeof(struct tap_orders) + 4095) / 4096 * 4096)
static inline struct tap_socket *tap_socket_record(uint32_t index) {
    return (struct tap_socket *)(tap_segment + TAP_SOCKETS_OFFSET) + index;
}
static inline struct tap_endpoint *tap_endpoint_record(uint32_t index) {
    return (struct tap_endpoint *)(tap_segment + TAP_ENDPOINTS_OFFSET) + index;
}
static inline struct tap_connection *tap_connection_record(uint32_t index) {
    return (struct tap_connection *)(tap_segment + TAP_CONNECTIONS_OFFSET) + index;
}
static inline struct tap_event *tap_event_record(uint64_t ordinal) {
    return (struct tap_event *)(tap_segment + TAP_EVENTS_OFFSET) + ordinal % TAP_EVENT_CAPACITY;
}
static inline struct tap_gauge *tap_gauge_record(uint32_t index) {
    return (struct tap_gauge *)(tap_segment + TAP_GAUGES_OFFSET) + index;
}

// Slots of one table: fresh ones first while few closed ones are kept, then the longest closed.
struct tap_slots {
    struct tap_table *table;
    uint32_t kept;       // closed slots that stay readable before they are used again
    uint32_t head, count;
    uint32_t *closed;    // a ring of `capacity` indices, oldest at head
};
uint32_t tap_slot_take(struct tap_slots *slots);  // TAP_NO_INDEX: full, and counted as dropped
void tap_slot_give(struct tap_slots *slots, uint32_t index);
extern struct tap_slots tap_socket_slots, tap_endpoint_slots, tap_connection_slots;

// ---- sockets (sockets.c)

enum {  // what makes a socket's counting differ from the plain case
    TAP_SEND_ROUTER = 1u,
    TAP_SEND_REP = 2u,
    TAP_SEND_XSUB = 4u,
    TAP_RECEIVE_ROUTER = 8u,
    TAP_RECEIVE_REP = 16u,
    TAP_RECEIVE_XPUB = 32u,
    TAP_SEND_PUB = 64u,
    TAP_SEND_FAULTY = 128u,  // the message under way is one that a fault has been chosen for: to its last frame
};

struct tap_route {  // ROUTER: where a routing id leads, as far as nothing has changed since
    uint64_t hash;
    uint64_t version;
    uint32_t connection;
    uint32_t endpoint;
};
#define TAP_ROUTES 1024u

struct tap_socket_state {
    void *socket;  // NULL: closed
    const struct tap_copy *api;
    struct tap_socket *shared;
    uint32_t index;
    uint32_t id;
    uint32_t special;
    uint32_t first_connection;     // a list through `next`, open ones only
    struct tap_connection *only;   // the one connection there has ever been; NULL: none, several, or inproc too
    // The message under way, of the thread that uses the socket.
    bool send_more, receive_more;
    bool send_lost;
    bool mandatory;  // the program's own ZMQ_ROUTER_MANDATORY
    bool handover;
    bool inproc;
    bool monitored;  // by our pretended socket or the program's own
    int type;
    uint64_t send_bytes, receive_bytes;
    uint64_t route_hash;
    uint64_t version;  // grows when a connection joins, closes or gets a routing id
    uint64_t wishes_version;        // PUB, XPUB: grows with every subscription that comes or goes
    struct tap_matching *matching;  // what the publishing thread knows of them
    bool inverted;                  // what a subscription means is not for us to know
    struct tap_route *routes;
    bool injecting;           // an order's message is being sent
    uint64_t accepted_mask;   // only messages whose number has none of these bits are looked at for a stamp
    uint64_t delivered_mask;
    uint64_t sent_to, received_from;  // ids of the connections of the last messages; 0 unknown
    uint64_t reply_connection_id;  // REP: the last request's
    uint32_t reply_connection;
    uint32_t first_endpoint;    // a list through `next`
    uint32_t routing_id_size;
    uint8_t routing_id[TAP_IDENTITY];  // of the message being received
    uint8_t connect_routing_id_size;
    uint8_t connect_routing_id[TAP_IDENTITY];
    struct tap_message_faults *faults;  // NULL: there has been none to look for
};

struct tap_endpoint_state {
    uint32_t next;
    uint32_t routing_id_size;  // ZMQ_CONNECT_ROUTING_ID at connect
    uint8_t routing_id[TAP_IDENTITY];
    uint64_t last_hash;  // ROUTER: the routing id of its connection, which its pipe keeps while it reconnects
    uint64_t pending_messages, pending_bytes;  // accepted for its next connection
};

extern struct tap_socket_state tap_sockets[TAP_SOCKET_CAPACITY];
extern struct tap_endpoint_state tap_endpoints[TAP_ENDPOINT_CAPACITY];
extern uint64_t tap_epoch;  // grows when a socket closes: cached states are void

struct tap_socket_state *tap_socket_search(void *socket);
TAP_INLINE struct tap_socket_state *tap_socket_find(void *socket) {
    if (LIKELY(thread.last_socket == socket && thread.cache_epoch == LOAD(tap_epoch))) return thread.last_state;
    return tap_socket_search(socket);
}
void tap_socket_open(void *socket, int type, void *context, const struct tap_copy *api);
void tap_socket_closing(struct tap_socket_state *state);
void tap_socket_option(struct tap_socket_state *state, int name, const void *value, size_t size, bool refused);
void tap_sockets_forget(void);

uint32_t tap_endpoint_open(struct tap_socket_state *state, uint32_t kind, const char *asked);
void tap_endpoint_resolved(struct tap_socket_state *state, uint32_t index, bool made);
void tap_endpoint_removed(struct tap_socket_state *state, const char *asked);
bool tap_endpoint_same_port(const char *one, const char *other);
// The endpoint that an event's text is about. The caller holds tap_lock.
uint32_t tap_endpoint_of(struct tap_socket_state *state, uint32_t kind, const char *text);

// ---- the wire (wire.c): ZMTP headers of one direction of one connection

enum tap_wire_phase { TAP_WIRE_GREETING, TAP_WIRE_FLAGS, TAP_WIRE_LENGTH, TAP_WIRE_BODY, TAP_WIRE_UNKNOWN };
#define TAP_WIRE_CAPTURE 768u
struct tap_wire {  // small: it is copied to look ahead
    uint8_t phase;
    uint8_t flags;
    uint8_t length_left;
    bool more;      // frames of the message have passed, and more will come
    bool upstream;  // one-frame messages 00… and 01… are subscriptions, as a SUB or XSUB sends them
    bool first;     // the frame is its message's first
    bool subscription;
    bool told;  // set when the side that speaks has told something of itself
    uint16_t captured;
    uint64_t size, left;  // of the frame's body
};
struct tap_wire_counts {
    uint64_t messages, frames, bytes, commands, subscriptions;
};
struct tap_wire_text {  // what a direction says of the side that speaks
    uint32_t version;
    uint32_t mechanism;
    bool greeted, ready;
    uint32_t identity_size;
    uint8_t identity[TAP_IDENTITY];
    char type[16];
    // A subscription has come or gone; NULL: nobody asks. Its topic is NULL where that is too long to be kept.
    void (*subscribed)(struct tap_wire_text *text, bool add, const uint8_t *topic, size_t size);
    uint8_t capture[TAP_WIRE_CAPTURE];
};
// `text` NULL: look ahead, remember nothing.
void tap_wire_feed(struct tap_wire *wire, struct tap_wire_text *text, const uint8_t *bytes, size_t size,
                   struct tap_wire_counts *counts);
// A message has begun and its last byte has not passed.
static inline bool tap_wire_open(const struct tap_wire *wire) {
    if (wire->phase == TAP_WIRE_GREETING || wire->phase == TAP_WIRE_UNKNOWN) return false;
    return wire->more || (wire->phase != TAP_WIRE_FLAGS && !(wire->flags & 4));
}
bool tap_wire_signature(const uint8_t *bytes, size_t size);        // what is there of it
bool tap_wire_whole_signature(const uint8_t *bytes, size_t size);  // beyond doubt

// ---- connections (connections.c)

#define TAP_DESCRIPTORS 65536
enum tap_stage { TAP_STAGE_ACCEPTED, TAP_STAGE_OUT, TAP_STAGE_IN, TAP_STAGE_DELIVERED };
struct tap_pace {  // of the stamps of one stage
    uint64_t window_ns;
    uint8_t shift, stamps;
};
struct tap_connection_state {
    struct tap_connection *shared;
    uint64_t id;
    int descriptor;
    uint32_t socket;  // index; TAP_NO_INDEX until joined
    uint32_t socket_id;
    bool open;
    bool foreign;
    bool routing_id_fixed;  // known for good
    uint32_t next;          // in the socket's list of open ones
    uint32_t older;         // an earlier connection of this descriptor whose messages may still wait to be received
    uint64_t older_id;
    const char *source_key;  // of its messages, once one has been received (connections.c)
    uint64_t route_hash;
    uint64_t faults_applied;    // a digest of those that its descriptor has been given
    struct tap_wishes *wishes;  // a subscriber's; NULL: it has none
    uint64_t wished_ns;         // when its last subscription came
    // The I/O thread writes these all the time: not on the line that the program's thread reads.
    _Alignas(64) struct tap_wire in;
    struct tap_wire out;
    struct tap_pace pace[4];  // by stage; the calls' and the wire's are not written by the same thread
};
struct tap_connection_text {
    struct tap_wire_text in, out;
};
extern struct tap_connection_text tap_connection_texts[TAP_CONNECTION_CAPACITY];
extern struct tap_connection_state tap_connections[TAP_CONNECTION_CAPACITY];
static inline struct tap_connection_text *tap_connection_text(const struct tap_connection_state *state) {
    return &tap_connection_texts[state - tap_connections];
}
static inline struct tap_connection_state *tap_connection_of_text(const struct tap_wire_text *in) {
    return &tap_connections[(const struct tap_connection_text *)in - tap_connection_texts];
}
struct tap_socket_state *tap_connection_socket(const struct tap_connection_state *state);  // NULL: none, or closed
extern uint32_t tap_descriptors[TAP_DESCRIPTORS];  // index + 1 of the last connection on each

static inline struct tap_connection_state *tap_connection_find(int descriptor) {
    // An I/O thread with one busy connection asks for it again and again.
    struct tap_connection_state *last = thread.connection;
    if (LIKELY(last != NULL) && last->id == thread.connection_id && last->descriptor == descriptor && LOAD(last->open))
        return last;
    if (UNLIKELY((unsigned)descriptor >= TAP_DESCRIPTORS)) return NULL;
    uint32_t place = __atomic_load_n(&tap_descriptors[descriptor], __ATOMIC_ACQUIRE);
    if (LIKELY(place == 0)) return NULL;
    struct tap_connection_state *state = &tap_connections[place - 1];
    return LOAD(state->open) && state->descriptor == descriptor ? state : NULL;
}
// `foreign`: no libzmq that the tap stands in front of has made it, so no monitor and no socket will tell of it.
struct tap_connection_state *tap_connection_open(int descriptor, bool foreign);
void tap_connection_close(struct tap_connection_state *state);
// `begun`: when the call began.
void tap_connection_sent(struct tap_connection_state *state, const void *buffer, size_t offered, ssize_t taken,
                         uint64_t begun);
void tap_connection_received(struct tap_connection_state *state, const void *buffer, size_t size);
// These hold tap_lock already.
void tap_connection_join(struct tap_connection_state *state, struct tap_socket_state *socket, uint32_t role,
                         uint32_t endpoint);
void tap_connection_handshake(struct tap_connection_state *state, bool succeeded);
struct tap_connection_state *tap_connection_handshaking(struct tap_socket_state *socket);
void tap_connections_forget(void);

// ---- stamps (stamps.c)

// The messages after `before` and up to `after` of this connection have passed the stage now.
void tap_stamp(struct tap_connection_state *state, enum tap_stage stage, uint64_t before, uint64_t after, uint64_t now);
uint64_t tap_stamp_call(struct tap_connection_state *state, enum tap_stage stage, uint64_t ordinal);  // the next mask
// Of a socket's only connection.
TAP_INLINE void tap_stamp_only(const struct tap_connection *only, enum tap_stage stage, uint64_t ordinal, uint64_t *mask) {
    if (LIKELY(ordinal & *mask)) return;
    struct tap_connection_state *state = &tap_connections[only - tap_connection_record(0)];
    *mask = tap_stamp_call(state, stage, ordinal);
}

// ---- samples (samples.c) and orders (orders.c)

extern uint32_t *tap_attention;  // a word that is 0 while nobody asks for anything
void tap_attention_start(void);
void tap_attention_forget(void);
// A frame that is about to be sent, or was received; false: its message is not kept.
bool tap_sample_frame(struct tap_socket_state *state, uint32_t direction, bool first, bool more, const void *bytes,
                      size_t size);
void tap_sample_refused(struct tap_socket_state *state, size_t size);  // the frame was not sent
void tap_sample_passed(struct tap_socket_state *state, uint32_t direction, uint32_t flags);  // the message is whole
void tap_orders_carry_out(struct tap_socket_state *state);
void tap_attend(struct tap_socket_state *state);  // looks at orders and faults; cold

// ---- faults (faults.c, message_faults.c)

TAP_INLINE void tap_orders_look(struct tap_socket_state *state) {
    if (UNLIKELY(LOAD(*tap_attention) & (TAP_ATTENTION_ORDERS | TAP_ATTENTION_FAULTS))) tap_attend(state);
}
void tap_faults_start(const char *directory, const char *node);  // those that wait for a process of this name
void tap_faults_look(void);  // has anything changed?
// libzmq's connect(): errno of the refusal, or 0.
int tap_fault_connecting(int descriptor, const struct sockaddr *address, uint32_t size);
// A connect that the monitor tells of; -1: it is under way still. Holds tap_lock already.
void tap_fault_connected(struct tap_socket_state *state, uint32_t endpoint, int descriptor);
// Messages (message_faults.c).
bool tap_fault_of_socket(const struct tap_socket_state *state, uint32_t kind, struct tap_fault *found);  // holds tap_lock
extern uint32_t tap_faults_generation;  // of those in force; 0: none
void tap_fault_delay(struct tap_socket_state *state);
int tap_fault_send(struct tap_socket_state *state, zmq_msg_t *message, int flags, uint32_t call);
void tap_faults_closing(struct tap_socket_state *state);
int tap_send_carefully(struct tap_socket_state *state, zmq_msg_t *message, int flags, uint32_t call);  // interpose_zmq.c

// Attribution, for the thread that uses the socket.
void tap_delivered_by_source(struct tap_socket_state *socket, const zmq_msg_t *last_frame);
TAP_INLINE void tap_delivered(struct tap_socket_state *socket, const zmq_msg_t *last_frame) {
    struct tap_connection *only = __atomic_load_n(&socket->only, __ATOMIC_ACQUIRE);
    if (UNLIKELY(only == NULL || socket->special & (TAP_RECEIVE_ROUTER | TAP_RECEIVE_REP))) {
        tap_delivered_by_source(socket, last_frame);
        return;
    }
    ADD(only->delivered_messages, 1);
    ADD(only->delivered_bytes, socket->receive_bytes);
    tap_stamp_only(only, TAP_STAGE_DELIVERED, LOAD(only->delivered_messages), &socket->delivered_mask);
}
void tap_accepted_by_route(struct tap_socket_state *socket);
uint64_t tap_hash(const void *bytes, size_t size);

// Whether a frame has another one behind it.
TAP_INLINE bool tap_more(const struct tap_copy *api, const zmq_msg_t *message) {
    if (LIKELY(api->more_offset >= 0)) return ((const uint8_t *)message)[api->more_offset] & 1;
    return api->zmq_msg_more(message) != 0;
}

// As the program's own calls send and receive, for what moves messages in its stead (interpose_zmq.c).
int tap_send_message(struct tap_socket_state *state, zmq_msg_t *message, int flags, uint32_t call);
int tap_send_copy(struct tap_socket_state *state, const void *buffer, size_t size, int flags, uint32_t call);
void tap_received(struct tap_socket_state *state, zmq_msg_t *message, size_t size);

// ---- what subscribers want (matching.c)

void tap_wish(struct tap_wire_text *text, bool add, const uint8_t *topic, size_t size);
void tap_match(struct tap_socket_state *socket, const void *topic, size_t size);  // the first frame, before it is sent
void tap_matched(struct tap_socket_state *socket);                                 // the message was accepted
// These hold tap_lock already.
void tap_wishes_joined(const struct tap_connection_state *state);
void tap_wishes_end(struct tap_connection_state *state);

// ---- the proxy (proxy.c)

bool tap_proxy_can(void *frontend, void *backend);
int tap_proxy(void *frontend, void *backend, void *capture);

// ---- contexts (contexts.c)

uint64_t tap_context_open(void *context, const struct tap_copy *api);  // its ordinal
const struct tap_copy *tap_context_find(void *context, uint64_t *ordinal);  // NULL: not known
void tap_context_ended(void *context, uint64_t ordinal);
void tap_contexts_forget(void);

// ---- addresses.c: asks the kernel about a descriptor
struct tap_address {
    char local[TAP_ADDRESS], peer[TAP_ADDRESS];
    uint64_t inode, peer_inode;
    int32_t peer_pid;
};
void tap_address_of(int descriptor, struct tap_address *address);
void tap_address_text(char *text, const struct sockaddr *address, uint32_t size);  // TAP_ADDRESS bytes; empty: unknown
uint32_t tap_address_role(int descriptor, const struct tap_address *address);  // which end of it connected

// ---- monitors (monitor.c)

struct tap_monitor;
bool tap_is_monitor(const void *socket);  // one of our pretended sockets
void tap_monitor_start(struct tap_socket_state *state);
int tap_monitor_replace(struct tap_socket_state *state, const char *address, int events);
void *tap_monitor_socket(void *context, int type);
int tap_monitor_setsockopt(void *socket, int name, const void *value, size_t size);
int tap_monitor_bind(void *socket, const char *endpoint);
int tap_monitor_send(void *socket, zmq_msg_t *message, int flags);
int tap_monitor_close(void *socket);
bool tap_monitor_has_address(const char *address);  // holds tap_lock already
void tap_monitors_forget(void);

#pragma GCC visibility pop

#endif
