// SPDX-License-Identifier: MIT
//
// Heading ids, as in markdown-it-anchor 8: the text and code of a heading in lower case, white
// space as '-', percent-encoded; unique within the page. Setting the same id twice by hand is an
// error.
#include "base/slug.h"
#include "base/utf8.h"
#include "tree.h"

struct pass {
    struct tree *tree;
    struct markdown_headings *headings;
    struct map used; // ids
    struct map next; // slug → the last number used
};

struct slice heading_slug(struct arena *arena, struct slice text)
{
    struct buffer lower = buffer_create(arena, 0), dashed = buffer_create(arena, 0);
    struct buffer out = buffer_create(arena, 0);
    utf8_append_lower(&lower, text);
    struct slice s = buffer_slice(&lower);
    bool space = false;
    for (size_t i = 0; i < s.len;) {
        size_t start = i;
        if (utf8_is_space(utf8_decode(s, &i))) {
            space = dashed.len > 0;
            continue;
        }
        if (space)
            buffer_append_byte(&dashed, '-');
        space = false;
        buffer_append(&dashed, slice_sub(s, start, i));
    }
    // encodeURIComponent also leaves these.
    buffer_append_percent(&out, buffer_slice(&dashed), SLICE("!'()*"));
    return buffer_slice(&out);
}

static struct slice make_slug(struct pass *pass, struct slice text)
{
    struct arena *arena = pass->tree->arena;
    if (!slice_equal(pass->tree->options->slug_style, SLICE("slugify")))
        return heading_slug(arena, text);
    struct buffer out = buffer_create(arena, 0);
    slug_append(&out, text, false);
    return buffer_slice(&out);
}

static struct slice unique(struct pass *pass, struct slice slug)
{
    struct slice candidate;
    if (!map_find(&pass->used, slug))
        return slug;
    // Used numbers stay used, so a page of equal headings takes linear time.
    unsigned *next = map_get(&pass->next, slug);
    if (!next) {
        next = arena_zalloc(pass->tree->arena, 1, sizeof *next);
        if (!next || !map_put(&pass->next, slug, next))
            return SLICE_EMPTY;
    }
    do
        candidate = arena_printf(pass->tree->arena, "%.*s-%u", SLICE_ARG(slug), ++*next);
    while (candidate.ptr && map_find(&pass->used, candidate));
    return candidate;
}

static bool not_unique(struct pass *pass, cmark_node *heading, struct slice id)
{
    struct tree *tree = pass->tree;
    error_set(tree->error, ERROR_SYNTAX, "the id `%.*s` is given twice", SLICE_ARG(id));
    error_hint(tree->error, "give each heading its own id");
    error_at(tree->error, tree->file, tree_attributes(tree, heading)->line, 1);
    error_source(tree->error, tree->source);
    return false;
}

static bool remember_heading(struct pass *pass, cmark_node *heading, struct slice id,
                             struct slice text)
{
    struct markdown_headings *headings = pass->headings;
    if (!headings)
        return true;
    if (!arena_room(pass->tree->arena, &headings->rows, headings->count, &headings->capacity,
                    sizeof *headings->rows))
        return error_memory(pass->tree->error);
    headings->rows[headings->count++] =
        (struct markdown_heading){(unsigned)cmark_node_get_heading_level(heading), id, text,
                                  tree_attributes(pass->tree, heading)->line};
    return true;
}

static bool give_id(struct pass *pass, cmark_node *heading)
{
    struct tree *tree = pass->tree;
    struct buffer text = buffer_create(tree->arena, 0);
    const struct attribute *own = tree_find_attribute(heading, SLICE("id"));
    tree_collect_text(heading, &text);
    struct slice shown = buffer_slice(&text);
    if (own && map_find(&pass->used, own->value))
        return not_unique(pass, heading, own->value);
    struct slice id = own ? own->value : unique(pass, make_slug(pass, shown));
    if (!map_put(&pass->used, id, heading) ||
        (!own && !tree_set_attribute(tree, heading, SLICE("id"), id)))
        return error_memory(tree->error);
    if (tree->options->heading_tabindex != MARKDOWN_NO_TABINDEX)
        tree_set_attribute(tree, heading, SLICE("tabindex"),
                           arena_printf(tree->arena, "%d", tree->options->heading_tabindex));
    return remember_heading(pass, heading, id, shown);
}

static bool scan_headings(struct pass *pass, cmark_node *parent)
{
    for (cmark_node *node = cmark_node_first_child(parent); node; node = cmark_node_next(node)) {
        if (cmark_node_get_type(node) != CMARK_NODE_HEADING) {
            if (!scan_headings(pass, node))
                return false;
            continue;
        }
        unsigned level = (unsigned)cmark_node_get_heading_level(node);
        if ((pass->tree->options->heading_levels & 1u << level) && !give_id(pass, node))
            return false;
    }
    return true;
}

bool heading_ids_pass(struct tree *tree, struct markdown_headings *headings)
{
    struct pass pass = {tree, headings, map_create(tree->arena), map_create(tree->arena)};
    return !tree->options->heading_levels || scan_headings(&pass, tree->root);
}
