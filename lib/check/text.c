// SPDX-License-Identifier: MIT
//
// Placeholder text that should have been replaced: "TODO", "Lorem ipsum", "add a brief intro here",
// "about how .....". Code and comments are left alone.
#include "findings.h"

#include "base/ascii.h"

static bool is_prose_byte(char c)
{
    return ascii_is_letter(c) || (c >= '0' && c <= '9') || c == '_' || (c & 0x80);
}

static bool matches_words(struct slice text, size_t at, const char *words, bool exact)
{
    struct slice wanted = slice_from_cstr(words), found = slice_sub(text, at, at + wanted.len);
    return exact ? slice_equal(found, wanted) : slice_equal_ignore_case(found, wanted);
}

// ---- phrases ----

static const struct phrase {
    const char *text;
    bool exact; // "TODO", but not "todo list"
} PHRASES[] = {
    {"lorem ipsum", false},
    {"dolor sit amet", false},
    {"TODO", true},
    {"FIXME", true},
    {"TBC", true},
    {"TBD", true},
    {"XXX", true},
    {"placeholder text", false},
    {"your text here", false},
    {"your content here", false},
    {"text goes here", false},
    {"content goes here", false},
};

static size_t phrase_at(struct slice text, size_t at)
{
    for (size_t i = 0; i < sizeof PHRASES / sizeof *PHRASES; i++) {
        if ((PHRASES[i].text[0] | 0x20) != (text.ptr[at] | 0x20))
            continue;
        size_t length = strlen(PHRASES[i].text), end = at + length;
        if (matches_words(text, at, PHRASES[i].text, PHRASES[i].exact) &&
            (end >= text.len || !is_prose_byte(text.ptr[end])))
            return length;
    }
    return 0;
}

// ---- "add a brief intro here" ----

static size_t word_length(struct slice text, size_t at)
{
    size_t end = at;
    while (end < text.len && (is_prose_byte(text.ptr[end]) || text.ptr[end] == '-'))
        end++;
    return end - at;
}

static bool is_listed_word(struct slice word, const char *const *words)
{
    for (; *words; words++)
        if (slice_equal_ignore_case(word, slice_from_cstr(*words)))
            return true;
    return false;
}

// "add", then an article, then up to four words, then "here" at the end of the sentence: "add the
// details here" asks the author, "add your name here and send the form" asks the reader.
static size_t request_at(struct slice text, size_t at)
{
    static const char *const VERBS[] = {"add", "insert", "put", "write", NULL};
    static const char *const ARTICLES[] = {"a", "an", "some", "brief", "short", NULL};
    size_t end = at + word_length(text, at);
    if (end - at < 3 || end - at > 6 || !is_listed_word(slice_sub(text, at, end), VERBS))
        return 0;
    for (unsigned n = 0; n < 6 && end + 1 < text.len && text.ptr[end] == ' '; n++) {
        size_t start = end + 1;
        end = start + word_length(text, start);
        struct slice word = slice_sub(text, start, end);
        if (n == 0 && !is_listed_word(word, ARTICLES))
            return 0;
        bool last = end >= text.len || (text.ptr[end] != ' ' && text.ptr[end] != ',');
        if (n > 1 && last && slice_equal_ignore_case(word, SLICE("here")))
            return end - at;
        if (!word.len)
            return 0;
    }
    return 0;
}

// ---- "about how ....." ----

// Four or more dots after words. Dot leaders between two texts do not count.
static size_t dots_at(struct slice text, size_t at, size_t *start)
{
    size_t end = at;
    while (end < text.len && text.ptr[end] == '.')
        end++;
    size_t next = end < text.len && text.ptr[end] == ' ' ? end + 1 : end;
    bool leader = next < text.len && text.ptr[next] >= '0' && text.ptr[next] <= '9';
    if (end - at < 4 || leader ||
        (end < text.len && (is_prose_byte(text.ptr[end]) || text.ptr[end] == '/')))
        return 0;
    size_t from = at, words = 0;
    while (from > 0 && words < 2 && text.ptr[from - 1] == ' ') {
        size_t space = from - 1, word = space;
        while (word > 0 && is_prose_byte(text.ptr[word - 1]))
            word--;
        if (word == space)
            break;
        from = word;
        words++;
    }
    if (from == at && at > 0 && is_prose_byte(text.ptr[at - 1]))
        while (from > 0 && is_prose_byte(text.ptr[from - 1]))
            from--;
    *start = from;
    return end - from;
}

// ---- all of them ----

static void report_text(struct check *check, struct slice file, const struct source_map *map,
                        size_t at, size_t length)
{
    struct slice text = slice_sub(map->text, at, at + length);
    if (source_map_hidden(map, at))
        return;
    struct site_finding *finding =
        check_add(check, "placeholder", "a placeholder was left: %.*s", SLICE_ARG(text));
    check_place(check, finding, file, map->text, at, text);
}

// The first bytes of all of them, in lower case.
static const bool BEGINS[256] = {
    ['.'] = true, ['l'] = true, ['d'] = true, ['t'] = true, ['f'] = true, ['x'] = true,
    ['p'] = true, ['y'] = true, ['c'] = true, ['a'] = true, ['i'] = true, ['w'] = true};

void check_placeholders(struct check *check, struct slice file, const struct source_map *map)
{
    struct slice text = map->text;
    for (size_t at = 0; at < text.len; at++) {
        if (!BEGINS[(unsigned char)text.ptr[at] | 0x20])
            continue;
        char c = text.ptr[at], before = at ? text.ptr[at - 1] : ' ';
        size_t start = at, length = 0;
        if (c == '.' && before != '.')
            length = dots_at(text, at, &start);
        else if (ascii_is_letter(c) && !is_prose_byte(before)) {
            length = phrase_at(text, at);
            if (!length)
                length = request_at(text, at);
        }
        if (!length)
            continue;
        report_text(check, file, map, start, length);
        at = start + length - 1;
    }
}
