// SPDX-License-Identifier: MIT
//
// From sources to pages: their data, names and addresses, one by one; then what depends on all of
// them.
//
//   sources ─▶ pages ─▶ permalinks ─▶ collections ─▶ navigation ─▶ routes
//
// A load builds the pages of all sources; a renewed snapshot takes over those that its base built
// from the same sources.
#include "scripts.h"

#include <stdlib.h>

// ---- pages ----

static void break_page(struct site *site, struct site_page *page, const struct error *error,
                       const char *rule)
{
    struct error *copy = arena_alloc(site->arena, sizeof *copy);
    if (copy)
        *copy = *error;
    page->error = copy ? copy : page_of(page)->source->error;
    page->broken = true;
    site->counts.broken++;
    problem_add(site, SITE_ERROR, rule, error);
}

static struct slice page_text_member(struct value object, struct slice key)
{
    struct value v = value_get(NULL, object, key);
    return value_is(v, VALUE_STRING) ? value_text(v) : SLICE_EMPTY;
}

// A draft that nobody may see has no address.
static bool is_hidden_draft(const struct site *site, const struct site_page *page)
{
    return page->draft && !site->development && !page->restricted;
}

// Sets flags from the page's data, whatever its content.
static void set_flags(struct site *site, struct site_page *page)
{
    struct value_realm realm = value_realm_create(site->arena);
    struct value title = value_get(NULL, page->data, SLICE("title"));
    page->title = value_is_nullish(title) ? SLICE_EMPTY : value_to_text(&realm, title);
    page->lang = page_text_member(page->data, SLICE("lang"));
    lifecycle_read(page);
    audience_read(site, page);
    if (site->development && !page->withdrawn &&
        lifecycle_date(page, SLICE("reviewBy")) < site->now_ms &&
        !value_has(NULL, page->data, SLICE("reviewOverdue")))
        value_set(NULL, site->arena, page->data, SLICE("reviewOverdue"), value_boolean(true));
    if (is_hidden_draft(site, page)) {
        page_of(page)->has_permalink = false;
        value_set(NULL, site->arena, page->data, SLICE("eleventyExcludeFromCollections"),
                  value_boolean(true));
    }
}

static bool has_computed_permalink(const struct site_page *page)
{
    struct value rules = value_get(NULL, page->data, SLICE("eleventyComputed"));
    return value_is(rules, VALUE_OBJECT) && value_has(NULL, rules, SLICE("permalink"));
}

static bool set_page_variable(struct site *site, struct site_page *page)
{
    return permalink_page_value(site, page) &&
           value_set(NULL, site->arena, page->data, SLICE("page"), page->page);
}

// Fills what every page has, broken or not: dates, flags, a name and the `page` variable. Fails
// only when out of memory.
static bool begin_page(struct site *site, struct site_page *page, struct error *error)
{
    struct error own = {0};
    permalink_name(site, page);
    bool dated = scripts_date(site, page, value_get(NULL, page->data, SLICE("date")),
                              &page_of(page)->date, &own);
    set_flags(site, page);
    if (!dated && own.code == ERROR_MEMORY)
        return error_memory(error);
    if (!dated) {
        source_blame(page_of(page)->source, SLICE("date"), BLAME_VALUE, &own);
        break_page(site, page, &own, "date-unreadable");
    }
    return set_page_variable(site, page) || error_memory(error);
}

static void hide_draft(const struct site *site, struct site_page *page)
{
    if (is_hidden_draft(site, page))
        page->url = page->output_path = SLICE_EMPTY;
}

// The URL. A computed permalink runs first, with what it reads.
static bool name_page(struct site *site, struct site_page *page, struct error *error)
{
    bool early = has_computed_permalink(page);
    bool computed = !early || computed_resolve(site, page, COMPUTED_PERMALINK, error);
    if (early) // from what has been computed so far
        set_flags(site, page);
    if (!computed || !permalink_resolve(site, page, error))
        return false;
    hide_draft(site, page);
    permalink_show(site, page);
    return true;
}

// Computed data, which may read URLs, including those of a pagination's other pages. *rule: what is
// broken if it fails.
static bool compute_page(struct site *site, struct site_page *page, const char **rule,
                         struct error *error)
{
    *rule = "template";
    bool computed = computed_resolve(site, page, COMPUTED_DATA, error);
    set_flags(site, page); // from what has been computed so far
    hide_draft(site, page);
    if (!computed)
        return false;
    return lifecycle_check(site, page, rule, error);
}

// Sets "a.b" in the front matter, without changing its own objects.
static bool set_alias(struct site *site, struct value object, struct slice path, struct value v)
{
    size_t dot = slice_find_byte(path, '.', 0);
    if (dot == SIZE_MAX)
        return value_set(NULL, site->arena, object, path, v);
    struct slice name = slice_sub(path, 0, dot);
    struct value inner = value_get(NULL, object, name);
    inner =
        value_is(inner, VALUE_OBJECT) ? value_copy(site->arena, inner) : value_object(site->arena);
    return value_is(inner, VALUE_OBJECT) &&
           set_alias(site, inner, slice_sub(path, dot + 1, path.len), v) &&
           value_set(NULL, site->arena, object, name, inner);
}

// As in gray-matter: the text before the separator.
static bool find_excerpt(struct site *site, const struct source *source, struct slice separator,
                         struct slice *body, struct value *excerpt, struct error *error)
{
    struct value rules = scripts_say(site, "frontMatter");
    if (value_is(value_get(NULL, rules, SLICE("excerpt")), VALUE_STRING) &&
        slice_equal(value_text(value_get(NULL, rules, SLICE("excerpt"))), SLICE("function")))
        return scripts_excerpt(site, source->front_matter, body, excerpt, error);
    struct value own = value_get(NULL, source->front_matter, SLICE("excerpt_separator"));
    size_t at = slice_find(*body, value_is(own, VALUE_STRING) ? value_text(own) : separator, 0);
    *excerpt = at == SIZE_MAX ? value_undefined() : value_string(slice_sub(*body, 0, at));
    return true;
}

// The body without the separator, as Eleventy joins its parts.
static struct slice without_separator(struct site *site, struct slice body, struct slice excerpt,
                                      struct slice separator)
{
    size_t end = excerpt.len + separator.len;
    if (!slice_starts_with(body, excerpt) ||
        !slice_starts_with(slice_sub(body, excerpt.len, body.len), separator))
        return body;
    bool line = end < body.len && body.ptr[end] == '\n';
    return ARENA_JOIN(site->arena, line ? slice_trim(excerpt) : excerpt,
                      line ? SLICE("\n") : SLICE_EMPTY, slice_sub(body, end + line, body.len));
}

// Puts the excerpt for setFrontMatterParsingOptions into the page's data.
static bool take_excerpt(struct site *site, struct source *source, struct error *error)
{
    struct value rules = scripts_say(site, "frontMatter"), excerpt = value_undefined();
    struct slice whole, body, separator = SLICE("---"), alias = SLICE("page.excerpt");
    if (!value_is(rules, VALUE_OBJECT) || !value_truthy(value_get(NULL, rules, SLICE("excerpt"))) ||
        !value_is(source->excerpt, VALUE_UNDEFINED))
        return true;
    struct value named = value_get(NULL, rules, SLICE("separator"));
    if (value_is(named, VALUE_STRING))
        separator = value_text(named);
    named = value_get(NULL, rules, SLICE("alias"));
    if (value_is(named, VALUE_STRING))
        alias = value_text(named);
    if (!source_text(source, site->arena, &whole, error))
        return false;
    body = slice_sub(whole, source->front_length, whole.len);
    if (!find_excerpt(site, source, separator, &body, &excerpt, error))
        return false;
    if (!value_truthy(excerpt) || !value_is(excerpt, VALUE_STRING))
        return true;
    source->excerpt = excerpt;
    body = without_separator(site, body, value_text(excerpt), separator);
    return (set_alias(site, source->front_matter, alias, excerpt) &&
            source_replace_body(source, slice_sub(whole, 0, source->front_length),
                                slice_sub(whole, source->front_length, whole.len), body)) ||
           error_memory(error);
}

// Runs the site's preprocessors on the text; *kept is false if they leave the page out.
static bool preprocess(struct site *site, struct source *source, bool *kept, struct error *error)
{
    struct slice whole, body, changed;
    *kept = true;
    if (!value_length(NULL, scripts_say(site, "preprocessors")))
        return true;
    if (!source_text(source, site->arena, &whole, error))
        return false;
    changed = body = slice_sub(whole, source->front_length, whole.len);
    if (!scripts_preprocess(site, source, cascade_data(site, source, source->layout), &changed,
                            kept, error))
        return false;
    if (!*kept || slice_equal(body, changed))
        return true;
    return source_replace_body(source, slice_sub(whole, 0, source->front_length), body, changed) ||
           error_memory(error);
}

// Treats a failure as the page's own, except out of memory, which ends the load.
static bool settle_failure(struct site *site, struct site_page *page, const struct error *own,
                           const char *rule, struct error *error)
{
    if (own->code == ERROR_MEMORY) {
        *error = *own;
        return false;
    }
    break_page(site, page, own, rule);
    return true;
}

// A page for a source that fails before it has any: at the address in its data.
static bool add_broken(struct site *site, struct source *source, const char *rule,
                       const struct error *own, struct error *error)
{
    struct site_page *page =
        pagination_add_page(site, source, NULL, cascade_data(site, source, NULL));
    struct error second = {0};
    const char *second_rule;
    if (!page || own->code == ERROR_MEMORY)
        return error_memory(error);
    if (!begin_page(site, page, error))
        return false;
    break_page(site, page, own, rule);
    if (name_page(site, page, &second) && compute_page(site, page, &second_rule, &second))
        return true;
    if (second.code == ERROR_MEMORY)
        return error_memory(error);
    if (!page->hidden)
        page->url = page->output_path = SLICE_EMPTY;
    return true;
}

static bool name_pages(struct site *site, size_t first, struct error *error)
{
    for (size_t i = first; i < site->page_count; i++)
        if (!begin_page(site, &site->pages[i], error))
            return false;
    for (size_t i = first; i < site->page_count; i++) {
        struct error own = {0};
        if (name_page(site, &site->pages[i], &own))
            continue;
        site->pages[i].url = site->pages[i].output_path = SLICE_EMPTY;
        if (!settle_failure(site, &site->pages[i], &own, "permalink", error))
            return false;
    }
    return true;
}

static bool compute_pages(struct site *site, size_t first, struct error *error)
{
    for (size_t i = first; i < site->page_count; i++) {
        struct error own = {0};
        const char *rule;
        if (site->pages[i].broken || compute_page(site, &site->pages[i], &rule, &own))
            continue;
        if (!settle_failure(site, &site->pages[i], &own, rule, error))
            return false;
    }
    return true;
}

// Marks pages that are known to fail to render as broken.
static void break_failed(struct site *site, size_t first)
{
    for (size_t i = first; i < site->page_count; i++) {
        struct site_page *page = &site->pages[i];
        const struct error *failure = failures_of(site->failures, page);
        if (!failure || page->broken)
            continue;
        page_of(page)->failed = true;
        page_of(page)->listed = site_failures_listed(site->failures);
        break_page(site, page, failure, "template");
    }
}

// Whether the source's pages are made of collections: in a plain site, none are.
static bool needs_collections(const struct site *site, const struct source *source)
{
    return !site->making->plain && page_order_needs_collections(source);
}

static bool add_pages_of(struct site *site, struct source *source, struct error *error)
{
    size_t first = site->page_count;
    struct error failure = {0};
    if (site->base && !needs_collections(site, source) && pages_take_over(site, source, error))
        return true;
    if (error_is_set(error))
        return false;
    if (source->error)
        return add_broken(site, source, source->foreign ? "encoding" : "front-matter",
                          source->error, error);
    if (!templates_layout_of(site, source, &source->layout, &failure))
        return add_broken(site, source, "layout-missing", &failure, error);
    if (!take_excerpt(site, source, &failure))
        return add_broken(site, source, "front-matter", &failure, error);
    bool kept;
    if (!preprocess(site, source, &kept, &failure))
        return add_broken(site, source, "template", &failure, error);
    if (!kept)
        return true;
    if (!source_compile(site, source, &failure))
        return add_broken(site, source, "template", &failure, error);
    if (!pagination_expand(site, source, &failure))
        return add_broken(site, source, "pagination", &failure, error);
    if (!name_pages(site, first, error))
        return false;
    pagination_link(site, first);
    if (!compute_pages(site, first, error))
        return false;
    break_failed(site, first);
    return true;
}

static bool compute_late_page(struct site *site, struct site_page *page, struct error *error)
{
    struct error own = {0};
    const char *rule = "template";
    if (!computed_give_collections(site, page, error))
        return false;
    bool computed = computed_resolve(site, page, COMPUTED_COLLECTIONS, &own);
    page_of(page)->computed_late = true; // for a snapshot that takes over the page
    set_flags(site, page);               // from what has been computed so far
    hide_draft(site, page);
    return (computed && lifecycle_check(site, page, &rule, &own)) ||
           settle_failure(site, page, &own, rule, error);
}

// Computed data that reads collections, once all pages have their addresses and tags. A failure
// breaks its page. Pages that it breaks or hides leave the lists.
static bool compute_late(struct site *site, struct error *error)
{
    bool any = false, fewer = false;
    for (size_t i = 0; i < site->page_count; i++) {
        struct site_page *page = &site->pages[i];
        if (page->broken || !page_of(page)->computed_late)
            continue;
        bool listed = collections_list(page);
        any = true;
        if (!compute_late_page(site, page, error))
            return false;
        fewer |= listed && !collections_list(page);
    }
    return !any || (fewer ? collections_refill(site, error) : collections_build(site, error));
}

static bool make_step(struct site *site, const struct page_step *step, struct error *error)
{
    if (!step->source)
        return collections_fill(site, step->collection, step->configured, error);
    return (!needs_collections(site, step->source) || collections_renew(site, error)) &&
           add_pages_of(site, step->source, error);
}

static bool make_pages(struct site *site, struct error *error)
{
    struct page_order order;
    site->page_capacity = site->sources.count;
    site->pages = arena_alloc(site->arena, site->page_capacity * sizeof *site->pages);
    if (!site->pages)
        return error_memory(error);
    if (!page_order(site, &order, error))
        return false;
    site->making->plain = order.plain;
    for (size_t i = 0; i < order.count; i++)
        if (!make_step(site, &order.steps[i], error))
            return false;
    return collections_renew(site, error);
}

static int by_input(const void *a, const void *b)
{
    const struct site_page *x = a, *y = b;
    int order = slice_compare(x->input_path, y->input_path);
    size_t i = page_of(x)->index, k = page_of(y)->index;
    return order ? order : (i > k) - (i < k);
}

static bool are_in_order(const struct site *site)
{
    size_t i = 1;
    while (i < site->page_count && by_input(&site->pages[i - 1], &site->pages[i]) < 0)
        i++;
    return i >= site->page_count;
}

static bool index_pages(struct site *site, struct error *error)
{
    if (!are_in_order(site))
        qsort(site->pages, site->page_count, sizeof *site->pages, by_input);
    site->pages_by_input = map_create(site->arena);
    if (!map_reserve(&site->pages_by_input, site->sources.count))
        return error_memory(error);
    for (size_t i = 0; i < site->page_count; i++) {
        struct site_page *page = &site->pages[i];
        page_of(page)->index = i;
        bool again = i && page->input_path.ptr == page[-1].input_path.ptr;
        if (!again && !map_put(&site->pages_by_input, page->input_path, (void *)(uintptr_t)(i + 1)))
            return error_memory(error);
    }
    site->counts.pages = site->page_count;
    return true;
}

static void note_moment(struct site *site, double ms)
{
    if (ms > site->now_ms && ms < site->next_change_ms)
        site->next_change_ms = ms;
}

static bool share_variables(struct site *site, struct error *error)
{
    struct slice navigation = SLICE("navigation");
    bool own = names_own(site, navigation);
    for (size_t i = 0; i < site->page_count; i++) {
        const struct site_page *page = &site->pages[i];
        if (!value_set(NULL, site->scratch, page->data, SLICE("collections"), site->collections) ||
            !names_share(site, page, navigation, page_of(page)->navigation, own) ||
            !value_settle(&site->making->shapes, page->page) ||
            !value_settle(&site->making->shapes, page->data))
            return error_memory(error);
    }
    if (!site->base)
        sources_note_shared(site);
    for (size_t i = 0; i < site->page_count; i++) {
        struct site_page *page = &site->pages[i];
        note_moment(site, page->publish_at);
        note_moment(site, page->expire_at);
        if (page->modified < site->modified_ns / 1000000000)
            page->modified = site->modified_ns / 1000000000;
        value_freeze(page->data);
    }
    value_freeze(site->collections);
    navigation_freeze(site);
    value_freeze(site->global_data);
    return true;
}

static void release(void *site)
{
    site_release(site);
}

// A broken source must not open a restricted page to more readers.
static void keep_audience(struct site_page *page, const struct site_page *old)
{
    if (page->restricted)
        return;
    page->restricted = old->restricted;
    page->audience = old->audience;
}

static void serve_last_good(struct site_page *page, const struct site_page *old)
{
    page_of(page)->last_good = old;
    page->stale = true;
    page->url = old->url;
    page->output_path = old->output_path;
    page->content_type = old->content_type;
    page->title = old->title;
    keep_audience(page, old);
}

// What is served of the page, or of an older version of it, if that renders. NULL allowed.
static const struct site_page *find_good(const struct site_page *page)
{
    bool known = page && page->stale;
    const struct site_page *old = known ? page_of(page)->last_good : page;
    return old && !old->broken && old->url.len && (known || failures_renders(old)) ? old : NULL;
}

// A newly broken page keeps serving its old version. Not a hidden one: perhaps it should no longer
// be seen. What has been taken from readers since that version stays so: without front matter,
// nobody knows better.
static void keep_last_good_of(struct site *site, struct site_page *page, struct site *published,
                              struct site *last_good)
{
    const struct site_page *now = site_page_by_input(published, page->input_path);
    bool unknown = page_of(page)->source->error != NULL;
    if (!now)
        return;
    if (unknown)
        keep_audience(page, now);
    const struct site_page *old = find_good(now);
    if (!old && last_good && last_good != published)
        old = find_good(site_page_by_input(last_good, page->input_path));
    if (unknown && old != now && !site_page_visible(published, now, site->now_ms))
        page->hidden = true;
    else if (old && arena_on_free(site->arena, release, site_retain(page_of(old)->site)))
        serve_last_good(page, old);
}

static void keep_last_good(struct site *site, struct site *published, struct site *last_good)
{
    for (size_t i = 0; published && i < site->page_count; i++)
        if (site->pages[i].broken && !site->pages[i].hidden)
            keep_last_good_of(site, &site->pages[i], published, last_good);
}

bool site_make(struct site *site, struct error *error)
{
    site->making = arena_zalloc(site->scratch, 1, sizeof *site->making);
    if (!site->making)
        return error_memory(error);
    site->making->shapes = (struct value_shapes){site->arena, map_create(site->scratch)};
    site->making->places = map_create(site->scratch);
    return make_pages(site, error) && compute_late(site, error) && index_pages(site, error) &&
           navigation_prepare(site, error) && share_variables(site, error) &&
           (scripts_name_pages(site) || error_memory(error));
}

bool site_finish(struct site *site, const struct site_load_options *options, struct error *error)
{
    struct site *previous = options->previous;
    if (!options->own_errors)
        keep_last_good(site, options->published ? options->published : previous,
                       options->last_good);
    site->failures = NULL;
    site->histories = NULL;
    site->history_before = NULL;
    bool ok = routes_build(site, previous, error);
    if (ok)
        files_report_refusals(site);
    // What no memory was left for is missing somewhere, perhaps without an error.
    if (ok && (arena_failed(site->arena) || arena_failed(site->scratch)))
        ok = error_memory(error);
    arena_destroy(site->scratch);
    site->scratch = NULL;
    site->making = NULL;
    return ok;
}
