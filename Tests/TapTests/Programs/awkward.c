// awkward NAME: programs that use libzmq in unusual ways. What they print must be the same tapped and untapped.
#include <signal.h>
#include <sys/time.h>

#include "program.h"

static void say(const char *what, int result) {
    printf("%s: %d %s\n", what, result, result < 0 ? zmq_strerror(errno) : "");
}

// ---- contexts

static void *wait_for_end(void *socket) {
    char buffer[8];
    int result = zmq_recv(socket, buffer, sizeof buffer, 0);
    MUST(result == -1 && errno == ETERM);
    MUST(zmq_send(socket, "x", 1, 0) == -1 && errno == ETERM);
    zmq_close(socket);
    return NULL;
}

// Sockets are open and waited for in other threads while the context ends.
static void terminated(void) {
    pthread_t threads[8];
    for (int i = 0; i < 8; i++) {
        void *pair = zmq_socket(context, ZMQ_PAIR);
        char endpoint[64];
        snprintf(endpoint, sizeof endpoint, "inproc://pair-%d", i);
        MUST(zmq_bind(pair, endpoint) == 0);
        pthread_create(&threads[i], NULL, wait_for_end, pair);
    }
    MUST(poll(NULL, 0, 100) == 0);
    say("terminated", zmq_ctx_term(context));
    for (int i = 0; i < 8; i++) pthread_join(threads[i], NULL);
    context = NULL;
}

// Three contexts one after the other, by all the names there have been; then two at a time.
static void contexts(void) {
    void *old = zmq_init(1), *pair = zmq_socket(old, ZMQ_PAIR);
    zmq_close(pair);
    say("zmq_term", zmq_term(old));
    void *other = zmq_ctx_new();
    pair = zmq_socket(other, ZMQ_PAIR);
    zmq_close(pair);
    say("zmq_ctx_destroy", zmq_ctx_destroy(other));
    void *last = zmq_ctx_new(), *first = make(ZMQ_PAIR);
    pair = zmq_socket(last, ZMQ_PAIR);
    MUST(zmq_bind(pair, "inproc://same") == 0 && zmq_bind(first, "inproc://same") == 0);
    say("shutdown", zmq_ctx_shutdown(last));
    say("socket", zmq_socket(last, ZMQ_PAIR) == NULL ? -1 : 0);
    zmq_close(pair);
    say("zmq_ctx_term", zmq_ctx_term(last));
    zmq_close(first);
    say("no context", zmq_ctx_term(NULL));
    say("no context", zmq_ctx_shutdown(NULL));
    say("no context", zmq_socket(NULL, ZMQ_PAIR) == NULL ? -1 : 0);
}

// An open socket holds the context up; the test ends it.
static void held(void) {
    void *pair = make(ZMQ_PAIR);
    (void)pair;
    printf("terminating\n");
    fflush(stdout);
    zmq_ctx_term(context);
}

// ---- descriptors

// Forty senders one after the other, each with messages of its own size; the receiver sleeps meanwhile, so that each
// descriptor has been several connections before the first message is taken.
static void late_messages(void) {
    void *pull = make(ZMQ_PULL);
    char endpoint[256];
    strcpy(endpoint, bound(pull, "tcp://127.0.0.1:*"));
    static char body[64];
    for (int sender = 0; sender < 40; sender++) {
        pid_t child = fork();
        if (child == 0) {
            context = zmq_ctx_new();
            void *push = make(ZMQ_PUSH);
            MUST(zmq_connect(push, endpoint) == 0);
            for (int i = 0; i < 3 + sender % 4; i++) MUST(zmq_send(push, body, (size_t)sender + 1, 0) == sender + 1);
            zmq_close(push);
            zmq_ctx_term(context);
            _exit(0);
        }
        int status;
        MUST(waitpid(child, &status, 0) == child && status == 0);
        MUST(poll(NULL, 0, 20) == 0);  // its end comes here, too
    }
    int count = 0;
    for (int sender = 0; sender < 40; sender++) count += 3 + sender % 4;
    for (int i = 0; i < count; i++) MUST(receive(pull) > 0);
    zmq_close(pull);
}

// ---- signals

static void on_signal(int number) { (void)number; }

static void signals(void) {
    struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGALRM, &action, NULL);
    sigset_t alarm;  // whoever started this may have blocked it
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    pthread_sigmask(SIG_UNBLOCK, &alarm, NULL);
    void *pull = zmq_socket(context, ZMQ_PULL), *push = zmq_socket(context, ZMQ_PUSH);
    MUST(zmq_bind(pull, "inproc://signals") == 0);
    char buffer[8];
    zmq_msg_t message;
    zmq_msg_init(&message);
    zmq_pollitem_t item = {.socket = pull, .events = ZMQ_POLLIN};
    struct itimerval soon = {.it_value.tv_usec = 50000, .it_interval.tv_usec = 50000}, never = {.it_value.tv_usec = 0};
    setitimer(ITIMER_REAL, &soon, NULL);
    say("recv", zmq_recv(pull, buffer, sizeof buffer, 0));
    setitimer(ITIMER_REAL, &soon, NULL);
    say("msg_recv", zmq_msg_recv(&message, pull, 0));
    setitimer(ITIMER_REAL, &soon, NULL);
    say("send", zmq_send(push, "x", 1, 0));
    setitimer(ITIMER_REAL, &soon, NULL);
    say("poll", zmq_poll(&item, 1, -1));
    setitimer(ITIMER_REAL, &soon, NULL);
    say("proxy", zmq_proxy(pull, push, NULL));
    setitimer(ITIMER_REAL, &soon, NULL);
    say("term", zmq_ctx_term(context));
    setitimer(ITIMER_REAL, &never, NULL);
    zmq_msg_close(&message);
    zmq_close(pull);
    zmq_close(push);
    say("term again", zmq_ctx_term(context));
    context = NULL;
}

// ---- processes

static volatile int stop;

static void *keep_sending(void *argument) {
    (void)argument;
    void *push = zmq_socket(context, ZMQ_PUSH), *pull = zmq_socket(context, ZMQ_PULL);
    char endpoint[256], buffer[8];
    size_t size = sizeof endpoint;
    MUST(zmq_bind(pull, "tcp://127.0.0.1:*") == 0);
    MUST(zmq_getsockopt(pull, ZMQ_LAST_ENDPOINT, endpoint, &size) == 0 && zmq_connect(push, endpoint) == 0);
    while (!stop) MUST(zmq_send(push, "x", 1, 0) == 1 && zmq_recv(pull, buffer, sizeof buffer, 0) == 1);
    zmq_close(push);
    zmq_close(pull);
    return NULL;
}

static void pass(int count) {
    context = zmq_ctx_new();
    void *left = make(ZMQ_PAIR), *right = make(ZMQ_PAIR);
    MUST(zmq_connect(left, bound(right, "tcp://127.0.0.1:*")) == 0);
    for (int i = 0; i < count; i++) text(left, "child", 0);
    for (int i = 0; i < count; i++) MUST(receive(right) == 5);
    zmq_close(left);
    zmq_close(right);
    zmq_ctx_term(context);
}

// Twenty forks, one after the other, while other threads send and receive, and sockets come and go.
static void forks_while_sending(void) {
    pthread_t threads[3];
    for (int i = 0; i < 3; i++) pthread_create(&threads[i], NULL, keep_sending, NULL);
    for (int i = 0; i < 20; i++) {
        zmq_close(make(ZMQ_DEALER));
        pid_t child = fork();
        if (child == 0) {
            pass(3);
            _exit(7);
        }
        int status;
        MUST(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 7);
        pid_t another = vfork();
        if (another == 0) {
            execl("/bin/true", "true", (char *)NULL);
            _exit(1);
        }
        MUST(waitpid(another, &status, 0) == another && status == 0);
    }
    stop = 1;
    for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
}

// Leaves its parent and its session as a daemon does; the parent waits at a pipe.
static void daemonises(void) {
    zmq_ctx_term(context);
    context = NULL;
    int ends[2];
    char byte;
    MUST(pipe(ends) == 0);
    if (fork() == 0) {
        setsid();
        if (fork() > 0) _exit(0);
        MUST(chdir("/") == 0);
        pass(10);
        MUST(write(ends[1], "x", 1) == 1);
        exit(0);
    }
    close(ends[1]);
    MUST(read(ends[0], &byte, 1) == 1);
    wait(NULL);
}

int main(int count, char **arguments) {
    static const struct {
        const char *name;
        void (*run)(void);
    } all[] = {{"terminated", terminated}, {"contexts", contexts},
               {"late-messages", late_messages},
               {"held", held},             {"signals", signals},
               {"forks-while-sending", forks_while_sending}, {"daemonises", daemonises}};
    if (count < 2) return 2;
    context = zmq_ctx_new();
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        if (strcmp(all[i].name, arguments[1]) != 0) continue;
        all[i].run();
        if (context != NULL) zmq_ctx_term(context);
        printf("ended\n");
        return 0;
    }
    return 2;
}
