// SPDX-License-Identifier: MIT
//
// The options of the pipeline, from the object under `markdown:`.
#include "markdown.h"

#include <math.h>

struct markdown_options markdown_defaults(void)
{
    return (struct markdown_options){
        .version = MARKDOWN_NEWEST, .html = true, .heading_tabindex = MARKDOWN_NO_TABINDEX};
}

static bool bad(struct error *error, struct slice key, const char *wanted)
{
    return error_set(error, ERROR_CONFIG, "markdown.%.*s must be %s", SLICE_ARG(key), wanted);
}

// A list of levels, or a number: that level and deeper.
static bool read_levels(struct markdown_options *options, struct value v)
{
    options->heading_levels = 0;
    if (value_is(v, VALUE_NUMBER) && !isnan(v.number)) {
        for (unsigned level = 1; level <= 6; level++)
            if (level >= v.number)
                options->heading_levels |= 1u << level;
        return true;
    }
    for (uint32_t i = 0; i < value_length(NULL, v); i++) {
        struct value item = value_item(NULL, v, i);
        unsigned level = 1;
        while (level <= 6 && !(value_is(item, VALUE_NUMBER) && item.number == level))
            level++;
        if (level > 6)
            return false;
        options->heading_levels |= 1u << level;
    }
    return value_is(v, VALUE_ARRAY);
}

// ---- permalinks ----

static const struct {
    const char *name;
    enum markdown_permalink_style style;
    bool aria_hidden, before;
} STYLES[] = {
    {"none", MARKDOWN_PERMALINK_NONE, false, false},
    {"headerLink", MARKDOWN_PERMALINK_HEADER_LINK, false, false},
    {"linkInsideHeader", MARKDOWN_PERMALINK_INSIDE, false, false},
    {"ariaHidden", MARKDOWN_PERMALINK_INSIDE, true, false},
    {"ariaHiddenBefore", MARKDOWN_PERMALINK_INSIDE, true, true},
    {"linkAfterHeader", MARKDOWN_PERMALINK_AFTER, false, false},
};

static const char *const ASSISTIVE[] = {[MARKDOWN_ASSISTIVE_TEXT] = "visually-hidden",
                                        [MARKDOWN_ASSISTIVE_LABEL] = "aria-label",
                                        [MARKDOWN_ASSISTIVE_DESCRIBED] = "aria-describedby",
                                        [MARKDOWN_ASSISTIVE_LABELLED] = "aria-labelledby"};

static bool read_style(struct markdown_permalink *p, struct value v)
{
    if (!value_is(v, VALUE_STRING)) {
        if (!value_is(v, VALUE_BOOLEAN) && !value_is_nullish(v))
            return false;
        p->style = value_truthy(v) ? MARKDOWN_PERMALINK_INSIDE : MARKDOWN_PERMALINK_NONE;
        p->aria_hidden = true;
        return true;
    }
    for (size_t i = 0; i < sizeof STYLES / sizeof *STYLES; i++)
        if (slice_equal(value_text(v), slice_from_cstr(STYLES[i].name))) {
            p->style = STYLES[i].style;
            p->aria_hidden |= STYLES[i].aria_hidden;
            p->before |= STYLES[i].before;
            return true;
        }
    return false;
}

static bool read_assistive(struct markdown_permalink *p, struct value v)
{
    for (size_t i = 0; i < sizeof ASSISTIVE / sizeof *ASSISTIVE; i++)
        if (value_is(v, VALUE_STRING) &&
            slice_equal(value_text(v), slice_from_cstr(ASSISTIVE[i]))) {
            p->assistive = (enum markdown_assistive)i;
            return true;
        }
    return false;
}

static bool read_placement(struct markdown_permalink *p, struct value v)
{
    p->before = value_is(v, VALUE_STRING) && slice_equal(value_text(v), SLICE("before"));
    return p->before || (value_is(v, VALUE_STRING) && slice_equal(value_text(v), SLICE("after")));
}

// true, false, or the HTML to insert.
static bool read_space(struct markdown_permalink *p, struct value v)
{
    p->no_space = !value_truthy(v);
    p->space = value_is(v, VALUE_STRING) ? value_text(v) : SLICE_EMPTY;
    return value_is(v, VALUE_STRING) || value_is(v, VALUE_BOOLEAN);
}

static bool read_wrapper(struct markdown_permalink *p, struct value v)
{
    for (uint32_t i = 0; i < 2; i++) {
        struct value item = value_is(v, VALUE_ARRAY) ? value_item(NULL, v, i) : value_undefined();
        if (!value_is(item, VALUE_STRING))
            return false;
        p->wrapper[i] = value_text(item);
    }
    return true;
}

static bool read_permalink(struct markdown_permalink *p, struct slice key, struct value v)
{
    const struct {
        struct slice name;
        bool (*read)(struct markdown_permalink *p, struct value v);
        struct slice *text;
        bool *flag;
    } rows[] = {
        {SLICE("permalink"), read_style, NULL, NULL},
        {SLICE("permalink_class"), NULL, &p->class, NULL},
        {SLICE("permalink_symbol"), NULL, &p->symbol, NULL},
        {SLICE("permalink_placement"), read_placement, NULL, NULL},
        {SLICE("permalink_space"), read_space, NULL, NULL},
        {SLICE("permalink_aria_hidden"), NULL, NULL, &p->aria_hidden},
        {SLICE("permalink_safari_reader_fix"), NULL, NULL, &p->safari_reader_fix},
        {SLICE("permalink_style"), read_assistive, NULL, NULL},
        {SLICE("permalink_text"), NULL, &p->text, NULL},
        {SLICE("permalink_visually_hidden_class"), NULL, &p->hidden_class, NULL},
        {SLICE("permalink_wrapper"), read_wrapper, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!slice_equal(key, rows[i].name))
            continue;
        if (rows[i].read)
            return rows[i].read(p, v);
        if (rows[i].text && value_is(v, VALUE_STRING))
            *rows[i].text = value_text(v);
        else if (rows[i].flag && value_is(v, VALUE_BOOLEAN))
            *rows[i].flag = value_truthy(v);
        else
            return false;
        return true;
    }
    return false;
}

// The plugin also requires these texts.
static bool is_complete(const struct markdown_permalink *p, struct error *error)
{
    bool text = p->assistive == MARKDOWN_ASSISTIVE_TEXT;
    if (p->style != MARKDOWN_PERMALINK_AFTER)
        return true;
    if ((text || p->assistive == MARKDOWN_ASSISTIVE_LABEL) && !p->text.len)
        return error_set(error, ERROR_CONFIG,
                         "markdown.heading_ids.permalink_text must say what the link is, as "
                         "`Link to {title}`");
    if (text && !p->hidden_class.len)
        return error_set(error, ERROR_CONFIG,
                         "markdown.heading_ids.permalink_visually_hidden_class must name a class");
    return true;
}

// ---- headings ----

// A number that an attribute may have, or false.
static bool read_tabindex(struct markdown_options *options, struct value v)
{
    enum { MOST = 32767 }; // of HTML's browsers
    options->heading_tabindex = MARKDOWN_NO_TABINDEX;
    if (!value_is(v, VALUE_NUMBER))
        return !value_truthy(v);
    if (!(v.number >= -1 && v.number <= MOST && v.number == floor(v.number)))
        return false;
    options->heading_tabindex = (int)v.number;
    return true;
}

// The plugin's own slugs, or those of Eleventy's filter.
static bool read_slug(struct markdown_options *options, struct value v)
{
    if (!value_is(v, VALUE_STRING))
        return false;
    options->slug_style = value_text(v);
    return slice_equal(options->slug_style, SLICE("default")) ||
           slice_equal(options->slug_style, SLICE("slugify"));
}

static bool read_heading_id(struct markdown_options *options, struct slice key, struct value v)
{
    if (slice_equal(key, SLICE("levels")) || slice_equal(key, SLICE("level")))
        return read_levels(options, v);
    if (slice_equal(key, SLICE("tabindex")) || slice_equal(key, SLICE("tabIndex")))
        return read_tabindex(options, v);
    if (slice_equal(key, SLICE("slug")))
        return read_slug(options, v);
    return read_permalink(&options->permalink, key, v);
}

static bool read_attributes(struct markdown_options *options, struct value v, struct error *error)
{
    bool version = value_is(v, VALUE_NUMBER) && (v.number == 4 || v.number == 5);
    if (!version && !value_is(v, VALUE_BOOLEAN))
        return bad(error, SLICE("attributes"), "true, false, 4 or 5");
    options->attributes = version ? (unsigned)v.number : value_truthy(v) ? 4 : 0;
    return true;
}

static bool read_markdown_version(struct markdown_options *options, struct value v,
                                  struct error *error)
{
    if (!value_is(v, VALUE_NUMBER) ||
        (v.number != 12 && v.number != 13 && v.number != MARKDOWN_NEWEST))
        return bad(error, SLICE("markdown_it"), "12, 13 or 14");
    options->version = (unsigned)v.number;
    return true;
}

static bool read_heading_ids(struct markdown_options *options, struct value v, struct error *error)
{
    if (value_is(v, VALUE_BOOLEAN) || value_is_nullish(v)) {
        options->heading_levels = value_truthy(v) ? 0x7e : 0;
        return true;
    }
    if (!value_is(v, VALUE_OBJECT))
        return bad(error, SLICE("heading_ids"), "true, false or an object of options");
    const struct value_object *view = value_object_view(NULL, v);
    if (!options->heading_levels)
        options->heading_levels = 0x7e;
    for (uint32_t i = 0; i < view->count; i++)
        if (!read_heading_id(options, view->keys[i].text, view->values[i]))
            return error_set(error, ERROR_CONFIG,
                             "markdown.heading_ids.%.*s is unknown or has a wrong value",
                             SLICE_ARG(view->keys[i].text));
    return is_complete(&options->permalink, error);
}

static struct slice extension_name(size_t number)
{
    return slice_from_cstr(markdown_extension(number)->name);
}

static size_t find_extension(struct slice name)
{
    size_t i = 0;
    while (i < MARKDOWN_EXTENSIONS && !slice_equal(extension_name(i), name))
        i++;
    return i;
}

bool markdown_options_from_value(struct markdown_options *options, struct value object,
                                 struct error *error)
{
    const struct {
        struct slice name;
        bool *flag;
    } flags[] = {
        {SLICE("breaks"), &options->breaks},
        {SLICE("html"), &options->html},
        {SLICE("sanitise"), &options->sanitise},
        {SLICE("tables"), &options->tables},
        {SLICE("strikethrough"), &options->strikethrough},
        {SLICE("typographer"), &options->typographer},
        {SLICE("linkify"), &options->linkify},
        {SLICE("govuk_classes"), &options->govuk_classes},
        {SLICE("xhtml"), &options->xhtml},
    };
    const struct value_object *view = value_object_view(NULL, object);
    for (uint32_t i = 0; i < view->count; i++) {
        const struct value_member own = value_member_at(view, i), *member = &own;
        size_t k = 0, count = sizeof flags / sizeof *flags;
        if (slice_equal(member->key, SLICE("heading_ids"))) {
            if (!read_heading_ids(options, member->value, error))
                return false;
            continue;
        }
        if (slice_equal(member->key, SLICE("indented_code"))) {
            if (!value_is(member->value, VALUE_BOOLEAN))
                return bad(error, member->key, "true or false");
            options->no_indented_code = !value_truthy(member->value);
            continue;
        }
        if (slice_equal(member->key, SLICE("markdown_it"))) {
            if (!read_markdown_version(options, member->value, error))
                return false;
            continue;
        }
        if (slice_equal(member->key, SLICE("attributes"))) {
            if (!read_attributes(options, member->value, error))
                return false;
            continue;
        }
        while (k < count && !slice_equal(member->key, flags[k].name))
            k++;
        size_t extension = find_extension(member->key);
        if (k == count && extension < MARKDOWN_EXTENSIONS) {
            if (!markdown_extension_set(options, extension, member->value, error))
                return false;
            continue;
        }
        if (k == count) {
            error_set(error, ERROR_CONFIG, "unknown setting: markdown.%.*s",
                      SLICE_ARG(member->key));
            for (k = 0; k < count; k++)
                if (slice_distance(member->key, flags[k].name, 3) <= 3)
                    error_hint(error, "did you mean `%.*s`?", SLICE_ARG(flags[k].name));
            for (k = 0; k < MARKDOWN_EXTENSIONS; k++)
                if (slice_distance(member->key, extension_name(k), 3) <= 3)
                    error_hint(error, "did you mean `%.*s`?", SLICE_ARG(extension_name(k)));
            return false;
        }
        if (!value_is(member->value, VALUE_BOOLEAN))
            return bad(error, member->key, "true or false");
        *flags[k].flag = value_truthy(member->value);
    }
    return true;
}
