// ncurses with its wide API. Swift imports neither the attribute macros nor the shared variables (stdscr, LINES,
// COLORS, stdout), so this header offers them as functions.
#pragma once
#define NCURSES_WIDECHAR 1
#include <langinfo.h>
#include <locale.h>
#include <ncurses.h>
#include <string.h>
#include <sys/eventfd.h>
#include <term.h>
#include <wchar.h>

static inline unsigned cn_bold(void) { return A_BOLD; }
static inline unsigned cn_dim(void) { return A_DIM; }
static inline unsigned cn_italic(void) { return A_ITALIC; }
static inline unsigned cn_underline(void) { return A_UNDERLINE; }
static inline unsigned cn_reverse(void) { return A_REVERSE; }

static inline int cn_colors(void) { return COLORS; }
static inline int cn_color_pairs(void) { return COLOR_PAIRS; }
static inline int cn_lines(void) { return LINES; }
static inline int cn_columns(void) { return COLS; }

// Asks terminfo without ncurses' own habit of ending the process: 1 known, 0 unknown or too general, -1 no database.
static inline int cn_find_terminal(const char *name) {
    int result = -1;
    return setupterm(name, 1, &result) == OK ? 1 : result;
}

// A capability that is a string; NULL when the terminal has none.
static inline const char *cn_string(const char *capability) {
    char *value = tigetstr(capability);
    return value == (char *)-1 ? NULL : value;
}

// Whether the terminal takes red, green and blue instead of colour numbers (terminfo's extension RGB).
static inline bool cn_is_direct_color(void) {
    const char *value = tigetstr("RGB");
    return tigetflag("RGB") > 0 || tigetnum("RGB") > 0 || (value != NULL && value != (char *)-1);
}

static inline SCREEN *cn_new_terminal(const char *name) { return newterm(name, stdout, stdin); }

// Writes to where the terminal is, in order with what ncurses writes.
static inline void cn_send(const char *text) {
    fputs(text, stdout);
    fflush(stdout);
}

static inline WINDOW *cn_screen(void) { return stdscr; }
static inline void cn_erase(void) { werase(stdscr); }
static inline void cn_redraw(void) { clearok(curscr, TRUE); }

static inline void cn_put(int y, int x, const wchar_t *text, int length, unsigned attributes, int pair) {
    wattr_set(stdscr, attributes, 0, &pair);
    mvwaddnwstr(stdscr, y, x, text, length);
}

static inline void cn_refresh(int y, int x) {
    wmove(stdscr, y, x);
    wnoutrefresh(stdscr);
    doupdate();
}

// Takes the character type from the environment, and says whether it is UTF-8. Where the named locale is not installed
// (containers) but is one of UTF-8, it counts as UTF-8. ncurses gets a UTF-8 locale in any case: it then counts columns
// as we do, and does not send the sequence that repeats a character, which many terminals do not know.
static inline bool cn_take_locale(bool named_utf8) {
    bool taken = setlocale(LC_CTYPE, "") != NULL;
    bool utf8 = taken ? strcmp(nl_langinfo(CODESET), "UTF-8") == 0 : named_utf8;
    if (!taken || !utf8) setlocale(LC_CTYPE, "C.UTF-8");
    return utf8;
}

// A descriptor to be woken by: a counter, that neither blocks nor outlives an exec.
static inline int cn_notice_descriptor(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

// The columns that the C library, and so ncurses, gives a scalar; -1 for what it does not know.
static inline int cn_width(wchar_t scalar) { return wcwidth(scalar); }
