// SPDX-License-Identifier: MIT
//
// `guidanced prepare`: renders everything once, so that the cache file holds every answer of the
// site's own JavaScript, and what else a start would make. A server that finds that file needs no
// node: the program, the site and the file are all there is in its container.
#include "command.h"

#include "base/clock.h"
#include "server/cache.h"
#include "server/scripting.h"

struct preparing {
    const struct command_line *line;
    const struct settings *settings;
    struct script *script;
    struct store *store;
    struct site *site;
    size_t rendered, broken;
};

static bool open_all(struct preparing *p, struct error *error)
{
    struct arena *arena = p->line->arena;
    const char *path = cache_path(arena, p->settings);
    if (!path || slice_equal(slice_from_cstr(path), SLICE(":memory:")))
        return error_set(error, ERROR_CONFIG, "prepare needs a cache file: --cache FILE");
    p->script = scripting_start(p->settings, arena, NULL, error);
    if (error_is_set(error))
        return false;
    p->store = store_open(path, cache_fingerprint(arena, p->settings), NULL, error);
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
    struct site_request request = {.now_ms = clock_wall_ms()};
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
    return arena ? site_index(p->site, p->store, NULL, NULL, error) : error_memory(error);
}

static void close_all(struct preparing *p)
{
    site_release(p->site);
    scripting_remember(p->script, NULL);
    script_destroy(p->script);
    store_close(p->store);
}

int command_prepare(const struct command_line *line)
{
    struct error error = {0};
    struct preparing p = {.line = line, .settings = command_settings(line)};
    if (!p.settings)
        return COMMAND_USAGE;
    bool ok = open_all(&p, &error) && render_all(&p, &error);
    int64_t answers = ok && p.script ? store_answers_count(store_answers(p.store)) : 0;
    struct script_status status = p.script ? script_status(p.script) : (struct script_status){0};
    close_all(&p);
    if (!ok) {
        command_print_error(&error);
        return COMMAND_FAILED;
    }
    printf("%zu pages prepared, %zu broken, %lld answers kept (%llu asked)\n",
           p.rendered - p.broken, p.broken, (long long)answers, (unsigned long long)status.asked);
    return p.broken ? COMMAND_BAD : COMMAND_OK;
}
