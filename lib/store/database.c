// SPDX-License-Identifier: MIT
//
// Common operations with SQLite.
#include "database.h"

#include <errno.h>
#include <stdlib.h>

bool database_fail(sqlite3 *db, const char *what, struct error *error)
{
    return error_set(error, ERROR_STORE, "SQLite cannot %s: %s", what,
                     db ? sqlite3_errmsg(db) : "out of memory");
}

bool database_is_starved(sqlite3 *db)
{
    int code = db ? sqlite3_system_errno(db) : 0;
    return code == EMFILE || code == ENFILE;
}

bool database_run(sqlite3 *db, const char *sql, struct error *error)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK || database_fail(db, "run", error);
}

void database_checkpoint_at(sqlite3 *db, int pages)
{
    if (db)
        sqlite3_wal_autocheckpoint(db, pages);
}

void database_rollback(sqlite3 *db)
{
    if (db && !sqlite3_get_autocommit(db))
        database_run(db, "ROLLBACK", NULL);
}

bool database_prepare(sqlite3 *db, const char *sql, sqlite3_stmt **statement, struct error *error)
{
    return sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, statement, NULL) ==
               SQLITE_OK ||
           database_fail(db, "prepare a statement", error);
}

int64_t database_number(sqlite3 *db, const char *sql, int64_t fallback)
{
    sqlite3_stmt *statement = NULL;
    int64_t number = fallback;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

void database_rewind(sqlite3_stmt *statement)
{
    sqlite3_reset(statement);
    if (statement)
        sqlite3_clear_bindings(statement);
}

void database_bind_text(sqlite3_stmt *statement, int index, struct slice text)
{
    sqlite3_bind_text64(statement, index, text.ptr ? text.ptr : "", text.len, SQLITE_STATIC,
                        SQLITE_UTF8);
}

struct slice database_text(sqlite3_stmt *statement, int column)
{
    const char *text = (const char *)sqlite3_column_text(statement, column);
    return slice_of(text ? text : "", (size_t)sqlite3_column_bytes(statement, column));
}

struct slice database_blob(sqlite3_stmt *statement, int column)
{
    const char *bytes = sqlite3_column_blob(statement, column);
    return slice_of(bytes ? bytes : "", (size_t)sqlite3_column_bytes(statement, column));
}

struct slice database_copy(sqlite3_stmt *statement, int column, struct arena *arena)
{
    return arena_copy(arena, database_text(statement, column));
}

void database_make_directory(const char *path)
{
    struct slice directory = path_directory(slice_from_cstr(path));
    char *name = directory.len ? strndup(directory.ptr, directory.len) : NULL;
    if (name)
        file_make_directories(name, NULL);
    free(name);
}
