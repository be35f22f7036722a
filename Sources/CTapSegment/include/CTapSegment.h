// The layout of a segment: the file that the tap keeps in shared memory, one a process, and that the dashboard maps
// read-only. The writer (Sources/CTap) and the reader (Sources/Telemetry) share nothing else.
//
// Rules
// - Little-endian, natural alignment, fixed sizes. A reader trusts the offsets, sizes and capacities of the header
//   only after it has checked them against the length of the file, and takes a record's own size from the header, so
//   that a newer writer may append fields.
// - Every number is one aligned word, written with a relaxed store by the one thread that owns it and read with a
//   relaxed load: it is never torn, it never needs a lock, and a total never goes back while its slot lives.
// - Text, and a slot's identity (what it is about), change only while the slot's `generation` is odd. A reader loads
//   the generation (acquire), copies, loads it again, and drops a copy made of two generations. 0: never used.
// - Times are CLOCK_MONOTONIC in nanoseconds; 0 means "never".
// - Messages are whole messages (multipart counts 1), counted when the last byte of the last frame has passed.
// - Subscriptions are no messages: neither what an XSUB sends to subscribe nor what an XPUB receives of it counts at
//   the API, and on the wire they are counted apart (`…_subscriptions`; SUBSCRIBE commands are in `…_commands` too).
// - A ROUTER's own routing id frames count in its socket's frames and bytes, not in a connection's.
// - `bytes` are the bytes of the frames' bodies, without any ZMTP header; `raw_bytes` is everything on the descriptor.
#ifndef ZMQTOP_CTAPSEGMENT_H
#define ZMQTOP_CTAPSEGMENT_H

#include <stdint.h>

#define TAP_MAGIC 0x31504154514d5a00ULL  // "\0ZMQTAP1"
#define TAP_VERSION 4u
#define TAP_HEADER_SIZE 4096u

#define TAP_SOCKET_CAPACITY 2048u
#define TAP_ENDPOINT_CAPACITY 4096u
#define TAP_CONNECTION_CAPACITY 4096u
#define TAP_EVENT_CAPACITY 8192u
#define TAP_GAUGE_CAPACITY 64u
#define TAP_OPTION_CAPACITY 48u
#define TAP_OPTION_VALUE 52u
#define TAP_ADDRESS 128u
#define TAP_IDENTITY 256u
#define TAP_SAMPLE_CAPACITY 4096u
#define TAP_SAMPLE_FRAMES 16u
#define TAP_SAMPLE_BYTES 1728u
#define TAP_STAMP_COUNT 64u
#define TAP_LEASE_CAPACITY 8u
#define TAP_ORDER_CAPACITY 8u
#define TAP_ORDER_FRAMES 16u
#define TAP_ORDER_BYTES 65312u
#define TAP_ORDER_DATA 224u  // where `data` begins: Swift imports no array of that size
#define TAP_FAULT_CAPACITY 256u
#define TAP_FAULTS_SUFFIX ".faults"  // see struct tap_faults

// Environment of a tapped process. Without TAP_ENV_DIRECTORY the tap passes every call through and does nothing else.
#define TAP_ENV_DIRECTORY "ZMQTOP_TAP_DIRECTORY"      // absolute path of the segments' folder (mode 0700)
#define TAP_ENV_NODE "ZMQTOP_TAP_NODE"                // name of the node
#define TAP_ENV_INCARNATION "ZMQTOP_TAP_INCARNATION"  // decimal, from 1: how often the node has been started
// The file is named NODE.INCARNATION.PID.segment and has mode 0600. It appears when the process first makes a context
// or a socket, under a temporary name that begins with a dot until it is whole.
#define TAP_SEGMENT_SUFFIX ".segment"

struct tap_table {
    uint32_t offset;       // from the start of the file
    uint32_t record_size;  // bytes
    uint32_t capacity;     // records
    uint32_t used;         // records that were ever used: a reader looks no further
    uint64_t dropped;      // what found no place
};

enum { TAP_PROCESS_FORKED = 1u };  // header.flags: a fork of a tapped process, without exec

struct tap_header {
    uint64_t magic;
    uint32_t version;
    uint32_t flags;
    uint64_t size;  // of the whole file
    int32_t pid;
    int32_t parent_pid;
    uint32_t incarnation;
    uint32_t libzmq_version;  // 40304 for 4.3.4; 0 before libzmq is known
    uint64_t started_ns;      // when the segment was made
    uint64_t ended_ns;        // set by an orderly exit; a killed process leaves 0
    char node[128];
    struct tap_table sockets;
    struct tap_table endpoints;
    struct tap_table connections;
    struct tap_table events;
    struct tap_table gauges;
    uint64_t events_written;  // ordinal of the next event; the ring holds the last `events.capacity` of them
    struct tap_table samples;  // a ring like that of the events
    struct tap_table stamps;   // record i belongs to connections[i]; `used` is that of the connections
    struct tap_table orders;   // one record of struct tap_orders, the one place that zmqtop writes and the tap reads
    uint64_t samples_written;  // ordinal of the next sample
    char program[32];          // the process's name as the kernel tells it (comm), at the time the segment was made
    uint32_t libzmq_copies;    // copies of libzmq that the tap stands in front of; 0: none, the wire alone is counted
    uint8_t reserved[4096 - 8 - 4 - 4 - 8 - 4 * 4 - 8 - 8 - 128 - 8 * 24 - 2 * 8 - 32 - 4];
};

// An option that the program set, or that the tap read at creation (TAP_OPTION_DEFAULT).
enum { TAP_OPTION_AFTER_ENDPOINT = 1u, TAP_OPTION_REFUSED = 2u, TAP_OPTION_DEFAULT = 4u };
struct tap_option {
    int32_t name;  // ZMQ_SNDHWM …
    uint16_t flags;
    uint16_t size;  // bytes given, which may be more than kept
    uint8_t value[TAP_OPTION_VALUE];
};

// The call that a thread is blocked in. Idle receiving is a fact too: the reader judges.
enum tap_call {
    TAP_CALL_NONE = 0,
    TAP_CALL_SEND = 1,
    TAP_CALL_MSG_SEND = 2,
    TAP_CALL_RECV = 3,
    TAP_CALL_MSG_RECV = 4,
    TAP_CALL_POLL = 5,
    TAP_CALL_PROXY = 6,
    TAP_CALL_CLOSE = 7,
    TAP_CALL_TERM = 8,
};

struct tap_socket {
    uint32_t generation;
    uint32_t id;    // ordinal of the socket in its process, from 1; never reused
    int32_t type;   // ZMQ_DEALER …
    uint32_t hidden;  // 1: a socket that is nobody's business (a program's monitor PAIR)
    uint64_t created_ns;
    uint64_t closed_ns;
    uint32_t option_count;
    uint32_t option_dropped;
    int32_t send_hwm;  // as set now; 0 is unbounded
    int32_t receive_hwm;
    uint32_t endpoint_total;    // endpoints ever bound or connected
    uint32_t connection_total;  // connections ever seen
    uint8_t pad0[8];

    // Written by the thread that uses the socket.
    uint64_t sent_messages;
    uint64_t sent_frames;
    uint64_t sent_bytes;
    uint64_t send_would_block;  // EAGAIN
    uint64_t lost_messages;     // accepted, and known to have been dropped at the socket (ROUTER to an unknown identity)
    uint64_t blocked_since_ns;  // 0: no thread is inside a blocking call
    uint32_t blocked_call;      // enum tap_call
    int32_t blocked_thread;     // tid
    uint32_t node;              // of the thread that made it (zmqtap_node); 0: the process is one node
    int32_t thread;             // tid of that thread

    uint64_t received_messages;
    uint64_t received_frames;
    uint64_t received_bytes;
    uint64_t receive_would_block;  // EAGAIN
    uint64_t drained_ns;           // when a receive last found nothing: every queue of the socket was empty then
    uint64_t api_unknown;          // 1: zmq_proxy_steerable and the like move messages past the API; API counts are unknown
    uint64_t injected_messages;    // of those sent: by an order, not by the program
    uint64_t context;              // ordinal of its context in the process, from 1: inproc names belong to a context

    // What connections whose slots were reused had counted, so that the socket's own sums stay whole.
    uint64_t retired_out_messages;
    uint64_t retired_in_messages;
    uint64_t retired_out_lost;
    uint64_t retired_accepted;
    uint64_t retired_delivered;
    // What faults have done. A dropped message is in `sent_…` neither; a duplicate is, and in `injected_messages` too.
    uint64_t dropped_messages;
    uint64_t dropped_bytes;
    uint64_t corrupted_messages;

    struct tap_option options[TAP_OPTION_CAPACITY];
};

enum { TAP_ENDPOINT_BIND = 1u, TAP_ENDPOINT_CONNECT = 2u };
struct tap_endpoint {
    uint32_t generation;
    uint32_t socket_index;  // slot in `sockets`
    uint32_t socket_id;
    uint32_t kind;        // 0: the call was refused
    uint64_t created_ns;
    uint64_t removed_ns;  // unbound, disconnected, or the socket closed
    uint64_t attempts;    // CONNECT_RETRIED events
    uint64_t delayed;     // CONNECT_DELAYED events
    uint64_t connects;    // CONNECTED or ACCEPTED events
    uint64_t handshakes;  // HANDSHAKE_SUCCEEDED events
    uint64_t handshakes_failed;
    uint64_t disconnects;
    uint64_t retry_milliseconds;  // the last randomised interval
    uint64_t last_event_ns;
    uint32_t last_event;  // ZMQ_EVENT_… that last concerned this endpoint
    int32_t last_errno;   // of the last failure
    uint8_t pad0[24];
    char asked[TAP_ADDRESS];     // as the program wrote it
    char resolved[TAP_ADDRESS];  // ZMQ_LAST_ENDPOINT after the call: wildcard ports and names resolved
};

enum { TAP_ROLE_UNKNOWN = 0u, TAP_ROLE_CONNECTED = 1u, TAP_ROLE_ACCEPTED = 2u };
enum { TAP_HANDSHAKE_NONE = 0u, TAP_HANDSHAKE_SUCCEEDED = 1u, TAP_HANDSHAKE_FAILED = 2u };
enum { TAP_MECHANISM_UNKNOWN = 0u, TAP_MECHANISM_NULL = 1u, TAP_MECHANISM_PLAIN = 2u, TAP_MECHANISM_CURVE = 3u, TAP_MECHANISM_GSSAPI = 4u };
enum { TAP_NO_INDEX = 0xffffffffu };
struct tap_connection {
    uint32_t generation;
    uint32_t socket_index;    // TAP_NO_INDEX until the monitor's event has told
    uint32_t socket_id;
    uint32_t endpoint_index;  // TAP_NO_INDEX when unknown
    uint64_t id;              // ordinal in the process, from 1; never reused
    int32_t descriptor;
    uint32_t role;
    uint32_t handshake;
    uint32_t zmtp_version;  // major * 256 + minor; 0 unknown
    uint32_t mechanism;
    uint32_t wire_unknown;  // 1: encrypted or not ZMTP: raw bytes are true, messages and frames are not known
    uint64_t opened_ns;
    uint64_t handshake_ns;
    uint64_t closed_ns;  // 0 while open
    uint64_t inode;      // of the descriptor's socket (fstat)
    uint64_t peer_inode; // ipc: the other end's, by sock_diag; 0 unknown
    int32_t peer_pid;    // ipc: SO_PEERCRED; 0 unknown
    uint32_t identity_size;
    uint8_t identity[TAP_IDENTITY];  // the peer's routing id: from READY, or as a ROUTER made it
    char peer_type[16];              // Socket-Type of the peer's READY
    char local[TAP_ADDRESS];         // "tcp://127.0.0.1:41234", "ipc:///path"; empty unknown
    char peer[TAP_ADDRESS];
    char own_type[16];  // Socket-Type of our own READY: all that is known of a socket whose libzmq is linked in

    // Written by the thread that uses the socket. `accepted` is kept for ROUTER and REP only: elsewhere the socket's
    // own totals tell it (one pipe) or nobody knows. `delivered` is kept always.
    uint64_t accepted_messages;
    uint64_t accepted_bytes;
    uint64_t delivered_messages;
    uint64_t delivered_bytes;
    // PUB, XPUB: messages accepted whose topic one of this subscriber's subscriptions matches, from the moment the
    // subscription came off the wire. libzmq takes it up somewhat later, at one of the publisher's next calls: messages
    // accepted in the first 200 ms after a new one may have been for nobody, and are counted here too.
    uint64_t matched_messages;
    uint64_t matched_unsure;
    uint64_t matched_unknown;  // 1: too many subscriptions to match each message against
    uint8_t pad1[8];

    // Written by the I/O thread: what has left through send().
    uint64_t out_messages;
    uint64_t out_frames;
    uint64_t out_bytes;
    uint64_t out_commands;
    uint64_t out_subscriptions;  // SUBSCRIBE, CANCEL, in either form
    uint64_t out_raw_bytes;
    uint64_t out_pending;        // messages offered to send() or begun there, and not wholly taken; at closing: lost
    uint64_t out_last_ns;

    // Written by the I/O thread: what has come in through recv().
    uint64_t in_messages;
    uint64_t in_frames;
    uint64_t in_bytes;
    uint64_t in_commands;
    uint64_t in_subscriptions;
    uint64_t in_raw_bytes;
    uint64_t in_begun;    // 1: a message has begun and its last byte has not come
    uint64_t in_last_ns;
};

struct tap_event {
    uint64_t ordinal;  // its own number + 1, stored last; 0 while it is being written
    uint64_t time_ns;
    uint32_t socket_index;
    uint32_t socket_id;
    uint32_t event;  // ZMQ_EVENT_…
    uint32_t endpoint_index;
    int64_t value;
    uint64_t connection_id;  // 0 unknown
    uint8_t pad0[16];
    char endpoint[TAP_ADDRESS];  // as libzmq reports it
};

// A message as it was handed to libzmq or came from it: the first bytes of its frames. Taken only while a lease in the
// orders asks for it.
enum { TAP_DIRECTION_SENT = 1u, TAP_DIRECTION_RECEIVED = 2u };
enum { TAP_SAMPLE_INJECTED = 1u, TAP_SAMPLE_LOST = 2u };  // sent by an order; accepted, and dropped by a ROUTER
struct tap_sample_frame {
    uint64_t size;  // of the frame
    uint32_t kept;  // bytes of it that are in `data`, one frame after the other
    uint32_t pad0;
};
struct tap_sample {
    uint64_t ordinal;  // its own number + 1, stored last; 0 while it is being written
    uint64_t time_ns;  // of the last frame
    uint32_t socket_index;
    uint32_t socket_id;
    uint64_t connection_id;  // 0 unknown
    uint64_t message;        // which message of its socket in this direction it is, from 1
    uint64_t bytes;          // of all frames
    uint32_t direction;
    uint32_t flags;
    uint32_t frame_count;  // of the message; those beyond TAP_SAMPLE_FRAMES are not listed
    uint32_t pad0;
    struct tap_sample_frame frames[TAP_SAMPLE_FRAMES];
    uint8_t data[TAP_SAMPLE_BYTES];
};

// When the n-th message of a connection passed each stage. Both ends stamp multiples of a power of two, which each
// chooses by its rate so that a ring lasts about a second: the multiples of the coarser one are in both.
struct tap_stamp {
    uint64_t ordinal;  // messages of this connection and stage, this one included; stored last, 0 while it is changed
    uint64_t time_ns;
};
struct tap_stamp_ring {
    uint64_t written;  // the ring holds the last TAP_STAMP_COUNT
    struct tap_stamp stamps[TAP_STAMP_COUNT];
};
struct tap_stamps {
    uint64_t connection_id;
    uint8_t pad0[24];
    struct tap_stamp_ring accepted;   // taken by zmq_send; only where the connection is known then
    struct tap_stamp_ring out;        // left through send()
    struct tap_stamp_ring in;         // came in through recv()
    struct tap_stamp_ring delivered;  // handed out by zmq_recv
};

// What zmqtop asks of the process. Any zmqtop of the same user may map this part read-write: a lease or an order is
// claimed by setting its `owner` from 0 (or from a process that is gone) with a compare-and-swap. After a change the
// bit in `attention` is set (fetch-or). The tap looks at `attention` in each call, and clears a bit before it looks.
enum { TAP_ATTENTION_SAMPLES = 1u, TAP_ATTENTION_ORDERS = 2u, TAP_ATTENTION_FAULTS = 4u };
struct tap_lease {       // a wish for samples; the finest of those in force is followed
    int32_t owner;       // pid
    uint32_t socket_id;  // 0: every socket
    uint64_t until_ns;   // to be renewed before: who is gone asks for nothing more
    uint64_t interval_ns;  // least time between two samples of one socket and direction; 0: every message
};
enum { TAP_ORDER_FREE = 0u, TAP_ORDER_PLACED = 1u, TAP_ORDER_TAKEN = 2u, TAP_ORDER_DONE = 3u, TAP_ORDER_FAILED = 4u };
enum { TAP_ORDER_INJECT = 1u };
struct tap_order {
    int32_t owner;       // pid; it frees the order again (state, then owner)
    uint32_t state;      // PLACED by the owner; TAKEN, DONE and FAILED by the tap, on the thread that uses the socket
    uint32_t kind;       // INJECT: send one message of these frames, between two messages of the program
    uint32_t socket_id;
    int32_t error;       // FAILED: errno. EAGAIN does not fail: it is tried again at the next call
    uint32_t frame_count;
    uint64_t placed_ns;
    uint64_t finished_ns;
    uint32_t attempts;  // how often it found the queue full
    uint32_t pad0;
    uint32_t frame_sizes[TAP_ORDER_FRAMES];
    uint8_t pad1[112];
    uint8_t data[TAP_ORDER_BYTES];
};
// What is to go wrong, as the session wants it now. The session writes, and nobody else. The bit in `attention` is set
// after each change, and stays until the tap has seen that there is no fault left.
enum tap_fault_kind {
    TAP_FAULT_NONE = 0,
    // About a connect: its connection, and each later one.
    TAP_FAULT_CUT = 1,        // the connection is shut down, and a new one refused (ECONNREFUSED)
    TAP_FAULT_LOSS = 2,       // of 2^32 packets that arrive so many are dropped; 2^32 - 1: all, and a new connection
                              // times out at once (ETIMEDOUT)
    TAP_FAULT_BANDWIDTH = 3,  // bytes a second that leave
    // About a socket.
    TAP_FAULT_SLOW = 4,       // each message is handed out so many nanoseconds later
    TAP_FAULT_DROP = 5,       // of the messages sent, every so-manyth
    TAP_FAULT_DUPLICATE = 6,
    TAP_FAULT_CORRUPT = 7,
};
struct tap_fault {
    uint32_t kind;
    uint32_t socket_id;    // 0: every socket that fits the next three
    int32_t socket_type;   // ZMQ_DEALER …; -1: any
    uint32_t serial;       // of this fault: with another one, counting begins anew
    uint64_t connection_id;  // LOSS, BANDWIDTH: of this accepted connection and of nothing else; 0: none
    uint64_t value;
    uint64_t seed;
    uint32_t node;  // whose sockets it is about, where the process plays several; 0: any
    uint32_t pad0;
    char endpoint[TAP_ADDRESS];  // of the connect; for a fault of a socket: one that it has, empty any
};
// A process that starts finds its first faults in DIRECTORY/.NODE.faults: the head of this, and `count` faults.
struct tap_faults {
    uint32_t generation;  // odd while it is changed
    uint32_t count;
    uint64_t until_ns;  // without a word of the session until then, nothing is in force any more
    uint8_t pad0[48];
    struct tap_fault faults[TAP_FAULT_CAPACITY];
};
struct tap_orders {
    uint32_t attention;
    uint32_t pad0;
    struct tap_lease leases[TAP_LEASE_CAPACITY];
    uint8_t pad1[56];
    struct tap_order orders[TAP_ORDER_CAPACITY];
    struct tap_faults faults;
};

struct tap_gauge {
    uint32_t generation;
    uint32_t node;  // as of a socket
    double value;
    uint64_t updated_ns;
    char name[40];
};

// Swift imports no atomics. A field's address goes in, its value comes out.
static inline uint64_t tap_load64(const void *field) { return __atomic_load_n((const uint64_t *)field, __ATOMIC_RELAXED); }
static inline uint32_t tap_load32(const void *field) { return __atomic_load_n((const uint32_t *)field, __ATOMIC_RELAXED); }
static inline uint64_t tap_acquire64(const void *field) { return __atomic_load_n((const uint64_t *)field, __ATOMIC_ACQUIRE); }
static inline uint32_t tap_acquire32(const void *field) { return __atomic_load_n((const uint32_t *)field, __ATOMIC_ACQUIRE); }
static inline void tap_store64(void *field, uint64_t value) { __atomic_store_n((uint64_t *)field, value, __ATOMIC_RELEASE); }
static inline void tap_store32(void *field, uint32_t value) { __atomic_store_n((uint32_t *)field, value, __ATOMIC_RELEASE); }
static inline void tap_set_bits32(void *field, uint32_t bits) { __atomic_fetch_or((uint32_t *)field, bits, __ATOMIC_ACQ_REL); }
static inline int tap_exchange32(void *field, uint32_t expected, uint32_t value) {  // 1: it was `expected`, and is `value` now
    return __atomic_compare_exchange_n((uint32_t *)field, &expected, value, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}
static inline void tap_fence(void) { __atomic_thread_fence(__ATOMIC_ACQUIRE); }

#include "TapDescriptors.h"

#endif
