// SPDX-License-Identifier: MIT
//
// The table of contents as in eleventy-plugin-toc (1.1). It handles each level separately and puts
// a heading below the nearest one of the level above, in the order of its own level: if levels are
// skipped, the order differs from the page's. That is kept.
#include "toc.h"

static void append_child(struct toc_heading *parent, struct toc_heading *child)
{
    if (parent->last)
        parent->last->next = child;
    else
        parent->first = child;
    parent->last = child;
}

// The listed level above, 0 for none.
static unsigned level_above(const struct toc *toc, unsigned level)
{
    while (--level > 0)
        if (toc->options->levels & 1u << level)
            return level;
    return 0;
}

// Puts a level's headings below those of the level above. Those without one go to the top, among
// those of deeper levels, which stay before their equals.
static void nest_level(struct toc *toc, struct toc_heading **top, unsigned level)
{
    unsigned above = level_above(toc, level);
    struct toc_heading *parent = NULL;
    size_t order = 0;
    for (size_t i = 0; i < toc->count; i++) {
        struct toc_heading *row = &toc->rows[i];
        if (row->level == above)
            parent = row->id.len ? row : NULL;
        if (row->level != level || !row->id.len)
            continue;
        row->order = order++;
        if (parent) {
            append_child(parent, row);
            continue;
        }
        while (*top && (*top)->order <= row->order)
            top = &(*top)->next;
        row->next = *top;
        *top = row;
    }
}

static void nest(struct toc *toc, struct toc_heading *root)
{
    for (unsigned level = 6; level >= 1; level--)
        if (toc->options->levels & 1u << level)
            nest_level(toc, &root->first, level);
}

// The symbol of a permalink is not part of the text.
static struct slice without_symbol(struct toc *toc, struct slice text)
{
    size_t at = slice_find(text, SLICE(" #"), 0);
    return at == SIZE_MAX ? text
                          : arena_printf(toc->arena, "%.*s%.*s", SLICE_ARG(slice_sub(text, 0, at)),
                                         SLICE_ARG(slice_sub(text, at + 2, text.len)));
}

static void write_plain_list(struct toc *toc, const struct toc_heading *first);

static void write_children(struct toc *toc, const struct toc_heading *row);

static void write_row(struct toc *toc, const struct toc_heading *row)
{
    struct slice text = without_symbol(toc, row->text);
    bool shown = text.len > 0;
    if (shown) {
        buffer_printf(toc->out, "<li><a href=\"#%.*s\">", SLICE_ARG(row->id));
        buffer_append_html(toc->out, text);
        buffer_append_cstr(toc->out, "</a>");
    }
    if (shown && toc->options->flat)
        buffer_append_cstr(toc->out, "</li>");
    write_children(toc, row);
    if (shown && !toc->options->flat)
        buffer_append_cstr(toc->out, "</li>");
}

static void write_children(struct toc *toc, const struct toc_heading *row)
{
    if (!toc->options->flat)
        write_plain_list(toc, row->first);
    else
        for (const struct toc_heading *child = row->first; child; child = child->next)
            write_row(toc, child);
}

static void write_plain_list(struct toc *toc, const struct toc_heading *first)
{
    bool ul = toc->options->ul || slice_equal(toc->options->list_type, SLICE("ul"));
    if (!first)
        return;
    buffer_append_cstr(toc->out, ul ? "<ul>" : "<ol>");
    for (const struct toc_heading *row = first; row; row = row->next)
        write_row(toc, row);
    buffer_append_cstr(toc->out, ul ? "</ul>" : "</ol>");
}

void toc_write_plain(struct toc *toc)
{
    const struct toc_options *o = toc->options;
    struct toc_heading root = {0};
    nest(toc, &root);
    if (!root.first)
        return;
    if (o->wrapper.len) {
        buffer_printf(toc->out, "<%.*s class=\"%.*s\" ", SLICE_ARG(o->wrapper),
                      SLICE_ARG(o->wrapper_class));
        if (o->wrapper_label.len)
            buffer_printf(toc->out, "aria-label=\"%.*s\"", SLICE_ARG(o->wrapper_label));
        buffer_append_cstr(toc->out, ">\n        ");
    }
    write_plain_list(toc, root.first);
    if (o->wrapper.len)
        buffer_printf(toc->out, "\n      </%.*s>", SLICE_ARG(o->wrapper));
}
