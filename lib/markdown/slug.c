// SPDX-License-Identifier: MIT
//
// Slugs: lower case, accents dropped, words joined by '-'.
#include "base/utf8.h"
#include "markdown.h"

void markdown_append_slug(struct buffer *out, struct slice text)
{
    struct buffer lower = buffer_create(out->arena, 0);
    bool dash = false, any = false;
    utf8_append_lower(&lower, text);
    struct slice s = buffer_slice(&lower);
    for (size_t i = 0; i < s.len;) {
        size_t start = i;
        uint32_t c = utf8_decode(s, &i);
        const char *base = utf8_transliterate(c);
        bool plain = c < 0x80 && utf8_is_letter_or_digit(c);
        if (c == '\'' || c == 0x2019)
            continue;
        if (!plain && !base && !(c >= 0x80 && utf8_is_letter_or_digit(c))) {
            dash = any;
            continue;
        }
        if (dash)
            buffer_append_byte(out, '-');
        dash = false;
        any = true;
        buffer_append(out, base ? slice_from_cstr(base) : slice_sub(s, start, i));
    }
}
