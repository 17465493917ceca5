// SPDX-License-Identifier: MIT
//
// Loading whole small sites: URLs, the data cascade, layouts, collections, and what becomes of a
// page that is broken.
#include "base/file.h"
#include "site/site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct file {
    const char *path;
    const char *text;
};

enum { FILES_MAX = 64 };

struct fixture {
    struct arena *arena;
    char directory[64];
    struct file files[FILES_MAX];
    size_t file_count;
    struct site *site;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    *state = fixture;
    if (!fixture)
        return -1;
    fixture->arena = arena_create(0, 0);
    snprintf(fixture->directory, sizeof fixture->directory, "/tmp/guidanced-load-XXXXXX");
    return mkdtemp(fixture->directory) ? 0 : -1;
}

static struct slice full_path(struct fixture *fixture, const char *path)
{
    return path_join(fixture->arena, slice_from_cstr(fixture->directory), slice_from_cstr(path));
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    site_release(fixture->site);
    for (size_t i = 0; i < fixture->file_count; i++)
        unlink(full_path(fixture, fixture->files[i].path).ptr);
    // Directories, deepest first: those of the fixture are at most two deep.
    static const char *const DIRECTORIES[] = {"data/posts", "data/_data", "data", "templates", ""};
    for (size_t i = 0; i < sizeof DIRECTORIES / sizeof *DIRECTORIES; i++)
        rmdir(full_path(fixture, DIRECTORIES[i]).ptr);
    arena_destroy(fixture->arena);
    free(fixture);
    return 0;
}

static void put(struct fixture *fixture, const char *path, const char *text)
{
    struct error error = {0};
    struct slice full = full_path(fixture, path);
    struct slice directory = arena_copy(fixture->arena, path_directory(full));
    assert_true(file_make_directories(directory.ptr, &error));
    assert_true(file_write(full.ptr, slice_from_cstr(text), &error));
    assert_true(fixture->file_count < FILES_MAX);
    fixture->files[fixture->file_count++] = (struct file){path, text};
}

static void load(struct fixture *fixture)
{
    struct error error = {0};
    struct settings *settings =
        settings_load(fixture->arena, fixture->directory, NULL, true, NULL, 0, NULL, &error);
    assert_non_null(settings);
    struct site_load_options options = {.settings = settings, .now_ms = 1716422400000};
    fixture->site = site_load(&options, &error);
    assert_non_null(fixture->site);
}

static const struct site_page *page_at(struct fixture *fixture, const char *input)
{
    const struct site_page *page = site_page_by_input(fixture->site, slice_from_cstr(input));
    assert_non_null(page);
    return page;
}

static void assert_url(struct fixture *fixture, const char *input, const char *url)
{
    struct slice actual = page_at(fixture, input)->url;
    assert_int_equal(actual.len, strlen(url));
    assert_memory_equal(actual.ptr, url, actual.len);
}

static void assert_renders(struct fixture *fixture, const char *input, const char *expected)
{
    struct error error = {0};
    struct site_request request = {.now_ms = 1716422400000};
    struct site_output output;
    assert_true(site_render(fixture->site, page_at(fixture, input), &request, fixture->arena,
                            &output, &error));
    struct slice text = template_output_text(fixture->arena, &output.body);
    assert_string_equal(arena_cstr(fixture->arena, text), expected);
}

static void urls_follow_eleventy(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "data/index.md", "home\n");
    put(fixture, "data/about.md", "about\n");
    put(fixture, "data/posts/posts.md", "named like its directory\n");
    put(fixture, "data/posts/2024-05-23-one.md", "---\ntitle: One\n---\none\n");
    put(fixture, "data/posts/two.md", "---\npermalink: /{{ word }}/2.html\nword: zwei\n---\ntwo\n");
    put(fixture, "data/none.md", "---\npermalink: false\n---\nnone\n");
    load(fixture);
    assert_url(fixture, "data/index.md", "/");
    assert_url(fixture, "data/about.md", "/about/");
    assert_url(fixture, "data/posts/posts.md", "/posts/");
    assert_url(fixture, "data/posts/two.md", "/zwei/2.html");
    assert_url(fixture, "data/none.md", "");
    assert_non_null(site_find(fixture->site, SLICE("/about/"), fixture->arena, &(struct slice){0}));
    assert_true(page_at(fixture, "data/posts/2024-05-23-one.md")->date_ms == 1716422400000);
}

static void the_cascade_merges_from_weak_to_strong(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "data/_data/team.yaml", "lead: global\nplace: global\n");
    put(fixture, "templates/base.njk",
        "---\nfrom: layout\nkind: layout\n---\n[{{ content | safe }}]");
    put(fixture, "data/posts/posts.yaml", "layout: base\nfrom: directory\nlist: [1]\n");
    put(fixture, "data/posts/one.md",
        "---\nlist: [2]\n---\n{{ team.lead }} {{ kind }} {{ from }} {{ list }}\n");
    load(fixture);
    assert_renders(fixture, "data/posts/one.md", "[<p>global layout directory 1,2</p>\n]");
}

static void collections_are_in_order_of_date_and_path(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "data/posts/b.md", "---\ntags: post\ndate: 2024-01-01\n---\nb\n");
    put(fixture, "data/posts/a.md", "---\ntags: [post]\ndate: 2024-01-01\n---\na\n");
    put(fixture, "data/posts/z.md", "---\ntags: post\ndate: 2023-01-01\n---\nz\n");
    put(fixture, "data/posts/out.md",
        "---\ntags: post\neleventyExcludeFromCollections: true\n---\nout\n");
    put(fixture, "data/list.njk", "{% for p in collections.post %}{{ p.url }} {% endfor %}");
    load(fixture);
    assert_renders(fixture, "data/list.njk", "/posts/z/ /posts/a/ /posts/b/ ");
}

static void guidance_yaml_names_collections(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "guidance.yaml",
        "collections:\n"
        "  everything: '**'\n"
        "  posts: [data/posts/*.md, '!**/{b,c}.md']\n"
        "  ordered: {glob: 'data/p*/[a-c].md', sort: data.order, limit: 2}\n"
        "  turned: {tag: post, reverse: true}\n");
    put(fixture, "data/posts/a.md", "---\ntags: post\norder: 3\ndate: 2024-01-01\n---\n");
    put(fixture, "data/posts/b.md", "---\norder: 1\ndate: 2024-01-02\n---\n");
    put(fixture, "data/posts/c.md", "---\ndate: 2024-01-03\n---\n");
    put(fixture, "data/posts/d.md", "---\ntags: post\norder: 2\ndate: 2024-01-04\n---\n");
    put(fixture, "data/list.njk",
        "{% for n in ['everything', 'posts', 'ordered', 'turned'] %}"
        "{% for p in collections[n] %}{{ p.fileSlug }} {% endfor %}| {% endfor %}");
    load(fixture);
    assert_renders(fixture, "data/list.njk", "a b c d list | a d | b a | d a | ");
}

static void guidance_yaml_holds_macros_and_imports(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "guidance.yaml",
        "imports:\n"
        "  - from 'box.njk' import box\n"
        "  - \"{%- from 'box.njk' import line -%}\\n\"\n"
        "filters:\n"
        "  - \"{% macro month(d) %}{{ d | date('LLLL yyyy') }}{% endmacro %}\"\n"
        "shortcodes: ['{% macro twice(x) %}{{ x }}{{ x }}{% endmacro %}']\n");
    put(fixture, "templates/box.njk",
        "{% macro box(x) %}[{{ x }}]{% endmacro %}{% macro line(x) %}_{{ x }}{% endmacro %}");
    put(fixture, "data/a.md",
        "---\nday: 2024-05-23\n---\n{{ box(day | month) }} {% twice 'a' %} {{ line(1) }}\n");
    load(fixture);
    assert_renders(fixture, "data/a.md", "<p>[May 2024] aa _1</p>\n");
}

static const char LARGE[] =
    "longer than limits.asset_bytes of the site in which it lies, which is 64";

// What is missing or cannot be read is a problem of its own, and the rest is served.
static void passthrough_takes_files_and_lists(void **state)
{
    struct fixture *fixture = *state;
    struct slice ignored;
    put(fixture, "guidance.yaml",
        "passthrough:\n"
        "  /js/all.js: data/_data/script.js\n"
        "  /images/: [data/posts, templates, nowhere]\n"
        "limits: {asset_bytes: 64}\n");
    put(fixture, "data/_data/script.js", "1\n");
    put(fixture, "data/posts/both.svg", "first\n");
    put(fixture, "templates/both.svg", "second\n");
    put(fixture, "templates/one.svg", "1\n");
    put(fixture, "templates/large.svg", LARGE);
    load(fixture);
    static const char *const URLS[] = {"/js/all.js", "/images/one.svg", "/images/both.svg"};
    for (size_t i = 0; i < sizeof URLS / sizeof *URLS; i++)
        assert_non_null(
            site_find(fixture->site, slice_from_cstr(URLS[i]), fixture->arena, &ignored));
    const struct site_route *both =
        site_find(fixture->site, SLICE("/images/both.svg"), fixture->arena, &ignored);
    assert_true(slice_ends_with(both->file, SLICE("posts/both.svg")));
    size_t count, missing = 0;
    const struct site_problem *problems = site_problems(fixture->site, &count);
    for (size_t i = 0; i < count; i++)
        missing += strcmp(problems[i].rule, "passthrough") == 0;
    assert_int_equal(missing, 2);
    assert_null(site_find(fixture->site, SLICE("/images/large.svg"), fixture->arena, &ignored));
}

static void an_object_literal_is_front_matter(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "data/a.md",
        "---js\n{ title: \"sum \" + (1 + 1), list: [1, {k: 2}] }\n---\n"
        "{{ title }} {{ list[1].k }}\n");
    load(fixture);
    assert_renders(fixture, "data/a.md", "<p>sum 2 2</p>\n");
}

static void a_broken_page_leaves_the_others_alone(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "templates/base.njk", "{{ content | safe }}");
    put(fixture, "data/good.md", "---\nlayout: base\n---\ngood\n");
    put(fixture, "data/layout.md", "---\ntitle: x\nlayout: bass.njk\n---\nbad\n");
    put(fixture, "data/yaml.md", "---\ntitle: x\ntitle: y\n---\nbad\n");
    put(fixture, "data/template.md", "---\ntitle: x\n---\none\n{{ 1 + }}\n");
    load(fixture);
    assert_renders(fixture, "data/good.md", "<p>good</p>\n");
    const struct site_page *layout = page_at(fixture, "data/layout.md");
    assert_true(layout->broken);
    assert_int_equal(layout->error->place.line, 3);
    assert_int_equal(layout->error->place.column, 9);
    assert_non_null(strstr(layout->error->hint, "base.njk"));
    assert_true(page_at(fixture, "data/yaml.md")->broken);
    assert_int_equal(page_at(fixture, "data/yaml.md")->error->place.line, 3);
    assert_true(page_at(fixture, "data/template.md")->broken);
    assert_int_equal(page_at(fixture, "data/template.md")->error->place.line, 5);
}

static void two_pages_of_one_url_are_reported(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "data/a.md", "---\npermalink: /same/\n---\na\n");
    put(fixture, "data/b.md", "---\ntitle: b\npermalink: /same/\n---\nb\n");
    load(fixture);
    size_t count;
    const struct site_problem *problems = site_problems(fixture->site, &count);
    assert_int_equal(count, 1);
    assert_string_equal(problems[0].rule, "permalink-clash");
    assert_string_equal(problems[0].error.place.file, "data/b.md");
    assert_int_equal(problems[0].error.place.line, 3);
    struct slice location;
    const struct site_route *route =
        site_find(fixture->site, SLICE("/same/"), fixture->arena, &location);
    assert_ptr_equal(route->page, page_at(fixture, "data/a.md"));
}

// The problem of a rule in a file, which there must be.
static const struct site_problem *problem_of(struct fixture *fixture, const char *rule,
                                             const char *file)
{
    size_t count;
    const struct site_problem *problems = site_problems(fixture->site, &count);
    for (size_t i = 0; i < count; i++)
        if (strcmp(problems[i].rule, rule) == 0 && strcmp(problems[i].error.place.file, file) == 0)
            return &problems[i];
    fail_msg("no %s in %s", rule, file);
    return NULL;
}

static const char CRUMBS[] =
    "{% for e in collections.all | eleventyNavigationBreadcrumb(eleventyNavigation.key, "
    "{includeSelf: true, allowMissing: true}) %}{{ e.title }};{% endfor %}";

static void put_crumbs(struct fixture *fixture, const char *path, const char *key,
                       const char *parent)
{
    put(fixture, path,
        arena_printf(fixture->arena, "---\neleventyNavigation:\n  key: %s\n%s%s\n---\n%s", key,
                     *parent ? "  parent: " : "", parent, CRUMBS)
            .ptr);
}

// The plugin calls itself without end on the first, and drops the others.
static void keys_that_lead_back_to_themselves_are_reported_and_served(void **state)
{
    struct fixture *fixture = *state;
    put_crumbs(fixture, "data/own.njk", "Own", "Own");
    put_crumbs(fixture, "data/root.njk", "Own", "");
    put_crumbs(fixture, "data/one.njk", "One", "Two");
    put_crumbs(fixture, "data/two.njk", "Two", "One");
    put_crumbs(fixture, "data/below.njk", "Below", "Own");
    load(fixture);
    const struct site_problem *own = problem_of(fixture, "navigation-cycle", "data/own.njk");
    assert_int_equal(own->error.place.line, 4);
    assert_int_equal(own->error.place.column, 11);
    assert_int_equal(problem_of(fixture, "navigation-cycle", "data/one.njk")->error.place.line, 4);
    assert_int_equal(problem_of(fixture, "navigation-cycle", "data/two.njk")->error.place.line, 4);
    assert_renders(fixture, "data/own.njk", "Own;");
    assert_renders(fixture, "data/root.njk", "Own;");
    assert_renders(fixture, "data/one.njk", "");
    assert_renders(fixture, "data/below.njk", "Own;Below;");
}

static void a_number_may_be_a_navigation_key(void **state)
{
    struct fixture *fixture = *state;
    put_crumbs(fixture, "data/year.njk", "2024", "");
    put_crumbs(fixture, "data/below.njk", "Below", "2024");
    load(fixture);
    assert_int_equal(problem_of(fixture, "navigation-key", "data/year.njk")->error.place.line, 3);
    assert_renders(fixture, "data/below.njk", "2024;Below;");
}

static void assert_fails_at(struct fixture *fixture, const char *input, unsigned line)
{
    struct error error = {0};
    struct site_request request = {.now_ms = 1716422400000};
    struct site_output output;
    assert_false(site_render(fixture->site, page_at(fixture, input), &request, fixture->arena,
                             &output, &error));
    assert_string_equal(error.place.file, input);
    assert_int_equal(error.place.line, line);
}

// Markdown sees what the template has made: lines may have moved, or be new.
static void markdown_errors_name_the_line_of_the_source(void **state)
{
    struct fixture *fixture = *state;
    put(fixture, "guidance.yaml",
        "name: t\nmarkdown: {attributes: true, heading_ids: {levels: 2}}\n");
    put(fixture, "data/same.md", "---\na: b\n---\n## A { #i}\n\n## B { #i}\n");
    put(fixture, "data/moved.md",
        "---\na: b\n---\n{% for i in [1, 2, 3] %}\nrow\n{% endfor %}\n## A { #i}\n\n## B { #i}\n");
    put(fixture, "data/made.md", "---\na: b\n---\n## A { #i}\n\ntext\n\n## {{ a }} { #i}\n");
    load(fixture);
    assert_fails_at(fixture, "data/same.md", 6);
    assert_fails_at(fixture, "data/moved.md", 9);
    assert_fails_at(fixture, "data/made.md", 8);
}

// Links that also work where the files are: `inputPathsToUrls`.
static void links_between_files_become_urls(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *path, *html, *expected;
    } ROWS[] = {
        {"data/1.njk", "<a href='two.md#part'>", "<a href='/guide/two/#part'>"},
        {"data/2.njk", "<a href='posts/../two.md?x'>", "<a href='/guide/two/?x'>"},
        {"data/3.njk", "<img src='posts/dot.svg'>", "<img src='/guide/pictures/dot.svg'>"},
        {"data/4.njk", "<a href='posts/d%6ft.svg'>", "<a href='/guide/pictures/dot.svg'>"},
        {"data/5.njk", "<img src='/posts/dot.svg'>", "<img src='/posts/dot.svg'>"},
        {"data/6.njk", "<img src='two.md'>", "<img src='two.md'>"},
        {"data/7.njk", "<a href='missing.md'> <a href=''>", "<a href='missing.md'> <a href=''>"},
        {"data/8.njk", "<a href='https://a.example/two.md'>",
         "<a href='https://a.example/two.md'>"},
        {"data/9.njk", "<a href='/two.md'>", "<a href='/two.md'>"},
    };
    put(fixture, "guidance.yaml", "path_prefix: /guide\npassthrough: {/pictures: data/posts}\n");
    put(fixture, "data/two.md", "two\n");
    put(fixture, "data/posts/dot.svg", "<svg/>");
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        put(fixture, ROWS[i].path,
            arena_printf(fixture->arena,
                         "{{ \"%s\" | replace(\"'\", '\"') | inputPathsToUrls | replace('\"', "
                         "\"'\") | safe }}",
                         ROWS[i].html)
                .ptr);
    load(fixture);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        assert_renders(fixture, ROWS[i].path, ROWS[i].expected);
}

// A site that has moved may have thousands: they take memory by their number, not by its square.
static void redirects_of_folders_take_little_memory(void **state)
{
    enum { MANY = 1000, BYTES_EACH = 4096 };
    struct fixture *fixture = *state;
    struct slice location = SLICE_EMPTY;
    struct buffer yaml = buffer_create(fixture->arena, 0);
    buffer_append(&yaml, SLICE("redirects:\n"));
    for (int i = 0; i < MANY; i++)
        buffer_append(&yaml, arena_printf(fixture->arena, "  - {from: /old%d/*, to: /new/*}\n", i));
    put(fixture, "guidance.yaml", arena_cstr(fixture->arena, buffer_slice(&yaml)));
    put(fixture, "data/index.md", "text\n");
    load(fixture);
    assert_non_null(site_find(fixture->site, SLICE("/old999/a/"), fixture->arena, &location));
    assert_true(slice_equal(location, SLICE("/new/a/")));
    assert_true(site_arena_bytes(fixture->site) < (size_t)MANY * BYTES_EACH);
}

// As Eleventy has it, or more where the pattern is not understood: then it is an error, too.
static void what_a_pattern_may_mean_is_left_out(void **state)
{
    enum { KEPT, OUT };
    struct fixture *fixture = *state;
    static const struct {
        const char *pattern, *page;
        int out;
        bool understood;
    } ROWS[] = {
        {"a?.md", "data/ab.md", OUT, true},
        {"a?.md", "data/a.md", KEPT, true},
        {"b(c|d).md", "data/bc.md", OUT, true},
        {"b(c|d).md", "data/be.md", KEPT, true},
        {"b@(f|g).md", "data/bg.md", OUT, true},
        {"b@(f|g).md", "data/b@(f|g).md", KEPT, true},
        {"c(d).md", "data/cd.md", OUT, true},
        {"d{1..3}.md", "data/d2.md", OUT, false},
        {"d{1..3}.md", "data/e2.md", KEPT, false},
        {"f!(a|b).md", "data/fc.md", OUT, false},
        {"g+(a|(b)).md", "data/gab.md", OUT, false},
        {"h[[:digit:]].md", "data/h1.md", OUT, false},
        {"i[()].md", "data/i(.md", OUT, true},
        {"i[()].md", "data/ia.md", KEPT, true},
        {"j(.md", "data/j(.md", OUT, true},
        {"k\\(a\\).md", "data/k(a).md", OUT, true},
        {"k\\(a\\).md", "data/ka.md", KEPT, true},
        {"posts/(l|m/n).md", "data/posts/l.md", OUT, false},
        {"posts/(l|m/n).md", "data/postsl.md", KEPT, false},
        {"\u00c9T\u00c9.md", "data/\u00e9t\u00e9.md", OUT, true},
        // Longer in lower case.
        {"\u0130\u0130\u0130.md", "data/\u0130\u0130\u0130.md", OUT, true},
        {"\u0130\u0130\u0130.md", "data/no\u0130\u0130\u0130.md", KEPT, true},
    };
    struct buffer patterns = buffer_create(fixture->arena, 0);
    size_t errors = 0, left_out, problems;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        bool again = i && strcmp(ROWS[i - 1].pattern, ROWS[i].pattern) == 0;
        if (!again)
            buffer_printf(&patterns, "%s\n", ROWS[i].pattern);
        errors += !again && !ROWS[i].understood;
        put(fixture, ROWS[i].page, "text\n");
    }
    put(fixture, "data/.eleventyignore", arena_cstr(fixture->arena, buffer_slice(&patterns)));
    load(fixture);
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        bool out = !site_page_by_input(fixture->site, slice_from_cstr(ROWS[i].page));
        if (out != (ROWS[i].out == OUT))
            fail_msg("%s and %s: left out %d", ROWS[i].pattern, ROWS[i].page, out);
    }
    site_left_out(fixture->site, &left_out);
    site_problems(fixture->site, &problems);
    assert_int_equal(problems - left_out, errors);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(urls_follow_eleventy, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_cascade_merges_from_weak_to_strong, set_up, tear_down),
        cmocka_unit_test_setup_teardown(collections_are_in_order_of_date_and_path, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(guidance_yaml_names_collections, set_up, tear_down),
        cmocka_unit_test_setup_teardown(guidance_yaml_holds_macros_and_imports, set_up, tear_down),
        cmocka_unit_test_setup_teardown(passthrough_takes_files_and_lists, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_object_literal_is_front_matter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_broken_page_leaves_the_others_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_pages_of_one_url_are_reported, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keys_that_lead_back_to_themselves_are_reported_and_served,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(markdown_errors_name_the_line_of_the_source, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_number_may_be_a_navigation_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(links_between_files_become_urls, set_up, tear_down),
        cmocka_unit_test_setup_teardown(redirects_of_folders_take_little_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_a_pattern_may_mean_is_left_out, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
