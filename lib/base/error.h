// SPDX-License-Identifier: MIT
//
// An error is a value: what went wrong, where, by which chain of includes or calls, and a hint how
// to fix it. The function that fails fills it; callers pass it up unchanged except for its chain;
// the edge prints or serves it. It holds its own text, so it outlives every arena and can be copied
// by assignment.
//
// The first failure wins: setting an error that is already set does nothing.
//
// Thread-safety: plain data.
#ifndef GUIDANCED_BASE_ERROR_H
#define GUIDANCED_BASE_ERROR_H

#include "buffer.h"

enum error_code {
    ERROR_NONE = 0,
    ERROR_MEMORY,    // out of memory
    ERROR_IO,        // a file or socket could not be read or written
    ERROR_SYNTAX,    // a text does not parse
    ERROR_RUNTIME,   // a template failed while running
    ERROR_NOT_FOUND, // a template, layout, page or file that does not exist
    ERROR_LIMIT,     // a limit was reached
    ERROR_TIME,      // a time limit was reached: another run may finish
    ERROR_CONFIG,    // a setting is wrong
    ERROR_STORE,     // SQLite refused
    ERROR_CHANGING,  // files change while they are read
    ERROR_AWAY,      // whoever could answer is unavailable just now: retrying may help
};

enum { ERROR_CHAIN_MAX = 8, ERROR_FILE_MAX = 192 };

// A place in a source. Lines and columns count from 1 (columns in code points); 0 is unknown.
struct error_place {
    char file[ERROR_FILE_MAX];
    unsigned line;
    unsigned column;
};

struct error {
    enum error_code code;
    char message[512];
    char hint[256];         // "" when there is none
    char source_line[256];  // the line in question, cut to fit; "" when unknown
    unsigned source_offset; // code points cut off at the left of source_line
    struct error_place place;
    struct error_place chain[ERROR_CHAIN_MAX]; // who included or called it, innermost first
    char chain_what[ERROR_CHAIN_MAX][64];      // "included from", "in macro button, called from"…
    size_t chain_count;
};

// An error with nothing in it.
static inline void error_clear(struct error *error)
{
    error->code = ERROR_NONE;
    error->chain_count = 0;
}

// error may be NULL in all of these: then only the return value reports the failure.

// Sets code and message. Always returns false, so that a caller can `return error_set(…)`.
bool error_set(struct error *error, enum error_code code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool error_memory(struct error *error);
// Adds a hint, a place or a link of the chain. A hint or place that is already set stays; the chain
// grows.
void error_hint(struct error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));
void error_at(struct error *error, struct slice file, unsigned line, unsigned column);
void error_chain(struct error *error, const char *what, struct slice file, unsigned line,
                 unsigned column);
// Fills source_line from the whole source text, by the error's line.
void error_source(struct error *error, struct slice source);
// Sets place and source line from a byte offset into the source.
void error_at_offset(struct error *error, struct slice file, struct slice source, size_t offset);

static inline bool error_is_set(const struct error *error)
{
    return error && error->code != ERROR_NONE;
}

// "file:line:column: error: message", the source line with a caret, the chain, the hint; lines end
// with LF. One format for check, serve, logs and the development page.
void error_format(const struct error *error, struct buffer *out);
// One line only: "file:line:column: message (hint)".
void error_format_line(const struct error *error, struct buffer *out);

// Line and column (both from 1, columns in code points) of a byte offset.
void error_locate(struct slice source, size_t offset, unsigned *line, unsigned *column);

#endif
