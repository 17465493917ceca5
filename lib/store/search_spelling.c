// SPDX-License-Identifier: MIT
//
// "Did you mean": the nearest word of the index, by the number of letters that differ. Candidates
// are the words of about the same length that begin or end with the same two letters – each read
// from an index of its own, so that the list is never read whole – since a slip of the fingers
// rarely spoils both ends of a word.
#include "search.h"

// Words that are shorter have too many neighbours; such that are longer are no words.
enum { SHORTEST = 3, LONGEST = 40, BEGINNING_MIN = 2 };

struct nearest {
    struct slice word; // in the arena; what was typed when nothing is near
    size_t distance;
    int64_t uses;
};

static bool has_digit(struct slice word)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.ptr[i] >= '0' && word.ptr[i] <= '9')
            return true;
    return false;
}

// The nearer word wins, the more used one of two that are as near.
static void compare(struct query *query, sqlite3_stmt *candidates, struct slice word, size_t limit,
                    struct nearest *best)
{
    database_bind_text(candidates, 1, word);
    sqlite3_bind_int64(candidates, 2, (sqlite3_int64)(word.len - limit));
    sqlite3_bind_int64(candidates, 3, (sqlite3_int64)(word.len + limit));
    while (sqlite3_step(candidates) == SQLITE_ROW) {
        struct slice candidate = database_text(candidates, 0);
        int64_t uses = sqlite3_column_int64(candidates, 1);
        size_t distance = slice_distance(word, candidate, best->distance);
        if (distance > limit || distance > best->distance ||
            (distance == best->distance && uses <= best->uses))
            continue;
        *best = (struct nearest){arena_copy(query->arena, candidate), distance, uses};
    }
    sqlite3_reset(candidates);
}

static struct slice nearest_word(struct query *query, struct slice word)
{
    size_t limit = word.len > 5 ? 2 : 1;
    struct nearest best = {.word = word, .distance = limit + 1};
    compare(query, query->reader->same_start, word, limit, &best);
    if (best.distance > 1)
        compare(query, query->reader->same_end, word, limit, &best);
    return best.word;
}

bool spelling_correct(struct query *query, struct slice *better)
{
    bool changed = false;
    for (size_t i = 0; !query->words_tainted && i < query->count; i++) {
        struct slice word = query->words[i];
        if (word.len > SHORTEST && word.len < LONGEST && !has_digit(word) &&
            !match_uses(query, word))
            query->words[i] = nearest_word(query, word);
        changed |= !slice_equal(word, query->words[i]);
    }
    *better = match_key(query);
    return changed;
}

void spelling_read_beginnings(struct query *query)
{
    sqlite3_stmt *begin = query->reader->begin;
    struct slice word = query->words[query->count - 1];
    query->beginning_count = 0;
    if (word.len < BEGINNING_MIN || query->words_tainted)
        return;
    database_bind_text(begin, 1, word);
    database_bind_text(begin, 2, arena_printf(query->arena, "%.*s\xff", SLICE_ARG(word)));
    sqlite3_bind_int64(begin, 3, BEGINNINGS_MAX);
    while (query->beginning_count < BEGINNINGS_MAX && sqlite3_step(begin) == SQLITE_ROW)
        query->beginnings[query->beginning_count++] = database_copy(begin, 0, query->arena);
    sqlite3_reset(begin);
}
