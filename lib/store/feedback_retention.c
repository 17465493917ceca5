// SPDX-License-Identifier: MIT
//
// Removes old feedback as promised, but never because a clock is wrong: once a day, a share at a
// time, into a table from which it is deleted a month later. The file records the last clean-up. A
// time much later than that is not trusted until a week has passed since.
#include "database.h"

enum {
    DAY = 86400,
    JUMP_DAYS = 32,  // longer than a server is usually off
    DOUBT_DAYS = 7,  // days to pass after a jump before anything is removed
    KEPT_DAYS = 30,  // for removed entries
    SHARE = 10,      // a tenth of all entries at a time,
    SHARE_MIN = 100, // or this many
};

struct retention {
    sqlite3 *db;
    int64_t now;
    int64_t before; // older entries are removed
    struct error *error;
};

// The time of the last clean-up; before the first, of the newest entry.
static int64_t last_seen(sqlite3 *db)
{
    return database_number(
        db, "SELECT coalesce((SELECT seen FROM clock), (SELECT max(at) FROM entries), 0)", 0);
}

static bool run_retention(struct retention *r, const char *sql, int64_t a, int64_t b, int64_t c)
{
    sqlite3_stmt *statement = NULL;
    bool ok = database_prepare(r->db, sql, &statement, r->error);
    const int64_t values[] = {a, b, c};
    for (int i = 0; ok && i < sqlite3_bind_parameter_count(statement) && i < 3; i++)
        sqlite3_bind_int64(statement, i + 1, values[i]);
    if (ok && sqlite3_step(statement) != SQLITE_DONE)
        ok = database_fail(r->db, "remove old feedback", r->error);
    sqlite3_finalize(statement);
    return ok;
}

static bool note_clock(struct retention *r, int64_t doubt)
{
    return database_run(r->db, "DELETE FROM clock", r->error) &&
           run_retention(r, "INSERT INTO clock VALUES(?, ?)", r->now, doubt, 0);
}

// Days of doubt left, including today; 0: the clock is trusted.
static int64_t judge_clock(const struct retention *r, struct feedback_retained *out)
{
    int64_t seen = last_seen(r->db);
    int64_t doubt = database_number(r->db, "SELECT doubt FROM clock", 0);
    int64_t ahead_days = seen ? (r->now - seen) / DAY : 0;
    out->jump_days = ahead_days > JUMP_DAYS ? ahead_days : 0;
    if (out->jump_days)
        return DOUBT_DAYS;
    // Two clean-ups on one day, as after a restart, count as one day.
    return doubt && r->now / DAY > seen / DAY ? doubt - 1 : doubt;
}

static bool remove_share(struct retention *r, struct feedback_retained *out)
{
    int64_t all = database_number(r->db, "SELECT count(*) FROM entries", 0);
    int64_t share = all / SHARE > SHARE_MIN ? all / SHARE : SHARE_MIN;
    if (!run_retention(
            r,
            "INSERT OR REPLACE INTO removed(id, at, page, useful, comment, removed_at, uid, site,"
            " replica, sent_at) SELECT id, at, page, useful, comment, ?, uid, site, replica,"
            " sent_at FROM entries WHERE at < ? ORDER BY at LIMIT ?",
            r->now, r->before, share))
        return false;
    out->removed = sqlite3_changes64(r->db);
    return (!out->removed ||
            run_retention(r, "DELETE FROM entries WHERE id IN (SELECT id FROM removed)", 0, 0,
                          0)) &&
           run_retention(r, "DELETE FROM removed WHERE removed_at < ?",
                         r->now - (int64_t)KEPT_DAYS * DAY, 0, 0);
}

bool feedback_retain(struct feedback *feedback, unsigned days, int64_t now,
                     struct feedback_retained *out, struct error *error)
{
    struct retention r = {.db = feedback_database(feedback),
                          .now = now,
                          .before = now - (int64_t)days * DAY,
                          .error = error};
    *out = (struct feedback_retained){0};
    if (!database_run(r.db, "BEGIN IMMEDIATE", error))
        return false;
    int64_t doubt = judge_clock(&r, out);
    out->doubt_days = doubt;
    bool ok = note_clock(&r, doubt) && (doubt || remove_share(&r, out)) &&
              database_run(r.db, "COMMIT", error);
    database_rollback(r.db);
    if (ok)
        out->kept = database_number(r.db, "SELECT count(*) FROM removed", 0);
    return ok;
}
