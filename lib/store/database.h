// SPDX-License-Identifier: MIT
//
// Shared by the files of lib/store: opening SQLite, running SQL, and errors.
//
// A database that could not be opened again is NULL, and so are its statements: SQLite's functions
// then report misuse, except for the few that read the handle unchecked, which have a name here.
#ifndef GUIDANCED_STORE_DATABASE_H
#define GUIDANCED_STORE_DATABASE_H

#include "store.h"

#include <sqlite3.h>

// Marks a feedback database ("GUFD"), which must not be taken for an old cache.
enum { FEEDBACK_APPLICATION_ID = 0x47554644 };

struct store {
    sqlite3 *db;
    char *uri;
    bool memory;
    struct log *log;
    sqlite3_stmt *put, *get, *remove;
    struct store_fill *fill;       // fill.c; NULL: puts are written at once
    struct error fill_error;       // of the last fill: what it put is not all written
    struct store_answers *answers; // answers.c
    // texts.c
    struct store_texts *texts;
    struct store_lease *leases;
    sqlite3_stmt *put_text, *get_text, *put_body;
    int64_t last_text;
};

// Always false; the message is SQLite's.
bool database_fail(sqlite3 *db, const char *what, struct error *error);
// Whether the last call failed because no more files can be opened, which says nothing about this
// file.
bool database_is_starved(sqlite3 *db);
// Makes the directory of a file, if it is not there.
void database_make_directory(const char *path);
// Runs statements without parameters or results.
bool database_run(sqlite3 *db, const char *sql, struct error *error);
// How many pages the write-ahead log may have before a commit copies them into the file; 0: no
// commit does.
void database_checkpoint_at(sqlite3 *db, int pages);
// Ends a transaction that COMMIT has not.
void database_rollback(sqlite3 *db);
bool database_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **statement, struct error *error);
// A number from the database; `fallback` if there is none.
int64_t database_number(sqlite3 *db, const char *sql, int64_t fallback);
// For the next use: without parameters, whose texts may go away. NULL allowed.
void database_rewind(sqlite3_stmt *statement);
void database_bind_text(sqlite3_stmt *statement, int index, struct slice text);
// A column's text, valid until the statement moves on, or a copy in the arena.
struct slice database_text(sqlite3_stmt *statement, int column);
struct slice database_blob(sqlite3_stmt *statement, int column);
struct slice database_copy(sqlite3_stmt *statement, int column, struct arena *arena);

// ---- fill.c ----

// A row, and how it is written. Its texts are copied.
struct fill_row {
    bool (*write)(struct store *store, const struct fill_row *row, struct error *error);
    struct store_page page; // without its reading
    struct slice bytes;     // the page's reading, or a text
    int64_t id;             // of the text
};
// Of a fill.
bool fill_put(struct store *store, const struct fill_row *row, struct error *error);
// Ends a fill, if there is one: before anything but a put uses the database. If a put has failed,
// store->fill_error is set.
void fill_end(struct store *store);

// ---- mapping.c ----

// From now on the process survives truncation of a wal-index. Any thread may call it, repeatedly.
void mapping_survive(void);
// Whether none has been truncated since mapping_mend: ask before and after reading the cache.
bool mapping_is_sound(void);
// Declares that the cache has been rebuilt.
void mapping_mend(void);

// ---- feedback.c ----

sqlite3 *feedback_database(struct feedback *feedback);
// Creates the tables, or adds what an older program's lack (feedback_schema.c).
bool feedback_prepare_schema(sqlite3 *db, struct error *error);

// ---- answers.c ----

struct store_answers *stored_answers_create(void);          // NULL when out of memory
void stored_answers_destroy(struct store_answers *answers); // NULL allowed; writes waiting records
// Switches to that file; NULL: to none.
void stored_answers_follow(struct store_answers *answers, const char *uri);

// ---- texts.c ----

bool texts_prepare(struct store *store, struct error *error);
void texts_finalize(struct store *store);
// Notes that the pages' texts belong to this generation, and deletes what no snapshot can need.
bool texts_forget(struct store *store, uint64_t generation, struct error *error);
bool texts_put_body(struct store *store, int64_t id, uint64_t key, struct slice html,
                    struct error *error);
struct store_texts *texts_create(void);
void texts_destroy(struct store_texts *texts); // NULL allowed
// Switches reading to that file, a different one; NULL: to none.
void texts_follow(struct store_texts *texts, const char *uri);
void leases_destroy(struct store *store);

// ---- search_tokens.c ----

// The tokenizer of the full-text table; every connection that reads or writes it must register it.
#define TOKENS_NAME "guidance"
bool tokens_register(sqlite3 *db, struct error *error);
fts5_api *tokens_api(sqlite3 *db); // NULL without FTS5

#endif
