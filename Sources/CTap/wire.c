// What passes through a descriptor: ZMTP frames, counted by their headers. No body is touched, but for commands.
// Source: RFC 37/ZMTP 3.1 (and 23/ZMTP 3.0, where subscriptions are messages).
#include "tap.h"

enum { GREETING, FLAGS, LENGTH, BODY, UNKNOWN };
enum { MORE = 1, LONG = 2, COMMAND = 4 };
#define GREETING_SIZE 64

struct counts {
    uint64_t messages, frames, bytes, commands, subscriptions;
};

bool tap_is_signature(const uint8_t *bytes, size_t count) {
    // FF, a length of 8 bytes whose first seven are zero, 7F. A short piece of it will do: two bytes of it at least.
    if (count < 2 || bytes[0] != 0xff) return false;
    for (size_t i = 1; i < count && i < 8; i++)
        if (bytes[i] != 0) return false;
    return count < 10 || bytes[9] == 0x7f;
}

static bool is_named(const uint8_t *body, uint32_t size, const char *name) {
    uint32_t length = (uint32_t)strlen(name);
    return size > length && body[0] == length && memcmp(body + 1, name, length) == 0;
}

// READY and INITIATE end in properties: name (1 byte of length), value (4 bytes of length).
static void read_properties(struct connection_state *c, bool is_out, const uint8_t *body, uint32_t size) {
    struct tap_connection *r = c->record;
    uint32_t at = 1u + body[0];
    while (at < size) {
        uint32_t name_size = body[at], name = at + 1;
        if (name + name_size + 4 > size) return;
        const uint8_t *v = body + name + name_size;
        uint32_t value_size = (uint32_t)v[0] << 24 | (uint32_t)v[1] << 16 | (uint32_t)v[2] << 8 | v[3];
        const uint8_t *value = v + 4;
        if (value_size > size - (uint32_t)(value - body)) return;
        if (name_size == 11 && memcmp(body + name, "Socket-Type", 11) == 0) {
            bool is_sub = (value_size == 3 && memcmp(value, "SUB", 3) == 0) ||
                          (value_size == 4 && memcmp(value, "XSUB", 4) == 0);
            if (is_out) {
                c->own_is_sub = is_sub;
            } else {
                c->peer_is_sub = is_sub;
                tap_begin_change(&r->generation);
                memset(r->peer_type, 0, sizeof r->peer_type);
                memcpy(r->peer_type, value, value_size < sizeof r->peer_type ? value_size : sizeof r->peer_type - 1);
                tap_end_change(&r->generation);
            }
        } else if (!is_out && name_size == 8 && memcmp(body + name, "Identity", 8) == 0 && value_size <= TAP_IDENTITY) {
            tap_begin_change(&r->generation);
            r->identity_size = value_size;
            memcpy(r->identity, value, value_size);
            tap_end_change(&r->generation);
        }
        at = (uint32_t)(value - body) + value_size;
    }
}

static void end_command(struct connection_state *c, bool is_out, struct wire *w, struct counts *n) {
    const uint8_t *body = is_out ? c->out_command : c->in_command;
    n->commands++;
    if (w->captured == 0 || (uint64_t)body[0] + 1 > w->captured) return;
    if (is_named(body, w->captured, "SUBSCRIBE") || is_named(body, w->captured, "CANCEL")) {
        n->subscriptions++;
    } else if (is_named(body, w->captured, "READY") || is_named(body, w->captured, "INITIATE")) {
        pthread_mutex_lock(&tap_lock);
        read_properties(c, is_out, body, w->captured);
        pthread_mutex_unlock(&tap_lock);
    }
}

static void end_frame(struct connection_state *c, bool is_out, struct wire *w, struct counts *n, bool dry) {
    w->phase = FLAGS;
    if (w->flags & COMMAND) {
        if (dry) return;
        end_command(c, is_out, w, n);
        return;
    }
    if (w->first) {  // a subscription in ZMTP 3.0's form
        n->subscriptions++;
        w->first = false;
        w->begun = false;
        return;
    }
    n->frames++;
    n->bytes += w->length;
    if (w->flags & MORE) return;
    n->messages++;
    w->begun = false;
}

static void greet(struct connection_state *c, bool is_out, struct wire *w, uint8_t byte) {
    int side = is_out ? 0 : 1;
    if (w->count == 10) c->major[side] = byte;
    if (w->count == 11) c->minor[side] = byte;
    if (w->count == 12) {
        c->mechanism = byte;
        struct tap_connection *r = c->record;
        uint32_t mechanism = byte == 'N'   ? TAP_MECHANISM_NULL
                             : byte == 'P' ? TAP_MECHANISM_PLAIN
                             : byte == 'C' ? TAP_MECHANISM_CURVE
                             : byte == 'G' ? TAP_MECHANISM_GSSAPI
                                           : TAP_MECHANISM_UNKNOWN;
        pthread_mutex_lock(&tap_lock);
        tap_begin_change(&r->generation);
        if (!is_out) r->zmtp_version = c->major[1] * 256u + c->minor[1];
        r->mechanism = mechanism;
        // Encrypted frames tell neither commands nor parts.
        if (mechanism != TAP_MECHANISM_NULL && mechanism != TAP_MECHANISM_PLAIN) r->wire_unknown = 1;
        tap_end_change(&r->generation);
        pthread_mutex_unlock(&tap_lock);
    }
    w->count++;
    if (w->count == 11 && byte < 3) {
        // ZMTP 2 and older: another greeting, which this parser does not read.
        SET(c->record->wire_unknown, 1);
        w->phase = UNKNOWN;
    } else if (w->count == GREETING_SIZE) {
        w->phase = GET(c->record->wire_unknown) ? UNKNOWN : FLAGS;
    }
}

// `dry`: only look ahead; the connection stays as it is.
static void parse(struct connection_state *c, bool is_out, struct wire *w, const uint8_t *at, size_t count,
                  struct counts *n, bool dry) {
    const uint8_t *end = at + count;
    uint8_t *command = is_out ? c->out_command : c->in_command;
    while (at < end) {
        switch (w->phase) {
        case GREETING:
            if (dry) return;
            greet(c, is_out, w, *at++);
            break;
        case FLAGS:
            w->flags = *at++;
            w->header_left = w->flags & LONG ? 8 : 1;
            w->length = 0;
            w->captured = 0;
            w->phase = LENGTH;
            if (!(w->flags & COMMAND)) w->begun = true;
            break;
        case LENGTH:
            w->length = w->length << 8 | *at++;
            if (--w->header_left > 0) break;
            w->left = w->length;
            w->phase = BODY;
            w->first = false;
            if (w->left == 0) end_frame(c, is_out, w, n, dry);
            break;
        case BODY: {
            if (w->left == w->length && (w->flags & (COMMAND | MORE)) == 0 && *at <= 1 &&
                UNLIKELY(is_out ? c->own_is_sub : c->peer_is_sub))
                w->first = true;
            size_t step = (size_t)(end - at) < w->left ? (size_t)(end - at) : (size_t)w->left;
            if (UNLIKELY(w->flags & COMMAND) && !dry && w->captured < CAPTURE) {
                size_t kept = step < CAPTURE - w->captured ? step : CAPTURE - w->captured;
                memcpy(command + w->captured, at, kept);
                w->captured += (uint32_t)kept;
            }
            at += step;
            w->left -= step;
            if (w->left == 0) end_frame(c, is_out, w, n, dry);
            break;
        }
        default: return;
        }
    }
}

void tap_wire_sent(uint32_t connection, const uint8_t *bytes, size_t offered, ssize_t taken) {
    struct connection_state *c = &tap_connection_states[connection];
    struct tap_connection *r = c->record;
    size_t count = taken > 0 ? (size_t)taken : 0;
    struct counts n = {0};
    parse(c, true, &c->out, bytes, count, &n, false);
    ADD(r->out_messages, n.messages);
    ADD(r->out_frames, n.frames);
    ADD(r->out_bytes, n.bytes);
    if (n.commands | n.subscriptions) {
        ADD(r->out_commands, n.commands);
        ADD(r->out_subscriptions, n.subscriptions);
    }
    ADD(r->out_raw_bytes, count);
    uint64_t pending = c->out.begun;
    if (UNLIKELY(count < offered) && c->out.phase != UNKNOWN) {
        // What libzmq has encoded and the kernel did not take is gone when the connection ends.
        struct wire ahead = c->out;
        struct counts rest = {0};
        parse(c, true, &ahead, bytes + count, offered - count, &rest, true);
        pending = rest.messages + ahead.begun;
    }
    SET(r->out_pending, pending);
    if (count) SET(r->out_last_ns, tap_now());
}

void tap_wire_received(uint32_t connection, const uint8_t *bytes, size_t count) {
    struct connection_state *c = &tap_connection_states[connection];
    struct tap_connection *r = c->record;
    struct counts n = {0};
    parse(c, false, &c->in, bytes, count, &n, false);
    ADD(r->in_messages, n.messages);
    ADD(r->in_frames, n.frames);
    ADD(r->in_bytes, n.bytes);
    if (n.commands | n.subscriptions) {
        ADD(r->in_commands, n.commands);
        ADD(r->in_subscriptions, n.subscriptions);
    }
    ADD(r->in_raw_bytes, count);
    SET(r->in_begun, c->in.begun);
    SET(r->in_last_ns, tap_now());
}
