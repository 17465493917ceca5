// SPDX-License-Identifier: MIT
//
// Backup of the feedback while it is being written, and restoring. Restoring adds entries one by
// one: newer feedback is kept, and restoring twice is harmless.
#include "database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

// All pages in one step: a writer must wait, but the copy does not start again with each write.
static bool copy_all(sqlite3 *from, const char *path, struct error *error)
{
    sqlite3 *to = NULL;
    if (sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) != SQLITE_OK) {
        database_fail(to, "make the backup", error);
        sqlite3_close_v2(to);
        return false;
    }
    sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
    int code = backup ? SQLITE_BUSY : SQLITE_ERROR;
    for (int tries = 0; backup && tries < 100 && (code == SQLITE_BUSY || code == SQLITE_LOCKED);
         tries++) {
        code = sqlite3_backup_step(backup, -1);
        if (code == SQLITE_BUSY || code == SQLITE_LOCKED)
            sqlite3_sleep(50);
    }
    sqlite3_backup_finish(backup);
    bool ok = code == SQLITE_DONE || database_fail(to, "write the backup", error);
    sqlite3_close_v2(to);
    return ok;
}

static bool sync_directory(const char *path)
{
    struct slice directory = path_directory(slice_from_cstr(path));
    char *name = directory.len ? strndup(directory.ptr, directory.len) : strdup(".");
    int fd = name ? open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    free(name);
    return ok;
}

static bool is_feedback_file(const char *path)
{
    sqlite3 *db = NULL;
    bool is = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
              database_number(db, "PRAGMA application_id", -1) == FEEDBACK_APPLICATION_ID;
    sqlite3_close_v2(db);
    return is;
}

// Only an older backup is replaced, or an empty file: not the feedback itself, whose readers would
// go on with a file that has lost its name, nor a file of the site or a device by mistake.
static bool may_be_replaced(struct feedback *feedback, const char *to, struct error *error)
{
    struct stat there, own;
    const char *path = sqlite3_db_filename(feedback_database(feedback), "main");
    if (stat(to, &there) != 0)
        return errno == ENOENT ||
               error_set(error, ERROR_IO, "%s cannot be written: %s", to, strerror(errno));
    if (stat(path, &own) == 0 && own.st_dev == there.st_dev && own.st_ino == there.st_ino)
        return error_set(error, ERROR_IO, "%s is the feedback itself", to);
    return (S_ISREG(there.st_mode) && (there.st_size == 0 || is_feedback_file(to))) ||
           error_set(error, ERROR_IO, "%s already exists, and is not a feedback database", to);
}

bool feedback_backup(struct feedback *feedback, const char *to, struct error *error)
{
    char part[4096];
    if (!may_be_replaced(feedback, to, error))
        return false;
    if (snprintf(part, sizeof part, "%s.part", to) >= (int)sizeof part)
        return error_set(error, ERROR_IO, "the name of the backup is too long");
    unlink(part);
    bool ok = copy_all(feedback_database(feedback), part, error);
    if (ok && (rename(part, to) != 0 || !sync_directory(to)))
        ok = error_set(error, ERROR_IO, "%s cannot be written: %s", to, strerror(errno));
    if (!ok)
        unlink(part);
    return ok;
}

// ---- back ----

// Whether it is a complete feedback file whose entries have a uid.
static bool is_backup(const char *path, struct error *error)
{
    sqlite3 *db = NULL;
    bool ok = sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK ||
              database_fail(db, "open the backup", error);
    if (ok && database_number(db, "PRAGMA application_id", -1) != FEEDBACK_APPLICATION_ID)
        ok = error_set(error, ERROR_STORE, "%s is not a feedback database", path);
    if (ok && database_number(db, "PRAGMA user_version", 0) < 1) {
        ok = error_set(error, ERROR_STORE, "%s is from an older guidanced", path);
        error_hint(error, "make it the feedback file: opening it brings it up to date");
    }
    if (ok && database_number(db,
                              "SELECT count(*) FROM pragma_quick_check"
                              " WHERE quick_check <> 'ok'",
                              -1) != 0)
        ok = error_set(error, ERROR_STORE, "%s is damaged", path);
    sqlite3_close_v2(db);
    return ok;
}

static bool attach(sqlite3 *db, const char *path, struct error *error)
{
    sqlite3_stmt *statement = NULL;
    bool ok = database_prepare(db, "ATTACH ?1 AS backup", &statement, error);
    database_bind_text(statement, 1, slice_from_cstr(path));
    ok = ok &&
         (sqlite3_step(statement) == SQLITE_DONE || database_fail(db, "open the backup", error));
    sqlite3_finalize(statement);
    return ok;
}

bool feedback_restore(struct feedback *feedback, const char *from, int64_t *added,
                      struct error *error)
{
    sqlite3 *db = feedback_database(feedback);
    *added = 0;
    if (!is_backup(from, error) || !attach(db, from, error))
        return false;
    bool ok =
        database_run(db,
                     "INSERT OR IGNORE INTO entries(at, page, useful, comment, uid, site,"
                     " replica, sent_at) SELECT at, page, useful, comment, uid, site, replica,"
                     " sent_at FROM backup.entries ORDER BY id",
                     error);
    if (ok)
        *added = sqlite3_changes64(db);
    database_run(db, "DETACH backup", NULL);
    return ok;
}
