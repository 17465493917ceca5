// SPDX-License-Identifier: MIT
//
// `guidanced new page PATH`: writes a page with its front matter filled in. `new section PATH`: a
// folder with its first page, and the data that its pages share. Nothing is overwritten, no other
// page's URL taken, and no file left that the site has no page for.
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

// A file to write; it must not be there yet.
struct new_file {
    struct slice path; // relative to the site directory
    struct buffer text;
    struct slice full, directory; // absolute
};

static int write_new_file(const struct new_file *file)
{
    struct error error = {0};
    if (!file_make_directories(file->directory.ptr, &error) ||
        !file_write(file->full.ptr, buffer_slice(&file->text), &error)) {
        command_print_error(&error);
        return COMMAND_BAD;
    }
    return COMMAND_OK;
}

// The site has the last word: a file may be hidden, ignored or data, and its folder's data may give
// it another URL.
static bool read_new_url(const struct command_line *line, const struct site *site,
                         struct slice path, struct slice *url)
{
    struct error error = {0};
    const struct site_load_options options = {.settings = site_settings(site), .development = true};
    struct site *now = command_load(&options, line->arena, &error);
    const struct site_page *page = now ? site_page_by_input(now, path) : NULL;
    if (page)
        *url = arena_copy(line->arena, page->url);
    else if (now) {
        error_set(&error, ERROR_CONFIG, "the site would not take this for a page: %.*s",
                  SLICE_ARG(path));
        error_hint(&error, "names that begin with a dot, data and ignored files are no pages");
    }
    if (arena_failed(line->arena))
        error_memory(&error);
    if (error_is_set(&error))
        command_print_error(&error);
    site_release(now);
    return !error_is_set(&error);
}

// With the folder, if it is empty: it was made for them.
static void take_back(const struct new_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++)
        unlink(files[i].full.ptr);
    rmdir(files[0].directory.ptr);
}

// All of them, or none if one is there, or if memory ran out on the way to their names and texts.
// *url becomes that of the first.
static int write_new_files(const struct command_line *line, const struct site *site,
                           struct new_file *files, size_t count, const char *what,
                           struct slice *url)
{
    int code = COMMAND_OK;
    for (size_t i = 0; i < count; i++) {
        struct new_file *file = &files[i];
        file->full = path_join(line->arena, settings_directory(site_settings(site)), file->path);
        file->directory = arena_copy(line->arena, path_directory(file->full));
        if (arena_failed(line->arena)) {
            fputs("guidanced new: out of memory\n", stderr);
            return COMMAND_FAILED;
        }
        if (access(file->full.ptr, F_OK) == 0)
            return new_fail(ERROR_IO, what, file->path);
    }
    for (size_t i = 0; i < count && code == COMMAND_OK; i++)
        code = write_new_file(&files[i]);
    if (code == COMMAND_OK && !read_new_url(line, site, files[0].path, url))
        code = COMMAND_BAD;
    if (code != COMMAND_OK)
        take_back(files, count);
    for (size_t i = 0; i < count && code == COMMAND_OK; i++)
        printf("%.*s\n", SLICE_ARG(files[i].path));
    return code;
}

static struct slice title_given(const struct command_line *line, struct slice path)
{
    const char *given = command_option(line, "title");
    return given ? slice_from_cstr(given) : title_of(line->arena, path);
}

static int write_page(const struct command_line *line, struct site *site, struct slice path,
                      struct slice url)
{
    struct new_file page = {.path = path, .text = buffer_create(line->arena, 0)};
    site_write_new_page(site, path, title_given(line, path), clock_wall_ms(), line->arena,
                        &page.text);
    int code = write_new_files(line, site, &page, 1, "the page already exists", &url);
    if (code == COMMAND_OK)
        printf("its URL is %.*s; write a description, then the text below the second ---\n",
               SLICE_ARG(url));
    return code;
}

// guides/index.md and guides/guides.yaml.
static int write_section(const struct command_line *line, struct site *site, struct slice path,
                         struct slice url)
{
    struct slice directory = path_directory(path);
    struct slice name = ARENA_JOIN(line->arena, path_base(directory), SLICE(".yaml"));
    struct new_file files[] = {
        {.path = path, .text = buffer_create(line->arena, 0)},
        {.path = path_join(line->arena, directory, name), .text = buffer_create(line->arena, 0)},
    };
    site_write_new_section(site, path, title_given(line, path), clock_wall_ms(), line->arena,
                           &files[0].text, &files[1].text);
    int code = write_new_files(line, site, files, 2, "the section already exists", &url);
    if (code == COMMAND_OK)
        printf("its URL is %.*s; write a description, lead readers to it from a page or the "
               "header,\nand add pages with `guidanced new page %.*s/NAME`\n",
               SLICE_ARG(url), SLICE_ARG(directory));
    return code;
}

// What can be made.
static const struct {
    const char *name;
    int (*write)(const struct command_line *line, struct site *site, struct slice path,
                 struct slice url);
    bool folder; // PATH is one
} THINGS[] = {{"page", write_page, false}, {"section", write_section, true}};
enum { THING_COUNT = sizeof THINGS / sizeof *THINGS };

static int make_thing(const struct command_line *line, size_t thing)
{
    struct settings *settings = command_settings(line);
    bool writable = settings && command_is_directory(line, settings);
    struct site *site = writable ? command_site(line, settings, true) : NULL;
    if (!site)
        return COMMAND_USAGE;
    struct slice typed = slice_from_cstr(line->arguments[1]), location;
    if (THINGS[thing].folder)
        typed = ARENA_JOIN(line->arena, typed, SLICE("/"));
    struct slice path = page_path(line->arena, settings, typed);
    struct slice url = page_path_url(line->arena, settings, path);
    const struct site_route *route = site_find(site, url, line->arena, &location);
    struct error error = {0};
    int code = COMMAND_BAD;
    if (!page_path_check(path, &error))
        command_print_error(&error);
    else if (route && route->kind == SITE_ROUTE_PAGE && !slice_equal(route->page->input_path, path))
        new_fail(ERROR_CONFIG, "another page already has that URL", route->page->input_path);
    else
        code = THINGS[thing].write(line, site, path, url);
    site_release(site);
    return code;
}

int command_new(const struct command_line *line)
{
    for (size_t i = 0; i < THING_COUNT; i++)
        if (strcmp(line->arguments[0], THINGS[i].name) == 0)
            return make_thing(line, i);
    fprintf(stderr, "guidanced new: a page or a section can be made, not %s\nusage: guidanced %s\n",
            line->arguments[0], line->command->synopsis);
    return COMMAND_USAGE;
}
