// SPDX-License-Identifier: MIT
//
// The disposable cache: parsed page sources. A file that is not a cache of this program and
// configuration is moved aside and made anew; if even that fails, the cache is in memory. Checking
// whether all of it is sound takes long and is a separate call (store_is_sound).
#include "database.h"

#include "base/map.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

// CHECKPOINT_PAGES: SQLite's default.
enum { SCHEMA_VERSION = 12, BUSY_MS = 2000, CHECKPOINT_PAGES = 1000 };

static const char SCHEMA[] =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;"
    "CREATE TABLE pages(path TEXT PRIMARY KEY, identity INTEGER, hash INTEGER,"
    " text INTEGER, key INTEGER, reading BLOB) WITHOUT ROWID;"
    // Numbers are never reused; texts that no page has any more wait in `superseded`.
    "CREATE TABLE texts(id INTEGER PRIMARY KEY, text TEXT);"
    "CREATE TABLE bodies(id INTEGER PRIMARY KEY, key INTEGER, html TEXT);"
    "CREATE TABLE superseded(id INTEGER PRIMARY KEY, generation INTEGER);"
    // Of the site's JavaScript: the day of last use, and a hash of the record.
    "CREATE TABLE answers(key INTEGER PRIMARY KEY, used INTEGER, mark INTEGER, record BLOB);"
    // Which pages have rendered in the site with this key, and a hash of the record.
    "CREATE TABLE verified(id INTEGER PRIMARY KEY, key INTEGER UNIQUE, mark INTEGER, record BLOB);"
    // What git knows of the site's pages, and a hash of that.
    "CREATE TABLE histories(id INTEGER PRIMARY KEY, key INTEGER UNIQUE, mark INTEGER, record BLOB);"
    "CREATE TRIGGER page_changed AFTER UPDATE OF text ON pages WHEN old.text <> new.text"
    " BEGIN INSERT OR IGNORE INTO superseded VALUES(old.text, NULL); END;"
    "CREATE TRIGGER page_removed AFTER DELETE ON pages"
    " BEGIN INSERT OR IGNORE INTO superseded VALUES(old.text, NULL); END;"
    "CREATE TABLE documents(id INTEGER PRIMARY KEY, url TEXT, title TEXT, description TEXT,"
    " section TEXT, language TEXT, size INTEGER, hash INTEGER, title_words TEXT, name_words TEXT,"
    " visible_from REAL, visible_until REAL, inputs INTEGER,"
    // Whether its words are in `words`, which has those of pages that readers may see.
    " counted INTEGER);"
    "CREATE INDEX documents_url ON documents(url);"
    "CREATE INDEX documents_title ON documents(title_words, length(title));"
    "CREATE INDEX documents_name ON documents(name_words);"
    // For the few pages that appear or expire.
    "CREATE INDEX documents_from ON documents(visible_from) WHERE visible_from > -9e999;"
    "CREATE INDEX documents_until ON documents(visible_until) WHERE visible_until < 9e999;"
    // places: the words again, marked by their place (search.h).
    "CREATE VIRTUAL TABLE search USING fts5(title, names, headings, description, body, places,"
    " columnsize = 0, tokenize = '" TOKENS_NAME "');"
    "CREATE TABLE words(word TEXT PRIMARY KEY, uses INTEGER) WITHOUT ROWID;"
    "CREATE INDEX words_start ON words(substr(word,1,2), length(word), uses);"
    "CREATE INDEX words_end ON words(substr(word,-2), length(word), uses);"
    "CREATE TABLE synonyms(word TEXT, other TEXT);"
    "CREATE INDEX synonyms_word ON synonyms(word);";

static bool configure(sqlite3 *db, struct error *error)
{
    if (!tokens_register(db, error))
        return false;
    sqlite3_busy_timeout(db, BUSY_MS);
    sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    return database_run(
        db,
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA temp_store=MEMORY;"
        "PRAGMA trusted_schema=OFF;"
        "PRAGMA cell_size_check=ON",
        error);
}

// ---- is it ours, and sound ----

static bool has_fingerprint(sqlite3 *db, struct slice fingerprint)
{
    sqlite3_stmt *statement = NULL;
    bool same = false;
    if (sqlite3_prepare_v2(db, "SELECT value FROM meta WHERE key='fingerprint'", -1, &statement,
                           NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        same = slice_equal(database_text(statement, 0), fingerprint);
    sqlite3_finalize(statement);
    return same;
}

static bool write_schema(sqlite3 *db, struct slice fingerprint, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    char version[64];
    snprintf(version, sizeof version, "PRAGMA user_version=%d", SCHEMA_VERSION);
    bool ok = database_run(db, "BEGIN IMMEDIATE", error) && database_run(db, SCHEMA, error) &&
              database_run(db, version, error) &&
              database_prepare(db, "INSERT INTO meta VALUES('fingerprint', ?)", &statement, error);
    if (ok) {
        database_bind_text(statement, 1, fingerprint);
        ok = sqlite3_step(statement) == SQLITE_DONE;
    }
    sqlite3_finalize(statement);
    return (ok && database_run(db, "COMMIT", error)) || database_fail(db, "make the cache", error);
}

// ---- opening ----

static bool prepare_cache(struct store *store, struct error *error)
{
    return database_prepare(store->db,
                            "INSERT INTO pages VALUES(?,?,?,?,?,?) ON CONFLICT(path) DO UPDATE"
                            " SET identity=excluded.identity, hash=excluded.hash,"
                            " text=excluded.text, key=excluded.key, reading=excluded.reading",
                            &store->put, error) &&
           database_prepare(store->db, "SELECT * FROM pages WHERE path=?", &store->get, error) &&
           database_prepare(store->db, "DELETE FROM pages WHERE path=?", &store->remove, error) &&
           texts_prepare(store, error);
}

static void close_database(struct store *store)
{
    fill_end(store);
    sqlite3_finalize(store->put);
    sqlite3_finalize(store->get);
    sqlite3_finalize(store->remove);
    store->put = store->get = store->remove = NULL;
    texts_finalize(store);
    sqlite3_close_v2(store->db);
    store->db = NULL;
}

static bool open_database(struct store *store, const char *name, struct error *error)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX |
                SQLITE_OPEN_EXRESCODE;
    return sqlite3_open_v2(name, &store->db, flags, NULL) == SQLITE_OK ||
           database_fail(store->db, "open the cache", error);
}

// The file may be someone's, named by mistake: one "….old" is kept.
static void move_aside(const char *path)
{
    static const char *const SUFFIXES[] = {"", "-wal", "-shm", "-journal"};
    char name[4096], aside[4096];
    for (size_t i = 0; i < sizeof SUFFIXES / sizeof *SUFFIXES; i++) {
        int n = snprintf(name, sizeof name, "%s%s", path, SUFFIXES[i]);
        int m = snprintf(aside, sizeof aside, "%s.old%s", path, SUFFIXES[i]);
        if (n > 0 && (size_t)n < sizeof name && m > 0 && (size_t)m < sizeof aside)
            rename(name, aside);
    }
}

// Opens the existing file. False if it is not a sound cache of ours.
static bool reuse(struct store *store, const char *path, struct slice fingerprint,
                  const char **reason)
{
    struct error error = {0};
    *reason = "it cannot be opened";
    if (!open_database(store, path, &error) || !configure(store->db, &error))
        return false;
    *reason = "another version or configuration made it";
    if (database_number(store->db, "PRAGMA user_version", -1) != SCHEMA_VERSION ||
        !has_fingerprint(store->db, fingerprint))
        return false;
    *reason = "it is damaged";
    return prepare_cache(store, &error);
}

static bool create_cache(struct store *store, const char *name, struct slice fingerprint,
                         struct error *error)
{
    return open_database(store, name, error) && configure(store->db, error) &&
           write_schema(store->db, fingerprint, error) && prepare_cache(store, error);
}

static bool open_cache_file(struct store *store, const char *path, struct slice fingerprint,
                            struct error *error)
{
    const char *reason;
    bool there = file_exists(path);
    if (there && reuse(store, path, fingerprint, &reason))
        return true;
    // A mistaken setting must not destroy readers' feedback.
    bool feedback =
        there && database_number(store->db, "PRAGMA application_id", 0) == FEEDBACK_APPLICATION_ID;
    if (there)
        close_database(store);
    if (feedback)
        return error_set(error, ERROR_STORE, "%s is the feedback, not a cache", path);
    if (there) {
        log_write(store->log, LOG_WARNING, "the cache %s is rebuilt: %s", path, reason);
        move_aside(path);
    }
    struct slice directory = path_directory(slice_from_cstr(path));
    char *name = directory.len ? strndup(directory.ptr, directory.len) : NULL;
    if (name)
        file_make_directories(name, NULL);
    free(name);
    if (create_cache(store, path, fingerprint, error))
        return true;
    close_database(store);
    return false;
}

static bool open_memory(struct store *store, struct slice fingerprint, struct error *error)
{
    static atomic_uint number;
    char name[96];
    snprintf(name, sizeof name, "file:guidanced-%d-%u?mode=memory&cache=shared", (int)getpid(),
             atomic_fetch_add(&number, 1));
    free(store->uri);
    store->uri = strdup(name);
    store->memory = true;
    return store->uri ? create_cache(store, name, fingerprint, error) : error_memory(error);
}

struct store *store_open(const char *path, struct slice fingerprint, struct log *log,
                         struct error *error)
{
    struct store *store = calloc(1, sizeof *store);
    struct error file_error = {0};
    if (!store) {
        error_memory(error);
        return NULL;
    }
    mapping_survive();
    store->log = log;
    store->uri = strdup(path);
    store->texts = texts_create();
    store->answers = stored_answers_create();
    if (!store->uri || !store->texts || !store->answers) {
        store_close(store);
        error_memory(error);
        return NULL;
    }
    bool memory = strcmp(path, ":memory:") == 0;
    if (!memory && open_cache_file(store, path, fingerprint, &file_error)) {
        texts_follow(store->texts, store->uri);
        stored_answers_follow(store->answers, store->uri);
        return store;
    }
    if (!memory)
        log_error(log, LOG_WARNING, &file_error);
    if (open_memory(store, fingerprint, error))
        return store;
    store_close(store);
    return NULL;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    // Close the writing connection last: it empties and removes the write-ahead log.
    stored_answers_destroy(store->answers);
    texts_destroy(store->texts);
    close_database(store);
    leases_destroy(store);
    free(store->uri);
    free(store);
}

bool store_is_memory(const struct store *store)
{
    return store->memory;
}

const char *store_uri(const struct store *store)
{
    return store->uri;
}

// ---- a load ----

bool store_begin(struct store *store, struct error *error)
{
    memset(&store->fill_error, 0, sizeof store->fill_error);
    database_checkpoint_at(store->db, CHECKPOINT_PAGES);
    return database_run(store->db, "BEGIN IMMEDIATE", error);
}

bool store_commit(struct store *store, uint64_t generation, struct error *error)
{
    char sql[96];
    fill_end(store);
    if (error_is_set(&store->fill_error)) {
        if (error)
            *error = store->fill_error;
        return false;
    }
    snprintf(sql, sizeof sql, "INSERT OR REPLACE INTO meta VALUES('generation', %llu)",
             (unsigned long long)generation);
    bool ok = texts_forget(store, generation, error) && database_run(store->db, sql, error) &&
              database_run(store->db, "COMMIT", error);
    if (ok)
        store_answers_flush(store->answers); // the load's answers waited for it
    return ok;
}

void store_rollback(struct store *store)
{
    fill_end(store);
    database_rollback(store->db);
}

bool store_is_empty(struct store *store)
{
    fill_end(store);
    return database_number(store->db, "SELECT EXISTS(SELECT 1 FROM pages)", 1) == 0;
}

static bool write_page(struct store *store, const struct fill_row *row, struct error *error)
{
    sqlite3_stmt *put = store->put;
    const struct store_page *page = &row->page;
    database_bind_text(put, 1, page->path);
    sqlite3_bind_int64(put, 2, (sqlite3_int64)page->identity);
    sqlite3_bind_int64(put, 3, (sqlite3_int64)page->hash);
    sqlite3_bind_int64(put, 4, page->text);
    sqlite3_bind_int64(put, 5, (sqlite3_int64)page->key);
    sqlite3_bind_blob64(put, 6, row->bytes.ptr, row->bytes.len, SQLITE_STATIC);
    bool ok = sqlite3_step(put) == SQLITE_DONE || database_fail(store->db, "store a page", error);
    database_rewind(put);
    return ok;
}

bool store_put_page(struct store *store, const struct store_page *page, struct error *error)
{
    struct fill_row row = {.write = write_page, .page = *page, .bytes = page->reading};
    return store->fill ? fill_put(store, &row, error) : write_page(store, &row, error);
}

static struct store_page read_page_row(sqlite3_stmt *row)
{
    return (struct store_page){
        .path = database_text(row, 0),
        .identity = (uint64_t)sqlite3_column_int64(row, 1),
        .hash = (uint64_t)sqlite3_column_int64(row, 2),
        .text = sqlite3_column_int64(row, 3),
        .key = (uint64_t)sqlite3_column_int64(row, 4),
        .reading = database_blob(row, 5),
    };
}

bool store_get_page(struct store *store, struct arena *arena, struct slice path,
                    struct store_page *page, struct error *error)
{
    fill_end(store);
    database_bind_text(store->get, 1, path);
    int code = sqlite3_step(store->get);
    if (code == SQLITE_ROW) {
        *page = read_page_row(store->get);
        page->path = arena_copy(arena, page->path);
        page->reading = arena_copy(arena, page->reading);
        if (!page->path.ptr || !page->reading.ptr)
            error_memory(error);
    } else if (code != SQLITE_DONE)
        database_fail(store->db, "read a page", error);
    database_rewind(store->get);
    return code == SQLITE_ROW && !error_is_set(error) && mapping_is_sound();
}

// Both lists are sorted by bytes, as in SQLite's BINARY collation.
bool store_keep_only(struct store *store, const struct slice *paths, size_t count,
                     struct error *error)
{
    sqlite3_stmt *all = NULL;
    struct arena *arena = arena_create(0, 0);
    if (!arena)
        return error_memory(error);
    fill_end(store);
    bool ok = database_prepare(store->db, "SELECT path FROM pages ORDER BY path", &all, error);
    struct map stale = map_create(arena);
    int code = SQLITE_DONE;
    for (size_t i = 0; ok && (code = sqlite3_step(all)) == SQLITE_ROW;) {
        struct slice path = database_text(all, 0);
        while (i < count && slice_compare(paths[i], path) < 0)
            i++;
        if (i == count || !slice_equal(paths[i], path))
            ok = map_put(&stale, arena_copy(arena, path), store) || error_memory(error);
    }
    if (ok && code != SQLITE_DONE)
        ok = database_fail(store->db, "list the pages", error);
    sqlite3_finalize(all);
    for (size_t i = 0; ok && i < stale.count; i++) {
        database_bind_text(store->remove, 1, stale.entries[i].key);
        ok = sqlite3_step(store->remove) == SQLITE_DONE ||
             database_fail(store->db, "remove a page", error);
        sqlite3_reset(store->remove);
    }
    arena_destroy(arena);
    return ok;
}

// ---- health ----

// Without a descriptor to check with, assume no change.
static bool is_readable(const char *uri)
{
    sqlite3 *db = NULL;
    bool ok =
        sqlite3_open_v2(uri, &db, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX,
                        NULL) == SQLITE_OK &&
        sqlite3_busy_timeout(db, BUSY_MS) == SQLITE_OK &&
        database_number(db, "SELECT count(*) FROM meta", -1) >= 1;
    ok = ok || database_is_starved(db);
    sqlite3_close(db);
    return ok;
}

bool store_healthy(struct store *store)
{
    return store->db && mapping_is_sound() &&
           database_number(store->db, "SELECT count(*) FROM meta", -1) >= 1 &&
           is_readable(store->uri);
}

bool store_was_cut(const struct store *store)
{
    return !store->memory && !mapping_is_sound();
}

bool store_is_sound(struct store *store)
{
    sqlite3_stmt *statement = NULL;
    bool sound = false;
    if (!mapping_is_sound())
        return false;
    if (sqlite3_prepare_v2(store->db, "PRAGMA quick_check(1)", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        sound = slice_equal(database_text(statement, 0), SLICE("ok"));
    sqlite3_finalize(statement);
    return sound;
}

bool store_rebuild(struct store *store, struct slice fingerprint, struct error *error)
{
    close_database(store);
    texts_follow(store->texts, NULL); // snapshots can no longer read from it
    mapping_mend();
    stored_answers_follow(store->answers, NULL);
    if (store->memory)
        return create_cache(store, store->uri, fingerprint, error);
    if (file_exists(store->uri)) {
        log_write(store->log, LOG_WARNING, "the cache %s is rebuilt: it is damaged", store->uri);
        move_aside(store->uri);
    }
    if (!open_cache_file(store, store->uri, fingerprint, error))
        return false;
    texts_follow(store->texts, store->uri);
    stored_answers_follow(store->answers, store->uri);
    return true;
}

int64_t store_memory(void)
{
    return sqlite3_memory_used();
}
