// SPDX-License-Identifier: MIT
//
// A small site in a folder of its own, and a script whose host is one of hosts/.
#ifndef GUIDANCED_TESTS_SCRIPT_SITE_H
#define GUIDANCED_TESTS_SCRIPT_SITE_H

#include "base/file.h"
#include "script/script.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct test_site {
    char folder[64];
    char root[96], scratch[160], home[96];
    char host[PATH_MAX];
    struct arena *arena;
    struct value_realm realm;
    struct script *script;
    struct error error;
};

static inline void site_write(struct test_site *site, const char *path, const char *content)
{
    char full[PATH_MAX];
    snprintf(full, sizeof full, "%s/%s", site->folder, path);
    char *slash = strrchr(full, '/');
    *slash = '\0';
    assert_true(file_make_directories(full, NULL));
    *slash = '/';
    assert_true(file_write(full, slice_from_cstr(content), NULL));
}

static inline struct script_options site_options(const struct test_site *site)
{
    return (struct script_options){.command = "node",
                                   .root = site->root,
                                   .config = "eleventy.config.js",
                                   .scratch = site->scratch,
                                   .host = site->host,
                                   .memory_bytes = 256 << 20,
                                   .timeout_ms = 5000,
                                   .idle_ms = 60000};
}

static inline void site_start(struct test_site *site, const struct script_options *options)
{
    script_destroy(site->script);
    error_clear(&site->error);
    site->script = script_create(options, &site->error);
    assert_non_null(site->script);
}

static inline struct test_site *site_make(const char *host)
{
    struct test_site *site = calloc(1, sizeof *site);
    assert_non_null(site);
    strcpy(site->folder, "/tmp/guidanced-script-XXXXXX");
    assert_non_null(mkdtemp(site->folder));
    snprintf(site->root, sizeof site->root, "%s/site", site->folder);
    snprintf(site->scratch, sizeof site->scratch, "%s/.guidanced/script", site->root);
    snprintf(site->home, sizeof site->home, "%s/home", site->folder);
    char path[128];
    snprintf(path, sizeof path, "tests/script/hosts/%s", host);
    assert_non_null(realpath(path, site->host));
    site->arena = arena_create(0, 0);
    site->realm = value_realm_create(site->arena);
    site_write(site, "site/eleventy.config.js", "one");
    site_write(site, "site/page.md", "# A page\n");
    site_write(site, "site/node_modules/package/index.js", "module.exports = 1;\n");
    site_write(site, "site/.guidanced/feedback.db", "secret");
    site_write(site, "home/secret", "secret");
    return site;
}

static inline void site_remove(struct test_site *site)
{
    char command[128];
    script_destroy(site->script);
    arena_destroy(site->arena);
    snprintf(command, sizeof command, "rm -rf %s", site->folder);
    assert_int_equal(system(command), 0);
    free(site);
}

static inline bool site_ask_scope(struct test_site *site, const char *operation, const char *name,
                                  const struct value *args, uint32_t argc,
                                  const struct script_scope *scope, struct value *answer)
{
    const struct script_question question = {.operation = operation,
                                             .name = slice_from_cstr(name),
                                             .args = args,
                                             .argc = argc,
                                             .realm = &site->realm};
    site->error = (struct error){0};
    return script_ask(site->script, &question, scope, site->arena, answer, &site->error);
}

static inline bool site_ask(struct test_site *site, const char *name, struct value argument,
                            struct value *answer)
{
    return site_ask_scope(site, "filter", name, &argument, 1, NULL, answer);
}

static inline struct slice site_text(struct test_site *site, struct value v)
{
    return value_to_text(&site->realm, v);
}

static inline void assert_text(struct slice text, const char *expected)
{
    if (!slice_equal(text, slice_from_cstr(expected)))
        fail_msg("\"%.*s\" is not \"%s\"", SLICE_ARG(text), expected);
}

// What it prints as, or its error, for a message that says which.
static inline void assert_answer(struct test_site *site, const char *name, struct value argument,
                                 const char *expected)
{
    struct value answer;
    if (!site_ask(site, name, argument, &answer))
        fail_msg("%s: %s", name, site->error.message);
    assert_text(site_text(site, answer), expected);
}

#endif
