// The kernel's tables of tcp and unix sockets, by sock_diag: one question a family, answered in a few datagrams.
#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "CLinux.h"

struct list {
    struct linux_stream *items;
    size_t count, room;
};

static struct linux_stream *add(struct list *list) {
    if (list->count == list->room) {
        size_t room = list->room ? list->room * 2 : 256;
        void *grown = realloc(list->items, room * sizeof *list->items);
        if (!grown) return NULL;
        list->items = grown;
        list->room = room;
    }
    struct linux_stream *item = &list->items[list->count++];
    memset(item, 0, sizeof *item);
    return item;
}

static void write_address(char *text, size_t size, int family, const __be32 *address, __be16 port) {
    char host[INET6_ADDRSTRLEN];
    // An IPv4 connection of a dual-stack socket: both ends are to be written the same way.
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};
    if (family == AF_INET6 && memcmp(address, mapped, sizeof mapped) == 0) {
        family = AF_INET;
        address += 3;
    }
    if (!inet_ntop(family, address, host, sizeof host)) return;
    snprintf(text, size, family == AF_INET6 ? "[%s]:%u" : "%s:%u", host, ntohs(port));
}

static int take_tcp(struct list *list, const struct nlmsghdr *header) {
    if (header->nlmsg_len < NLMSG_LENGTH(sizeof(struct inet_diag_msg))) return 0;
    const struct inet_diag_msg *message = NLMSG_DATA(header);
    struct linux_stream *stream = add(list);
    if (!stream) return ENOMEM;
    stream->transport = LINUX_TCP;
    stream->state = message->idiag_state;
    stream->listening = message->idiag_state == TCP_LISTEN;
    stream->inode = message->idiag_inode;
    if (!stream->listening) {  // there the two count connections that wait to be accepted
        stream->send_queue = message->idiag_wqueue;
        stream->receive_queue = message->idiag_rqueue;
    }
    write_address(stream->local, sizeof stream->local, message->idiag_family, message->id.idiag_src,
                  message->id.idiag_sport);
    if (!stream->listening)
        write_address(stream->peer, sizeof stream->peer, message->idiag_family, message->id.idiag_dst,
                      message->id.idiag_dport);
    return 0;
}

static int take_unix(struct list *list, const struct nlmsghdr *header) {
    if (header->nlmsg_len < NLMSG_LENGTH(sizeof(struct unix_diag_msg))) return 0;
    const struct unix_diag_msg *message = NLMSG_DATA(header);
    if (message->udiag_type != SOCK_STREAM) return 0;
    struct linux_stream *stream = add(list);
    if (!stream) return ENOMEM;
    stream->transport = LINUX_UNIX;
    stream->state = message->udiag_state;
    stream->listening = message->udiag_state == TCP_LISTEN;
    stream->inode = message->udiag_ino;
    const struct rtattr *attribute = (const struct rtattr *)(message + 1);
    size_t left = header->nlmsg_len - NLMSG_LENGTH(sizeof *message);
    for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
        const void *data = RTA_DATA(attribute);
        size_t size = RTA_PAYLOAD(attribute);
        if (attribute->rta_type == UNIX_DIAG_PEER && size >= sizeof stream->peer_inode) {
            memcpy(&stream->peer_inode, data, sizeof stream->peer_inode);
        } else if (attribute->rta_type == UNIX_DIAG_RQLEN && size >= sizeof(struct unix_diag_rqlen)) {
            struct unix_diag_rqlen length;
            memcpy(&length, data, sizeof length);
            if (!stream->listening) {
                stream->receive_queue = length.udiag_rqueue;
                stream->send_queue = length.udiag_wqueue;
            }
        } else if (attribute->rta_type == UNIX_DIAG_NAME && size > 0) {
            const char *name = data;
            if (name[0] == 0)
                snprintf(stream->local, sizeof stream->local, "@%.*s", (int)size - 1, name + 1);
            else
                snprintf(stream->local, sizeof stream->local, "%.*s", (int)size, name);
        }
    }
    return 0;
}

// Returns 0 or errno; EINTR when the table changed so that the kernel lost its place.
static int ask(int netlink, const void *question, size_t size, struct list *list,
               int (*take)(struct list *, const struct nlmsghdr *)) {
    if (send(netlink, question, size, 0) != (ssize_t)size) return errno;
    static const size_t room = 1 << 16;
    char *answer = aligned_alloc(64, room);
    if (!answer) return ENOMEM;
    int error = 0;
    for (int done = 0; !done && !error;) {
        ssize_t got = recv(netlink, answer, room, 0);
        if (got <= 0) {
            if (got < 0 && errno == EINTR) continue;
            error = got < 0 ? errno : EIO;
            break;
        }
        size_t left = (size_t)got;
        for (const struct nlmsghdr *header = (void *)answer; NLMSG_OK(header, left) && !done && !error;
             header = NLMSG_NEXT(header, left)) {
            if (header->nlmsg_flags & NLM_F_DUMP_INTR) error = EINTR;
            if (header->nlmsg_type == NLMSG_DONE) {
                done = 1;
            } else if (header->nlmsg_type == NLMSG_ERROR) {
                const struct nlmsgerr *failure = NLMSG_DATA(header);
                error = failure->error ? -failure->error : EIO;
            } else if (header->nlmsg_type == SOCK_DIAG_BY_FAMILY && error == 0) {
                error = take(list, header);
            }
        }
    }
    free(answer);
    return error;
}

static int ask_tcp(int netlink, int family, struct list *list) {
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 request;
    } question = {
        .header = {.nlmsg_len = sizeof question,
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .request = {.sdiag_family = (__u8)family,
                    .sdiag_protocol = IPPROTO_TCP,
                    .idiag_states = 1u << TCP_ESTABLISHED | 1u << TCP_SYN_SENT | 1u << TCP_LISTEN |
                                    1u << TCP_CLOSE_WAIT | 1u << TCP_FIN_WAIT1 | 1u << TCP_FIN_WAIT2},
    };
    return ask(netlink, &question, sizeof question, list, take_tcp);
}

static int ask_unix(int netlink, struct list *list) {
    struct {
        struct nlmsghdr header;
        struct unix_diag_req request;
    } question = {
        .header = {.nlmsg_len = sizeof question,
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .request = {.sdiag_family = AF_UNIX,
                    .udiag_states = 1u << TCP_ESTABLISHED | 1u << TCP_LISTEN,
                    .udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN},
    };
    return ask(netlink, &question, sizeof question, list, take_unix);
}

int linux_streams(struct linux_stream **streams, size_t *count, int *complete) {
    struct list list = {0};
    int refused = 0, error = 0;
    for (int family = 0; family < 3; family++) {
        int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
        if (netlink < 0) {
            error = errno;
            refused++;
            continue;
        }
        int failed = family == 0   ? ask_tcp(netlink, AF_INET, &list)
                     : family == 1 ? ask_tcp(netlink, AF_INET6, &list)
                                   : ask_unix(netlink, &list);
        if (failed) {
            error = failed;
            refused++;
        }
        close(netlink);
    }
    if (refused == 3) {
        free(list.items);
        errno = error;
        return -1;
    }
    *streams = list.items;
    *count = list.count;
    *complete = refused == 0;
    return 0;
}
