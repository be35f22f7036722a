// Prints a segment as one JSON object: what the tests assert on.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "CTapSegment.h"

static void text(const char *name, const void *bytes, size_t size) {
    const unsigned char *at = bytes;
    printf("\"%s\":\"", name);
    for (size_t i = 0; i < size && at[i] != 0; i++) {
        if (at[i] == '"' || at[i] == '\\' || at[i] < 32 || at[i] > 126)
            printf("\\u%04x", at[i]);
        else
            putchar(at[i]);
    }
    printf("\"");
}
static void hex(const char *name, const unsigned char *bytes, size_t size) {
    printf("\"%s\":\"", name);
    for (size_t i = 0; i < size; i++) printf("%02x", bytes[i]);
    printf("\"");
}
#define NUMBER(record, field) printf("\"%s\":%lld,", #field, (long long)(record)->field)
#define LAST(record, field) printf("\"%s\":%lld", #field, (long long)(record)->field)

int main(int count, char **arguments) {
    if (count != 2) return 2;
    int file = open(arguments[1], O_RDONLY);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) return 1;
    const unsigned char *base = mmap(NULL, status.st_size, PROT_READ, MAP_SHARED, file, 0);
    const struct tap_header *header = (const void *)base;
    if (base == MAP_FAILED || header->magic != TAP_MAGIC || header->size != (uint64_t)status.st_size) return 1;
    printf("{");
    printf("\"mode\":%d,", status.st_mode & 07777);
    printf("\"allocated\":%lld,", (long long)status.st_blocks * 512);
    NUMBER(header, flags);
    NUMBER(header, pid);
    NUMBER(header, parent_pid);
    NUMBER(header, incarnation);
    NUMBER(header, libzmq_version);
    NUMBER(header, started_ns);
    NUMBER(header, ended_ns);
    NUMBER(header, events_written);
    printf("\"sockets_used\":%u,\"endpoints_used\":%u,\"connections_used\":%u,\"connections_dropped\":%llu,",
           header->sockets.used, header->endpoints.used, header->connections.used,
           (unsigned long long)header->connections.dropped);
    NUMBER(header, libzmq_copies);
    text("program", header->program, sizeof header->program);
    printf(",");
    text("node", header->node, sizeof header->node);
    printf(",\"sockets\":[");
    for (uint32_t i = 0; i < header->sockets.used; i++) {
        const struct tap_socket *s = (const void *)(base + header->sockets.offset + i * header->sockets.record_size);
        printf("%s{\"index\":%u,", i ? "," : "", i);
        NUMBER(s, generation), NUMBER(s, id), NUMBER(s, type), NUMBER(s, hidden), NUMBER(s, created_ns);
        NUMBER(s, closed_ns), NUMBER(s, send_hwm), NUMBER(s, receive_hwm), NUMBER(s, endpoint_total);
        NUMBER(s, connection_total), NUMBER(s, sent_messages), NUMBER(s, sent_frames), NUMBER(s, sent_bytes);
        NUMBER(s, send_would_block), NUMBER(s, lost_messages), NUMBER(s, blocked_since_ns), NUMBER(s, blocked_call);
        NUMBER(s, received_messages), NUMBER(s, received_frames), NUMBER(s, received_bytes);
        NUMBER(s, receive_would_block), NUMBER(s, drained_ns), NUMBER(s, api_unknown);
        NUMBER(s, retired_out_messages), NUMBER(s, retired_in_messages), NUMBER(s, retired_out_lost);
        NUMBER(s, retired_accepted), NUMBER(s, retired_delivered), NUMBER(s, option_dropped);
        NUMBER(s, context);
        printf("\"options\":[");
        for (uint32_t o = 0; o < s->option_count; o++) {
            printf("%s{", o ? "," : "");
            NUMBER(&s->options[o], name), NUMBER(&s->options[o], flags), NUMBER(&s->options[o], size);
            hex("value", s->options[o].value, s->options[o].size < TAP_OPTION_VALUE ? s->options[o].size : TAP_OPTION_VALUE);
            printf("}");
        }
        printf("]}");
    }
    printf("],\"endpoints\":[");
    for (uint32_t i = 0; i < header->endpoints.used; i++) {
        const struct tap_endpoint *e = (const void *)(base + header->endpoints.offset + i * header->endpoints.record_size);
        printf("%s{\"index\":%u,", i ? "," : "", i);
        NUMBER(e, socket_index), NUMBER(e, socket_id), NUMBER(e, kind), NUMBER(e, removed_ns), NUMBER(e, attempts);
        NUMBER(e, delayed), NUMBER(e, connects), NUMBER(e, handshakes), NUMBER(e, handshakes_failed);
        NUMBER(e, disconnects), NUMBER(e, retry_milliseconds), NUMBER(e, last_event), NUMBER(e, last_errno);
        text("asked", e->asked, TAP_ADDRESS);
        printf(",");
        text("resolved", e->resolved, TAP_ADDRESS);
        printf("}");
    }
    printf("],\"connections\":[");
    for (uint32_t i = 0; i < header->connections.used; i++) {
        const struct tap_connection *c =
            (const void *)(base + header->connections.offset + i * header->connections.record_size);
        printf("%s{\"index\":%u,", i ? "," : "", i);
        printf("\"socket_index\":%d,\"endpoint_index\":%d,", (int)c->socket_index, (int)c->endpoint_index);
        NUMBER(c, socket_id), NUMBER(c, id), NUMBER(c, descriptor), NUMBER(c, role), NUMBER(c, handshake);
        NUMBER(c, zmtp_version), NUMBER(c, mechanism), NUMBER(c, wire_unknown), NUMBER(c, opened_ns);
        NUMBER(c, handshake_ns), NUMBER(c, closed_ns), NUMBER(c, inode), NUMBER(c, peer_inode), NUMBER(c, peer_pid);
        NUMBER(c, accepted_messages), NUMBER(c, accepted_bytes), NUMBER(c, delivered_messages);
        NUMBER(c, delivered_bytes), NUMBER(c, out_messages), NUMBER(c, out_frames), NUMBER(c, out_bytes);
        NUMBER(c, out_commands), NUMBER(c, out_subscriptions), NUMBER(c, out_raw_bytes), NUMBER(c, out_pending);
        NUMBER(c, out_last_ns), NUMBER(c, in_messages), NUMBER(c, in_frames), NUMBER(c, in_bytes);
        NUMBER(c, in_commands), NUMBER(c, in_subscriptions), NUMBER(c, in_raw_bytes), NUMBER(c, in_begun);
        NUMBER(c, in_last_ns), NUMBER(c, matched_messages), NUMBER(c, matched_unsure);
        NUMBER(c, matched_unknown);
        hex("identity", c->identity, c->identity_size < TAP_IDENTITY ? c->identity_size : 0);
        printf(",");
        text("peer_type", c->peer_type, 16);
        printf(",");
        text("own_type", c->own_type, 16);
        printf(",");
        text("local", c->local, TAP_ADDRESS);
        printf(",");
        text("peer", c->peer, TAP_ADDRESS);
        printf("}");
    }
    printf("],\"events\":[");
    uint64_t first = header->events_written > header->events.capacity ? header->events_written - header->events.capacity : 0;
    for (uint64_t n = first; n < header->events_written; n++) {
        const struct tap_event *e =
            (const void *)(base + header->events.offset + n % header->events.capacity * header->events.record_size);
        printf("%s{", n > first ? "," : "");
        NUMBER(e, ordinal), NUMBER(e, socket_index), NUMBER(e, socket_id), NUMBER(e, event), NUMBER(e, value);
        NUMBER(e, connection_id);
        printf("\"endpoint_index\":%d,", (int)e->endpoint_index);
        text("endpoint", e->endpoint, TAP_ADDRESS);
        printf("}");
    }
    printf("],\"gauges\":[");
    for (uint32_t i = 0; i < header->gauges.used; i++) {
        const struct tap_gauge *g = (const void *)(base + header->gauges.offset + i * header->gauges.record_size);
        printf("%s{", i ? "," : "");
        text("name", g->name, sizeof g->name);
        printf(",\"value\":%g,", g->value);
        LAST(g, updated_ns);
        printf("}");
    }
    printf("]}\n");
}
