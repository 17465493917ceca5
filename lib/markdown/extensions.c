// SPDX-License-Identifier: MIT
//
// The enabled extensions, for the readers and the pipeline; and their settings.
#include "extension.h"

static const struct extension *const EXTENSIONS[] = {
#define EXTENSION(name, plugin, text) &EXTENSION_##name,
#include "extensions.def"
#undef EXTENSION
};

static const struct markdown_extension NAMES[] = {
#define EXTENSION(name, plugin, text) {#name, plugin, text},
#include "extensions.def"
#undef EXTENSION
};

const struct extension *extension_at(size_t number)
{
    return EXTENSIONS[number];
}

// ---- what there is ----

const struct markdown_extension *markdown_extension(size_t number)
{
    return number < MARKDOWN_EXTENSIONS ? &NAMES[number] : NULL;
}

size_t markdown_extension_of(struct slice plugin)
{
    size_t i = 0;
    while (i < MARKDOWN_EXTENSIONS && !slice_equal(plugin, slice_from_cstr(NAMES[i].plugin)))
        i++;
    return i;
}

static const struct extension_option *find_option(size_t number, struct slice key, bool plugin)
{
    for (const struct extension_option *o = EXTENSIONS[number]->options; o && o->key; o++)
        if (slice_equal(key, slice_from_cstr(plugin ? o->plugin : o->key)))
            return o;
    return NULL;
}

const char *markdown_extension_option(size_t number, struct slice option)
{
    const struct extension_option *o = find_option(number, option, true);
    return o ? o->key : NULL;
}

void markdown_write_reference(struct buffer *out)
{
    buffer_append_cstr(out,
                       "| option | reads | options of its own | as |\n| --- | --- | --- | --- |\n");
    for (size_t i = 0; i < MARKDOWN_EXTENSIONS; i++) {
        buffer_printf(out, "| `%s` | %s |", NAMES[i].name, NAMES[i].text);
        for (const struct extension_option *o = EXTENSIONS[i]->options; o && o->key; o++)
            buffer_printf(out, "%s `%s`", o == EXTENSIONS[i]->options ? "" : ",", o->key);
        buffer_printf(out, " | %s |\n", NAMES[i].plugin);
    }
}

// ---- settings ----

static bool fits(enum extension_kind kind, struct value v)
{
    switch (kind) {
    case EXTENSION_FLAG:
        return value_is(v, VALUE_BOOLEAN);
    case EXTENSION_TEXT:
        return value_is(v, VALUE_STRING);
    case EXTENSION_FLAG_OR_TEXT:
        return value_is(v, VALUE_BOOLEAN) || value_is(v, VALUE_STRING);
    case EXTENSION_NUMBERS:
        for (uint32_t i = 0; i < value_length(NULL, v); i++)
            if (!value_is(value_item(NULL, v, i), VALUE_NUMBER))
                return false;
        return value_is(v, VALUE_ARRAY);
    case EXTENSION_TEXTS:
        break;
    }
    const struct value_object *view = value_is(v, VALUE_OBJECT) ? value_object_view(NULL, v) : NULL;
    for (uint32_t i = 0; view && i < view->count; i++)
        if (!value_is(view->values[i], VALUE_STRING))
            return false;
    return view != NULL;
}

static bool read_extension_options(size_t number, const struct value_object *view,
                                   struct error *error)
{
    for (uint32_t i = 0; i < view->count; i++) {
        const struct extension_option *o = find_option(number, view->keys[i].text, false);
        if (!o || !fits(o->kind, view->values[i]))
            return error_set(error, ERROR_CONFIG,
                             "markdown.%s.%.*s is unknown or has a wrong value", NAMES[number].name,
                             SLICE_ARG(view->keys[i].text));
    }
    return true;
}

bool markdown_extension_set(struct markdown_options *options, size_t number, struct value v,
                            struct error *error)
{
    const struct extension *e = EXTENSIONS[number];
    options->extensions[number] = v;
    if (value_is(v, VALUE_BOOLEAN) || (e->accepts && e->accepts(v)))
        return true;
    if (e->options && value_is(v, VALUE_OBJECT))
        return read_extension_options(number, value_object_view(NULL, v), error);
    return error_set(error, ERROR_CONFIG, "markdown.%s must be %s%s", NAMES[number].name,
                     "true or false",
                     e->wanted    ? e->wanted
                     : e->options ? " or an object of options"
                                  : "");
}

// ---- what readers ask for ----

static bool any_is_on(const struct tree *tree)
{
    for (size_t i = 0; i < MARKDOWN_EXTENSIONS; i++)
        if (markdown_extension_is_on(tree->options, i))
            return true;
    return false;
}

static size_t count_rows(const struct block_row *rows)
{
    size_t count = 0;
    while (rows[count].read)
        count++;
    return count;
}

// Inserts the row of an extension before the row it names.
static void insert_row(struct block_row *rows, const struct extension *e)
{
    size_t count = count_rows(rows), at = 0;
    while (at < count && rows[at].read != e->before)
        at++;
    memmove(rows + at + 1, rows + at, (count - at) * sizeof *rows);
    rows[at] = e->block;
}

const struct block_row *extension_blocks(struct tree *tree)
{
    if (!any_is_on(tree))
        return BLOCK_ROWS;
    size_t count = count_rows(BLOCK_ROWS);
    struct block_row *rows =
        arena_zalloc(tree->arena, count + MARKDOWN_EXTENSIONS + 1, sizeof *rows);
    if (!rows) {
        error_memory(tree->error);
        return NULL;
    }
    memcpy(rows, BLOCK_ROWS, count * sizeof *rows);
    for (size_t i = 0; i < MARKDOWN_EXTENSIONS; i++)
        if (markdown_extension_is_on(tree->options, i) && EXTENSIONS[i]->block.read)
            insert_row(rows, EXTENSIONS[i]);
    return rows;
}

static void add_inline(struct inline_rules *rules, struct inline_row row)
{
    inline_fn *slot = &rules->begins[(unsigned char)row.begins];
    if (!*slot)
        *slot = row.read;
    else
        rules->also[rules->also_count++] = row;
}

static void add_inlines(struct inline_rules *rules, const struct extension *e)
{
    for (size_t k = 0; k < 2; k++)
        if (e->inlines[k].read)
            add_inline(rules, e->inlines[k]);
    if (!e->doubled.mark)
        return;
    rules->doubled[rules->doubled_count++] = e->doubled;
    add_inline(rules, (struct inline_row){e->doubled.mark, inline_doubled});
}

const struct inline_rules *extension_inlines(struct tree *tree)
{
    _Static_assert(INLINE_ROWS_MAX >= 3 * MARKDOWN_EXTENSIONS, "each may add its inlines");
    if (!any_is_on(tree))
        return &INLINE_RULES;
    struct inline_rules *rules = arena_zalloc(tree->arena, 1, sizeof *rules);
    if (!rules) {
        error_memory(tree->error);
        return NULL;
    }
    *rules = INLINE_RULES;
    for (size_t i = 0; i < MARKDOWN_EXTENSIONS; i++)
        if (markdown_extension_is_on(tree->options, i))
            add_inlines(rules, EXTENSIONS[i]);
    return rules;
}

// ---- passes ----

void extensions_run(struct tree *tree, enum extension_pass pass)
{
    for (size_t i = 0; i < MARKDOWN_EXTENSIONS && !error_is_set(tree->error); i++) {
        const struct extension *e = EXTENSIONS[i];
        void (*run)(struct tree *) = pass == AFTER_INLINES    ? e->after_inlines
                                     : pass == BEFORE_LINKIFY ? e->before_linkify
                                                              : e->after_linkify;
        if (run && markdown_extension_is_on(tree->options, i))
            run(tree);
    }
}

void extensions_run_on_leaves(struct tree *tree, struct block_leaves *leaves)
{
    for (size_t i = 0; i < MARKDOWN_EXTENSIONS && !error_is_set(tree->error); i++)
        if (EXTENSIONS[i]->after_blocks && markdown_extension_is_on(tree->options, i))
            EXTENSIONS[i]->after_blocks(tree, leaves);
}
