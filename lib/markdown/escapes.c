// SPDX-License-Identifier: MIT
//
// Escaped braces and quotes. cmark drops the backslash, and with it what tells "\{not attributes}"
// from "{attributes}". So before parsing, a backslash and one of these characters become one
// private-use character (U+E000 plus the character), and come back when they are written.
#include "base/utf8.h"
#include "tree.h"

static bool is_kept(char c)
{
    return c == '{' || c == '}' || c == '"' || c == '\'';
}

struct slice escapes_hide(struct arena *arena, struct slice source)
{
    struct buffer out = buffer_create(arena, 0);
    size_t from = 0;
    for (size_t i = slice_find_byte(source, '\\', 0); i != SIZE_MAX && i + 1 < source.len;
         i = slice_find_byte(source, '\\', i)) {
        char c = source.ptr[i + 1];
        if (is_kept(c)) {
            buffer_append(&out, slice_sub(source, from, i));
            utf8_append(&out, 0xe000u + (unsigned char)c);
            from = i + 2;
        }
        i += 2; // behind the escape, whatever it escapes
    }
    if (!from || out.failed)
        return source;
    buffer_append(&out, slice_sub(source, from, source.len));
    return buffer_slice(&out);
}

struct slice escapes_show(struct arena *arena, struct slice text, bool literal)
{
    if (slice_find_byte(text, (char)ESCAPES_LEAD, 0) == SIZE_MAX)
        return text;
    struct buffer out = buffer_create(arena, 0);
    for (size_t i = 0; i < text.len;) {
        size_t start = i;
        uint32_t c = utf8_decode(text, &i);
        if (c < 0xe000 || c > 0xe07f || !is_kept((char)(c - 0xe000))) {
            buffer_append(&out, slice_sub(text, start, i));
            continue;
        }
        if (literal)
            buffer_append_byte(&out, '\\');
        buffer_append_byte(&out, (char)(c - 0xe000));
    }
    return buffer_slice(&out);
}
