// SPDX-License-Identifier: MIT
//
// Reading feedback: all of it, and the entries to be sent elsewhere. Entries are copied in batches
// and passed on when the file is free again, since the receiver may be slow.
#include "database.h"

#include <stdlib.h>

// A sender can wait longer than a reader of the site for the server, which writes all the time.
enum { SEND_BUSY_MS = 10000 };

#define COLUMNS "id, at, page, useful, comment, uid, site, replica, sent_at"

struct batch {
    struct arena *arena;
    struct feedback_entry entries[FEEDBACK_BATCH];
    size_t count;
};

static struct batch *batch_create(struct error *error)
{
    struct batch *batch = calloc(1, sizeof *batch);
    if (batch && !(batch->arena = arena_create(0, 0))) {
        free(batch);
        batch = NULL;
    }
    if (!batch)
        error_memory(error);
    return batch;
}

static void batch_destroy(struct batch *batch)
{
    if (batch)
        arena_destroy(batch->arena);
    free(batch);
}

static bool copy_row(struct batch *batch, sqlite3_stmt *row, struct error *error)
{
    struct feedback_entry *entry = &batch->entries[batch->count++];
    *entry = (struct feedback_entry){
        .id = sqlite3_column_int64(row, 0),
        .at = sqlite3_column_int64(row, 1),
        .page = database_copy(row, 2, batch->arena),
        .useful = database_copy(row, 3, batch->arena),
        .comment = database_copy(row, 4, batch->arena),
        .uid = database_copy(row, 5, batch->arena),
        .site = database_copy(row, 6, batch->arena),
        .replica = database_copy(row, 7, batch->arena),
        .sent_at = sqlite3_column_int64(row, 8),
    };
    return !arena_failed(batch->arena) || error_memory(error);
}

// Runs the statement, which reads at most one batch of rows.
static bool batch_read(struct batch *batch, struct feedback *feedback, sqlite3_stmt *rows,
                       struct error *error)
{
    int code = SQLITE_DONE;
    bool ok = true;
    batch->count = 0;
    arena_reset(batch->arena, SIZE_MAX);
    while (ok && (code = sqlite3_step(rows)) == SQLITE_ROW)
        ok = batch->count < FEEDBACK_BATCH && copy_row(batch, rows, error);
    if (ok && code != SQLITE_DONE)
        ok = database_fail(feedback_database(feedback), "read the feedback", error);
    sqlite3_reset(rows);
    return ok;
}

bool feedback_each(struct feedback *feedback,
                   bool (*fn)(void *state, const struct feedback_entry *entry), void *state,
                   struct error *error)
{
    sqlite3_stmt *next = NULL;
    struct batch *batch = batch_create(error);
    bool ok = batch && database_prepare(feedback_database(feedback),
                                        "SELECT " COLUMNS " FROM entries WHERE id > ?1"
                                        " ORDER BY id LIMIT ?2",
                                        &next, error);
    int64_t last = INT64_MIN;
    do {
        if (ok) {
            sqlite3_bind_int64(next, 1, last);
            sqlite3_bind_int64(next, 2, FEEDBACK_BATCH);
            ok = batch_read(batch, feedback, next, error);
        }
        for (size_t i = 0; ok && i < batch->count; i++) {
            last = batch->entries[i].id;
            ok = fn(state, &batch->entries[i]);
        }
    } while (ok && batch->count == FEEDBACK_BATCH);
    sqlite3_finalize(next);
    batch_destroy(batch);
    return ok;
}

// ---- the outbox ----

bool feedback_outbox(struct feedback *feedback, struct feedback_outbox *out, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    *out = (struct feedback_outbox){0};
    bool ok = database_prepare(feedback_database(feedback),
                               "SELECT count(*), min(at) FROM entries WHERE sent_at IS NULL",
                               &statement, error);
    if (ok && sqlite3_step(statement) == SQLITE_ROW) {
        out->unsent = sqlite3_column_int64(statement, 0);
        out->oldest_at = sqlite3_column_int64(statement, 1);
    } else if (ok)
        ok = database_fail(feedback_database(feedback), "count the unsent feedback", error);
    sqlite3_finalize(statement);
    return ok;
}

static bool mark_sent(struct feedback *feedback, const struct batch *batch, struct error *error)
{
    sqlite3 *db = feedback_database(feedback);
    sqlite3_stmt *mark = NULL;
    bool ok = database_prepare(db,
                               "UPDATE entries SET sent_at = strftime('%s', 'now')"
                               " WHERE id = ?1 AND sent_at IS NULL",
                               &mark, error) &&
              database_run(db, "BEGIN IMMEDIATE", error);
    for (size_t i = 0; ok && i < batch->count; i++) {
        sqlite3_bind_int64(mark, 1, batch->entries[i].id);
        ok = sqlite3_step(mark) == SQLITE_DONE ||
             database_fail(db, "mark the feedback as sent", error);
        sqlite3_reset(mark);
    }
    ok = ok && database_run(db, "COMMIT", error);
    database_rollback(db);
    sqlite3_finalize(mark);
    return ok;
}

bool feedback_send(struct feedback *feedback,
                   bool (*send)(void *state, const struct feedback_entry *entries, size_t count,
                                struct error *error),
                   void *state, size_t *count, struct error *error)
{
    sqlite3_stmt *unsent = NULL;
    struct batch *batch = batch_create(error);
    *count = 0;
    sqlite3_busy_timeout(feedback_database(feedback), SEND_BUSY_MS);
    bool ok = batch && database_prepare(feedback_database(feedback),
                                        "SELECT " COLUMNS " FROM entries WHERE sent_at IS NULL"
                                        " ORDER BY at, id LIMIT ?1",
                                        &unsent, error);
    if (ok)
        sqlite3_bind_int64(unsent, 1, FEEDBACK_BATCH);
    ok = ok && batch_read(batch, feedback, unsent, error);
    sqlite3_finalize(unsent);
    ok = ok && (!batch->count || (send(state, batch->entries, batch->count, error) &&
                                  mark_sent(feedback, batch, error)));
    if (ok)
        *count = batch->count;
    batch_destroy(batch);
    return ok;
}
