// SPDX-License-Identifier: MIT
//
// How a site is used, by week. What a report adds up is added up when it is written: a row has the
// numbers of all its weeks, so that a year of 10,000 pages is 10,000 rows.
//
// The numbers are 32-bit, little-endian, newest first; the first is that of `week`, the last week
// in which something was counted. So a row that has got too old is found by its week, and old weeks
// are cut off at the end.
//
// Unlike feedback, the numbers of a few seconds may be lost: they are in memory until then. The
// file itself survives a crash: it has a rollback journal, and commits wait for the disk.
#include "database.h"

#include <stdlib.h>

// Marks the file ("GUUS").
enum { USAGE_APPLICATION_ID = 0x47555553, USAGE_BUSY_MS = 1000, NUMBER = 4 };

static const char TABLES[] =
    "BEGIN IMMEDIATE;"
    "CREATE TABLE IF NOT EXISTS counts(kind INTEGER NOT NULL, subject TEXT NOT NULL,"
    " source TEXT NOT NULL, week INTEGER NOT NULL, numbers BLOB NOT NULL,"
    " PRIMARY KEY(kind, subject, source)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS since(day INTEGER NOT NULL);"
    "PRAGMA application_id=1196774739;"
    "COMMIT;";
_Static_assert(USAGE_APPLICATION_ID == 1196774739, "the pragma and the check name the same file");

struct usage {
    sqlite3 *db;
    sqlite3_stmt *get, *put;
    int64_t rows[USAGE_KINDS]; // -1: not counted yet
};

// 1970-01-01 was a Thursday; weeks begin on Mondays, as in ISO 8601.
int64_t usage_week(int64_t day)
{
    return (day + 3) / 7;
}

int64_t usage_week_begins(int64_t week)
{
    return week * 7 - 3;
}

// ---- opening ----

static bool is_usage_file(sqlite3 *db)
{
    return database_number(db, "PRAGMA application_id", -1) == USAGE_APPLICATION_ID ||
           database_number(db, "SELECT count(*) FROM sqlite_schema", -1) == 0;
}

static bool open_usage_file(struct usage *usage, const char *path, bool create, struct error *error)
{
    // A reader too may have to roll a journal back that a crash has left.
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
    if (sqlite3_open_v2(path, &usage->db, flags, NULL) != SQLITE_OK)
        return database_fail(usage->db, "open the usage file", error);
    sqlite3_busy_timeout(usage->db, USAGE_BUSY_MS);
    if (!is_usage_file(usage->db)) {
        error_set(error, ERROR_STORE, "%s is not a usage file", path);
        error_hint(error, "name another file with usage.file");
        return false;
    }
    if (!create)
        return true;
    return database_run(usage->db, "PRAGMA journal_mode=DELETE; PRAGMA synchronous=NORMAL",
                        error) &&
           database_run(usage->db, TABLES, error) &&
           database_prepare(usage->db,
                            "SELECT week, numbers FROM counts"
                            " WHERE kind = ?1 AND subject = ?2 AND source = ?3",
                            &usage->get, error) &&
           database_prepare(usage->db, "INSERT OR REPLACE INTO counts VALUES(?1, ?2, ?3, ?4, ?5)",
                            &usage->put, error);
}

struct usage *usage_open(const char *path, bool create, struct error *error)
{
    struct usage *usage = calloc(1, sizeof *usage);
    if (!usage) {
        error_memory(error);
        return NULL;
    }
    for (size_t i = 0; i < USAGE_KINDS; i++)
        usage->rows[i] = -1;
    if (create)
        database_make_directory(path);
    if (open_usage_file(usage, path, create, error))
        return usage;
    usage_close(usage);
    return NULL;
}

void usage_close(struct usage *usage)
{
    if (!usage)
        return;
    sqlite3_finalize(usage->get);
    sqlite3_finalize(usage->put);
    sqlite3_close_v2(usage->db);
    free(usage);
}

bool usage_is_there(const struct usage *usage)
{
    int moved = 0;
    return sqlite3_file_control(usage->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK &&
           !moved;
}

// ---- numbers ----

static uint32_t read_number(const char *at)
{
    const unsigned char *bytes = (const unsigned char *)at;
    return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
           (uint32_t)bytes[3] << 24;
}

static void write_number(char *at, uint32_t number)
{
    for (size_t i = 0; i < NUMBER; i++)
        at[i] = (char)(number >> 8 * i);
}

// The numbers of a row as of a week: numbers[i] is that of i weeks before it.
static void read_numbers(sqlite3_stmt *row, int column, int64_t week, uint32_t *numbers)
{
    int64_t newest = sqlite3_column_int64(row, column);
    struct slice blob = database_blob(row, column + 1);
    memset(numbers, 0, USAGE_WEEKS * sizeof *numbers);
    for (size_t i = 0; (i + 1) * NUMBER <= blob.len; i++) {
        int64_t age = week - newest + (int64_t)i;
        if (age >= 0 && age < USAGE_WEEKS)
            numbers[age] = read_number(blob.ptr + i * NUMBER);
    }
}

static uint32_t add_up(uint32_t a, uint32_t b)
{
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

// ---- adding ----

static void bind_row(sqlite3_stmt *statement, const struct usage_count *count)
{
    sqlite3_bind_int64(statement, 1, count->kind);
    database_bind_text(statement, 2, count->subject);
    database_bind_text(statement, 3, count->source);
}

static int64_t count_rows(struct usage *usage, enum usage_kind kind)
{
    sqlite3_stmt *statement = NULL;
    if (usage->rows[kind] >= 0)
        return usage->rows[kind];
    if (database_prepare(usage->db, "SELECT count(*) FROM counts WHERE kind = ?1", &statement,
                         NULL)) {
        sqlite3_bind_int64(statement, 1, kind);
        if (sqlite3_step(statement) == SQLITE_ROW)
            usage->rows[kind] = sqlite3_column_int64(statement, 0);
    }
    sqlite3_finalize(statement);
    // If they cannot be counted, there is no room this time.
    return usage->rows[kind] >= 0 ? usage->rows[kind] : USAGE_PAGES_MAX;
}

static int64_t rows_allowed(enum usage_kind kind)
{
    return kind == USAGE_VISIT ? USAGE_PAGES_MAX : USAGE_ROWS_MAX;
}

// Reads the row's numbers as of `week`, or of a later one that it has already (*week); *found:
// there is such a row.
static bool get_numbers(struct usage *usage, const struct usage_count *count, int64_t *week,
                        uint32_t *numbers, bool *found, struct error *error)
{
    bind_row(usage->get, count);
    int code = sqlite3_step(usage->get);
    *found = code == SQLITE_ROW;
    memset(numbers, 0, USAGE_WEEKS * sizeof *numbers);
    if (*found) {
        int64_t newest = sqlite3_column_int64(usage->get, 0);
        *week = newest > *week ? newest : *week;
        read_numbers(usage->get, 0, *week, numbers);
    }
    // What cannot be read is not begun again from nothing.
    bool ok = *found || code == SQLITE_DONE || database_fail(usage->db, "read the usage", error);
    sqlite3_reset(usage->get);
    return ok;
}

// Whether one more row may be added; if so, it is counted. A kind's sum always may.
static bool take_row(struct usage *usage, const struct usage_count *count)
{
    int64_t *rows = &usage->rows[count->kind];
    if (count->subject.len && count_rows(usage, count->kind) >= rows_allowed(count->kind))
        return false;
    *rows += *rows >= 0; // less than 0: not counted yet
    return true;
}

static bool put_numbers(struct usage *usage, const struct usage_count *count, int64_t week,
                        const uint32_t *numbers, struct error *error)
{
    char blob[USAGE_WEEKS * NUMBER];
    size_t used = 0;
    for (size_t i = 0; i < USAGE_WEEKS; i++) {
        write_number(blob + i * NUMBER, numbers[i]);
        used = numbers[i] ? i + 1 : used;
    }
    bind_row(usage->put, count);
    sqlite3_bind_int64(usage->put, 4, week);
    sqlite3_bind_blob64(usage->put, 5, blob, used * NUMBER, SQLITE_STATIC);
    bool ok = sqlite3_step(usage->put) == SQLITE_DONE ||
              database_fail(usage->db, "count the usage", error);
    database_rewind(usage->put);
    return ok;
}

static bool add_count(struct usage *usage, const struct usage_count *count, int64_t day,
                      size_t *dropped, struct error *error)
{
    uint32_t numbers[USAGE_WEEKS];
    int64_t this_week = usage_week(day), week = this_week;
    bool found;
    if (!get_numbers(usage, count, &week, numbers, &found, error))
        return false;
    if (!found && !take_row(usage, count)) {
        *dropped += count->number;
        return true;
    }
    size_t age = (size_t)(week - this_week); // more than 0 when the clock was put back
    if (age >= USAGE_WEEKS)
        return true;
    numbers[age] = add_up(numbers[age], count->number);
    return put_numbers(usage, count, week, numbers, error);
}

static bool note_since(struct usage *usage, int64_t day, struct error *error)
{
    char sql[96];
    sqlite3_snprintf(sizeof sql, sql,
                     "INSERT INTO since SELECT %lld WHERE NOT EXISTS (SELECT 1 FROM since)",
                     (long long)day);
    return database_run(usage->db, sql, error);
}

bool usage_add(struct usage *usage, const struct usage_count *counts, size_t count, int64_t day,
               size_t *dropped, struct error *error)
{
    bool ok = database_run(usage->db, "BEGIN IMMEDIATE", error) && note_since(usage, day, error);
    *dropped = 0;
    for (size_t i = 0; ok && i < count; i++)
        ok = add_count(usage, &counts[i], day, dropped, error);
    ok = ok && database_run(usage->db, "COMMIT", error);
    database_rollback(usage->db);
    for (size_t i = 0; !ok && i < USAGE_KINDS; i++)
        usage->rows[i] = -1;
    return ok;
}

// ---- reading ----

bool usage_each(struct usage *usage, int64_t day,
                bool (*fn)(void *state, const struct usage_row *row), void *state,
                struct error *error)
{
    sqlite3_stmt *rows = NULL;
    struct usage_row row;
    int code = SQLITE_DONE;
    bool ok = database_prepare(usage->db, "SELECT kind, subject, source, week, numbers FROM counts",
                               &rows, error);
    while (ok && (code = sqlite3_step(rows)) == SQLITE_ROW) {
        int64_t kind = sqlite3_column_int64(rows, 0);
        if (kind < 0 || kind >= USAGE_KINDS)
            continue;
        row.kind = (enum usage_kind)kind;
        row.subject = database_text(rows, 1);
        row.source = database_text(rows, 2);
        read_numbers(rows, 3, usage_week(day), row.weeks);
        ok = fn(state, &row);
    }
    if (ok && code != SQLITE_DONE)
        ok = database_fail(usage->db, "read the usage", error);
    sqlite3_finalize(rows);
    return ok;
}

int64_t usage_since(struct usage *usage)
{
    return database_number(usage->db, "SELECT min(day) FROM since", 0);
}

// ---- removing ----

static bool run_on_weeks(struct usage *usage, const char *sql, int64_t a, int64_t b,
                         struct error *error)
{
    sqlite3_stmt *statement = NULL;
    const int64_t values[] = {a, b};
    bool ok = database_prepare(usage->db, sql, &statement, error);
    for (int i = 0; ok && i < sqlite3_bind_parameter_count(statement); i++)
        sqlite3_bind_int64(statement, i + 1, values[i]);
    ok = ok && (sqlite3_step(statement) == SQLITE_DONE ||
                database_fail(usage->db, "remove old usage", error));
    sqlite3_finalize(statement);
    return ok;
}

// Makes room in a kind that is nearly full: what has not been counted for longest goes.
static bool trim_rows(struct usage *usage, enum usage_kind kind, struct error *error)
{
    int64_t most = rows_allowed(kind) * 9 / 10, rows = count_rows(usage, kind);
    return rows <= most ||
           run_on_weeks(usage,
                        "DELETE FROM counts WHERE kind = ?1 AND (subject, source) IN"
                        " (SELECT subject, source FROM counts WHERE kind = ?1 AND subject != ''"
                        " ORDER BY week LIMIT ?2)",
                        kind, rows - most, error);
}

bool usage_retain(struct usage *usage, unsigned days, int64_t day, struct error *error)
{
    int64_t oldest = usage_week(day - (int64_t)days);
    bool ok = database_run(usage->db, "BEGIN IMMEDIATE", error) &&
              run_on_weeks(usage, "DELETE FROM counts WHERE week < ?1", oldest, 0, error) &&
              run_on_weeks(usage,
                           "UPDATE counts SET numbers = substr(numbers, 1, (week - ?1 + 1) * 4)"
                           " WHERE length(numbers) > (week - ?1 + 1) * 4",
                           oldest, 0, error) &&
              run_on_weeks(usage, "UPDATE since SET day = max(day, ?1)", usage_week_begins(oldest),
                           0, error);
    for (size_t i = 0; i < USAGE_KINDS; i++)
        usage->rows[i] = -1;
    for (size_t i = 0; ok && i < USAGE_KINDS; i++)
        ok = trim_rows(usage, (enum usage_kind)i, error);
    ok = ok && database_run(usage->db, "COMMIT", error);
    database_rollback(usage->db);
    for (size_t i = 0; i < USAGE_KINDS; i++)
        usage->rows[i] = -1;
    return ok;
}
