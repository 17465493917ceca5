// SPDX-License-Identifier: MIT
//
// Files that a commit moved: one removed and one added with the same text, or with half of their
// lines in common (gitdiffcore(7), "diffcore-rename"). Lines are compared by hash and weighted by
// their bytes; long lines are cut into pieces, so that a change in a paragraph affects one piece
// and not all of it.
#include "history_inside.h"

#include <stdlib.h>

// TEXT_MAX: bytes of a compared file. PAIRS_MAX: comparisons for one commit.
enum { TEXT_MAX = 1 << 20, PAIRS_MAX = 1 << 16, PIECE_BYTES = 64 };
static const double LEAST_ALIKE = 0.5;

struct piece {
    uint64_t hash;
    size_t bytes; // of all pieces of that hash
};
struct pieces {
    struct piece *rows; // by hash
    size_t count, bytes;
    bool known, failed;
};

static int by_hash(const void *a, const void *b)
{
    uint64_t x = ((const struct piece *)a)->hash, y = ((const struct piece *)b)->hash;
    return x < y ? -1 : x > y;
}

static size_t piece_length(struct slice text, size_t at)
{
    size_t end = at;
    while (end < text.len && end - at < PIECE_BYTES)
        if (text.ptr[end++] == '\n')
            break;
    return end - at;
}

static bool cut_text(struct pieces *pieces, struct slice text, struct arena *scratch)
{
    size_t capacity = 0, count = 0;
    for (size_t at = 0; at < text.len;) {
        size_t length = piece_length(text, at);
        if (!arena_room(scratch, &pieces->rows, count, &capacity, sizeof *pieces->rows))
            return false;
        pieces->rows[count++] =
            (struct piece){slice_hash(slice_sub(text, at, at + length)), length};
        at += length;
    }
    if (count)
        qsort(pieces->rows, count, sizeof *pieces->rows, by_hash);
    for (size_t i = 0; i < count; i++) {
        struct piece *last = pieces->count ? &pieces->rows[pieces->count - 1] : NULL;
        if (last && last->hash == pieces->rows[i].hash)
            last->bytes += pieces->rows[i].bytes;
        else
            pieces->rows[pieces->count++] = pieces->rows[i];
    }
    pieces->bytes = text.len;
    return true;
}

static bool read_pieces(struct repository *repository, const struct object_id *blob,
                        struct pieces *pieces, struct arena *scratch)
{
    struct slice text;
    if (!pieces->known) {
        pieces->known = true;
        pieces->failed = !repository_read(repository, blob, scratch, TEXT_MAX, &text, NULL) ||
                         !cut_text(pieces, text, scratch);
    }
    return !pieces->failed;
}

// The share of the longer text's bytes that both have.
static double similarity(const struct pieces *a, const struct pieces *b)
{
    size_t i = 0, j = 0, common = 0, most = a->bytes > b->bytes ? a->bytes : b->bytes;
    while (i < a->count && j < b->count) {
        const struct piece *x = &a->rows[i], *y = &b->rows[j];
        if (x->hash == y->hash)
            common += x->bytes < y->bytes ? x->bytes : y->bytes;
        i += x->hash <= y->hash;
        j += y->hash <= x->hash;
    }
    return most ? (double)common / (double)most : 0;
}

// ---- which file came from which ----

static bool comes(const struct history_change *change)
{
    return !change->from && change->source == SIZE_MAX;
}

struct moves {
    struct repository *repository;
    struct history_changes *changes;
    struct arena *scratch;
    bool *taken;           // a change that is another's source
    struct pieces *pieces; // of each
};

static bool goes(const struct moves *moves, size_t i)
{
    return !moves->changes->rows[i].to && !moves->taken[i];
}

static bool has_source_name(const struct moves *moves, size_t i, size_t source)
{
    return slice_equal(path_base(moves->changes->rows[source].path),
                       path_base(moves->changes->rows[i].path));
}

// Removed files of the same key, in order: many may have one text, such as an empty one, and be
// looked for many times.
struct queues {
    struct map heads; // key → a change's number, counted from 1
    size_t *next;     // of each: the number of the following one; 0: none
};

static struct slice move_key(const struct moves *moves, size_t i, bool removed, bool named)
{
    const struct history_change *change = &moves->changes->rows[i];
    struct slice id = object_id_key(removed ? &change->old : &change->new);
    return named ? ARENA_JOIN(moves->scratch, id, path_base(change->path)) : id;
}

static bool queue_removed(const struct moves *moves, struct queues *queues, bool named)
{
    bool ok = queues->next != NULL;
    for (size_t i = moves->changes->count; ok && i-- > 0;) {
        if (!goes(moves, i))
            continue;
        struct slice key = move_key(moves, i, true, named);
        ok = key.ptr != NULL;
        queues->next[i] = ok ? (uintptr_t)map_get(&queues->heads, key) : 0;
        ok = ok && map_put(&queues->heads, key, (void *)((uintptr_t)i + 1));
    }
    return ok;
}

// The same text; `named`: and the same name.
static void match_same(struct moves *moves, bool named)
{
    struct history_changes *changes = moves->changes;
    struct queues queues = {map_create(moves->scratch),
                            arena_alloc(moves->scratch, (changes->count + 1) * sizeof(size_t))};
    if (!queue_removed(moves, &queues, named))
        return;
    for (size_t i = 0; i < changes->count; i++) {
        struct history_change *change = &changes->rows[i];
        struct slice key = comes(change) ? move_key(moves, i, false, named) : SLICE_EMPTY;
        struct map_entry *head = key.ptr ? map_find(&queues.heads, key) : NULL;
        if (!head || !head->value)
            continue;
        change->source = (uintptr_t)head->value - 1;
        moves->taken[change->source] = true;
        head->value = (void *)(uintptr_t)queues.next[change->source];
    }
}

// The most similar removed file; on a tie, one with the same name.
static size_t find_alike(struct moves *moves, size_t i)
{
    struct history_changes *changes = moves->changes;
    size_t found = SIZE_MAX;
    double best = LEAST_ALIKE;
    for (size_t j = 0; j < changes->count; j++) {
        if (!goes(moves, j) || !read_pieces(moves->repository, &changes->rows[j].old,
                                            &moves->pieces[j], moves->scratch))
            continue;
        double alike = similarity(&moves->pieces[i], &moves->pieces[j]);
        if (alike > best ||
            (alike >= best && (found == SIZE_MAX || has_source_name(moves, i, j)))) {
            found = j;
            best = alike;
        }
    }
    return found;
}

static void match_alike(struct moves *moves)
{
    struct history_changes *changes = moves->changes;
    for (size_t i = 0; i < changes->count; i++) {
        struct history_change *change = &changes->rows[i];
        if (!comes(change) ||
            !read_pieces(moves->repository, &change->new, &moves->pieces[i], moves->scratch))
            continue;
        change->source = find_alike(moves, i);
        if (change->source != SIZE_MAX)
            moves->taken[change->source] = true;
    }
}

void history_find_moves(struct repository *repository, struct history_changes *changes,
                        struct arena *scratch)
{
    size_t come = 0, go = 0;
    for (size_t i = 0; i < changes->count; i++) {
        come += !changes->rows[i].from;
        go += !changes->rows[i].to;
    }
    struct moves moves = {repository, changes, scratch,
                          arena_zalloc(scratch, changes->count + 1, sizeof(bool)),
                          arena_zalloc(scratch, changes->count + 1, sizeof(struct pieces))};
    if (!come || !go || !moves.taken || !moves.pieces)
        return;
    match_same(&moves, true);
    match_same(&moves, false);
    if (come <= PAIRS_MAX / go)
        match_alike(&moves);
}
