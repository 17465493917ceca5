// SPDX-License-Identifier: MIT
//
// Collections that guidance.yaml names, instead of Eleventy's addCollection:
//
//   collections:
//     guides: data/guides/*.md                   getFilteredByGlob
//     both: [data/a/**, "!data/a/old.md"]
//     newest: {tag: post, reverse: true, limit: 5}
//     ordered: {glob: data/**, sort: data.order}
//
// Each row of the table is a key; each works on the list that the earlier ones leave.
#include "snapshot.h"

#include <stdlib.h>

struct work {
    struct site *site;
    struct value list;
    struct error *error;
    const char *name;
};

typedef bool (*step_fn)(struct work *work, struct value option);

static struct value with(struct work *work, uint32_t count)
{
    return value_array(work->site->arena, count ? count : 1);
}

// ---- its items ----

// A list of patterns; those that begin with "!" remove.
static bool is_chosen(struct value patterns, struct slice path)
{
    bool chosen = false;
    for (uint32_t i = 0; i < value_length(NULL, patterns); i++) {
        struct value v = value_item(NULL, patterns, i);
        struct slice pattern = value_is(v, VALUE_STRING) ? value_text(v) : SLICE_EMPTY;
        bool taken = slice_starts_with(pattern, SLICE("!"));
        if (glob_matches(slice_sub(pattern, taken, pattern.len), path))
            chosen = !taken;
    }
    return chosen;
}

static struct value as_list(struct work *work, struct value v)
{
    if (value_is(v, VALUE_ARRAY))
        return v;
    struct value list = with(work, 1);
    value_push(NULL, work->site->arena, list, v);
    return list;
}

static bool keep_items(struct work *work, struct value argument,
                       bool (*test)(struct value argument, struct value item))
{
    uint32_t count = value_length(NULL, work->list);
    struct value kept = with(work, count);
    argument = as_list(work, argument);
    for (uint32_t i = 0; i < count; i++) {
        struct value item = value_item(NULL, work->list, i);
        if (test(argument, item) && !value_push(NULL, work->site->arena, kept, item))
            return error_memory(work->error);
    }
    work->list = kept;
    return true;
}

static bool has_path(struct value patterns, struct value item)
{
    return is_chosen(patterns, value_text(value_get(NULL, item, SLICE("inputPath"))));
}

static bool has_tags(struct value wanted, struct value item)
{
    struct value tags = value_get_path(NULL, item, SLICE("data.tags"));
    for (uint32_t i = 0; i < value_length(NULL, wanted); i++) {
        bool found = false;
        for (uint32_t k = 0; k < value_length(NULL, tags); k++)
            found |= value_strict_equal(value_item(NULL, wanted, i), value_item(NULL, tags, k));
        if (!found)
            return false;
    }
    return true;
}

static bool step_glob(struct work *work, struct value option)
{
    return keep_items(work, option, has_path);
}

static bool step_tag(struct work *work, struct value option)
{
    return keep_items(work, option, has_tags);
}

// ---- its order ----

struct sorting {
    struct value key, item;
    uint32_t index;
};

// Values of one type compare as such, missing ones come last, and equal ones keep their order.
static int by_key(const void *a, const void *b)
{
    const struct sorting *x = a, *y = b;
    bool no_x = value_is_nullish(x->key), no_y = value_is_nullish(y->key);
    int order = no_x || no_y                 ? no_x - no_y
                : x->key.type != y->key.type ? x->key.type - y->key.type
                                             : value_compare(NULL, x->key, y->key);
    return order == 1 || order == -1 ? order : (x->index > y->index) - (x->index < y->index);
}

static bool is_sortable(struct value v)
{
    return value_is(v, VALUE_NUMBER) || value_is(v, VALUE_STRING) || value_is(v, VALUE_DATE) ||
           value_is(v, VALUE_BOOLEAN);
}

static bool step_sort(struct work *work, struct value option)
{
    uint32_t count = value_length(NULL, work->list);
    struct sorting *rows = arena_zalloc(work->site->arena, count + 1, sizeof *rows);
    struct value sorted = with(work, count);
    if (!rows)
        return error_memory(work->error);
    for (uint32_t i = 0; i < count; i++) {
        struct value item = value_item(NULL, work->list, i);
        struct value key = value_get_path(NULL, item, value_text(option));
        rows[i] = (struct sorting){is_sortable(key) ? key : value_undefined(), item, i};
    }
    qsort(rows, count, sizeof *rows, by_key);
    for (uint32_t i = 0; i < count; i++)
        if (!value_push(NULL, work->site->arena, sorted, rows[i].item))
            return error_memory(work->error);
    work->list = sorted;
    return true;
}

static bool step_reverse(struct work *work, struct value option)
{
    uint32_t count = value_length(NULL, work->list);
    struct value turned = with(work, count);
    if (!value_truthy(option))
        return true;
    while (count-- > 0)
        if (!value_push(NULL, work->site->arena, turned, value_item(NULL, work->list, count)))
            return error_memory(work->error);
    work->list = turned;
    return true;
}

static bool step_limit(struct work *work, struct value option)
{
    struct value head = with(work, 8);
    for (uint32_t i = 0; i < value_length(NULL, work->list) && i < option.number; i++)
        if (!value_push(NULL, work->site->arena, head, value_item(NULL, work->list, i)))
            return error_memory(work->error);
    work->list = head;
    return true;
}

// ---- the settings ----

enum { TEXT = 1 << VALUE_STRING, LIST = 1 << VALUE_ARRAY };

static const struct step {
    const char *key;
    unsigned types; // of the option, as bits
    step_fn run;
} STEPS[] = {
    {"glob", TEXT | LIST, step_glob},
    {"tag", TEXT | LIST, step_tag},
    {"sort", TEXT, step_sort},
    {"reverse", 1 << VALUE_BOOLEAN, step_reverse},
    {"limit", 1 << VALUE_NUMBER, step_limit},
};
enum { STEP_COUNT = sizeof STEPS / sizeof *STEPS };

static bool refuse_collection(const struct site *site, struct slice name, struct slice key,
                              struct error *error)
{
    error_set(error, ERROR_CONFIG, "collections.%.*s%s%.*s is not understood", SLICE_ARG(name),
              key.len ? "." : "", SLICE_ARG(key));
    error_hint(error, "a pattern, or {glob, tag, sort, reverse, limit}");
    error_at(error, settings_name(site->settings), 0, 0);
    return false;
}

static bool check(const struct site *site, struct slice name, struct value rule,
                  struct error *error)
{
    const struct value_object *view = value_object_view(NULL, rule);
    for (uint32_t i = 0; i < view->count; i++) {
        bool known = false;
        for (size_t k = 0; k < STEP_COUNT; k++)
            known |= slice_equal(view->keys[i].text, slice_from_cstr(STEPS[k].key)) &&
                     (STEPS[k].types >> view->values[i].type & 1);
        if (!known)
            return refuse_collection(site, name, view->keys[i].text, error);
    }
    return true;
}

static bool build(struct site *site, struct slice name, struct value rule, struct value *list,
                  struct error *error)
{
    struct work work = {.site = site, .error = error};
    work.list = site->making->all;
    if (value_is(rule, VALUE_STRING) || value_is(rule, VALUE_ARRAY)) {
        if (!step_glob(&work, rule))
            return false;
    } else if (!value_is(rule, VALUE_OBJECT))
        return refuse_collection(site, name, SLICE_EMPTY, error);
    else if (!check(site, name, rule, error))
        return false;
    for (size_t i = 0; i < STEP_COUNT && value_is(rule, VALUE_OBJECT); i++) {
        struct value option = value_get(NULL, rule, slice_from_cstr(STEPS[i].key));
        if (!value_is(option, VALUE_UNDEFINED) && !STEPS[i].run(&work, option))
            return false;
    }
    *list = work.list;
    return true;
}

bool collections_named(struct site *site, struct slice name, struct value *list,
                       struct error *error)
{
    struct value rules = site->settings->collections;
    *list = value_undefined();
    return !value_is(rules, VALUE_OBJECT) || !value_has(NULL, rules, name) ||
           build(site, name, value_get(NULL, rules, name), list, error);
}
