// What the matrix's programs in C share: messages that all of them, in any language, make alike, and what they print.
//
// Message n has 1 + n % 3 frames. Frame f has (37 n + 101 f) % 700 bytes, the first of every hundredth 70,000; byte i is
// (n + 7 f + i) % 256.
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LARGEST 70000u
static uint8_t table[LARGEST + 256];
__attribute__((constructor)) static void fill(void) {
    for (size_t i = 0; i < sizeof table; i++) table[i] = (uint8_t)i;
}
static int frames_of(int n) { return 1 + n % 3; }
static size_t size_of(int n, int f) { return f == 0 && n % 100 == 99 ? LARGEST : (size_t)(n * 37 + f * 101) % 700; }
static const uint8_t *body_of(int n, int f) { return table + (n + 7 * f) % 256; }

// What has passed one socket in one direction, and the Adler-32 checksum of all its bytes in their order.
struct passed {
    long messages, frames, bytes;
    uint32_t a, b;
};
static void pass(struct passed *passed, const void *bytes, size_t size, int more) {
    const uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++) {
        passed->a = (passed->a + at[i]) % 65521;
        passed->b = (passed->b + passed->a) % 65521;
    }
    passed->frames++;
    passed->bytes += (long)size;
    if (!more) passed->messages++;
}
static void print(const char *who, const char *what, const struct passed *passed) {
    printf("%s %s %ld %ld %ld %08x\n", who, what, passed->messages, passed->frames, passed->bytes,
           passed->b << 16 | passed->a);
}
