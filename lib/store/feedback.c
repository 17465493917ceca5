// SPDX-License-Identifier: MIT
//
// Feedback: what readers say is not ours to lose. Each entry is on disk before it is confirmed, and
// a file that is not a feedback database is never touched.
#include "database.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

struct feedback {
    sqlite3 *db;
    sqlite3_stmt *add;
    pthread_mutex_t lock;
};

static const char SCHEMA[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS entries(id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL,"
    " page TEXT NOT NULL, useful TEXT NOT NULL, comment TEXT NOT NULL);"
    "CREATE INDEX IF NOT EXISTS entries_at ON entries(at);"
    "PRAGMA application_id=1196770884;"
    "COMMIT";
_Static_assert(FEEDBACK_APPLICATION_ID == 1196770884,
               "the pragma and the check name the same file");

static bool is_foreign(sqlite3 *db)
{
    return database_number(db, "PRAGMA application_id", -1) != FEEDBACK_APPLICATION_ID &&
           database_number(db, "SELECT count(*) FROM sqlite_schema", -1) != 0;
}

static bool open_file(struct feedback *feedback, const char *path, struct error *error)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(path, &feedback->db, flags, NULL) != SQLITE_OK)
        return database_fail(feedback->db, "open the feedback", error);
    sqlite3_busy_timeout(feedback->db, 5000);
    if (is_foreign(feedback->db)) {
        error_set(error, ERROR_STORE, "%s is not a feedback database", path);
        error_hint(error, "name another file by feedback.file");
        return false;
    }
    return database_run(
               feedback->db,
               "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY",
               error) &&
           database_run(feedback->db, SCHEMA, error) &&
           database_prepare(feedback->db,
                            "INSERT INTO entries(at, page, useful, comment) VALUES(?,?,?,?)",
                            &feedback->add, error);
}

struct feedback *feedback_open(const char *path, struct error *error)
{
    struct feedback *feedback = calloc(1, sizeof *feedback);
    struct slice directory = path_directory(slice_from_cstr(path));
    char *name = directory.len ? strndup(directory.ptr, directory.len) : NULL;
    if (name)
        file_make_directories(name, NULL);
    free(name);
    if (!feedback) {
        error_memory(error);
        return NULL;
    }
    pthread_mutex_init(&feedback->lock, NULL);
    if (open_file(feedback, path, error))
        return feedback;
    feedback_close(feedback);
    return NULL;
}

void feedback_close(struct feedback *feedback)
{
    if (!feedback)
        return;
    sqlite3_finalize(feedback->add);
    sqlite3_close_v2(feedback->db);
    pthread_mutex_destroy(&feedback->lock);
    free(feedback);
}

bool feedback_add(struct feedback *feedback, const struct feedback_entry *entry,
                  struct error *error)
{
    pthread_mutex_lock(&feedback->lock);
    sqlite3_bind_int64(feedback->add, 1, entry->at);
    database_bind_text(feedback->add, 2, entry->page);
    database_bind_text(feedback->add, 3, entry->useful);
    database_bind_text(feedback->add, 4, entry->comment);
    bool ok = sqlite3_step(feedback->add) == SQLITE_DONE ||
              database_fail(feedback->db, "store the feedback", error);
    sqlite3_reset(feedback->add);
    sqlite3_clear_bindings(feedback->add);
    pthread_mutex_unlock(&feedback->lock);
    return ok;
}

bool feedback_each(struct feedback *feedback,
                   bool (*fn)(void *state, const struct feedback_entry *entry), void *state,
                   struct error *error)
{
    sqlite3_stmt *all = NULL;
    pthread_mutex_lock(&feedback->lock);
    bool ok = database_prepare(
        feedback->db, "SELECT id, at, page, useful, comment FROM entries ORDER BY id", &all, error);
    int code = SQLITE_DONE;
    bool go_on = true;
    while (ok && go_on && (code = sqlite3_step(all)) == SQLITE_ROW) {
        struct feedback_entry entry = {
            .id = sqlite3_column_int64(all, 0),
            .at = sqlite3_column_int64(all, 1),
            .page = database_text(all, 2),
            .useful = database_text(all, 3),
            .comment = database_text(all, 4),
        };
        go_on = fn(state, &entry);
    }
    if (ok && go_on && code != SQLITE_DONE)
        ok = database_fail(feedback->db, "read the feedback", error);
    sqlite3_finalize(all);
    pthread_mutex_unlock(&feedback->lock);
    return ok && go_on;
}

int64_t feedback_retain(struct feedback *feedback, unsigned days, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    int64_t removed = -1;
    pthread_mutex_lock(&feedback->lock);
    if (database_prepare(feedback->db, "DELETE FROM entries WHERE at < ?", &statement, error)) {
        sqlite3_bind_int64(statement, 1, (sqlite3_int64)time(NULL) - (sqlite3_int64)days * 86400);
        if (sqlite3_step(statement) == SQLITE_DONE)
            removed = sqlite3_changes64(feedback->db);
        else
            database_fail(feedback->db, "delete old feedback", error);
    }
    sqlite3_finalize(statement);
    pthread_mutex_unlock(&feedback->lock);
    return removed;
}
