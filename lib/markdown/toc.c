// SPDX-License-Identifier: MIT
//
// The table of contents: reads headings with ids out of finished HTML, as
// @thedigitalman/eleventy-plugin-toc-a11y does, and writes nested lists of links.
#include "tree.h"

struct heading {
    unsigned level;
    struct slice id;
    struct slice text; // as it is written: entities decoded, tags dropped
};

struct toc {
    const struct toc_options *options;
    struct arena *arena;
    struct heading *rows;
    size_t count;
    struct buffer *out;
};

static bool starts_ignore_case(struct slice text, const char *prefix)
{
    struct slice p = slice_from_cstr(prefix);
    return text.len >= p.len && slice_equal_ignore_case(slice_sub(text, 0, p.len), p);
}

// Behind a comment, script or style element at `at`; `at` itself when there is none.
static size_t skip_opaque(struct slice html, size_t at)
{
    static const char *const PAIRS[][2] = {{"<!--", "-->"},
                                           {"<script", "</script"},
                                           {"<style", "</style"},
                                           {"<template", "</template"}};
    struct slice here = slice_sub(html, at, html.len);
    if (here.len < 2 || !strchr("!sStT", here.ptr[1]))
        return at;
    for (size_t i = 0; i < sizeof PAIRS / sizeof *PAIRS; i++) {
        if (!starts_ignore_case(here, PAIRS[i][0]))
            continue;
        size_t end = slice_find(html, slice_from_cstr(PAIRS[i][1]), at + 4);
        return end == SIZE_MAX ? html.len : end + strlen(PAIRS[i][1]);
    }
    return at;
}

// ---- attributes of a start tag ----

static struct slice read_value(struct slice tag, size_t *at)
{
    char quote = *at < tag.len ? tag.ptr[*at] : '\0';
    size_t start = *at, end;
    if (quote == '"' || quote == '\'') {
        end = slice_find_byte(tag, quote, ++start);
        *at = end == SIZE_MAX ? tag.len : end + 1;
        return slice_sub(tag, start, end);
    }
    while (*at < tag.len && !strchr(" \t\n>", tag.ptr[*at]))
        ++*at;
    return slice_sub(tag, start, *at);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

// The value of an attribute; ptr NULL when the tag has none of that name.
static struct slice find_attribute(struct slice tag, struct slice name)
{
    for (size_t i = 3; i < tag.len;) {
        while (i < tag.len && (is_space(tag.ptr[i]) || tag.ptr[i] == '/'))
            i++;
        size_t start = i;
        while (i < tag.len && !is_space(tag.ptr[i]) && tag.ptr[i] != '=' && tag.ptr[i] != '>')
            i++;
        struct slice key = slice_sub(tag, start, i), value = slice_of("", 0);
        if (i < tag.len && tag.ptr[i] == '=') {
            i++;
            value = read_value(tag, &i);
        }
        if (slice_equal_ignore_case(key, name))
            return value;
        if (i == start)
            i++;
    }
    return SLICE_EMPTY;
}

// ---- texts ----

static void append_entity(struct buffer *out, struct slice text, size_t *at)
{
    static const struct {
        struct slice name;
        const char *text;
    } NAMES[] = {{{"&amp;", 5}, "&"},   {{"&lt;", 4}, "<"},  {{"&gt;", 4}, ">"},
                 {{"&quot;", 6}, "\""}, {{"&#39;", 5}, "'"}, {{"&nbsp;", 6}, "\xc2\xa0"}};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (slice_starts_with(slice_sub(text, *at, text.len), NAMES[i].name)) {
            buffer_append_cstr(out, NAMES[i].text);
            *at += NAMES[i].name.len;
            return;
        }
    buffer_append_byte(out, text.ptr[(*at)++]);
}

static struct slice plain_text(struct arena *arena, struct slice html)
{
    struct buffer out = buffer_create(arena, 0);
    for (size_t i = 0; i < html.len;) {
        if (html.ptr[i] == '<') {
            size_t end = slice_find_byte(html, '>', i);
            i = end == SIZE_MAX ? html.len : end + 1;
        } else if (html.ptr[i] == '&')
            append_entity(&out, html, &i);
        else
            buffer_append_byte(&out, html.ptr[i++]);
    }
    struct slice text = buffer_slice(&out);
    return text.ptr ? text : slice_of("", 0);
}

// ---- reading ----

static bool add_heading(struct toc *toc, const struct heading *heading)
{
    if ((toc->count & (toc->count - 1)) == 0) {
        size_t capacity = toc->count ? toc->count * 2 : 1;
        struct heading *grown =
            arena_grow(toc->arena, toc->rows, toc->count * sizeof *grown, capacity * sizeof *grown);
        if (!grown)
            return false;
        toc->rows = grown;
    }
    toc->rows[toc->count++] = *heading;
    return true;
}

// The heading whose tag opens at `at`; where to go on.
static size_t read_heading(struct toc *toc, struct slice html, size_t at, bool *ok)
{
    unsigned level = (unsigned)(html.ptr[at + 2] - '0');
    size_t open = slice_find_byte(html, '>', at);
    const char close[] = {'<', '/', html.ptr[at + 1], html.ptr[at + 2], '\0'};
    size_t end = open == SIZE_MAX ? SIZE_MAX : slice_find(html, slice_from_cstr(close), open);
    if (end == SIZE_MAX)
        return at + 1;
    struct slice tag = slice_sub(html, at, open);
    struct heading heading = {level, find_attribute(tag, SLICE("id")), SLICE_EMPTY};
    bool excluded = find_attribute(tag, SLICE("data-toc-exclude")).ptr != NULL;
    if (heading.id.len && !excluded && (toc->options->levels & 1u << level)) {
        heading.text = plain_text(toc->arena, slice_sub(html, open + 1, end));
        *ok = *ok && add_heading(toc, &heading);
    }
    return end;
}

static bool read_headings(struct toc *toc, struct slice html)
{
    bool ok = true;
    for (size_t i = slice_find_byte(html, '<', 0); i != SIZE_MAX && ok;
         i = slice_find_byte(html, '<', i)) {
        size_t behind = skip_opaque(html, i);
        if (behind != i)
            i = behind;
        else if (i + 3 < html.len && (html.ptr[i + 1] | 0x20) == 'h' && html.ptr[i + 2] >= '1' &&
                 html.ptr[i + 2] <= '6')
            i = read_heading(toc, html, i, &ok);
        else
            i++;
    }
    return ok;
}

// ---- writing ----

static void open_tag(struct toc *toc, struct slice element, struct slice class)
{
    buffer_append_byte(toc->out, '<');
    buffer_append(toc->out, element);
    if (!class.len)
        return;
    buffer_append_cstr(toc->out, " class=\"");
    buffer_append(toc->out, class);
    buffer_append_byte(toc->out, '"');
}

static void close_tag(struct toc *toc, struct slice element)
{
    buffer_append_cstr(toc->out, "</");
    buffer_append(toc->out, element);
    buffer_append_byte(toc->out, '>');
}

static size_t write_list(struct toc *toc, size_t from, unsigned above);

// One heading and what is below it; how many headings that is.
static size_t write_item(struct toc *toc, size_t i)
{
    const struct toc_options *o = toc->options;
    const struct heading *row = &toc->rows[i];
    // A heading without a text has no item, but the headings below it have theirs.
    bool shown = row->text.len > 0;
    size_t count = 1;
    if (shown) {
        open_tag(toc, SLICE("li"), o->list_item_class);
        buffer_append_byte(toc->out, '>');
        open_tag(toc, SLICE("a"), o->list_item_anchor_class);
        buffer_append_cstr(toc->out, " href=\"#");
        buffer_append(toc->out, row->id);
        buffer_append_cstr(toc->out, "\">");
        buffer_append(toc->out, row->text);
        buffer_append_cstr(toc->out, "</a>");
    }
    if (!o->flat && i + 1 < toc->count && toc->rows[i + 1].level > row->level)
        count += write_list(toc, i + 1, row->level);
    if (shown)
        buffer_append_cstr(toc->out, "\t\t</li>");
    return count;
}

// The headings from `from` on that are below a heading of level `above`; how many those are.
static size_t write_list(struct toc *toc, size_t from, unsigned above)
{
    const struct toc_options *o = toc->options;
    size_t i = from;
    open_tag(toc, o->list_type, o->list_class);
    buffer_append_byte(toc->out, '>');
    while (i < toc->count && toc->rows[i].level > above) {
        if (i > from)
            buffer_append_byte(toc->out, '\n');
        i += write_item(toc, i);
    }
    close_tag(toc, o->list_type);
    return i - from;
}

static void write_wrapper(struct toc *toc)
{
    const struct toc_options *o = toc->options;
    open_tag(toc, o->wrapper, o->wrapper_class);
    buffer_append_cstr(toc->out, " role=\"navigation\"");
    if (o->heading && o->wrapper_class.len)
        buffer_printf(toc->out, " aria-labelledby=\"%.*s\"", SLICE_ARG(o->wrapper_class));
    else if (o->wrapper_label.len)
        buffer_printf(toc->out, " aria-label=\"%.*s\"", SLICE_ARG(o->wrapper_label));
    buffer_append_byte(toc->out, '>');
}

static void write_heading(struct toc *toc)
{
    const struct toc_options *o = toc->options;
    open_tag(toc, o->heading_level, o->heading_class);
    if (o->wrapper_class.len)
        buffer_printf(toc->out, " id=\"%.*s\"", SLICE_ARG(o->wrapper_class));
    buffer_printf(toc->out, ">%.*s", SLICE_ARG(o->heading_text));
    close_tag(toc, o->heading_level);
}

bool toc_render(struct arena *arena, const struct toc_options *options, struct slice html,
                struct buffer *out, struct error *error)
{
    struct toc toc = {.options = options, .arena = arena, .out = out};
    if (!read_headings(&toc, html))
        return error_memory(error);
    if (!toc.count)
        return true;
    if (options->wrapper.len)
        write_wrapper(&toc);
    if (options->heading)
        write_heading(&toc);
    write_list(&toc, 0, 0);
    if (options->wrapper.len)
        close_tag(&toc, options->wrapper);
    return !out->failed || error_memory(error);
}

// ---- options ----

struct toc_options toc_defaults(void)
{
    return (struct toc_options){
        .levels = 1u << 2 | 1u << 3 | 1u << 4,
        .wrapper = SLICE("nav"),
        .wrapper_class = SLICE("toc"),
        .heading = true,
        .heading_class = SLICE("toc-heading"),
        .heading_level = SLICE("h2"),
        .heading_text = SLICE("Table of contents"),
        .list_type = SLICE("ol"),
        .list_class = SLICE("toc-list"),
        .list_item_class = SLICE("toc-list-item"),
        .list_item_anchor_class = SLICE("toc-list-item-anchor"),
    };
}

// A list of names, or one text with commas.
static bool read_tags(struct toc_options *options, struct value v)
{
    options->levels = 0;
    for (uint32_t i = 0; i < (value_is(v, VALUE_STRING) ? 1 : value_length(NULL, v)); i++) {
        struct value item = value_is(v, VALUE_STRING) ? v : value_item(NULL, v, i);
        struct slice rest = value_is(item, VALUE_STRING) ? value_text(item) : SLICE_EMPTY, tag;
        while (slice_split(&rest, ',', &tag)) {
            tag = slice_trim(tag);
            if (tag.len == 2 && (tag.ptr[0] | 0x20) == 'h' && tag.ptr[1] >= '1' &&
                tag.ptr[1] <= '6')
                options->levels |= 1u << (tag.ptr[1] - '0');
        }
    }
    return options->levels != 0;
}

bool toc_options_from_value(struct toc_options *options, struct value object, struct error *error)
{
    const struct {
        struct slice name, camel;
        struct slice *text;
        bool *flag;
    } rows[] = {
        {SLICE("tags"), SLICE("tags"), NULL, NULL},
        {SLICE("wrapper"), SLICE("wrapper"), &options->wrapper, NULL},
        {SLICE("wrapper_class"), SLICE("wrapperClass"), &options->wrapper_class, NULL},
        {SLICE("wrapper_label"), SLICE("wrapperLabel"), &options->wrapper_label, NULL},
        {SLICE("heading"), SLICE("heading"), NULL, &options->heading},
        {SLICE("heading_class"), SLICE("headingClass"), &options->heading_class, NULL},
        {SLICE("heading_level"), SLICE("headingLevel"), &options->heading_level, NULL},
        {SLICE("heading_text"), SLICE("headingText"), &options->heading_text, NULL},
        {SLICE("list_type"), SLICE("listType"), &options->list_type, NULL},
        {SLICE("list_class"), SLICE("listClass"), &options->list_class, NULL},
        {SLICE("list_item_class"), SLICE("listItemClass"), &options->list_item_class, NULL},
        {SLICE("list_item_anchor_class"), SLICE("listItemAnchorClass"),
         &options->list_item_anchor_class, NULL},
        {SLICE("flat"), SLICE("flat"), NULL, &options->flat},
    };
    const struct value_object *view = value_object_view(NULL, object);
    for (uint32_t i = 0; i < view->count; i++) {
        const struct value_member *member = &view->members[i];
        size_t k = 0, count = sizeof rows / sizeof *rows;
        while (k < count && !slice_equal(member->key, rows[k].name) &&
               !slice_equal(member->key, rows[k].camel))
            k++;
        bool ok = k < count;
        if (ok && k == 0)
            ok = read_tags(options, member->value);
        else if (ok && rows[k].flag)
            *rows[k].flag = value_truthy(member->value);
        else if (ok && value_is(member->value, VALUE_STRING))
            *rows[k].text = value_text(member->value);
        else if (ok && !value_truthy(member->value))
            *rows[k].text = SLICE_EMPTY;
        else
            ok = false;
        if (!ok)
            return error_set(error, ERROR_CONFIG, "toc.%.*s is unknown or has a wrong value",
                             SLICE_ARG(member->key));
    }
    return true;
}
