// ncurses with its wide API. Swift imports neither the attribute macros nor the shared variables (stdscr, LINES,
// COLORS), so this header offers them as functions.
#pragma once
#define NCURSES_WIDECHAR 1
#include <ncurses.h>
