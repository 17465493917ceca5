// SPDX-License-Identifier: MIT
//
// Destinations, titles and labels.
#include "link_parts.h"

#include "base/utf8.h"

static size_t bracketed(struct tree *tree, struct slice text, size_t at, struct slice *target)
{
    for (size_t i = at + 1; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\n' || c == '<')
            return SIZE_MAX;
        if (c == '>') {
            *target = unescape(tree, slice_sub(text, at + 1, i));
            return i + 1;
        }
        i += c == '\\' && i + 1 < text.len;
    }
    return SIZE_MAX;
}

size_t link_destination(struct tree *tree, struct slice text, size_t at, struct slice *target)
{
    enum { DEEPEST = 32 };
    size_t end = at;
    int depth = 0;
    if (at < text.len && text.ptr[at] == '<')
        return bracketed(tree, text, at, target);
    for (; end < text.len; end++) {
        unsigned char c = (unsigned char)text.ptr[end];
        if (c <= ' ' || c == 0x7f || (c == ')' && !depth))
            break;
        if (c == '\\' && end + 1 < text.len) {
            // markdown-it 14 keeps a backslash before a space; earlier versions end there.
            if (text.ptr[end + 1] != ' ')
                end++;
            else if (tree->options->version < 14)
                break;
        }
        depth += (c == '(') - (c == ')');
        if (depth > DEEPEST)
            return SIZE_MAX;
    }
    if (end == at || depth)
        return SIZE_MAX;
    *target = unescape(tree, slice_sub(text, at, end));
    return end;
}

char link_title_close(char open)
{
    return open == '(' ? ')' : open == '"' || open == '\'' ? open : '\0';
}

bool link_title_end(struct slice text, size_t from, char close, size_t *end)
{
    *end = SIZE_MAX;
    for (size_t i = from; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == close || (c == '(' && close == ')')) {
            *end = i;
            return c == close;
        }
        i += c == '\\' && i + 1 < text.len;
    }
    return false;
}

// White space becomes one space, and case is ignored: lower, then upper, as in JavaScript.
struct slice link_label(struct tree *tree, struct slice label)
{
    struct buffer words = buffer_create(tree->arena, 0), lower = words, upper = words;
    bool space = false;
    label = tree_trim(label);
    for (size_t at = 0; at < label.len;) {
        size_t start = at;
        bool blank = utf8_is_space(utf8_decode(label, &at));
        if (blank && !space)
            buffer_append_byte(&words, ' ');
        else if (!blank)
            buffer_append(&words, slice_sub(label, start, at));
        space = blank;
    }
    utf8_append_lower(&lower, buffer_slice(&words));
    utf8_append_upper(&upper, buffer_slice(&lower));
    if (upper.failed)
        error_memory(tree->error);
    return buffer_slice(&upper);
}
