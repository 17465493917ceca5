// SPDX-License-Identifier: MIT
//
// `guidanced new page PATH`: writes a page with its front matter filled in. It overwrites nothing,
// and takes no other page's URL.
#include "page_path.h"

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
        return new_fail(ERROR_IO, "the page already exists", path);
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
        fprintf(stderr, "guidanced new: only a page can be made, not %s\nusage: guidanced %s\n",
                line->arguments[0], line->command->synopsis);
        return COMMAND_USAGE;
    }
    struct settings *settings = command_settings(line);
    bool writable = settings && command_is_directory(line, settings);
    struct site *site = writable ? command_site(line, settings, true) : NULL;
    if (!site)
        return COMMAND_USAGE;
    struct slice typed = slice_from_cstr(line->arguments[1]), location;
    struct slice path = page_path(line->arena, settings, typed);
    struct slice url = page_path_url(line->arena, settings, path);
    const struct site_route *route = site_find(site, url, line->arena, &location);
    int code =
        route && route->kind == SITE_ROUTE_PAGE && !slice_equal(route->page->input_path, path)
            ? new_fail(ERROR_CONFIG, "another page already has that URL", route->page->input_path)
            : write_page(line, site, path, url);
    site_release(site);
    return code;
}
