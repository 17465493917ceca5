// SPDX-License-Identifier: MIT
//
// Feedback: what readers say is not ours to lose. Each entry is on disk, in the file that bears the
// name, before it is confirmed; and a file that is not a feedback database is never touched.
//
// The file has a rollback journal, not a write-ahead log: between two transactions it is whole by
// itself, so nothing that is confirmed lies in a second file which somebody may delete, and no
// memory of ours is that of a file which others may cut.
#include "database.h"

#include <stdlib.h>
#include <sys/stat.h>

// A writer waits no longer for others: readers of the site wait for the answer.
enum { FEEDBACK_BUSY_MS = 1000, READ_AT_ONCE = 500 };

struct feedback {
    sqlite3 *db;
    sqlite3_stmt *add;
    char *path;
    dev_t device; // of the file that is open
    ino_t inode;
};

static const char SCHEMA[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS entries(id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL,"
    " page TEXT NOT NULL, useful TEXT NOT NULL, comment TEXT NOT NULL);"
    "CREATE INDEX IF NOT EXISTS entries_at ON entries(at);"
    // What retention has taken away, for a while (feedback_retention.c).
    "CREATE TABLE IF NOT EXISTS removed(id INTEGER PRIMARY KEY, at INTEGER NOT NULL,"
    " page TEXT NOT NULL, useful TEXT NOT NULL, comment TEXT NOT NULL,"
    " removed_at INTEGER NOT NULL);"
    "CREATE TABLE IF NOT EXISTS clock(seen INTEGER NOT NULL, doubt INTEGER NOT NULL);"
    "PRAGMA application_id=1196770884;"
    "COMMIT";
_Static_assert(FEEDBACK_APPLICATION_ID == 1196770884,
               "the pragma and the check name the same file");

static bool is_foreign(sqlite3 *db)
{
    return database_number(db, "PRAGMA application_id", -1) != FEEDBACK_APPLICATION_ID &&
           database_number(db, "SELECT count(*) FROM sqlite_schema", -1) != 0;
}

// A file with a write-ahead log, as versions before 1.0 made it, becomes one without as soon as
// nobody else has it open. EXTRA: a transaction has not happened until the journal is gone, so the
// directory is synced as well.
static bool configure(sqlite3 *db, struct error *error)
{
    database_run(db, "PRAGMA journal_mode=DELETE", NULL);
    return database_run(db, "PRAGMA synchronous=EXTRA; PRAGMA temp_store=MEMORY", error);
}

static bool note_identity(struct feedback *feedback, struct error *error)
{
    struct stat st;
    if (stat(feedback->path, &st) != 0)
        return error_set(error, ERROR_STORE, "%s is gone already", feedback->path);
    feedback->device = st.st_dev;
    feedback->inode = st.st_ino;
    return true;
}

static bool open_file(struct feedback *feedback, struct error *error)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(feedback->path, &feedback->db, flags, NULL) != SQLITE_OK)
        return database_fail(feedback->db, "open the feedback", error);
    sqlite3_busy_timeout(feedback->db, FEEDBACK_BUSY_MS);
    if (is_foreign(feedback->db)) {
        error_set(error, ERROR_STORE, "%s is not a feedback database", feedback->path);
        error_hint(error, "name another file by feedback.file");
        return false;
    }
    return configure(feedback->db, error) && database_run(feedback->db, SCHEMA, error) &&
           note_identity(feedback, error) &&
           database_prepare(feedback->db,
                            "INSERT INTO entries(at, page, useful, comment) VALUES(?,?,?,?)",
                            &feedback->add, error);
}

static void make_directory_of(const char *path)
{
    struct slice directory = path_directory(slice_from_cstr(path));
    char *name = directory.len ? strndup(directory.ptr, directory.len) : NULL;
    if (name)
        file_make_directories(name, NULL);
    free(name);
}

struct feedback *feedback_open(const char *path, struct error *error)
{
    struct feedback *feedback = calloc(1, sizeof *feedback);
    if (feedback)
        feedback->path = strdup(path);
    if (!feedback || !feedback->path) {
        free(feedback);
        error_memory(error);
        return NULL;
    }
    make_directory_of(path);
    if (open_file(feedback, error))
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
    free(feedback->path);
    free(feedback);
}

bool feedback_is_there(const struct feedback *feedback)
{
    struct stat st;
    int moved = 0;
    return sqlite3_file_control(feedback->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) ==
               SQLITE_OK &&
           !moved && stat(feedback->path, &st) == 0 && st.st_nlink > 0 &&
           st.st_dev == feedback->device && st.st_ino == feedback->inode;
}

bool feedback_probe(struct feedback *feedback, struct error *error)
{
    if (!feedback_is_there(feedback))
        return error_set(error, ERROR_STORE, "%s is another file than the one that is open",
                         feedback->path);
    return database_run(feedback->db, "BEGIN IMMEDIATE; ROLLBACK", error);
}

// ---- entries ----

static bool insert(struct feedback *feedback, const struct feedback_entry *entry,
                   struct error *error)
{
    sqlite3_bind_int64(feedback->add, 1, entry->at);
    database_bind_text(feedback->add, 2, entry->page);
    database_bind_text(feedback->add, 3, entry->useful);
    database_bind_text(feedback->add, 4, entry->comment);
    bool ok = sqlite3_step(feedback->add) == SQLITE_DONE ||
              database_fail(feedback->db, "store the feedback", error);
    sqlite3_reset(feedback->add);
    sqlite3_clear_bindings(feedback->add);
    return ok;
}

bool feedback_add(struct feedback *feedback, const struct feedback_entry *entries, size_t count,
                  struct error *error)
{
    if (!feedback_is_there(feedback))
        return error_set(error, ERROR_STORE, "%s has been moved or deleted", feedback->path);
    bool ok = database_run(feedback->db, "BEGIN IMMEDIATE", error);
    for (size_t i = 0; ok && i < count; i++)
        ok = insert(feedback, &entries[i], error);
    ok = ok && database_run(feedback->db, "COMMIT", error);
    if (!sqlite3_get_autocommit(feedback->db))
        database_run(feedback->db, "ROLLBACK", NULL);
    if (ok && !feedback_is_there(feedback)) // while it was written
        return error_set(error, ERROR_STORE, "%s has been moved or deleted", feedback->path);
    return ok;
}

// What has been read is handed on when the file is free again: who takes it may be slow.
struct batch {
    struct arena *arena;
    struct feedback_entry entries[READ_AT_ONCE];
    size_t count;
};

static bool copy_row(struct batch *batch, sqlite3_stmt *row, struct error *error)
{
    struct feedback_entry *entry = &batch->entries[batch->count++];
    *entry = (struct feedback_entry){
        .id = sqlite3_column_int64(row, 0),
        .at = sqlite3_column_int64(row, 1),
        .page = database_copy(row, 2, batch->arena),
        .useful = database_copy(row, 3, batch->arena),
        .comment = database_copy(row, 4, batch->arena),
    };
    return (entry->page.ptr && entry->useful.ptr && entry->comment.ptr) || error_memory(error);
}

static bool read_batch(struct feedback *feedback, sqlite3_stmt *next, int64_t after,
                       struct batch *batch, struct error *error)
{
    int code = SQLITE_DONE;
    bool ok = true;
    batch->count = 0;
    arena_reset(batch->arena, SIZE_MAX);
    sqlite3_bind_int64(next, 1, after);
    while (ok && (code = sqlite3_step(next)) == SQLITE_ROW)
        ok = copy_row(batch, next, error);
    if (ok && code != SQLITE_DONE)
        ok = database_fail(feedback->db, "read the feedback", error);
    sqlite3_reset(next);
    return ok;
}

bool feedback_each(struct feedback *feedback,
                   bool (*fn)(void *state, const struct feedback_entry *entry), void *state,
                   struct error *error)
{
    sqlite3_stmt *next = NULL;
    struct batch *batch = calloc(1, sizeof *batch);
    bool ok = batch && (batch->arena = arena_create(0, 0));
    if (!ok)
        error_memory(error);
    ok = ok && database_prepare(feedback->db,
                                "SELECT id, at, page, useful, comment FROM entries WHERE id > ?"
                                " ORDER BY id LIMIT 500",
                                &next, error);
    _Static_assert(READ_AT_ONCE == 500, "the statement reads as many");
    int64_t last = INT64_MIN;
    do {
        ok = ok && read_batch(feedback, next, last, batch, error);
        for (size_t i = 0; ok && i < batch->count; i++) {
            last = batch->entries[i].id;
            ok = fn(state, &batch->entries[i]);
        }
    } while (ok && batch->count == READ_AT_ONCE);
    sqlite3_finalize(next);
    if (batch)
        arena_destroy(batch->arena);
    free(batch);
    return ok;
}

sqlite3 *feedback_database(struct feedback *feedback)
{
    return feedback->db;
}
