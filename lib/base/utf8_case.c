// SPDX-License-Identifier: MIT
//
// Case, classes and base letters of code points. Case is Unicode's, as in JavaScript, from a table
// of our own: the C library's lacks mappings to several letters and sometimes the newest scripts.
// The C library decides what a letter is; its C.UTF-8 locale is opened by name, so that the
// process's locale does not matter.
#include "utf8.h"

#include "utf8_case_data.h"

#include <locale.h>
#include <pthread.h>
#include <wctype.h>

static locale_t unicode;
static pthread_once_t unicode_once = PTHREAD_ONCE_INIT;

static void open_unicode(void)
{
    unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (!unicode)
        unicode = newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
}

static locale_t unicode_locale(void)
{
    pthread_once(&unicode_once, open_unicode);
    return unicode;
}

// Appends the ASCII from *at on with the letters between `first` and `last` in the other case, and
// moves *at after it.
static void append_ascii(struct buffer *buffer, struct slice text, size_t *at, char first,
                         char last)
{
    size_t start = *at, end = utf8_skip_ascii(text, start);
    if (start == end)
        return;
    *at = end;
    size_t before = buffer->len;
    buffer_append(buffer, slice_sub(text, start, end));
    if (buffer->len == before)
        return; // out of memory
    // Over local names: what the loop writes might be the buffer's own fields, for all C knows.
    char *ptr = buffer->ptr + before, *stop = buffer->ptr + buffer->len;
    for (; ptr < stop; ptr++)
        *ptr ^= *ptr >= first && *ptr <= last ? 0x20 : 0;
}

// ---- case ----

static uint32_t map_case(const struct case_mapping *rows, size_t count, uint32_t point)
{
    size_t low = 0, high = count;
    while (low < high) { // the first row that does not end before the point
        size_t middle = low + (high - low) / 2;
        if (rows[middle].last < point)
            low = middle + 1;
        else
            high = middle;
    }
    const struct case_mapping *row = &rows[low];
    return low < count && point >= row->first && (point - row->first) % row->step == 0
               ? (uint32_t)((int32_t)point + row->delta)
               : point;
}

static const struct case_special *find_special(uint32_t point)
{
    size_t low = 0, high = CASE_SPECIAL_COUNT;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (CASE_SPECIAL[middle].from < point)
            low = middle + 1;
        else
            high = middle;
    }
    return low < CASE_SPECIAL_COUNT && CASE_SPECIAL[low].from == point ? &CASE_SPECIAL[low] : NULL;
}

static bool in_ranges(const struct case_range *rows, size_t count, uint32_t point)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (rows[middle].last < point)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && point >= rows[low].first;
}

void utf8_append_upper(struct buffer *buffer, struct slice text)
{
    for (size_t i = 0; i < text.len;) {
        append_ascii(buffer, text, &i, 'a', 'z');
        if (i == text.len)
            return;
        uint32_t point = utf8_decode(text, &i);
        const struct case_special *special = find_special(point);
        for (size_t k = 0; special && k < 3 && special->to[k]; k++)
            utf8_append(buffer, special->to[k]);
        if (!special)
            utf8_append(buffer, map_case(CASE_UPPER, CASE_UPPER_COUNT, point));
    }
}

// The code point before *at, which is above 0.
static uint32_t decode_before(struct slice text, size_t *at)
{
    size_t lead = *at - 1;
    while (lead > 0 && *at - lead < 4 && ((unsigned char)text.ptr[lead] & 0xc0) == 0x80)
        lead--;
    *at = lead;
    return utf8_decode(text, &lead);
}

// Final_Sigma (Unicode, table 3-17): a cased letter before it, none after it, ignoring marks and
// apostrophes between.
static bool ends_word(struct slice text, size_t before, size_t after)
{
    bool cased = false, ignorable = true;
    while (ignorable && before) {
        uint32_t point = decode_before(text, &before);
        ignorable = in_ranges(CASE_IGNORABLE, CASE_IGNORABLE_COUNT, point);
        cased = !ignorable && in_ranges(CASE_CASED, CASE_CASED_COUNT, point);
    }
    if (!cased)
        return false;
    for (ignorable = true; ignorable && after < text.len;) {
        uint32_t point = utf8_decode(text, &after);
        ignorable = in_ranges(CASE_IGNORABLE, CASE_IGNORABLE_COUNT, point);
        if (!ignorable && in_ranges(CASE_CASED, CASE_CASED_COUNT, point))
            return false;
    }
    return true;
}

static void append_lower(struct buffer *buffer, struct slice text, size_t start, size_t *end)
{
    uint32_t point = utf8_decode(text, end);
    if (point == 0x130) // a dotted capital I keeps its dot, as a combining one
        buffer_append(buffer, SLICE("i\xcc\x87"));
    else if (point == 0x3a3)
        utf8_append(buffer, ends_word(text, start, *end) ? 0x3c2 : 0x3c3);
    else
        utf8_append(buffer, map_case(CASE_LOWER, CASE_LOWER_COUNT, point));
}

void utf8_append_lower(struct buffer *buffer, struct slice text)
{
    for (size_t i = 0; i < text.len;) {
        append_ascii(buffer, text, &i, 'A', 'Z');
        if (i == text.len)
            return;
        append_lower(buffer, text, i, &i);
    }
}

bool utf8_is_space(uint32_t c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0 || c == 0x1680 ||
           (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 || c == 0x202f ||
           c == 0x205f || c == 0x3000 || c == 0xfeff;
}

bool utf8_is_letter_or_digit(uint32_t c)
{
    if (c < 0x80)
        return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    return iswalnum_l((wint_t)c, unicode_locale()) != 0;
}

// Base letters of U+00C0 to U+017F, in order; "" where there is none.
static const char BASES[][3] = {
    "A", "A", "A",  "A",  "Ae", "A", "AE", "C", "E", "E", "E", "E", "I",  "I", "I",  "I",
    "D", "N", "O",  "O",  "O",  "O", "Oe", "",  "O", "U", "U", "U", "Ue", "Y", "TH", "ss",
    "a", "a", "a",  "a",  "ae", "a", "ae", "c", "e", "e", "e", "e", "i",  "i", "i",  "i",
    "d", "n", "o",  "o",  "o",  "o", "oe", "",  "o", "u", "u", "u", "ue", "y", "th", "y",
    "A", "a", "A",  "a",  "A",  "a", "C",  "c", "C", "c", "C", "c", "C",  "c", "D",  "d",
    "D", "d", "E",  "e",  "E",  "e", "E",  "e", "E", "e", "E", "e", "G",  "g", "G",  "g",
    "G", "g", "G",  "g",  "H",  "h", "H",  "h", "I", "i", "I", "i", "I",  "i", "I",  "i",
    "I", "i", "IJ", "ij", "J",  "j", "K",  "k", "k", "L", "l", "L", "l",  "L", "l",  "L",
    "l", "L", "l",  "N",  "n",  "N", "n",  "N", "n", "n", "N", "n", "O",  "o", "O",  "o",
    "O", "o", "OE", "oe", "R",  "r", "R",  "r", "R", "r", "S", "s", "S",  "s", "S",  "s",
    "S", "s", "T",  "t",  "T",  "t", "T",  "t", "U", "u", "U", "u", "U",  "u", "U",  "u",
    "U", "u", "U",  "u",  "W",  "w", "Y",  "y", "Y", "Z", "z", "Z", "z",  "Z", "z",  "s",
};

const char *utf8_transliterate(uint32_t code_point)
{
    if (code_point < 0xc0 || code_point - 0xc0 >= sizeof BASES / sizeof *BASES)
        return NULL;
    const char *base = BASES[code_point - 0xc0];
    return *base ? base : NULL;
}

struct slice utf8_lower(struct arena *arena, struct slice text)
{
    struct buffer out = buffer_create(arena, 0); // it may be longer than the text
    utf8_append_lower(&out, text);
    return out.failed ? SLICE_EMPTY : buffer_slice(&out);
}
