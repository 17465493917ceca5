// SPDX-License-Identifier: MIT
//
// The table of contents as in @thedigitalman/eleventy-plugin-toc-a11y: nested lists of links.
#include "toc.h"

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

static void write_end_tag(struct toc *toc, struct slice element)
{
    buffer_append_cstr(toc->out, "</");
    buffer_append(toc->out, element);
    buffer_append_byte(toc->out, '>');
}

static size_t write_contents_list(struct toc *toc, size_t from, unsigned above);

// Writes one heading and those below it; returns how many.
static size_t write_item(struct toc *toc, size_t i)
{
    const struct toc_options *o = toc->options;
    const struct toc_heading *row = &toc->rows[i];
    // A heading without text has no item, but the headings below it do.
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
        count += write_contents_list(toc, i + 1, row->level);
    if (shown)
        buffer_append_cstr(toc->out, "\t\t</li>");
    return count;
}

// Writes the headings from `from` on that are below a heading of level `above`; returns how many.
static size_t write_contents_list(struct toc *toc, size_t from, unsigned above)
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
    write_end_tag(toc, o->list_type);
    return i - from;
}

static void write_attribute(struct toc *toc, const char *name, struct slice value)
{
    buffer_printf(toc->out, " %s=\"%.*s\"", name, SLICE_ARG(value));
}

// The plugin's cases: the wrapper has its class if that is set, and if there is no heading or the
// heading also has a class.
static void write_wrapper(struct toc *toc, bool heading)
{
    const struct toc_options *o = toc->options;
    bool labelled = heading && o->wrapper_class.len;
    bool class =
        o->wrapper_class.len ? !heading || o->heading_class.len : heading && o->heading_class.len;
    buffer_append_byte(toc->out, '<');
    buffer_append(toc->out, o->wrapper);
    if (class)
        write_attribute(toc, "class", o->wrapper_class);
    write_attribute(toc, "role", SLICE("navigation"));
    write_attribute(toc, labelled ? "aria-labelledby" : "aria-label",
                    labelled               ? o->wrapper_class
                    : o->wrapper_label.len ? o->wrapper_label
                                           : o->heading_text);
    buffer_append_byte(toc->out, '>');
}

static void write_heading(struct toc *toc)
{
    const struct toc_options *o = toc->options;
    buffer_append_byte(toc->out, '<');
    buffer_append(toc->out, o->heading_level);
    if (o->heading_class.len)
        write_attribute(toc, "class", o->heading_class);
    write_attribute(toc, "id", o->wrapper_class);
    buffer_append_byte(toc->out, '>');
    buffer_append(toc->out, o->heading_text);
    write_end_tag(toc, o->heading_level);
}

static void write_accessible(struct toc *toc)
{
    const struct toc_options *o = toc->options;
    bool heading = o->heading && o->heading_level.len;
    if (o->wrapper.len)
        write_wrapper(toc, heading);
    if (heading)
        write_heading(toc);
    write_contents_list(toc, 0, 0);
    if (o->wrapper.len)
        write_end_tag(toc, o->wrapper);
}

bool toc_render(struct arena *arena, const struct toc_options *options, struct slice html,
                struct buffer *out, struct error *error)
{
    struct toc toc = {.options = options, .arena = arena, .out = out};
    if (!toc_read(&toc, html))
        return error_memory(error);
    if (!toc.count)
        return true;
    if (options->style == TOC_PLAIN)
        toc_write_plain(&toc);
    else
        write_accessible(&toc);
    return !out->failed || error_memory(error);
}

// ---- options ----

struct toc_options toc_defaults(void)
{
    return (struct toc_options){
        .levels = 0x7c, // 2 to 6
        .wrapper = SLICE("nav"),
        .wrapper_class = SLICE("nav-toc"),
        .heading = true,
        .heading_class = SLICE("nav-toc-heading"),
        .heading_level = SLICE("h2"),
        .heading_text = SLICE("Table of contents"),
        .list_type = SLICE("ol"),
        .list_class = SLICE("nav-toc-list"),
        .list_item_class = SLICE("nav-toc-list-item"),
        .list_item_anchor_class = SLICE("nav-toc-list-item-anchor"),
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

// Each plugin has its defaults.
static bool read_style(struct toc_options *options, struct value object)
{
    struct value v = value_get(NULL, object, SLICE("style"));
    if (value_is(v, VALUE_UNDEFINED))
        return true;
    bool plain = value_is(v, VALUE_STRING) && slice_equal(value_text(v), SLICE("plain"));
    if (plain && options->style != TOC_PLAIN)
        *options = (struct toc_options){.style = TOC_PLAIN,
                                        .levels = 1u << 2 | 1u << 3 | 1u << 4,
                                        .wrapper = SLICE("nav"),
                                        .wrapper_class = SLICE("toc"),
                                        .list_type = SLICE("ol")};
    return plain || (value_is(v, VALUE_STRING) && slice_equal(value_text(v), SLICE("a11y")));
}

bool toc_options_from_value(struct toc_options *options, struct value object, struct error *error)
{
    const struct {
        struct slice name, camel;
        struct slice *text;
        bool *flag;
    } rows[] = {
        {SLICE("tags"), SLICE("tags"), NULL, NULL},
        {SLICE("style"), SLICE("style"), NULL, NULL}, // already read
        {SLICE("ul"), SLICE("ul"), NULL, &options->ul},
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
    if (!read_style(options, object))
        return error_set(error, ERROR_CONFIG, "toc.style must be a11y or plain");
    for (uint32_t i = 0; i < view->count; i++) {
        const struct value_member own = value_member_at(view, i), *member = &own;
        size_t k = 0, count = sizeof rows / sizeof *rows;
        while (k < count && !slice_equal(member->key, rows[k].name) &&
               !slice_equal(member->key, rows[k].camel))
            k++;
        bool ok = k < count;
        if (ok && k == 0)
            ok = read_tags(options, member->value);
        else if (ok && k == 1)
            continue;
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
