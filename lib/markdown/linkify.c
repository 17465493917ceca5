// SPDX-License-Identifier: MIT
//
// Addresses in a text become links: those with a scheme while the text is read, so that no
// underscore or asterisk of theirs is emphasis, the others (example.org, name@example.org) in the
// remaining texts. Not within links, including HTML's.
#include "addresses.h"
#include "html_tags.h"
#include "inlines.h"

// ---- while reading ----

static bool is_scheme_char(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
           (c && strchr("+-.", c));
}

// How much of "https" precedes "://"; it is pending text.
static size_t scheme_length(const struct inlines *s)
{
    enum { LONGEST = 10 };
    size_t length = 0;
    while (length < LONGEST && length < s->pending.len && length < s->at &&
           is_scheme_char(s->source.ptr[s->at - 1 - length]))
        length++;
    char first = length ? (char)(s->source.ptr[s->at - length] | 0x20) : '\0';
    return first >= 'a' && first <= 'z' ? length : 0;
}

bool inline_address(struct inlines *s, bool silent)
{
    struct tree *tree = s->tree;
    if (!tree->options->linkify || tree->options->version < 13 || s->links > 0 ||
        s->at + 3 > s->end || !slice_starts_with(slice_sub(s->source, s->at, s->end), SLICE("://")))
        return false;
    size_t scheme = scheme_length(s);
    struct slice rest = slice_sub(s->source, s->at - scheme, s->source.len);
    size_t length = scheme ? address_at_start(tree->options, rest) : 0;
    if (length <= scheme)
        return false;
    // "**https://example.org**"
    while (length && rest.ptr[length - 1] == '*')
        length--;
    struct slice text = slice_sub(rest, 0, length), url = link_normalise(tree, text);
    if (!links_allowed(tree->options, url))
        return false;
    if (!silent) {
        s->pending.len -= scheme;
        inlines_push_node(s, tree_new_autolink(tree, url, link_shown(tree, text)));
    }
    s->at += length - scheme;
    return true;
}

// ---- afterwards ----

struct pass {
    struct tree *tree;
    int html_links; // of HTML, closed later in the text
};

static struct slice prefixed(struct tree *tree, const char *prefix, struct slice text)
{
    return ARENA_JOIN(tree->arena, slice_from_cstr(prefix), text);
}

// The text shown for an address without a scheme.
static struct slice shown_without(struct tree *tree, struct slice prefix, struct slice text)
{
    struct slice shown = link_shown(tree, ARENA_JOIN(tree->arena, prefix, text));
    return slice_starts_with(shown, prefix) ? slice_sub(shown, prefix.len, shown.len) : shown;
}

static cmark_node *make_link(struct tree *tree, const struct address *address, struct slice text)
{
    bool host = address->kind == ADDRESS_BARE_HOST, mail = address->kind == ADDRESS_BARE_MAIL;
    struct slice url = host   ? prefixed(tree, "http://", text)
                       : mail ? prefixed(tree, "mailto:", text)
                              : text;
    url = link_normalise(tree, url);
    if (!links_allowed(tree->options, url))
        return NULL;
    struct slice shown = host   ? shown_without(tree, SLICE("http://"), text)
                         : mail ? shown_without(tree, SLICE("mailto:"), text)
                                : link_shown(tree, text);
    return tree_new_autolink(tree, url, shown);
}

static bool is_special(cmark_node *node)
{
    return node && tree_kind(node) == TREE_SPECIAL;
}

static void insert_before(struct tree *tree, cmark_node *node, cmark_node *inserted)
{
    if (!inserted || !cmark_node_insert_before(node, inserted))
        error_memory(tree->error);
}

// The links and the texts between them go before the node, which keeps the rest.
static void link_text(struct tree *tree, cmark_node *node)
{
    struct slice text = arena_copy(tree->arena, tree_literal(node));
    struct address_finder finder = address_finder(tree->options, text);
    size_t from = 0;
    for (struct address found;
         (found = address_next(&finder)).kind && !error_is_set(tree->error);) {
        // "http\://example.org" is not "//example.org".
        if (!found.start && is_special(cmark_node_previous(node)))
            continue;
        cmark_node *link = make_link(tree, &found, slice_sub(text, found.start, found.end));
        if (!link)
            continue;
        if (found.start > from)
            insert_before(tree, node, tree_new_text(tree, slice_sub(text, from, found.start)));
        insert_before(tree, node, link);
        from = found.end;
    }
    if (from == text.len && from)
        cmark_node_unlink(node);
    else if (from)
        tree_set_literal(tree, node, slice_sub(text, from, text.len));
}

static void note_html(struct pass *pass, struct slice html)
{
    if (html_opens_link(html) && pass->html_links > 0)
        pass->html_links--;
    if (html_closes_link(html))
        pass->html_links++;
}

// From the end to the start, so that HTML's closing tags come before the opening ones.
static void scan_inlines(struct pass *pass, cmark_node *parent)
{
    cmark_node *previous;
    for (cmark_node *node = cmark_node_last_child(parent); node; node = previous) {
        cmark_node_type type = cmark_node_get_type(node);
        previous = cmark_node_previous(node);
        if (type == CMARK_NODE_HTML_INLINE)
            note_html(pass, tree_literal(node));
        else if (type == CMARK_NODE_TEXT && !pass->html_links && !is_special(node))
            link_text(pass->tree, node);
        else if (type != CMARK_NODE_LINK && type != CMARK_NODE_IMAGE)
            scan_inlines(pass, node);
    }
}

static void scan_blocks(struct tree *tree, cmark_node *parent)
{
    for (cmark_node *node = cmark_node_first_child(parent); node; node = cmark_node_next(node)) {
        cmark_node_type type = cmark_node_get_type(node);
        struct pass pass = {tree, 0};
        if (type != CMARK_NODE_PARAGRAPH && type != CMARK_NODE_HEADING &&
            tree_kind(node) != TREE_LINES)
            scan_blocks(tree, node);
        else if (addresses_possible(tree->options, tree_attributes(tree, node)->source))
            scan_inlines(&pass, node);
    }
}

void linkify_pass(struct tree *tree)
{
    if (tree->options->linkify)
        scan_blocks(tree, tree->root);
}
