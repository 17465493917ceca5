// SPDX-License-Identifier: MIT
//
// Feedback in PostgreSQL: the schema and its steps, entries in, entries out.
//
// A batch is one statement with one parameter, the entries as JSON, so that readers' text is never
// part of SQL. An existing uid is left alone: a sender that does not know whether a batch arrived
// sends it again.
#include "postgres_query.h"

#include <stdlib.h>

// Serialises the creation of the schema; the number is "guidanced", as far as it fits.
#define LOCK "BEGIN; SELECT pg_advisory_xact_lock(7599935685484569444)"

// The steps from an empty schema to this program's. Each runs once, in order, and never changes.
static const char *const STEPS[] = {
    "CREATE TABLE guidanced.feedback("
    " id bigint GENERATED ALWAYS AS IDENTITY,"
    " uid uuid PRIMARY KEY,"
    " site text NOT NULL,"
    " replica text NOT NULL,"
    " at timestamptz NOT NULL,"
    " page text NOT NULL,"
    " useful text NOT NULL,"
    " comment text NOT NULL,"
    " received_at timestamptz NOT NULL DEFAULT now())",
    "CREATE UNIQUE INDEX feedback_id ON guidanced.feedback(id);"
    "CREATE INDEX feedback_site_at ON guidanced.feedback(site, at)",
};
enum { STEP_COUNT = sizeof STEPS / sizeof *STEPS };

struct postgres *postgres_open(const char *url, struct error *error)
{
    struct postgres *postgres = calloc(1, sizeof *postgres);
    if (!postgres)
        error_memory(error);
    else if (!postgres_load(postgres, error) || !postgres_connect(postgres, url, error)) {
        postgres_close(postgres);
        postgres = NULL;
    }
    return postgres;
}

// The library stays loaded: unloading OpenSSL, which it uses, is not safe.
void postgres_close(struct postgres *postgres)
{
    if (postgres && postgres->connection)
        postgres->pq.PQfinish(postgres->connection);
    free(postgres);
}

// ---- the schema ----

static bool read_schema_version(struct postgres *postgres, int64_t *version, struct error *error)
{
    int64_t is_there = 0;
    *version = 0;
    if (!postgres_number(postgres, "SELECT (to_regclass('guidanced.schema_step') IS NOT NULL)::int",
                         0, &is_there, error))
        return false;
    return !is_there ||
           postgres_number(postgres, "SELECT coalesce(max(step), 0) FROM guidanced.schema_step", 0,
                           version, error);
}

static bool take_step(struct postgres *postgres, int64_t step, struct error *error)
{
    char note[128];
    snprintf(note, sizeof note, "INSERT INTO guidanced.schema_step(step) VALUES(%lld)",
             (long long)step + 1);
    return postgres_run(postgres, STEPS[step], error) && postgres_run(postgres, note, error);
}

bool postgres_prepare(struct postgres *postgres, struct error *error)
{
    int64_t version;
    if (!read_schema_version(postgres, &version, error))
        return false;
    if (version > STEP_COUNT)
        return error_set(error, ERROR_STORE,
                         "the schema is from a newer guidanced: step %lld; this one knows %d",
                         (long long)version, STEP_COUNT);
    if (version == STEP_COUNT)
        return true;
    bool ok = postgres_run(postgres, LOCK, error) &&
              postgres_run(postgres,
                           "CREATE SCHEMA IF NOT EXISTS guidanced;"
                           "CREATE TABLE IF NOT EXISTS guidanced.schema_step("
                           "step int PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())",
                           error) &&
              read_schema_version(postgres, &version, error); // again, under the lock
    for (; ok && version < STEP_COUNT; version++)
        ok = take_step(postgres, version, error);
    return ok && postgres_run(postgres, "COMMIT", error);
}

// ---- in ----

// PostgreSQL's text has no NUL.
static void append_connection_text(struct buffer *out, const char *name, struct slice text)
{
    struct buffer clean = buffer_create(out->arena, 0);
    for (size_t at = 0; at < text.len;) {
        size_t nul = slice_find_byte(text, '\0', at);
        size_t end = nul == SIZE_MAX ? text.len : nul;
        buffer_append(&clean, slice_sub(text, at, end));
        if (nul != SIZE_MAX)
            buffer_append_cstr(&clean, "\xEF\xBF\xBD"); // U+FFFD
        at = nul == SIZE_MAX ? text.len : nul + 1;
    }
    out->failed = out->failed || clean.failed;
    buffer_printf(out, ",\"%s\":", name);
    buffer_append_json_string(out, buffer_slice(&clean));
}

static const char *to_json(struct arena *arena, const struct feedback_entry *entries, size_t count)
{
    struct buffer out = buffer_create(arena, 0);
    for (size_t i = 0; i < count; i++) {
        const struct feedback_entry *entry = &entries[i];
        buffer_printf(&out, "%s{\"at\":%lld", i ? "," : "[", (long long)entry->at);
        append_connection_text(&out, "uid", entry->uid);
        append_connection_text(&out, "site", entry->site);
        append_connection_text(&out, "replica", entry->replica);
        append_connection_text(&out, "page", entry->page);
        append_connection_text(&out, "useful", entry->useful);
        append_connection_text(&out, "comment", entry->comment);
        buffer_append_byte(&out, '}');
    }
    buffer_append_byte(&out, ']');
    return buffer_cstr(&out);
}

bool postgres_add(struct postgres *postgres, const struct feedback_entry *entries, size_t count,
                  struct error *error)
{
    struct arena *arena = arena_create(0, 0);
    const char *json = arena ? to_json(arena, entries, count) : NULL;
    PGresult *result = NULL;
    if (!json)
        error_memory(error);
    else
        result = postgres_ask(
            postgres,
            "INSERT INTO guidanced.feedback(uid, site, replica, at, page, useful, comment)"
            " SELECT uid, site, replica, to_timestamp(at), page, useful, comment"
            " FROM json_to_recordset($1::json) AS entry(uid uuid, site text, replica text,"
            " at bigint, page text, useful text, comment text)"
            " ON CONFLICT (uid) DO NOTHING",
            json, error);
    arena_destroy(arena);
    if (result)
        postgres->pq.PQclear(result);
    return result != NULL;
}

// ---- out ----

static struct slice cell(struct postgres *postgres, const PGresult *rows, int row, int column)
{
    return slice_of(postgres->pq.PQgetvalue(rows, row, column),
                    (size_t)postgres->pq.PQgetlength(rows, row, column));
}

static struct feedback_entry read_feedback_row(struct postgres *postgres, const PGresult *rows,
                                               int row)
{
    return (struct feedback_entry){
        .id = strtoll(postgres->pq.PQgetvalue(rows, row, 0), NULL, 10),
        .at = strtoll(postgres->pq.PQgetvalue(rows, row, 1), NULL, 10),
        .page = cell(postgres, rows, row, 2),
        .useful = cell(postgres, rows, row, 3),
        .comment = cell(postgres, rows, row, 4),
        .uid = cell(postgres, rows, row, 5),
        .site = cell(postgres, rows, row, 6),
        .replica = cell(postgres, rows, row, 7),
        .sent_at = strtoll(postgres->pq.PQgetvalue(rows, row, 8), NULL, 10),
    };
}

bool postgres_each(struct postgres *postgres,
                   bool (*fn)(void *state, const struct feedback_entry *entry), void *state,
                   struct error *error)
{
    char after[24] = "0";
    int count;
    bool ok = true;
    do {
        PGresult *rows = postgres_ask(
            postgres,
            "SELECT id, extract(epoch FROM at)::bigint, page, useful, comment, uid, site, replica,"
            " extract(epoch FROM received_at)::bigint FROM guidanced.feedback"
            " WHERE id > $1::bigint ORDER BY id LIMIT 500",
            after, error);
        if (!rows)
            return false;
        count = postgres->pq.PQntuples(rows);
        for (int i = 0; ok && i < count; i++) {
            struct feedback_entry entry = read_feedback_row(postgres, rows, i);
            ok = fn(state, &entry);
            snprintf(after, sizeof after, "%lld", (long long)entry.id);
        }
        postgres->pq.PQclear(rows);
    } while (ok && count == FEEDBACK_BATCH);
    _Static_assert(FEEDBACK_BATCH == 500, "the statement reads as many");
    return ok;
}
