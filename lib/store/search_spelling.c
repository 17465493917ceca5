// SPDX-License-Identifier: MIT
//
// "Did you mean": the nearest words of the index, by the number of letters that differ. Candidates
// are words of about the same length that begin or end with the same two letters, since a typing
// error rarely affects both ends of a word. Each kind has its own database index, so the list is
// never read whole. In a short word both ends may be affected if the middle letters are swapped, so
// the third letter is also tried as the second.
#include "search.h"

// Shorter words have too many neighbours; longer ones are not words.
enum { SHORTEST = 3, LONGEST = 40, LONG = 5, BEGINNING_MIN = 2 };

static bool has_digit(struct slice word)
{
    for (size_t i = 0; i < word.len; i++)
        if (word.ptr[i] >= '0' && word.ptr[i] <= '9')
            return true;
    return false;
}

static bool is_better(const struct spelling *one, const struct spelling *other)
{
    return one->distance != other->distance ? one->distance < other->distance
                                            : one->uses > other->uses;
}

static bool is_there(const struct spellings *spellings, struct slice word)
{
    for (size_t i = 0; i < spellings->count; i++)
        if (slice_equal(spellings->best[i].word, word))
            return true;
    return false;
}

static void insert(struct query *query, struct spellings *spellings, struct spelling spelling)
{
    size_t at = spellings->count;
    if (at == SPELLINGS_MAX && !is_better(&spelling, &spellings->best[at - 1]))
        return;
    if (is_there(spellings, spelling.word))
        return;
    spelling.word = arena_copy(query->arena, spelling.word);
    at = at == SPELLINGS_MAX ? at - 1 : at;
    spellings->count = at + 1;
    for (; at && is_better(&spelling, &spellings->best[at - 1]); at--)
        spellings->best[at] = spellings->best[at - 1];
    spellings->best[at] = spelling;
}

// Compares the words that begin, or end, like `like`.
static void compare_spellings(struct query *query, sqlite3_stmt *candidates, struct slice like,
                              struct slice word, size_t limit, struct spellings *out)
{
    database_bind_text(candidates, 1, like);
    sqlite3_bind_int64(candidates, 2, (sqlite3_int64)(word.len - limit));
    sqlite3_bind_int64(candidates, 3, (sqlite3_int64)(word.len + limit));
    while (sqlite3_step(candidates) == SQLITE_ROW) {
        struct spelling spelling = {.word = database_text(candidates, 0),
                                    .uses = sqlite3_column_int64(candidates, 1)};
        spelling.distance = slice_distance(word, spelling.word, limit);
        if (spelling.distance && spelling.distance <= limit)
            insert(query, out, spelling);
    }
    sqlite3_reset(candidates);
}

// A word that pages use is kept unless its neighbour is used far more.
static void drop_rarer(struct spellings *spellings, int64_t uses)
{
    enum { FAR_MORE = 5 };
    size_t kept = 0;
    for (size_t i = 0; i < spellings->count; i++)
        if (spellings->best[i].uses >= FAR_MORE * uses)
            spellings->best[kept++] = spellings->best[i];
    spellings->count = kept;
}

static void find_spelling(struct query *query, struct slice word, size_t limit,
                          struct spellings *out)
{
    compare_spellings(query, query->reader->same_start, word, word, limit, out);
    compare_spellings(query, query->reader->same_end, word, word, limit, out);
    if (word.len <= LONG) {
        char start[2] = {word.ptr[0], word.ptr[2]};
        compare_spellings(query, query->reader->same_start, slice_of(start, sizeof start), word,
                          limit, out);
    }
}

bool spelling_find(struct query *query, bool all)
{
    bool any = false;
    for (size_t i = 0; !query->words_tainted && i < query->count; i++) {
        struct slice word = query->words[i];
        struct spellings *spellings = &query->spellings[i];
        int64_t uses = match_uses(query, word);
        if (word.len > SHORTEST && word.len < LONGEST && !has_digit(word) && !spellings->count &&
            (all || !uses)) {
            find_spelling(query, word, !uses && word.len > LONG ? 2 : 1, spellings);
            drop_rarer(spellings, uses);
        }
        any |= spellings->count > 0;
    }
    return any;
}

void spelling_forget(struct query *query)
{
    for (size_t i = 0; i < query->count; i++)
        query->spellings[i].count = 0;
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
