// SPDX-License-Identifier: MIT
//
// Names of authors are kept out of the log unless git.authors allows them.
#include "audit.h"

#include "base/log.h"
#include "tree/repository.h"

static void write_author(struct buffer *out, struct arena *arena, const struct settings *settings)
{
    struct object_id id;
    struct repository_commit commit;
    if (settings->git.authors && repository_read_id(settings->revision, &id) &&
        repository_commit(settings->repository, &id, arena, &commit, NULL))
        buffer_printf(out, " by %.*s", SLICE_ARG(commit.author));
}

static void write_commit(struct buffer *out, struct arena *arena, const struct settings *settings)
{
    if (!settings->revision.len)
        return;
    buffer_printf(out, ", commit %.*s", SLICE_ARG(settings->revision));
    if (settings->repository)
        write_author(out, arena, settings);
}

void audit_log(struct log *log, const struct site *before, const struct site *after)
{
    struct arena *arena = before && before != after ? arena_create(0, 0) : NULL;
    if (!arena)
        return;
    struct buffer changes = buffer_create(arena, 0), who = buffer_create(arena, 0);
    bool differs = site_write_changes(before, after, arena, &changes);
    write_commit(&who, arena, site_settings(after));
    if (differs && !who.failed)
        log_write(log, LOG_INFO, "audit: generation %llu%.*s: %.*s",
                  (unsigned long long)site_generation(after), SLICE_ARG(buffer_slice(&who)),
                  SLICE_ARG(buffer_slice(&changes)));
    arena_destroy(arena);
}
