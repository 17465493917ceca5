// SPDX-License-Identifier: MIT
//
// eleventyNavigationToHtml and eleventyNavigationToMarkdown: entries written as nested lists. Texts
// are not escaped, as in the plugin: titles may contain HTML.
#include "navigation.h"

struct writer {
    struct value_call *call;
    bool old; // like version 0.3.5
    struct value options;
    struct buffer out;
    unsigned depth;
};

static struct value writer_member(const struct writer *w, struct value object, struct slice key)
{
    return value_is(object, VALUE_OBJECT) ? value_get(w->call->realm, object, key)
                                          : value_undefined();
}

static void append_value(struct writer *w, struct value v)
{
    value_append_text(w->call->realm, &w->out, v, true);
}

static struct value writer_option(const struct writer *w, struct slice name)
{
    return writer_member(w, w->options, name);
}

// The option's text, or the fallback if it is not given.
static struct slice text_option(const struct writer *w, struct slice name, struct slice fallback)
{
    struct value v = writer_option(w, name);
    return value_is(v, VALUE_UNDEFINED) ? fallback : value_to_text(w->call->realm, v);
}

// Eleventy 1's plugin applies the url filter; later ones leave the path prefix to a transform,
// which has the same result here.
static struct slice entry_url(const struct writer *w, struct value url)
{
    const struct site *site = site_of(w->call);
    struct slice prefix = site->settings->path_prefix;
    if (site->eleventy_version >= 3 && prefix.len <= 1)
        return value_to_text(w->call->realm, url);
    struct value args[] = {url};
    return value_to_text(w->call->realm, template_call_filter(w->call, SLICE("url"), args, 1));
}

static bool check_type(struct value_call *call, const char *filter)
{
    struct value first = value_item(call->realm, value_arg(call, 0), 0);
    struct value type = value_is(first, VALUE_OBJECT)
                            ? value_get(call->realm, first, SLICE("pluginType"))
                            : value_undefined();
    if (!value_length(call->realm, value_arg(call, 0)) ||
        value_strict_equal(type, VALUE_LITERAL("eleventy-navigation")))
        return true;
    error_set(call->error, ERROR_RUNTIME, "%s needs entries from the eleventyNavigation filter",
              filter);
    error_hint(call->error, "write collections.all | eleventyNavigation | %s | safe", filter);
    return false;
}

// ---- HTML ----

static void class_attribute(struct writer *w, const struct slice *classes, size_t count)
{
    bool first = true;
    for (size_t i = 0; i < count; i++) {
        if (!classes[i].len)
            continue;
        buffer_append(&w->out, first ? SLICE(" class=\"") : SLICE(" "));
        buffer_append(&w->out, classes[i]);
        first = false;
    }
    if (!first)
        buffer_append_byte(&w->out, '"');
}

static bool is_active(struct writer *w, struct value entry)
{
    struct value active = writer_option(w, SLICE("activeKey"));
    if (value_is(active, VALUE_UNDEFINED))
        active = VALUE_LITERAL("");
    return value_strict_equal(active, writer_member(w, entry, SLICE("key")));
}

// Version 0.3.5 always writes a link, and has no aria-current.
static void write_anchor(struct writer *w, struct value entry, bool active)
{
    struct value url = writer_member(w, entry, SLICE("url"));
    bool link = w->old || value_truthy(url);
    struct slice without = text_option(w, SLICE("anchorElementWithoutHref"), SLICE("a"));
    if (!link && without.len) {
        buffer_printf(&w->out, "<%.*s>", SLICE_ARG(without));
        append_value(w, writer_member(w, entry, SLICE("title")));
        buffer_printf(&w->out, "</%.*s>", SLICE_ARG(without));
        return;
    }
    buffer_append_cstr(&w->out, "<a");
    if (link) {
        struct slice href = entry_url(w, url);
        if (href.len || w->old)
            buffer_printf(&w->out, " href=\"%.*s\"", SLICE_ARG(href));
    }
    if (active && !w->old && value_truthy(writer_option(w, SLICE("useAriaCurrentAttr"))))
        buffer_append_cstr(&w->out, " aria-current=\"page\"");
    const struct slice classes[] = {text_option(w, SLICE("anchorClass"), SLICE_EMPTY),
                                    active ? text_option(w, SLICE("activeAnchorClass"), SLICE_EMPTY)
                                           : SLICE_EMPTY};
    class_attribute(w, classes, 2);
    buffer_append_byte(&w->out, '>');
    append_value(w, writer_member(w, entry, SLICE("title")));
    buffer_append_cstr(&w->out, "</a>");
}

static void write_navigation_list(struct writer *w, struct value entries);

// The title, within <details> if requested, at the top level.
static void write_title(struct writer *w, struct value entry, bool active, bool details)
{
    if (!details) {
        write_anchor(w, entry, active);
        return;
    }
    if (value_truthy(writer_member(w, entry, SLICE("url"))))
        write_anchor(w, entry, active);
    buffer_append_cstr(&w->out, "<details><summary>");
    append_value(w, writer_member(w, entry, SLICE("title")));
    buffer_append_cstr(&w->out, "</summary>");
}

static void write_navigation_entry(struct writer *w, struct value entry)
{
    struct value children = writer_member(w, entry, SLICE("children"));
    struct value excerpt = writer_member(w, entry, SLICE("excerpt"));
    bool active = is_active(w, entry);
    bool top = w->depth == 1 && !value_truthy(writer_option(w, SLICE("isChildList")));
    bool details = !w->old && top && value_truthy(writer_option(w, SLICE("useTopLevelDetails"))) &&
                   value_truthy(children);
    struct slice element = text_option(w, SLICE("listItemElement"), SLICE("li"));
    const struct slice classes[] = {
        text_option(w, SLICE("listItemClass"), SLICE_EMPTY),
        active ? text_option(w, SLICE("activeListItemClass"), SLICE_EMPTY) : SLICE_EMPTY,
        value_length(w->call->realm, children)
            ? text_option(w, SLICE("listItemHasChildrenClass"), SLICE_EMPTY)
            : SLICE_EMPTY};
    buffer_printf(&w->out, "<%.*s", SLICE_ARG(element));
    class_attribute(w, classes, 3);
    buffer_append_byte(&w->out, '>');
    write_title(w, entry, active, details);
    if (value_truthy(writer_option(w, SLICE("showExcerpt"))) && value_truthy(excerpt)) {
        buffer_append_cstr(&w->out, ": ");
        append_value(w, excerpt);
    }
    write_navigation_list(w, children);
    if (details)
        buffer_append_cstr(&w->out, "</details>");
    buffer_printf(&w->out, "</%.*s>", SLICE_ARG(element));
}

static void write_navigation_list(struct writer *w, struct value entries)
{
    uint32_t count = value_length(w->call->realm, entries);
    struct slice element = text_option(w, SLICE("listElement"), SLICE("ul"));
    struct slice class = text_option(w, SLICE("listClass"), SLICE_EMPTY);
    if (!count || w->depth > NAVIGATION_DEPTH_MAX)
        return;
    bool child = w->depth > 0 || value_truthy(writer_option(w, SLICE("isChildList")));
    buffer_printf(&w->out, "<%.*s", SLICE_ARG(element));
    if (!child)
        class_attribute(w, &class, 1);
    buffer_append_byte(&w->out, '>');
    w->depth += 1;
    for (uint32_t i = 0; i < count; i++) {
        if (i)
            buffer_append_byte(&w->out, '\n');
        write_navigation_entry(w, value_item(w->call->realm, entries, i));
    }
    w->depth -= 1;
    buffer_printf(&w->out, "</%.*s>", SLICE_ARG(element));
}

static struct value finish_html(struct writer *w)
{
    if (w->out.failed)
        error_memory(w->call->error);
    return value_string(buffer_slice(&w->out));
}

static struct writer make_writer(struct value_call *call)
{
    const struct site *site = site_of(call);
    return (struct writer){.call = call,
                           .old = navigation_is_old(site),
                           .options = value_arg(call, 1),
                           .out = buffer_create(call->realm->arena, 0)};
}

struct value navigation_to_html(struct value_call *call)
{
    struct writer w = make_writer(call);
    if (!check_type(call, "eleventyNavigationToHtml"))
        return value_undefined();
    write_navigation_list(&w, value_arg(call, 0));
    return finish_html(&w);
}

// ---- Markdown ----

static void write_markdown(struct writer *w, struct value entries, int64_t depth)
{
    uint32_t count = value_length(w->call->realm, entries);
    for (uint32_t i = 0; i < count && depth < NAVIGATION_DEPTH_MAX; i++) {
        struct value entry = value_item(w->call->realm, entries, i);
        struct value url = writer_member(w, entry, SLICE("url")),
                     excerpt = writer_member(w, entry, SLICE("excerpt"));
        for (int64_t k = 0; k < depth; k++)
            buffer_append_cstr(&w->out, "  ");
        bool link = w->old || value_truthy(url);
        buffer_append_cstr(&w->out, link ? "* [" : "* ");
        append_value(w, writer_member(w, entry, SLICE("title")));
        if (link)
            buffer_printf(&w->out, "](%.*s)", SLICE_ARG(entry_url(w, url)));
        if (value_truthy(writer_option(w, SLICE("showExcerpt"))) && value_truthy(excerpt)) {
            buffer_append_cstr(&w->out, ": ");
            append_value(w, excerpt);
        }
        buffer_append_byte(&w->out, '\n');
        write_markdown(w, writer_member(w, entry, SLICE("children")), depth + 1);
    }
}

struct value navigation_to_markdown(struct value_call *call)
{
    struct writer w = make_writer(call);
    struct value depth = writer_option(&w, SLICE("childDepth"));
    if (!check_type(call, "eleventyNavigationToMarkdown"))
        return value_undefined();
    write_markdown(&w, value_arg(call, 0),
                   value_is(depth, VALUE_UNDEFINED) ? 0 : value_to_integer(call->realm, depth));
    return finish_html(&w);
}
