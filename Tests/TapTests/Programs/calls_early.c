// Linked with early.c's library.
#include <stdlib.h>

void early(void);
int main(void) {
    early();
    atexit(early);
    return 0;
}
