// Prints a segment, a line a record, as `kind key=value …`: what the tests of the tap look at.
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "CTapSegment.h"

#define N(field) printf(" " #field "=%llu", (unsigned long long)r->field)
#define S(field) printf(" " #field "=%s", r->field)

int main(int count, char **arguments) {
    for (int a = 1; a < count; a++) {
        int file = open(arguments[a], O_RDONLY);
        struct stat status;
        if (file < 0 || fstat(file, &status) != 0) return perror(arguments[a]), 1;
        const char *base = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_SHARED, file, 0);
        if (base == MAP_FAILED) return perror("mmap"), 1;
        const struct tap_header *h = (const struct tap_header *)base;
        if (h->magic != TAP_MAGIC || h->version != TAP_VERSION) return fprintf(stderr, "no segment\n"), 1;
        printf("process pid=%d node=%s incarnation=%u libzmq=%u ended=%d flags=%u dropped=%llu mode=%o\n", h->pid, h->node,
               h->incarnation, h->libzmq_version, h->ended_ns != 0, h->flags, (unsigned long long)h->connections.dropped,
               status.st_mode & 0777);
        for (uint32_t i = 0; i < h->sockets.used; i++) {
            const struct tap_socket *r = (const void *)(base + h->sockets.offset + i * h->sockets.record_size);
            printf("socket index=%u closed=%d", i, r->closed_ns != 0);
            N(id), N(type), N(hidden), N(sent_messages), N(sent_frames), N(sent_bytes), N(send_would_block);
            N(lost_messages), N(received_messages), N(received_frames), N(received_bytes), N(receive_would_block);
            N(blocked_call), N(send_hwm), N(receive_hwm), N(option_count), N(connection_total), N(endpoint_total);
            N(api_unknown), N(retired_out_messages);
            printf("\n");
            for (uint32_t o = 0; o < r->option_count; o++)
                printf("option socket=%u name=%d flags=%u size=%u\n", i, r->options[o].name, r->options[o].flags,
                       r->options[o].size);
        }
        for (uint32_t i = 0; i < h->endpoints.used; i++) {
            const struct tap_endpoint *r = (const void *)(base + h->endpoints.offset + i * h->endpoints.record_size);
            printf("endpoint index=%u removed=%d", i, r->removed_ns != 0);
            N(socket_index), N(kind), N(attempts), N(delayed), N(connects), N(handshakes), N(handshakes_failed);
            N(disconnects), N(last_event), S(asked), S(resolved);
            printf("\n");
        }
        for (uint32_t i = 0; i < h->connections.used; i++) {
            const struct tap_connection *r = (const void *)(base + h->connections.offset + i * h->connections.record_size);
            printf("connection index=%u closed=%d joined=%d", i, r->closed_ns != 0, r->socket_index != TAP_NO_INDEX);
            N(socket_index), N(endpoint_index), N(role), N(handshake), N(zmtp_version), N(mechanism), N(wire_unknown);
            N(inode), N(peer_inode), N(peer_pid), N(identity_size), S(peer_type), S(local), S(peer);
            N(accepted_messages), N(accepted_bytes), N(delivered_messages), N(delivered_bytes);
            N(out_messages), N(out_frames), N(out_bytes), N(out_commands), N(out_subscriptions), N(out_pending);
            N(in_messages), N(in_frames), N(in_bytes), N(in_commands), N(in_subscriptions), N(in_begun);
            N(out_raw_bytes), N(in_raw_bytes);
            printf("\n");
        }
        printf("events written=%llu\n", (unsigned long long)h->events_written);
        for (uint32_t i = 0; i < h->events.used; i++) {
            const struct tap_event *r = (const void *)(base + h->events.offset + i * h->events.record_size);
            printf("event value=%lld", (long long)r->value);
            N(ordinal), N(socket_index), N(event), N(endpoint_index), N(connection_id), S(endpoint);
            printf("\n");
        }
        for (uint32_t i = 0; i < h->gauges.used; i++) {
            const struct tap_gauge *r = (const void *)(base + h->gauges.offset + i * h->gauges.record_size);
            printf("gauge name=%s value=%g\n", r->name, r->value);
        }
    }
    return 0;
}
