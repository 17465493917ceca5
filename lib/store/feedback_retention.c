// SPDX-License-Identifier: MIT
//
// Old feedback is removed as was promised, but never because a clock is wrong: once a day, a share
// at once, into a table from which it goes for good a month later. The file notes when it was last
// looked after. A moment much later than that is doubted, until a week of days has followed it.
#include "database.h"

enum {
    DAY = 86400,
    JUMP_DAYS = 32,  // longer than a server is usually off
    DOUBT_DAYS = 7,  // days to pass after a jump before anything is removed
    KEPT_DAYS = 30,  // of what has been removed
    SHARE = 10,      // a tenth of all entries in one go,
    SHARE_MIN = 100, // or these
};

struct retention {
    sqlite3 *db;
    int64_t now;
    int64_t before; // what is older goes
    struct error *error;
};

// When the file was last looked after; before it ever was, its newest entry.
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

// Days of doubt left, today's included; 0: the clock is believed.
static int64_t judge_clock(const struct retention *r, struct feedback_retained *out)
{
    int64_t seen = last_seen(r->db);
    int64_t doubt = database_number(r->db, "SELECT doubt FROM clock", 0);
    int64_t ahead_days = seen ? (r->now - seen) / DAY : 0;
    out->jump_days = ahead_days > JUMP_DAYS ? ahead_days : 0;
    if (out->jump_days)
        return DOUBT_DAYS;
    // Looked after twice on one day, as after a restart, is no second day.
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
    if (!sqlite3_get_autocommit(r.db))
        database_run(r.db, "ROLLBACK", NULL);
    if (ok)
        out->kept = database_number(r.db, "SELECT count(*) FROM removed", 0);
    return ok;
}
