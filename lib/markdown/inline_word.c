// SPDX-License-Identifier: MIT
//
// A text without spaces between two marks ("~2~"): its inlines are not parsed, its escapes are
// removed.
#include "base/utf8.h"
#include "inlines.h"

static bool is_escapable_in_word(char c)
{
    return c && strchr(" \\!\"#$%&'()*+,./:;<=>?@[]^_`{|}~-", c);
}

// Unescaped white space.
static bool has_space(struct slice text)
{
    size_t slashes = 0;
    for (size_t at = 0; at < text.len;) {
        uint32_t c = utf8_decode(text, &at);
        if (utf8_is_space(c) && slashes % 2 == 0)
            return true;
        slashes = c == '\\' ? slashes + 1 : 0;
    }
    return false;
}

static struct slice without_escapes(struct arena *arena, struct slice text)
{
    struct buffer out = buffer_create(arena, 0);
    for (size_t at = 0; at < text.len; at++) {
        at += text.ptr[at] == '\\' && at + 1 < text.len && is_escapable_in_word(text.ptr[at + 1]);
        buffer_append_byte(&out, text.ptr[at]);
    }
    return buffer_slice(&out);
}

bool inline_word(struct inlines *s, const struct tree_element *element)
{
    size_t start = s->at, end = s->end, close;
    char mark = s->source.ptr[start];
    if (start + 2 >= end)
        return false;
    for (s->at = start + 1; s->at < end && s->source.ptr[s->at] != mark;)
        inlines_skip(s);
    close = s->at;
    s->at = start;
    struct slice text = slice_sub(s->source, start + 1, close);
    if (close >= end || !text.len || has_space(text))
        return false;
    inlines_open(s, tree_new(s->tree, CMARK_NODE_CUSTOM_INLINE, TREE_SPAN, element));
    inlines_push_text(s, without_escapes(s->tree->arena, text));
    inlines_close(s);
    s->at = close + 1;
    return true;
}
