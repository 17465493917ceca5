// SPDX-License-Identifier: MIT
//
// What the files of lib/store share: opening SQLite, running SQL, and errors.
#ifndef GUIDANCED_STORE_DATABASE_H
#define GUIDANCED_STORE_DATABASE_H

#include "store.h"

#include <sqlite3.h>

// Marks a feedback database ("GUFD"), which the cache must not take for an old cache of its own.
enum { FEEDBACK_APPLICATION_ID = 0x47554644 };

struct store {
    sqlite3 *db;
    char *uri;
    bool memory;
    struct log *log;
    sqlite3_stmt *put, *get, *each, *remove;
};

// Always false; the message is SQLite's.
bool database_fail(sqlite3 *db, const char *what, struct error *error);
// Runs statements without parameters or results.
bool database_run(sqlite3 *db, const char *sql, struct error *error);
bool database_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **statement, struct error *error);
// A number asked of the database; `fallback` when there is none.
int64_t database_number(sqlite3 *db, const char *sql, int64_t fallback);
void database_bind_text(sqlite3_stmt *statement, int index, struct slice text);
// A column's text, valid until the statement moves on, or a copy in the arena.
struct slice database_text(sqlite3_stmt *statement, int column);
struct slice database_copy(sqlite3_stmt *statement, int column, struct arena *arena);

#endif
