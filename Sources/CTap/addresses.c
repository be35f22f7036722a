// What the kernel knows of a descriptor: asked once a connection, never on the message path.
#include <arpa/inet.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "internal.h"

static void write_address(char *text, const struct sockaddr_storage *address, socklen_t size) {
    char host[INET6_ADDRSTRLEN];
    text[0] = 0;
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)address;
        if (inet_ntop(AF_INET, &in->sin_addr, host, sizeof host))
            snprintf(text, TAP_ADDRESS, "tcp://%s:%u", host, ntohs(in->sin_port));
    } else if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)address;
        if (inet_ntop(AF_INET6, &in->sin6_addr, host, sizeof host))
            snprintf(text, TAP_ADDRESS, "tcp://[%s]:%u", host, ntohs(in->sin6_port));
    } else if (address->ss_family == AF_UNIX && size > offsetof(struct sockaddr_un, sun_path)) {
        const struct sockaddr_un *un = (const struct sockaddr_un *)address;
        int length = (int)(size - offsetof(struct sockaddr_un, sun_path));
        if (un->sun_path[0] == 0 && length > 1)
            snprintf(text, TAP_ADDRESS, "ipc://@%.*s", length - 1, un->sun_path + 1);
        else if (un->sun_path[0] != 0)
            snprintf(text, TAP_ADDRESS, "ipc://%.*s", length, un->sun_path);
    }
}

void tap_address_text(char *text, const struct sockaddr *address, uint32_t size) {
    struct sockaddr_storage copy = {0};
    memcpy(&copy, address, size < sizeof copy ? size : sizeof copy);
    write_address(text, &copy, size);
}

// The inode of a unix socket's other end: the two ends of an ipc connection share nothing else.
static uint64_t peer_inode(uint64_t inode) {
    int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (netlink < 0) return 0;
    struct {
        struct nlmsghdr header;
        struct unix_diag_req request;
    } question = {
        .header = {.nlmsg_len = sizeof question, .nlmsg_type = SOCK_DIAG_BY_FAMILY, .nlmsg_flags = NLM_F_REQUEST},
        .request = {.sdiag_family = AF_UNIX,
                    .udiag_states = 0xffffffffu,
                    .udiag_ino = (uint32_t)inode,
                    .udiag_show = UDIAG_SHOW_PEER,
                    .udiag_cookie = {0xffffffffu, 0xffffffffu}},
    };
    uint64_t found = 0;
    _Alignas(struct nlmsghdr) uint8_t answer[1024];
    if (libc.send(netlink, &question, sizeof question, MSG_NOSIGNAL) == (ssize_t)sizeof question) {
        ssize_t size = libc.recv(netlink, answer, sizeof answer, MSG_DONTWAIT);
        const struct nlmsghdr *header = (const struct nlmsghdr *)answer;
        if (size > 0 && NLMSG_OK(header, (size_t)size) && header->nlmsg_type == SOCK_DIAG_BY_FAMILY &&
            header->nlmsg_len >= NLMSG_LENGTH(sizeof(struct unix_diag_msg))) {
            struct unix_diag_msg *message = NLMSG_DATA(header);
            struct rtattr *attribute = (struct rtattr *)(message + 1);
            size_t left = header->nlmsg_len - NLMSG_LENGTH(sizeof *message);
            for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
                uint32_t peer;
                if (attribute->rta_type != UNIX_DIAG_PEER || RTA_PAYLOAD(attribute) < sizeof peer) continue;
                memcpy(&peer, RTA_DATA(attribute), sizeof peer);
                found = peer;
            }
        }
    }
    libc.close(netlink);
    return found;
}

// An accepted end has its listener's address: a path that it did not choose, or a port that a descriptor listens on.
uint32_t tap_address_role(int descriptor, const struct tap_address *address) {
    if (strncmp(address->peer, "ipc://", 6) == 0) return TAP_ROLE_CONNECTED;
    if (strncmp(address->local, "ipc://", 6) == 0) return TAP_ROLE_ACCEPTED;
    if (strncmp(address->local, "tcp://", 6) != 0) return TAP_ROLE_UNKNOWN;
    int saved = errno;
    uint32_t role = TAP_ROLE_CONNECTED;
    for (int other = 0, last = descriptor + 64; other < last && role == TAP_ROLE_CONNECTED; other++) {
        int listens = 0;
        socklen_t size = sizeof listens;
        if (getsockopt(other, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) != 0 || !listens) continue;
        struct sockaddr_storage bound;
        char text[TAP_ADDRESS];
        size = sizeof bound;
        if (getsockname(other, (struct sockaddr *)&bound, &size) != 0) continue;
        write_address(text, &bound, size);
        if (tap_endpoint_same_port(text, address->local)) role = TAP_ROLE_ACCEPTED;
    }
    errno = saved;
    return role;
}

void tap_address_of(int descriptor, struct tap_address *result) {
    int saved = errno;
    memset(result, 0, sizeof *result);
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    bool local = getsockname(descriptor, (struct sockaddr *)&address, &size) == 0;
    if (local) write_address(result->local, &address, size);
    bool is_unix = local && address.ss_family == AF_UNIX;
    size = sizeof address;
    if (getpeername(descriptor, (struct sockaddr *)&address, &size) == 0)
        write_address(result->peer, &address, size);
    struct stat status;
    if (fstat(descriptor, &status) == 0) result->inode = status.st_ino;
    if (is_unix) {
        struct ucred credentials;
        size = sizeof credentials;
        if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0)
            result->peer_pid = credentials.pid;
        if (result->inode != 0) result->peer_inode = peer_inode(result->inode);
    }
    errno = saved;
}
