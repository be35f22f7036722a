// PUB and XPUB: which subscribers a message is for, as far as the wire tells.
//
// The I/O thread keeps each connection's subscriptions as they come in, under tap_lock, and says that something has
// changed. The thread that publishes then makes itself a picture of them all, which is its alone: for every length
// that a subscription has, one look into a hash table finds who wants a topic that begins so.
#include <stdlib.h>

#include "internal.h"

// ---- a connection's own subscriptions; all of this under tap_lock

#define WISHES 1024u
struct tap_wishes {
    uint32_t count;
    struct wish {
        uint32_t size;
        uint8_t *topic;
    } of[WISHES];
};

static void note_change(const struct tap_connection_state *state) {
    struct tap_socket_state *socket = tap_connection_socket(state);
    if (socket != NULL) ADD(socket->wishes_version, 1);
}

void tap_wishes_joined(const struct tap_connection_state *state) {
    if (state->wishes != NULL) note_change(state);
}

void tap_wishes_end(struct tap_connection_state *state) {
    struct tap_wishes *wishes = state->wishes;
    if (wishes == NULL) return;
    note_change(state);
    state->wishes = NULL;
    for (uint32_t i = 0; i < wishes->count; i++) free(wishes->of[i].topic);
    free(wishes);
}

static struct wish *find_wish(struct tap_wishes *wishes, const uint8_t *topic, size_t size) {
    for (uint32_t i = 0; i < wishes->count; i++)
        if (wishes->of[i].size == size && memcmp(wishes->of[i].topic, topic, size) == 0) return &wishes->of[i];
    return NULL;
}

static bool add_wish(struct tap_wishes *wishes, const uint8_t *topic, size_t size) {
    if (find_wish(wishes, topic, size) != NULL) return true;
    if (wishes->count == WISHES) return false;
    struct wish *wish = &wishes->of[wishes->count];
    wish->topic = malloc(size + 1);
    if (wish->topic == NULL) return false;
    memcpy(wish->topic, topic, size);
    wish->size = (uint32_t)size;
    wishes->count++;
    return true;
}

static void remove_wish(struct tap_wishes *wishes, const uint8_t *topic, size_t size) {
    struct wish *wish = find_wish(wishes, topic, size);
    if (wish == NULL) return;
    free(wish->topic);
    *wish = wishes->of[--wishes->count];
}

// From then on nobody knows which messages are for this connection.
static void give_up(struct tap_connection_state *state) { STORE(state->shared->matched_unknown, 1); }

void tap_wish(struct tap_wire_text *text, bool add, const uint8_t *topic, size_t size) {
    struct tap_connection_state *state = tap_connection_of_text(text);
    int saved = errno;
    pthread_mutex_lock(&tap_lock);
    if (state->wishes == NULL) state->wishes = calloc(1, sizeof *state->wishes);
    if (topic == NULL || state->wishes == NULL)
        give_up(state);
    else if (!add)
        remove_wish(state->wishes, topic, size);
    else if (!add_wish(state->wishes, topic, size))
        give_up(state);
    if (add) state->wished_ns = tap_now();
    note_change(state);
    pthread_mutex_unlock(&tap_lock);
    errno = saved;
}

// ---- the publisher's picture of all of them

struct subscriber {
    uint32_t connection;
    uint64_t unsure_until;  // libzmq may not have taken up its last subscription before; 0: it has
    uint64_t id;
    uint64_t message;  // the last one that was for it
};
struct topic {
    uint64_t hash;
    uint32_t size;
    uint32_t from;  // its bytes in `bytes`
    uint32_t first_member;
};
struct member {  // one subscriber of one topic
    uint32_t subscriber;
    uint32_t next;
};
struct tap_matching {
    uint64_t version;
    uint64_t message;
    uint32_t subscriber_count, hit_count, everyone, length_count, place_mask, topic_count;
    struct subscriber *subscribers;
    uint32_t *hits;     // the subscribers of the message under way
    uint32_t *lengths;  // that topics have, rising, without 0
    uint32_t *places;   // open addressing: topic + 1
    struct topic *topics;
    struct member *members;
    uint8_t *bytes;
};

static uint64_t hash_on(uint64_t hash, const uint8_t *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) hash = (hash ^ bytes[i]) * 0x100000001b3u;
    return hash;
}
#define HASH_START 0xcbf29ce484222325u
// A publisher looks for news every few milliseconds while it sends; the rest is for a machine that is busy.
#define TAKING_UP_NS 200000000u

static const struct topic *find_topic(const struct tap_matching *matching, uint64_t hash, const uint8_t *bytes,
                                      uint32_t size, uint32_t *free_place) {
    uint32_t place = (uint32_t)(hash >> 20) & matching->place_mask;
    for (; matching->places[place] != 0; place = (place + 1) & matching->place_mask) {
        const struct topic *topic = &matching->topics[matching->places[place] - 1];
        if (topic->hash == hash && topic->size == size && memcmp(matching->bytes + topic->from, bytes, size) == 0)
            return topic;
    }
    if (free_place != NULL) *free_place = place;
    return NULL;
}

static void note_length(struct tap_matching *matching, uint32_t length) {
    uint32_t at = matching->length_count;
    for (uint32_t i = 0; i < matching->length_count; i++)
        if (matching->lengths[i] == length) return;
    for (; at > 0 && matching->lengths[at - 1] > length; at--) matching->lengths[at] = matching->lengths[at - 1];
    matching->lengths[at] = length;
    matching->length_count++;
}

static void take_part(void **at, size_t *left, void *part, size_t size) {
    if (*at != NULL) *(void **)part = *at;
    size = (size + 15) / 16 * 16;
    if (*at != NULL) *at = (char *)*at + size;
    *left += size;
}

// One block for everything; the first round only measures it.
static struct tap_matching *make_room(uint32_t subscribers, uint32_t wishes, uint32_t bytes) {
    uint32_t places = 4;
    while (places < wishes * 2) places *= 2;
    struct tap_matching parts, *matching = NULL;
    void *at = NULL;
    for (int round = 0; round < 2; round++) {
        size_t size = 0;
        struct tap_matching *into = round == 0 ? &parts : matching;
        if (round == 1) at = matching + 1;
        take_part(&at, &size, &into->subscribers, subscribers * sizeof *into->subscribers);
        take_part(&at, &size, &into->hits, subscribers * sizeof *into->hits);
        take_part(&at, &size, &into->lengths, wishes * sizeof *into->lengths);
        take_part(&at, &size, &into->places, places * sizeof *into->places);
        take_part(&at, &size, &into->topics, wishes * sizeof *into->topics);
        take_part(&at, &size, &into->members, wishes * sizeof *into->members);
        take_part(&at, &size, &into->bytes, bytes);
        if (round == 0 && (matching = calloc(1, sizeof *matching + size)) == NULL) return NULL;
    }
    matching->place_mask = places - 1;
    matching->everyone = TAP_NO_INDEX;
    return matching;
}

static struct tap_matching *picture(struct tap_socket_state *socket) {
    uint32_t subscribers = 0, wishes = 0, bytes = 0;
    for (uint32_t i = socket->first_connection; i != TAP_NO_INDEX; i = tap_connections[i].next) {
        const struct tap_wishes *own = tap_connections[i].wishes;
        if (own == NULL) continue;
        subscribers++;
        wishes += own->count;
        for (uint32_t w = 0; w < own->count; w++) bytes += own->of[w].size;
    }
    struct tap_matching *matching = make_room(subscribers, wishes, bytes);
    if (matching == NULL) return NULL;
    matching->version = socket->wishes_version;
    uint32_t member_count = 0, byte_count = 0;
    for (uint32_t i = socket->first_connection; i != TAP_NO_INDEX; i = tap_connections[i].next) {
        const struct tap_connection_state *state = &tap_connections[i];
        if (state->wishes == NULL) continue;
        if (socket->inverted) STORE(state->shared->matched_unknown, 1);
        uint32_t index = matching->subscriber_count++;
        matching->subscribers[index] = (struct subscriber){
            .connection = i, .id = state->id, .unsure_until = state->wished_ns + TAKING_UP_NS};
        for (uint32_t w = 0; w < state->wishes->count; w++) {
            const struct wish *wish = &state->wishes->of[w];
            uint32_t place = 0, *first = &matching->everyone;
            if (wish->size > 0) {
                uint64_t hash = hash_on(HASH_START, wish->topic, wish->size);
                const struct topic *known = find_topic(matching, hash, wish->topic, wish->size, &place);
                struct topic *topic = (struct topic *)known;
                if (topic == NULL) {
                    topic = &matching->topics[matching->topic_count++];
                    matching->places[place] = matching->topic_count;
                    *topic = (struct topic){hash, wish->size, byte_count, TAP_NO_INDEX};
                    memcpy(matching->bytes + byte_count, wish->topic, wish->size);
                    byte_count += wish->size;
                    note_length(matching, wish->size);
                }
                first = &topic->first_member;
            }
            matching->members[member_count] = (struct member){index, *first};
            *first = member_count++;
        }
    }
    return matching;
}

static struct tap_matching *look_again(struct tap_socket_state *socket) {
    int saved = errno;
    struct tap_matching *before = socket->matching;
    socket->matching = NULL;
    free(before);
    pthread_mutex_lock(&tap_lock);
    socket->matching = picture(socket);
    pthread_mutex_unlock(&tap_lock);
    errno = saved;
    return socket->matching;
}

static void hit(struct tap_matching *matching, uint32_t first_member) {
    for (uint32_t m = first_member; m != TAP_NO_INDEX; m = matching->members[m].next) {
        uint32_t index = matching->members[m].subscriber;
        struct subscriber *subscriber = &matching->subscribers[index];
        if (subscriber->message == matching->message) continue;
        subscriber->message = matching->message;
        matching->hits[matching->hit_count++] = index;
    }
}

// Before the first frame is sent: afterwards it is libzmq's.
void tap_match(struct tap_socket_state *socket, const void *bytes, size_t size) {
    uint64_t version = LOAD(socket->wishes_version);
    if (version == 0) return;
    struct tap_matching *matching = socket->matching;
    if (UNLIKELY(matching == NULL || matching->version != version) && (matching = look_again(socket)) == NULL) return;
    matching->message++;
    matching->hit_count = 0;
    hit(matching, matching->everyone);
    uint64_t hash = HASH_START;
    const uint8_t *topic = bytes;
    uint32_t hashed = 0;
    for (uint32_t i = 0; i < matching->length_count && matching->lengths[i] <= size; i++) {
        uint32_t length = matching->lengths[i];
        hash = hash_on(hash, topic + hashed, length - hashed);
        hashed = length;
        const struct topic *found = find_topic(matching, hash, topic, length, NULL);
        if (found != NULL) hit(matching, found->first_member);
    }
}

// The message has been accepted.
void tap_matched(struct tap_socket_state *socket) {
    struct tap_matching *matching = socket->matching;
    if (matching == NULL) return;
    for (uint32_t i = 0; i < matching->hit_count; i++) {
        struct subscriber *subscriber = &matching->subscribers[matching->hits[i]];
        const struct tap_connection_state *state = &tap_connections[subscriber->connection];
        if (LOAD(state->id) != subscriber->id) continue;  // it has closed, and its slot is another's
        ADD(state->shared->matched_messages, 1);
        if (LIKELY(subscriber->unsure_until == 0)) continue;
        if (tap_now() < subscriber->unsure_until)
            ADD(state->shared->matched_unsure, 1);
        else
            subscriber->unsure_until = 0;
    }
    matching->hit_count = 0;
}
