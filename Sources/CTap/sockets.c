// Which sockets there are, what they are set to, and where they are bound and connected.
#include "tap.h"

struct socket_state tap_socket_states[TAP_SOCKET_CAPACITY];
uint32_t tap_epoch;
uint32_t tap_program_monitors;

// Handle → slot: open addressing. Readers take no lock: a key is stored after its value. Removed keys are reused.
#define BUCKETS (TAP_SOCKET_CAPACITY * 2)
#define REMOVED ((void *)1)
static struct {
    void *key;
    uint32_t index;
} buckets[BUCKETS];

// Slots of closed sockets, oldest first: their last figures stay readable as long as there is room.
static uint32_t oldest_closed = NO_INDEX, newest_closed = NO_INDEX, closed_count;
static uint32_t next_socket_id;
#define KEPT_CLOSED_SOCKETS 256u

static struct {
    uint32_t next;  // of the same socket
    uint32_t next_removed;
    uint32_t identity_size;
    uint8_t identity[TAP_IDENTITY];
} endpoint_states[TAP_ENDPOINT_CAPACITY];
static uint32_t oldest_removed = NO_INDEX, newest_removed = NO_INDEX, removed_count;
#define KEPT_REMOVED_ENDPOINTS 512u

static uint32_t hash(const void *handle) {
    return (uint32_t)(((uintptr_t)handle >> 4) * 0x9e3779b97f4a7c15ull >> 40) & (BUCKETS - 1);
}

struct socket_state *tap_find_socket_slowly(void *handle) {
    struct thread_state *t = &tap_thread;
    uint32_t epoch = __atomic_load_n(&tap_epoch, __ATOMIC_ACQUIRE);
    for (uint32_t i = hash(handle), n = 0; n < BUCKETS; i = (i + 1) & (BUCKETS - 1), n++) {
        void *key = __atomic_load_n(&buckets[i].key, __ATOMIC_ACQUIRE);
        if (!key) return NULL;
        if (key == handle) {
            t->last_socket = handle;
            t->last_state = &tap_socket_states[buckets[i].index];
            t->epoch = epoch;
            return t->last_state;
        }
    }
    return NULL;
}

static void put_bucket(void *handle, uint32_t index) {
    for (uint32_t i = hash(handle), n = 0; n < BUCKETS; i = (i + 1) & (BUCKETS - 1), n++) {
        if (buckets[i].key && buckets[i].key != REMOVED) continue;
        buckets[i].index = index;
        __atomic_store_n(&buckets[i].key, handle, __ATOMIC_RELEASE);
        return;
    }
}

static void remove_bucket(void *handle) {
    for (uint32_t i = hash(handle), n = 0; n < BUCKETS && buckets[i].key; i = (i + 1) & (BUCKETS - 1), n++) {
        if (buckets[i].key != handle) continue;
        // A chain ends here when the next one is empty.
        void *next = buckets[(i + 1) & (BUCKETS - 1)].key;
        __atomic_store_n(&buckets[i].key, next ? REMOVED : NULL, __ATOMIC_RELEASE);
        return;
    }
}

static uint32_t take_slot(void) {
    uint32_t used = tap_header->sockets.used;
    if (oldest_closed != NO_INDEX && (closed_count > KEPT_CLOSED_SOCKETS || used == TAP_SOCKET_CAPACITY)) {
        uint32_t index = oldest_closed;
        oldest_closed = tap_socket_states[index].next_closed;
        if (oldest_closed == NO_INDEX) newest_closed = NO_INDEX;
        closed_count--;
        return index;
    }
    if (used == TAP_SOCKET_CAPACITY) {
        ADD(tap_header->sockets.dropped, 1);
        return NO_INDEX;
    }
    return used;
}

struct socket_state *tap_add_socket(void *handle, int type, bool hidden) {
    uint32_t index = take_slot();
    if (index == NO_INDEX) return NULL;
    struct socket_state *s = &tap_socket_states[index];
    memset(s, 0, sizeof *s);
    s->handle = handle;
    s->index = index;
    s->type = type;
    s->only = NO_INDEX;
    s->first_endpoint = NO_INDEX;
    s->send_target = NO_INDEX;
    s->reply_to = NO_INDEX;
    s->next_closed = NO_INDEX;
    struct tap_socket *r = s->record = &tap_sockets[index];
    tap_begin_change(&r->generation);
    memset((char *)r + sizeof r->generation, 0, sizeof *r - sizeof r->generation);
    r->id = ++next_socket_id;
    r->type = type;
    r->hidden = hidden;
    r->created_ns = tap_now();
    r->send_hwm = 1000;
    r->receive_hwm = 1000;
    tap_end_change(&r->generation);
    if (index == tap_header->sockets.used) __atomic_store_n(&tap_header->sockets.used, index + 1, __ATOMIC_RELEASE);
    put_bucket(handle, index);
    __atomic_fetch_add(&tap_epoch, 1, __ATOMIC_RELEASE);
    return s;
}

void tap_remove_socket(struct socket_state *s) {
    remove_bucket(s->handle);
    __atomic_fetch_add(&tap_epoch, 1, __ATOMIC_RELEASE);
    s->handle = NULL;
    s->is_closed = true;
    if (s->is_monitor) tap_program_monitors--;
    while (s->first_endpoint != NO_INDEX) tap_drop_endpoint(s, s->first_endpoint);
    SET(s->record->closed_ns, tap_now());
    s->next_closed = NO_INDEX;
    if (newest_closed == NO_INDEX) oldest_closed = s->index;
    else tap_socket_states[newest_closed].next_closed = s->index;
    newest_closed = s->index;
    closed_count++;
}

void tap_forget_sockets(void) {
    memset(buckets, 0, sizeof buckets);
    memset(tap_socket_states, 0, sizeof tap_socket_states);
    oldest_closed = newest_closed = oldest_removed = newest_removed = NO_INDEX;
    closed_count = removed_count = next_socket_id = tap_program_monitors = 0;
    tap_thread.last_socket = NULL;
    tap_epoch++;
}

void tap_note_option(struct socket_state *s, int name, const void *value, size_t size, bool refused) {
    struct tap_socket *r = s->record;
    uint32_t i = 0;
    while (i < r->option_count && r->options[i].name != name) i++;
    if (i == TAP_OPTION_CAPACITY) {
        ADD(r->option_dropped, 1);
        return;
    }
    struct tap_option option = {.name = name, .size = (uint16_t)(size > 65535 ? 65535 : size)};
    if (r->endpoint_total > 0) option.flags |= TAP_OPTION_AFTER_ENDPOINT;
    if (refused) option.flags |= TAP_OPTION_REFUSED;
    // Secrets stay where they are.
    if (value && name != ZMQ_PLAIN_PASSWORD && name != ZMQ_CURVE_SECRETKEY)
        memcpy(option.value, value, size < TAP_OPTION_VALUE ? size : TAP_OPTION_VALUE);
    tap_begin_change(&r->generation);
    r->options[i] = option;
    if (i == r->option_count) r->option_count++;
    int number = 0;
    if (!refused && size == sizeof number && value) {
        memcpy(&number, value, sizeof number);
        if (name == ZMQ_SNDHWM) r->send_hwm = number;
        if (name == ZMQ_RCVHWM) r->receive_hwm = number;
        if (name == ZMQ_ROUTER_HANDOVER) s->handover = number != 0;
    }
    tap_end_change(&r->generation);
    if (!refused && name == ZMQ_CONNECT_ROUTING_ID && value && size < TAP_IDENTITY) {
        memcpy(s->connect_identity, value, size);
        s->connect_identity_size = (uint32_t)size;
    }
}

// --- Endpoints ---

uint32_t tap_add_endpoint(struct socket_state *s, uint32_t kind, const char *asked) {
    uint32_t used = tap_header->endpoints.used, index = used;
    if (oldest_removed != NO_INDEX && (removed_count > KEPT_REMOVED_ENDPOINTS || used == TAP_ENDPOINT_CAPACITY)) {
        index = oldest_removed;
        oldest_removed = endpoint_states[index].next_removed;
        if (oldest_removed == NO_INDEX) newest_removed = NO_INDEX;
        removed_count--;
    } else if (used == TAP_ENDPOINT_CAPACITY) {
        ADD(tap_header->endpoints.dropped, 1);
        return NO_INDEX;
    }
    struct tap_endpoint *r = &tap_endpoints[index];
    tap_begin_change(&r->generation);
    memset((char *)r + sizeof r->generation, 0, sizeof *r - sizeof r->generation);
    r->socket_index = s->index;
    r->socket_id = s->record->id;
    r->kind = kind;
    r->created_ns = tap_now();
    tap_copy_text(r->asked, sizeof r->asked, asked);
    tap_end_change(&r->generation);
    if (index == used) __atomic_store_n(&tap_header->endpoints.used, used + 1, __ATOMIC_RELEASE);
    endpoint_states[index].next = s->first_endpoint;
    endpoint_states[index].identity_size = 0;
    s->first_endpoint = index;
    if (kind == TAP_ENDPOINT_CONNECT && s->connect_identity_size) {
        // CONNECT_ROUTING_ID holds for one connect.
        memcpy(endpoint_states[index].identity, s->connect_identity, s->connect_identity_size);
        endpoint_states[index].identity_size = s->connect_identity_size;
        s->connect_identity_size = 0;
    }
    ADD(s->record->endpoint_total, 1);
    if (strncmp(asked, "inproc:", 7) == 0) s->has_inproc = true;
    return index;
}

void tap_drop_endpoint(struct socket_state *s, uint32_t index) {
    uint32_t *link = &s->first_endpoint;
    while (*link != NO_INDEX && *link != index) link = &endpoint_states[*link].next;
    if (*link == NO_INDEX) return;
    *link = endpoint_states[index].next;
    SET(tap_endpoints[index].removed_ns, tap_now());
    endpoint_states[index].next_removed = NO_INDEX;
    if (newest_removed == NO_INDEX) oldest_removed = index;
    else endpoint_states[newest_removed].next_removed = index;
    newest_removed = index;
    removed_count++;
}

uint32_t tap_find_endpoint(struct socket_state *s, const char *text, uint32_t kind) {
    uint32_t match = NO_INDEX, candidates = 0;
    for (uint32_t i = s->first_endpoint; i != NO_INDEX; i = endpoint_states[i].next) {
        struct tap_endpoint *r = &tap_endpoints[i];
        if (r->kind != kind) continue;
        if (strcmp(r->asked, text) == 0 || strcmp(r->resolved, text) == 0) return i;
        match = i;
        candidates++;
    }
    // libzmq may write it in another way (a name resolved); with one endpoint there is no doubt.
    return candidates == 1 ? match : NO_INDEX;
}

void tap_remove_endpoint(struct socket_state *s, const char *text, uint32_t kind) {
    uint32_t index = tap_find_endpoint(s, text, kind);
    if (index != NO_INDEX) tap_drop_endpoint(s, index);
}

const uint8_t *tap_endpoint_identity(uint32_t index, uint32_t *size) {
    *size = index == NO_INDEX ? 0 : endpoint_states[index].identity_size;
    return index == NO_INDEX ? NULL : endpoint_states[index].identity;
}
