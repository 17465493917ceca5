// SPDX-License-Identifier: MIT
//
// Link reference definitions: "[label]: url "title"", over as many lines as follow, until something
// else begins. They are kept, not shown.
#include "base/utf8.h"
#include "blocks.h"
#include "link_parts.h"

// Reads across lines, whose text is not contiguous in the source within containers.
struct scan {
    struct blocks *b;
    struct slice text; // the current line with its break
    size_t at;
    int next; // the line after it
};

static struct slice whole_line(const struct blocks *b, int line, size_t from)
{
    return slice_sub(b->source, from, b->lines[line].end + 1);
}

// Whether the next line continues; if so, makes it the current one.
static bool next_line(struct scan *s)
{
    struct blocks *b = s->b;
    const struct block_line *line = &b->lines[s->next];
    if (s->next >= b->max || blocks_is_empty(b, s->next))
        return false;
    if (!blocks_is_deep(b, s->next) && line->indent >= 0) {
        enum block_parent within = b->within;
        b->within = PARENT_OTHER;
        bool ends = blocks_end(b, s->next, b->max, ENDS_REFERENCE);
        b->within = within;
        if (ends)
            return false;
    }
    // Before markdown-it 14 a title kept the indentation of its lines.
    size_t indent = (size_t)b->indent < line->shift ? (size_t)b->indent : line->shift;
    size_t skipped = b->tree->options->version >= 14 ? line->shift : indent;
    s->text = whole_line(b, s->next, line->begin + skipped);
    s->at = 0;
    s->next++;
    return true;
}

static char current(const struct scan *s)
{
    return s->at < s->text.len ? s->text.ptr[s->at] : '\n';
}

// Skips white space, and line breaks while there are lines.
static void skip_reference_space(struct scan *s)
{
    for (;;) {
        while (blocks_is_space(current(s)))
            s->at++;
        if (current(s) != '\n' || !next_line(s))
            return;
    }
}

// "label]", which is appended to `label`.
static bool read_reference_label(struct scan *s, struct buffer *label)
{
    size_t from = s->at;
    for (;;) {
        char c = current(s);
        if (c == ']') {
            buffer_append(label, slice_sub(s->text, from, s->at));
            s->at++;
            return !label->failed;
        }
        if (c == '[')
            return false;
        s->at += c == '\\' && s->at + 1 < s->text.len;
        if (current(s) != '\n') {
            s->at++;
            continue;
        }
        buffer_append(label, slice_sub(s->text, from, s->text.len));
        if (label->len > LABEL_MAX * 4 || !next_line(s))
            return false;
        from = 0;
    }
}

static bool read_title(struct scan *s, struct slice *title)
{
    struct tree *tree = s->b->tree;
    struct buffer source = buffer_create(tree->arena, 0);
    char close = link_title_close(current(s));
    size_t from = s->at + 1, end;
    if (!close)
        return false;
    while (!link_title_end(s->text, from, close, &end)) {
        if (end != SIZE_MAX) // "(" in parentheses
            return false;
        buffer_append(&source, slice_sub(s->text, from, s->text.len));
        if (!next_line(s))
            return false;
        from = 0;
    }
    buffer_append(&source, slice_sub(s->text, from, end));
    s->at = end + 1;
    *title = unescape(tree, buffer_slice(&source));
    return !source.failed;
}

static bool is_line_end(struct scan *s)
{
    while (blocks_is_space(current(s)))
        s->at++;
    return current(s) == '\n';
}

// Reads a title, or nothing, after the URL. False: something else.
static bool read_rest(struct scan *s, struct slice *title)
{
    struct scan after = *s;
    skip_reference_space(&after);
    bool space = after.at != s->at || after.next != s->next;
    if (space && read_title(&after, title)) {
        bool alone = is_line_end(&after);
        // A title followed by something is not a title, and the definition is valid without it,
        // unless the title is empty.
        if (alone)
            *s = after;
        if (alone || !title->len)
            return alone;
    }
    *title = SLICE_EMPTY;
    return is_line_end(s);
}

static void keep_reference(struct blocks *b, struct slice label, struct reference reference)
{
    struct reference *kept = arena_zalloc(b->tree->arena, 1, sizeof *kept);
    if (!kept) {
        error_memory(b->tree->error);
        return;
    }
    *kept = reference;
    if (!map_find(b->references, label) && !map_put(b->references, label, kept))
        error_memory(b->tree->error);
}

// Before markdown-it 14, the line was read like a paragraph's: a tab after a quote's mark may leave
// part of a list's marker in it.
static bool begins_with_bracket(struct blocks *b, int line)
{
    if (b->tree->options->version >= 14 || !b->indent)
        return true;
    struct slice text = blocks_text(b, line, line + 1);
    return text.len && text.ptr[0] == '[';
}

bool block_reference(struct blocks *b, int line, int end, bool silent)
{
    (void)end;
    (void)silent; // never asked
    const struct block_line *row = &b->lines[line];
    struct scan s = {b, whole_line(b, line, row->begin + row->shift), 1, line + 1};
    struct buffer label = buffer_create(b->tree->arena, 0);
    struct reference reference = {0};
    if (blocks_is_deep(b, line) || blocks_is_empty(b, line) || s.text.ptr[0] != '[' ||
        !begins_with_bracket(b, line) || !read_reference_label(&s, &label) || current(&s) != ':')
        return false;
    s.at++;
    skip_reference_space(&s);
    struct slice target;
    size_t after = link_destination(b->tree, s.text, s.at, &target);
    if (after == SIZE_MAX)
        return false;
    s.at = after;
    reference.url = link_normalise(b->tree, target);
    struct slice name = link_label(b->tree, buffer_slice(&label));
    if (b->tree->options->version >= 14 && utf8_count(buffer_slice(&label)) > LABEL_MAX)
        return false;
    if (!links_allowed(b->tree->options, reference.url) || !read_rest(&s, &reference.title) ||
        !name.len)
        return false;
    keep_reference(b, name, reference);
    b->line = s.next;
    return true;
}
