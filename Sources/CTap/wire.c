// ZMTP, one direction of one connection: headers only. A body is skipped, not read, but for the first bytes of a
// command and the first byte of what may be a subscription. Any split of the bytes gives the same counts.
// https://rfc.zeromq.org/spec/23 and /37: a greeting of 64 bytes, then frames: flags (1 more, 2 long, 4 command), a
// length of 1 or 8 bytes, the body.
#include <strings.h>

#include "internal.h"

enum { FLAG_MORE = 1, FLAG_LONG = 2, FLAG_COMMAND = 4 };
#define GREETING 64u

bool tap_wire_signature(const uint8_t *bytes, size_t size) {
    if (size == 0 || bytes[0] != 0xff) return false;
    return size < 10 || bytes[9] == 0x7f;
}

// ff, a length of 8 bytes that nobody's routing id exceeds, 7f.
bool tap_wire_whole_signature(const uint8_t *bytes, size_t size) {
    static const uint8_t none[7];
    return size >= 10 && bytes[0] == 0xff && memcmp(bytes + 1, none, sizeof none) == 0 && bytes[9] == 0x7f;
}

static uint32_t mechanism(const uint8_t *name) {
    static const struct {
        const char *name;
        uint32_t value;
    } known[] = {{"NULL", TAP_MECHANISM_NULL},
                 {"PLAIN", TAP_MECHANISM_PLAIN},
                 {"CURVE", TAP_MECHANISM_CURVE},
                 {"GSSAPI", TAP_MECHANISM_GSSAPI}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (strncmp((const char *)name, known[i].name, 20) == 0) return known[i].value;
    return TAP_MECHANISM_UNKNOWN;
}

// Properties: a name of 1 + n bytes, a value of 4 + n.
static void properties(struct tap_wire_text *text, const uint8_t *at, const uint8_t *end) {
    while (at < end) {
        size_t name_size = *at++;
        const char *name = (const char *)at;
        if ((size_t)(end - at) < name_size + 4) return;
        at += name_size;
        size_t size = (size_t)at[0] << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
        at += 4;
        if ((size_t)(end - at) < size) return;
        if (name_size == 11 && strncasecmp(name, "Socket-Type", 11) == 0 && size < sizeof text->type) {
            memcpy(text->type, at, size);
            text->type[size] = 0;
        } else if (name_size == 8 && strncasecmp(name, "Identity", 8) == 0 && size <= sizeof text->identity) {
            memcpy(text->identity, at, size);
            text->identity_size = (uint32_t)size;
        }
        at += size;
    }
}

static bool named(const uint8_t *body, size_t size, const char *name) {
    size_t length = strlen(name);
    return size > length && body[0] == length && memcmp(body + 1, name, length) == 0;
}

static void greeted(struct tap_wire *wire, struct tap_wire_text *text) {
    text->greeted = wire->told = true;
    text->version = (uint32_t)text->capture[10] * 256 + text->capture[11];
    text->mechanism = mechanism(text->capture + 12);
    // What CURVE and GSSAPI encrypt shows neither commands nor parts.
    bool clear = text->mechanism == TAP_MECHANISM_NULL || text->mechanism == TAP_MECHANISM_PLAIN;
    wire->phase = clear ? TAP_WIRE_FLAGS : TAP_WIRE_UNKNOWN;
    wire->captured = 0;
}

// A greeting comes in pieces. Whoever speaks ZMTP 1 or 2 shows it before the 64 bytes are there.
static size_t greeting(struct tap_wire *wire, struct tap_wire_text *text, const uint8_t *bytes, size_t size) {
    size_t missing = GREETING - wire->captured, take = missing < size ? missing : size;
    if (text != NULL) memcpy(text->capture + wire->captured, bytes, take);
    wire->captured += (uint16_t)take;
    if (text == NULL) {  // Looking ahead: no message is in a greeting.
        if (wire->captured == GREETING) wire->phase = TAP_WIRE_UNKNOWN;
        return take;
    }
    bool oldest = text->capture[0] != 0xff || (wire->captured > 9 && !(text->capture[9] & 1));
    if (oldest || (wire->captured > 10 && text->capture[10] < 3)) {
        text->version = oldest ? 1 * 256 : 2 * 256;
        wire->told = true;
        wire->phase = TAP_WIRE_UNKNOWN;
    } else if (wire->captured == GREETING) {
        greeted(wire, text);
    }
    return take;
}

// The topic follows `head` bytes of what was captured.
static void subscribed(const struct tap_wire *wire, struct tap_wire_text *text, bool add, size_t head) {
    if (text == NULL || text->subscribed == NULL) return;
    bool whole = wire->captured == wire->size && wire->captured >= head;
    text->subscribed(text, add, whole ? text->capture + head : NULL, whole ? wire->captured - head : 0);
}

// What SUB and XSUB say upstream in a message's form is none.
static void ready(struct tap_wire *wire, struct tap_wire_text *text) {
    text->ready = wire->told = true;
    wire->upstream = strcmp(text->type, "SUB") == 0 || strcmp(text->type, "XSUB") == 0;
}

static void command_passed(struct tap_wire *wire, struct tap_wire_text *text, struct tap_wire_counts *counts) {
    counts->commands++;
    if (text == NULL) return;
    const uint8_t *body = text->capture;
    size_t size = wire->captured;
    if (named(body, size, "SUBSCRIBE") || named(body, size, "CANCEL")) {
        counts->subscriptions++;
        subscribed(wire, text, body[1] == 'S', 1u + body[0]);
    } else if (!text->ready && named(body, size, "READY")) {
        properties(text, body + 6, body + size);
        ready(wire, text);
    } else if (!text->ready && named(body, size, "INITIATE")) {
        properties(text, body + 9, body + size);
        ready(wire, text);
    }
}

static void frame_passed(struct tap_wire *wire, struct tap_wire_text *text, struct tap_wire_counts *counts) {
    wire->phase = TAP_WIRE_FLAGS;
    if (wire->flags & FLAG_COMMAND) {
        command_passed(wire, text, counts);
        return;
    }
    if (wire->subscription) {
        counts->subscriptions++;
        subscribed(wire, text, text != NULL && text->capture[0] == 1, 1);
        return;
    }
    counts->frames++;
    counts->bytes += wire->size;
    wire->more = wire->flags & FLAG_MORE;
    if (!wire->more) counts->messages++;
}

static void frame_begins(struct tap_wire *wire, struct tap_wire_text *text, struct tap_wire_counts *counts) {
    wire->left = wire->size;
    wire->captured = 0;
    wire->phase = TAP_WIRE_BODY;
    if (wire->left == 0) frame_passed(wire, text, counts);
}

static inline uint16_t header_at(const uint8_t *at) {
    uint16_t header;
    memcpy(&header, at, sizeof header);
    return header;
}

// The common case by itself: short frames that lie wholly in the buffer. Returns where it stopped. Frames like the one
// before are taken in a run: there the next address does not wait for the length to be read.
static TAP_HOT const uint8_t *short_frames(struct tap_wire *wire, const uint8_t *at, const uint8_t *end,
                                           struct tap_wire_counts *counts) {
    uint64_t messages = 0, frames = 0, bytes = 0;
    bool more = wire->more;
    while (end - at >= 2 && (at[0] & ~FLAG_MORE) == 0 && end - at >= 2 + at[1]) {
        const uint16_t header = header_at(at);
        const ptrdiff_t size = at[1];
        uint64_t run = 1;
        more = at[0] & FLAG_MORE;
        at += 2 + size;
        for (; end - at >= 2 + size && header_at(at) == header; at += 2 + size) run++;
        frames += run;
        bytes += run * (uint64_t)size;
        messages += more ? 0 : run;
    }
    wire->more = more;
    counts->messages += messages;
    counts->frames += frames;
    counts->bytes += bytes;
    return at;
}

TAP_HOT void tap_wire_feed(struct tap_wire *wire, struct tap_wire_text *text, const uint8_t *bytes, size_t size,
                   struct tap_wire_counts *counts) {
    const uint8_t *at = bytes, *end = bytes + size;
    while (at < end) {
        switch (wire->phase) {
            case TAP_WIRE_GREETING: at += greeting(wire, text, at, (size_t)(end - at)); break;
            case TAP_WIRE_FLAGS:
                if (LIKELY(!wire->upstream)) at = short_frames(wire, at, end, counts);
                if (at == end) break;
                wire->flags = *at++;
                wire->first = !wire->more;
                wire->subscription = false;
                wire->size = 0;
                if (wire->flags & ~(FLAG_MORE | FLAG_LONG | FLAG_COMMAND)) {  // No ZMTP.
                    wire->phase = TAP_WIRE_UNKNOWN;
                    return;
                }
                wire->length_left = wire->flags & FLAG_LONG ? 8 : 1;
                wire->phase = TAP_WIRE_LENGTH;
                break;
            case TAP_WIRE_LENGTH:
                wire->size = wire->size << 8 | *at++;
                if (--wire->length_left == 0) frame_begins(wire, text, counts);
                break;
            case TAP_WIRE_BODY: {
                size_t take = wire->left < (size_t)(end - at) ? (size_t)wire->left : (size_t)(end - at);
                if (wire->upstream && wire->left == wire->size && wire->first &&
                    !(wire->flags & (FLAG_MORE | FLAG_COMMAND)))
                    wire->subscription = *at <= 1;
                if (wire->subscription || wire->flags & FLAG_COMMAND) {
                    size_t room = TAP_WIRE_CAPTURE - wire->captured;
                    size_t keep = take < room ? take : room;
                    if (text != NULL) {
                        memcpy(text->capture + wire->captured, at, keep);
                        wire->captured += (uint16_t)keep;
                    }
                }
                at += take;
                wire->left -= take;
                if (wire->left == 0) frame_passed(wire, text, counts);
                break;
            }
            default: return;
        }
    }
}
