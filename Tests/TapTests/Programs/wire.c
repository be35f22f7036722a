// wire: feeds one conversation to the tap's parser, whole and cut at every place, and says where the counts differ.
#include <stdio.h>
#include <string.h>

#include "../../../Sources/CTap/wire.c"

static uint8_t stream[4096];
static size_t size;

static void put(const void *bytes, size_t count) {
    memcpy(stream + size, bytes, count);
    size += count;
}
static void frame(uint8_t flags, const char *body, size_t length) {
    uint8_t head[9] = {flags};
    size_t head_size = 2;
    head[1] = (uint8_t)length;
    if (flags & 2) {
        memset(head + 1, 0, 8);
        head[7] = (uint8_t)(length >> 8);
        head[8] = (uint8_t)length;
        head_size = 9;
    }
    put(head, head_size);
    put(body, length);
}

static void feed(struct tap_wire_counts *counts, struct tap_wire_text *text, const size_t *cuts, int cut_count) {
    struct tap_wire wire = {0};
    memset(text, 0, sizeof *text);
    memset(counts, 0, sizeof *counts);
    wire.upstream = true;
    size_t from = 0;
    for (int i = 0; i <= cut_count; i++) {
        size_t to = i < cut_count ? cuts[i] : size;
        if (to > from) tap_wire_feed(&wire, text, stream + from, to - from, counts);
        from = to;
    }
    if (tap_wire_open(&wire) || wire.phase != TAP_WIRE_FLAGS) counts->messages = 9999;
}

int main(void) {
    uint8_t greeting[64] = {0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1, 'N', 'U', 'L', 'L'};
    put(greeting, sizeof greeting);
    frame(4, "\5READY\13Socket-Type\0\0\0\4XSUB\10Identity\0\0\0\3me!", 47 - 5 + 2);
    frame(4, "\11SUBSCRIBEtopic", 15);
    frame(4, "\6CANCEL", 7);
    frame(4, "\4PING\0\0", 7);
    frame(0, "\1old", 4);
    frame(0, "\0old", 4);
    frame(0, "", 0);
    frame(1, "\1not a subscription", 19);
    frame(1, "", 0);
    frame(0, "end", 3);
    static char big[1000];
    frame(3, big, 1000);
    memset(big, 7, sizeof big);
    frame(2, big, 1000);
    frame(2, big, 10);
    struct tap_wire_counts whole, cut;
    static struct tap_wire_text text, cut_text;
    feed(&whole, &text, NULL, 0);
    printf("%lu messages, %lu frames, %lu bytes, %lu commands, %lu subscriptions, %s %.*s %u\n", whole.messages,
           whole.frames, whole.bytes, whole.commands, whole.subscriptions, text.type, (int)text.identity_size,
           (char *)text.identity, text.version);
    int differ = 0;
    for (size_t first = 0; first < size; first++)
        for (size_t second = first; second < size; second += first % 7 + 1) {
            size_t cuts[] = {first, second};
            feed(&cut, &cut_text, cuts, 2);
            differ += memcmp(&cut, &whole, sizeof cut) != 0 || strcmp(cut_text.type, text.type) != 0;
        }
    size_t every[sizeof stream];
    for (size_t i = 0; i < size; i++) every[i] = i;
    feed(&cut, &cut_text, every, (int)size);
    differ += memcmp(&cut, &whole, sizeof cut) != 0;
    printf("%d splits differ\n", differ);
    return 0;
}
