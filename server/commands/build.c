// SPDX-License-Identifier: MIT
//
// `guidanced build`: the site as static files, as `serve` sends them. Several threads render and
// write the pages; files for the whole site follow.
#include "command.h"
#include "output.h"
#include "server/server.h"

#include "base/clock.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

enum { WORKERS_MAX = 16, BATCH = 16 };

struct build {
    const struct site *site;
    struct arena *arena; // for the paths; lives as long as the build
    struct output output;
    const struct site_page **pages; // those to write, each with its file
    struct output_file **files;
    size_t count;
    double now_ms; // the same for all pages
    size_t restricted, restricted_files;
    struct output_file *documents[SITE_ENDPOINTS]; // NULL: not written
    atomic_size_t next, next_document, failed;
};

// ---- pages ----

// Of two pages with the same output, the first is written, as it is the one served.
static bool plan_pages(struct build *build, struct error *error)
{
    size_t count;
    const struct site_page *pages = site_pages(build->site, &count);
    build->pages = arena_zalloc(build->arena, count + 1, sizeof(void *));
    build->files = arena_zalloc(build->arena, count + 1, sizeof(void *));
    if (!build->pages || !build->files)
        return error_memory(error);
    for (size_t i = 0; i < count; i++) {
        const struct site_page *page = &pages[i];
        // A static host has no users: restricted pages are not written.
        build->restricted += page->restricted;
        if (page->broken || page->restricted || !page->output_path.len ||
            !site_page_visible(build->site, page, build->now_ms))
            continue;
        build->files[build->count] = output_claim(&build->output, page->output_path);
        if (build->files[build->count])
            build->pages[build->count++] = page;
    }
    return !arena_failed(build->arena) || error_memory(error);
}

// ---- documents about the site ----

// Whether the site has its own page or file at that URL.
static bool is_own(struct build *build, const char *path)
{
    struct slice prefix = settings_prefix(site_settings(build->site)), location;
    struct slice url = arena_printf(build->arena, "%.*s%s", SLICE_ARG(prefix), path);
    const struct site_route *route = site_find(build->site, url, build->arena, &location);
    return route && route->kind != SITE_ROUTE_REDIRECT;
}

static bool plan_documents(struct build *build, struct error *error)
{
    const struct settings *settings = site_settings(build->site);
    for (unsigned i = 0; i < SITE_ENDPOINTS; i++) {
        const struct site_endpoint *endpoint = &site_endpoints()[i];
        if (endpoint->kind == SITE_ENDPOINT_DOCUMENT && site_has_endpoint(settings, i) &&
            !is_own(build, endpoint->path))
            build->documents[i] = output_claim(&build->output, slice_from_cstr(endpoint->path + 1));
    }
    return !arena_failed(build->arena) || error_memory(error);
}

static void build_document(struct build *build, size_t n, struct arena *scratch)
{
    struct error error = {0};
    if (!build->documents[n])
        return;
    arena_reset(scratch, 1 << 20);
    struct buffer out = buffer_create(scratch, 0);
    struct site_listing listing = {.now_ms = build->now_ms};
    if (!site_endpoints()[n].write(build->site, &listing, &out) || out.failed)
        error_memory(&error);
    else if (output_write(&build->output, build->documents[n], scratch, buffer_slice(&out), &error))
        return;
    command_print_error(&error);
    atomic_fetch_add(&build->failed, 1);
}

// ---- the work ----

// A broken page does not stop the others.
static void build_page(struct build *build, size_t n, struct arena *scratch)
{
    struct error error = {0};
    struct site_request request = {.now_ms = build->now_ms};
    struct site_output output;
    arena_reset(scratch, 1 << 20);
    if (site_render(build->site, build->pages[n], &request, scratch, &output, &error) &&
        output_write(&build->output, build->files[n], scratch,
                     template_output_text(scratch, &output.body), &error))
        return;
    command_print_error(&error);
    atomic_fetch_add(&build->failed, 1);
}

// Documents are work items like pages.
static void *work(void *state)
{
    struct build *build = state;
    struct arena *scratch = arena_create(1 << 20, 0);
    for (size_t n; scratch && (n = atomic_fetch_add(&build->next_document, 1)) < SITE_ENDPOINTS;)
        build_document(build, n, scratch);
    for (size_t from; scratch && (from = atomic_fetch_add(&build->next, BATCH)) < build->count;)
        for (size_t n = from; n < from + BATCH && n < build->count; n++)
            build_page(build, n, scratch);
    arena_destroy(scratch);
    return NULL;
}

static size_t worker_count(const struct build *build)
{
    long wanted = site_settings(build->site)->threads;
    if (wanted <= 0)
        wanted = sysconf(_SC_NPROCESSORS_ONLN);
    size_t useful = build->count / BATCH + 1;
    size_t count = wanted < 1 ? 1 : wanted > WORKERS_MAX ? WORKERS_MAX : (size_t)wanted;
    return count < useful ? count : useful;
}

static bool build_pages(struct build *build, struct error *error)
{
    pthread_t threads[WORKERS_MAX];
    size_t started = 0, wanted = worker_count(build) - 1;
    while (started < wanted && pthread_create(&threads[started], NULL, work, build) == 0)
        started++;
    work(build); // this thread is one of them
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    return atomic_load(&build->next) >= build->count || error_memory(error);
}

// ---- assets ----

// The path prefix is the mount point, not a folder of the output.
static struct slice without_prefix(const struct build *build, struct slice url)
{
    struct slice prefix = site_settings(build->site)->path_prefix;
    if (prefix.len > 1 && slice_starts_with(url, prefix))
        url = slice_sub(url, prefix.len, SIZE_MAX);
    while (url.len && url.ptr[0] == '/')
        url = slice_sub(url, 1, SIZE_MAX);
    return url;
}

static bool put_output(struct build *build, struct slice path, struct slice content,
                       struct arena *scratch, struct error *error)
{
    struct output_file *file = output_claim(&build->output, path);
    if (!file)
        return !arena_failed(build->arena) || error_memory(error); // a page has that path
    return output_write(&build->output, file, scratch, content, error);
}

// Whether anybody may know of the route.
static bool is_public(const struct build *build, const struct site_route *route,
                      struct arena *scratch)
{
    struct site_reader anybody = {.now_ms = build->now_ms};
    return site_route_admits(build->site, route, route->location, &anybody, scratch);
}

static bool build_assets(struct build *build, struct arena *scratch, struct error *error)
{
    size_t count;
    const struct site_route *routes = site_routes(build->site, &count);
    for (size_t i = 0; i < count; i++) {
        struct slice content;
        if (routes[i].kind != SITE_ROUTE_ASSET || routes[i].index)
            continue;
        arena_reset(scratch, 1 << 20);
        if (!is_public(build, &routes[i], scratch)) {
            build->restricted_files += !routes[i].fingerprinted;
            continue;
        }
        if (!tree_read(site_tree(build->site), scratch, routes[i].file, SIZE_MAX / 4, &content,
                       NULL, error) ||
            !put_output(build, without_prefix(build, routes[i].url), content, scratch, error))
            return false;
    }
    return true;
}

// Files that the site's JavaScript wrote while pages were rendered.
struct writing {
    struct build *build;
    struct tree *tree;
    struct arena *scratch;
    struct error *error;
};

static bool build_file(void *state, struct slice relative, const struct file_info *info)
{
    struct writing *w = state;
    struct slice content, path = arena_copy(w->build->arena, relative);
    (void)info;
    arena_reset(w->scratch, 1 << 20);
    return tree_read(w->tree, w->scratch, path, SIZE_MAX / 4, &content, NULL, w->error) &&
           put_output(w->build, path, content, w->scratch, w->error);
}

static bool build_written(struct build *build, struct arena *scratch, struct error *error)
{
    struct slice directory = arena_copy(build->arena, site_written(build->site));
    struct file_info info;
    if (!directory.len || !file_stat(directory.ptr, &info, NULL) || !info.is_directory)
        return true;
    struct writing w = {build, tree_open_directory(directory.ptr, error), scratch, error};
    bool ok = w.tree && tree_list(w.tree, SLICE_EMPTY, build_file, &w, error);
    tree_close(w.tree);
    return ok;
}

// ---- _redirects ----

// `FROM TO STATUS`, or `FROM name=value … TO STATUS` for one from a query; a 410 leads to the
// not-found page.
static void write_redirect(struct buffer *out, const struct site_route *route)
{
    struct slice keep = SLICE("/!$&'()*+,;=:@%#?-._~");
    struct slice to = route->location;
    bool wild = slice_ends_with(to, SLICE("*"));
    struct slice rest = route->url, part;
    for (char separator = '?'; slice_split(&rest, separator, &part); separator = '&') {
        buffer_append_percent(out, part, keep);
        buffer_append_byte(out, ' ');
    }
    buffer_append_percent(out, wild ? slice_sub(to, 0, to.len - 1) : to, keep);
    if (wild)
        buffer_append_cstr(out, ":splat");
    buffer_printf(out, "%s %d\n", to.len ? "" : "/404.html", route->status);
}

// The length of the longest wildcard URL that is shorter than `below`; 0 if there is none.
static size_t longest_wildcard(const struct site *site, size_t below)
{
    const struct site_route *route;
    size_t longest = 0;
    for (size_t i = 0; (route = site_wildcard(site, i)) != NULL; i++)
        if (route->url.len < below && route->url.len > longest)
            longest = route->url.len;
    return longest;
}

static bool build_redirects(struct build *build, struct arena *scratch, struct error *error)
{
    size_t count;
    struct buffer out = buffer_create(build->arena, 0);
    const struct site_route *routes = site_routes(build->site, &count), *route;
    for (size_t i = 0; i < count; i++)
        if (routes[i].kind == SITE_ROUTE_REDIRECT && is_public(build, &routes[i], scratch))
            write_redirect(&out, &routes[i]);
    // Longest first: static hosts use the first match.
    for (size_t length = longest_wildcard(build->site, SIZE_MAX); length;
         length = longest_wildcard(build->site, length))
        for (size_t i = 0; (route = site_wildcard(build->site, i)) != NULL; i++)
            if (route->url.len == length && is_public(build, route, scratch))
                write_redirect(&out, route);
    if (out.failed)
        return error_memory(error);
    return !out.len || put_output(build, SLICE("_redirects"), buffer_slice(&out), scratch, error);
}

// ---- _headers ----

static void asset_headers(struct build *build, struct buffer *out, struct arena *scratch)
{
    const struct settings *settings = site_settings(build->site);
    struct value map = settings->passthrough;
    const struct value_object *view =
        value_is(map, VALUE_OBJECT) ? value_object_view(NULL, map) : NULL;
    struct slice plain = settings->asset_cache_control;
    struct slice mount = settings->path_prefix;
    while (mount.len && mount.ptr[mount.len - 1] == '/')
        mount = slice_sub(mount, 0, mount.len - 1);
    for (uint32_t i = 0; view && i < view->count; i++) {
        struct slice prefix = view->keys[i].text;
        while (prefix.len && prefix.ptr[prefix.len - 1] == '/')
            prefix = slice_sub(prefix, 0, prefix.len - 1);
        if (!prefix.len)
            continue; // pages are covered too
        buffer_printf(out, "%.*s%.*s/*\n  ! Cache-Control\n  Cache-Control: %.*s\n",
                      SLICE_ARG(mount), SLICE_ARG(prefix), SLICE_ARG(plain));
    }
    size_t count;
    const struct site_route *routes = site_routes(build->site, &count);
    for (size_t i = 0; i < count; i++)
        if (routes[i].fingerprinted && is_public(build, &routes[i], scratch))
            buffer_printf(out, "%.*s\n  ! Cache-Control\n  Cache-Control: %s\n",
                          SLICE_ARG(routes[i].url), FINGERPRINTED_CACHE_CONTROL);
}

// The fields of every response of `serve`, and the Cache-Control of each kind.
static bool build_headers(struct build *build, struct arena *scratch, struct error *error)
{
    struct buffer out = buffer_create(build->arena, 0);
    struct http_header headers[SERVER_HEADERS_MAX];
    size_t count = 0;
    if (!headers_of_settings(site_settings(build->site), build->arena, headers, &count, error))
        return false;
    buffer_append_cstr(&out, "/*\n");
    for (size_t i = 0; i < count; i++)
        buffer_printf(&out, "  %.*s: %.*s\n", SLICE_ARG(headers[i].name),
                      SLICE_ARG(headers[i].value));
    buffer_printf(&out, "  Cache-Control: %.*s\n",
                  SLICE_ARG(site_settings(build->site)->cache_control));
    asset_headers(build, &out, scratch);
    return out.failed ? error_memory(error)
                      : put_output(build, SLICE("_headers"), buffer_slice(&out), scratch, error);
}

// ---- where it may write ----

static bool is_within_directory(struct slice path, struct slice directory)
{
    return directory.len && slice_starts_with(path, directory) &&
           (path.len == directory.len || path.ptr[directory.len] == '/');
}

// The path, with the existing part resolved.
static struct slice resolve_output(struct arena *arena, const char *path)
{
    struct slice rest = slice_from_cstr(path), tail = SLICE_EMPTY;
    while (rest.len) {
        char *real = realpath(arena_cstr(arena, rest), NULL);
        if (real) {
            struct slice found = path_join(arena, arena_copy(arena, slice_from_cstr(real)), tail);
            free(real);
            return tail.len ? found
                            : slice_sub(found, 0, found.len - slice_ends_with(found, SLICE("/")));
        }
        tail = tail.len ? path_join(arena, path_base(rest), tail) : path_base(rest);
        struct slice parent = path_directory(rest);
        rest = parent.len ? parent : rest.ptr[0] == '/' ? SLICE("/") : SLICE(".");
    }
    return SLICE_EMPTY;
}

static bool holds_sources(const struct settings *settings, struct arena *arena, struct slice out)
{
    const struct slice sources[] = {settings->input.full, settings->includes.full,
                                    settings->layouts.full};
    struct value map = settings->passthrough;
    const struct value_object *view =
        value_is(map, VALUE_OBJECT) ? value_object_view(NULL, map) : NULL;
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++)
        if (is_within_directory(out, sources[i]))
            return true;
    for (uint32_t i = 0; view && i < view->count; i++)
        if (value_is(view->values[i], VALUE_STRING) &&
            is_within_directory(
                out, path_join(arena, settings_directory(settings), value_text(view->values[i]))))
            return true;
    return is_within_directory(settings_directory(settings), out);
}

// Refuses the site's sources, and directories that contain them.
static bool check_directory(const struct settings *settings, struct arena *arena, const char *out)
{
    struct slice full = resolve_output(arena, out);
    if (full.len > 1 && !holds_sources(settings, arena, full))
        return true;
    fprintf(stderr,
            "guidanced build: %s contains the site's sources, or is among them; nothing was "
            "written\nname a separate directory with --out\n",
            out);
    return false;
}

// ---- the end ----

// Calls the site's own listeners. A failing one affects its own results, not the pages.
static bool tell_built(struct build *build)
{
    struct error error = {0};
    if (site_tell_built(build->site, &error))
        return true;
    error_chain(&error, "eleventy.after", SLICE_EMPTY, 0, 0);
    command_print_error(&error);
    atomic_fetch_add(&build->failed, 1);
    return true;
}

// ---- the command ----

static bool build_all(struct build *build, struct arena *scratch, const char *out,
                      struct error *error)
{
    return output_open(&build->output, build->arena, out, error) && plan_pages(build, error) &&
           plan_documents(build, error) && build_pages(build, error) && tell_built(build) &&
           build_assets(build, scratch, error) && build_written(build, scratch, error) &&
           build_redirects(build, scratch, error) && build_headers(build, scratch, error) &&
           output_close(&build->output, error);
}

static void report_restricted(size_t count, const char *one, const char *many)
{
    if (count)
        fprintf(stderr, "%zu %s for certain readers only and left out\n", count,
                count_word(count, one, many));
}

static int run_build(struct build *build, struct arena *scratch, const char *out)
{
    struct error error = {0};
    uint64_t start = clock_monotonic_ns();
    atomic_fetch_add(&build->failed, command_print_problems(build->site));
    if (!build_all(build, scratch, out, &error)) {
        command_print_error(&error);
        return COMMAND_BAD;
    }
    size_t files = build->output.files.count, broken = atomic_load(&build->failed);
    fprintf(stderr, "%zu %s (%zu changed) in %.2f s, %zu %s broken\n", files,
            count_word(files, "file", "files"), atomic_load(&build->output.changed),
            (double)(clock_monotonic_ns() - start) / 1e9, broken,
            count_word(broken, "page", "pages"));
    report_restricted(build->restricted_files, "file is", "files are");
    report_restricted(build->restricted, "page is", "pages are");
    return atomic_load(&build->failed) ? COMMAND_BAD : COMMAND_OK;
}

int command_build(const struct command_line *line)
{
    const char *out = command_option(line, "out");
    if (!out || !*out) {
        fprintf(stderr, "guidanced build: --out DIR is missing\nusage: guidanced %s\n",
                line->command->synopsis);
        return COMMAND_USAGE;
    }
    struct settings *settings = command_settings(line);
    if (!settings || !check_directory(settings, line->arena, out))
        return COMMAND_USAGE;
    struct site *site = command_site(line, settings, command_has(line, "drafts"));
    struct arena *scratch = arena_create(1 << 20, 0);
    int code = COMMAND_USAGE;
    if (site && scratch) {
        struct build build = {.site = site, .arena = line->arena, .now_ms = clock_wall_ms()};
        code = run_build(&build, scratch, out);
    } else if (site) {
        fputs("guidanced build: out of memory\n", stderr);
    }
    arena_destroy(scratch);
    site_release(site);
    return code;
}
