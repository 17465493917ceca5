// SPDX-License-Identifier: MIT
//
// Texts of pages on disk: written by the loader, read by renders. A reader takes a free connection,
// and opens it if it is new or the file has changed.
#include "database.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// More than the threads: one worker per processor, at most 64, and the loader.
enum { CONNECTIONS = 80, BUSY_MS = 1000, WAITS_MAX = 1000, WAIT_US = 1000 };

struct connection {
    atomic_flag taken;
    unsigned epoch; // of its open file
    sqlite3 *db;
    sqlite3_stmt *text, *body;
};

struct store_texts {
    atomic_uint epoch;         // changes with the file
    _Atomic(const char *) uri; // NULL: there is none
    atomic_bool suspect;       // something was missing
    atomic_bool starved;       // or there was no free descriptor to check with
    struct connection connections[CONNECTIONS];
};

struct store_lease {
    uint64_t generation;
    atomic_bool ended; // by one of its two holders: the other frees it
    struct store_lease *next;
};

// ---- writing ----

bool texts_prepare(struct store *store, struct error *error)
{
    // Numbers start after the highest in use: no snapshot outlives the process.
    store->last_text = database_number(store->db, "SELECT max(id) FROM texts", 0);
    return database_prepare(store->db, "INSERT INTO texts VALUES(?,?)", &store->put_text, error) &&
           database_prepare(store->db, "SELECT text FROM texts WHERE id=?", &store->get_text,
                            error) &&
           database_prepare(store->db, "INSERT OR REPLACE INTO bodies VALUES(?,?,?)",
                            &store->put_body, error) &&
           database_run(store->db, "UPDATE superseded SET generation=0", error);
}

void texts_finalize(struct store *store)
{
    sqlite3_finalize(store->put_text);
    sqlite3_finalize(store->get_text);
    sqlite3_finalize(store->put_body);
    store->put_text = store->get_text = store->put_body = NULL;
}

static bool write_text(struct store *store, const struct fill_row *row, struct error *error)
{
    sqlite3_bind_int64(store->put_text, 1, row->id);
    database_bind_text(store->put_text, 2, row->bytes);
    bool ok = sqlite3_step(store->put_text) == SQLITE_DONE ||
              database_fail(store->db, "store a text", error);
    sqlite3_reset(store->put_text);
    return ok;
}

bool store_put_text(struct store *store, struct slice text, int64_t *id, struct error *error)
{
    // Numbers are never reused: a snapshot that has one reads that text or none.
    invariant(store->last_text < INT64_MAX);
    struct fill_row row = {.write = write_text, .bytes = text, .id = store->last_text + 1};
    bool ok = store->fill ? fill_put(store, &row, error) : write_text(store, &row, error);
    if (ok)
        *id = store->last_text = row.id;
    return ok;
}

// Reads the text in the row of that number into the arena and, if the statement has it, the mark.
static bool fetch_text(sqlite3_stmt *statement, int64_t id, struct arena *arena, struct slice *text,
                       int64_t *mark)
{
    sqlite3_bind_int64(statement, 1, id);
    bool found = sqlite3_step(statement) == SQLITE_ROW;
    if (found)
        *text = database_copy(statement, 0, arena);
    if (found && mark)
        *mark = sqlite3_column_int64(statement, 1);
    sqlite3_reset(statement);
    return found && text->ptr;
}

bool store_get_text(struct store *store, int64_t id, struct arena *arena, struct slice *text)
{
    fill_end(store);
    return fetch_text(store->get_text, id, arena, text, NULL);
}

// A body is marked with a hash of its key and content, so that it cannot be confused with another.
static int64_t body_mark(uint64_t key, struct slice html)
{
    return (int64_t)(key ^ slice_hash(html));
}

bool texts_put_body(struct store *store, int64_t id, uint64_t key, struct slice html,
                    struct error *error)
{
    sqlite3_bind_int64(store->put_body, 1, id);
    sqlite3_bind_int64(store->put_body, 2, body_mark(key, html));
    database_bind_text(store->put_body, 3, html);
    bool ok = sqlite3_step(store->put_body) == SQLITE_DONE ||
              database_fail(store->db, "store a page's HTML", error);
    sqlite3_reset(store->put_body);
    return ok;
}

// ---- leases: which snapshots exist ----

struct store_lease *store_lease(struct store *store, uint64_t generation)
{
    struct store_lease *lease = calloc(1, sizeof *lease);
    if (!lease)
        return NULL;
    lease->generation = generation;
    lease->next = store->leases;
    store->leases = lease;
    return lease;
}

void store_lease_end(void *what)
{
    struct store_lease *lease = what;
    if (atomic_exchange(&lease->ended, true))
        free(lease);
}

void leases_destroy(struct store *store)
{
    for (struct store_lease *next, *lease = store->leases; lease; lease = next) {
        next = lease->next;
        store_lease_end(lease);
    }
}

// The generation of the oldest existing snapshot, at most `newest`.
static uint64_t oldest(struct store *store, uint64_t newest)
{
    for (struct store_lease **at = &store->leases; *at;) {
        struct store_lease *lease = *at;
        if (atomic_load(&lease->ended)) {
            *at = lease->next;
            free(lease);
            continue;
        }
        if (lease->generation < newest)
            newest = lease->generation;
        at = &lease->next;
    }
    return newest;
}

bool texts_forget(struct store *store, uint64_t generation, struct error *error)
{
    char sql[512];
    unsigned long long old = oldest(store, generation);
    snprintf(sql, sizeof sql,
             "UPDATE superseded SET generation=%llu WHERE generation IS NULL;"
             "DELETE FROM texts WHERE id IN (SELECT id FROM superseded WHERE generation<=%llu);"
             "DELETE FROM bodies WHERE id IN (SELECT id FROM superseded WHERE generation<=%llu);"
             "DELETE FROM superseded WHERE generation<=%llu",
             (unsigned long long)generation, old, old, old);
    return database_run(store->db, sql, error);
}

// ---- reading ----

struct store_texts *texts_create(void)
{
    return calloc(1, sizeof(struct store_texts));
}

static void close_connection(struct connection *connection)
{
    sqlite3_finalize(connection->text);
    sqlite3_finalize(connection->body);
    sqlite3_close_v2(connection->db);
    connection->text = connection->body = NULL;
    connection->db = NULL;
}

void texts_destroy(struct store_texts *texts)
{
    for (size_t i = 0; texts && i < CONNECTIONS; i++)
        close_connection(&texts->connections[i]);
    free(texts);
}

struct store_texts *store_texts(struct store *store)
{
    return store->memory ? NULL : store->texts;
}

unsigned store_texts_epoch(const struct store_texts *texts)
{
    return atomic_load(&texts->epoch);
}

static bool open_connection(struct connection *connection, const char *uri)
{
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
    struct error ignored = {0};
    // The inner nodes of the rows' tree fit in the cache; the kernel caches the leaves.
    return sqlite3_open_v2(uri, &connection->db, flags, NULL) == SQLITE_OK &&
           sqlite3_busy_timeout(connection->db, BUSY_MS) == SQLITE_OK &&
           database_run(connection->db, "PRAGMA cache_size=-256; PRAGMA temp_store=MEMORY",
                        &ignored) &&
           database_prepare(connection->db, "SELECT text FROM texts WHERE id=?", &connection->text,
                            &ignored) &&
           database_prepare(connection->db, "SELECT html, key FROM bodies WHERE id=?",
                            &connection->body, &ignored);
}

static bool is_open(struct store_texts *texts, struct connection *connection, const char *uri,
                    unsigned epoch)
{
    if (connection->db && connection->epoch == epoch)
        return true;
    close_connection(connection);
    connection->epoch = epoch;
    if (open_connection(connection, uri))
        return true;
    if (database_is_starved(connection->db))
        atomic_store(&texts->starved, true);
    close_connection(connection);
    return false;
}

// A free open connection. If no more can be opened, waits for one: each is held for microseconds,
// or, on a busy machine, until whoever holds it runs again.
static struct connection *take_open(struct store_texts *texts, unsigned epoch)
{
    for (unsigned round = 0; round < WAITS_MAX; round++) {
        for (size_t i = 0; i < CONNECTIONS; i++) {
            struct connection *connection = &texts->connections[i];
            if (atomic_flag_test_and_set_explicit(&connection->taken, memory_order_acquire))
                continue;
            if (connection->db && connection->epoch == epoch)
                return connection;
            atomic_flag_clear_explicit(&connection->taken, memory_order_release);
        }
        usleep(WAIT_US);
    }
    return NULL;
}

// A connection to the file of that epoch; NULL when there is none.
static struct connection *take_connection(struct store_texts *texts, unsigned epoch)
{
    const char *uri = atomic_load(&texts->uri);
    if (!uri || atomic_load(&texts->epoch) != epoch || !mapping_is_sound())
        return NULL;
    for (size_t i = 0; i < CONNECTIONS; i++) {
        struct connection *connection = &texts->connections[i];
        if (atomic_flag_test_and_set_explicit(&connection->taken, memory_order_acquire))
            continue;
        if (is_open(texts, connection, uri, epoch))
            return connection;
        atomic_flag_clear_explicit(&connection->taken, memory_order_release);
        return take_open(texts, epoch);
    }
    return NULL;
}

static void give_back_connection(struct connection *connection)
{
    invariant(connection->db); // it was taken, and is open
    atomic_flag_clear_explicit(&connection->taken, memory_order_release);
}

// Opens one connection now, while descriptors are available.
void texts_follow(struct store_texts *texts, const char *uri)
{
    atomic_store(&texts->uri, NULL);
    atomic_fetch_add(&texts->epoch, 1);
    atomic_store(&texts->uri, uri);
    struct connection *first = uri ? take_connection(texts, atomic_load(&texts->epoch)) : NULL;
    if (first)
        give_back_connection(first);
}

bool store_texts_read(struct store_texts *texts, unsigned epoch, int64_t id, struct arena *arena,
                      struct slice *text)
{
    struct connection *connection = take_connection(texts, epoch);
    if (!connection)
        return false;
    bool found = fetch_text(connection->text, id, arena, text, NULL) && mapping_is_sound();
    give_back_connection(connection);
    return found;
}

bool store_texts_body(struct store_texts *texts, unsigned epoch, int64_t id, uint64_t key,
                      struct arena *arena, struct slice *html)
{
    struct connection *connection = take_connection(texts, epoch);
    if (!connection)
        return false;
    int64_t mark;
    bool found = fetch_text(connection->body, id, arena, html, &mark) &&
                 mark == body_mark(key, *html) && mapping_is_sound();
    give_back_connection(connection);
    return found;
}

void store_texts_suspect(struct store_texts *texts)
{
    if (!atomic_exchange(&texts->starved, false))
        atomic_store(&texts->suspect, true);
}

bool store_texts_are_suspect(struct store_texts *texts)
{
    return texts && atomic_exchange(&texts->suspect, false);
}
