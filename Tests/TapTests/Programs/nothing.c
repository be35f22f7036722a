// A program that uses no ZeroMQ.
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    printf("%s\n", getenv("ZMQTOP_TAP_NODE") != NULL || getenv("LD_PRELOAD") == NULL ? "nothing" : "odd");
    return 0;
}
