// SPDX-License-Identifier: MIT
//
// Records by key, of which the last few are kept. Of sites whose pages have been rendered once
// (site/verified.c): several, since a site with pages that fail is loaded more than once, and a
// branch may be gone back to. Of what git knows of pages (site/history.c): one.
#include "database.h"

#include <stdio.h>

struct records {
    const char *get, *put, *prune, *what;
};

#define RECORDS(table, kept, what)                                                                 \
    {                                                                                              \
        "SELECT record, mark FROM " table " WHERE key=?",                                          \
            "INSERT OR REPLACE INTO " table "(key, mark, record) VALUES(?,?,?)",                   \
            "DELETE FROM " table " WHERE id <= (SELECT max(id) FROM " table ") - " kept, what      \
    }
static const struct records VERIFIED = RECORDS("verified", "8", "store what has been rendered"),
                            HISTORIES = RECORDS("histories", "1", "store what git knows");

static bool get_record(struct store *store, const struct records *of, struct arena *arena,
                       uint64_t key, struct slice *record)
{
    sqlite3_stmt *get = NULL;
    bool found = !store->memory && store->db && database_prepare(store->db, of->get, &get, NULL);
    if (found) {
        sqlite3_bind_int64(get, 1, (sqlite3_int64)key);
        found = sqlite3_step(get) == SQLITE_ROW;
    }
    if (found) {
        struct slice bytes = database_blob(get, 0);
        found = (uint64_t)sqlite3_column_int64(get, 1) == file_hash(bytes);
        *record = found ? arena_copy(arena, bytes) : SLICE_EMPTY;
        found = found && record->ptr;
    }
    sqlite3_finalize(get);
    return found && mapping_is_sound();
}

// A new number each time: the oldest go first.
static bool put_record(struct store *store, const struct records *of, uint64_t key,
                       struct slice record, struct error *error)
{
    sqlite3_stmt *put = NULL;
    if (store->memory || !store->db) // never asked for
        return true;
    bool ok = database_prepare(store->db, of->put, &put, error);
    if (ok) {
        sqlite3_bind_int64(put, 1, (sqlite3_int64)key);
        sqlite3_bind_int64(put, 2, (sqlite3_int64)file_hash(record));
        sqlite3_bind_blob64(put, 3, record.ptr, record.len, SQLITE_STATIC);
        ok = sqlite3_step(put) == SQLITE_DONE || database_fail(store->db, of->what, error);
    }
    sqlite3_finalize(put);
    return ok && database_run(store->db, of->prune, error);
}

bool store_get_verified(struct store *store, struct arena *arena, uint64_t key,
                        struct slice *record)
{
    return get_record(store, &VERIFIED, arena, key, record);
}

bool store_put_verified(struct store *store, uint64_t key, struct slice record, struct error *error)
{
    return put_record(store, &VERIFIED, key, record, error);
}

bool store_get_history(struct store *store, struct arena *arena, uint64_t key, struct slice *record)
{
    return get_record(store, &HISTORIES, arena, key, record);
}

bool store_put_history(struct store *store, uint64_t key, struct slice record, struct error *error)
{
    return put_record(store, &HISTORIES, key, record, error);
}
