// SPDX-License-Identifier: MIT
//
// A list of refs that is never older than a second. Ids work only for commits that a ref leads to:
// unreachable commits – a secret that was pushed and removed – are not previewed.
#include "preview_refs.h"

#include "base/clock.h"
#include "base/map.h"

#include <pthread.h>
#include <stdlib.h>

// REACHED_MAX: ids that are known to be reachable, as long as no ref has moved.
enum { FRESH_MS = 1000, ID_LEAST = 7, LABEL_MAX = 63, REACHED_MAX = 64 };

struct row {
    struct slice name;
    struct object_id commit;
    bool unreadable; // what it leads to
};

struct preview_refs {
    struct repository *repository;
    struct repository *walks; // the same, with a lock of its own
    pthread_mutex_t lock;     // for everything below
    struct arena *arena;
    struct row *rows;
    size_t count, capacity;
    struct map by_name; // → struct row
    uint64_t read_ns;
    uint64_t hash;      // of the rows
    struct error error; // set: they could not be read
    struct {
        char text[REPOSITORY_HEX];
        struct object_id commit;
    } reached[REACHED_MAX];
    size_t reached_count;
};

static void write_label(struct slice name, char out[LABEL_MAX + 1])
{
    size_t n = 0;
    for (size_t i = 0; i < name.len && n < LABEL_MAX; i++) {
        char c = name.ptr[i];
        c = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        out[n++] = plain ? c : '-';
    }
    out[n] = '\0';
}

static bool add(void *state, const char *name, const struct object_id *commit)
{
    struct preview_refs *refs = state;
    struct slice copy = arena_copy(refs->arena, slice_from_cstr(name));
    if (!copy.ptr ||
        !arena_room(refs->arena, &refs->rows, refs->count, &refs->capacity, sizeof *refs->rows))
        return false;
    refs->rows[refs->count] = (struct row){.name = copy, .unreadable = !commit};
    if (commit)
        refs->rows[refs->count].commit = *commit;
    refs->count++;
    return true;
}

// Each name once: branches before remote branches before tags. "origin/x" is also "x", if nothing
// else is.
static void index_rows(struct preview_refs *refs)
{
    static const struct slice ORIGIN = {"origin/", 7};
    refs->by_name = map_create(refs->arena);
    for (size_t i = 0; i < refs->count; i++)
        if (!map_find(&refs->by_name, refs->rows[i].name))
            map_put(&refs->by_name, refs->rows[i].name, &refs->rows[i]);
    for (size_t i = 0; i < refs->count; i++) {
        struct slice name = refs->rows[i].name;
        struct slice rest = slice_sub(name, ORIGIN.len, name.len);
        if (slice_starts_with(name, ORIGIN) && !map_find(&refs->by_name, rest))
            map_put(&refs->by_name, rest, &refs->rows[i]);
    }
}

// Under the lock. What a ref led to is forgotten when one has moved.
static void forget_reached(struct preview_refs *refs)
{
    uint64_t hash = SLICE_HASH_START;
    for (size_t i = 0; i < refs->count; i++)
        hash = slice_hash_mix(hash ^ slice_hash(refs->rows[i].name) ^
                                  slice_hash(object_id_key(&refs->rows[i].commit)),
                              SLICE_HASH_STEP);
    if (hash != refs->hash)
        refs->reached_count = 0;
    refs->hash = hash;
}

// Under the lock.
static void refresh(struct preview_refs *refs)
{
    uint64_t now_ns = clock_monotonic_ns();
    if (refs->read_ns && now_ns - refs->read_ns < FRESH_MS * UINT64_C(1000000))
        return;
    arena_reset(refs->arena, 1 << 16);
    refs->rows = NULL;
    refs->count = refs->capacity = 0;
    refs->error = (struct error){.code = ERROR_NONE};
    bool ok = repository_each_ref(refs->repository, add, refs, &refs->error);
    index_rows(refs);
    if (ok && arena_failed(refs->arena))
        error_memory(&refs->error);
    forget_reached(refs);
    refs->read_ns = now_ns;
}

static bool is_id(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!strchr("0123456789abcdef", text.ptr[i]) || !text.ptr[i])
            return false;
    return text.len >= ID_LEAST && text.len < REPOSITORY_HEX;
}

// Under the lock. A ref that can be read by now is one for the next request.
static bool say_unreadable(struct preview_refs *refs, struct slice ref, struct error *error)
{
    struct object_id now;
    struct error why = {.code = ERROR_NONE};
    if (!repository_resolve(refs->repository, ref, false, &now, &why) &&
        why.code != ERROR_NOT_FOUND)
        *error = why;
    else
        error_set(error, ERROR_IO, "cannot read what %.*s leads to", SLICE_ARG(ref));
    return false;
}

// Under the lock.
static bool is_known(struct preview_refs *refs, struct slice ref, struct object_id *commit,
                     struct error *error)
{
    const struct row *row = map_get(&refs->by_name, ref);
    if (row && row->unreadable)
        return say_unreadable(refs, ref, error);
    if (row)
        *commit = row->commit;
    for (size_t i = 0; !row && i < refs->reached_count; i++)
        if (slice_equal(slice_from_cstr(refs->reached[i].text), ref)) {
            *commit = refs->reached[i].commit;
            return true;
        }
    return row != NULL;
}

// `hash`: of the refs before the walk.
static void note_reached(struct preview_refs *refs, struct slice ref, uint64_t hash,
                         const struct object_id *commit)
{
    pthread_mutex_lock(&refs->lock);
    if (refs->hash == hash && ref.len < REPOSITORY_HEX) {
        size_t slot = refs->reached_count < REACHED_MAX ? refs->reached_count++
                                                        : commit->bytes[0] % REACHED_MAX;
        memcpy(refs->reached[slot].text, ref.ptr, ref.len);
        refs->reached[slot].text[ref.len] = '\0';
        refs->reached[slot].commit = *commit;
    }
    pthread_mutex_unlock(&refs->lock);
}

enum preview_ref preview_refs_find(struct preview_refs *refs, struct slice ref, bool may_wait,
                                   struct object_id *commit, struct error *error)
{
    pthread_mutex_lock(&refs->lock);
    refresh(refs);
    bool known = is_known(refs, ref, commit, error);
    uint64_t hash = refs->hash;
    if (!known && !error_is_set(error))
        *error = refs->error;
    pthread_mutex_unlock(&refs->lock);
    if (error_is_set(error))
        return PREVIEW_REF_NONE;
    if (known || !is_id(ref))
        return known ? PREVIEW_REF_FOUND : PREVIEW_REF_NONE;
    if (!may_wait)
        return PREVIEW_REF_LATER;
    if (!repository_resolve(refs->walks, ref, false, commit, error)) {
        if (error->code == ERROR_NOT_FOUND)
            *error = (struct error){.code = ERROR_NONE};
        return PREVIEW_REF_NONE;
    }
    if (!repository_is_reachable(refs->walks, commit, error))
        return PREVIEW_REF_NONE;
    note_reached(refs, ref, hash, commit);
    return PREVIEW_REF_FOUND;
}

struct object_id preview_refs_base(struct preview_refs *refs, const struct object_id *served,
                                   const struct object_id *head, struct error *error)
{
    struct object_id base;
    return repository_merge_base(refs->walks, served, head, &base, error) ? base : *served;
}

struct slice preview_refs_label(struct preview_refs *refs, struct slice label, struct arena *arena)
{
    struct slice name = SLICE_EMPTY;
    bool twice = false;
    pthread_mutex_lock(&refs->lock);
    refresh(refs);
    for (size_t i = 0; i < refs->by_name.count; i++) {
        char own[LABEL_MAX + 1];
        write_label(refs->by_name.entries[i].key, own);
        if (!slice_equal(slice_from_cstr(own), label))
            continue;
        twice |= name.ptr != NULL;
        name = arena_copy(arena, refs->by_name.entries[i].key);
    }
    pthread_mutex_unlock(&refs->lock);
    if (!name.ptr && is_id(label))
        name = arena_copy(arena, label);
    return twice ? SLICE_EMPTY : name;
}

struct copies {
    struct arena *arena;
    struct copy {
        const char *name;
        struct object_id commit;
        bool unreadable;
    } * rows;
    size_t count;
};

// Under the lock.
static void copy_rows(const struct preview_refs *refs, struct copies *copies)
{
    copies->rows = arena_zalloc(copies->arena, refs->count + 1, sizeof *copies->rows);
    for (size_t i = 0; copies->rows && i < refs->count; i++) {
        const struct row *row = &refs->rows[i];
        if (map_get(&refs->by_name, row->name) == row)
            copies->rows[copies->count++] =
                (struct copy){arena_cstr(copies->arena, row->name), row->commit, row->unreadable};
    }
}

bool preview_refs_each(struct preview_refs *refs, repository_ref_fn fn, void *state,
                       struct error *error)
{
    struct arena *arena = arena_create(0, 0);
    struct copies copies = {.arena = arena};
    if (!arena)
        return error_memory(error);
    pthread_mutex_lock(&refs->lock);
    refresh(refs);
    *error = refs->error;
    copy_rows(refs, &copies);
    pthread_mutex_unlock(&refs->lock);
    if (!error_is_set(error) && arena_failed(arena))
        error_memory(error);
    bool ok = !error_is_set(error);
    for (size_t i = 0; ok && i < copies.count; i++) {
        const struct copy *row = &copies.rows[i];
        if (!fn(state, row->name, row->unreadable ? NULL : &row->commit))
            break;
    }
    arena_destroy(arena);
    return ok;
}

struct preview_refs *preview_refs_create(struct repository *repository, const char *path,
                                         struct error *error)
{
    struct preview_refs *refs = calloc(1, sizeof *refs);
    struct arena *arena = refs ? arena_create(0, 0) : NULL;
    struct repository *walks = arena ? repository_open(path, error) : NULL;
    if (!walks) {
        if (!arena)
            error_memory(error);
        arena_destroy(arena);
        free(refs);
        return NULL;
    }
    refs->repository = repository;
    refs->walks = walks;
    refs->arena = arena;
    refs->by_name = map_create(arena);
    pthread_mutex_init(&refs->lock, NULL);
    return refs;
}

void preview_refs_destroy(struct preview_refs *refs)
{
    if (!refs)
        return;
    repository_release(refs->walks);
    arena_destroy(refs->arena);
    pthread_mutex_destroy(&refs->lock);
    free(refs);
}
