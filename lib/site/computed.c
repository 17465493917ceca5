// SPDX-License-Identifier: MIT
//
// eleventyComputed: data computed from other data, by templates and by functions.
//
// Each text, list or function in it is a separate rule, named by the keys that lead to it, as in
// Eleventy. A rule that reads another's result comes after it; of rules that read each other, the
// first one begun sees the earlier data.
//
// Rules run in stages: the permalink and what it reads, so that the page has its address; the rest,
// which may read the address; and, when all pages have theirs, the rules that read collections.
// Source: Eleventy's ComputedData, ComputedDataProxy.
#include "scripts.h"

enum { DEPTH_MAX = 8, RULES_MAX = 256 };

struct rule {
    struct slice keys[DEPTH_MAX];
    unsigned depth;
    struct value v; // the rule, then its result
    bool begun;     // or done in an earlier run
    bool late;      // reads collections, so it waits for them
};

struct computing {
    struct site *site;
    struct site_page *page;
    struct rule *rules;
    size_t count, capacity;
    bool functions; // among the rules
    bool early;     // collections do not exist yet
    bool wants;     // the current rule has asked for them
    const struct rule *working;
    struct error *error;
};

// ---- the rules ----

static bool add_rules(struct computing *c, struct value v, struct rule *at)
{
    const struct value_object *view = value_object_view(NULL, v);
    for (uint32_t i = 0; i < view->count; i++) {
        struct value member = view->values[i];
        at->keys[at->depth] = view->keys[i].text;
        if (value_is(member, VALUE_OBJECT) && at->depth + 1 < DEPTH_MAX) {
            at->depth++;
            if (!add_rules(c, member, at))
                return false;
            at->depth--;
            continue;
        }
        if (c->count == RULES_MAX)
            return error_set(c->error, ERROR_LIMIT, "eleventyComputed has more than %d rules",
                             RULES_MAX);
        if (!arena_room(c->site->scratch, &c->rules, c->count, &c->capacity, sizeof *c->rules))
            return error_memory(c->error);
        struct rule *rule = &c->rules[c->count++];
        *rule = *at;
        rule->depth++;
        rule->v = member;
        c->functions |= value_is(member, VALUE_FUNCTION);
    }
    return true;
}

// Rules of the page by that name; undefined: there are none. Version 2 of Eleventy dropped
// `renderData`, its older way to put templates into data.
static struct value rules_of(const struct site *site, const struct site_page *page,
                             struct slice name)
{
    bool known = site->eleventy_version < 3 || !slice_equal(name, SLICE("renderData"));
    struct value rules = known ? value_get(NULL, page->data, name) : value_undefined();
    return value_is(rules, VALUE_OBJECT) ? rules : value_undefined();
}

static bool begin_computing(struct computing *c)
{
    struct slice older = SLICE("renderData");
    struct value computed = rules_of(c->site, c->page, SLICE("eleventyComputed"));
    struct value rendered = rules_of(c->site, c->page, older);
    struct rule at = {0}, below = {.keys = {older}, .depth = 1};
    return (value_is(computed, VALUE_UNDEFINED) || add_rules(c, computed, &at)) &&
           (value_is(rendered, VALUE_UNDEFINED) || add_rules(c, rendered, &below));
}

// ---- results ----

static struct value get_computed(struct value data, const struct rule *rule)
{
    for (unsigned i = 0; i < rule->depth && !value_is(data, VALUE_UNDEFINED); i++)
        data =
            value_is(data, VALUE_OBJECT) ? value_get(NULL, data, rule->keys[i]) : value_undefined();
    return data;
}

static bool put_below(struct site *site, struct value data, const struct slice *keys,
                      unsigned depth, struct value v)
{
    if (depth == 1)
        return value_set(NULL, site->arena, data, keys[0], v);
    struct value inner = value_get(NULL, data, keys[0]);
    inner =
        value_is(inner, VALUE_OBJECT) ? value_copy(site->arena, inner) : value_object(site->arena);
    return value_is(inner, VALUE_OBJECT) && put_below(site, inner, keys + 1, depth - 1, v) &&
           value_set(NULL, site->arena, data, keys[0], inner);
}

// Objects on the way may be shared with other pages, so they are copied; the page's own `page` is
// not, which its item in collections shows too, and whose keys are not settled yet.
static bool put_computed(struct site *site, const struct site_page *page, const struct rule *rule,
                         struct value v)
{
    struct value own = page->page;
    if (rule->depth == 2 && slice_equal(rule->keys[0], SLICE("page")) &&
        value_is(own, VALUE_OBJECT) && !own.object->frozen)
        return value_set(NULL, site->arena, own, rule->keys[1], v);
    return put_below(site, page->data, rule->keys, rule->depth, v);
}

// If there are functions, Eleventy fills in empty texts for missing values, so that `data =>
// data.eleventyNavigation.key || data.title` works on a page without that key.
static bool put_empty(struct computing *c)
{
    for (size_t i = 0; c->functions && i < c->count; i++)
        if (value_is(get_computed(c->page->data, &c->rules[i]), VALUE_UNDEFINED) &&
            !put_computed(c->site, c->page, &c->rules[i], value_string(SLICE_EMPTY)))
            return error_memory(c->error);
    return true;
}

// ---- the order ----

static bool compute_rule(struct computing *c, struct rule *rule);

static bool is_variable_byte(char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$';
}

static bool mentions(struct slice text, struct slice name)
{
    for (size_t at = 0; (at = slice_find(text, name, at)) != SIZE_MAX; at++) {
        size_t end = at + name.len;
        if ((!at || !is_variable_byte(text.ptr[at - 1])) &&
            (end == text.len || !is_variable_byte(text.ptr[end])))
            return true;
    }
    return false;
}

// Whether the rule must run before the current one, which reads the variable. Rules below one key
// run as written.
static bool comes_first(const struct computing *c, const struct rule *rule)
{
    return !rule->begun && !slice_equal(rule->keys[0], c->working->keys[0]);
}

static bool compute_mentioned(struct computing *c, struct slice text)
{
    c->wants |= mentions(text, SLICE("collections"));
    for (size_t i = 0; i < c->count; i++) {
        struct rule *rule = &c->rules[i];
        if ((!rule->late && !comes_first(c, rule)) || !mentions(text, rule->keys[0]))
            continue;
        if (!rule->late && !compute_rule(c, rule))
            return false;
        c->wants |= rule->late; // its result is still to come
    }
    return true;
}

static void compute_needed(void *state, struct slice name)
{
    struct computing *c = state;
    c->wants |= slice_equal(name, SLICE("collections"));
    for (size_t i = 0; i < c->count; i++) {
        struct rule *rule = &c->rules[i];
        if (!slice_equal(rule->keys[0], name))
            continue;
        if (comes_first(c, rule))
            compute_rule(c, rule);
        c->wants |= rule->late;
    }
}

// ---- one rule ----

static bool compute(struct computing *c, struct value *v)
{
    struct slice text;
    if (value_is(*v, VALUE_FUNCTION)) {
        const struct script_needs needs = {compute_needed, c};
        const struct value data = script_context();
        return scripts_call(c->site, *v, c->page->data, &needs, &data, 1, v, c->error) &&
               !error_is_set(c->error);
    }
    for (uint32_t i = 0; value_is(*v, VALUE_ARRAY) && i < v->array->count; i++)
        if (!compute(c, &v->array->items[i]))
            return false;
    if (!value_is(*v, VALUE_STRING) || slice_find(value_text(*v), SLICE("{"), 0) == SIZE_MAX)
        return true;
    if (!compute_mentioned(c, value_text(*v)))
        return false;
    if (c->wants && c->early)
        return true;
    if (!render_string(c->site, page_of(c->page)->source, value_text(*v), 1, c->page->data, &text,
                       c->error))
        return false;
    *v = value_string(text);
    return true;
}

static bool compute_rule(struct computing *c, struct rule *rule)
{
    const struct rule *outer = c->working;
    bool wanted = c->wants;
    rule->begun = true;
    c->working = rule;
    c->wants = false;
    rule->v = value_clone(NULL, c->site->arena, rule->v);
    bool ok = compute(c, &rule->v);
    rule->late = c->wants && c->early;
    c->working = outer;
    c->wants = wanted || rule->late;
    // A result of an early run without collections, even an error, does not count.
    if (rule->late) {
        memset(c->error, 0, sizeof *c->error);
        return true;
    }
    return ok && (put_computed(c->site, c->page, rule, rule->v) || error_memory(c->error));
}

// ---- the stages ----

enum { WAITS, DONE, LATE };

// Restores the progress of earlier runs; each run numbers the rules alike.
static bool resume(struct computing *c, enum computed_stage stage)
{
    uint8_t *states = page_of(c->page)->computed;
    c->early = stage != COMPUTED_COLLECTIONS;
    for (size_t i = 0; states && i < c->count; i++) {
        c->rules[i].begun = states[i] == DONE || (states[i] == LATE && c->early);
        c->rules[i].late = states[i] == LATE && c->early;
    }
    if (states)
        return true;
    page_of(c->page)->computed = arena_zalloc(c->site->arena, c->count + 1, sizeof *states);
    return page_of(c->page)->computed ? put_empty(c) : error_memory(c->error);
}

static void note_states(struct computing *c)
{
    struct page *page = page_of(c->page);
    page->computed_late = false;
    for (size_t i = 0; i < c->count; i++) {
        page->computed[i] = c->rules[i].late ? LATE : c->rules[i].begun ? DONE : WAITS;
        page->computed_late |= c->rules[i].late;
    }
}

bool computed_resolve(struct site *site, struct site_page *page, enum computed_stage stage,
                      struct error *error)
{
    struct computing c = {.site = site, .page = page, .error = error};
    bool ok = true;
    if (value_is(rules_of(site, page, SLICE("eleventyComputed")), VALUE_UNDEFINED) &&
        value_is(rules_of(site, page, SLICE("renderData")), VALUE_UNDEFINED))
        return true;
    if (!begin_computing(&c) || !resume(&c, stage))
        return false;
    for (size_t i = 0; ok && i < c.count; i++)
        if (!c.rules[i].begun &&
            (stage != COMPUTED_PERMALINK || slice_equal(c.rules[i].keys[0], SLICE("permalink"))))
            ok = compute_rule(&c, &c.rules[i]);
    note_states(&c);
    return ok;
}

// A template may change these lists without effect elsewhere. The site's own functions recognise
// them by address.
static struct value lists_copy(struct site *site)
{
    struct value copy = value_object(site->scratch);
    const struct value_object *from = site->collections.object;
    if (site->scripts)
        return site->collections;
    for (uint32_t i = 0; value_is(copy, VALUE_OBJECT) && i < from->count; i++) {
        struct value list = from->values[i];
        struct value items = value_array(site->scratch, value_length(NULL, list));
        for (uint32_t k = 0; k < value_length(NULL, list); k++)
            value_push(NULL, site->scratch, items, value_item(NULL, list, k));
        if (!value_set(NULL, site->scratch, copy, from->keys[i].text, items))
            return value_undefined();
    }
    return copy;
}

bool computed_give_collections(struct site *site, struct site_page *page, struct error *error)
{
    struct value *lists = &site->making->lists;
    if (!value_is(*lists, VALUE_OBJECT))
        *lists = lists_copy(site);
    return (value_is(*lists, VALUE_OBJECT) &&
            value_set(NULL, site->scratch, page->data, SLICE("collections"), *lists)) ||
           error_memory(error);
}
