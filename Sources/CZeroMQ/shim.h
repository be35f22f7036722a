// libzmq's own header, and nothing else: its macros are plain numbers that Swift imports.
#pragma once
#include <zmq.h>
