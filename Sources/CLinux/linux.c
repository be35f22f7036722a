#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static int add_files(posix_spawn_file_actions_t *actions, const struct linux_program *program, const int *high) {
    int append = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW;
    int error = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
    if (!error) error = posix_spawn_file_actions_addopen(actions, 1, program->output, append, 0600);
    if (!error) error = posix_spawn_file_actions_addopen(actions, 2, program->error, append, 0600);
    for (int i = 0; i < program->inherited_count && !error; i++)
        error = posix_spawn_file_actions_adddup2(actions, high[i], 3 + i);
    if (!error) error = posix_spawn_file_actions_addclosefrom_np(actions, 3 + program->inherited_count);
    if (!error) error = posix_spawn_file_actions_addchdir_np(actions, program->directory);
    return error;
}

static int add_attributes(posix_spawnattr_t *attributes, int own_session) {
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    flags |= own_session ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP;
    int error = posix_spawnattr_setflags(attributes, flags);
    if (!error) error = posix_spawnattr_setsigmask(attributes, &none);
    if (!error) error = posix_spawnattr_setsigdefault(attributes, &all);
    if (!error) error = posix_spawnattr_setpgroup(attributes, 0);
    return error;
}

int linux_spawn(const struct linux_program *program, pid_t *pid) {
    if (program->inherited_count > 2) return EINVAL;
    // Out of the way of the numbers that they will get.
    int high[2] = {-1, -1};
    int error = 0;
    for (int i = 0; i < program->inherited_count && !error; i++) {
        high[i] = fcntl(program->inherited[i], F_DUPFD_CLOEXEC, 16);
        if (high[i] < 0) error = errno;
    }
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    if (!error) error = posix_spawn_file_actions_init(&actions);
    if (!error) {
        error = posix_spawnattr_init(&attributes);
        if (!error) {
            error = add_files(&actions, program, high);
            if (!error) error = add_attributes(&attributes, program->own_session);
            if (!error)
                error = posix_spawn(pid, program->executable, &actions, &attributes, program->arguments,
                                    program->environment);
            posix_spawnattr_destroy(&attributes);
        }
        posix_spawn_file_actions_destroy(&actions);
    }
    for (int i = 0; i < 2; i++)
        if (high[i] >= 0) close(high[i]);
    return error;
}

int linux_become_subreaper(void) {
    return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) ? errno : 0;
}

int linux_child_descriptor(void) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &set, NULL)) return -1;
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

int linux_event_descriptor(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

pid_t linux_ended_child(int *code, int *signal) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT)) return -1;
    *code = info.si_code == CLD_EXITED ? info.si_status : -1;
    *signal = info.si_code == CLD_EXITED ? -1 : info.si_status;
    return info.si_pid;
}

const char *linux_signal_name(int signal) { return sigabbrev_np(signal); }

int linux_borrow_descriptor(pid_t pid, int descriptor) {
    int process = (int)syscall(SYS_pidfd_open, pid, 0);
    if (process < 0) return -errno;
    int borrowed = (int)syscall(SYS_pidfd_getfd, process, descriptor, 0);
    int error = errno;
    close(process);
    return borrowed >= 0 ? borrowed : -error;
}
