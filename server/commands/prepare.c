// SPDX-License-Identifier: MIT
//
// `guidanced prepare`, and `guidanced check --prepared`, which checks beforehand whether a server
// would lack an answer: the same with a copy of the file and without node.
//
// prepare renders everything once, so that the cache file holds every answer of the site's own
// JavaScript, and everything else that a start would make. A server with that file needs no node:
// its container has only the program, the site and the file.
#include "command.h"

#include "base/clock.h"
#include "server/cache.h"
#include "server/scripting.h"

#include <stdlib.h>
#include <unistd.h>

struct preparing {
    const struct command_line *line;
    const struct settings *settings;
    struct script *script;
    struct log *log; // of what the site's JavaScript warns of, or was refused
    struct store *store;
    struct site *site;
    size_t rendered, broken;
};

// The cache file; NULL and error if there is none.
static const char *cache_file(struct preparing *p, struct error *error)
{
    const char *path = cache_path(p->line->arena, p->settings);
    if (path && !slice_equal(slice_from_cstr(path), SLICE(":memory:")))
        return path;
    error_set(error, ERROR_CONFIG, "%s needs a cache file: --cache FILE", p->line->command->name);
    return NULL;
}

static bool open_all(struct preparing *p, const char *path, struct error *error)
{
    struct arena *arena = p->line->arena;
    p->log = log_create(NULL, LOG_WARNING, LOG_TEXT, error);
    p->script = p->log ? scripting_start_patient(p->settings, arena, p->log, error) : NULL;
    if (error_is_set(error))
        return false;
    p->store =
        store_open(path, cache_fingerprint(arena, cache_program(), p->settings), NULL, error);
    if (!p->store)
        return false;
    if (store_is_memory(p->store))
        return error_set(error, ERROR_STORE, "the cache file %s cannot be written", path);
    scripting_remember(p->script, p->store);
    struct site_load_options options = {
        .settings = p->settings, .store = p->store, .script = p->script};
    p->site = site_load(&options, error);
    return p->site != NULL;
}

static void render_one(struct preparing *p, const struct site_page *page, struct arena *arena)
{
    struct error error = {0};
    struct site_request request = site_plain_request(page, arena); // as the server will
    struct site_output output;
    p->rendered++;
    if (site_render(p->site, page, &request, arena, &output, &error))
        return;
    p->broken++;
    error_chain(&error, "page", page->input_path, 0, 0);
    command_print_error(&error);
}

static bool render_all(struct preparing *p, struct error *error)
{
    size_t count;
    const struct site_page *pages = site_pages(p->site, &count);
    struct arena *arena = arena_create(0, 0);
    for (size_t i = 0; arena && i < count; i++) {
        arena_reset(arena, 1 << 20);
        if (pages[i].url.len || pages[i].broken)
            render_one(p, &pages[i], arena);
    }
    arena_destroy(arena);
    return arena || error_memory(error);
}

// Records rendered pages, so that a start need not render them again.
static bool note_rendered(struct preparing *p, struct error *error)
{
    struct site_failures *none = p->broken ? NULL : site_failures_create();
    bool ok = !none || site_verified_write(p->site, p->store, none, error);
    site_failures_destroy(none);
    return ok;
}

static void close_all(struct preparing *p)
{
    site_release(p->site);
    scripting_remember(p->script, NULL);
    script_destroy(p->script);
    log_destroy(p->log);
    store_close(p->store);
}

int command_prepare(const struct command_line *line)
{
    struct error error = {0};
    struct preparing p = {.line = line, .settings = command_settings(line)};
    if (!p.settings)
        return COMMAND_USAGE;
    const char *path = cache_file(&p, &error);
    bool ok = path && open_all(&p, path, &error) && render_all(&p, &error) &&
              site_index(p.site, p.store, NULL, NULL, &error) && note_rendered(&p, &error);
    int64_t answers = ok && p.script ? store_answers_count(store_answers(p.store)) : 0;
    struct script_status status = p.script ? script_status(p.script) : (struct script_status){0};
    close_all(&p);
    if (!ok) {
        command_print_error(&error);
        return path ? COMMAND_FAILED : COMMAND_USAGE;
    }
    printf("%zu pages prepared, %zu broken, %lld answers kept (%llu asked)\n",
           p.rendered - p.broken, p.broken, (long long)answers, (unsigned long long)status.asked);
    return p.broken ? COMMAND_BAD : COMMAND_OK;
}

// ---- check --prepared ----

enum { COPY_MAX = 1 << 30 };

// A file of another program or directory would be rebuilt, and a server's open file must not be
// touched, so a copy is opened.
static bool copy_file(const char *from, const char *directory, const char *name,
                      struct arena *arena, bool *there, struct error *error)
{
    struct slice content;
    struct arena_mark mark = arena_mark(arena);
    const char *to = arena_printf(arena, "%s/%s", directory, name).ptr;
    *there = file_exists(from);
    bool ok = !*there || (to && file_read(arena, from, COPY_MAX, &content, error) &&
                          file_write(to, content, error));
    arena_rewind(arena, mark);
    return ok;
}

static bool copy_cache(struct preparing *p, const char *path, const char *directory,
                       struct error *error)
{
    struct arena *arena = p->line->arena;
    const char *log = arena_printf(arena, "%s-wal", path).ptr;
    bool there, logged;
    if (!log)
        return error_memory(error);
    if (!copy_file(path, directory, "cache", arena, &there, error) ||
        !copy_file(log, directory, "cache-wal", arena, &logged, error))
        return false;
    return there || error_set(error, ERROR_NOT_FOUND, "there is no file %s", path);
}

static bool check_copy(struct preparing *p, const char *path, const char *copy, struct error *error)
{
    if (!open_all(p, copy, error)) {
        error_hint(error, "prepare it with this program, for a site at exactly this path");
        return false;
    }
    if (p->script && !store_answers_count(store_answers(p->store))) {
        error_set(error, ERROR_STORE, "%s has no answers from this program for this site", path);
        error_hint(error, "prepare it with this program, for a site at exactly this path");
        return false;
    }
    return render_all(p, error);
}

static void remove_copy(struct arena *arena, const char *directory)
{
    static const char *const NAMES[] = {"cache", "cache-wal", "cache-shm", "cache.old"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        const char *file = arena_printf(arena, "%s/%s", directory, NAMES[i]).ptr;
        if (file)
            unlink(file);
    }
    rmdir(directory);
}

int command_check_prepared(const struct command_line *line)
{
    struct error error = {0};
    struct settings own;
    const struct settings *settings = command_settings(line);
    if (!settings)
        return COMMAND_USAGE;
    own = *settings;
    own.script.prepared = true;
    struct preparing p = {.line = line, .settings = &own};
    const char *path = cache_file(&p, &error), *scratch = getenv("TMPDIR");
    char *directory = arena_cstr(line->arena, arena_printf(line->arena, "%s/guidanced-check-XXXXXX",
                                                           scratch && *scratch ? scratch : "/tmp"));
    bool made = path && directory && mkdtemp(directory);
    const char *copy = made ? arena_printf(line->arena, "%s/cache", directory).ptr : NULL;
    bool ok = copy && copy_cache(&p, path, directory, &error) && check_copy(&p, path, copy, &error);
    close_all(&p);
    if (made)
        remove_copy(line->arena, directory);
    if (!ok) {
        if (!error_is_set(&error))
            error_set(&error, ERROR_IO, "no temporary directory can be made");
        command_print_error(&error);
        return path ? COMMAND_BAD : COMMAND_USAGE;
    }
    printf("%zu %s, %zu of which %s an answer\n", p.rendered,
           count_word(p.rendered, "page", "pages"), p.broken,
           count_word(p.broken, "lacks", "lack"));
    return p.broken ? COMMAND_BAD : COMMAND_OK;
}
