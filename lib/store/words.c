// SPDX-License-Identifier: MIT
//
// Dividing a text into words.
#include "words.h"

#include "base/ascii.h"

// Whether the character at *next is a letter or digit; moves *next after it.
static bool is_of_word(struct slice text, size_t *next)
{
    char byte = text.ptr[*next];
    if ((unsigned char)byte >= 0x80)
        return utf8_is_letter_or_digit(utf8_decode(text, next));
    ++*next;
    return ascii_is_letter(byte) || ascii_is_digit(byte);
}

// Moves *at to the end of a run of letters and digits (or of anything else).
static void skip(struct slice text, size_t *at, bool in_word)
{
    for (size_t next = *at; *at < text.len; *at = next)
        if (is_of_word(text, &next) != in_word)
            return;
}

bool words_next(struct arena *arena, struct slice *rest, struct slice *word)
{
    size_t start = 0;
    skip(*rest, &start, false);
    size_t end = start;
    skip(*rest, &end, true);
    struct buffer lower = buffer_create(arena, 0);
    utf8_append_lower(&lower, slice_sub(*rest, start, end));
    *rest = slice_sub(*rest, end, rest->len);
    *word = buffer_slice(&lower);
    return word->len > 0 && !lower.failed;
}

bool words_is_stop(struct slice word)
{
    static const struct slice STOP[] = {
        {"a", 1},  {"an", 2},   {"and", 3},  {"are", 3}, {"as", 2},  {"at", 2},  {"be", 2},
        {"by", 2}, {"do", 2},   {"for", 3},  {"how", 3}, {"i", 1},   {"in", 2},  {"is", 2},
        {"it", 2}, {"my", 2},   {"of", 2},   {"on", 2},  {"or", 2},  {"the", 3}, {"to", 2},
        {"we", 2}, {"what", 4}, {"when", 4}, {"who", 3}, {"with", 4}};
    for (size_t i = 0; i < sizeof STOP / sizeof *STOP; i++)
        if (slice_equal(word, STOP[i]))
            return true;
    return false;
}

struct slice words_normal(struct arena *arena, struct slice text)
{
    struct buffer out = buffer_create(arena, 0);
    struct slice word;
    while (words_next(arena, &text, &word)) {
        if (words_is_stop(word))
            continue;
        if (out.len)
            buffer_append_byte(&out, ' ');
        buffer_append(&out, word);
    }
    return buffer_slice(&out);
}
