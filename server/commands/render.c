// SPDX-License-Identifier: MIT
//
// `guidanced render` and `guidanced routes`: the site's responses and routes, without a server.
#include "command.h"

#include "base/clock.h"
#include "server/http/http.h"

static int render_fail(const struct error *error)
{
    command_print_error(error);
    return COMMAND_BAD;
}

static bool write_parts(const struct template_output *body)
{
    for (size_t i = 0; i < body->count; i++)
        if (!command_write(body->parts[i]))
            return false;
    return true;
}

static int print_page(const struct command_line *line, const struct site *site,
                      const struct site_page *page)
{
    struct error error = {0};
    struct site_request request = {.now_ms = clock_wall_ms()};
    struct site_output output;
    if (!site_render(site, page, &request, line->arena, &output, &error))
        return render_fail(&error);
    return write_parts(&output.body) ? COMMAND_OK : COMMAND_BAD;
}

static int send_asset(const struct command_line *line, const struct site *site,
                      const struct site_route *route)
{
    struct error error = {0};
    struct slice content;
    if (!tree_read(site_tree(site), line->arena, route->file, SIZE_MAX / 4, &content, NULL, &error))
        return render_fail(&error);
    return command_write(content) ? COMMAND_OK : COMMAND_BAD;
}

static int no_such_route(const struct site *site, struct slice path)
{
    struct error error = {0};
    const struct site_page *near[1];
    error_set(&error, ERROR_NOT_FOUND, "no page answers %.*s", SLICE_ARG(path));
    if (site_nearest(site, path, near, 1) == 1)
        error_hint(&error, "did you mean %.*s?", SLICE_ARG(near[0]->url));
    return render_fail(&error);
}

static int render_url(const struct command_line *line, const struct site *site, struct slice target)
{
    struct slice path = slice_sub(target, 0, slice_find_byte(target, '?', 0)), location;
    struct slice normal;
    if (!http_normalise_path(line->arena, path, &normal)) {
        fprintf(stderr, "guidanced render: not a URL path: %.*s\n", SLICE_ARG(target));
        return COMMAND_USAGE;
    }
    const struct site_route *route = site_find(site, normal, line->arena, &location);
    if (!route)
        return no_such_route(site, normal);
    switch (route->kind) {
    case SITE_ROUTE_PAGE:
        return print_page(line, site, route->page);
    case SITE_ROUTE_ASSET:
        return send_asset(line, site, route);
    case SITE_ROUTE_REDIRECT:
        fprintf(stderr, "%d %.*s\n", route->status, SLICE_ARG(location));
        return COMMAND_OK;
    }
    return COMMAND_BAD;
}

int command_render(const struct command_line *line)
{
    struct settings *settings = command_settings(line);
    struct site *site = settings ? command_site(line, settings, command_has(line, "drafts")) : NULL;
    if (!site)
        return COMMAND_USAGE;
    int code = render_url(line, site, slice_from_cstr(line->arguments[0]));
    site_release(site);
    return code;
}

// ---- routes ----

static const char *const KINDS[] = {
    [SITE_ROUTE_PAGE] = "page",
    [SITE_ROUTE_ASSET] = "asset",
    [SITE_ROUTE_REDIRECT] = "redirect",
};

static struct slice route_source(const struct site_route *route)
{
    if (route->kind == SITE_ROUTE_PAGE)
        return route->page->input_path;
    return route->kind == SITE_ROUTE_ASSET ? route->file : route->source;
}

static void route_as_text(struct buffer *out, const struct site_route *route)
{
    buffer_append(out, route->url);
    buffer_printf(out, "\t%s\t", KINDS[route->kind]);
    if (route->kind == SITE_ROUTE_REDIRECT)
        buffer_printf(out, "%d %.*s\t", route->status, SLICE_ARG(route->location));
    buffer_append(out, route_source(route));
    buffer_append_byte(out, '\n');
}

static void route_as_json(struct buffer *out, const struct site_route *route)
{
    buffer_append_cstr(out, "{\"url\":");
    buffer_append_json_string(out, route->url);
    buffer_printf(out, ",\"kind\":\"%s\",\"source\":", KINDS[route->kind]);
    buffer_append_json_string(out, route_source(route));
    if (route->kind == SITE_ROUTE_REDIRECT) {
        buffer_printf(out, ",\"status\":%d,\"location\":", route->status);
        buffer_append_json_string(out, route->location);
    }
    buffer_append_byte(out, '}');
}

// A file that was left out of the pages.
static void append_left_out(struct buffer *out, const struct site_left_out *file, bool json)
{
    if (!json) {
        buffer_printf(out, "-\tignored\t%.*s\t%.*s\n", SLICE_ARG(file->path), SLICE_ARG(file->why));
        return;
    }
    buffer_append_cstr(out, "{\"url\":null,\"kind\":\"ignored\",\"source\":");
    buffer_append_json_string(out, file->path);
    buffer_append_cstr(out, ",\"reason\":");
    buffer_append_json_string(out, file->why);
    buffer_append_byte(out, '}');
}

static int print_routes(const struct command_line *line, const struct site *site, bool json)
{
    size_t count;
    const struct site_route *routes = site_routes(site, &count);
    struct buffer out = buffer_create(line->arena, 0);
    if (json)
        buffer_append_byte(&out, '[');
    for (size_t i = 0; i < count; i++) {
        if (json && i)
            buffer_append_cstr(&out, ",\n");
        (json ? route_as_json : route_as_text)(&out, &routes[i]);
    }
    const struct site_route *wildcard;
    for (size_t i = 0; (wildcard = site_wildcard(site, i)) != NULL; i++) {
        if (json && (i || count))
            buffer_append_cstr(&out, ",\n");
        (json ? route_as_json : route_as_text)(&out, wildcard);
    }
    size_t left_out, wildcards = 0;
    const struct site_left_out *files = site_left_out(site, &left_out);
    while (site_wildcard(site, wildcards))
        wildcards++;
    for (size_t i = 0; i < left_out; i++) {
        if (json && (i || count || wildcards))
            buffer_append_cstr(&out, ",\n");
        append_left_out(&out, &files[i], json);
    }
    if (json)
        buffer_append_cstr(&out, "]\n");
    return command_print(&out);
}

int command_routes(const struct command_line *line)
{
    const char *format = command_option(line, "format");
    bool json = format && strcmp(format, "json") == 0;
    if (format && !json && strcmp(format, "text") != 0) {
        fprintf(stderr, "guidanced routes: --format is text or json, not %s\n", format);
        return COMMAND_USAGE;
    }
    struct settings *settings = command_settings(line);
    struct site *site = settings ? command_site(line, settings, false) : NULL;
    if (!site)
        return COMMAND_USAGE;
    command_print_problems(site); // which URLs are missing from the list, and why
    int code = print_routes(line, site, json);
    site_release(site);
    return code;
}
