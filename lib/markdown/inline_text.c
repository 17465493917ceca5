// SPDX-License-Identifier: MIT
//
// Breaks, escapes, entities and code.
#include "base/utf8.h"
#include "blocks.h"
#include "inlines.h"

static void push_special(struct inlines *s, struct slice text, struct slice written)
{
    // Before markdown-it 13 they were like any text.
    if (s->tree->options->version < 13) {
        buffer_append(&s->pending, text);
        return;
    }
    struct piece *piece = inlines_push(s, PIECE_SPECIAL);
    piece->text = text;
    piece->written = written;
}

static size_t skip_text_space(const struct inlines *s, size_t at)
{
    while (at < s->end && blocks_is_space(s->source.ptr[at]))
        at++;
    return at;
}

static void push_break(struct inlines *s, bool hard)
{
    inlines_push_node(s, cmark_node_new_with_mem(hard ? CMARK_NODE_LINEBREAK : CMARK_NODE_SOFTBREAK,
                                                 s->tree->mem));
}

// Two spaces before it make a hard break.
bool inline_newline(struct inlines *s, bool silent)
{
    size_t spaces = 0;
    while (spaces < s->pending.len && s->pending.ptr[s->pending.len - 1 - spaces] == ' ')
        spaces++;
    if (!silent) {
        s->pending.len -= spaces;
        push_break(s, spaces > 1);
    }
    s->at = skip_text_space(s, s->at + 1);
    return true;
}

static bool is_escapable_in_text(char c)
{
    return c && strchr("\\!\"#$%&'()*+,./:;<=>?@[]^_`{|}~-", c);
}

bool inline_backslash(struct inlines *s, bool silent)
{
    size_t at = s->at + 1, end = at;
    char c = inlines_char(s, at);
    if (at >= s->end)
        return false;
    if (c == '\n') {
        if (!silent)
            push_break(s, true);
        s->at = skip_text_space(s, at + 1);
        return true;
    }
    utf8_decode(s->source, &end);
    if (!is_escapable_in_text(c) && s->tree->options->version < 13)
        end = at;
    else if (c == ' ' && s->tree->options->version >= 14)
        end = at; // the space may be one of a hard break
    struct slice written = slice_sub(s->source, s->at, end);
    if (!silent)
        push_special(s, is_escapable_in_text(c) ? slice_sub(written, 1, written.len) : written,
                     written);
    s->at = end;
    return true;
}

bool inline_entity(struct inlines *s, bool silent)
{
    struct slice rest = slice_sub(s->source, s->at, s->source.len), decoded;
    size_t length = s->at + 1 < s->end ? entity_at(s->tree, rest, true, &decoded) : 0;
    if (length && !silent)
        push_special(s, decoded, slice_sub(rest, 0, length));
    s->at += length;
    return length > 0;
}

// ---- code ----

static struct slice code_text(struct inlines *s, struct slice code)
{
    struct slice text = arena_copy(s->tree->arena, code);
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] == '\n')
            ((char *)text.ptr)[i] = ' ';
    bool padded = text.len > 2 && text.ptr[0] == ' ' && text.ptr[text.len - 1] == ' ';
    // JavaScript's "." does not match U+2028 and U+2029.
    bool lines = slice_find(text, SLICE("\xe2\x80\xa8"), 0) != SIZE_MAX ||
                 slice_find(text, SLICE("\xe2\x80\xa9"), 0) != SIZE_MAX;
    return padded && !lines ? slice_sub(text, 1, text.len - 1) : text;
}

static void push_code(struct inlines *s, struct slice code)
{
    cmark_node *node = cmark_node_new_with_mem(CMARK_NODE_CODE, s->tree->mem);
    if (node)
        tree_set_literal(s->tree, node, code_text(s, code));
    inlines_push_node(s, node);
}

static size_t run_of_backticks(const struct inlines *s, size_t at)
{
    size_t end = at;
    while (end < s->end && s->source.ptr[end] == '`')
        end++;
    return end - at;
}

// The next run of that many backticks after `at`; SIZE_MAX: none. Notes where the others are.
static size_t find_backticks(struct inlines *s, size_t at, size_t length)
{
    size_t start, end = at;
    while ((start = slice_find_byte(s->source, '`', end)) != SIZE_MAX) {
        end = start + 1;
        end += run_of_backticks(s, end);
        if (end - start == length)
            return start;
        s->backticks[end - start] = (uint32_t)start;
    }
    s->backticks_seen = true;
    return SIZE_MAX;
}

bool inline_backtick(struct inlines *s, bool silent)
{
    size_t length = run_of_backticks(s, s->at), from = s->at + length, close = SIZE_MAX;
    if (!s->backticks)
        s->backticks = arena_zalloc(s->tree->arena, s->source.len + 2, sizeof *s->backticks);
    if (!s->backticks) {
        error_memory(s->tree->error);
        return false;
    }
    if (!s->backticks_seen || s->backticks[length] > s->at)
        close = find_backticks(s, from, length);
    if (close != SIZE_MAX) {
        if (!silent)
            push_code(s, slice_sub(s->source, from, close));
        s->at = close + length;
        return true;
    }
    if (!silent)
        buffer_append(&s->pending, slice_sub(s->source, s->at, from));
    s->at = from;
    return true;
}
