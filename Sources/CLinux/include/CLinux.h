// What Swift cannot import of Linux: GNU extensions of posix_spawn, variadic calls, macros over unions. Shared by the
// session and its keeper.
#ifndef ZMQTOP_CLINUX_H
#define ZMQTOP_CLINUX_H

#include <sys/types.h>

struct linux_program {
    const char *executable;  // absolute path
    char *const *arguments;  // with the program's own name first, ended by NULL
    char *const *environment;
    const char *directory;      // working directory
    const char *output;         // file that standard output is appended to; made with mode 0600
    const char *error;          // the same for standard error
    const int *inherited;       // descriptors that the program gets as 3, 4, …; it gets no other
    int inherited_count;        // at most 2
    int own_session;            // 1: a session of its own; 0: only a process group
};

// Starts a program with default signal dispositions, an empty signal mask and /dev/null as standard input. Returns 0
// and the process id, or the errno that says why there is no such process.
int linux_spawn(const struct linux_program *program, pid_t *pid);

// Makes orphaned descendants come to this process instead of init. Returns 0 or errno.
int linux_become_subreaper(void);

// A descriptor that is readable when a child has ended; SIGCHLD is blocked from then on. -1 with errno.
int linux_child_descriptor(void);

// An event counter that reads and writes without waiting; -1 with errno.
int linux_event_descriptor(void);

// A child that has ended and is not reaped yet: its id, and its exit code or the signal that ended it (the other is
// -1). 0: no child has ended. -1: there are no children at all.
pid_t linux_ended_child(int *code, int *signal);

// "KILL" for 9; NULL when the number is none of a signal.
const char *linux_signal_name(int signal);

#endif
