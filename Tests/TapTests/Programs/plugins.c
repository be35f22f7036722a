// plugins PATH…: loads each object out of sight, uses it, unloads it, and loads and uses it again.
#include <dlfcn.h>
#include <stdio.h>

int main(int count, char **arguments) {
    for (int round = 0; round < 2; round++) {
        void *handles[8];
        for (int i = 1; i < count && i < 8; i++) {
            handles[i] = dlopen(arguments[i], RTLD_NOW | RTLD_LOCAL);
            int (*pass)(const char *, int) = handles[i] != NULL ? (int (*)(const char *, int))dlsym(handles[i], "pass") : NULL;
            if (pass == NULL) {
                printf("%s\n", dlerror());
                return 1;
            }
            char name[16];
            snprintf(name, sizeof name, "plugin %d", i);
            if (pass(name, 100 * i) != 100 * i) return 1;
        }
        for (int i = 1; i < count && i < 8; i++) dlclose(handles[i]);
    }
    printf("ended\n");
    return 0;
}
