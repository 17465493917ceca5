// SPDX-License-Identifier: MIT
//
// The pipeline: guard, cmark, passes, renderer; and reading its options.
#include "markdown.h"

#include "tree.h"

struct job {
    struct tree tree;
    struct buffer *out;
    struct markdown_headings *headings;
    bool inline_only;
    bool ok;
};

// Everything that touches cmark's nodes runs here, where its memory is ours.
static void run(void *state, cmark_mem *mem)
{
    struct job *job = state;
    struct tree *tree = &job->tree;
    int options = CMARK_OPT_UNSAFE | (tree->options->typographer ? CMARK_OPT_SMART : 0);
    cmark_parser *parser = cmark_parser_new_with_mem(options, mem);
    struct slice source =
        tree->options->attributes ? escapes_hide(tree->arena, tree->source) : tree->source;
    cmark_parser_feed(parser, source.ptr ? source.ptr : "", source.len);
    tree->mem = mem;
    tree->root = cmark_parser_finish(parser);
    tables_pass(tree);
    cmark_consolidate_text_nodes(tree->root);
    strikethrough_pass(tree);
    attributes_pass(tree);
    linkify_pass(tree);
    job->ok = heading_ids_pass(tree, job->headings) && !error_is_set(tree->error) &&
              renderer_write(tree, job->out, job->inline_only);
}

static bool render(struct arena *arena, const struct markdown_options *options, struct slice file,
                   struct slice source, struct buffer *out, struct markdown_headings *headings,
                   bool inline_only, struct error *error)
{
    struct error own = {0};
    error = error ? error : &own;
    if (headings)
        *headings = (struct markdown_headings){0};
    if (!guard_check(arena, options, file, source, error))
        return false;
    struct job job = {.tree = {.arena = arena,
                               .options = options,
                               .file = file,
                               .source = source,
                               .error = error},
                      .out = out,
                      .headings = headings,
                      .inline_only = inline_only};
    if (!memory_run(arena, run, &job) || (!job.ok && !error_is_set(error)))
        return error_memory(error);
    return job.ok;
}

bool markdown_render(struct arena *arena, const struct markdown_options *options, struct slice file,
                     struct slice source, struct buffer *out, struct markdown_headings *headings,
                     struct error *error)
{
    return render(arena, options, file, source, out, headings, false, error);
}

bool markdown_render_inline(struct arena *arena, const struct markdown_options *options,
                            struct slice source, struct buffer *out, struct error *error)
{
    return render(arena, options, SLICE("markdown"), source, out, NULL, true, error);
}

// ---- options ----

struct markdown_options markdown_defaults(void)
{
    return (struct markdown_options){.html = true, .heading_tabindex = MARKDOWN_NO_TABINDEX};
}

static const struct {
    const char *name;
    enum markdown_permalink style;
} PERMALINKS[] = {
    {"none", MARKDOWN_PERMALINK_NONE},
    {"headerLink", MARKDOWN_PERMALINK_HEADER_LINK},
    {"ariaHidden", MARKDOWN_PERMALINK_INSIDE_AFTER},
    {"ariaHiddenBefore", MARKDOWN_PERMALINK_INSIDE_BEFORE},
    {"linkAfterHeading", MARKDOWN_PERMALINK_AFTER},
};

static bool bad(struct error *error, struct slice key, const char *wanted)
{
    return error_set(error, ERROR_CONFIG, "markdown.%.*s must be %s", SLICE_ARG(key), wanted);
}

// A list of levels, or a number: that level and all below it.
static bool read_levels(struct markdown_options *options, struct value v)
{
    options->heading_levels = 0;
    if (value_is(v, VALUE_NUMBER)) {
        for (unsigned level = 1; level <= 6; level++)
            if (level >= v.number)
                options->heading_levels |= 1u << level;
        return true;
    }
    for (uint32_t i = 0; i < value_length(NULL, v); i++) {
        struct value item = value_item(NULL, v, i);
        if (!value_is(item, VALUE_NUMBER) || item.number < 1 || item.number > 6)
            return false;
        options->heading_levels |= 1u << (unsigned)item.number;
    }
    return value_is(v, VALUE_ARRAY);
}

static bool read_permalink(struct markdown_options *options, struct value v)
{
    options->permalink = MARKDOWN_PERMALINK_NONE;
    if (!value_is(v, VALUE_STRING)) {
        if (value_truthy(v))
            options->permalink = MARKDOWN_PERMALINK_INSIDE_AFTER;
        return true;
    }
    for (size_t i = 0; i < sizeof PERMALINKS / sizeof *PERMALINKS; i++)
        if (slice_equal(value_text(v), slice_from_cstr(PERMALINKS[i].name))) {
            options->permalink = PERMALINKS[i].style;
            return true;
        }
    return false;
}

static bool read_heading_id(struct markdown_options *options, struct slice key, struct value v)
{
    if (slice_equal(key, SLICE("levels")) || slice_equal(key, SLICE("level")))
        return read_levels(options, v);
    if (slice_equal(key, SLICE("permalink")))
        return read_permalink(options, v);
    if (slice_equal(key, SLICE("tabindex")) || slice_equal(key, SLICE("tabIndex"))) {
        options->heading_tabindex =
            value_is(v, VALUE_NUMBER) ? (int)v.number : MARKDOWN_NO_TABINDEX;
        return true;
    }
    struct slice *text = slice_equal(key, SLICE("slug"))               ? &options->slug_style
                         : slice_equal(key, SLICE("permalink_class"))  ? &options->permalink_class
                         : slice_equal(key, SLICE("permalink_symbol")) ? &options->permalink_symbol
                                                                       : NULL;
    if (!text || !value_is(v, VALUE_STRING))
        return false;
    *text = value_text(v);
    return true;
}

static bool read_heading_ids(struct markdown_options *options, struct value v, struct error *error)
{
    if (!value_is(v, VALUE_OBJECT)) {
        options->heading_levels = value_truthy(v) ? 0x7e : 0;
        return true;
    }
    const struct value_object *view = value_object_view(NULL, v);
    if (!options->heading_levels)
        options->heading_levels = 0x7e;
    for (uint32_t i = 0; i < view->count; i++)
        if (!read_heading_id(options, view->members[i].key, view->members[i].value))
            return error_set(error, ERROR_CONFIG,
                             "markdown.heading_ids.%.*s is unknown or has a wrong value",
                             SLICE_ARG(view->members[i].key));
    return true;
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
        {SLICE("attributes"), &options->attributes},
        {SLICE("typographer"), &options->typographer},
        {SLICE("linkify"), &options->linkify},
        {SLICE("govuk_classes"), &options->govuk_classes},
        {SLICE("xhtml"), &options->xhtml},
    };
    const struct value_object *view = value_object_view(NULL, object);
    for (uint32_t i = 0; i < view->count; i++) {
        const struct value_member *member = &view->members[i];
        size_t k = 0, count = sizeof flags / sizeof *flags;
        if (slice_equal(member->key, SLICE("heading_ids"))) {
            if (!read_heading_ids(options, member->value, error))
                return false;
            continue;
        }
        while (k < count && !slice_equal(member->key, flags[k].name))
            k++;
        if (k == count) {
            error_set(error, ERROR_CONFIG, "unknown setting: markdown.%.*s",
                      SLICE_ARG(member->key));
            for (k = 0; k < count; k++)
                if (slice_distance(member->key, flags[k].name, 3) <= 3)
                    error_hint(error, "did you mean `%.*s`?", SLICE_ARG(flags[k].name));
            return false;
        }
        if (!value_is(member->value, VALUE_BOOLEAN))
            return bad(error, member->key, "true or false");
        *flags[k].flag = value_truthy(member->value);
    }
    return true;
}
