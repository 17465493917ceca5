// SPDX-License-Identifier: MIT
//
// A finished history, and its record: numbers of four or eight bytes and texts with their lengths,
// in member order. Records are not trusted: the cache may be damaged.
#include "history_inside.h"

#include <stdlib.h>

static const char MARK[] = "history 2"; // 1: some were not whole

// ---- asking ----

struct history *history_create(void)
{
    struct arena *arena = arena_create(0, 0);
    struct history *history = arena ? arena_zalloc(arena, 1, sizeof *history) : NULL;
    if (!history) {
        arena_destroy(arena);
        return NULL;
    }
    history->arena = arena;
    history->files = map_create(arena);
    atomic_init(&history->references, 1);
    return history;
}

struct history *history_retain(struct history *history)
{
    atomic_fetch_add(&history->references, 1);
    return history;
}

void history_release(struct history *history)
{
    if (history && atomic_fetch_sub(&history->references, 1) == 1)
        arena_destroy(history->arena);
}

const struct object_id *history_of(const struct history *history)
{
    return &history->commit;
}

bool history_is_whole(const struct history *history, struct error *why)
{
    if (error_is_set(&history->end))
        *why = history->end;
    return !history->partial;
}

const struct history_file *history_find(const struct history *history, struct slice path)
{
    return map_get(&history->files, path);
}

const struct history_commit *history_commit_at(const struct history *history, uint32_t number)
{
    return number < history->commit_count ? &history->commits[number] : NULL;
}

// ---- writing ----

static void pack_bytes(struct buffer *out, const void *bytes, size_t size)
{
    buffer_append(out, slice_of(bytes, size));
}

static void pack_count(struct buffer *out, uint32_t number)
{
    pack_bytes(out, &number, sizeof number);
}

static void pack_text(struct buffer *out, struct slice text)
{
    pack_count(out, (uint32_t)text.len);
    buffer_append(out, text);
}

static void pack_file(struct buffer *out, struct slice path, const struct history_file *file)
{
    pack_text(out, path);
    pack_count(out, file->created);
    pack_count(out, file->count);
    if (file->count)
        pack_bytes(out, file->commits, file->count * sizeof *file->commits);
    pack_count(out, file->move_count);
    for (uint32_t i = 0; i < file->move_count; i++) {
        pack_text(out, file->moves[i].from);
        pack_count(out, file->moves[i].commit);
    }
}

bool history_pack(const struct history *history, struct buffer *out)
{
    pack_text(out, SLICE(MARK));
    pack_bytes(out, &history->commit, sizeof history->commit);
    pack_count(out, history->commit_count);
    for (uint32_t i = 0; i < history->commit_count; i++) {
        const struct history_commit *commit = &history->commits[i];
        pack_bytes(out, &commit->id, sizeof commit->id);
        pack_bytes(out, &commit->author_s, sizeof commit->author_s);
        pack_text(out, commit->author);
        pack_text(out, commit->summary);
    }
    pack_count(out, (uint32_t)history->files.count);
    for (size_t i = 0; i < history->files.count; i++)
        pack_file(out, history->files.entries[i].key, history->files.entries[i].value);
    return !out->failed;
}

// ---- reading ----

struct unpacking {
    struct slice rest;
    struct arena *arena;
    bool failed;
};

static void unpack_bytes(struct unpacking *u, void *bytes, size_t size)
{
    u->failed |= u->rest.len < size;
    if (u->failed) {
        memset(bytes, 0, size);
        return;
    }
    memcpy(bytes, u->rest.ptr, size);
    u->rest = slice_sub(u->rest, size, u->rest.len);
}

static uint32_t unpack_count(struct unpacking *u)
{
    uint32_t number;
    unpack_bytes(u, &number, sizeof number);
    return number;
}

// How many items follow, each of at least `size` bytes.
static uint32_t unpack_length(struct unpacking *u, size_t size)
{
    uint32_t count = unpack_count(u);
    u->failed |= count > u->rest.len / size;
    return u->failed ? 0 : count;
}

static struct slice unpack_text(struct unpacking *u)
{
    uint32_t length = unpack_length(u, 1);
    struct slice text = arena_copy(u->arena, slice_sub(u->rest, 0, length));
    u->rest = slice_sub(u->rest, length, u->rest.len);
    u->failed |= !text.ptr;
    return text;
}

static void unpack_commits(struct unpacking *u, struct history *history)
{
    uint32_t count = unpack_length(u, sizeof(struct object_id));
    history->commits = arena_zalloc(u->arena, count + 1, sizeof *history->commits);
    u->failed |= !history->commits;
    for (uint32_t i = 0; !u->failed && i < count; i++) {
        struct history_commit *commit = &history->commits[i];
        unpack_bytes(u, &commit->id, sizeof commit->id);
        unpack_bytes(u, &commit->author_s, sizeof commit->author_s);
        commit->author = unpack_text(u);
        commit->summary = unpack_text(u);
    }
    history->commit_count = count;
}

static void unpack_moves(struct unpacking *u, const struct history *history,
                         struct history_file *file)
{
    file->move_count = unpack_length(u, 2 * sizeof(uint32_t));
    file->moves = arena_zalloc(u->arena, file->move_count + 1, sizeof *file->moves);
    u->failed |= !file->moves;
    for (uint32_t i = 0; !u->failed && i < file->move_count; i++) {
        file->moves[i].from = unpack_text(u);
        file->moves[i].commit = unpack_count(u);
        u->failed |= file->moves[i].commit >= history->commit_count;
    }
}

static void unpack_file(struct unpacking *u, struct history *history)
{
    struct slice path = unpack_text(u);
    struct history_file *file = arena_zalloc(u->arena, 1, sizeof *file);
    u->failed |= !file;
    if (u->failed)
        return;
    file->created = unpack_count(u);
    file->count = unpack_length(u, sizeof *file->commits);
    file->commits = arena_zalloc(u->arena, file->count + 1, sizeof *file->commits);
    u->failed |= !file->commits;
    if (u->failed)
        return;
    unpack_bytes(u, file->commits, file->count * sizeof *file->commits);
    for (uint32_t i = 0; i < file->count; i++)
        u->failed |= file->commits[i] >= history->commit_count;
    u->failed |= file->created != HISTORY_NONE && file->created >= history->commit_count;
    unpack_moves(u, history, file);
    u->failed |= !map_put(&history->files, path, file);
}

struct history *history_unpack(struct slice record)
{
    struct history *history = history_create();
    if (!history)
        return NULL;
    struct unpacking u = {.rest = record, .arena = history->arena};
    u.failed = !slice_equal(unpack_text(&u), SLICE(MARK)) || u.failed;
    unpack_bytes(&u, &history->commit, sizeof history->commit);
    if (!u.failed)
        unpack_commits(&u, history);
    uint32_t count = unpack_length(&u, 4 * sizeof(uint32_t));
    for (uint32_t i = 0; !u.failed && i < count; i++)
        unpack_file(&u, history);
    if (!u.failed && !u.rest.len)
        return history;
    history_release(history);
    return NULL;
}
