// SPDX-License-Identifier: MIT
//
// Whole sites: pages, layouts, data files and names made of the input, loaded, rendered, told about
// in feeds and lists, saved again and loaded again. The input is read as choices: of a key of the
// content model, of a value from a table of those that people and programs write, or as text of
// its own. The input "grid" is no choice but all: each value in each key, in a page, in data of a
// folder, and in a page of a pagination.
//
// Whatever the files hold, a load ends; each page has all its parts; what is hidden or broken is in
// no list; what cannot be read is not open; and all that is written of a site is UTF-8.
#include "base/utf8.h"
#include "site/snapshot.h"

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Keys of docs/content-model.md, of Eleventy, and names that templates are given.
static const char *const KEYS[] = {
    "layout",
    "title",
    "description",
    "section",
    "date",
    "datePublished",
    "dateUpdated",
    "owner",
    "audience",
    "reviewBy",
    "changes",
    "related",
    "eleventyNavigation",
    "tags",
    "permalink",
    "redirect_from",
    "draft",
    "publishAt",
    "expireAt",
    "withdrawn",
    "classification",
    "lang",
    "alternates",
    "searchable",
    "eleventyExcludeFromCollections",
    "cards",
    "printAll",
    "printCollection",
    "languageName",
    "hideFeedback",
    "hideSearch",
    "hideBreadcrumbs",
    "pagination",
    "eleventyComputed",
    "templateEngineOverride",
    "dynamicPermalink",
    "page",
    "collections",
    "navigation",
    "site",
    "content",
    "eleventy",
    "request",
    "text",
    "override:tags",
    "override:page",
    "reviewOverdue",
    "pkg",
    "items",
    "__proto__",
    "constructor",
    "length",
    "",
};
enum { KEY_COUNT = sizeof KEYS / sizeof *KEYS };

// As YAML has them after a key; JSON's are among them.
static const char *const VALUES[] = {
    // nothing, yes and no
    "",
    "~",
    "null",
    "Null",
    "\"\"",
    "''",
    "\" \"",
    "true",
    "false",
    "True",
    "yes",
    "no",
    "on",
    "off",
    "\"true\"",
    "\"false\"",
    "TRUE",
    "y",
    "maybe",
    // numbers
    "0",
    "-0",
    "1",
    "-1",
    "2",
    "7",
    "1.5",
    "1e3",
    "1e308",
    "1e400",
    "0x10",
    "0o17",
    "017",
    "08",
    "1_000",
    "10:00",
    ".inf",
    "-.inf",
    ".nan",
    "9007199254740993",
    "20990501",
    "2099",
    "4082400000000",
    "123456789012345678901234567890",
    // dates
    "2027-05-01",
    "2027-5-1",
    "2027-05",
    "2027-05-01T09:00",
    "2027-05-01 09:00",
    "2027-05-01 9:00",
    "2027-05-01 09:00:30 +01:00",
    "2027-05-01T09:00:00Z",
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "2026-13-45",
    "2026-02-30",
    "1969-12-31",
    "-000001-01-01",
    "\"2027-05-01\"",
    "'2027-05-01T09:00+01:00'",
    "2015-01-03 22:54:43 GMT",
    "12 March 2026",
    "09/02/2020",
    "TBC",
    "1 December 2027",
    "Sat, 01 May 2027 09:00:00 GMT",
    "2027-W18-6",
    "2027-121",
    "2027/05/01",
    "Last Modified",
    "Created",
    "git Last Modified",
    "git Created",
    // addresses and paths
    "/",
    "//",
    "/a/",
    "a",
    "/a.html",
    "/a b/",
    "/%41/",
    "../../etc/passwd",
    "/../x/",
    "/a//b/",
    "?x=1",
    "#x",
    "http://example.org/",
    "//example.org/",
    "/a/?x=1#y",
    "/{{ title }}/",
    "/{{ page.fileSlug }}/index.html",
    "\"/{{ 1 + }}/\"",
    "/*",
    "/index.html",
    "index.html",
    "/feed.xml",
    "/pages.json",
    "/healthz",
    "/a\\\\b/",
    "{build: /built/}",
    "{build: false}",
    "base.njk",
    "base",
    "none.njk",
    "page.njk",
    "loop.njk",
    "/",
    ".",
    "..",
    "~/x",
    // templates
    "\"{{ title }}\"",
    "\"{{ nothing() }}\"",
    "\"{{\"",
    "\"{% if %}\"",
    "\"{{ collections.all }}\"",
    "\"{{ page.url }}\"",
    "\"{{ page | dump }}\"",
    "\"{% for i in collections.all %}{{ i.url }}{% endfor %}\"",
    "\"{{ publishAt }}\"",
    "\"{{ '2099-01-01' }}\"",
    // texts
    "x",
    "a: b",
    "\"a: b\"",
    "Caf\xc3\xa9",
    "\xf0\x9f\x98\x80",
    "\"\\u0000\"",
    "\"\\ud83d\"",
    "\"\\x00\"",
    "<script>alert(1)</script>",
    "\"<&'\\\"]]>\"",
    "]]>",
    "\"\\n\\n\"",
    "|\n  one\n  two",
    ">\n  one\n\n  two",
    "|+\n\n",
    "'it''s'",
    "a,b,,c",
    "constructor",
    "__proto__",
    "toString",
    "hasOwnProperty",
    "none",
    "All",
    "all",
    "Home",
    "[object Object]",
    "&a x",
    "*a",
    "!!str 1",
    "!!binary aGk=",
    "!!set {a, b}",
    "!!omap [a: 1]",
    "!x y",
    "@x",
    "%x",
    "`x`",
    "- x",
    "? x",
    "---",
    "...",
    "\xe9",
    "\xff\xfe",
    "\xed\xa0\x80",
    "\xef\xbb\xbfx",
    // lists
    "[]",
    "[a]",
    "[a, a]",
    "[[a], [b]]",
    "[null]",
    "[1, 2, 3]",
    "[true]",
    "[{}]",
    "[,]",
    "[a,, b]",
    "[/a/, /b/]",
    "[2027-05-01]",
    "[authenticated, x]",
    "\n  - a\n  - b",
    "\n  - {a: 1}",
    "[{date: 2027-05-01, note: x}, {date: TBC}, x, {note: [1]}]",
    "[{title: x, url: /a/}, {url: 1}, null]",
    "[{lang: cy, name: x, url: /a/}, {}]",
    // objects
    "{}",
    "{a: 1}",
    "{a: {b: {c: d}}}",
    "{key: Home}",
    "{key: A, parent: B}",
    "{key: A, parent: A}",
    "{key: 1}",
    "{key: [x]}",
    "{key: B, parent: A, order: -1}",
    "{key: ~}",
    "{parent: Home}",
    "{key: C, parent: Home, url: /x/, title: [t], order: x}",
    "{key: {a: b}}",
    "{data: items, size: 1}",
    "{data: items, size: 2, alias: item, reverse: true}",
    "{data: collections.all, size: 1}",
    "{data: collections, size: 1}",
    "{data: collections}",
    "{data: site, size: 1, resolve: values}",
    "{data: page, size: 1}",
    "{data: none, size: 1}",
    "{data: items, size: 0}",
    "{data: items, size: -1}",
    "{data: items, size: 1e9}",
    "{data: [1, 2], size: 1}",
    "{data: items, size: 1, alias: a.b.c}",
    "{data: items, size: 1, alias: page}",
    "{data: items, size: 1, filter: [a]}",
    "{pageNumber: 3}",
    "{size: 1}",
    "{data: pagination, size: 1}",
    "{data: items, size: 1, generatePageOnEmptyData: true, addAllPagesToCollections: true}",
    "{permalink: \"/{{ title }}/\"}",
    "{permalink: false}",
    "{page: x}",
    "{title: \"{{ page.url }}\"}",
    "{eleventyNavigation: {key: \"{{ title }}\"}}",
    "{tags: \"{{ title }}\"}",
    "{permalink: \"/{{page.url}}{{a}}/\", a: \"{{page.url}}\", b: \"{{permalink}}{{c}}\"}",
    "{c: \"{{ d }}\", d: \"{{ collections.all | length }}\", permalink: \"{{ c }}\"}",
    "{title: \"{{ collections.all[0].templateContent }}\"}",
    "{draft: \"{{ collections.all.length > 0 }}\", permalink: /x/}",
    "{publishAt: \"{{ collections.all[0].url }}\", tags: [\"{{ collections.a }}\"]}",
    "{navigation: \"{{ navigation }}\", deep: {a: [\"{{ collections.all.pop().url }}\"]}}",
    "//guide.example/a?b#c",
    "[\"%\", /%ff/, /a%, \"?\", \"#\", //, \"https://\", \"/../*\", 7]",
    "{collections: 1}",
    "{publishAt: soon}",
    "{draft: \"true\"}",
    "{a: \"{{ b }}\", b: \"{{ a }}\"}",
    "{items: [x]}",
    "{\"a\": {\"b\": []}}",
    "{? x : y}",
    "{1: 2}",
    "{true: x}",
    "{a: 1, a: 2}",
    "{<<: {a: 1}}",
};
enum { VALUE_COUNT = sizeof VALUES / sizeof *VALUES };

static const char *const NAMES[] = {
    "data/index.md",
    "data/one.md",
    "data/two.njk",
    "data/2026-02-30-x.md",
    "data/a/index.md",
    "data/a/a.md",
    "data/a/b.md",
    "data/a/a.yaml",
    "data/a/b.json",
    "data/a/a.11tydata.yaml",
    "data/_data/items.yaml",
    "data/_data/site.yaml",
    "data/_data/page.json",
    "data/_data/navigation.yaml",
    "data/_data/layout.yaml",
    "data/_data/a/b.yml",
    "data/_data/collections.json",
    "data/_data/eleventyComputed.yaml",
    "data/404.njk",
    "data/feed.xml.njk",
    "data/\xc3\xa9.md",
    "data/\xe9.md",
    "data/a b.md",
    "data/%41.md",
    "data/x.html",
    "data/.hidden.md",
    "data/{{ x }}.md",
    "data/-.md",
    "data/data.md",
    "templates/base.njk",
    "templates/page.njk",
    "templates/loop.njk",
    "templates/part.njk",
    "guidance.yaml",
};
enum { NAME_COUNT = sizeof NAMES / sizeof *NAMES, FILES_MAX = 12 };

static const char *const BODIES[] = {
    "text\n",
    "",
    "# {{ title }}\n\n[x](/a/)\n",
    "{{ 1 + }}\n",
    "{{ nothing() }}\n",
    "{% include 'part.njk' %}\n",
    "{% include 'none.njk' %}\n",
    "{{ collections | dump }}\n",
    "{% for i in collections.all %}{{ i.url }}{{ i.templateContent }}{% endfor %}\n",
    "{{ page | dump }}{{ pagination | dump }}{{ navigation | dump }}\n",
    "{{ collections.all | eleventyNavigation | dump }}\n",
    "{{ collections.all | eleventyNavigationBreadcrumb(eleventyNavigation.key) | dump }}\n",
    "{{ page.rawInput }}{{ request.path }}{{ date | date('yyyy') }}\n",
    "{{ content | safe }}\n",
    "---\nlayout: loop.njk\n---\n{{ content | safe }}\n",
    "{{ publishAt | date }}{{ reviewBy | date('LLLL') }}{{ tags | join }}\n",
    "{{ '/a/' | url }}{{ title | slug }}{{ page.url | asset }}\n",
    "{% set x = collections.all %}{{ x.push(1) }}{{ page.url }}\n",
};
enum { BODY_COUNT = sizeof BODIES / sizeof *BODIES };

static void check(bool holds)
{
    if (!holds)
        abort();
}

// ---- the input as choices ----

struct input {
    const uint8_t *data;
    size_t left;
};

static unsigned take(struct input *input, unsigned count)
{
    unsigned value = 0;
    for (unsigned limit = 1; limit < count && input->left; limit <<= 8, input->left--)
        value = value << 8 | *input->data++;
    return value % count;
}

static struct slice take_text(struct input *input)
{
    size_t length = take(input, 64);
    length = length < input->left ? length : input->left;
    struct slice text = slice_of((const char *)input->data, length);
    input->data += length;
    input->left -= length;
    return text;
}

static void append_value(struct input *input, struct buffer *out)
{
    unsigned choice = take(input, VALUE_COUNT + 8);
    if (choice < VALUE_COUNT)
        buffer_append_cstr(out, VALUES[choice]);
    else
        buffer_append(out, take_text(input));
}

static void append_pairs(struct input *input, struct buffer *out)
{
    for (unsigned count = take(input, 8); count; count--) {
        buffer_append_cstr(out, KEYS[take(input, KEY_COUNT)]);
        buffer_append_cstr(out, ": ");
        append_value(input, out);
        buffer_append_byte(out, '\n');
    }
}

static void append_body(struct input *input, struct buffer *out)
{
    unsigned choice = take(input, BODY_COUNT + 2);
    if (choice < BODY_COUNT)
        buffer_append_cstr(out, BODIES[choice]);
    else
        buffer_append(out, take_text(input));
}

// ---- files ----

struct fuzz {
    struct arena *arena;
    struct slice directory;
    struct slice paths[FILES_MAX];
    size_t path_count;
};

static char process_directory[64];

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *walk)
{
    (void)info, (void)kind, (void)walk;
    return remove(path);
}

static void remove_directory(void)
{
    nftw(process_directory, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static struct slice directory_of_process(void)
{
    char *path = process_directory;
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
    if (!*path) {
        snprintf(path, sizeof process_directory, "%s/guidanced-fuzz-XXXXXX", base);
        check(mkdtemp(path) != NULL && atexit(remove_directory) == 0);
    }
    return slice_from_cstr(path);
}

static void write_file(struct fuzz *fuzz, const char *name, struct slice content)
{
    struct error error = {0};
    struct slice full = path_join(fuzz->arena, fuzz->directory, slice_from_cstr(name));
    struct slice directory = arena_copy(fuzz->arena, path_directory(full));
    FILE *file;
    check(file_make_directories(directory.ptr, &error));
    if (!(file = fopen(full.ptr, "we"))) // not every file system takes every name
        return;
    fwrite(content.ptr ? content.ptr : "", 1, content.len, file);
    fclose(file);
    if (fuzz->path_count < FILES_MAX)
        fuzz->paths[fuzz->path_count++] = full;
}

static bool ends_with(const char *name, const char *end)
{
    return slice_ends_with(slice_from_cstr(name), slice_from_cstr(end));
}

static void write_one(struct fuzz *fuzz, struct input *input, const char *name)
{
    struct buffer out = buffer_create(fuzz->arena, 0);
    bool page = ends_with(name, ".md") || ends_with(name, ".njk") || ends_with(name, ".html");
    if (strcmp(name, "guidance.yaml") == 0)
        buffer_append_cstr(&out, "name: x\n");
    if (page)
        buffer_append_cstr(&out, "---\n");
    append_pairs(input, &out);
    if (page) {
        buffer_append_cstr(&out, "---\n");
        append_body(input, &out);
    }
    write_file(fuzz, name, buffer_slice(&out));
}

static bool remove_one(void *state, struct slice relative, const struct file_info *info)
{
    struct fuzz *fuzz = state;
    struct slice full = path_join(fuzz->arena, fuzz->directory, relative);
    (void)info;
    unlink(full.ptr);
    return true;
}

static void remove_files(struct fuzz *fuzz)
{
    struct error ignored = {0};
    struct tree *tree = tree_open_directory(fuzz->directory.ptr, &ignored);
    if (tree)
        tree_list(tree, SLICE(""), remove_one, fuzz, &ignored);
    tree_close(tree);
}

// ---- what holds of every site ----

static void check_text(const struct buffer *out)
{
    check(utf8_find_invalid(buffer_slice(out)) == SIZE_MAX);
}

static void check_page(const struct site *site, const struct site_page *page, double now_ms)
{
    check(value_is(page->data, VALUE_OBJECT) && value_is(page->page, VALUE_OBJECT));
    check(!isnan(page->date_ms) && page->input_path.len);
    check(!page->broken || page->error);
    check(!page->broken || error_is_set(page->error));
    check(!page->hidden || (page->broken && !site_page_visible(site, page, now_ms)));
    check(!(page->publish_at > now_ms) || !site_page_visible(site, page, now_ms));
    check(utf8_find_invalid(page->url) == SIZE_MAX);
    double ms;
    struct value v = value_get(NULL, page->data, SLICE("publishAt"));
    check(lifecycle_moment(v, &ms) != MOMENT_UNREADABLE || page->hidden);
}

static void render_page(const struct site *site, const struct site_page *page)
{
    struct arena *arena = arena_create(0, 256u << 20);
    struct site_request request = {.now_ms = 1716422400000};
    struct site_output output;
    struct error error = {0};
    check(arena != NULL);
    if (site_render(site, page, &request, arena, &output, &error))
        for (size_t i = 0; i < output.body.count; i++)
            check(output.body.parts[i].len == 0 || output.body.parts[i].ptr);
    else
        check(error_is_set(&error));
    arena_destroy(arena);
}

static void check_lists(const struct site *site, double now_ms)
{
    struct arena *arena = arena_create(0, 256u << 20);
    struct buffer out[4];
    check(arena != NULL);
    for (size_t i = 0; i < 4; i++)
        out[i] = buffer_create(arena, 0);
    struct site_listing listing = {.now_ms = now_ms};
    site_write_sitemap(site, &listing, &out[0]);
    site_write_feed(site, &listing, &out[1]);
    site_write_pages_json(site, &listing, &out[2]);
    site_write_robots(site, &listing, &out[3]);
    for (size_t i = 0; i < 4; i++)
        check_text(&out[i]);
    const struct site_page *near[8];
    site_nearest(site, SLICE("/a/b/"), near, 8);
    site_overdue(site, now_ms);
    arena_destroy(arena);
}

static void check_site(struct site *site)
{
    static const double NOW_MS = 1716422400000;
    size_t count, problems;
    const struct site_page *pages = site_pages(site, &count);
    const struct site_problem *list = site_problems(site, &problems);
    for (size_t i = 0; i < count; i++) {
        check_page(site, &pages[i], NOW_MS);
        render_page(site, &pages[i]);
    }
    for (size_t i = 0; i < problems; i++)
        check(error_is_set(&list[i].error) &&
              utf8_find_invalid(slice_from_cstr(list[i].error.message)) == SIZE_MAX);
    check_lists(site, NOW_MS);
}

// ---- load, save, load again ----

static struct site *load(struct fuzz *fuzz, struct site *previous,
                         const struct site_failures *failures)
{
    struct error error = {0};
    struct settings *settings =
        settings_load(fuzz->arena, fuzz->directory.ptr, NULL, true, NULL, 0, NULL, &error);
    struct site_load_options options = {
        .settings = settings, .previous = previous, .failures = failures, .now_ms = 1716422400000};
    struct site *site = settings ? site_load(&options, &error) : NULL;
    check(site || error_is_set(&error));
    return site;
}

// As the server does: pages that fail are known to the next load.
static struct site *load_verified(struct fuzz *fuzz, struct site *site)
{
    struct site_failures *failures = site_failures_create();
    size_t next = 0;
    check(failures != NULL);
    site_verify(site, &next, SIZE_MAX, NULL, failures, NULL, NULL);
    struct site *again =
        site_failures_count(failures) ? load(fuzz, site, failures) : site_retain(site);
    if (again) {
        site_verify_healed(again, failures);
        check_site(again);
    }
    site_failures_destroy(failures);
    return again;
}

static void save_and_load(struct fuzz *fuzz, struct input *input, struct site *site)
{
    struct site_load_options options = {
        .settings = site_settings(site), .previous = site, .now_ms = 1716422400000};
    fuzz->path_count = 0;
    for (unsigned count = take(input, 3); count; count--)
        write_one(fuzz, input, NAMES[take(input, NAME_COUNT)]);
    struct site *patched = site_patch(&options, fuzz->paths, fuzz->path_count);
    if (patched)
        check_site(patched);
    struct site *whole = load(fuzz, patched ? patched : site, NULL);
    if (whole)
        check_site(whole);
    site_release(whole);
    site_release(patched);
}

// False: the site could not be loaded.
static bool run(struct fuzz *fuzz, struct input *input)
{
    struct site *site = load(fuzz, NULL, NULL);
    if (!site)
        return false;
    check_site(site);
    struct site *verified = load_verified(fuzz, site);
    save_and_load(fuzz, input, verified ? verified : site);
    site_release(verified);
    site_release(site);
    return true;
}

static void begin(struct fuzz *fuzz)
{
    *fuzz =
        (struct fuzz){.arena = arena_create(0, 512u << 20), .directory = directory_of_process()};
    check(fuzz->arena != NULL);
    remove_files(fuzz);
    write_file(fuzz, "data/index.md",
               SLICE("---\ntitle: Home\neleventyNavigation: {key: Home}\n---\n"));
    write_file(fuzz, "data/_data/items.yaml", SLICE("[a, b, c]\n"));
    write_file(fuzz, "templates/base.njk", SLICE("<main>{{ content | safe }}</main>"));
    write_file(fuzz, "templates/loop.njk",
               SLICE("---\nlayout: page.njk\n---\n{{ content | safe }}"));
    write_file(fuzz, "templates/page.njk",
               SLICE("---\nlayout: base.njk\n---\n{{ content | safe }}"));
    write_file(fuzz, "guidance.yaml", SLICE("name: x\nurl: https://x.example\n"));
}

// ---- all values in all keys ----

// A data file that cannot be read ends the load, as it should: then the grid would show nothing.
static bool is_yaml(struct fuzz *fuzz, struct slice text)
{
    struct error error = {0};
    struct yaml_reading how = {.limits = &VALUE_DATA_LIMITS};
    struct value v = value_from_yaml(fuzz->arena, SLICE("x"), text, &how, &error);
    return utf8_find_invalid(text) == SIZE_MAX && value_is(v, VALUE_OBJECT) &&
           !error_is_set(&error);
}

static void write_cell(struct fuzz *fuzz, unsigned key, const char *value)
{
    struct arena *arena = fuzz->arena;
    struct slice pair = arena_printf(arena, "%s: %s\n", KEYS[key], value);
    write_file(fuzz, arena_printf(arena, "data/page%u.md", key).ptr,
               arena_printf(arena, "---\n%.*s---\n{{ page.url }}\n", SLICE_ARG(pair)));
    write_file(fuzz, arena_printf(arena, "data/many%u.md", key).ptr,
               arena_printf(arena, "---\npagination: {data: items, size: 1}\n%.*s---\ntext\n",
                            SLICE_ARG(pair)));
    if (is_yaml(fuzz, pair))
        write_file(fuzz, arena_printf(arena, "data/f%u/f%u.yaml", key, key).ptr, pair);
    write_file(fuzz, arena_printf(arena, "data/f%u/draft.md", key).ptr,
               SLICE("---\ndraft: true\n---\ntext\n"));
}

static void run_grid(void)
{
    for (unsigned value = 0; value < VALUE_COUNT; value++) {
        struct fuzz fuzz;
        struct input nothing = {NULL, 0};
        begin(&fuzz);
        for (unsigned key = 0; key < KEY_COUNT; key++)
            write_cell(&fuzz, key, VALUES[value]);
        check(run(&fuzz, &nothing));
        remove_files(&fuzz);
        arena_destroy(fuzz.arena);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz fuzz;
    struct input input = {data, size};
    if (size == 4 && memcmp(data, "grid", 4) == 0) {
        run_grid();
        return 0;
    }
    begin(&fuzz);
    for (unsigned count = take(&input, FILES_MAX); count; count--)
        write_one(&fuzz, &input, NAMES[take(&input, NAME_COUNT)]);
    run(&fuzz, &input);
    remove_files(&fuzz);
    arena_destroy(fuzz.arena);
    return 0;
}
