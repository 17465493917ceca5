// SPDX-License-Identifier: MIT
//
// From what a reader typed to an expression of FTS5. Any text is a query: it is divided into words,
// and each becomes a quoted string with its synonyms, so that readers can never write an operator
// of FTS5.
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

// The expression being written: where to, for which place, and for which words of the query.
struct writing {
    struct query *query;
    struct buffer *out;
    const char *place;
    bool recorded;  // its phrases become the query's
    unsigned words; // which words the next phrase stands for
};

static const double FORM_WEIGHT = 0.9; // of another form of a word, beside the word itself

// A word has only letters and digits, so it only needs quotes around it.
static void append_phrase(const struct writing *writing, struct slice text, double weight)
{
    struct query *query = writing->query;
    struct buffer *out = writing->out;
    struct slice word, rest = text;
    bool first = true;
    buffer_append_byte(out, '"');
    while (words_next(query->arena, &rest, &word)) {
        if (!first)
            buffer_append_byte(out, ' ');
        buffer_append_cstr(out, writing->place);
        buffer_append(out, word);
        first = false;
    }
    buffer_append_byte(out, '"');
    invariant(query->count <= QUERY_WORDS_MAX && query->phrase_count <= PHRASES_MAX);
    if (writing->recorded && query->phrase_count < PHRASES_MAX)
        query->phrases[query->phrase_count++] =
            (struct phrase){text, match_uses(query, text), writing->words, weight};
}

// The words [from, from + count), as a key for synonyms, without the last `cut` letters.
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

static void append_other(const struct writing *writing, struct slice text, double weight)
{
    buffer_append_cstr(writing->out, " OR ");
    append_phrase(writing, text, weight);
}

// Appends " OR" and each synonym of the key.
static void append_synonyms(const struct writing *writing, struct slice key)
{
    struct query *query = writing->query;
    sqlite3_stmt *synonyms = query->reader->synonyms;
    database_bind_text(synonyms, 1, key);
    while (sqlite3_step(synonyms) == SQLITE_ROW)
        append_other(writing, database_copy(synonyms, 0, query->arena), 1);
    sqlite3_reset(synonyms);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

// "iso27001" is also written "ISO 27001": a space where letters and digits meet. "" when they do
// not.
static struct slice divided(struct arena *arena, struct slice word)
{
    struct buffer out = buffer_create(arena, 0);
    for (size_t i = 0; i < word.len; i++) {
        if (i && is_digit(word.ptr[i]) != is_digit(word.ptr[i - 1]))
            buffer_append_byte(&out, ' ');
        buffer_append_byte(&out, word.ptr[i]);
    }
    return out.len > word.len ? buffer_slice(&out) : SLICE_EMPTY;
}

// "signin" is also written "sign in": two words that pages use, neither of them a stop word.
static void append_two_words(const struct writing *writing, struct slice word)
{
    enum { PART_MIN = 2, SHORT_PART = 3 };
    struct query *query = writing->query;
    for (size_t at = PART_MIN; at + PART_MIN <= word.len; at++) {
        struct slice one = slice_sub(word, 0, at), two = slice_sub(word, at, word.len);
        bool letters = one.len >= SHORT_PART || two.len >= SHORT_PART;
        if (letters && (match_uses(query, one) || words_is_stop(one)) &&
            (match_uses(query, two) || words_is_stop(two)))
            append_other(writing,
                         arena_printf(query->arena, "%.*s %.*s", SLICE_ARG(one), SLICE_ARG(two)),
                         0.9);
    }
}

static bool is_used(void *query, struct slice word)
{
    return match_uses(query, word) > 0;
}

// Looked for once a query: the word may be part of many expressions. Another spelling is another
// word.
static const struct word_forms *forms_of(struct query *query, size_t at)
{
    struct word_forms *forms = &query->forms[at];
    if (!slice_equal(forms->word, query->words[at])) {
        const struct welsh_words used = {is_used, query};
        forms->word = query->words[at];
        forms->count = welsh_forms(query->arena, &used, forms->word, forms->forms, FORMS_MAX);
    }
    return forms;
}

static bool is_welsh(const struct query *query)
{
    return slice_equal_ignore_case(slice_sub(query->request->words_language, 0, 2), SLICE("cy"));
}

// A word and, if it may be unfinished, what it may be the beginning of.
static void append_word(struct writing *writing, size_t at)
{
    struct query *query = writing->query;
    struct slice word = query->words[at], parts = divided(query->arena, word);
    const struct spellings *spellings = &query->spellings[at];
    bool begins = query->prefix && at + 1 == query->count;
    buffer_append_byte(writing->out, '(');
    writing->words = 1u << at;
    append_phrase(writing, word, 1);
    if (parts.len)
        append_other(writing, parts, 1);
    else if (word.len > 4 && !match_uses(query, word))
        append_two_words(writing, word);
    for (size_t i = 0; begins && i < query->beginning_count; i++)
        append_other(writing, query->beginnings[i], 1);
    const struct word_forms *forms = is_welsh(query) ? forms_of(query, at) : NULL;
    for (size_t i = 0; forms && i < forms->count; i++)
        append_other(writing, forms->forms[i], FORM_WEIGHT);
    for (size_t i = 0; i < spellings->count; i++)
        append_other(writing, spellings->best[i].word,
                     1.0 / (1.0 + (double)spellings->best[i].distance));
    buffer_append_byte(writing->out, ')');
}

// The key of some words, in the singular if the plural has no synonyms.
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

// Several words as one: "iso 27001" is also written "iso27001", "web site" "website".
static struct slice joined(struct query *query, size_t from, size_t count)
{
    struct buffer out = buffer_create(query->arena, 0);
    for (size_t i = from; i < from + count; i++)
        buffer_append(&out, query->words[i]);
    struct slice word = buffer_slice(&out);
    return word.len > 3 && match_uses(query, word) ? word : SLICE_EMPTY;
}

// One word or several, and their synonyms. False if several words have none: then they are not a
// term.
static bool append_term(struct writing *writing, size_t from, size_t count)
{
    struct query *query = writing->query;
    struct slice key = key_with_synonyms(query, from, count);
    struct slice one = count > 1 ? joined(query, from, count) : SLICE_EMPTY;
    if (count > 1 && !key.len && !one.len)
        return false;
    buffer_append_cstr(writing->out, "((");
    for (size_t i = from; i < from + count; i++) {
        if (i > from)
            buffer_append_cstr(writing->out, " AND ");
        append_word(writing, i);
    }
    buffer_append_byte(writing->out, ')');
    writing->words = ((1u << count) - 1) << from;
    if (one.len)
        append_other(writing, one, 1);
    if (key.len)
        append_synonyms(writing, key);
    buffer_append_byte(writing->out, ')');
    return true;
}

struct slice match_words(struct query *query, const char *between, const char *place)
{
    enum { TERM_MAX = 3 };
    struct buffer out = buffer_create(query->arena, 0);
    struct writing writing = {.query = query, .out = &out, .place = place, .recorded = !*place};
    if (!*place)
        query->phrase_count = 0;
    for (size_t i = 0; i < query->count;) {
        size_t left = query->count - i, count = left < TERM_MAX ? left : TERM_MAX;
        if (i)
            buffer_append_cstr(&out, between);
        while (count > 1 && !append_term(&writing, i, count))
            count--;
        if (count == 1)
            append_term(&writing, i, 1);
        i += count;
    }
    return buffer_slice(&out);
}

struct slice match_word(struct query *query, size_t at, const char *place)
{
    struct buffer out = buffer_create(query->arena, 0);
    struct writing writing = {.query = query, .out = &out, .place = place};
    append_term(&writing, at, 1);
    return buffer_slice(&out);
}

struct slice match_section(struct arena *arena, struct slice section)
{
    return arena_printf(arena, PLACE_SECTION "%016llx", (unsigned long long)slice_hash(section));
}

struct slice match_language(struct arena *arena, struct slice language)
{
    return arena_printf(arena, PLACE_LANGUAGE "%016llx", (unsigned long long)slice_hash(language));
}
