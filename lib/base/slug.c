// SPDX-License-Identifier: MIT
//
// Slugs as Eleventy 3 makes them (@sindresorhus/slugify): letters lose their accents, & becomes
// "and", and anything but letters and digits becomes a hyphen.
#include "slug.h"

#include "utf8.h"

struct letter {
    uint32_t code_point;
    const char *text;
};
static const struct letter LETTERS[] = {
#define LETTER(code_point, text) {code_point, text},
#include "slug_letters.def"
#undef LETTER
};

struct marks {
    uint32_t first, last;
};
static const struct marks DROPPED[] = {
#define MARKS(first, last) {first, last},
#include "slug_letters.def"
#undef MARKS
};

static const char *spelling(uint32_t code_point)
{
    size_t low = 0, high = sizeof LETTERS / sizeof *LETTERS;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (LETTERS[middle].code_point < code_point)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < sizeof LETTERS / sizeof *LETTERS && LETTERS[low].code_point == code_point;
    return found ? LETTERS[low].text : code_point == '&' ? " and " : NULL;
}

static bool is_dropped(uint32_t code_point)
{
    size_t low = 0, high = sizeof DROPPED / sizeof *DROPPED;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (DROPPED[middle].last < code_point)
            low = middle + 1;
        else
            high = middle;
    }
    return low < sizeof DROPPED / sizeof *DROPPED && code_point >= DROPPED[low].first;
}

// A vowel and a separate diaeresis are one letter, which German spells with an e.
static uint32_t compose(uint32_t code_point, struct slice rest)
{
    static const struct letter UMLAUTS[] = {{0xc4, "A"}, {0xd6, "O"}, {0xdc, "U"},
                                            {0xe4, "a"}, {0xf6, "o"}, {0xfc, "u"}};
    for (size_t i = 0; i < sizeof UMLAUTS / sizeof *UMLAUTS; i++)
        if (code_point == (unsigned char)*UMLAUTS[i].text &&
            slice_starts_with(rest, SLICE("\xcc\x88")))
            return UMLAUTS[i].code_point;
    return code_point;
}

static void append_plain_letters(struct buffer *out, struct slice text)
{
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        uint32_t code_point = utf8_decode(text, &at);
        const char *word = spelling(compose(code_point, slice_sub(text, at, text.len)));
        if (word)
            buffer_append_cstr(out, word);
        else if (!is_dropped(code_point))
            buffer_append(out, slice_sub(text, start, at));
    }
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_slug_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_lower_or_digit(char c)
{
    return is_slug_byte(c);
}

// Puts spaces between the words of camelCase: before a capital after a lower-case letter, and
// before the last capital of a run that begins a word ("HTMLPage").
static void append_decamelised(struct buffer *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char before = i > 0 ? text.ptr[i - 1] : '\0';
        char after = i + 1 < text.len ? text.ptr[i + 1] : '\0';
        bool begins = is_upper(text.ptr[i]) &&
                      (is_lower_or_digit(before) ||
                       (is_upper(before) && is_lower_or_digit(after) && after != 's'));
        if (begins)
            buffer_append_byte(out, ' ');
        buffer_append_byte(out, text.ptr[i]);
    }
}

// An apostrophe before a lone t or s leaves no hyphen: "don't" is "dont".
static bool is_contraction(struct slice text, size_t at)
{
    if (text.ptr[at] != '\'' || at == 0 || !is_slug_byte(text.ptr[at - 1]) || at + 1 >= text.len)
        return false;
    if (text.ptr[at + 1] != 't' && text.ptr[at + 1] != 's')
        return false;
    size_t next = at + 2;
    return next >= text.len || utf8_is_space(utf8_decode(text, &next));
}

static void append_hyphenated(struct buffer *out, struct slice text)
{
    size_t start = out->len;
    bool pending = false;
    for (size_t i = 0; i < text.len; i++) {
        if (is_contraction(text, i))
            continue;
        if (!is_slug_byte(text.ptr[i])) {
            pending = out->len > start;
            continue;
        }
        if (pending)
            buffer_append_byte(out, '-');
        pending = false;
        buffer_append_byte(out, text.ptr[i]);
    }
}

void slug_append(struct buffer *out, struct slice text, bool decamelize)
{
    struct buffer letters = buffer_create(out->arena, out->max);
    struct buffer words = buffer_create(out->arena, out->max);
    struct buffer lower = buffer_create(out->arena, out->max);
    append_plain_letters(&letters, text);
    if (decamelize)
        append_decamelised(&words, buffer_slice(&letters));
    utf8_append_lower(&lower, buffer_slice(decamelize ? &words : &letters));
    append_hyphenated(out, buffer_slice(&lower));
    out->failed |= letters.failed || words.failed || lower.failed;
}
