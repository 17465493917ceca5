// SPDX-License-Identifier: MIT
//
// Settings: what is written in the file, the environment and flags arrives in the typed fields, and
// what no field can hold is refused.
#include "settings/origins.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct arena *arena;
    char directory[64];
};

static int setup(void **state)
{
    static struct fixture fixture;
    fixture.arena = arena_create(0, 0);
    strcpy(fixture.directory, "/tmp/guidanced-settings-XXXXXX");
    *state = &fixture;
    return fixture.arena && mkdtemp(fixture.directory) ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    char file[96];
    snprintf(file, sizeof file, "%s/guidance.yaml", fixture->directory);
    unlink(file);
    rmdir(fixture->directory);
    arena_destroy(fixture->arena);
    return 0;
}

static struct settings *load(struct fixture *fixture, const char *yaml,
                             const struct settings_flag *flags, size_t count, struct error *error)
{
    char name[96];
    snprintf(name, sizeof name, "%s/guidance.yaml", fixture->directory);
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fputs(yaml, file);
    fclose(file);
    return settings_load(fixture->arena, fixture->directory, NULL, false, flags, count, NULL,
                         error);
}

static void test_defaults(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {0};
    const struct settings *s = load(fixture, "", NULL, 0, &error);
    assert_non_null(s);
    assert_true(slice_equal(s->name, SLICE("Guidance")));
    assert_true(slice_equal(s->input.text, SLICE("data")));
    assert_true(slice_ends_with(s->input.full, SLICE("/data")));
    assert_null(s->layouts.full.ptr);
    assert_null(s->security_txt.ptr);
    assert_true(s->watch && !s->dev);
    assert_int_equal(s->limits.page_bytes, 1 << 20);
    assert_int_equal(s->limits.idle_timeout, 60000);
    assert_int_equal(s->limits.front_matter_depth, 16);
    assert_int_equal(value_length(NULL, s->imports), 0);
    assert_true(value_is(s->passthrough, VALUE_OBJECT));
}

static void test_precedence(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {0};
    const struct settings_flag flags[] = {{SLICE("limits.pages"), SLICE("3")}};
    setenv("GUIDANCED_LIMITS_PAGES", "2", 1);
    setenv("GUIDANCED_SEARCH_PAGE_SIZE", "5", 1);
    const char *yaml = "limits: {pages: 1, body_bytes: 2k}\nsearch: {page_size: 4}\n";
    const struct settings *s = load(fixture, yaml, flags, 1, &error);
    unsetenv("GUIDANCED_LIMITS_PAGES");
    unsetenv("GUIDANCED_SEARCH_PAGE_SIZE");
    assert_non_null(s);
    assert_int_equal(s->limits.pages, 3);
    assert_int_equal(s->search.page_size, 5);
    assert_int_equal(s->limits.body_bytes, 2048);
}

static void test_what_no_field_holds(void **state)
{
    static const struct {
        const char *yaml, *message;
    } CASES[] = {
        {"threads: 4294967296\n", "`threads` must be at most 4294967295"},
        {"threads: -1\n", "`threads` must be a whole number"},
        {"threads: 1.5\n", "`threads` must be a whole number"},
        {"drain_delay: 2000h\n", "`drain_delay` must be at most 4294967295"},
        {"render_cache: 9007199254740992\n", "`render_cache` must be at most 9007199254740991"},
        {"render_cache: 99999999999G\n", "`render_cache` must be at most 9007199254740991"},
        {"watch: maybe\n", "`watch` must be true or false"},
        {"watch: 1\n", "`watch` must be true or false"},
        {"threads: 4x\n", "`threads` must be a whole number"},
        {"threads: '0x4'\n", "`threads` must be a whole number"},
        {"threads: ''\n", "`threads` must be a whole number"},
        {"threads: [1]\n", "`threads` must be a whole number"},
        {"render_cache: 5x\n", "`render_cache` must be a size such as 64k, 2M or 1G"},
        {"render_cache: k\n", "`render_cache` must be a size such as 64k, 2M or 1G"},
        {"drain_delay: '5'\n", "`drain_delay` must be a duration such as 300ms, 5s or 2m"},
        {"drain_delay: 5d\n", "`drain_delay` must be a duration such as 300ms, 5s or 2m"},
        {"name: [a]\n", "`name` must be a text"},
        {"imports: 5\n", "`imports` must be a list"},
        {"imports: [a, 5]\n", "`imports` must be a list of texts"},
        {"passthrough: a\n", "`passthrough` must be a mapping"},
        {"limits: 5\n", "unknown setting: limits"},
        {"nothing_like_it_at_all: 5\n", "unknown setting: nothing_like_it_at_all"},
        {"- a\n", "guidance.yaml must be a mapping of settings"},
        {"name: ${GUIDANCED_TEST_UNSET}\n",
         "the environment variable GUIDANCED_TEST_UNSET is not set"},
        {"imports: ['${GUIDANCED_TEST_UNSET}']\n",
         "the environment variable GUIDANCED_TEST_UNSET is not set"},
        {"globals: {a: {b: '${GUIDANCED_TEST_UNSET}'}}\n",
         "the environment variable GUIDANCED_TEST_UNSET is not set"},
        {"limits: {pagebytes: 1}\n", "unknown setting: limits.pagebytes"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct error error = {0};
        if (load(*state, CASES[i].yaml, NULL, 0, &error))
            fail_msg("%s is read", CASES[i].yaml);
        assert_string_equal(error.message, CASES[i].message);
    }
}

static void test_notations(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {0};
    setenv("TEST_NAME", "from outside", 1);
    setenv("TEST_EMPTY", "", 1);
    const struct settings *s =
        load(fixture,
             "threads: ' 4 '\nrender_cache: 2k\ndrain_delay: 0\nname: \"${TEST_NAME}: ${a\"\n"
             "imports: one.njk\nglobals: {a: ['${TEST_EMPTY:-b}${TEST_NAME:-c}', 5, {d: "
             "'${TEST_EMPTY}'}],"
             " b: ~}\nlang: en\nwatch: 'false'\nlimits: {idle_timeout: 2M, header_timeout: 300MS}\n"
             "search: {page_size: ~}\nheaders: {X-A: 5}\n",
             NULL, 0, &error);
    unsetenv("TEST_NAME");
    unsetenv("TEST_EMPTY");
    if (!s)
        fail_msg("%s", error.message);
    assert_int_equal(s->threads, 4);
    assert_int_equal(s->render_cache, 2048);
    assert_int_equal(s->drain_delay, 0);
    assert_true(slice_equal(s->name, SLICE("from outside: ${a")));
    assert_int_equal(value_length(NULL, s->imports), 1);
    assert_false(s->watch);
    assert_int_equal(s->limits.idle_timeout, 120000);
    assert_int_equal(s->limits.header_timeout, 300);
    assert_int_equal(s->search.page_size, 10); // null: the default
    struct value a = value_get(NULL, settings_site_value(s), SLICE("a"));
    assert_true(slice_equal(value_text(value_item(NULL, a, 0)), SLICE("bfrom outside")));
    assert_true(settings_is_written(s, "limits.idle_timeout"));
    assert_false(settings_is_written(s, "search.page_size"));
    assert_false(settings_is_written(s, "nothing"));
    assert_int_equal(settings_place(s, "limits.idle_timeout")->line, 9);
    assert_null(settings_place(s, "limits.pages"));
}

// On the command line and in the environment, commas divide a list. --print-config says where each
// value comes from, as it would be written there.
static void test_sources(void **state)
{
    static const char *const PARTS[] = {
        "\nthreads: 2  # flag --threads\n",
        "\nlimits.pages: 7  # flag --limits-pages\n",
        "\nimports: [\"a\",\"b\"]  # environment GUIDANCED_IMPORTS\n",
        "/guidance.yaml:2\n",
        "\nlang: \"en\"  # default\n",
        "\nreload_token: (set)  # "};
    struct fixture *fixture = *state;
    struct error error = {0};
    const struct settings_flag flags[] = {{SLICE("threads"), SLICE("2")},
                                          {SLICE("limits.pages"), SLICE("7")},
                                          {SLICE("no.such"), SLICE("7")}};
    setenv("GUIDANCED_IMPORTS", "a, b", 1);
    setenv("GUIDANCED_THREADZ", "5", 1);
    setenv("GUIDANCED_SOMETHING_ELSE_ALTOGETHER", "5", 1);
    setenv("GUIDANCED_PORT", "tcp://10.0.0.1:80", 1); // of Kubernetes, as the next two
    setenv("GUIDANCED_PORT_80_TCP", "x", 1);
    setenv("GUIDANCED_SERVICE_HOST", "x", 1);
    const struct settings *s = load(
        fixture, "search:\n  page_size: 3\nreload_token: abcdefabcdefabcdef\n", flags, 3, &error);
    unsetenv("GUIDANCED_IMPORTS");
    unsetenv("GUIDANCED_THREADZ");
    unsetenv("GUIDANCED_SOMETHING_ELSE_ALTOGETHER");
    unsetenv("GUIDANCED_PORT");
    unsetenv("GUIDANCED_PORT_80_TCP");
    unsetenv("GUIDANCED_SERVICE_HOST");
    if (!s)
        fail_msg("%s", error.message);
    struct buffer out = buffer_create(fixture->arena, 0);
    settings_print(s, &out);
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++)
        if (!strstr(buffer_cstr(&out), PARTS[i]))
            fail_msg("%s is not in\n%s", PARTS[i], buffer_cstr(&out));
    struct slice warnings = settings_warnings(s);
    assert_true(slice_find(warnings,
                           SLICE("GUIDANCED_THREADZ is not a setting\n"
                                 "  hint: did you mean GUIDANCED_THREADS?"),
                           0) != SIZE_MAX);
    assert_true(slice_find(warnings, SLICE("SOMETHING_ELSE_ALTOGETHER is not"), 0) != SIZE_MAX);
    assert_true(slice_find(warnings, SLICE("GUIDANCED_PORT"), 0) == SIZE_MAX);
    assert_true(slice_find(warnings, SLICE("GUIDANCED_SERVICE"), 0) == SIZE_MAX);
}

// A wrong value in the environment or of a flag is reported with its name.
static void test_wrong_sources(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {0};
    struct buffer others = buffer_create(fixture->arena, 0);
    const struct settings_flag flags[] = {{SLICE("limits.pages"), SLICE("0")}};
    char name[96];
    snprintf(name, sizeof name, "%s/guidance.yaml", fixture->directory);
    setenv("GUIDANCED_WATCH", "maybe", 1);
    assert_null(load(fixture, "", flags, 1, &error));
    assert_string_equal(error.message, "`watch` must be true or false");
    assert_string_equal(error.place.file, "GUIDANCED_WATCH");
    error = (struct error){0};
    assert_null(
        settings_load(fixture->arena, fixture->directory, NULL, false, flags, 1, &others, &error));
    unsetenv("GUIDANCED_WATCH");
    assert_string_equal(buffer_cstr(&others),
                        "--limits-pages: error: `limits.pages` must be at least 1, and is 0\n");
}

// Settings of a commit: what is read from where, and by whom, is not its business.
static void test_settings_of_a_commit(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {0};
    const struct settings_base base = {
        SLICE("main:guidance.yaml"),
        SLICE("name: A\nlimits: {pages: 4}\ngit: {history: 3, ref: elsewhere}\n")};
    const struct settings_reading reading = {.site = fixture->directory, .config = ""};
    const struct settings *s = settings_read(fixture->arena, &base, &reading, &error);
    if (!s)
        fail_msg("%s", error.message);
    assert_int_equal(s->limits.pages, 4);
    assert_int_equal(s->git.history, 3);
    assert_string_equal(buffer_cstr(&s->origins->warnings),
                        "warning: main:guidance.yaml: git.ref is not taken from a commit\n");
    struct buffer out = buffer_create(fixture->arena, 0);
    settings_print(s, &out);
    assert_non_null(strstr(buffer_cstr(&out), "name: \"A\"  # main:guidance.yaml:1\n"));
    assert_true(slice_equal(settings_name(s), SLICE("main:guidance.yaml")));
    assert_int_equal(settings_file(s).len, 0);
    const struct settings_base list = {SLICE("main:guidance.yaml"), SLICE("- a\n")};
    assert_null(settings_read(fixture->arena, &list, &reading, &error));
    assert_string_equal(error.message, "guidance.yaml must be a mapping of settings");
    assert_string_equal(error.place.file, "main:guidance.yaml");
}

// A commit's settings with the machine's over them: each value is told with its file.
static void test_a_commit_and_a_file(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {0};
    assert_non_null(load(fixture, "\nname: B\n", NULL, 0, &error));
    const struct settings_base base = {SLICE("main:guidance.yaml"), SLICE("name: A\nlang: cy\n")};
    const struct settings_reading reading = {.site = fixture->directory, .optional = true};
    struct settings *s = settings_read(fixture->arena, &base, &reading, &error);
    assert_non_null(s);
    assert_true(slice_equal(s->name, SLICE("B")) && slice_equal(s->lang, SLICE("cy")));
    assert_true(slice_equal(settings_file_shown(s), SLICE("main:guidance.yaml")));
    assert_true(slice_equal(settings_source(s), base.text));
    assert_false(settings_have_sites(s));
    assert_true(settings_set_revision(s, NULL, SLICE("0123abcd"), &error));
    struct value revision = value_get(NULL, settings_site_value(s), SLICE("revision"));
    assert_true(slice_equal(value_text(revision), SLICE("0123abcd")));
    s = settings_load(fixture->arena, fixture->directory, NULL, true, NULL, 0, NULL, &error);
    assert_true(slice_equal(settings_file_shown(s), SLICE("guidance.yaml")));
    assert_false(settings_listens_at(s, SLICE("nowhere"), &error));
    error = (struct error){0};
    assert_null(
        settings_load(fixture->arena, "/nowhere/at/all", NULL, true, NULL, 0, NULL, &error));
    assert_string_equal(error.message, "there is no directory /nowhere/at/all");
    // With several sites, a flag for one of them has no effect, and says so.
    error = (struct error){0};
    const struct settings_flag flag = {SLICE("limits.pages"), SLICE("5")};
    const struct settings *process = load(fixture, "sites: {a.example: a}\n", &flag, 1, &error);
    assert_non_null(process);
    assert_true(settings_have_sites(process));
    assert_true(slice_find(settings_warnings(process), SLICE("--limits-pages is not used"), 0) !=
                SIZE_MAX);
}

static void test_prefix(void **state)
{
    static const char *const CASES[][2] = {
        {"/docs/a", "/a"},
        {"/docs", ""},
        {"/docs/", "/"},
        {"/docsify/a", "/docsify/a"},
        {"/docs?q=1", "?q=1"},
        {"/docs#a", "#a"},
        {"/do", "/do"},
        {"/", "/"},
        {"", ""},
    };
    struct fixture *fixture = *state;
    struct error error = {0};
    const struct settings *s = load(fixture, "path_prefix: /docs/\n", NULL, 0, &error);
    assert_non_null(s);
    assert_true(slice_equal(settings_prefix(s), SLICE("/docs")));
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct slice below = settings_below_prefix(s, slice_from_cstr(CASES[i][0]));
        assert_true(slice_equal(below, slice_from_cstr(CASES[i][1])));
    }
}

// Defaults of a site's language or theme fill what nobody wrote.
static void test_other_defaults(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {0};
    const struct settings *s = load(fixture, "name: A\n", NULL, 0, &error);
    assert_non_null(s);
    struct value defaults = value_from_json(
        fixture->arena, SLICE("t"),
        SLICE("{\"name\":\"B\",\"lang\":\"cy\",\"threads\":3,\"unknown\":1}"), NULL, &error);
    const struct settings *other = settings_with_defaults(fixture->arena, s, defaults, &error);
    assert_non_null(other);
    assert_true(slice_equal(other->name, SLICE("A")));
    assert_true(slice_equal(other->lang, SLICE("cy")));
    assert_int_equal(other->threads, 3);
    assert_true(slice_equal(s->lang, SLICE("en")));
    defaults =
        value_from_json(fixture->arena, SLICE("t"), SLICE("{\"threads\":\"x\"}"), NULL, &error);
    assert_null(settings_with_defaults(fixture->arena, s, defaults, &error));
    assert_string_equal(error.message, "`threads` must be a whole number");
}

static void test_certificate_files(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {0};
    const struct settings *s = load(
        fixture, "tls: {certificates: [{certificate: a.pem, key: /k/b.key}]}\n", NULL, 0, &error);
    assert_non_null(s);
    struct slice file = settings_certificate_file(s, fixture->arena, 0, "certificate");
    assert_true(slice_ends_with(file, SLICE("/a.pem")));
    assert_true(slice_starts_with(file, settings_directory(s)));
    assert_true(
        slice_equal(settings_certificate_file(s, fixture->arena, 0, "key"), SLICE("/k/b.key")));
    assert_int_equal(settings_certificate_file(s, fixture->arena, 0, "ocsp").len, 0);
    assert_int_equal(settings_certificate_file(s, fixture->arena, 1, "key").len, 0);
}

// docs/settings.md is made of these tables: a row a setting, with its type and no cell too many.
static void test_reference(void **state)
{
    struct fixture *fixture = *state;
    struct buffer out = buffer_create(fixture->arena, 0);
    settings_write_reference(&out);
    struct slice text = buffer_slice(&out);
    for (const struct settings_row *row = settings_rows(); row->key; row++) {
        struct slice start = arena_printf(fixture->arena, "\n| `%s` | %s | ", row->key,
                                          settings_type_name(row->type));
        assert_true(slice_find(text, start, 0) != SIZE_MAX);
    }
}

// Every allocation of reading settings fails once: no memory is what is said.
static void test_little_memory(void **state)
{
    struct fixture *fixture = *state;
    assert_non_null(load(fixture,
                         "name: A ${HOME:-b}\nimports: [a]\nlimits: {pages: 5}\n"
                         "headers: {X-A: b}\nglobals: {a: b}\n",
                         NULL, 0, &(struct error){0}));
    bool done = false;
    for (size_t limit = 64; !done && limit < (size_t)1 << 22; limit += 1024) {
        struct arena *arena = arena_create(1, limit);
        struct error failure = {0};
        done = settings_load(arena, fixture->directory, NULL, false, NULL, 0, NULL, &failure);
        if (!done && failure.code != ERROR_MEMORY)
            fail_msg("within %zu bytes: %s", limit, failure.message);
        arena_destroy(arena);
    }
    assert_true(done);
}

// Values of the right type that cannot be meant, and next to each one that can.
static void test_rules(void **state)
{
    static const struct {
        const char *right, *wrong, *message;
    } CASES[] = {
        {"threads: 64", "threads: 65", "`threads` must be at most 64, and is 65"},
        {"search: {page_size: 1}", "search: {page_size: 0}", "must be at least 1, and is 0"},
        {"name: a", "name: '  '", "`name` must be a text, and is empty"},
        {"name: a", "name: \"a\\0b\"", "`name` must be a text without NUL"},
        {"log: {level: info}", "log: {level: loud}", "one of: debug info warning error; and is"},
        {"admin_listen: ''", "listen: ''", "not an address to listen on"},
        {"url: https://a.example/", "url: a.example", "`url` must be a scheme and a host"},
        {"url: http://a:80", "url: https:///", "`url` must be a scheme and a host"},
        {"url: https://a-b.example", "url: https://a/b", "`url` must be a scheme and a host"},
        {"url: https://a", "url: https://b@a", "`url` must be a scheme and a host"},
        {"path_prefix: ''", "path_prefix: docs", "a path that begins with one slash"},
        {"path_prefix: /a/b/", "path_prefix: //a/", "a path that begins with one slash"},
        {"path_prefix: /a-b/", "path_prefix: /a b/", "a path without spaces, query or fragment"},
        {"path_prefix: /a/", "path_prefix: /a?b/", "a path without spaces, query or fragment"},
        {"path_prefix: /..a/", "path_prefix: /a/../", "a path without \"..\", which browsers"},
        {"path_prefix: /.a/", "path_prefix: /./a/", "a path without \".\", which browsers"},
        {"lang: cy-GB", "lang: c", "a language such as en or cy-GB, and is \"c\""},
        {"lang: es-419", "lang: 1s", "a language such as en or cy-GB"},
        {"lang: x-ours", "lang: english", "a language such as en or cy-GB"},
        {"lang: zh-Hant-TW", "lang: en-", "a language such as en or cy-GB"},
        {"lang: en", "lang: 'e\"n'", "a language such as en or cy-GB"},
        {"passthrough: {/a: b}", "passthrough: {a: b}", "begin with a slash, unlike \"a\""},
        {"headers: {X-A: b}", "headers: {X A: b}", "field names that may be set, unlike \"X A\""},
        {"headers: {X-A: b}", "headers: {date: b}", "field names that may be set"},
        {"headers: {X-A: b}", "headers: {'': b}", "field names that may be set"},
        {"headers: {Server: b}", "headers: {cache-control: b}", "field names that may be set"},
        {"headers: {X-A: 1, X-B: true, X-C: ''}", "headers: {X-A: ~}", "texts on one line; see"},
        {"headers: {X-A: '2027-01-01'}", "headers: {X-A: 2027-01-01}", "texts on one line; see"},
        {"headers: {X-A: 'a, b'}", "headers: {X-A: [a, b]}", "texts on one line; see \"X-A\""},
        {"headers: {X-A: \"b\\n\"}", "headers: {X-A: \"b\\nX-B: c\"}", "texts on one line"},
        {"headers: {X-A: \"b\\tc\"}", "headers: {X-A: \"b\\x7f\"}", "texts on one line"},
        {"cache_control: no-store", "cache_control: \"a\\nb\"", "without line breaks"},
        {"asset_cache_control: no-store", "asset_cache_control: \"a\\rb\"", "without line breaks"},
        {"content_security_policy: \"a b;\\n c d\\n\"", "content_security_policy: \"a\\0\"",
         "without control characters"},
        {"git: {preview_host: ''}", "git: {preview_host: a.example}", "in lower case with {ref}"},
        {"git: {preview_host: '{ref}.a-1.example'}", "git: {preview_host: '{ref}.A.example'}",
         "and is \"{ref}.A.example\""},
        {"git: {preview_host: 'a.{ref}'}", "git: {preview_host: '{ref}.a:80'}", "with {ref}"},
        {"git: {preview_host: '{ref}_a'}", "git: {preview_host: '{ref}.{ref}.a'}", "with {ref}"},
        {"git: {preview_host: '{ref}'}", "git: {preview_host: 'https://{ref}.a'}", "with {ref}"},
        {"cdn: {tags: ''}", "cdn: {tags: 'a:'}", "the name of a field, and is \"a:\""},
        {"cdn: {control: a=b}", "cdn: {control: \"a\\nb\"}", "a field, without line breaks"},
        {"access: {files: {/a: [b, c]}}", "access: {files: {/a: [b, 1]}}", "see \"/a\""},
        {"access: {files: {/a: b}}", "access: {files: {/a: 1}}", "names of users and groups"},
        {"access: {files: {/a: b}}", "access: {files: {a: b}}", "begin with a slash"},
        {"redirects: []", "redirects: {a: b}", "`redirects` must be a list"},
        {"site_roots: a", "limits: {pages: 0}", "must be at least 1, and is 0"},
        {"name: 5", "name: {a: b}", "`name` must be a text"},
        {"name: true", "name: ''", "`name` must be a text, and is empty"},
        {"name: 2027-01-01", "name: [a]", "`name` must be a text"},
        {"watch: 'true'", "watch: 'yes'", "`watch` must be true or false"},
        {"cdn: {tags: X-Tags}", "cdn: {tags: Date}", "the name of a field"},
        {"lang: ab", "lang: abcdefghijabcdefghijabcdefghijabcdef", "a language such as en"},
        {"url: http://a/", "url: 'http://a{b'", "`url` must be a scheme and a host"},
        {"tls: {certificates: [{certificate: a, key: b, ocsp: c}]}",
         "tls: {certificates: [{certificate: a}]}", "each with `certificate` and `key`"},
        {"tls: {certificates: []}", "tls: {certificates: [{certificate: a, key: ''}]}",
         "each with `certificate` and `key`"},
        {"tls: {certificates: [{key: b, certificate: a}]}",
         "tls: {certificates: [{certificate: a, key: b, name: c}]}",
         "each with `certificate` and `key`"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct error error = {0};
        if (!load(*state, CASES[i].right, NULL, 0, &error))
            fail_msg("%s: %s", CASES[i].right, error.message);
        if (load(*state, CASES[i].wrong, NULL, 0, &error) ||
            !strstr(error.message, CASES[i].message))
            fail_msg("%s: %s", CASES[i].wrong, error.message);
    }
}

// Every row of the table: its field is where the table says, and its default is of its type.
static void test_every_default_prints(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {0};
    const struct settings *s = load(fixture, "", NULL, 0, &error);
    struct buffer out = buffer_create(fixture->arena, 0);
    assert_non_null(s);
    settings_print(s, &out);
    for (const struct settings_row *row = settings_rows(); row->key; row++) {
        assert_true(row->offset < sizeof *s);
        assert_true(slice_find(buffer_slice(&out), slice_from_cstr(row->key), 0) != SIZE_MAX);
    }
}

// What all sites of a process share comes from its file, and only from there.
static void test_one_of_several(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {0};
    struct settings *process = load(fixture,
                                    "sites: {a.example: a}\nlisten: 127.0.0.1:9\n"
                                    "tls: {key: k.pem}\nlimits: {connections: 7}\n",
                                    NULL, 0, &error);
    assert_non_null(process);
    char name[96];
    snprintf(name, sizeof name, "%s/guidance.yaml", fixture->directory);
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fputs("name: A\nlimits: {pages: 5}\n", file);
    fclose(file);
    struct settings_reading reading = {
        .site = fixture->directory, .process = process, .host = SLICE("a.example")};
    setenv("GUIDANCED_NAME", "B", 1);
    const struct settings *s = settings_read(fixture->arena, NULL, &reading, &error);
    unsetenv("GUIDANCED_NAME");
    assert_non_null(s);
    assert_true(slice_equal(s->name, SLICE("A")));
    assert_true(slice_equal(s->url, SLICE("http://a.example")));
    assert_int_equal(s->limits.pages, 5);
    assert_int_equal(s->limits.connections, 7);
    assert_true(slice_equal(s->listen, SLICE("127.0.0.1:9")));
    assert_string_equal(s->tls.key.full.ptr, process->tls.key.full.ptr);
}

static void test_settings_in_the_wrong_file(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {0};
    assert_null(load(fixture, "sites: {a.example: a}\nlimits: {pages: 5}\n", NULL, 0, &error));
    assert_string_equal(error.message,
                        "`limits.pages` belongs to a site, and this file has `sites`");
    assert_int_equal(error.place.line, 2);
    assert_int_equal(error.place.column, 10);
    error = (struct error){0};
    struct settings *process = load(fixture, "sites: {a.example: a}\n", NULL, 0, &error);
    assert_non_null(process);
    char name[96];
    snprintf(name, sizeof name, "%s/guidance.yaml", fixture->directory);
    FILE *file = fopen(name, "w");
    assert_non_null(file);
    fputs("name: A\nsites: {b.example: b}\n", file);
    fclose(file);
    struct settings_reading reading = {
        .site = fixture->directory, .process = process, .host = SLICE("a.example")};
    assert_null(settings_read(fixture->arena, NULL, &reading, &error));
    assert_string_equal(error.message,
                        "`sites` belongs to the process, which serves several sites");
    assert_int_equal(error.place.line, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_defaults, setup, teardown),
        cmocka_unit_test_setup_teardown(test_precedence, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_no_field_holds, setup, teardown),
        cmocka_unit_test_setup_teardown(test_rules, setup, teardown),
        cmocka_unit_test_setup_teardown(test_notations, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sources, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrong_sources, setup, teardown),
        cmocka_unit_test_setup_teardown(test_settings_of_a_commit, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_commit_and_a_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_prefix, setup, teardown),
        cmocka_unit_test_setup_teardown(test_other_defaults, setup, teardown),
        cmocka_unit_test_setup_teardown(test_certificate_files, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reference, setup, teardown),
        cmocka_unit_test_setup_teardown(test_little_memory, setup, teardown),
        cmocka_unit_test_setup_teardown(test_every_default_prints, setup, teardown),
        cmocka_unit_test_setup_teardown(test_one_of_several, setup, teardown),
        cmocka_unit_test_setup_teardown(test_settings_in_the_wrong_file, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
