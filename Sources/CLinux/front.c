#include "CLinux.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static int is_alone(void) {
    DIR *tasks = opendir("/proc/self/task");
    if (!tasks) return 0;
    int count = 0;
    for (struct dirent *entry; (entry = readdir(tasks));) count += entry->d_name[0] != '.';
    closedir(tasks);
    return count == 1;
}

// As the child ended, so that a shell sees no difference.
static void end_as(int status) {
    if (WIFEXITED(status)) _exit(WEXITSTATUS(status));
    int number = WTERMSIG(status);
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);  // the child has left the one core there is to see
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, number);
    signal(number, SIG_DFL);
    kill(getpid(), number);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    _exit(128 + number);
}

// What came from the terminal (or the kernel) has come to the whole group, the child included.
static int is_for_us_alone(const struct signalfd_siginfo *info) { return info->ssi_code <= 0; }

static void stand_for(pid_t child, int signals, int released, void (*ended)(int status, void *context), void *context) {
    struct pollfd waited[2] = {{.fd = signals, .events = POLLIN}, {.fd = released, .events = POLLIN}};
    while (1) {
        if (poll(waited, 2, -1) < 0) continue;
        if (waited[1].revents) {
            char line[4096];
            ssize_t size = read(released, line, sizeof line);
            if (size > 0) {
                if (size > 1 && write(STDERR_FILENO, line, (size_t)size) < 0) {
                    // Nobody to tell.
                }
                _exit(0);
            }
            waited[1].fd = -1;  // the child ends; its status comes
        }
        if (!waited[0].revents) continue;
        struct signalfd_siginfo info;
        if (read(signals, &info, sizeof info) != sizeof info) continue;
        int number = (int)info.ssi_signo;
        if (number != SIGCHLD) {
            if (is_for_us_alone(&info)) kill(child, number);
            continue;
        }
        int status;
        pid_t changed;
        while ((changed = waitpid(child, &status, WNOHANG | WUNTRACED)) == child) {
            if (!WIFSTOPPED(status)) {
                if (ended) ended(status, context);
                end_as(status);
            }
            kill(getpid(), SIGSTOP);
            // Continued, by the shell for the whole group, or by somebody who knows us alone.
            kill(child, SIGCONT);
        }
    }
}

int linux_become_worker(struct linux_front *front) {
    if (!is_alone()) return EBUSY;
    int life[2], release[2];
    if (pipe2(life, O_CLOEXEC)) return errno;
    if (pipe2(release, O_CLOEXEC)) {
        int error = errno;
        close(life[0]);
        close(life[1]);
        return error;
    }
    sigset_t all, before;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    int signals = signalfd(-1, &all, SFD_CLOEXEC);
    pid_t child = signals < 0 ? -1 : fork();
    if (child > 0) {
        close(life[0]);
        close(release[1]);
        stand_for(child, signals, release[0], NULL, NULL);
    }
    int error = errno;
    if (signals >= 0) close(signals);
    close(life[1]);
    close(release[0]);
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (child < 0) {
        close(life[0]);
        close(release[1]);
        return error;
    }
    front->life = life[0];
    front->release = release[1];
    return 0;
}

int linux_stand_for(const char *program, char *const *arguments, char *const *environment,
                    void (*started)(pid_t child, void *context), void (*ended)(int status, void *context),
                    void *context) {
    sigset_t all, before, defaults;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    int signals = signalfd(-1, &all, SFD_CLOEXEC);
    if (signals < 0) return errno;
    posix_spawnattr_t attributes;
    int error = posix_spawnattr_init(&attributes);
    pid_t child = -1;
    if (!error) {
        // What we ignore the program would ignore for ever after.
        sigemptyset(&defaults);
        sigaddset(&defaults, SIGPIPE);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        posix_spawnattr_setsigmask(&attributes, &before);
        posix_spawnattr_setsigdefault(&attributes, &defaults);
        error = posix_spawnp(&child, program, NULL, &attributes, arguments, environment);
        posix_spawnattr_destroy(&attributes);
    }
    if (!error) {
        started(child, context);
        stand_for(child, signals, -1, ended, context);
    }
    close(signals);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return error;
}

int linux_leave_terminal(void) {
    if (setsid() < 0) return errno;
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing < 0) return errno;
    for (int i = 0; i < 3; i++) dup2(nothing, i);
    close(nothing);
    return 0;
}
