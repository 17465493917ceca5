// SPDX-License-Identifier: MIT
//
// From what a reader typed to an expression of FTS5. Any text is a query: it is divided into words,
// and each becomes a quoted string with its synonyms beside it, so that no operator of FTS5 is ever
// the reader's.
#include "search.h"

int64_t match_uses(struct query *query, struct slice word)
{
    sqlite3_stmt *known = query->reader->known;
    if (query->words_tainted)
        return 0;
    database_bind_text(known, 1, word);
    int64_t uses = sqlite3_step(known) == SQLITE_ROW ? sqlite3_column_int64(known, 0) : 0;
    sqlite3_reset(known);
    return uses;
}

static void read_words(struct query *query, bool stop_words)
{
    struct slice rest = query->text, word;
    while (query->count < QUERY_WORDS_MAX && words_next(query->arena, &rest, &word))
        if (stop_words || !words_is_stop(word))
            query->words[query->count++] = word;
}

void match_read_words(struct query *query)
{
    read_words(query, false);
    if (!query->count)
        read_words(query, true);
}

// A word holds letters and digits only, so quotes around it are all it needs.
static void append_phrase(struct query *query, struct buffer *out, const char *place,
                          struct slice text)
{
    struct slice word, rest = text;
    bool first = true;
    buffer_append_byte(out, '"');
    while (words_next(query->arena, &rest, &word)) {
        if (!first)
            buffer_append_byte(out, ' ');
        buffer_append_cstr(out, place);
        buffer_append(out, word);
        first = false;
    }
    buffer_append_byte(out, '"');
    invariant(query->count <= QUERY_WORDS_MAX && query->phrase_count <= PHRASES_MAX);
    if (!*place && query->phrase_count < PHRASES_MAX)
        query->phrases[query->phrase_count++] = (struct phrase){text, match_uses(query, text)};
}

// The words [from, from + count), as synonyms are filed; `cut` letters of the last left out.
static struct slice key_of(struct query *query, size_t from, size_t count, size_t cut)
{
    struct buffer key = buffer_create(query->arena, 0);
    for (size_t i = from; i < from + count; i++) {
        if (i > from)
            buffer_append_byte(&key, ' ');
        buffer_append(&key, query->words[i]);
    }
    struct slice text = buffer_slice(&key);
    return slice_sub(text, 0, text.len > cut + 2 ? text.len - cut : text.len);
}

struct slice match_key(struct query *query)
{
    return key_of(query, 0, query->count, 0);
}

static bool has_synonyms(struct query *query, struct slice key)
{
    database_bind_text(query->reader->synonyms, 1, key);
    bool has = sqlite3_step(query->reader->synonyms) == SQLITE_ROW;
    sqlite3_reset(query->reader->synonyms);
    return has;
}

// Appends " OR" and each synonym of the key.
static void append_synonyms(struct query *query, struct buffer *out, const char *place,
                            struct slice key)
{
    sqlite3_stmt *synonyms = query->reader->synonyms;
    database_bind_text(synonyms, 1, key);
    while (sqlite3_step(synonyms) == SQLITE_ROW) {
        buffer_append_cstr(out, " OR ");
        append_phrase(query, out, place, database_copy(synonyms, 0, query->arena));
    }
    sqlite3_reset(synonyms);
}

// A word, and, where it may be the beginning of one, what it may be the beginning of.
static void append_word(struct query *query, struct buffer *out, const char *place, size_t at)
{
    bool begins = query->prefix && at + 1 == query->count && query->beginning_count;
    buffer_append_cstr(out, begins ? "(" : "");
    append_phrase(query, out, place, query->words[at]);
    for (size_t i = 0; begins && i < query->beginning_count; i++) {
        buffer_append_cstr(out, " OR ");
        append_phrase(query, out, place, query->beginnings[i]);
    }
    buffer_append_cstr(out, begins ? ")" : "");
}

// The key of some words, in the singular where the plural has no synonyms.
static struct slice key_with_synonyms(struct query *query, size_t from, size_t count)
{
    static const struct slice PLURALS[] = {{"", 0}, {"s", 1}, {"es", 2}};
    struct slice key = key_of(query, from, count, 0);
    for (size_t i = 0; i < sizeof PLURALS / sizeof *PLURALS; i++) {
        struct slice singular = key_of(query, from, count, PLURALS[i].len);
        if (slice_ends_with(key, PLURALS[i]) && has_synonyms(query, singular))
            return singular;
    }
    return SLICE_EMPTY;
}

// One word or several and their synonyms. False when several words have none: then they are no
// term.
static bool append_term(struct query *query, struct buffer *out, const char *place, size_t from,
                        size_t count)
{
    struct slice key = key_with_synonyms(query, from, count);
    if (count > 1 && !key.len)
        return false;
    buffer_append_cstr(out, "((");
    for (size_t i = from; i < from + count; i++) {
        if (i > from)
            buffer_append_cstr(out, " AND ");
        append_word(query, out, place, i);
    }
    buffer_append_byte(out, ')');
    if (key.len)
        append_synonyms(query, out, place, key);
    buffer_append_byte(out, ')');
    return true;
}

struct slice match_words(struct query *query, const char *between, const char *place)
{
    enum { TERM_MAX = 3 };
    struct buffer out = buffer_create(query->arena, 0);
    if (!*place)
        query->phrase_count = 0;
    for (size_t i = 0; i < query->count;) {
        size_t left = query->count - i, count = left < TERM_MAX ? left : TERM_MAX;
        if (i)
            buffer_append_cstr(&out, between);
        while (count > 1 && !append_term(query, &out, place, i, count))
            count--;
        if (count == 1)
            append_term(query, &out, place, i, 1);
        i += count;
    }
    return buffer_slice(&out);
}

struct slice match_word(struct query *query, size_t at, const char *place)
{
    struct buffer out = buffer_create(query->arena, 0);
    append_term(query, &out, place, at, 1);
    return buffer_slice(&out);
}

struct slice match_section(struct arena *arena, struct slice section)
{
    return arena_printf(arena, PLACE_SECTION "%016llx", (unsigned long long)slice_hash(section));
}
