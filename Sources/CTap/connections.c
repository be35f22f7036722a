// Which connections there are, whose they are, who is at their other end, and by which identity a ROUTER knows them.
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "tap.h"

struct connection_state tap_connection_states[TAP_CONNECTION_CAPACITY];
uint32_t tap_descriptors[DESCRIPTORS];

// The last connection on a descriptor, also after it was closed: its messages may still wait in a queue.
static uint32_t last_on_descriptor[DESCRIPTORS];
static uint32_t oldest_closed = NO_INDEX, newest_closed = NO_INDEX, closed_count;
static uint64_t next_connection_id;
#define KEPT_CLOSED_CONNECTIONS 1024u
#define LONGEST_CHAIN 16

#define ROUTES 4096u
static uint32_t route_heads[ROUTES];  // connection + 1
static struct {
    uint32_t next;  // connection + 1
    uint32_t bucket;
    bool is_routed;
} routes[TAP_CONNECTION_CAPACITY];

// --- Who is at the other end ---

static void describe(char *text, const struct sockaddr_storage *address, socklen_t size) {
    char host[INET6_ADDRSTRLEN] = "";
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)address;
        inet_ntop(AF_INET, &in->sin_addr, host, sizeof host);
        snprintf(text, TAP_ADDRESS, "tcp://%s:%u", host, ntohs(in->sin_port));
    } else if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)address;
        // The two ends of a connection are to be written alike.
        if (IN6_IS_ADDR_V4MAPPED(&in->sin6_addr)) {
            inet_ntop(AF_INET, in->sin6_addr.s6_addr + 12, host, sizeof host);
            snprintf(text, TAP_ADDRESS, "tcp://%s:%u", host, ntohs(in->sin6_port));
        } else {
            inet_ntop(AF_INET6, &in->sin6_addr, host, sizeof host);
            snprintf(text, TAP_ADDRESS, "tcp://[%s]:%u", host, ntohs(in->sin6_port));
        }
    } else if (address->ss_family == AF_UNIX) {
        const struct sockaddr_un *un = (const struct sockaddr_un *)address;
        int length = (int)size - (int)offsetof(struct sockaddr_un, sun_path);
        if (length <= 0) return;
        if (un->sun_path[0] == 0)
            snprintf(text, TAP_ADDRESS, "ipc://@%.*s", length - 1, un->sun_path + 1);
        else
            snprintf(text, TAP_ADDRESS, "ipc://%.*s", length, un->sun_path);
    }
}

// ipc ends have no addresses of their own; the kernel knows which two sockets belong together.
static uint64_t peer_inode(uint64_t inode) {
    struct {
        struct nlmsghdr header;
        struct unix_diag_req request;
    } question = {
        .header = {.nlmsg_len = sizeof question, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST},
        .request = {.sdiag_family = AF_UNIX,
                    .udiag_states = 0xffffffff,
                    .udiag_ino = (uint32_t)inode,
                    .udiag_show = UDIAG_SHOW_PEER,
                    .udiag_cookie = {0xffffffff, 0xffffffff}},
    };
    uint64_t found = 0;
    int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (netlink < 0) return 0;
    _Alignas(struct nlmsghdr) char answer[1024];
    ssize_t size = -1;
    if (real_send(netlink, &question, sizeof question, 0) == sizeof question)
        size = real_recv(netlink, answer, sizeof answer, 0);
    struct nlmsghdr *header = (struct nlmsghdr *)answer;
    if (size > 0 && NLMSG_OK(header, (size_t)size) && header->nlmsg_type == SOCK_DIAG_BY_FAMILY) {
        int left = (int)header->nlmsg_len - (int)NLMSG_LENGTH(sizeof(struct unix_diag_msg));
        struct nlattr *attribute = (struct nlattr *)((char *)NLMSG_DATA(header) + sizeof(struct unix_diag_msg));
        for (; left >= (int)sizeof *attribute && attribute->nla_len >= sizeof *attribute;) {
            if (attribute->nla_type == UNIX_DIAG_PEER && attribute->nla_len >= sizeof *attribute + 4) {
                uint32_t peer;
                memcpy(&peer, attribute + 1, sizeof peer);
                found = peer;
            }
            left -= NLA_ALIGN(attribute->nla_len);
            attribute = (struct nlattr *)((char *)attribute + NLA_ALIGN(attribute->nla_len));
        }
    }
    real_close(netlink);
    return found;
}

static void look_at_ends(struct tap_connection *r, int descriptor) {
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    struct stat status;
    if (fstat(descriptor, &status) == 0) r->inode = status.st_ino;
    if (getsockname(descriptor, (struct sockaddr *)&address, &size) == 0) describe(r->local, &address, size);
    size = sizeof address;
    if (getpeername(descriptor, (struct sockaddr *)&address, &size) != 0) return;
    describe(r->peer, &address, size);
    if (address.ss_family != AF_UNIX) return;
    struct ucred peer;
    size = sizeof peer;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) r->peer_pid = peer.pid;
    r->peer_inode = peer_inode(r->inode);
}

// --- Slots ---

static struct tap_socket *socket_of(const struct tap_connection *r) {
    if (r->socket_index == NO_INDEX) return NULL;
    struct tap_socket *socket = &tap_sockets[r->socket_index];
    return socket->id == r->socket_id ? socket : NULL;
}

static uint32_t take_slot(void) {
    uint32_t used = tap_header->connections.used;
    if (oldest_closed != NO_INDEX && (closed_count > KEPT_CLOSED_CONNECTIONS || used == TAP_CONNECTION_CAPACITY)) {
        uint32_t index = oldest_closed;
        oldest_closed = tap_connection_states[index].next_closed;
        if (oldest_closed == NO_INDEX) newest_closed = NO_INDEX;
        closed_count--;
        struct tap_connection *r = &tap_connections[index];
        struct tap_socket *socket = socket_of(r);
        if (socket) {
            ADD(socket->retired_out_messages, r->out_messages);
            ADD(socket->retired_in_messages, r->in_messages);
            ADD(socket->retired_out_lost, r->out_pending);
            ADD(socket->retired_accepted, r->accepted_messages);
            ADD(socket->retired_delivered, r->delivered_messages);
        }
        return index;
    }
    if (used == TAP_CONNECTION_CAPACITY) {
        ADD(tap_header->connections.dropped, 1);
        return NO_INDEX;
    }
    return used;
}

uint32_t tap_add_connection(int descriptor) {
    if (descriptor < 0) return NO_INDEX;
    if (descriptor >= DESCRIPTORS) {
        ADD(tap_header->connections.dropped, 1);
        return NO_INDEX;
    }
    uint32_t index = take_slot();
    if (index == NO_INDEX) return NO_INDEX;
    struct connection_state *c = &tap_connection_states[index];
    memset(c, 0, sizeof *c);
    struct tap_connection *r = c->record = &tap_connections[index];
    tap_begin_change(&r->generation);
    memset((char *)r + sizeof r->generation, 0, sizeof *r - sizeof r->generation);
    r->socket_index = NO_INDEX;
    r->endpoint_index = NO_INDEX;
    r->id = ++next_connection_id;
    r->descriptor = descriptor;
    r->opened_ns = tap_now();
    look_at_ends(r, descriptor);
    tap_end_change(&r->generation);
    if (index == tap_header->connections.used)
        __atomic_store_n(&tap_header->connections.used, index + 1, __ATOMIC_RELEASE);
    c->is_open = true;
    c->next_closed = NO_INDEX;
    c->older_on_descriptor = last_on_descriptor[descriptor];
    SET(last_on_descriptor[descriptor], index + 1);
    __atomic_store_n(&tap_descriptors[descriptor], index + 1, __ATOMIC_RELEASE);
    return index;
}

static void remove_route(uint32_t connection) {
    if (!routes[connection].is_routed) return;
    uint32_t *link = &route_heads[routes[connection].bucket];
    while (*link && *link != connection + 1) link = &routes[*link - 1].next;
    if (*link) *link = routes[connection].next;
    routes[connection].is_routed = false;
}

void tap_end_connection(int descriptor) {
    pthread_mutex_lock(&tap_lock);
    uint32_t index = tap_descriptors[descriptor] - 1;
    if (index != NO_INDEX) {
        struct connection_state *c = &tap_connection_states[index];
        SET(tap_descriptors[descriptor], 0);
        SET(c->record->closed_ns, tap_now());
        remove_route(index);
        c->is_open = false;
        if (newest_closed == NO_INDEX) oldest_closed = index;
        else tap_connection_states[newest_closed].next_closed = index;
        newest_closed = index;
        closed_count++;
    }
    pthread_mutex_unlock(&tap_lock);
}

void tap_join_connection(struct socket_state *s, int descriptor, uint32_t role, uint32_t endpoint) {
    if (descriptor < 0 || descriptor >= DESCRIPTORS) return;
    uint32_t index = tap_descriptors[descriptor] - 1;
    if (index == NO_INDEX) index = tap_add_connection(descriptor);
    if (index == NO_INDEX) return;
    struct tap_connection *r = &tap_connections[index];
    tap_begin_change(&r->generation);
    r->socket_index = s->index;
    r->socket_id = s->record->id;
    r->endpoint_index = endpoint;
    r->role = role;
    if (s->type == ZMQ_STREAM) r->wire_unknown = 1;
    tap_end_change(&r->generation);
    ADD(s->record->connection_total, 1);
    SET(s->only, s->only == NO_INDEX && !s->has_inproc ? index : MANY);
}

uint32_t tap_handshaking(struct socket_state *s) {
    int descriptor = tap_thread.descriptor;
    if (descriptor > 0 && descriptor < DESCRIPTORS) {
        uint32_t index = tap_descriptors[descriptor] - 1;
        if (index != NO_INDEX && tap_connections[index].socket_index == s->index) return index;
    }
    for (uint32_t i = tap_header->connections.used; i-- > 0;) {
        struct tap_connection *r = &tap_connections[i];
        if (tap_connection_states[i].is_open && r->socket_index == s->index && r->handshake == TAP_HANDSHAKE_NONE)
            return i;
    }
    return NO_INDEX;
}

uint32_t tap_connection_of_message(struct socket_state *s, int descriptor) {
    if (descriptor < 0 || descriptor >= DESCRIPTORS) return NO_INDEX;
    uint32_t newest = NO_INDEX, waiting = NO_INDEX;
    uint32_t index = GET(last_on_descriptor[descriptor]) - 1;
    // The number of a descriptor may have been given again while the older connection's messages still waited: they
    // are delivered first.
    for (int n = 0; index != NO_INDEX && n < LONGEST_CHAIN; n++) {
        struct tap_connection *r = &tap_connections[index];
        if (r->descriptor != descriptor) break;
        if (r->socket_index == s->index && r->socket_id == s->record->id) {
            if (newest == NO_INDEX) newest = index;
            if (GET(r->in_messages) > r->delivered_messages) waiting = index;
        }
        index = tap_connection_states[index].older_on_descriptor - 1;
    }
    return waiting != NO_INDEX ? waiting : newest;
}

// --- Routes ---

static uint32_t route_bucket(uint32_t socket, const uint8_t *identity, uint32_t size) {
    uint32_t h = 2166136261u ^ socket;
    for (uint32_t i = 0; i < size; i++) h = (h ^ identity[i]) * 16777619u;
    return h % ROUTES;
}

static uint32_t find_route(struct socket_state *s, const uint8_t *identity, uint32_t size) {
    for (uint32_t i = route_heads[route_bucket(s->index, identity, size)]; i; i = routes[i - 1].next) {
        struct tap_connection *r = &tap_connections[i - 1];
        if (r->socket_index == s->index && r->socket_id == s->record->id && r->identity_size == size &&
            memcmp(r->identity, identity, size) == 0)
            return i - 1;
    }
    return NO_INDEX;
}

uint32_t tap_find_route(struct socket_state *s, const uint8_t *identity, uint32_t size) {
    pthread_mutex_lock(&tap_lock);
    uint32_t found = find_route(s, identity, size);
    pthread_mutex_unlock(&tap_lock);
    return found;
}

void tap_learn_route(struct socket_state *s, uint32_t connection, const uint8_t *identity, uint32_t size, bool certain) {
    struct tap_connection *r = &tap_connections[connection];
    if (size == 0 || size > TAP_IDENTITY || !tap_connection_states[connection].is_open) return;
    uint32_t holder = find_route(s, identity, size);
    if (holder == connection) return;
    if (holder != NO_INDEX) {
        // Without ROUTER_HANDOVER the first one keeps the identity, and nothing is ever delivered to the second.
        if (!certain && !s->handover) return;
        remove_route(holder);
    }
    remove_route(connection);
    tap_begin_change(&r->generation);
    r->identity_size = size;
    memcpy(r->identity, identity, size);
    tap_end_change(&r->generation);
    uint32_t bucket = route_bucket(s->index, identity, size);
    routes[connection].bucket = bucket;
    routes[connection].next = route_heads[bucket];
    routes[connection].is_routed = true;
    route_heads[bucket] = connection + 1;
}
