// SPDX-License-Identifier: MIT
//
// The sources of pages: which files they are, their texts, and what of them the cache has. A file
// whose size and mtime are those of the cache is not read; its text comes from the cache.
#include "snapshot.h"

#include <stdlib.h>

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

bool source_parse(struct site *site, struct source *source)
{
    struct error own = {0};
    source->syntax = syntax_of(source->path)->syntax;
    front_matter_check_encoding(site, source);
    if (!front_matter_read(site, source, &own))
        return break_source(site, source, &own);
    override_syntax(site, source);
    return true;
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
    source->hash = slice_hash(source->text);
    return true;
}

bool source_store(struct store *store, struct arena *scratch, const struct source *source,
                  struct error *error)
{
    struct store_page row = {.path = source->path,
                             .size = source->info.size,
                             .mtime_ns = source->info.mtime_ns,
                             .hash = source->hash,
                             .source = source->text};
    struct buffer json = buffer_create(scratch, 0);
    struct error ignored = {0};
    if (value_is(source->front_matter, VALUE_OBJECT) &&
        value_to_json(NULL, &json, source->front_matter, 0, &ignored))
        row.front_matter = buffer_slice(&json);
    return store_put_page(store, &row, error);
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

void sources_note_shared(struct site *site)
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
    patch_note_text(site, source->text);
    if (!source_parse(site, source))
        return error_memory(walk->error);
    return !walk->store || source->reused ||
           source_store(walk->store, walk->scratch, source, walk->error);
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

bool sources_read(struct site *site, struct store *store, struct error *error)
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

bool sources_prune(struct site *site, struct store *store, struct error *error)
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
