// SPDX-License-Identifier: MIT
//
// Files that only renders ask for, not loads: templates by name, pictures next to them. Each lookup
// is noted with its result, to check later whether it still holds (verified.c).
//
// Thread-safety: looks_note from any thread, under its own lock, as any thread may be the first to
// read a template.
#include "snapshot.h"

#include <pthread.h>

// More than the templates of any site; names from requests must not accumulate.
enum { LOOKS_MAX = 8192 };

struct looks {
    pthread_mutex_t lock;
    struct arena *arena;
    struct map by_name; // kind and name → struct look
    bool lost;          // there were too many
};

static void destroy(void *state)
{
    struct looks *looks = state;
    pthread_mutex_destroy(&looks->lock);
    arena_destroy(looks->arena);
}

struct looks *looks_create(struct arena *arena)
{
    struct looks *looks = arena_zalloc(arena, 1, sizeof *looks);
    if (!looks || !(looks->arena = arena_create(0, 0)))
        return NULL;
    pthread_mutex_init(&looks->lock, NULL);
    looks->by_name = map_create(looks->arena);
    return arena_on_free(arena, destroy, looks) ? looks : NULL;
}

uint64_t look_hash(struct slice text)
{
    return text.ptr ? slice_hash(text) | 1 : 0;
}

// Lock held.
static void note_look(struct looks *looks, enum look_kind kind, struct slice name,
                      struct slice path, uint64_t hash)
{
    char letter = (char)('0' + (int)kind);
    struct slice key = ARENA_JOIN(looks->arena, slice_of(&letter, 1), name);
    if (key.ptr && map_find(&looks->by_name, key))
        return;
    struct look *look = arena_alloc(looks->arena, sizeof *look);
    struct slice copy = arena_copy(looks->arena, path);
    looks->lost = !key.ptr || !look || (path.len && !copy.ptr) || looks->by_name.count >= LOOKS_MAX;
    if (looks->lost)
        return;
    *look =
        (struct look){.kind = kind, .name = slice_sub(key, 1, key.len), .path = copy, .hash = hash};
    looks->lost = !map_put(&looks->by_name, key, look);
}

void looks_note_again(struct looks *looks, const struct look *look)
{
    pthread_mutex_lock(&looks->lock);
    if (!looks->lost)
        note_look(looks, look->kind, look->name, look->path, look->hash);
    pthread_mutex_unlock(&looks->lock);
}

void looks_note(struct looks *looks, enum look_kind kind, struct slice name, struct slice path,
                struct slice text)
{
    const struct look look = {kind, name, path, look_hash(text)};
    looks_note_again(looks, &look);
}

// ---- records ----

bool replay_number(struct slice *record, uint64_t *number)
{
    if (record->len < sizeof *number)
        return false;
    memcpy(number, record->ptr, sizeof *number);
    *record = slice_sub(*record, sizeof *number, record->len);
    return true;
}

bool replay_slice(struct slice *record, struct slice *text)
{
    uint64_t length;
    if (!replay_number(record, &length) || length > record->len)
        return false;
    *text = slice_sub(*record, 0, length);
    *record = slice_sub(*record, length, record->len);
    return true;
}

bool looks_record(struct looks *looks, struct buffer *out)
{
    pthread_mutex_lock(&looks->lock);
    record_number(out, looks->by_name.count);
    for (size_t i = 0; !looks->lost && i < looks->by_name.count; i++) {
        const struct look *look = looks->by_name.entries[i].value;
        record_number(out, look->kind);
        record_slice(out, look->name);
        record_slice(out, look->path);
        record_number(out, look->hash);
    }
    bool whole = !looks->lost;
    pthread_mutex_unlock(&looks->lock);
    return whole && !out->failed;
}

bool look_replay(struct slice *record, struct look *look)
{
    uint64_t kind;
    if (!replay_number(record, &kind) || kind > LOOK_FILE)
        return false;
    look->kind = (enum look_kind)kind;
    return replay_slice(record, &look->name) && replay_slice(record, &look->path) &&
           replay_number(record, &look->hash);
}
