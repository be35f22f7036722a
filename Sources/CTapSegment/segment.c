// The header is the module; SwiftPM wants a source beside it.
#include "CTapSegment.h"
_Static_assert(sizeof(struct tap_header) == TAP_HEADER_SIZE, "the header is one page");
_Static_assert(sizeof(struct tap_socket) % 64 == 0, "records keep to cache lines");
_Static_assert(sizeof(struct tap_endpoint) % 64 == 0, "records keep to cache lines");
_Static_assert(sizeof(struct tap_connection) % 64 == 0, "records keep to cache lines");
_Static_assert(sizeof(struct tap_event) % 64 == 0, "records keep to cache lines");
_Static_assert(sizeof(struct tap_gauge) % 64 == 0, "records keep to cache lines");
_Static_assert(sizeof(struct tap_sample) == 2048, "two to a page");
_Static_assert(sizeof(struct tap_stamps) % 64 == 0, "records keep to cache lines");
_Static_assert(sizeof(struct tap_order) == 65536, "whole pages");
_Static_assert(sizeof(struct tap_orders) % 64 == 0, "records keep to cache lines");
_Static_assert(__builtin_offsetof(struct tap_order, data) == TAP_ORDER_DATA, "as the reader has it");
_Static_assert(sizeof(struct tap_fault) % 8 == 0 && sizeof(struct tap_faults) % 64 == 0, "records keep to cache lines");
