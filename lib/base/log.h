// SPDX-License-Identifier: MIT
//
// The application log: one line per event, text ("time level message key=value") or JSON, to
// standard error or a file that can be reopened (log rotation). Lines are never mixed. Once
// started, a thread writes them, and nobody waits for that: lines that find no room are dropped and
// counted.
//
// Where standard error is systemd's journal (JOURNAL_STREAM), a line begins with its priority, as
// in sd-daemon(3): "<3>" for an error.
//
// Thread-safety: every function may be called from any thread.
#ifndef GUIDANCED_BASE_LOG_H
#define GUIDANCED_BASE_LOG_H

#include "error.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARNING, LOG_ERROR };

// ECS: JSON with the names of the Elastic Common Schema 8.11.
enum log_format { LOG_TEXT, LOG_JSON, LOG_ECS };

struct log;

// path NULL: standard error. NULL and error on failure. log_destroy frees it.
struct log *log_create(const char *path, enum log_level level, enum log_format format,
                       struct error *error);
// Writes what waits, for a second at most.
void log_destroy(struct log *log);
// Writes to the same place, and each line says which site it is about. NULL when out of memory, or
// without a log; log_destroy frees it, before the other.
struct log *log_of_site(struct log *log, const char *site);
// From here on, a thread writes. Call it when no process is forked any more. A NULL log is none.
bool log_start(struct log *log, struct error *error);
// Waits a second at most until all lines so far are written.
void log_flush(struct log *log);
// How many lines were dropped; *room: whether another would find room now.
uint64_t log_dropped(struct log *log, bool *room);
// Reopens the file (SIGUSR1). Keeps the old one if that fails.
bool log_reopen(struct log *log, struct error *error);

// A NULL log drops the line, so that libraries can be used without one.
void log_write(struct log *log, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// An error with its place, chain and hint; in JSON, each is a separate field.
void log_error(struct log *log, enum log_level level, const struct error *error);
// The same with the id of its request.
void log_request_error(struct log *log, enum log_level level, struct slice request_id,
                       const struct error *error);
// Writes a finished line unchanged (access logs), within some milliseconds.
void log_line(struct log *log, struct slice line);

// "debug", "info", "warning", "error" → level. False for another name.
bool log_level_parse(struct slice name, enum log_level *level);

#endif
