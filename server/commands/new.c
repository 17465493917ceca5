// SPDX-License-Identifier: MIT
//
// `guidanced new page PATH`: a page with its front matter filled in, beside the pages that are
// there. Nothing is overwritten, and no other page's URL is taken.
#include "command.h"

#include "base/clock.h"

#include <unistd.h>

static int new_fail(enum error_code kind, const char *what, struct slice about)
{
    struct error error = {0};
    error_set(&error, kind, "%s: %.*s", what, SLICE_ARG(about));
    command_print_error(&error);
    return COMMAND_BAD;
}

// "report-a-weakness.md" → "Report a weakness".
static struct slice title_of(struct arena *arena, struct slice path)
{
    struct slice base = path_base(path);
    base = slice_sub(base, 0, base.len - path_extension(base).len);
    if (slice_equal(base, SLICE("index")))
        base = path_base(path_directory(path));
    struct buffer out = buffer_create(arena, 0);
    for (size_t i = 0; i < base.len; i++) {
        char c = base.ptr[i] == '-' || base.ptr[i] == '_' ? ' ' : base.ptr[i];
        buffer_append_byte(&out, i == 0 && c >= 'a' && c <= 'z' ? (char)(c - 32) : c);
    }
    return buffer_slice(&out);
}

// Of the pages; "" when that is the site directory itself.
static struct slice input_of(const struct settings *settings)
{
    struct slice input = settings->input.text;
    return slice_equal(input, SLICE(".")) ? SLICE_EMPTY : input;
}

// As it is typed: with or without the pages' directory, the extension, or a slash in front.
static struct slice input_path(const struct command_line *line, const struct settings *settings)
{
    struct slice input = input_of(settings);
    struct slice path = path_normalise(line->arena, slice_from_cstr(line->arguments[1]));
    bool directory = slice_ends_with(slice_from_cstr(line->arguments[1]), SLICE("/"));
    while (path.len && path.ptr[0] == '/')
        path = slice_sub(path, 1, path.len);
    if (directory)
        path = path_join(line->arena, path, SLICE("index"));
    if (!slice_equal(path_extension(path), SLICE(".md")) &&
        !slice_equal(path_extension(path), SLICE(".njk")))
        path = arena_printf(line->arena, "%.*s.md", SLICE_ARG(path));
    bool below =
        slice_starts_with(path, input) && path.len > input.len && path.ptr[input.len] == '/';
    return below ? path : path_join(line->arena, input, path);
}

// The URL that the page will have, unless it says another by `permalink`.
static struct slice url_of(struct arena *arena, const struct settings *settings, struct slice path)
{
    struct slice stem =
        slice_sub(path, input_of(settings).len, path.len - path_extension(path).len);
    struct slice directory = path_directory(stem), base = path_base(stem);
    bool index = slice_equal(base, SLICE("index")) || slice_equal(base, path_base(directory));
    struct slice url = index ? directory : stem;
    return arena_printf(arena, "%s%.*s%s", slice_starts_with(url, SLICE("/")) ? "" : "/",
                        SLICE_ARG(url), !url.len || slice_ends_with(url, SLICE("/")) ? "" : "/");
}

static int write_page(const struct command_line *line, struct site *site, struct slice path,
                      struct slice url)
{
    const char *given = command_option(line, "title");
    struct slice title = given ? slice_from_cstr(given) : title_of(line->arena, path);
    struct buffer out = buffer_create(line->arena, 0);
    struct error error = {0};
    struct slice full = path_join(line->arena, settings_directory(site_settings(site)), path);
    struct slice directory = arena_copy(line->arena, path_directory(full));
    site_write_new_page(site, path, title, clock_wall_ms(), line->arena, &out);
    if (out.failed || !full.ptr || !directory.ptr)
        return COMMAND_FAILED;
    if (access(full.ptr, F_OK) == 0)
        return new_fail(ERROR_IO, "the page is there already", path);
    if (!file_make_directories(directory.ptr, &error) ||
        !file_write(full.ptr, buffer_slice(&out), &error)) {
        command_print_error(&error);
        return COMMAND_BAD;
    }
    printf("%.*s\nits URL is %.*s; write a description, then the text below the second ---\n",
           SLICE_ARG(path), SLICE_ARG(url));
    return COMMAND_OK;
}

int command_new(const struct command_line *line)
{
    if (strcmp(line->arguments[0], "page") != 0) {
        fprintf(stderr, "guidanced new: what can be made is a page, not %s\nusage: guidanced %s\n",
                line->arguments[0], line->command->synopsis);
        return COMMAND_USAGE;
    }
    struct settings *settings = command_settings(line);
    bool writable = settings && command_is_directory(line, settings);
    struct site *site = writable ? command_site(line, settings, true) : NULL;
    if (!site)
        return COMMAND_USAGE;
    struct slice path = input_path(line, settings), location;
    struct slice url = url_of(line->arena, settings, path);
    const struct site_route *route = site_find(site, url, line->arena, &location);
    int code =
        route && route->kind == SITE_ROUTE_PAGE && !slice_equal(route->page->input_path, path)
            ? new_fail(ERROR_CONFIG, "another page has that URL already", route->page->input_path)
            : write_page(line, site, path, url);
    site_release(site);
    return code;
}
