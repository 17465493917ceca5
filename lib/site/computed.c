// SPDX-License-Identifier: MIT
//
// eleventyComputed: data that is worked out of other data, by templates and by functions.
//
// Each text, list or function in it is a rule of its own, named by the keys that lead to it, as
// Eleventy has it. A rule that reads what another one makes comes after it; of rules that read each
// other, the one that was begun first sees what the data said before. Rules that read collections
// wait until those are made.
// Source: Eleventy's ComputedData, ComputedDataProxy.
#include "scripts.h"

enum { DEPTH_MAX = 8, RULES_MAX = 256 };

struct rule {
    struct slice keys[DEPTH_MAX];
    unsigned depth;
    struct value v; // the rule, then what it has made
    bool begun, late;
};

struct computing {
    struct site *site;
    struct site_page *page;
    struct rule *rules;
    size_t count;
    bool functions; // among the rules
    bool early;     // collections are not known yet
    bool wants;     // the rule at work has asked for them
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
        struct rule *rule = &c->rules[c->count++];
        *rule = *at;
        rule->depth++;
        rule->v = value_clone(NULL, c->site->arena, member);
        c->functions |= value_is(member, VALUE_FUNCTION);
    }
    return true;
}

static bool begin(struct computing *c)
{
    struct value rules = value_get(NULL, c->page->data, SLICE("eleventyComputed"));
    struct rule at = {0};
    c->rules = arena_zalloc(c->site->arena, RULES_MAX, sizeof *c->rules);
    return c->rules ? add_rules(c, rules, &at) : error_memory(c->error);
}

// ---- results ----

static struct value get(struct value data, const struct rule *rule)
{
    for (unsigned i = 0; i < rule->depth && !value_is(data, VALUE_UNDEFINED); i++)
        data =
            value_is(data, VALUE_OBJECT) ? value_get(NULL, data, rule->keys[i]) : value_undefined();
    return data;
}

// What lies on the way may be shared with other pages, and is copied.
static bool put(struct site *site, struct value data, const struct slice *keys, unsigned depth,
                struct value v)
{
    if (depth == 1)
        return value_set(NULL, site->arena, data, keys[0], v);
    struct value inner = value_get(NULL, data, keys[0]);
    inner =
        value_is(inner, VALUE_OBJECT) ? value_copy(site->arena, inner) : value_object(site->arena);
    return value_is(inner, VALUE_OBJECT) && put(site, inner, keys + 1, depth - 1, v) &&
           value_set(NULL, site->arena, data, keys[0], inner);
}

// Where there are functions, Eleventy has empty texts for what is not there yet: so
// `data => data.eleventyNavigation.key || data.title` works on a page without that key.
static bool put_empty(struct computing *c)
{
    for (size_t i = 0; c->functions && i < c->count; i++)
        if (value_is(get(c->page->data, &c->rules[i]), VALUE_UNDEFINED) &&
            !put(c->site, c->page->data, c->rules[i].keys, c->rules[i].depth,
                 value_string(SLICE_EMPTY)))
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

// Whether the rule is to come before the one at work, which reads the variable. Rules below one key
// keep the order they are written in.
static bool comes_first(const struct computing *c, const struct rule *rule)
{
    return !rule->begun && !slice_equal(rule->keys[0], c->working->keys[0]);
}

static bool compute_mentioned(struct computing *c, struct slice text)
{
    c->wants |= mentions(text, SLICE("collections"));
    for (size_t i = 0; i < c->count; i++)
        if (comes_first(c, &c->rules[i]) && mentions(text, c->rules[i].keys[0]) &&
            !compute_rule(c, &c->rules[i]))
            return false;
    return true;
}

static void compute_needed(void *state, struct slice name)
{
    struct computing *c = state;
    c->wants |= slice_equal(name, SLICE("collections"));
    for (size_t i = 0; i < c->count; i++)
        if (comes_first(c, &c->rules[i]) && slice_equal(c->rules[i].keys[0], name))
            compute_rule(c, &c->rules[i]);
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
    bool ok = compute(c, &rule->v);
    rule->late = c->wants && c->early;
    c->working = outer;
    c->wants = wanted || rule->late;
    // What an early run has made of missing collections, an error perhaps, is of no account.
    if (rule->late) {
        memset(c->error, 0, sizeof *c->error);
        return true;
    }
    return ok && (put(c->site, c->page->data, rule->keys, rule->depth, rule->v) ||
                  error_memory(c->error));
}

// The rules that wait, by their numbers, which the second run counts likewise.
static bool note_late(struct computing *c)
{
    bool any = false, *late = NULL;
    for (size_t i = 0; i < c->count; i++)
        any |= c->rules[i].late;
    if (any && !(late = arena_zalloc(c->site->arena, c->count, sizeof *late)))
        return error_memory(c->error);
    for (size_t i = 0; any && i < c->count; i++)
        late[i] = c->rules[i].late;
    page_of(c->page)->computed_late = late;
    return true;
}

bool computed_resolve(struct site *site, struct site_page *page, struct error *error)
{
    struct computing c = {.site = site, .page = page, .early = true, .error = error};
    if (!value_is(value_get(NULL, page->data, SLICE("eleventyComputed")), VALUE_OBJECT))
        return true;
    if (!begin(&c) || !put_empty(&c))
        return false;
    for (size_t i = 0; i < c.count; i++)
        if (!c.rules[i].begun && !compute_rule(&c, &c.rules[i]))
            return false;
    return note_late(&c);
}

bool computed_resolve_late(struct site *site, struct site_page *page, struct error *error)
{
    const bool *late = page_of(page)->computed_late;
    struct computing c = {.site = site, .page = page, .error = error};
    if (!late)
        return true;
    if (!begin(&c))
        return false;
    if (!value_set(NULL, site->arena, page->data, SLICE("collections"), site->collections))
        return error_memory(error);
    for (size_t i = 0; i < c.count; i++)
        c.rules[i].begun = !late[i];
    for (size_t i = 0; i < c.count; i++)
        if (!c.rules[i].begun && !compute_rule(&c, &c.rules[i]))
            return false;
    return true;
}
