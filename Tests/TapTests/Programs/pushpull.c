// pushpull push|pull ENDPOINT COUNT SIZE PARTS [FILE]: COUNT messages of PARTS frames of SIZE bytes. The pull end makes
// FILE when it has them all, and the push end waits for it before it closes: on ipc libzmq's receiver drops what is in
// the kernel when the sender closes while the receive queue is full.
// An ENDPOINT that is a path is a file into which the pull end, bound to a free tcp port, puts the endpoint it got, and
// for which the push end waits.
#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

static int bind_and_tell(void *socket, const char *path) {
    char endpoint[256], temporary[4096];
    size_t size = sizeof endpoint;
    int rc = zmq_bind(socket, "tcp://127.0.0.1:*");
    if (rc == 0) rc = zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, endpoint, &size);
    if (rc != 0) return rc;
    snprintf(temporary, sizeof temporary, "%s.new", path);
    FILE *file = fopen(temporary, "w");
    if (file == NULL || fputs(endpoint, file) < 0 || fclose(file) != 0) return -1;
    return rename(temporary, path);  // whole or not at all
}

static int connect_to_told(void *socket, const char *path) {
    char endpoint[256];
    FILE *file;
    while ((file = fopen(path, "r")) == NULL) usleep(1000);
    char *line = fgets(endpoint, sizeof endpoint, file);
    fclose(file);
    return line == NULL ? -1 : zmq_connect(socket, line);
}

int main(int count, char **a) {
    if (count < 6) return 2;
    int push = strcmp(a[1], "push") == 0;
    long messages = atol(a[3]), size = atol(a[4]), parts = atol(a[5]);
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, push ? ZMQ_PUSH : ZMQ_PULL);
    int rc;
    if (a[2][0] == '/')
        rc = push ? connect_to_told(socket, a[2]) : bind_and_tell(socket, a[2]);
    else
        rc = push ? zmq_connect(socket, a[2]) : zmq_bind(socket, a[2]);
    assert(rc == 0);
    char *body = calloc(1, size + 1);
    for (long i = 0; i < messages; i++) {
        for (long part = 0; part < parts; part++) {
            if (push)
                rc = zmq_send(socket, body, size, part < parts - 1 ? ZMQ_SNDMORE : 0);
            else
                rc = zmq_recv(socket, body, size, 0);
            assert(rc == size);
        }
    }
    if (count > 6 && !push) close(open(a[6], O_CREAT | O_WRONLY, 0600));
    while (count > 6 && push && access(a[6], F_OK) != 0) usleep(1000);
    zmq_close(socket);
    zmq_ctx_term(context);
    printf("done %ld\n", messages);
    free(body);
}
