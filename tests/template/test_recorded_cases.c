// SPDX-License-Identifier: MIT
//
// The cases recorded from Node's nunjucks (tests/conformance/nunjucks/cases), run in process: what
// CI and a machine without Node can check. Then the same cases in arenas too small for them, so
// that every allocation of a render fails once, and with a malloc that fails at each of its calls
// in turn, from making the set on: each must end in an error or in the right output. All renders
// remember what pieces of templates print, and the cases are rendered again with it.
#include "base/file.h"
#include "failing_malloc.h"
#include "template/template.h"
#include "tree/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const char CASES[] = "tests/conformance/nunjucks/cases";
enum { LEAST_CASES = 3000, FILE_LIMIT = 16 << 20 };

struct run {
    struct arena *arena; // of the file read
    struct value shared; // its templates
    struct value test;   // the case
    unsigned count, failed;
    void (*check)(struct run *run);
};

static struct value member(struct value object, const char *name)
{
    return value_get(NULL, object, slice_from_cstr(name));
}

static bool load(void *state, struct arena *arena, struct slice name, struct slice *source,
                 struct slice *file, struct error *error)
{
    const struct run *run = state;
    (void)arena, (void)error;
    struct value text = value_get(NULL, member(run->test, "templates"), name);
    if (!value_is(text, VALUE_STRING))
        text = value_get(NULL, run->shared, name);
    *file = name;
    *source = value_is(text, VALUE_STRING) ? value_text(text) : SLICE_EMPTY;
    return source->ptr != NULL;
}

static struct slice tag(struct value tags, const char *name)
{
    struct value v = member(tags, name);
    return value_is(v, VALUE_STRING) ? value_text(v) : SLICE_EMPTY;
}

static struct template_set *make_set(struct run *run, struct error *error)
{
    struct value options = member(run->test, "options");
    struct value autoescape = member(options, "autoescape");
    struct value tags = member(options, "tags");
    struct template_options o = {
        .no_autoescape = !value_is(autoescape, VALUE_UNDEFINED) && !value_truthy(autoescape),
        .trim_blocks = value_truthy(member(options, "trimBlocks")),
        .lstrip_blocks = value_truthy(member(options, "lstripBlocks")),
        .throw_on_undefined = value_truthy(member(options, "throwOnUndefined")),
        .tags = {tag(tags, "blockStart"), tag(tags, "blockEnd"), tag(tags, "variableStart"),
                 tag(tags, "variableEnd"), tag(tags, "commentStart"), tag(tags, "commentEnd")},
        .limits = {.milliseconds = UINT32_MAX}, // an emulated processor takes long
        .loader = load,
        .loader_state = run,
    };
    return template_set_create(&o, error);
}

static const struct template *compile(struct run *run, struct template_set *set,
                                      struct error *error)
{
    struct value source = member(run->test, "template");
    if (!value_is(source, VALUE_STRING))
        return template_get(set, value_text(member(run->test, "name")), error);
    return template_compile(set, SLICE_EMPTY, SLICE("case"), value_text(source), 1, SLICE_EMPTY,
                            error);
}

// {NULL, 0} and error on failure.
static struct slice render(struct run *run, const struct template *template, struct arena *arena,
                           struct error *error)
{
    struct template_context context = {
        .layers = {member(run->test, "context")}, .count = 1, .remember = true};
    struct value_realm realm = value_realm_create(arena);
    struct template_output output;
    if (!template_render(template, &context, &realm, &output, error))
        return SLICE_EMPTY;
    struct slice text = template_output_text(arena, &output);
    if (!text.ptr)
        error_memory(error);
    return text;
}

static bool as_recorded(const struct run *run, struct slice text, const struct error *error)
{
    struct value expected = member(run->test, "output");
    if (!value_is(expected, VALUE_STRING))
        return error_is_set(error);
    return !error_is_set(error) && slice_equal(text, value_text(expected));
}

static void complain(struct run *run, const char *what, struct slice text,
                     const struct error *error)
{
    run->failed++;
    print_message("%s: %.*s\n  got %.*s %s\n", what, SLICE_ARG(value_text(member(run->test, "id"))),
                  SLICE_ARG(text), error_is_set(error) ? error->message : "");
}

static void check_output(struct run *run)
{
    struct error error = {0};
    struct arena *arena = arena_create(0, 0);
    struct template_set *set = make_set(run, &error);
    const struct template *template = set ? compile(run, set, &error) : NULL;
    struct slice text = template ? render(run, template, arena, &error) : SLICE_EMPTY;
    if (!as_recorded(run, text, &error))
        complain(run, "differs", text, &error);
    struct error again = {0};
    text = template ? render(run, template, arena, &again) : SLICE_EMPTY;
    if (template && !as_recorded(run, text, &again))
        complain(run, "differs when remembered", text, &again);
    template_set_destroy(set);
    arena_destroy(arena);
}

// The limit grows until the render is as recorded; on the way it may fail only for memory.
static void check_small_arenas(struct run *run)
{
    struct error error = {0};
    struct template_set *set = make_set(run, &error);
    const struct template *template = set ? compile(run, set, &error) : NULL;
    bool done = !template;
    for (size_t limit = 256; !done && limit < (size_t)1 << 24; limit += limit / 6) {
        struct arena *arena = arena_create(128, limit);
        struct error failure = {0};
        struct slice text = render(run, template, arena, &failure);
        done = as_recorded(run, text, &failure);
        if (!done && failure.code != ERROR_MEMORY && failure.code != ERROR_LIMIT) {
            complain(run, "in little memory", text, &failure);
            done = true;
        }
        arena_destroy(arena);
    }
    template_set_destroy(set);
}

// ---- a malloc that fails ----

// False when malloc was not asked often enough for a failure.
static bool fails_well(struct run *run, unsigned calls, bool once)
{
    struct error error = {0};
    struct slice text = SLICE_EMPTY;
    failing_malloc_begin(calls, once);
    struct arena *arena = arena_create(4096, 0);
    struct template_set *set = arena ? make_set(run, &error) : NULL;
    const struct template *template = set ? compile(run, set, &error) : NULL;
    if (template)
        text = render(run, template, arena, &error);
    bool refused = failing_malloc_end();
    if (arena && !as_recorded(run, text, &error) && error.code != ERROR_MEMORY)
        complain(run, "with a malloc that fails", text, &error);
    template_set_destroy(set);
    arena_destroy(arena);
    return refused;
}

static void check_failing_malloc(struct run *run)
{
    for (unsigned calls = 0; calls < 1000 && run->failed < 20; calls++)
        if (!fails_well(run, calls, true) || !fails_well(run, calls, false))
            return;
}

static bool run_file(void *state, struct slice relative, const struct file_info *info)
{
    struct run *run = state;
    struct error error = {0};
    struct slice text;
    (void)info;
    run->arena = arena_create(0, 0);
    struct slice path = path_join(run->arena, slice_from_cstr(CASES), relative);
    if (!file_read(run->arena, path.ptr, FILE_LIMIT, &text, &error))
        fail_msg("%s", error.message);
    struct value content = value_from_json(run->arena, path, text, &VALUE_DATA_LIMITS, &error);
    if (error_is_set(&error))
        fail_msg("%s: %s", path.ptr, error.message);
    value_freeze(content);
    bool shared = value_is(content, VALUE_OBJECT);
    run->shared = shared ? member(content, "templates") : value_undefined();
    struct value cases = shared ? member(content, "cases") : content;
    for (uint32_t i = 0; i < value_length(NULL, cases); i++, run->count++) {
        run->test = value_item(NULL, cases, i);
        run->check(run);
    }
    arena_destroy(run->arena);
    return true;
}

static void run_all(void (*check)(struct run *run))
{
    struct run run = {.check = check};
    struct error error = {0};
    struct tree *tree = tree_open_directory(CASES, &error);
    if (!tree || !tree_list(tree, SLICE(""), run_file, &run, &error))
        fail_msg("%s", error.message);
    tree_close(tree);
    if (run.count < LEAST_CASES)
        fail_msg("only %u cases found", run.count);
    assert_int_equal(run.failed, 0);
}

static void test_cases_render_as_recorded(void **state)
{
    (void)state;
    run_all(check_output);
}

static void test_cases_survive_little_memory(void **state)
{
    (void)state;
    run_all(check_small_arenas);
}

static void test_cases_survive_failing_malloc(void **state)
{
    (void)state;
    run_all(check_failing_malloc);
    print_message("%u calls refused\n", failing_malloc_refusals());
    assert_true(failing_malloc_refusals() > 10 * LEAST_CASES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases_render_as_recorded),
        cmocka_unit_test(test_cases_survive_little_memory),
        cmocka_unit_test(test_cases_survive_failing_malloc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
