// The functions of the tap that a program calls. Look them up with dlsym(RTLD_DEFAULT, "zmqtap_gauge"): they are there
// only in a tapped process, and nothing may link the tap.
#ifndef ZMQTOP_CTAP_H
#define ZMQTOP_CTAP_H

#include <stdint.h>

// Publishes a figure of the program's own (batch size, tokens a second) under a name of at most 39 bytes. 64 names a
// process. Any thread may call it; it never fails and leaves errno alone.
__attribute__((visibility("default"))) void zmqtap_gauge(const char *name, double value);

// The calling thread plays this node, of those that share the process (their ordinal in the topology, from 1): sockets
// that it makes from now on, and gauges that it publishes, are this node's.
__attribute__((visibility("default"))) void zmqtap_node(uint32_t ordinal);

#endif
