// Contexts: pointer → ordinal and copy of libzmq. There are few, and they are asked for when a socket is made.
#include <stdlib.h>

#include "internal.h"

struct context {
    void *pointer;
    const struct tap_copy *api;
    uint64_t ordinal;
    struct context *next;
};
static struct context *contexts;
static uint64_t contexts_opened;

static struct context **link_to(const void *pointer) {
    struct context **link = &contexts;
    while (*link != NULL && (*link)->pointer != pointer) link = &(*link)->next;
    return link;
}

// A pointer that is known already belonged to one that has ended.
uint64_t tap_context_open(void *pointer, const struct tap_copy *api) {
    if (!process.wanted) return 0;
    int saved = errno;
    pthread_mutex_lock(&tap_lock);
    struct context *context = *link_to(pointer);
    if (context == NULL && (context = malloc(sizeof *context)) != NULL) {
        context->pointer = pointer;
        context->next = contexts;
        contexts = context;
    }
    uint64_t ordinal = ++contexts_opened;
    if (context != NULL) {
        context->api = api;
        context->ordinal = ordinal;
    }
    pthread_mutex_unlock(&tap_lock);
    errno = saved;
    return ordinal;
}

const struct tap_copy *tap_context_find(void *pointer, uint64_t *ordinal) {
    if (!process.wanted) return NULL;
    pthread_mutex_lock(&tap_lock);
    const struct context *context = *link_to(pointer);
    const struct tap_copy *api = context != NULL ? context->api : NULL;
    if (context != NULL) *ordinal = context->ordinal;
    pthread_mutex_unlock(&tap_lock);
    return api;
}

// After it has ended: its pointer may be another's by now.
void tap_context_ended(void *pointer, uint64_t ordinal) {
    if (!process.wanted) return;
    int saved = errno;
    pthread_mutex_lock(&tap_lock);
    struct context **link = link_to(pointer), *context = *link;
    if (context != NULL && context->ordinal == ordinal) {
        *link = context->next;
        free(context);
    }
    pthread_mutex_unlock(&tap_lock);
    errno = saved;
}

// The parent's: what the child makes of them is not counted.
void tap_contexts_forget(void) {
    while (contexts != NULL) {
        struct context *next = contexts->next;
        free(contexts);
        contexts = next;
    }
    contexts_opened = 0;
}
