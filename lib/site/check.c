// SPDX-License-Identifier: MIT
//
// check: what loading found, and what the pages themselves show when each is rendered.
#include "check.h"

#include <stdlib.h>

static const struct site_rule RULES[] = {
    {"front-matter", SITE_ERROR, "Front matter is YAML that can be read."},
    {"layout-missing", SITE_ERROR, "The layout of a page exists."},
    {"template", SITE_ERROR, "Templates compile and run."},
    {"pagination", SITE_ERROR, "Pagination names a list and a size."},
    {"permalink", SITE_ERROR, "A permalink is a path or false."},
    {"permalink-clash", SITE_ERROR, "No two pages have one URL."},
    {"navigation-key", SITE_WARNING, "A navigation key is a text."},
    {"navigation-parent", SITE_ERROR, "A navigation parent is a key of a page."},
    {"navigation-cycle", SITE_ERROR, "No page is its own ancestor in the navigation."},
    {"redirect", SITE_ERROR, "Redirects are complete."},
    {"redirect-shadowed", SITE_WARNING, "No page stands at the address of a redirect."},
    {"passthrough", SITE_WARNING, "Directories served as they are exist."},
    {"javascript-data", SITE_WARNING, "Data files are YAML or JSON."},
    {"javascript-template", SITE_WARNING, "Pages are Markdown or Nunjucks."},
    {"byte-order-mark", SITE_WARNING, "Files begin without a byte-order mark."},
    {"mojibake", SITE_WARNING, "Text is encoded once."},
    {"link-empty", SITE_ERROR, "A link leads somewhere."},
    {"link-text", SITE_WARNING, "A link's text says where it leads."},
    {"link-broken", SITE_ERROR, "Links and images lead to pages and files that exist."},
    {"link-anchor", SITE_ERROR, "The part of a page that a link names exists."},
    {"title-missing", SITE_ERROR, "A page has a title."},
    {"title-repeated", SITE_WARNING, "No two pages have the same title."},
    {"image-alt", SITE_ERROR, "Images have an alternative text, which may be empty."},
    {"target-blank", SITE_WARNING, "A link to a new tab has rel=\"noopener\" or \"noreferrer\"."},
    {"placeholder", SITE_WARNING, "No text is left that was to be replaced."},
    {"front-matter-key", SITE_WARNING, "Front-matter keys are written as the site knows them."},
    {"review-overdue", SITE_WARNING, "Pages are reviewed by the date they say."},
    {0},
};

const struct site_rule *site_rules(void)
{
    return RULES;
}

void check_add(struct check *check, const char *rule, const struct error *error, struct slice text,
               const char *why)
{
    if (check->count == check->capacity) {
        size_t capacity = check->capacity ? check->capacity * 2 : 32;
        struct site_problem *grown =
            arena_grow(check->arena, check->problems, check->capacity * sizeof *grown,
                       capacity * sizeof *grown);
        if (!grown)
            return;
        check->problems = grown;
        check->capacity = capacity;
    }
    enum site_severity severity = SITE_WARNING;
    for (const struct site_rule *row = RULES; row->name; row++)
        if (strcmp(row->name, rule) == 0)
            severity = row->severity;
    check->problems[check->count++] = (struct site_problem){
        .severity = severity, .rule = rule, .error = *error, .text = text, .why = why};
}

// A severity of guidance.yaml's `check:` for the rule. False: the rule is off.
static bool configured(const struct site *site, struct site_problem *problem)
{
    struct value settings = settings_value(site->settings, "check");
    struct value v = value_is(settings, VALUE_OBJECT)
                         ? value_get(NULL, settings, slice_from_cstr(problem->rule))
                         : value_undefined();
    struct slice text = value_is(v, VALUE_STRING) ? value_text(v) : SLICE_EMPTY;
    if (slice_equal(text, SLICE("error")))
        problem->severity = SITE_ERROR;
    else if (slice_equal(text, SLICE("warning")))
        problem->severity = SITE_WARNING;
    else if (slice_equal(text, SLICE("note")))
        problem->severity = SITE_NOTE;
    return !slice_equal(text, SLICE("off")) && !(value_is(v, VALUE_BOOLEAN) && !value_truthy(v));
}

// "<!-- check-ignore RULE: reason -->" on the line of the problem, or on the one before it.
static bool is_silenced(const struct site *site, const struct site_problem *problem)
{
    const struct source *source =
        map_get(&site->sources, slice_from_cstr(problem->error.place.file));
    unsigned line = problem->error.place.line;
    if (!source || !line)
        return false;
    struct slice rest = source->text, text;
    for (unsigned n = 1; n <= line && slice_next_line(&rest, &text); n++) {
        size_t at = n + 1 >= line ? slice_find(text, SLICE("check-ignore "), 0) : SIZE_MAX;
        if (at == SIZE_MAX)
            continue;
        struct slice rule = slice_sub(text, at + 13, text.len);
        struct slice name = slice_from_cstr(problem->rule);
        // Without a reason behind the colon, nothing is silenced.
        if (slice_starts_with(rule, name) && rule.len > name.len + 3 && rule.ptr[name.len] == ':')
            return true;
    }
    return false;
}

static int by_place(const void *a, const void *b)
{
    const struct site_problem *x = a, *y = b;
    int order = strcmp(x->error.place.file, y->error.place.file);
    if (order)
        return order;
    if (x->error.place.line != y->error.place.line)
        return x->error.place.line < y->error.place.line ? -1 : 1;
    if (x->error.place.column != y->error.place.column)
        return x->error.place.column < y->error.place.column ? -1 : 1;
    return strcmp(x->rule, y->rule);
}

bool site_check(const struct site *site, struct arena *arena, struct site_report *report,
                struct error *error)
{
    struct check check = {.site = site, .arena = arena, .scratch = arena_create(1 << 20, 0)};
    if (!check.scratch)
        return error_memory(error);
    for (size_t i = 0; i < site->problem_count; i++) {
        const struct site_problem *problem = &site->problems[i];
        check_add(&check, problem->rule, &problem->error, problem->text, problem->why);
        if (check.count)
            check.problems[check.count - 1].fix = problem->fix;
    }
    check_pages(&check);
    arena_destroy(check.scratch);
    size_t kept = 0;
    for (size_t i = 0; i < check.count; i++)
        if (configured(site, &check.problems[i]) && !is_silenced(site, &check.problems[i]))
            check.problems[kept++] = check.problems[i];
    if (kept)
        qsort(check.problems, kept, sizeof *check.problems, by_place);
    *report = (struct site_report){check.problems, kept};
    return !arena_failed(arena) || error_memory(error);
}
