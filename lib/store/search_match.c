// SPDX-License-Identifier: MIT
//
// From what a reader typed to an expression of FTS5. Any text is a query: it is divided into words,
// and each becomes a quoted string with its synonyms beside it, so that no operator of FTS5 is ever
// the reader's.
#include "search.h"

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
static void append_phrase(struct query *query, struct buffer *out, struct slice text)
{
    struct slice word;
    bool first = true;
    buffer_append_byte(out, '"');
    while (words_next(query->arena, &text, &word)) {
        if (!first)
            buffer_append_byte(out, ' ');
        buffer_append(out, word);
        first = false;
    }
    buffer_append_byte(out, '"');
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

// Appends " OR" and each synonym of the key; the number of them.
static size_t append_synonyms(struct query *query, struct buffer *out, struct slice key)
{
    sqlite3_stmt *synonyms = query->reader->synonyms;
    size_t count = 0;
    database_bind_text(synonyms, 1, key);
    for (; sqlite3_step(synonyms) == SQLITE_ROW; count++) {
        buffer_append_cstr(out, " OR ");
        append_phrase(query, out, database_text(synonyms, 0));
    }
    sqlite3_reset(synonyms);
    return count;
}

// One word or several and their synonyms, in the singular where the plural has none. False when
// several words have none: then they are no term.
static bool append_term(struct query *query, struct buffer *out, size_t from, size_t count,
                        bool prefix)
{
    static const struct slice PLURALS[] = {{"", 0}, {"s", 1}, {"es", 2}};
    struct buffer others = buffer_create(query->arena, 0);
    struct slice key = key_of(query, from, count, 0);
    size_t found = 0;
    for (size_t i = 0; i < sizeof PLURALS / sizeof *PLURALS && !found; i++)
        if (slice_ends_with(key, PLURALS[i]))
            found = append_synonyms(query, &others, key_of(query, from, count, PLURALS[i].len));
    if (count > 1 && !found)
        return false;
    buffer_append_cstr(out, "((");
    for (size_t i = from; i < from + count; i++) {
        if (i > from)
            buffer_append_cstr(out, " AND ");
        append_phrase(query, out, query->words[i]);
    }
    buffer_append_cstr(out, prefix ? "*)" : ")");
    buffer_append(out, buffer_slice(&others));
    buffer_append_byte(out, ')');
    return true;
}

struct slice match_words(struct query *query, const char *operator)
{
    enum { TERM_MAX = 3 };
    struct buffer out = buffer_create(query->arena, 0);
    for (size_t i = 0; i < query->count;) {
        size_t left = query->count - i, count = left < TERM_MAX ? left : TERM_MAX;
        if (i)
            buffer_append_cstr(&out, operator);
        // Two letters and more of the last word may be its beginning.
        for (; count > 0; count--) {
            struct slice last = query->words[i + count - 1];
            bool begins = query->prefix && i + count == query->count && last.len >= 2;
            if (append_term(query, &out, i, count, begins))
                break;
        }
        i += count ? count : 1;
    }
    return buffer_slice(&out);
}

struct slice match_title_start(struct query *query)
{
    struct buffer out = buffer_create(query->arena, 0);
    buffer_append_cstr(&out, "title : ^ ");
    append_phrase(query, &out, query->text);
    buffer_append_cstr(&out, query->prefix ? " *" : "");
    return buffer_slice(&out);
}
