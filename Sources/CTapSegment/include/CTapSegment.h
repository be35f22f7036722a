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
#define TAP_VERSION 1u
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
    uint8_t reserved[4096 - 8 - 4 - 4 - 8 - 4 * 4 - 8 - 8 - 128 - 5 * 24 - 8];
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
    uint8_t pad1[8];

    uint64_t received_messages;
    uint64_t received_frames;
    uint64_t received_bytes;
    uint64_t receive_would_block;  // EAGAIN
    uint64_t drained_ns;           // when a receive last found nothing: every queue of the socket was empty then
    uint64_t api_unknown;          // 1: zmq_proxy_steerable and the like move messages past the API; API counts are unknown
    uint8_t pad2[16];

    // What connections whose slots were reused had counted, so that the socket's own sums stay whole.
    uint64_t retired_out_messages;
    uint64_t retired_in_messages;
    uint64_t retired_out_lost;
    uint64_t retired_accepted;
    uint64_t retired_delivered;
    uint8_t pad3[24];

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
    uint8_t pad0[16];

    // Written by the thread that uses the socket. `accepted` is kept for ROUTER and REP only: elsewhere the socket's
    // own totals tell it (one pipe) or nobody knows. `delivered` is kept always.
    uint64_t accepted_messages;
    uint64_t accepted_bytes;
    uint64_t delivered_messages;
    uint64_t delivered_bytes;
    uint8_t pad1[32];

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

struct tap_gauge {
    uint32_t generation;
    uint32_t pad0;
    double value;
    uint64_t updated_ns;
    char name[40];
};

// Swift imports no atomics. A field's address goes in, its value comes out.
static inline uint64_t tap_load64(const void *field) { return __atomic_load_n((const uint64_t *)field, __ATOMIC_RELAXED); }
static inline uint32_t tap_load32(const void *field) { return __atomic_load_n((const uint32_t *)field, __ATOMIC_RELAXED); }
static inline uint64_t tap_acquire64(const void *field) { return __atomic_load_n((const uint64_t *)field, __ATOMIC_ACQUIRE); }
static inline uint32_t tap_acquire32(const void *field) { return __atomic_load_n((const uint32_t *)field, __ATOMIC_ACQUIRE); }
static inline void tap_fence(void) { __atomic_thread_fence(__ATOMIC_ACQUIRE); }

#endif
