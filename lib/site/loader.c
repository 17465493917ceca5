// SPDX-License-Identifier: MIT
//
// The loader: reads a site directory into a snapshot.
//
//   settings ─▶ data files ─▶ sources ─▶ pages ─▶ permalinks ─▶ collections ─▶ navigation ─▶ routes
//
// All SQLite work of a load is one transaction. A file whose size and mtime are those of the cache
// is not read; its text and front matter come from the cache.
#include "base/clock.h"
#include "snapshot.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static atomic_uint_fast64_t generations;

// ---- sources ----

struct syntax_row {
    const char *extension;
    unsigned syntax;
};
static const struct syntax_row SYNTAXES[] = {
    {".md", SYNTAX_MARKDOWN | SYNTAX_NUNJUCKS},
    {".markdown", SYNTAX_MARKDOWN | SYNTAX_NUNJUCKS},
    {".njk", SYNTAX_NUNJUCKS},
    {".html", SYNTAX_NUNJUCKS},
    {".11ty.js", 0},
};

static const struct syntax_row *syntax_of(struct slice path)
{
    for (size_t i = 0; i < sizeof SYNTAXES / sizeof *SYNTAXES; i++)
        if (slice_ends_with(path, slice_from_cstr(SYNTAXES[i].extension)))
            return &SYNTAXES[i];
    return NULL;
}

struct walk {
    struct site *site;
    struct store *store;
    struct arena *scratch;    // of one source
    const struct map *cached; // path → struct store_page; NULL when there is none
    struct error *error;
};

static bool is_below(struct slice path, struct slice directory)
{
    return directory.len && slice_starts_with(path, directory) &&
           (path.len == directory.len || path.ptr[directory.len] == '/');
}

static bool is_ignored(const struct site *site, struct slice path)
{
    struct slice data = path_join(site->arena, site->input, settings_text(site->settings, "data"));
    return is_below(path, data) || is_below(path, settings_text(site->settings, "includes")) ||
           is_below(path, settings_text(site->settings, "layouts")) ||
           is_below(path, settings_text(site->settings, "output")); // what Eleventy has built
}

static void report_script(struct site *site, struct slice path)
{
    struct error error = {0};
    error_set(&error, ERROR_CONFIG, "JavaScript templates are not run");
    error_hint(&error, "write the page as Markdown or Nunjucks");
    error_at(&error, path, 1, 1);
    problem_add(site, SITE_WARNING, "javascript-template", &error);
}

// Errors are large and sources many: only those that have one keep one.
static bool break_source(struct site *site, struct source *source, const struct error *error)
{
    static const struct error NO_MEMORY = {.code = ERROR_MEMORY, .message = "out of memory"};
    struct error *copy = arena_alloc(site->arena, sizeof *copy);
    if (copy)
        *copy = *error;
    source->error = copy ? copy : &NO_MEMORY;
    return copy != NULL;
}

// templateEngineOverride: "njk,md", "md", "njk", or false for neither.
static void override_syntax(const struct site *site, struct source *source)
{
    struct value v = value_get(NULL, source->front_matter, SLICE("templateEngineOverride"));
    struct slice rest, name;
    if (value_is(v, VALUE_BOOLEAN) && !value_truthy(v))
        source->syntax = 0;
    if (!value_is(v, VALUE_STRING))
        return;
    source->syntax = 0;
    rest = value_text(v);
    while (slice_split(&rest, ',', &name)) {
        name = slice_trim(name);
        if (slice_equal(name, SLICE("md")))
            source->syntax |= SYNTAX_MARKDOWN;
        else if (slice_equal(name, SLICE("njk")) || slice_equal(name, SLICE("liquid")))
            source->syntax |= SYNTAX_NUNJUCKS;
    }
    // Eleventy 1 has its templates before Markdown all the same.
    if (site->eleventy_version < 3 && source->syntax == SYNTAX_MARKDOWN)
        source->syntax |= SYNTAX_NUNJUCKS;
}

static bool read_text(struct walk *walk, struct source *source, const char *full,
                      struct error *error)
{
    struct site *site = walk->site;
    const struct store_page *cached = walk->cached ? map_get(walk->cached, source->path) : NULL;
    if (cached && cached->size == source->info.size && cached->mtime_ns == source->info.mtime_ns) {
        source->text = cached->source;
        source->hash = cached->hash;
        source->reused = true;
        site->counts.reused++;
        return true;
    }
    size_t max = (size_t)settings_integer(site->settings, "limits.page_bytes");
    if (!file_read(site->arena, full, max, &source->text, error)) {
        error_at(error, source->path, 1, 1);
        error_hint(error, "limits.page_bytes sets how long a page may be");
        return false;
    }
    source->hash = file_hash(source->text);
    return true;
}

static void remember_birth(struct source *source, const char *path)
{
    struct statx st;
    source->birth_ns = source->info.mtime_ns;
    if (statx(AT_FDCWD, path, 0, STATX_BTIME, &st) == 0 && (st.stx_mask & STATX_BTIME))
        source->birth_ns = (int64_t)st.stx_btime.tv_sec * 1000000000 + st.stx_btime.tv_nsec;
}

static bool store_source(struct walk *walk, const struct source *source)
{
    if (!walk->store || source->reused)
        return true;
    struct store_page row = {.path = source->path,
                             .size = source->info.size,
                             .mtime_ns = source->info.mtime_ns,
                             .hash = source->hash,
                             .source = source->text};
    struct buffer json = buffer_create(walk->scratch, 0);
    struct error ignored = {0};
    if (value_is(source->front_matter, VALUE_OBJECT) &&
        value_to_json(NULL, &json, source->front_matter, 0, &ignored))
        row.front_matter = buffer_slice(&json);
    return store_put_page(walk->store, &row, walk->error);
}

// ---- when what all pages share has changed ----

// Of what lies among the pages, data and templates; pictures are no page's business.
static bool note_change(struct site *site, struct slice path, const struct file_info *info)
{
    static const char *const EXTENSIONS[] = {".json", ".yaml", ".yml", ".njk", ".html"};
    for (size_t i = 0; i < sizeof EXTENSIONS / sizeof *EXTENSIONS; i++)
        if (slice_ends_with(path, slice_from_cstr(EXTENSIONS[i])) &&
            info->mtime_ns > site->modified_ns)
            site->modified_ns = info->mtime_ns;
    return true;
}

static bool note_template(void *state, struct slice relative, const struct file_info *info)
{
    return note_change(state, relative, info);
}

static void note_shared(struct site *site)
{
    static const char *const DIRECTORIES[] = {"includes", "layouts"};
    struct file_info info;
    struct error ignored = {0};
    for (size_t i = 0; i < sizeof DIRECTORIES / sizeof *DIRECTORIES; i++) {
        struct slice directory = settings_path(site->settings, DIRECTORIES[i]);
        if (directory.len)
            file_walk(directory.ptr, false, note_template, site, &ignored);
    }
    struct slice file = settings_file(site->settings);
    if (file.len && file_stat(file.ptr, &info, NULL) && info.mtime_ns > site->modified_ns)
        site->modified_ns = info.mtime_ns;
}

static bool add_source(void *state, struct slice relative, const struct file_info *info)
{
    struct walk *walk = state;
    struct site *site = walk->site;
    const struct syntax_row *row = syntax_of(relative);
    struct slice path = path_join(site->arena, site->input, relative);
    if (!row || is_ignored(site, path))
        return note_change(site, relative, info);
    if (!row->syntax) {
        report_script(site, path);
        return true;
    }
    if (site->sources.count >= (size_t)settings_integer(site->settings, "limits.pages"))
        return error_set(walk->error, ERROR_LIMIT, "the site has more than limits.pages pages");
    struct source *source = arena_zalloc(site->arena, 1, sizeof *source);
    if (!source || !map_put(&site->sources, path, source))
        return error_memory(walk->error);
    source->path = path;
    source->info = *info;
    source->syntax = row->syntax;
    source->extension = slice_from_cstr(row->extension);
    source->front_matter = value_object(site->arena);
    source->directory_data = data_files_for(site, path);
    arena_reset(walk->scratch, SIZE_MAX);
    struct slice full = path_join(walk->scratch, settings_directory(site->settings), path);
    struct error own = {0};
    if (!full.ptr)
        return error_memory(walk->error);
    if (!read_text(walk, source, full.ptr, &own))
        return break_source(site, source, &own);
    remember_birth(source, full.ptr);
    front_matter_check_encoding(site, source);
    if (front_matter_read(site, source, &own))
        override_syntax(site, source);
    else if (!break_source(site, source, &own))
        return error_memory(walk->error);
    return store_source(walk, source);
}

// ---- the cache ----

struct cached {
    struct arena *arena;
    struct map map;
    bool failed;
};

static bool remember_row(void *state, const struct store_page *page)
{
    struct cached *cached = state;
    struct store_page *copy = arena_alloc(cached->arena, sizeof *copy);
    if (!copy)
        return false;
    *copy = *page;
    copy->path = arena_copy(cached->arena, page->path);
    copy->source = arena_copy(cached->arena, page->source);
    copy->front_matter = copy->body = SLICE_EMPTY;
    return map_put(&cached->map, copy->path, copy);
}

static bool read_sources(struct site *site, struct store *store, struct error *error)
{
    struct slice root = path_join(site->arena, settings_directory(site->settings), site->input);
    struct cached cached = {.arena = site->arena, .map = map_create(site->arena)};
    struct error ignored = {0};
    // A cache that cannot be read is as good as none.
    if (store && !store_each_page(store, remember_row, &cached, &ignored))
        cached.map = map_create(site->arena);
    struct walk walk = {site, store, arena_create(0, 0), store ? &cached.map : NULL, error};
    bool ok =
        walk.scratch ? file_walk(root.ptr, false, add_source, &walk, error) : error_memory(error);
    arena_destroy(walk.scratch);
    return ok;
}

static int by_bytes(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

static bool prune_store(struct site *site, struct store *store, struct error *error)
{
    struct slice *paths = arena_zalloc(site->arena, site->sources.count + 1, sizeof *paths);
    if (!paths)
        return error_memory(error);
    for (size_t i = 0; i < site->sources.count; i++)
        paths[i] = site->sources.entries[i].key;
    // The walk gives names in order within a directory, not whole paths in order.
    if (site->sources.count)
        qsort(paths, site->sources.count, sizeof *paths, by_bytes);
    return store_keep_only(store, paths, site->sources.count, error);
}

// ---- pages ----

static void break_page(struct site *site, struct site_page *page, const struct error *error,
                       const char *rule)
{
    struct error *copy = arena_alloc(site->arena, sizeof *copy);
    if (copy)
        *copy = *error;
    page->error = copy ? copy : page_of(page)->source->error;
    page->broken = true;
    problem_add(site, SITE_ERROR, rule, error);
}

static double date_of_path(struct slice path)
{
    double ms;
    for (size_t i = 0; i + 10 <= path.len; i++)
        if (path.ptr[i] >= '0' && path.ptr[i] <= '9' &&
            clock_parse_iso(slice_sub(path, i, i + 10), &ms))
            return ms;
    return NAN;
}

static double read_date(struct value v)
{
    double ms;
    if (value_is(v, VALUE_DATE))
        return v.number;
    return value_is(v, VALUE_STRING) && clock_parse_iso(value_text(v), &ms) ? ms : NAN;
}

static void set_dates(const struct site *site, struct site_page *page)
{
    const struct source *source = page_of(page)->source;
    struct value date = value_get(NULL, page->data, SLICE("date"));
    page->date_ms = read_date(date);
    bool modified = value_is(date, VALUE_STRING) &&
                    slice_equal_ignore_case(value_text(date), SLICE("Last Modified"));
    if (isnan(page->date_ms) && !modified)
        page->date_ms = date_of_path(page->input_path);
    if (isnan(page->date_ms))
        page->date_ms = floor((double)(modified ? source->info.mtime_ns : source->birth_ns) / 1e6);
    page->publish_at = read_date(value_get(NULL, page->data, SLICE("publishAt")));
    page->expire_at = read_date(value_get(NULL, page->data, SLICE("expireAt")));
    page->modified = source->info.mtime_ns / 1000000000;
    (void)site;
}

static struct slice text_member(struct value object, struct slice key)
{
    struct value v = value_get(NULL, object, key);
    return value_is(v, VALUE_STRING) ? value_text(v) : SLICE_EMPTY;
}

// A draft that nobody may see has no address.
static bool is_hidden_draft(const struct site *site, const struct site_page *page)
{
    return page->draft && !site->development && !page->restricted;
}

static void set_flags(struct site *site, struct site_page *page)
{
    struct value searchable = value_get(NULL, page->data, SLICE("searchable"));
    struct value_realm realm = value_realm_create(site->arena);
    struct value title = value_get(NULL, page->data, SLICE("title"));
    page->title = value_is_nullish(title) ? SLICE_EMPTY : value_to_text(&realm, title);
    page->lang = text_member(page->data, SLICE("lang"));
    page->draft = value_truthy(value_get(NULL, page->data, SLICE("draft")));
    page->withdrawn = value_truthy(value_get(NULL, page->data, SLICE("withdrawn")));
    page->searchable = !value_is(searchable, VALUE_BOOLEAN) || value_truthy(searchable);
    audience_read(site, page);
    double review = read_date(value_get(NULL, page->data, SLICE("reviewBy")));
    if (site->development && !page->withdrawn && review < site->now_ms)
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

// `date:` is a date, or one of Eleventy's words for the file's own.
static bool check_date(const struct site_page *page, struct error *error)
{
    const struct source *source = page_of(page)->source;
    struct value v = value_get(NULL, page->data, SLICE("date"));
    const struct value_place *place = value_place_find(&source->places, SLICE("date"));
    if (!value_is(v, VALUE_STRING) || !isnan(read_date(v)) || !value_text(v).len ||
        slice_equal_ignore_case(value_text(v), SLICE("Last Modified")) ||
        slice_equal_ignore_case(value_text(v), SLICE("Created")) ||
        slice_starts_with(value_text(v), SLICE("git ")))
        return true;
    error_set(error, ERROR_CONFIG, "`date` cannot be read: %.*s", SLICE_ARG(value_text(v)));
    error_hint(error, "write it as 2024-05-23, or as Created or Last Modified");
    error_at(error, page->input_path, place ? place->value_line : 1,
             place ? place->value_column : 1);
    error_source(error, source->text);
    return false;
}

// Name, dates and URL. A computed permalink needs what eleventyComputed makes first.
static bool name_page(struct site *site, struct site_page *page, struct error *error)
{
    if (!check_date(page, error))
        return false;
    set_dates(site, page);
    set_flags(site, page);
    permalink_name(site, page);
    bool early = has_computed_permalink(page);
    if (!set_page_variable(site, page))
        return error_memory(error);
    if (early && !cascade_compute(site, page, error))
        return false;
    if (!permalink_resolve(site, page, error))
        return false;
    if (is_hidden_draft(site, page))
        page->url = page->output_path = SLICE_EMPTY;
    return set_page_variable(site, page) || error_memory(error);
}

// Computed data, which may read URLs and, of a pagination, those of its other pages.
static bool compute_page(struct site *site, struct site_page *page, struct error *error)
{
    if (!has_computed_permalink(page) && !cascade_compute(site, page, error))
        return false;
    set_flags(site, page);
    return true;
}

static bool finish_page(struct site *site, struct site_page *page, struct error *error)
{
    return name_page(site, page, error) && compute_page(site, page, error);
}

// The layout named by front matter or data; an unknown one breaks the page at its key.
static bool resolve_layout(struct site *site, struct source *source, struct error *error)
{
    struct value name = value_get(NULL, source->front_matter, SLICE("layout"));
    if (value_is(name, VALUE_UNDEFINED))
        name = value_get(NULL, source->directory_data, SLICE("layout"));
    if (value_is(name, VALUE_UNDEFINED))
        name = value_get(NULL, site->global_data, SLICE("layout"));
    if (!value_is(name, VALUE_STRING) || !value_text(name).len)
        return true;
    struct slice text;
    if (!settings_expand_environment(site->arena, value_text(name), &text, error))
        return false;
    source->layout = templates_layout(site, text, error);
    if (source->layout)
        return true;
    const struct value_place *place = value_place_find(&source->places, SLICE("layout"));
    error_at(error, source->path, place ? place->value_line : 1, place ? place->value_column : 1);
    error_source(error, source->text);
    return false;
}

static bool compile_source(struct site *site, struct source *source, struct error *error)
{
    if (!(source->syntax & SYNTAX_NUNJUCKS))
        return true;
    source->template = template_compile(
        site->templates, source->path, source->path, source->body, source->body_line,
        source->syntax & SYNTAX_MARKDOWN ? site->prelude : SLICE_EMPTY, error);
    return source->template != NULL;
}

static bool over_collections(const struct site *site, const struct source *source)
{
    (void)site;
    struct value rules = value_get(NULL, source->front_matter, SLICE("pagination"));
    return slice_starts_with(text_member(rules, SLICE("data")), SLICE("collections."));
}

static bool add_broken(struct site *site, struct source *source, const char *rule,
                       const struct error *own, struct error *error)
{
    struct site_page *page =
        pagination_add_page(site, source, NULL, cascade_data(site, source, NULL));
    struct error ignored = {0};
    if (!page)
        return error_memory(error);
    if (!finish_page(site, page, &ignored)) {
        page->url = page->output_path = SLICE_EMPTY;
    }
    break_page(site, page, own, rule);
    return true;
}

static bool compute_pages(struct site *site, size_t first, struct error *error)
{
    for (size_t i = first; i < site->page_count; i++) {
        struct error own = {0};
        if (site->pages[i].broken || compute_page(site, &site->pages[i], &own))
            continue;
        if (own.code == ERROR_MEMORY) {
            *error = own;
            return false;
        }
        break_page(site, &site->pages[i], &own, "template");
    }
    return true;
}

static bool add_pages_of(struct site *site, struct source *source, struct error *error)
{
    size_t first = site->page_count;
    struct error failure = {0};
    if (source->error)
        return add_broken(site, source, "front-matter", source->error, error);
    if (!resolve_layout(site, source, &failure))
        return add_broken(site, source, "layout-missing", &failure, error);
    if (!compile_source(site, source, &failure))
        return add_broken(site, source, "template", &failure, error);
    if (!pagination_expand(site, source, &failure))
        return add_broken(site, source, "pagination", &failure, error);
    for (size_t i = first; i < site->page_count; i++) {
        struct error own = {0};
        if (!name_page(site, &site->pages[i], &own)) {
            if (own.code == ERROR_MEMORY) {
                *error = own;
                return false;
            }
            site->pages[i].url = site->pages[i].output_path = SLICE_EMPTY;
            break_page(site, &site->pages[i], &own, "permalink");
        }
    }
    pagination_link(site, first);
    return compute_pages(site, first, error);
}

// Pages over collections come after all others, since they need them.
static bool make_pages(struct site *site, struct error *error)
{
    bool second = false;
    for (size_t i = 0; i < site->sources.count; i++) {
        struct source *source = site->sources.entries[i].value;
        if (over_collections(site, source))
            second = true;
        else if (!add_pages_of(site, source, error))
            return false;
    }
    if (!collections_build(site, error) || !second)
        return site->collections.object != NULL && !error_is_set(error);
    for (size_t i = 0; i < site->sources.count; i++) {
        struct source *source = site->sources.entries[i].value;
        if (over_collections(site, source) && !add_pages_of(site, source, error))
            return false;
    }
    return collections_build(site, error);
}

static int by_input(const void *a, const void *b)
{
    const struct site_page *x = a, *y = b;
    int order = slice_compare(x->input_path, y->input_path);
    size_t i = page_of(x)->index, k = page_of(y)->index;
    return order ? order : (i > k) - (i < k);
}

static bool index_pages(struct site *site, struct error *error)
{
    if (site->page_count)
        qsort(site->pages, site->page_count, sizeof *site->pages, by_input);
    site->pages_by_input = map_create(site->arena);
    for (size_t i = 0; i < site->page_count; i++) {
        struct site_page *page = &site->pages[i];
        page_of(page)->index = i;
        if (!map_find(&site->pages_by_input, page->input_path) &&
            !map_put(&site->pages_by_input, page->input_path, (void *)(uintptr_t)(i + 1)))
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
    for (size_t i = 0; i < site->page_count; i++) {
        struct site_page *page = &site->pages[i];
        if (!value_set(NULL, site->arena, page->data, SLICE("collections"), site->collections) ||
            !value_set(NULL, site->arena, page->data, SLICE("navigation"),
                       page_of(page)->navigation))
            return error_memory(error);
    }
    note_shared(site);
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

// A page that is broken now and was not before goes on serving what it was.
static void keep_last_good(struct site *site, struct site *previous)
{
    for (size_t i = 0; previous && i < site->page_count; i++) {
        struct site_page *page = &site->pages[i];
        const struct site_page *old =
            page->broken ? site_page_by_input(previous, page->input_path) : NULL;
        if (old && old->stale)
            old = page_of(old)->last_good;
        if (!old || old->broken || !old->url.len ||
            !arena_on_free(site->arena, release, site_retain(page_of(old)->site)))
            continue;
        page_of(page)->last_good = old;
        page->stale = true;
        page->url = old->url;
        page->output_path = old->output_path;
        page->content_type = old->content_type;
        page->title = old->title;
    }
}

// ---- the load ----

static struct site *make_site(const struct site_load_options *options, struct error *error)
{
    struct arena *arena = arena_create(1 << 20, 0);
    struct site *site = arena ? arena_zalloc(arena, 1, sizeof *site) : NULL;
    if (!site) {
        arena_destroy(arena);
        error_memory(error);
        return NULL;
    }
    site->arena = arena;
    atomic_init(&site->references, 1);
    site->settings = options->settings;
    site->log = options->log;
    site->development = options->development;
    site->now_ms = options->now_ms != 0 ? options->now_ms : clock_wall_ms();
    site->next_change_ms = INFINITY;
    site->generation = atomic_fetch_add(&generations, 1) + 1;
    site->eleventy_version = (unsigned)settings_integer(site->settings, "eleventy_version");
    site->input = settings_text(site->settings, "input");
    // The site directory itself, as Eleventy has it by default.
    if (slice_equal(site->input, SLICE(".")) || slice_equal(site->input, SLICE("./")))
        site->input = SLICE_EMPTY;
    site->content_limit = (size_t)settings_integer(site->settings, "content_cache");
    site->whole_limit = (size_t)settings_integer(site->settings, "render_cache");
    site->layouts = site->sources = site->directory_data = map_create(arena);
    return site;
}

// `as_of`: the site as it will be, for authors.
static bool read_preview(struct site *site, struct error *error)
{
    struct slice date = settings_text(site->settings, "as_of");
    if (!site->development || !date.len)
        return true;
    site->as_of = clock_parse_iso(date, &site->now_ms);
    return site->as_of || error_set(error, ERROR_CONFIG,
                                    "as_of must be a date, as 2027-01-31 or "
                                    "2027-01-31T09:00:00Z, not %.*s",
                                    SLICE_ARG(date));
}

static bool read_options(struct site *site, struct error *error)
{
    if (!read_preview(site, error))
        return false;
    site->markdown = markdown_defaults();
    // markdown-it's own defaults, and Eleventy's.
    site->markdown.tables = site->markdown.strikethrough = true;
    site->markdown.no_indented_code = site->eleventy_version >= 3;
    site->toc = toc_defaults();
    struct value markdown = settings_value(site->settings, "markdown");
    struct value toc = settings_value(site->settings, "toc");
    bool ok = (!value_is(markdown, VALUE_OBJECT) ||
               markdown_options_from_value(&site->markdown, markdown, error)) &&
              (!value_is(toc, VALUE_OBJECT) || toc_options_from_value(&site->toc, toc, error));
    error_at(error, settings_file(site->settings), 0, 0);
    return ok;
}

static bool fill(struct site *site, const struct site_load_options *options, struct error *error)
{
    return read_options(site, error) && templates_create(site, error) &&
           data_files_load(site, error) && read_sources(site, options->store, error) &&
           make_pages(site, error) && index_pages(site, error) && navigation_prepare(site, error) &&
           share_variables(site, error);
}

struct site *site_load(const struct site_load_options *options, struct error *error)
{
    uint64_t start = clock_monotonic_ns();
    struct site *site = make_site(options, error);
    struct error store_error = {0};
    if (!site)
        return NULL;
    bool stored = options->store && store_begin(options->store, &store_error);
    bool ok = fill(site, options, error);
    if (ok && stored)
        stored = prune_store(site, options->store, &store_error) &&
                 store_commit(options->store, site->generation, &store_error);
    if (options->store && (!ok || !stored)) {
        store_rollback(options->store);
        if (ok) // the cache is disposable: the site is served without it
            log_error(options->log, LOG_WARNING, &store_error);
    }
    if (ok) {
        keep_last_good(site, options->previous);
        ok = routes_build(site, error);
    }
    if (!ok) {
        site_release(site);
        return NULL;
    }
    site->counts.load_ms = (double)(clock_monotonic_ns() - start) / 1e6;
    problems_log(site, options->previous);
    return site;
}
