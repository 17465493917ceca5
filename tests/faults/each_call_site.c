// SPDX-License-Identifier: MIT
//
// The sites, with something of everything: layouts, macros, data, pagination, redirects, assets,
// feedback, a history in git, an Eleventy project; and mistakes, for `check`.
#include "each_call_site.h"

#include "base/file.h"
#include "store/store.h"
#include "tree/tree.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

int program_main(int argc, char **argv); // server/main.c

enum { SECONDS = 60, ARGUMENTS_MAX = 24, OUTPUT_MAX = 8 << 20 };

char each_call_place[] = "/tmp/guidanced-each-call-XXXXXX";

static const char *const FILES[][2] = {
    {"guidance.yaml", "name: Test\nurl: https://example.gov.uk\npassthrough: {/assets: assets}\n"
                      "redirects: [{from: /old/, to: /one/}]\nsearch: {page_size: 5}\n"},
    {"data/index.md",
     "---\ntitle: Home\ndate: 2024-01-01\nlayout: page.njk\n---\n# Home\n\n[one](/one/)\n"
     "{% for page in collections.all %}{{ page.url }} {% endfor %}\n"},
    {"data/one.md",
     "---\ntitle: One\ndate: 2024-01-01\nlayout: page.njk\nowner: team\nreviewBy: 2020-01-01\n"
     "redirect_from: [/uno/]\n---\n# One\n\n## Part\n\nText *of* one.[^1]\n\n"
     "| a | b |\n|---|---|\n| 1 | 2 |\n\n[^1]: Note.\n"},
    {"data/two.md",
     "---\ntitle: Two\ndate: 2024-01-01\nlayout: page.njk\ntags: [posts]\n---\n# Two\n\n"
     "![Words](/assets/a.css) {{ facts.text | upper }} [part](/one/#part)\n"},
    {"data/list.njk",
     "---\ntitle: Lists\ndate: 2024-01-01\npagination: {data: facts.list, size: 1, alias: item}\n"
     "permalink: /list/{{ item }}/\n---\n<h1>{{ item }}</h1>\n"},
    {"data/deep/page.md",
     "---\ntitle: Deep\ndate: 2024-01-01\nlayout: page.njk\n---\nSee [two](../two.md).\n"},
    {"data/deep/deep.yaml", "owner: others\ndate: 2024-01-01\n"},
    {"data/_data/facts.json", "{\"text\": \"words\", \"list\": [\"a\", \"b\"]}"},
    {"templates/page.njk", "{% import 'part.njk' as part %}<html lang=\"en\"><title>{{ title }}"
                           "</title><main>{{ content | safe }}</main>{{ part.p(title) }}</html>"},
    {"templates/part.njk", "{% macro p(a) %}<p>{{ a | trim }}</p>{% endmacro %}"},
    {"assets/a.css", "p { color: red }\n"},
};
// In "bad", beside the same.
static const char *const MISTAKES[][2] = {
    {"data/bad.md", "---\ntitle: Bad\nlayout: page.njk\n---\n{{ 'a' | nothing }}\n"},
    {"data/worse.md", "---\ntitle: Bad\nlayot: page.njk\ntags: {a: b}\n---\n# One\n\n### Three\n\n"
                      "[x](/x/) [part](/one/#none) ![](/assets/none.png) click [here](/one)\n"},
    {"data/_data/unused.yaml", "a: [1, 2]\n"},
    {"templates/unused.njk", "{% if a %}{{ b }}{% endif %}{% block c %}{% endblock %}"},
};
static const char *const ELEVENTY[][2] = {
    {"package.json",
     "{\"dependencies\": {\"@11ty/eleventy\": \"^3\", \"markdown-it-ins\": \"1\"}}"},
    {"eleventy.config.js", "export default function (config) {\n"
                           "  config.addPassthroughCopy({'assets': '/assets'});\n"
                           "  config.addFilter('f', (x) => x);\n"
                           "  return { dir: { input: 'data', layouts: '../templates' } };\n}\n"},
    {"data/index.md", "---\ntitle: Home\n---\n# Home\n"},
};
static const char TEMPLATE[] = "{% set a = [1, 2, 3] %}{% for i in a %}{{ i }}, {% endfor %}\n"
                               "{{ 'text' | replace('t', 'T') | upper }}{{ a | join('-') }}\n";

void each_call_shell(const char *format, ...)
{
    char command[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    if (system(command) != 0)
        fail_msg("%s", command);
}

void each_call_put(struct arena *arena, const char *folder, const char *name, const char *text)
{
    struct error error = {0};
    struct slice path = arena_printf(arena, "%s/source/%s/%s", each_call_place, folder, name);
    struct slice directory = arena_copy(arena, path_directory(path));
    if (!file_make_directories(directory.ptr, &error) ||
        !file_replace(path.ptr, slice_from_cstr(text), &error))
        fail_msg("%s", error.message);
}

// Entries for a backup, and others in the site's own file; and a file that a replica began to ship
// to, and was killed.
static void write_feedback(struct arena *arena)
{
    static const char *const PATHS[] = {"site/.guidanced/feedback.db", "entries.db"};
    struct error error = {0};
    const struct feedback_entry entries[] = {{.at = 4000000000, // never old
                                              .page = SLICE("/one/"),
                                              .useful = SLICE("no"),
                                              .comment = SLICE("a \"comment\", with a comma")},
                                             {.at = 4000000001,
                                              .page = SLICE("/two/"),
                                              .useful = SLICE("yes"),
                                              .comment = SLICE("two\nlines")}};
    each_call_shell("mkdir %s/source/site/.guidanced", each_call_place);
    for (size_t i = 0; i < sizeof PATHS / sizeof *PATHS; i++) {
        struct slice path = arena_printf(arena, "%s/source/%s", each_call_place, PATHS[i]);
        struct feedback *feedback = feedback_open(path.ptr, &error);
        if (!feedback || !feedback_add(feedback, entries, 2, &error))
            fail_msg("%s", error.message);
        feedback_close(feedback);
    }
    each_call_put(arena, ".", "begun.jsonl", "{\"uid\":\"earlier\"}\n{\"uid\":\"torn");
}

void each_call_make_sources(void)
{
    struct arena *arena = arena_create(0, 0);
    assert_non_null(mkdtemp(each_call_place));
    for (size_t i = 0; i < sizeof FILES / sizeof *FILES; i++)
        each_call_put(arena, "site", FILES[i][0], FILES[i][1]);
    each_call_shell("cp -a %s/source/site %s/source/bad", each_call_place, each_call_place);
    for (size_t i = 0; i < sizeof MISTAKES / sizeof *MISTAKES; i++)
        each_call_put(arena, "bad", MISTAKES[i][0], MISTAKES[i][1]);
    for (size_t i = 0; i < sizeof ELEVENTY / sizeof *ELEVENTY; i++)
        each_call_put(arena, "eleventy", ELEVENTY[i][0], ELEVENTY[i][1]);
    each_call_put(arena, ".", "template.njk", TEMPLATE);
    write_feedback(arena);
    arena_destroy(arena);
    setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
    setenv("GUIDANCED_SANDBOX", "false", 1);
    each_call_shell(
        "cd %s/source/site && git init -q -b main && git config user.name A && "
        "git config user.email a@example.org && git add -A && git commit -q -m one && "
        "echo more >> data/two.md && git commit -q -a -m two && git mv data/two.md data/zwei.md "
        "&& git commit -q -m three && git mv data/zwei.md data/two.md && git commit -q -m four "
        "&& git gc -q",
        each_call_place);
}

void each_call_copy_sources(void)
{
    each_call_shell("rm -rf %s/copy && cp -a %s/source %s/copy", each_call_place, each_call_place,
                    each_call_place);
}

void each_call_remove(void)
{
    assert_true(file_remove_directory(each_call_place));
}

// ---- what is left of the files ----

struct collecting {
    struct arena *arena;
    struct map *files;
};

static bool collect(void *state, struct slice relative, const struct file_info *info)
{
    struct collecting *to = state;
    struct error error = {0};
    struct slice path =
        arena_printf(to->arena, "%s/copy/%.*s", each_call_place, SLICE_ARG(relative));
    struct slice *text = arena_zalloc(to->arena, 1, sizeof *text);
    (void)info;
    if (!file_read(to->arena, path.ptr, OUTPUT_MAX, text, &error))
        fail_msg("%s", error.message);
    return map_put(to->files, arena_copy(to->arena, relative), text);
}

struct map each_call_files(struct arena *arena)
{
    char root[64];
    struct error error = {0};
    struct map files = map_create(arena);
    struct collecting to = {arena, &files};
    snprintf(root, sizeof root, "%s/copy", each_call_place);
    struct tree *tree = tree_open_directory(root, &error);
    if (!tree || !tree_list(tree, SLICE(""), collect, &to, &error))
        fail_msg("%s", error.message);
    tree_close(tree);
    return files;
}

// ---- a process ----

static int run_program(const char *text, size_t site)
{
    char words[1024], *argv[ARGUMENTS_MAX + 2] = {"guidanced"}, *rest = NULL;
    size_t length = 0;
    int argc = 1;
    for (const char *c = text; *c && length < sizeof words; c++)
        length += (size_t)(*c == '@' ? snprintf(words + length, sizeof words - length, "%s/copy",
                                                each_call_place)
                                     : snprintf(words + length, sizeof words - length, "%c", *c));
    for (char *word = strtok_r(words, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word;
    if (site != EACH_CALL_NONE)
        site == SIZE_MAX ? each_call_note() : each_call_fail(site);
    int code = program_main(argc, argv);
    each_call_stop();
    return code;
}

// At its exit a process looks for what it has leaked, which takes longer than all before. One in
// four does; with EACH_CALL_LEAKS set, each.
static bool looks_for_leaks(size_t site)
{
#ifdef __SANITIZE_ADDRESS__
    return site % 4 == 0 || site == EACH_CALL_NONE || getenv("EACH_CALL_LEAKS");
#else
    (void)site;
    return true;
#endif
}

void each_call_start(const char *arguments, size_t site, struct each_call_process *process)
{
    process->out = memfd_create("out", MFD_CLOEXEC);
    process->err = memfd_create("err", MFD_CLOEXEC);
    assert_true(process->out >= 0 && process->err >= 0);
    fflush(NULL);
    process->id = fork();
    assert_true(process->id >= 0);
    if (process->id > 0)
        return;
    static const int SIGNALS[] = {SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGSYS, SIGABRT};
    for (size_t i = 0; i < sizeof SIGNALS / sizeof *SIGNALS; i++)
        signal(SIGNALS[i], SIG_DFL); // cmocka's handlers would go on with the test
    int null = open("/dev/null", O_RDONLY);
    if (chdir(each_call_place) != 0 || dup2(null, 0) < 0 || dup2(process->out, 1) < 0 ||
        dup2(process->err, 2) < 0)
        _exit(99);
    alarm(SECONDS);
    int code = run_program(arguments, site);
    if (looks_for_leaks(site))
        exit(code);
    fflush(NULL);
    _exit(code);
}

static struct slice take_output(struct arena *arena, int fd)
{
    struct buffer text = buffer_create(arena, OUTPUT_MAX);
    char block[4096];
    ssize_t got;
    while ((got = pread(fd, block, sizeof block, (off_t)text.len)) > 0)
        buffer_append(&text, slice_of(block, (size_t)got));
    close(fd);
    return buffer_slice(&text);
}

int each_call_end(struct each_call_process *process, struct arena *arena, struct slice *out,
                  struct slice *err)
{
    int status;
    assert_int_equal(waitpid(process->id, &status, 0), process->id);
    *out = take_output(arena, process->out);
    *err = take_output(arena, process->err);
    return status;
}
