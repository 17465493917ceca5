// SPDX-License-Identifier: MIT
//
// Answers of the site's JavaScript on disk: records by key, whose meaning is up to the caller. Any
// thread may ask while the loader writes its transaction, so they have their own connection, and
// new records wait in memory until they can be written: no page ever waits for the disk.
#include "database.h"

#include "base/clock.h"
#include "base/map.h"

#include <pthread.h>
#include <stdlib.h>

// Waiting records are written once there are this many records or bytes, or once they are this old.
// What cannot be written because a load takes long is dropped beyond a limit, and asked again
// later.
enum { WAITING_MAX = 256, WAITING_BYTES = 1 << 20, DROPPED_BYTES = 64 << 20, WAIT_MS = 1000 };
// Most bytes of records in the file; beyond that, the fifth that was used longest ago is deleted.
static const int64_t FILE_BYTES = INT64_C(512) << 20;
static const int64_t DAY_MS = 86400000;

struct waiting {
    uint64_t key;
    struct slice record; // ptr NULL: it was used, or is to be deleted
    bool remove;
};

struct store_answers {
    pthread_mutex_t lock;
    char *uri; // NULL: there is no file
    sqlite3 *db;
    sqlite3_stmt *get, *put, *touch, *remove;
    struct arena *arena; // of waiting records
    struct map waiting;
    size_t bytes;
    uint64_t written_ns; // when it was last tried
    int64_t total;       // bytes of records in the file; -1: not counted yet
};

struct store_answers *stored_answers_create(void)
{
    struct store_answers *answers = calloc(1, sizeof *answers);
    if (!answers)
        return NULL;
    answers->arena = arena_create(0, 0);
    if (!answers->arena) {
        free(answers);
        return NULL;
    }
    answers->waiting = map_create(answers->arena);
    pthread_mutex_init(&answers->lock, NULL);
    return answers;
}

// ---- the connection, under the lock ----

static void disconnect(struct store_answers *answers)
{
    sqlite3_finalize(answers->get);
    sqlite3_finalize(answers->put);
    sqlite3_finalize(answers->touch);
    sqlite3_finalize(answers->remove);
    answers->get = answers->put = answers->touch = answers->remove = NULL;
    sqlite3_close_v2(answers->db);
    answers->db = NULL;
    answers->total = -1;
}

static bool prepare_answers(struct store_answers *answers)
{
    sqlite3 *db = answers->db;
    return database_prepare(db, "SELECT record, mark, used FROM answers WHERE key=?", &answers->get,
                            NULL) &&
           database_prepare(db, "INSERT OR REPLACE INTO answers VALUES(?,?,?,?)", &answers->put,
                            NULL) &&
           database_prepare(db, "UPDATE answers SET used=? WHERE key=?", &answers->touch, NULL) &&
           database_prepare(db, "DELETE FROM answers WHERE key=?", &answers->remove, NULL);
}

// In a read-only file, the answers are read-only too.
static bool open_as(struct store_answers *answers, int flags)
{
    if (sqlite3_open_v2(answers->uri, &answers->db, flags | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
                        NULL) == SQLITE_OK &&
        prepare_answers(answers)) {
        sqlite3_busy_timeout(answers->db, 0);
        database_run(answers->db, "PRAGMA synchronous=NORMAL; PRAGMA trusted_schema=OFF", NULL);
        answers->total = -1;
        return true;
    }
    disconnect(answers);
    return false;
}

static bool reach(struct store_answers *answers)
{
    return answers->db || (answers->uri && (open_as(answers, SQLITE_OPEN_READWRITE) ||
                                            open_as(answers, SQLITE_OPEN_READONLY)));
}

// ---- writing, under the lock ----

static int64_t today(void)
{
    return (int64_t)(clock_wall_ms() / (double)DAY_MS);
}

static bool run_statement(sqlite3_stmt *statement)
{
    bool ok = sqlite3_step(statement) == SQLITE_DONE;
    database_rewind(statement);
    return ok;
}

static bool write_one(struct store_answers *answers, const struct waiting *waiting)
{
    sqlite3_int64 key = (sqlite3_int64)waiting->key;
    if (waiting->remove) {
        sqlite3_bind_int64(answers->remove, 1, key);
        return run_statement(answers->remove);
    }
    if (!waiting->record.ptr) {
        sqlite3_bind_int64(answers->touch, 1, today());
        sqlite3_bind_int64(answers->touch, 2, key);
        return run_statement(answers->touch);
    }
    sqlite3_bind_int64(answers->put, 1, key);
    sqlite3_bind_int64(answers->put, 2, today());
    sqlite3_bind_int64(answers->put, 3, (sqlite3_int64)file_hash(waiting->record));
    sqlite3_bind_blob64(answers->put, 4, waiting->record.ptr, waiting->record.len, SQLITE_STATIC);
    answers->total += (int64_t)waiting->record.len;
    return run_statement(answers->put);
}

static bool count_bytes(struct store_answers *answers)
{
    answers->total = database_number(answers->db, "SELECT sum(length(record)) FROM answers", -1);
    return answers->total >= 0;
}

static bool make_way(struct store_answers *answers)
{
    if (answers->total < 0 && !count_bytes(answers))
        return false;
    return answers->total <= FILE_BYTES ||
           (database_run(answers->db,
                         "DELETE FROM answers WHERE key IN (SELECT key FROM answers ORDER BY used"
                         " LIMIT (SELECT count(*) / 5 FROM answers))",
                         NULL) &&
            count_bytes(answers));
}

static void forget_waiting(struct store_answers *answers)
{
    arena_reset(answers->arena, 4 * WAITING_BYTES);
    answers->waiting = map_create(answers->arena);
    answers->bytes = 0;
}

// False: not now, since another connection is writing.
static bool write_all(struct store_answers *answers)
{
    answers->written_ns = clock_monotonic_ns();
    if (answers->waiting.count == 0)
        return true;
    if (!reach(answers) || sqlite3_exec(answers->db, "BEGIN IMMEDIATE", NULL, NULL, NULL))
        return false;
    bool ok = make_way(answers);
    for (size_t i = 0; ok && i < answers->waiting.count; i++)
        ok = write_one(answers, answers->waiting.entries[i].value);
    ok = ok && database_run(answers->db, "COMMIT", NULL);
    database_rollback(answers->db);
    if (ok)
        forget_waiting(answers);
    else
        answers->total = -1; // what was written is undone
    return ok;
}

static void write_in_time(struct store_answers *answers)
{
    bool due = answers->waiting.count >= WAITING_MAX || answers->bytes >= WAITING_BYTES;
    uint64_t age_ms = (clock_monotonic_ns() - answers->written_ns) / 1000000;
    // Does not keep trying while a load holds the file.
    if ((due && age_ms >= WAIT_MS / 20) || age_ms >= WAIT_MS)
        write_all(answers);
    if (answers->bytes > DROPPED_BYTES)
        forget_waiting(answers);
}

static struct waiting *find_waiting(struct store_answers *answers, uint64_t key)
{
    return map_get(&answers->waiting, slice_of((const char *)&key, sizeof key));
}

static struct waiting *enqueue(struct store_answers *answers, uint64_t key)
{
    struct waiting *waiting = find_waiting(answers, key);
    if (waiting)
        return waiting;
    waiting = arena_zalloc(answers->arena, 1, sizeof *waiting);
    if (!waiting)
        return NULL;
    waiting->key = key;
    struct slice name = slice_of((const char *)&waiting->key, sizeof key);
    return map_put(&answers->waiting, name, waiting) ? waiting : NULL;
}

// ---- for all ----

static bool fetch_answer(struct store_answers *answers, uint64_t key, struct arena *arena,
                         struct slice *record)
{
    if (!reach(answers))
        return false;
    sqlite3_bind_int64(answers->get, 1, (sqlite3_int64)key);
    bool found = sqlite3_step(answers->get) == SQLITE_ROW;
    bool old = found && sqlite3_column_int64(answers->get, 2) != today();
    if (found) {
        struct slice bytes = database_blob(answers->get, 0);
        found = (uint64_t)sqlite3_column_int64(answers->get, 1) == file_hash(bytes);
        *record = found ? arena_copy(arena, bytes) : SLICE_EMPTY;
    }
    sqlite3_reset(answers->get);
    if (found && old)
        enqueue(answers, key);
    return found && record->ptr;
}

bool store_answers_get(void *state, uint64_t key, struct arena *arena, struct slice *record)
{
    struct store_answers *answers = state;
    pthread_mutex_lock(&answers->lock);
    const struct waiting *waiting = find_waiting(answers, key);
    bool found;
    if (waiting && (waiting->remove || waiting->record.ptr)) {
        *record = waiting->remove ? SLICE_EMPTY : arena_copy(arena, waiting->record);
        found = !waiting->remove && record->ptr;
    } else {
        found = fetch_answer(answers, key, arena, record);
    }
    pthread_mutex_unlock(&answers->lock);
    return found;
}

bool store_answers_put(void *state, uint64_t key, struct slice record)
{
    struct store_answers *answers = state;
    pthread_mutex_lock(&answers->lock);
    // Without a file there is nothing to wait for.
    struct slice copy = answers->uri ? arena_copy(answers->arena, record) : SLICE_EMPTY;
    struct waiting *waiting = copy.ptr ? enqueue(answers, key) : NULL;
    if (waiting) {
        waiting->record = copy;
        waiting->remove = false;
        answers->bytes += copy.len;
    }
    write_in_time(answers);
    pthread_mutex_unlock(&answers->lock);
    return waiting != NULL;
}

void store_answers_remove(void *state, uint64_t key)
{
    struct store_answers *answers = state;
    pthread_mutex_lock(&answers->lock);
    struct waiting *waiting = enqueue(answers, key);
    if (waiting) {
        waiting->record = SLICE_EMPTY;
        waiting->remove = true;
    }
    write_in_time(answers);
    pthread_mutex_unlock(&answers->lock);
}

bool store_answers_flush(struct store_answers *answers)
{
    pthread_mutex_lock(&answers->lock);
    bool ok = write_all(answers);
    pthread_mutex_unlock(&answers->lock);
    return ok;
}

int64_t store_answers_count(struct store_answers *answers)
{
    pthread_mutex_lock(&answers->lock);
    write_all(answers);
    int64_t count =
        reach(answers) ? database_number(answers->db, "SELECT count(*) FROM answers", 0) : 0;
    pthread_mutex_unlock(&answers->lock);
    return count;
}

// Waiting records go to the new file: answers do not depend on anything in a file.
void stored_answers_follow(struct store_answers *answers, const char *uri)
{
    pthread_mutex_lock(&answers->lock);
    disconnect(answers);
    free(answers->uri);
    answers->uri = uri ? strdup(uri) : NULL;
    pthread_mutex_unlock(&answers->lock);
}

void stored_answers_destroy(struct store_answers *answers)
{
    if (!answers)
        return;
    write_all(answers);
    disconnect(answers);
    arena_destroy(answers->arena);
    pthread_mutex_destroy(&answers->lock);
    free(answers->uri);
    free(answers);
}

struct store_answers *store_answers(struct store *store)
{
    return store->answers;
}
