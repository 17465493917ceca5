// SPDX-License-Identifier: MIT
//
// Feedback must not be lost. Each entry is on disk, in the file at the configured path, before it
// is confirmed; a file that is not a feedback database is never touched.
//
// The file has a rollback journal, not a write-ahead log: between transactions it is complete, so
// nothing confirmed is in a second file that somebody may delete, and we map no file that others
// may truncate.
#include "database.h"

#include <stdlib.h>
#include <sys/stat.h>

// A writer does not wait longer for others, since readers of the site are waiting.
enum { FEEDBACK_BUSY_MS = 1000 };

struct feedback {
    sqlite3 *db;
    sqlite3_stmt *add;
    char *path;
    dev_t device; // of the open file
    ino_t inode;
};

static bool is_foreign(sqlite3 *db)
{
    return database_number(db, "PRAGMA application_id", -1) != FEEDBACK_APPLICATION_ID &&
           database_number(db, "SELECT count(*) FROM sqlite_schema", -1) != 0;
}

// A file with a write-ahead log, as early versions made it, is converted as soon as nobody else has
// it open. EXTRA: a transaction is complete only when the journal is gone, so the directory is
// synced as well.
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

static bool open_feedback_file(struct feedback *feedback, struct error *error)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(feedback->path, &feedback->db, flags, NULL) != SQLITE_OK)
        return database_fail(feedback->db, "open the feedback", error);
    sqlite3_busy_timeout(feedback->db, FEEDBACK_BUSY_MS);
    if (is_foreign(feedback->db)) {
        error_set(error, ERROR_STORE, "%s is not a feedback database", feedback->path);
        error_hint(error, "name another file with feedback.file");
        return false;
    }
    return configure(feedback->db, error) && feedback_prepare_schema(feedback->db, error) &&
           note_identity(feedback, error) &&
           database_prepare(feedback->db,
                            "INSERT INTO entries(at, page, useful, comment, site, replica, uid)"
                            " VALUES(?1,?2,?3,?4,?5,?6,make_uid(?1))",
                            &feedback->add, error);
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
    database_make_directory(path);
    if (open_feedback_file(feedback, error))
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
        return error_set(error, ERROR_STORE, "%s is not the file that is open", feedback->path);
    return database_run(feedback->db, "BEGIN IMMEDIATE; ROLLBACK", error);
}

// ---- entries ----

static bool insert_entry(struct feedback *feedback, const struct feedback_entry *entry,
                         struct error *error)
{
    sqlite3_bind_int64(feedback->add, 1, entry->at);
    database_bind_text(feedback->add, 2, entry->page);
    database_bind_text(feedback->add, 3, entry->useful);
    database_bind_text(feedback->add, 4, entry->comment);
    database_bind_text(feedback->add, 5, entry->site);
    database_bind_text(feedback->add, 6, entry->replica);
    bool ok = sqlite3_step(feedback->add) == SQLITE_DONE ||
              database_fail(feedback->db, "store the feedback", error);
    database_rewind(feedback->add);
    return ok;
}

bool feedback_add(struct feedback *feedback, const struct feedback_entry *entries, size_t count,
                  struct error *error)
{
    if (!feedback_is_there(feedback))
        return error_set(error, ERROR_STORE, "%s has been moved or deleted", feedback->path);
    bool ok = database_run(feedback->db, "BEGIN IMMEDIATE", error);
    for (size_t i = 0; ok && i < count; i++)
        ok = insert_entry(feedback, &entries[i], error);
    ok = ok && database_run(feedback->db, "COMMIT", error);
    database_rollback(feedback->db);
    if (ok && !feedback_is_there(feedback)) // moved or deleted meanwhile
        return error_set(error, ERROR_STORE, "%s has been moved or deleted", feedback->path);
    return ok;
}

sqlite3 *feedback_database(struct feedback *feedback)
{
    return feedback->db;
}
