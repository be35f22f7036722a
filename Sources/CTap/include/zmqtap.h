// The one thing that a program may want of the tap: figures of its own on the dashboard.
//
// A program finds the function with dlsym(RTLD_DEFAULT, "zmqtap_gauge"); when it runs without the tap there is none.
#ifndef ZMQTOP_ZMQTAP_H
#define ZMQTOP_ZMQTAP_H

// Shows `value` under `name` (at most 39 bytes, kept from the first call). Cheap enough for a few calls a second;
// any thread; never fails: beyond 64 names it does nothing.
void zmqtap_gauge(const char *name, double value);

#endif
