// SPDX-License-Identifier: MIT
//
// check: problems from loading, from each rendered page, and from the site as a whole.
#include "base/clock.h"
#include "findings.h"

#include <stdlib.h>

// ---- problems from loading ----

// The key or value of a front-matter problem. A key that YAML reads as a number is fixed by
// quotation marks.
static void add_finding_text(struct check *check, struct site_finding *finding)
{
    const struct source *source = map_get(&check->site->sources, finding->file);
    if (!source || finding->offset >= source->front_length)
        return;
    finding->text = check_scalar_at(source->text, finding->offset);
    if (strcmp(finding->rule->name, "navigation-key") == 0 && finding->text.len)
        finding->fix = arena_printf(check->arena, "\"%.*s\"", SLICE_ARG(finding->text));
}

static void add_load_problems(struct check *check)
{
    for (size_t i = 0; i < check->site->problem_count; i++) {
        const struct site_problem *problem = &check->site->problems[i];
        struct site_finding *finding = check_add_error(check, problem->rule, &problem->error, NULL);
        if (!finding)
            return;
        finding->text = problem->text;
        finding->fix = problem->fix;
        if (!finding->text.len)
            add_finding_text(check, finding);
    }
}

// ---- a page ----

static void note_template(void *state, const struct template *template)
{
    struct check *check = state;
    struct slice file = template_file(template);
    if (file.len && !map_find(&check->templates, file))
        map_put(&check->templates, file, (void *)(uintptr_t) template);
}

// The offset of the page's own HTML in the whole; SIZE_MAX if the layout has changed it.
static size_t find_content(const struct render_parts *parts)
{
    struct slice content = parts->content, begin = slice_sub(content, 0, 64);
    for (size_t at = begin.len ? slice_find(parts->whole, begin, 0) : SIZE_MAX; at != SIZE_MAX;
         at = slice_find(parts->whole, begin, at + 1))
        if (slice_starts_with(slice_sub(parts->whole, at, parts->whole.len), content))
            return at;
    return SIZE_MAX;
}

static bool check_rendered(struct check *check, const struct site_page *page,
                           struct document *document, struct error *error)
{
    struct value_realm realm = value_realm_create(check->scratch);
    struct render_parts parts;
    realm.now_ms = check->now_ms;
    if (!render_in_parts(page, value_undefined(), &realm, note_template, check, &parts, error))
        return false;
    document->html = parts.whole;
    size_t at = find_content(&parts);
    document->content_at = at == SIZE_MAX ? 0 : at;
    document->content_end = at == SIZE_MAX ? parts.whole.len : at + parts.content.len;
    if (at == SIZE_MAX && check_is_document(page))
        check_shown(document, parts.content);
    return true;
}

static const struct site_page *listed_page(const struct site *site, const struct site_page *page)
{
    size_t first, count = pages_of_source(site, page->input_path, &first);
    for (size_t i = first; i < first + count; i++)
        if (page_of(&site->pages[i])->chunk == page_of(page)->chunk)
            return &site->pages[i];
    return NULL;
}

// A draft, or a page before or after its time, is in no list, and fails where its layout looks for
// it there, as for a breadcrumb. That is no fault if it renders once it is.
static bool fails_only_unseen(struct check *check, const struct site_page *page)
{
    struct value_realm realm = value_realm_create(check->scratch);
    struct render_parts parts;
    struct error ignored = {0};
    if (site_page_visible(check->site, page, check->now_ms))
        return false;
    const struct site *site = check_for_authors(check);
    const struct site_page *listed = site ? listed_page(site, page) : NULL;
    realm.now_ms = check->now_ms;
    return listed && !listed->broken &&
           render_in_parts(listed, value_undefined(), &realm, NULL, NULL, &parts, &ignored);
}

static void check_page(struct check *check, const struct site_page *page)
{
    const struct source *source = page_of(page)->source;
    struct source_map map;
    struct document document = {.check = check, .page = page, .map = &map};
    struct error error = {0};
    arena_reset(check->scratch, 4 << 20);
    if (page->broken)
        return;
    size_t body = source->front_length;
    source_map_read(&map, check->scratch, source->text, body);
    // A draft has no address yet, but its author wants to know.
    if ((check_is_document(page) || page->draft) && page_of(page)->chunk == 0)
        check_front_matter(check, page);
    if (page_of(page)->chunk == 0 && !page->draft)
        check_placeholders(check, page->input_path, &map);
    if (page_of(page)->chunk == 0 && (source->syntax & SYNTAX_MARKDOWN))
        check_prose(check, page, &map, body);
    bool rendered = check_rendered(check, page, &document, &error);
    if (rendered && check_is_document(page))
        check_document(&document);
    else if (!rendered && !fails_only_unseen(check, page))
        check_add_render_error(check, page, &error);
}

static void check_pages(struct check *check)
{
    const struct site *site = check->site;
    for (size_t i = 0; i < site->page_count; i++) {
        check_page(check, &site->pages[i]);
        if (check->options && check->options->progress)
            check->options->progress(check->options->state, i + 1, site->page_count);
    }
}

// ---- the report ----

static int by_place(const void *a, const void *b)
{
    const struct site_finding *x = a, *y = b;
    int order = slice_compare(x->file, y->file);
    if (order)
        return order;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    order = strcmp(x->rule->name, y->rule->name);
    return order ? order : slice_compare(x->message, y->message);
}

// Pages of one source, or one layout, have the same findings.
static void drop_repeated(struct check *check)
{
    size_t kept = 0;
    if (check->count)
        qsort(check->findings, check->count, sizeof *check->findings, by_place);
    for (size_t i = 0; i < check->count; i++)
        if (!kept || by_place(&check->findings[kept - 1], &check->findings[i]) != 0)
            check->findings[kept++] = check->findings[i];
    check->count = kept;
}

static void run_checks(struct check *check)
{
    shared_read(check);
    add_load_problems(check);
    shared_check_texts(check);
    check_navigation_urls(check);
    check_pages(check);
    check_anchors(check);
    check_navigation(check);
    check_twins(check);
    check_redirects(check);
    check_security_txt(check);
    check_templates(check);
    check_unused(check);
    shared_place(check);
    drop_repeated(check);
    check_silence(check);
    check_apply_settings(check);
    drop_repeated(check);
    check_fold_causes(check);
}

bool site_check(const struct site *site, const struct site_check_options *options,
                struct arena *arena, struct site_report *report, struct error *error)
{
    struct check check = {.site = site, .arena = arena, .options = options};
    check.scratch = arena_create(1 << 20, 0);
    if (!check.scratch)
        return error_memory(error);
    check.now_ms = options && options->now_ms != 0 ? options->now_ms : clock_wall_ms();
    check.ids = check.urls = check.titles = check.descriptions = check.linked = check.templates =
        check.pending = check.words = check.navigation_urls = map_create(arena);
    unsigned failures = tree_failures(site->tree, NULL);
    run_checks(&check);
    bool whole = !arena_failed(arena) && !arena_ever_failed(check.scratch);
    bool read = tree_failures(site->tree, NULL) == failures;
    arena_destroy(check.scratch);
    site_release(check.for_authors);
    *report = (struct site_report){check.findings, check.count};
    if (whole && !read)
        return error_set(error, ERROR_IO, "a file of the site could not be read meanwhile");
    return whole || error_memory(error);
}
