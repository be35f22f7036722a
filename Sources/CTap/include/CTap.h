// The one function of the tap that a program calls. Look it up with dlsym(RTLD_DEFAULT, "zmqtap_gauge"): it is there
// only in a tapped process, and nothing may link the tap.
#ifndef ZMQTOP_CTAP_H
#define ZMQTOP_CTAP_H

// Publishes a figure of the program's own (batch size, tokens a second) under a name of at most 39 bytes. 64 names a
// process. Any thread may call it; it never fails and leaves errno alone.
__attribute__((visibility("default"))) void zmqtap_gauge(const char *name, double value);

#endif
