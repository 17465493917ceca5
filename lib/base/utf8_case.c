// SPDX-License-Identifier: MIT
//
// Case, classes and base letters of code points. The C library knows the mappings of all scripts;
// its C.UTF-8 locale is asked for by name, so that the process's own locale does not matter.
#include "utf8.h"

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
// moves *at behind it.
static void append_ascii(struct buffer *buffer, struct slice text, size_t *at, char first,
                         char last)
{
    size_t start = *at, end = utf8_skip_ascii(text, start);
    *at = end;
    size_t before = buffer->len;
    buffer_append(buffer, slice_sub(text, start, end));
    for (size_t i = before; i < buffer->len; i++)
        if (buffer->ptr[i] >= first && buffer->ptr[i] <= last)
            buffer->ptr[i] ^= 0x20;
}

void utf8_append_upper(struct buffer *buffer, struct slice text)
{
    for (size_t i = 0; i < text.len;) {
        append_ascii(buffer, text, &i, 'a', 'z');
        if (i == text.len)
            return;
        uint32_t code_point = utf8_decode(text, &i);
        if (code_point == 0xdf) // the one full mapping that English and German text meets
            buffer_append(buffer, SLICE("SS"));
        else
            utf8_append(buffer, (uint32_t)towupper_l((wint_t)code_point, unicode_locale()));
    }
}

// Final sigma: a capital sigma at the end of a word (Unicode's Final_Sigma, for letters).
static bool ends_word(struct slice text, size_t before, size_t after)
{
    if (!before)
        return false;
    size_t lead = before - 1; // at most three bytes back, so that a text of sigmas stays linear
    while (lead > 0 && before - lead < 4 && ((unsigned char)text.ptr[lead] & 0xc0) == 0x80)
        lead--;
    return utf8_is_letter_or_digit(utf8_decode(text, &lead)) &&
           (after >= text.len || !utf8_is_letter_or_digit(utf8_decode(text, &after)));
}

static void append_lower(struct buffer *buffer, struct slice text, size_t start, size_t *end)
{
    uint32_t code_point = utf8_decode(text, end);
    if (code_point == 0x130) // a dotted capital I keeps its dot, as a combining one
        buffer_append(buffer, SLICE("i\xcc\x87"));
    else if (code_point == 0x3a3)
        utf8_append(buffer, ends_word(text, start, *end) ? 0x3c2 : 0x3c3);
    else
        utf8_append(buffer, (uint32_t)towlower_l((wint_t)code_point, unicode_locale()));
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
