// SPDX-License-Identifier: MIT
//
// The part of a page's text that shows why it was found. A scan of bytes divides the text into
// words; only those that begin like a word of the query, or are not ASCII, go through FTS5's
// tokenizer, which gives both the same stem. The window is where most of the query's phrases are
// close together, and begins with a sentence if one begins nearby.
#include "search.h"

enum {
    WINDOW = 28,         // words that are shown
    TEXT_MAX = 64 << 10, // the rest is ignored
    MARKS_MAX = 256,     // only the first so many
    STEMS_MAX = 6,       // of a phrase
};

struct stems {
    struct slice stem[STEMS_MAX];
    size_t count;
    // How much of the phrase has been matched so far.
    size_t found, word, start;
};

struct word {
    uint32_t start, end;
};

struct mark {
    size_t start, end; // bytes
    size_t word, last; // words
    size_t phrase;
};

enum { BETWEEN = 0, ASCII = 1, OTHER = 2 };

struct snippet {
    struct query *query;
    struct slice text;
    bool is_cut; // it goes on
    struct stems phrases[PHRASES_MAX];
    size_t phrase_count;
    uint32_t begins[32][32]; // the first three letters of stems, five bits each
    unsigned char kind[256]; // of a byte: BETWEEN words, ASCII in a word, or OTHER
    struct word *words;
    size_t word_count;
    size_t offset; // of the text being divided
    struct mark marks[MARKS_MAX];
    size_t mark_count;
};

// ---- the phrases ----

static int add_stem(void *state, int flags, const char *token, int length, int start, int end)
{
    struct snippet *text = state;
    struct stems *phrase = &text->phrases[text->phrase_count];
    (void)flags, (void)start, (void)end;
    if (phrase->count == STEMS_MAX || length <= 0)
        return SQLITE_DONE;
    struct slice stem = arena_copy(text->query->arena, slice_of(token, (size_t)length));
    if (!stem.ptr)
        return SQLITE_NOMEM;
    phrase->stem[phrase->count++] = stem;
    return SQLITE_OK;
}

static int divide(const struct query *query, struct slice text, int purpose, void *state,
                  int (*take)(void *, int, const char *, int, int, int))
{
    const struct store_reader *reader = query->reader;
    return reader->tokenizer.xTokenize(reader->tokens, state, purpose, text.ptr, (int)text.len,
                                       take);
}

// A stem is its word without the ending, so the first letters distinguish most words. The last
// letter of a stem need not be the word's ("toy" is "toi").
static void note_beginning(struct snippet *text, struct slice stem)
{
    uint32_t *seconds = text->begins[stem.ptr[0] & 31];
    if (stem.len > 3)
        seconds[stem.ptr[1] & 31] |= 1u << (stem.ptr[2] & 31);
    else if (stem.len == 3)
        seconds[stem.ptr[1] & 31] = UINT32_MAX;
    else
        memset(seconds, 0xff, sizeof text->begins[0]);
}

static bool may_be_found(const struct snippet *text, struct slice word)
{
    const char *letter = word.ptr;
    const uint32_t *seconds = text->begins[letter[0] & 31];
    if (word.len < 3)
        return seconds[word.len > 1 ? letter[1] & 31 : 0] == UINT32_MAX;
    return seconds[letter[1] & 31] >> (letter[2] & 31) & 1;
}

static void read_phrases(struct snippet *text)
{
    const struct query *query = text->query;
    for (size_t i = 0; i < query->phrase_count; i++) {
        struct stems *phrase = &text->phrases[text->phrase_count];
        divide(query, query->phrases[i].text, FTS5_TOKENIZE_QUERY, text, add_stem);
        if (!phrase->count)
            continue;
        note_beginning(text, phrase->stem[0]);
        for (size_t j = 1; j < phrase->count; j++)
            note_beginning(text, phrase->stem[j]);
        text->phrase_count++;
    }
}

// ---- the text ----

static void mark(struct snippet *text, size_t phrase, size_t word, size_t end)
{
    const struct stems *stems = &text->phrases[phrase];
    const struct mark *last = text->mark_count ? &text->marks[text->mark_count - 1] : NULL;
    if (text->mark_count == MARKS_MAX || (last && stems->start < last->end))
        return;
    text->marks[text->mark_count++] =
        (struct mark){stems->start, end, word + 1 - stems->count, word, phrase};
}

// Checks whether the stem of word number `word` begins or continues a phrase.
static void look_at_word(struct snippet *text, struct slice stem, size_t word, size_t start,
                         size_t end)
{
    for (size_t i = 0; i < text->phrase_count; i++) {
        struct stems *phrase = &text->phrases[i];
        if (phrase->found &&
            (phrase->word + 1 != word || !slice_equal(stem, phrase->stem[phrase->found])))
            phrase->found = 0;
        if (!phrase->found) {
            if (!slice_equal(stem, phrase->stem[0]))
                continue;
            phrase->start = start;
        }
        phrase->word = word;
        if (++phrase->found < phrase->count)
            continue;
        phrase->found = 0;
        mark(text, i, word, end);
    }
}

static int add_word(void *state, int flags, const char *token, int length, int start, int end)
{
    struct snippet *text = state;
    size_t from = text->offset + (size_t)start, to = text->offset + (size_t)end;
    (void)flags;
    text->words[text->word_count] = (struct word){(uint32_t)from, (uint32_t)to};
    look_at_word(text, slice_of(token, (size_t)length), text->word_count++, from, to);
    return SQLITE_OK;
}

static void read_kinds(unsigned char kind[256])
{
    for (int c = 0; c < 256; c++) {
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
        kind[c] = c >= 0x80 ? OTHER : letter || (c >= '0' && c <= '9') ? ASCII : BETWEEN;
    }
}

// The end of the run of letters, digits and non-ASCII bytes from `at` on.
static size_t read_run(struct snippet *text, size_t at)
{
    const unsigned char *bytes = (const unsigned char *)text->text.ptr;
    size_t end = at, length = text->text.len;
    unsigned char kinds = 0, kind;
    for (; end < length && (kind = text->kind[bytes[end]]) != BETWEEN; end++)
        kinds |= kind;
    struct slice word = slice_sub(text->text, at, end);
    text->offset = at;
    if ((kinds & OTHER) || may_be_found(text, word))
        divide(text->query, word, FTS5_TOKENIZE_DOCUMENT, text, add_word);
    else
        text->words[text->word_count++] = (struct word){(uint32_t)at, (uint32_t)end};
    return end;
}

static bool read_snippet_text(struct snippet *text)
{
    const unsigned char *bytes = (const unsigned char *)text->text.ptr;
    text->words = arena_alloc(text->query->arena, (text->text.len + 2) * sizeof *text->words);
    if (!text->words)
        return false;
    for (size_t at = 0; at < text->text.len;)
        at = text->kind[bytes[at]] == BETWEEN ? at + 1 : read_run(text, at);
    return true;
}

// ---- the window ----

// Distinct phrases count most, then their number.
static size_t value_of_window(const struct snippet *text, size_t first, size_t *last)
{
    bool seen[PHRASES_MAX] = {false};
    size_t value = 0;
    for (size_t i = first; i < text->mark_count; i++) {
        const struct mark *next = &text->marks[i];
        if (next->last >= text->marks[first].word + WINDOW)
            break;
        value += seen[next->phrase] ? 1 : 1000;
        seen[next->phrase] = true;
        *last = next->last;
    }
    return value;
}

static bool begins_sentence(const struct snippet *text, size_t word)
{
    if (!word)
        return true;
    struct slice gap = slice_sub(text->text, text->words[word - 1].end, text->words[word].start);
    for (size_t i = 0; i < gap.len; i++)
        if (memchr(".:?!\n", gap.ptr[i], 5))
            return true;
    return false;
}

// The word that the window begins with.
static size_t choose_window(const struct snippet *text)
{
    size_t best = 0, best_value = 0, best_last = 0, last = 0;
    if (text->word_count <= WINDOW)
        return 0;
    for (size_t i = 0; i < text->mark_count; i++) {
        size_t value = value_of_window(text, i, &last);
        if (value > best_value) {
            best = i;
            best_value = value;
            best_last = last;
        }
    }
    size_t word = text->marks[best].word, used = best_last + 1 - word;
    size_t slack = used < WINDOW ? WINDOW - used : 0;
    size_t earliest = word > slack ? word - slack : 0;
    for (size_t at = word + 1; at-- > earliest;)
        if (begins_sentence(text, at))
            return at;
    return word > slack / 2 ? word - slack / 2 : 0;
}

static struct slice window_html(const struct snippet *text, size_t first)
{
    struct buffer out = buffer_create(text->query->arena, 0);
    size_t end = first + WINDOW < text->word_count ? first + WINDOW : text->word_count;
    size_t at = first ? text->words[first].start : 0;
    size_t stop = end < text->word_count ? text->words[end - 1].end : text->text.len;
    buffer_append_cstr(&out, first ? "…" : "");
    for (size_t i = 0; i < text->mark_count; i++) {
        const struct mark *next = &text->marks[i];
        if (next->start < at || next->end > stop)
            continue;
        buffer_append_html(&out, slice_sub(text->text, at, next->start));
        buffer_append_cstr(&out, "<mark>");
        buffer_append_html(&out, slice_sub(text->text, next->start, next->end));
        buffer_append_cstr(&out, "</mark>");
        at = next->end;
    }
    buffer_append_html(&out, slice_sub(text->text, at, stop));
    buffer_append_cstr(&out, end < text->word_count || text->is_cut ? "…" : "");
    return buffer_slice(&out);
}

// Truncates, but not within a character.
static struct slice cut_text(struct slice text)
{
    size_t len = text.len < TEXT_MAX ? text.len : TEXT_MAX;
    while (len < text.len && len && ((unsigned char)text.ptr[len] & 0xc0) == 0x80)
        len--;
    return slice_sub(text, 0, len);
}

struct snippet *snippet_prepare(struct query *query)
{
    struct snippet *text = arena_zalloc(query->arena, 1, sizeof *text);
    if (text) {
        text->query = query;
        read_kinds(text->kind);
        read_phrases(text);
    }
    return text;
}

struct slice snippet_html(struct snippet *text, struct slice body, bool always)
{
    body = slice_trim(body);
    text->text = cut_text(body);
    text->is_cut = text->text.len < body.len;
    text->word_count = text->mark_count = 0;
    for (size_t i = 0; i < text->phrase_count; i++)
        text->phrases[i].found = 0;
    if (!read_snippet_text(text) || !text->word_count || (!always && !text->mark_count))
        return SLICE_EMPTY;
    return window_html(text, text->mark_count ? choose_window(text) : 0);
}
