// What a peer sends, as the tap's parser of ZMTP sees it. Whatever it is: nothing outside the bytes is read, any split of
// them gives the same counts, and looking ahead finds the messages that then come.
//
// The first byte's bit 0 puts a good greeting in front, bit 1 a READY of a SUB, so that a frame is quickly come by; the
// second byte seeds the splits.
#include <assert.h>
#include <stdlib.h>

#include "internal.h"

static const uint8_t greeting[64] = {0xff, 0, 0, 0, 0, 0, 0, 0, 1, 0x7f, 3, 1, 'N', 'U', 'L', 'L'};
static const uint8_t ready[] = "\x04\x19\x05READY\x0bSocket-Type\0\0\0\x03SUB";

struct side {
    struct tap_wire wire;
    struct tap_wire_text text;
    struct tap_wire_counts counts;
    uint64_t added, topics;
};

static struct side *current;
static void subscribed(struct tap_wire_text *text, bool add, const uint8_t *topic, size_t size) {
    assert(text == &current->text);
    current->added += add;
    for (size_t i = 0; topic != NULL && i < size; i++) current->topics = current->topics * 31 + topic[i];
}

// From a copy of exactly these bytes: the sanitizer sees what is read beyond.
static void feed(struct side *side, const uint8_t *bytes, size_t size) {
    uint8_t *copy = malloc(size);
    assert(copy != NULL || size == 0);
    if (size > 0) memcpy(copy, bytes, size);
    current = side;
    struct tap_wire_counts before = side->counts;
    tap_wire_feed(&side->wire, &side->text, copy, size, &side->counts);
    assert(side->counts.messages >= before.messages && side->counts.frames >= before.frames);
    assert(side->counts.frames >= side->counts.messages);
    assert(side->text.identity_size <= TAP_IDENTITY);
    assert(memchr(side->text.type, 0, sizeof side->text.type) != NULL);
    free(copy);
}

// What looking ahead finds in these bytes, from here.
static uint64_t ahead(const struct side *side, const uint8_t *bytes, size_t size) {
    struct tap_wire wire = side->wire;
    struct tap_wire_counts counts = {0};
    tap_wire_feed(&wire, NULL, bytes, size, &counts);
    return counts.messages;
}

static void same(const struct side *one, const struct side *other) {
    assert(memcmp(&one->counts, &other->counts, sizeof one->counts) == 0);
    assert(one->wire.phase == other->wire.phase && one->wire.more == other->wire.more);
    assert(tap_wire_open(&one->wire) == tap_wire_open(&other->wire));
    assert(one->text.version == other->text.version && one->text.mechanism == other->text.mechanism);
    assert(one->text.ready == other->text.ready && strcmp(one->text.type, other->text.type) == 0);
    assert(one->text.identity_size == other->text.identity_size);
    assert(memcmp(one->text.identity, other->text.identity, one->text.identity_size) == 0);
    assert(one->added == other->added && one->topics == other->topics);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 2) return 0;
    static struct side whole, split, bytewise;
    struct side *sides[] = {&whole, &split, &bytewise};
    for (size_t i = 0; i < 3; i++) {
        memset(sides[i], 0, sizeof *sides[i]);
        sides[i]->text.subscribed = subscribed;
        if (data[0] & 1) feed(sides[i], greeting, sizeof greeting);
        if ((data[0] & 3) == 3) feed(sides[i], ready, sizeof ready - 1);
    }
    const uint8_t *bytes = data + 2;
    size -= 2;
    (void)tap_wire_signature(bytes, size);
    (void)tap_wire_whole_signature(bytes, size);

    bool speaks = whole.text.ready;  // before that, what it says of itself changes how the rest is read
    uint64_t expected = speaks ? whole.counts.messages + ahead(&whole, bytes, size) : 0;
    feed(&whole, bytes, size);
    assert(!speaks || whole.counts.messages == expected);

    uint32_t random = data[1] * 2654435761u + 1;
    for (size_t at = 0; at < size;) {
        random = random * 1664525u + 1013904223u;
        size_t take = 1 + (random >> 16) % 40;
        if (take > size - at) take = size - at;
        feed(&split, bytes + at, take);
        at += take;
    }
    for (size_t at = 0; at < size; at++) feed(&bytewise, bytes + at, 1);
    same(&whole, &split);
    same(&whole, &bytewise);
    return 0;
}
