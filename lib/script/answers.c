// SPDX-License-Identifier: MIT
//
// Shapes and answers, looked up by the current state of what was read.
#include "answers.h"

#include "kept.h"

#include <stdlib.h>

// Shapes kept per question; the oldest are dropped. A question whose runs always read something
// different soon has none that match.
enum { SHAPES_MAX = 32 };

struct answers {
    struct kept *kept;
};

struct answers *answers_create(void)
{
    struct answers *answers = calloc(1, sizeof *answers);
    if (!answers)
        return NULL;
    answers->kept = kept_create();
    if (answers->kept)
        return answers;
    answers_destroy(answers);
    return NULL;
}

void answers_destroy(struct answers *answers)
{
    if (!answers)
        return;
    kept_destroy(answers->kept);
    free(answers);
}

void answers_remember(struct answers *answers, const struct script_memory *memory)
{
    kept_remember(answers->kept, memory);
}

struct answers_count answers_count(struct answers *answers)
{
    return kept_count(answers->kept);
}

// ---- the current state of what was read ----

static bool add_variable(struct key *key, const struct viewer *viewer, struct value v,
                         struct error *error)
{
    struct hashing hashing = {.scope = viewer->scope, .realm = viewer->realm, .error = error};
    return key_add_value(&hashing, key, v);
}

static bool note_read(struct key *key, const struct viewer *viewer, const struct read *read,
                      struct error *error)
{
    const struct script_scope *scope = viewer->scope;
    *key = key_add_text(key_add(*key, (uint64_t)read->kind), read->text);
    switch (read->kind) {
    case READ_VARIABLE:
        return add_variable(key, viewer,
                            scope && scope->variable ? scope->variable(scope->state, read->text)
                                                     : value_undefined(),
                            error);
    case READ_NAMES:
        return add_variable(key, viewer,
                            scope && scope->names ? scope->names(scope->state) : value_undefined(),
                            error);
    case READ_PAGES:
        *key = key_add(*key, scope ? scope->site_hash : 0);
        return true;
    case READ_TEXTS:
        *key = key_add(*key, scope ? scope->text_hash : 0);
        return true;
    case READ_FILE:
        *key = key_add(*key, files_state(viewer->files, read->text));
        return true;
    }
    return false;
}

bool answers_place(struct key question, const struct viewer *viewer, const struct reads *reads,
                   struct key *place, struct error *error)
{
    *place = key_add(question, reads->count);
    for (size_t i = 0; i < reads->count; i++)
        if (!note_read(place, viewer, &reads->items[i], error))
            return false;
    return true;
}

// ---- shapes ----

static bool take_shape(struct replaying *r, struct reads *shape)
{
    uint32_t count;
    if (sizeof count > (size_t)(r->end - r->at))
        return false;
    memcpy(&count, r->at, sizeof count);
    r->at += sizeof count;
    if (count > (size_t)(r->end - r->at))
        return false;
    struct read *items = arena_alloc(r->arena, (count + 1) * sizeof *items);
    for (uint32_t i = 0; items && i < count; i++) {
        if (r->at == r->end || (unsigned char)*r->at > READ_TEXTS)
            return false;
        items[i].kind = (enum read_kind) * r->at++;
        if (!replay_text(r, &items[i].text))
            return false;
    }
    *shape = (struct reads){.items = items, .count = count};
    return items != NULL;
}

static struct replaying replay(struct arena *arena, struct slice bytes)
{
    return (struct replaying){.arena = arena, .at = bytes.ptr, .end = bytes.ptr + bytes.len};
}

bool answers_find(struct answers *answers, struct key question, const struct viewer *viewer,
                  struct key *place, struct slice *record)
{
    struct arena *arena = viewer->realm->arena;
    struct slice shapes;
    struct reads shape;
    if (!kept_get(answers->kept, question, arena, &shapes))
        return false;
    struct replaying r = replay(arena, shapes);
    while (r.at < r.end && take_shape(&r, &shape)) {
        struct error error = {0};
        if (answers_place(question, viewer, &shape, place, &error) &&
            kept_get(answers->kept, *place, arena, record))
            return true;
    }
    return false;
}

// Adds this shape at the front, unless it is already there.
static bool join_shapes(struct arena *arena, struct slice known, struct slice shape,
                        struct buffer *out)
{
    struct replaying r = replay(arena, known);
    struct reads other;
    buffer_append(out, shape);
    for (unsigned n = 1; n < SHAPES_MAX && r.at < r.end; n++) {
        const char *from = r.at;
        if (!take_shape(&r, &other))
            break;
        struct slice bytes = slice_of(from, (size_t)(r.at - from));
        if (slice_equal(bytes, shape))
            return false;
        buffer_append(out, bytes);
    }
    return !out->failed;
}

void answers_keep(struct answers *answers, struct key question, const struct reads *reads,
                  struct key place, struct slice record)
{
    struct arena *arena = arena_create(0, 0);
    if (!arena)
        return;
    struct buffer shape = buffer_create(arena, 0), shapes = buffer_create(arena, 0);
    struct slice known = SLICE_EMPTY;
    reads_record(&shape, reads);
    // The answer first: a shape without one would be a wasted lookup.
    kept_put(answers->kept, place, record);
    kept_get(answers->kept, question, arena, &known);
    if (!shape.failed && join_shapes(arena, known, buffer_slice(&shape), &shapes))
        kept_put(answers->kept, question, buffer_slice(&shapes));
    arena_destroy(arena);
}
