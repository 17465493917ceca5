// SPDX-License-Identifier: MIT
//
// Links and images: "[text](url "title")", "[text][label]", "[label]".
#include "blocks.h"
#include "inlines.h"

size_t inlines_label_end(struct inlines *s, size_t at, bool plain)
{
    size_t saved = s->at, found = SIZE_MAX;
    int level = 1;
    // After the last "]" there is none; but the text is scanned once, since markdown-it notes its
    // backticks that way.
    if (at >= s->last_bracket && at >= s->walked_from)
        return SIZE_MAX;
    s->at = at + 1;
    while (s->at < s->end) {
        char c = s->source.ptr[s->at];
        size_t before = s->at;
        if (c == ']' && !--level) {
            found = s->at;
            break;
        }
        inlines_skip(s);
        if (c != '[')
            continue;
        if (s->at == before + 1)
            level++;
        else if (plain)
            break;
    }
    if (s->at >= s->source.len && at < s->walked_from)
        s->walked_from = at;
    s->at = saved;
    return found;
}

static size_t skip_link_space(const struct inlines *s, size_t at)
{
    while (at < s->end && (blocks_is_space(s->source.ptr[at]) || s->source.ptr[at] == '\n'))
        at++;
    return at;
}

struct target {
    struct slice url, title;
    size_t end; // after it
};

// 'url "title")', after the bracket. False: it is something else.
static bool read_target(struct inlines *s, size_t at, bool image, struct target *target)
{
    struct slice text = slice_sub(s->source, 0, s->end), url;
    size_t end, close_at;
    at = skip_link_space(s, at);
    if (at >= s->end)
        return false;
    target->url = slice_of("", 0);
    end = link_destination(s->tree, text, at, &url);
    bool found = end != SIZE_MAX;
    if (found) {
        url = link_normalise(s->tree, url);
        if (links_allowed(s->tree->options, url)) {
            target->url = url;
            at = end;
        }
    }
    // An image may have only a title; a link needs a destination before it.
    size_t after = at;
    if (found || image)
        at = skip_link_space(s, at);
    char close = (found || image) && at < s->end ? link_title_close(s->source.ptr[at]) : '\0';
    if (close && at != after && link_title_end(text, at + 1, close, &close_at)) {
        target->title = unescape(s->tree, slice_sub(text, at + 1, close_at));
        at = skip_link_space(s, close_at + 1);
    }
    target->end = at + 1;
    return at < s->end && s->source.ptr[at] == ')';
}

// "[label]" at `at`, or nothing: then the text, which ends at `end`, is the label.
static bool read_reference(struct inlines *s, size_t at, size_t end, struct slice text,
                           struct target *target)
{
    enum { LONGEST = 16 * 1024 }; // no definition has so long a label
    struct slice label = SLICE_EMPTY;
    target->end = end;
    if (!s->references->count)
        return false;
    if (at < s->end && s->source.ptr[at] == '[') {
        size_t close = inlines_label_end(s, at, false);
        if (close != SIZE_MAX) {
            label = slice_sub(s->source, at + 1, close);
            target->end = close + 1;
        }
    }
    label = label.len ? label : text;
    if (label.len > LONGEST)
        return false;
    label = link_label(s->tree, label);
    const struct reference *reference = map_get(s->references, label);
    if (!reference)
        return false;
    target->url = reference->url;
    target->title = reference->title;
    return true;
}

static cmark_node *new_node(struct inlines *s, cmark_node_type type, const struct target *target)
{
    struct arena *arena = s->tree->arena;
    cmark_node *node = cmark_node_new_with_mem(type, s->tree->mem);
    char *url = arena_cstr(arena, target->url), *title = arena_cstr(arena, target->title);
    if (!node || !url || !title || !cmark_node_set_url(node, url) ||
        !cmark_node_set_title(node, title))
        error_memory(s->tree->error);
    return node;
}

bool inline_link(struct inlines *s, bool silent)
{
    size_t from = s->at + 1, end = s->end, close = inlines_label_end(s, s->at, true);
    struct target target = {0};
    if (close == SIZE_MAX)
        return false;
    size_t after = close + 1;
    bool parenthesis = after < s->end && s->source.ptr[after] == '(';
    if (parenthesis && skip_link_space(s, after + 1) >= s->end)
        return false;
    // A wrong target in parentheses may end where a label begins, since markdown-it reads on from
    // there.
    target.end = after;
    if (!(parenthesis && read_target(s, after + 1, false, &target)) &&
        !read_reference(s, target.end, after, slice_sub(s->source, from, close), &target))
        return false;
    if (!silent) {
        inlines_open(s, new_node(s, CMARK_NODE_LINK, &target));
        s->at = from;
        s->end = close;
        s->links++;
        inlines_tokenize(s);
        s->links--;
        inlines_close(s);
    }
    s->at = target.end;
    s->end = end;
    return true;
}

bool inline_image(struct inlines *s, bool silent)
{
    if (inlines_char(s, s->at + 1) != '[')
        return false;
    size_t from = s->at + 2, close = inlines_label_end(s, s->at + 1, false);
    struct target target = {0};
    if (close == SIZE_MAX)
        return false;
    struct slice text = slice_sub(s->source, from, close);
    bool parenthesis = close + 1 < s->end && s->source.ptr[close + 1] == '(';
    if (parenthesis ? !read_target(s, close + 2, true, &target)
                    : !read_reference(s, close + 1, close + 1, text, &target))
        return false;
    if (!silent) {
        cmark_node *image = new_node(s, CMARK_NODE_IMAGE, &target);
        struct attributes *attributes = image ? tree_attributes(s->tree, image) : NULL;
        if (attributes && inlines_read(s->tree, s->rules, s->references, image, text))
            inlines_push_node(s, image);
    }
    s->at = target.end;
    return true;
}
