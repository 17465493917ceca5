// SPDX-License-Identifier: MIT
//
// Records of sites whose pages have been rendered once (site/verified.c): of a few, since a site
// with pages that fail is loaded more than once, and a branch may be gone back to.
#include "database.h"

#include <stdio.h>

enum { SITES_MAX = 8 };

bool store_get_verified(struct store *store, struct arena *arena, uint64_t key,
                        struct slice *record)
{
    sqlite3_stmt *get = NULL;
    bool found =
        !store->memory && store->db &&
        database_prepare(store->db, "SELECT record, mark FROM verified WHERE key=?", &get, NULL);
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

bool store_put_verified(struct store *store, uint64_t key, struct slice record, struct error *error)
{
    sqlite3_stmt *put = NULL;
    char prune[128];
    if (store->memory || !store->db) // nobody will ask
        return true;
    // A new number each time: the oldest go first.
    bool ok = database_prepare(
        store->db, "INSERT OR REPLACE INTO verified(key, mark, record) VALUES(?,?,?)", &put, error);
    if (ok) {
        sqlite3_bind_int64(put, 1, (sqlite3_int64)key);
        sqlite3_bind_int64(put, 2, (sqlite3_int64)file_hash(record));
        sqlite3_bind_blob64(put, 3, record.ptr, record.len, SQLITE_STATIC);
        ok = sqlite3_step(put) == SQLITE_DONE ||
             database_fail(store->db, "store what has been rendered", error);
    }
    sqlite3_finalize(put);
    snprintf(prune, sizeof prune,
             "DELETE FROM verified WHERE id <= (SELECT max(id) FROM verified) - %d",
             (int)SITES_MAX);
    return ok && database_run(store->db, prune, error);
}
