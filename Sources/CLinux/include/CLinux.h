// What Swift cannot import of Linux: GNU extensions of posix_spawn, variadic calls, macros over unions. Shared by the
// session and its keeper.
#ifndef ZMQTOP_CLINUX_H
#define ZMQTOP_CLINUX_H

#include <stddef.h>
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

// A copy of another process's descriptor, close-on-exec: of the same open socket. Returns it, or minus an errno: EPERM
// where the kernel does not let this user have it, ESRCH and EBADF where it is gone, ENOSYS before Linux 5.6.
int linux_borrow_descriptor(pid_t pid, int descriptor);

// A child that has ended and is not reaped yet: its id, and its exit code or the signal that ended it (the other is
// -1). 0: no child has ended. -1: there are no children at all.
pid_t linux_ended_child(int *code, int *signal);

enum { LINUX_TCP = 1, LINUX_UNIX = 2 };

// A stream socket of this network namespace, as the kernel's tables show it.
struct linux_stream {
    int transport;  // LINUX_TCP, LINUX_UNIX
    int listening;
    int state;                 // TCP_ESTABLISHED … of <netinet/tcp.h>; unix sockets use the same numbers
    unsigned int inode;        // 0: it belongs to no process any more
    unsigned int peer_inode;   // unix: the other end's; 0 unknown
    unsigned int send_queue;     // bytes that the peer has not acknowledged, or not read where it is a unix socket
    unsigned int receive_queue;  // bytes that its owner has not read
    char local[128];  // "127.0.0.1:5555", "[::1]:5555", a path, or "@name" in the abstract namespace; empty: none
    char peer[128];   // tcp alone
};

// All of them, in an array that the caller frees; `complete` is 0 when the kernel refused a family, or had to leave
// some out. -1 with errno when there is no table at all. Blocks for the millisecond or so that the reading takes.
int linux_streams(struct linux_stream **streams, size_t *count, int *complete);

// "KILL" for 9; NULL when the number is none of a signal.
const char *linux_signal_name(int signal);

// ---- A program that can leave its terminal: the process that the shell knows (the front) does nothing but stand for the
// one that works, until that one lets it go.

struct linux_front {
    int life;     // end of file: the front is gone
    int release;  // what is written here the front prints on its standard error (a bare newline it does not), and then
                  // it ends with status 0
};

// Splits the process in two. The caller goes on as the child; the parent never returns: it passes on the signals that
// are sent to it, stops and goes on with the child, and ends as the child ends. To be called before there is any other
// thread. Returns 0, or errno when there is no child: the caller is alone then, as before.
int linux_become_worker(struct linux_front *front);

// Starts a program with our terminal, output and signal mask, found by PATH, and stands for it as above. Returns errno when
// it cannot be started, else never; `started` and `ended` (with the status of waitpid) are called in between.
int linux_stand_for(const char *program, char *const *arguments, char *const *environment,
                    void (*started)(pid_t child, void *context), void (*ended)(int status, void *context),
                    void *context);

// Leaves the terminal: a session of our own, /dev/null as standard input, output and error. Returns 0 or errno.
int linux_leave_terminal(void);

#endif
