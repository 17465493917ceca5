// SPDX-License-Identifier: MIT
//
// Headings that link to themselves, in the styles of markdown-it-anchor (8 to 10). Symbols and
// wrappers are HTML from the settings, written unchanged.
#include "renderer.h"

static bool has_permalink(const struct renderer *r, cmark_node *heading,
                          enum markdown_permalink_style style)
{
    unsigned level = (unsigned)cmark_node_get_heading_level(heading);
    return r->options->permalink.style == style && (r->options->heading_levels & 1u << level) &&
           tree_find_attribute(heading, SLICE("id"));
}

static struct slice id_of(cmark_node *heading)
{
    return tree_find_attribute(heading, SLICE("id"))->value;
}

static struct slice given(struct slice text, struct slice fallback)
{
    return text.ptr ? text : fallback;
}

static void append_html(struct renderer *r, const char *html)
{
    renderer_text(r, slice_from_cstr(html));
}

static void open_link(struct renderer *r, cmark_node *heading)
{
    struct slice class = given(r->options->permalink.class, SLICE("header-anchor"));
    append_html(r, "<a");
    if (class.len)
        renderer_attribute(r, SLICE("class"), class);
    renderer_attribute(r, SLICE("href"),
                       arena_printf(r->tree->arena, "#%.*s", SLICE_ARG(id_of(heading))));
}

static void symbol(struct renderer *r)
{
    renderer_text(r, given(r->options->permalink.symbol, SLICE("#")));
}

static void space(struct renderer *r)
{
    if (!r->options->permalink.no_space)
        renderer_text(r, given(r->options->permalink.space, SLICE(" ")));
}

// ---- inside the heading ----

static void inside(struct renderer *r, cmark_node *heading)
{
    open_link(r, heading);
    if (r->options->permalink.aria_hidden)
        append_html(r, " aria-hidden=\"true\"");
    append_html(r, ">");
    symbol(r);
    append_html(r, "</a>");
}

void permalink_begin(struct renderer *r, cmark_node *heading)
{
    if (has_permalink(r, heading, MARKDOWN_PERMALINK_HEADER_LINK)) {
        open_link(r, heading);
        append_html(r, r->options->permalink.safari_reader_fix ? "><span>" : ">");
    } else if (has_permalink(r, heading, MARKDOWN_PERMALINK_INSIDE) &&
               r->options->permalink.before) {
        inside(r, heading);
        space(r);
    }
}

void permalink_end(struct renderer *r, cmark_node *heading)
{
    if (has_permalink(r, heading, MARKDOWN_PERMALINK_HEADER_LINK))
        append_html(r, r->options->permalink.safari_reader_fix ? "</span></a>" : "</a>");
    else if (has_permalink(r, heading, MARKDOWN_PERMALINK_INSIDE) &&
             !r->options->permalink.before) {
        space(r);
        inside(r, heading);
    }
}

// ---- after the heading ----

// The text for assistive technology: "{title}" is the heading's.
static struct slice assistive_text(struct renderer *r, cmark_node *heading)
{
    struct buffer title = buffer_create(r->tree->arena, 0), out = title;
    struct slice rest = r->options->permalink.text, mark = SLICE("{title}");
    tree_collect_text(heading, &title);
    for (size_t at; (at = slice_find(rest, mark, 0)) != SIZE_MAX;) {
        buffer_append(&out, slice_sub(rest, 0, at));
        buffer_append(&out, buffer_slice(&title));
        rest = slice_sub(rest, at + mark.len, rest.len);
    }
    buffer_append(&out, rest);
    return buffer_slice(&out);
}

static void hidden_symbol(struct renderer *r)
{
    append_html(r, "<span aria-hidden=\"true\">");
    symbol(r);
    append_html(r, "</span>");
}

static void hidden_text(struct renderer *r, cmark_node *heading)
{
    append_html(r, "<span");
    renderer_attribute(r, SLICE("class"), r->options->permalink.hidden_class);
    append_html(r, ">");
    renderer_escape(r, assistive_text(r, heading));
    append_html(r, "</span>");
}

static void append_after_heading(struct renderer *r, cmark_node *heading)
{
    const struct markdown_permalink *options = &r->options->permalink;
    static const struct slice NAMES[] = {[MARKDOWN_ASSISTIVE_DESCRIBED] = {"aria-describedby", 16},
                                         [MARKDOWN_ASSISTIVE_LABELLED] = {"aria-labelledby", 15}};
    open_link(r, heading);
    if (options->assistive == MARKDOWN_ASSISTIVE_LABEL)
        renderer_attribute(r, SLICE("aria-label"), assistive_text(r, heading));
    else if (options->assistive != MARKDOWN_ASSISTIVE_TEXT)
        renderer_attribute(r, NAMES[options->assistive], id_of(heading));
    append_html(r, ">");
    if (options->assistive != MARKDOWN_ASSISTIVE_TEXT) {
        symbol(r);
    } else if (options->before) {
        hidden_symbol(r);
        space(r);
        hidden_text(r, heading);
    } else {
        hidden_text(r, heading);
        space(r);
        hidden_symbol(r);
    }
    append_html(r, "</a>");
}

bool permalink_before(struct renderer *r, cmark_node *heading)
{
    struct slice wrapper = r->options->permalink.wrapper[0];
    if (!has_permalink(r, heading, MARKDOWN_PERMALINK_AFTER) || !wrapper.ptr)
        return false;
    renderer_text(r, wrapper);
    append_html(r, "\n");
    return true;
}

void permalink_after(struct renderer *r, cmark_node *heading)
{
    struct slice wrapper = r->options->permalink.wrapper[1];
    if (!has_permalink(r, heading, MARKDOWN_PERMALINK_AFTER))
        return;
    append_after_heading(r, heading);
    if (!wrapper.ptr)
        return;
    renderer_text(r, wrapper);
    append_html(r, "\n");
}
