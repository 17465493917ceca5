// SPDX-License-Identifier: MIT
//
// The tables of a feedback file, and upgrading an older program's file. A step only adds, so that
// the older program can still write to the file after a rollback: what it leaves out is filled in
// when this program opens the file again.
#include "base/uuid.h"
#include "database.h"

#include <stdlib.h>

static const char TABLES[] =
    "CREATE TABLE IF NOT EXISTS entries(id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL,"
    " page TEXT NOT NULL, useful TEXT NOT NULL, comment TEXT NOT NULL);"
    "CREATE INDEX IF NOT EXISTS entries_at ON entries(at);"
    // Entries that retention removed, for a while (feedback_retention.c).
    "CREATE TABLE IF NOT EXISTS removed(id INTEGER PRIMARY KEY, at INTEGER NOT NULL,"
    " page TEXT NOT NULL, useful TEXT NOT NULL, comment TEXT NOT NULL,"
    " removed_at INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS clock(seen INTEGER NOT NULL, doubt INTEGER NOT NULL);"
    "PRAGMA application_id=1196770884;";
_Static_assert(FEEDBACK_APPLICATION_ID == 1196770884,
               "the pragma and the check name the same file");

// The steps: the first upgrades user_version 0 to 1.
static const char *const STEPS[] = {
    // What a store shared by replicas needs. Entries without sent_at are unsent.
    "ALTER TABLE entries ADD COLUMN uid TEXT;"
    "ALTER TABLE entries ADD COLUMN site TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE entries ADD COLUMN replica TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE entries ADD COLUMN sent_at INTEGER;"
    "ALTER TABLE removed ADD COLUMN uid TEXT;"
    "ALTER TABLE removed ADD COLUMN site TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE removed ADD COLUMN replica TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE removed ADD COLUMN sent_at INTEGER;"
    "CREATE UNIQUE INDEX entries_uid ON entries(uid);"
    "CREATE INDEX entries_unsent ON entries(at) WHERE sent_at IS NULL;"
    "PRAGMA user_version=1;",
};
enum { STEP_COUNT = sizeof STEPS / sizeof *STEPS };

// make_uid(at): an identifier of that second.
static void make_uid(sqlite3_context *context, int count, sqlite3_value **values)
{
    char uid[UUID_LENGTH + 1];
    (void)count;
    if (uuid_make(sqlite3_value_int64(values[0]) * 1000, uid))
        sqlite3_result_text(context, uid, UUID_LENGTH, SQLITE_TRANSIENT);
    else
        sqlite3_result_error(context, "no randomness", -1);
}

static bool take_steps(sqlite3 *db, struct error *error)
{
    bool ok = true;
    for (int64_t i = database_number(db, "PRAGMA user_version", 0); ok && i < STEP_COUNT; i++)
        ok = database_run(db, STEPS[i], error);
    return ok && database_run(db, "UPDATE entries SET uid = make_uid(at) WHERE uid IS NULL", error);
}

bool feedback_prepare_schema(sqlite3 *db, struct error *error)
{
    if (sqlite3_create_function(db, "make_uid", 1, SQLITE_UTF8, NULL, make_uid, NULL, NULL) !=
        SQLITE_OK)
        return database_fail(db, "prepare", error);
    bool ok = database_run(db, "BEGIN IMMEDIATE", error) && database_run(db, TABLES, error) &&
              take_steps(db, error) && database_run(db, "COMMIT", error);
    database_rollback(db);
    return ok;
}
