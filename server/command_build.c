// SPDX-License-Identifier: MIT
//
// `guidanced build`: the site as static files. It is incremental (a file whose content is the same
// is left alone) and deletes only what an earlier build wrote, which it remembers in a manifest.
#include "command.h"

#include "base/clock.h"

#include <unistd.h>

#define MANIFEST ".guidanced-manifest"

struct build {
    const struct site *site;
    struct arena *arena;   // the paths written; lives as long as the build
    struct arena *scratch; // one page at a time
    const char *out;
    struct map written; // relative path → non-NULL
    size_t changed, failed;
};

// Leaves a file alone that holds the content already, so that its mtime says when it changed.
static bool same_content(struct build *build, const char *path, struct slice content)
{
    struct file_info info;
    struct slice old;
    struct error ignored = {0};
    return file_stat(path, &info, &ignored) && info.is_regular && info.size == content.len &&
           file_read(build->scratch, path, content.len + 1, &old, &ignored) &&
           slice_equal(old, content);
}

static bool write_file(struct build *build, struct slice relative, struct slice content,
                       struct error *error)
{
    struct slice name = arena_copy(build->arena, relative);
    struct slice path =
        path_join(build->arena, slice_from_cstr(build->out), path_normalise(build->arena, name));
    if (!path.ptr || !map_put(&build->written, name, build))
        return error_memory(error);
    if (same_content(build, path.ptr, content))
        return true;
    struct slice directory = arena_copy(build->scratch, path_directory(path));
    if (!directory.ptr)
        return error_memory(error);
    build->changed++;
    // Not waited for: a file that a power cut loses differs from the page, and is written next
    // time.
    return file_make_directories(directory.ptr, error) && file_replace(path.ptr, content, error);
}

static bool build_page(struct build *build, const struct site_page *page)
{
    struct error error = {0};
    struct site_request request = {.now_ms = clock_wall_ms()};
    struct site_output output;
    // Of two pages with one output the first is written, as it is the one served.
    if (page->broken || !page->output_path.len || map_find(&build->written, page->output_path) ||
        !site_page_visible(build->site, page, request.now_ms))
        return true;
    arena_reset(build->scratch, 1 << 20);
    if (!site_render(build->site, page, &request, build->scratch, &output, &error)) {
        // A broken page does not stop the others.
        command_print_error(&error);
        build->failed++;
        return true;
    }
    struct slice text = template_output_text(build->scratch, &output.body);
    if (write_file(build, page->output_path, text, &error))
        return true;
    command_print_error(&error);
    return false;
}

// What the load found: pages that cannot be made at all, and two that claim one URL.
static void report_load(struct build *build)
{
    size_t count;
    const struct site_problem *problems = site_problems(build->site, &count);
    for (size_t i = 0; i < count; i++) {
        if (problems[i].severity != SITE_ERROR ||
            slice_starts_with(slice_from_cstr(problems[i].rule), SLICE("navigation")))
            continue;
        command_print_error(&problems[i].error);
        build->failed++;
    }
}

static bool build_pages(struct build *build)
{
    size_t count;
    const struct site_page *pages = site_pages(build->site, &count);
    for (size_t i = 0; i < count; i++)
        if (!build_page(build, &pages[i]))
            return false;
    return true;
}

// The path prefix is where the site is mounted, not a folder of the output.
static struct slice without_prefix(const struct build *build, struct slice url)
{
    struct slice prefix = settings_text(site_settings(build->site), "path_prefix");
    if (prefix.len > 1 && slice_starts_with(url, prefix))
        url = slice_sub(url, prefix.len, SIZE_MAX);
    while (url.len && url.ptr[0] == '/')
        url = slice_sub(url, 1, SIZE_MAX);
    return url;
}

static bool build_asset(struct build *build, const struct site_route *route, struct error *error)
{
    struct slice content;
    arena_reset(build->scratch, 1 << 20);
    return file_read(build->scratch, route->file.ptr, SIZE_MAX / 4, &content, error) &&
           write_file(build, without_prefix(build, route->url), content, error);
}

static bool build_routes(struct build *build, struct error *error)
{
    struct buffer redirects = buffer_create(build->arena, 0);
    size_t count;
    const struct site_route *routes = site_routes(build->site, &count);
    for (size_t i = 0; i < count; i++) {
        const struct site_route *route = &routes[i];
        if (route->kind == SITE_ROUTE_ASSET && !build_asset(build, route, error))
            return false;
        if (route->kind == SITE_ROUTE_REDIRECT)
            buffer_printf(&redirects, "%.*s %.*s %d\n", SLICE_ARG(route->url),
                          SLICE_ARG(route->location), route->status);
    }
    if (redirects.failed)
        return error_memory(error);
    return !redirects.len ||
           write_file(build, SLICE("_redirects"), buffer_slice(&redirects), error);
}

// `headers:` of guidance.yaml, in the form static hosts read.
static bool build_headers(struct build *build, struct error *error)
{
    struct value headers = settings_value(site_settings(build->site), "headers");
    const struct value_object *view = value_object_view(NULL, headers);
    if (!value_is(headers, VALUE_OBJECT) || !view->count)
        return true;
    struct value_realm realm = value_realm_create(build->arena);
    struct buffer out = buffer_create(build->arena, 0);
    buffer_append_cstr(&out, "/*\n");
    for (uint32_t i = 0; i < view->count; i++)
        buffer_printf(&out, "  %.*s: %.*s\n", SLICE_ARG(view->members[i].key),
                      SLICE_ARG(value_to_text(&realm, view->members[i].value)));
    return out.failed ? error_memory(error)
                      : write_file(build, SLICE("_headers"), buffer_slice(&out), error);
}

// What the site says about itself at fixed URLs; a page of the site's own at one of them wins.
static const struct feed {
    const char *name;
    bool (*write)(const struct site *site, double now_ms, struct buffer *out);
} FEEDS[] = {
    {"sitemap.xml", site_write_sitemap},
    {"robots.txt", site_write_robots},
    {"feed.xml", site_write_feed},
    {"pages.json", site_write_pages_json},
};

static bool build_feeds(struct build *build, struct error *error)
{
    for (size_t i = 0; i < sizeof FEEDS / sizeof *FEEDS; i++) {
        struct slice name = slice_from_cstr(FEEDS[i].name);
        if (map_find(&build->written, name))
            continue;
        arena_reset(build->scratch, 1 << 20);
        struct buffer out = buffer_create(build->scratch, 0);
        if (!FEEDS[i].write(build->site, clock_wall_ms(), &out) || out.failed)
            return error_memory(error);
        if (!write_file(build, name, buffer_slice(&out), error))
            return false;
    }
    return true;
}

// Deletes what an earlier build wrote and this one did not, then remembers this one.
static bool finish(struct build *build, struct error *error)
{
    struct slice path = path_join(build->arena, slice_from_cstr(build->out), SLICE(MANIFEST));
    struct slice old = SLICE_EMPTY, line;
    struct error ignored = {0};
    if (!path.ptr)
        return error_memory(error);
    if (file_exists(path.ptr))
        file_read(build->arena, path.ptr, SIZE_MAX / 4, &old, &ignored);
    while (slice_next_line(&old, &line)) {
        if (!line.len || map_find(&build->written, line))
            continue;
        struct slice stale = path_join(build->arena, slice_from_cstr(build->out),
                                       path_normalise(build->arena, line));
        if (stale.ptr)
            unlink(stale.ptr);
    }
    struct buffer manifest = buffer_create(build->arena, 0);
    for (size_t i = 0; i < build->written.count; i++) {
        buffer_append(&manifest, build->written.entries[i].key);
        buffer_append_byte(&manifest, '\n');
    }
    return manifest.failed ? error_memory(error)
                           : file_write(path.ptr, buffer_slice(&manifest), error);
}

static int run(struct build *build)
{
    struct error error = {0};
    uint64_t start = clock_monotonic_ns();
    report_load(build);
    if (!file_make_directories(build->out, &error) || !build_pages(build) ||
        !build_routes(build, &error) || !build_headers(build, &error) ||
        !build_feeds(build, &error) || !finish(build, &error)) {
        if (error_is_set(&error))
            command_print_error(&error);
        return COMMAND_BAD;
    }
    fprintf(stderr, "%zu files (%zu changed) in %.2f s, %zu pages broken\n", build->written.count,
            build->changed, (double)(clock_monotonic_ns() - start) / 1e9, build->failed);
    return build->failed ? COMMAND_BAD : COMMAND_OK;
}

int command_build(const struct command_line *line)
{
    const char *out = command_option(line, "out");
    if (!out) {
        fprintf(stderr, "guidanced build: --out DIR is missing\nusage: guidanced %s\n",
                line->command->synopsis);
        return COMMAND_USAGE;
    }
    struct settings *settings = command_settings(line);
    struct site *site = settings ? command_site(settings, command_has(line, "drafts")) : NULL;
    struct arena *scratch = arena_create(1 << 20, 0);
    int code = COMMAND_USAGE;
    if (site && scratch) {
        struct build build = {site, line->arena, scratch, out, map_create(line->arena), 0, 0};
        code = run(&build);
    }
    arena_destroy(scratch);
    site_release(site);
    return code;
}
