// SPDX-License-Identifier: MIT
//
// The load: reads a site directory into a snapshot.
//
//   settings ─▶ data files ─▶ sources ─▶ pages and what depends on them (pages.c)
//
// All SQLite work of a load is one transaction.
#include "history.h"
#include "scripts.h"

#include "base/clock.h"

#include <math.h>
#include <time.h>

// How often to read a site whose files keep changing, and the pause between reads.
enum { CHANGING_MAX = 20, CHANGING_PAUSE_MS = 100 };

static void free_file(void *file)
{
    memory_file_destroy(file);
}

static void take_settings(struct site *site)
{
    site->eleventy_version = site->settings->eleventy_version;
    site->input = site->settings->input.text;
    // The site directory itself, as is Eleventy's default.
    if (slice_equal(site->input, SLICE(".")) || slice_equal(site->input, SLICE("./")))
        site->input = SLICE_EMPTY;
}

// The site's own configuration, if any, overrides the default settings.
static bool read_scripts(struct site *site, struct script *script, struct error *error)
{
    if (!scripts_open(site, script, error) || !scripts_configure(site, error))
        return false;
    take_settings(site);
    if (site->scripts)
        site->scripts->content = render_content;
    return true;
}

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
    site->scratch = arena_create(1 << 18, 0);
    atomic_init(&site->references, 1);
    site->settings = options->settings;
    site->log = options->log;
    site->failures = options->failures;
    history_begin_load(site, options);
    site->development = options->development;
    site->feedback_hidden = options->feedback_hidden;
    site->now_ms = options->now_ms != 0 ? options->now_ms : clock_wall_ms();
    site->next_change_ms = INFINITY;
    site->generation = site_next_generation();
    take_settings(site);
    site->content_limit = site->settings->content_cache;
    site->whole_limit = site->settings->render_cache;
    site->whole_file = memory_file_create(site->whole_limit);
    if (site->whole_file && !arena_on_free(arena, free_file, site->whole_file))
        site->whole_file = NULL;
    site->texts = options->store ? store_texts(options->store) : NULL;
    site->texts_epoch = site->texts ? store_texts_epoch(site->texts) : 0;
    site->layouts = site->sources = site->directory_data = map_create(arena);
    if (site->scratch && site_hold_texts(site, options->store))
        return site;
    site_release(site);
    error_memory(error);
    return NULL;
}

// `as_of`: the site as it will be, for authors.
static bool read_preview(struct site *site, struct error *error)
{
    struct slice date = site->settings->as_of;
    if (!site->development || !date.len)
        return true;
    site->as_of = clock_parse_iso(date, &site->now_ms);
    return site->as_of || error_set(error, ERROR_CONFIG,
                                    "as_of must be a date, as 2027-01-31 or "
                                    "2027-01-31T09:00:00Z, not %.*s",
                                    SLICE_ARG(date));
}

// What the HTML of a text depends on besides the text and this program.
static bool make_markdown_key(struct site *site, struct value options)
{
    struct buffer text = buffer_create(site->arena, 0);
    struct error ignored = {0};
    buffer_printf(&text, "%u", site->eleventy_version);
    if (value_is(options, VALUE_OBJECT) && !value_to_json(NULL, &text, options, 0, &ignored))
        return false;
    site->markdown_key = slice_hash(buffer_slice(&text));
    return !text.failed;
}

// Says where the setting is. Returns false.
static bool refuse_setting(const struct site *site, const char *key, struct error *error)
{
    const struct settings *s = site->settings;
    const struct value_place *place = settings_place(s, key);
    if (place) {
        error_at(error, settings_name(s), place->line, place->column);
        error_source(error, settings_source(s));
    }
    return false;
}

static bool read_site_options(struct site *site, struct error *error)
{
    if (!read_preview(site, error))
        return false;
    site->markdown = markdown_defaults();
    // markdown-it's own defaults, and Eleventy's.
    site->markdown.tables = site->markdown.strikethrough = true;
    // Eleventy 1 has markdown-it 12, 2 has 13, 3 has 14.
    if (site->eleventy_version < 3)
        site->markdown.version = site->eleventy_version == 2 ? 13 : MARKDOWN_OLDEST;
    site->markdown.no_indented_code = site->eleventy_version >= 3;
    site->toc = toc_defaults();
    struct value markdown = site->settings->markdown;
    struct value toc = site->settings->toc;
    if (value_is(markdown, VALUE_OBJECT) &&
        !markdown_options_from_value(&site->markdown, markdown, error))
        return refuse_setting(site, "markdown", error);
    if (value_is(toc, VALUE_OBJECT) && !toc_options_from_value(&site->toc, toc, error))
        return refuse_setting(site, "toc", error);
    return make_markdown_key(site, markdown);
}

// Were it a file, it would look like a directory that changes all the time.
static bool find_input(struct site *site, struct error *error)
{
    struct file_info info;
    bool found = tree_look(site->tree, site->input, &info, error);
    if (found && info.is_directory)
        return true;
    if (found)
        error_set(error, ERROR_CONFIG, "`input` is no directory: %.*s", SLICE_ARG(site->input));
    error_hint(error, "`input` of guidance.yaml names the directory of the pages");
    return refuse_setting(site, "input", error);
}

static bool fill_site(struct site *site, const struct site_load_options *options,
                      struct error *error)
{
    bool noting = !options->watched;
    const struct settings *before = site->settings;
    bool ok = files_open(site, noting, error) && read_scripts(site, options->script, error);
    // A JavaScript configuration may name other places.
    ok = ok && (site->settings == before || files_open(site, noting, error)) &&
         find_input(site, error) && ignores_read(site, error) && read_site_options(site, error) &&
         templates_create(site, error) && data_files_load(site, error) &&
         sources_read(site, options->store, error);
    site->source_problem_count = site->problem_count;
    return ok && site_make(site, error) && (cascade_settle(site) || error_memory(error));
}

static bool store_all(struct site *site, struct store *store, struct error *error)
{
    site->stored =
        sources_prune(site, store, error) && store_commit(store, site->generation, error);
    return site->stored;
}

// The cache is disposable: if it cannot be written, the site is loaded and served without it.
static struct site *load_without_store(const struct site_load_options *options,
                                       const struct error *why, struct error *error)
{
    struct site_load_options without = *options;
    log_error(options->log, LOG_WARNING, why);
    without.store = NULL;
    memset(error, 0, sizeof *error);
    return site_load(&without, error);
}

// *changed: files changed while they were read, which may be why it failed.
static struct site *load_once(const struct site_load_options *options, bool *changed,
                              struct error *error)
{
    uint64_t start = clock_monotonic_ns();
    struct error store_error = {0};
    if (options->store && !store_begin(options->store, &store_error))
        return load_without_store(options, &store_error, error);
    struct site *site = make_site(options, error);
    if (!site) {
        if (options->store)
            store_rollback(options->store);
        return NULL;
    }
    bool ok = fill_site(site, options, error);
    bool unstored = options->store && (ok ? !store_all(site, options->store, &store_error)
                                          : error->code == ERROR_STORE);
    if (options->store && (!ok || unstored))
        store_rollback(options->store);
    if (unstored) {
        site_release(site);
        return load_without_store(options, ok ? &store_error : error, error);
    }
    ok = ok && site_finish(site, options, error);
    *changed = site->tree && !tree_unchanged(site->tree, !ok);
    if (!ok || *changed) {
        site_release(site);
        return NULL;
    }
    tree_settle(site->tree);
    site->counts.load_ms = (double)(clock_monotonic_ns() - start) / 1e6;
    problems_log(site, options->previous);
    return site;
}

void site_keeps_changing(struct error *error)
{
    error_set(error, ERROR_CHANGING, "the site's files keep changing while they are read");
    error_hint(error,
               "wait until they are written; keep files that change all the time out of the site");
}

// A mix of two states of the files, during a checkout or an upload, must not be served: the site is
// read again until the files did not change meanwhile.
//
// What fails in the same way each time is the fault, not the change.
struct site *site_load(const struct site_load_options *options, struct error *error)
{
    struct error first = {0};
    bool same = true;
    const struct timespec pause = {.tv_nsec = CHANGING_PAUSE_MS * 1000000};
    for (int i = 0; i < CHANGING_MAX; i++) {
        struct error own = {0};
        bool changed = false;
        struct site *site = load_once(options, &changed, &own);
        if (!changed) {
            if (!site)
                *error = own;
            return site;
        }
        first = i == 0 ? own : first;
        same = same && error_is_set(&own) && strcmp(own.message, first.message) == 0;
        nanosleep(&pause, NULL);
    }
    if (same) {
        *error = first;
        return NULL;
    }
    site_keeps_changing(error);
    return NULL;
}
