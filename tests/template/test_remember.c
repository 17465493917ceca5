// SPDX-License-Identifier: MIT
//
// What pieces of templates and macros print is remembered (vm_remember.c): renders give what they
// would give without, whatever came before them; and what may be remembered is.
#include "files.h"
#include "template/template.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

// Two of them are longer than what output copies in place of referring to it.
#define LONG                                                                                       \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"   \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"   \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"   \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"   \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789"

static const struct file FILES[] = {
    {"macros", "{% macro card(p) %}{% for i in range(9) %}{% set x = i %}{% endfor %}" LONG
               "<b>{{ p.text }}</b>" LONG "{% endmacro %}"
               "{% macro add(list) %}{% set n = list.push('x') %}{{ list | length }}{% endmacro %}"
               "{% macro sees() %}[{{ title }}]{% endmacro %}"
               "{% macro work(n) %}{% for i in range(n) %}{% set x = i %}{% endfor %}{{ n }}"
               "{% endmacro %}"
               "{% macro deep(n) %}{% if n %}{{ deep(n - 1) }}{% else %}bottom{% endif %}"
               "{% endmacro %}"
               "{% macro bad(v) %}\n{{ v.no.such() }}{% endmacro %}"
               "{% macro asks(f) %}{{ f() }}{% endmacro %}"
               "{% macro shows(f) %}{{ '' | looked }}{% endmacro %}"
               "{% macro gives() %}{% include 'gift' %}{% endmacro %}"
               "{% macro counted() %}{{ 1 | counted }}{% endmacro %}"
               "{% macro same(a, b) %}{{ a === b }},{{ a.list === b.list }};{% endmacro %}"
               "{% macro shown(v, w='-') %}{% for i in range(9) %}{% set x = i %}{% endfor %}"
               "{{ v | dump | safe }}{{ v }}{{ w }};{% endmacro %}"
               "{% macro wrap(p) %}{% for i in range(9) %}{% set x = i %}{% endfor %}"
               "<{{ p }}{{ caller() }}>{% endmacro %}"},
    {"calls", "{% from 'macros' import wrap %}"
              "{% macro around(p) %}{% call wrap(1) %}{{ p }}{% endcall %}{% endmacro %}"
              "{% macro nest(p) %}{% macro inner(q) %}{% for i in range(9) %}{% set x = i %}"
              "{% endfor %}{{ q }}{{ p }}{% endmacro %}{{ inner(2) }}{{ inner(p) }}{% endmacro %}"},
    {"clock", "{% macro now() %}{{ tick() }}{% endmacro %}"},
    {"counter", "{% set state = [] %}{% macro next() %}{% set n = state.push(1) %}"
                "{{ state | length }}{% endmacro %}"},
    {"local", "{% set state = [] %}{% macro long(p) %}{% set n = state.push(1) %}"
              "" LONG "{{ state | length }}{{ p.text }}" LONG "{% endmacro %}"},
    {"within", "{% macro show(p) %}{% include 'shown' %}{% endmacro %}"},
    {"shown", "{% from 'local' import long %}{{ long(p) }}"},
    {"gift",
     "{% set title = 'gift' %}{{ title }}{% for i in [1, 2] %}{{ i }}{{ mine }}{% endfor %}"},
    {"sets", "{% set title = 'set' %}"},
    {"through", "{% for i in [1] %}{% set title = 'through' %}{% endfor %}"},
    {"piece", "{% from 'macros' import deep %}{{ deep(3) }}"},
    {"frame", "<{% block head %}{% endblock %}{% block body %}{% endblock %}>"},
};

static bool load(void *state, struct arena *arena, struct slice name, struct slice *source,
                 struct slice *file, struct error *error)
{
    (void)state, (void)arena, (void)error;
    return find_file(FILES, sizeof FILES / sizeof *FILES, name, source, file);
}

// ---- functions that know more than their arguments ----

static unsigned counted;

static struct value count_call(struct value_call *call)
{
    counted++;
    template_note_effect(call);
    return value_arg(call, 0);
}

static struct value look_up(struct value_call *call)
{
    return template_lookup(call, SLICE("title"));
}

static struct value tick(struct value_call *call)
{
    (void)call;
    static double ticks;
    return value_number(++ticks);
}

static const struct template_builtin FILTERS[] = {
    {"counted", count_call, "value | counted", "Has an effect.", false, NULL},
    {"looked", look_up, "'' | looked", "The title.", false, NULL},
};

struct fixture {
    struct template_set *set;
    const struct template *template;
    struct arena *kept;  // of data
    struct arena *arena; // of a render; emptied before the next, so that addresses come again
    struct error error;
    struct template_output output;
};

static void start(struct fixture *f, const char *source, struct template_limits limits)
{
    *f = (struct fixture){.arena = arena_create(0, 0), .kept = arena_create(0, 0)};
    struct template_options options = {.loader = load, .limits = limits};
    options.limits.milliseconds = UINT32_MAX; // an emulated processor takes long
    f->set = template_set_create(&options, &f->error);
    assert_non_null(f->set);
    assert_true(template_set_add_filters(f->set, FILTERS, 2));
    struct arena *arena = template_set_arena(f->set);
    struct value clock = value_function(arena, SLICE("tick"), tick, NULL);
    clock.flags |= VALUE_IMPURE;
    assert_true(template_set_add_global(f->set, SLICE("tick"), clock));
    f->template = template_compile(f->set, SLICE("page"), SLICE("page.njk"),
                                   slice_from_cstr(source), 1, SLICE_EMPTY, &f->error);
    if (!f->template)
        fail_msg("%s: %s", source, f->error.message);
}

static void stop(struct fixture *f)
{
    template_set_destroy(f->set);
    arena_destroy(f->arena);
    arena_destroy(f->kept);
}

static struct value json(struct arena *arena, const char *text)
{
    struct error error = {0};
    struct value v = value_from_json(arena, SLICE("context"), slice_from_cstr(text), NULL, &error);
    assert_false(error_is_set(&error));
    return v;
}

static bool render(struct fixture *f, struct value own, struct value data, struct slice *text)
{
    struct template_context context = {.layers = {own, data}, .count = 2, .remember = true};
    struct value_realm realm = value_realm_create(f->arena);
    f->error = (struct error){0};
    bool ok = template_render(f->template, &context, &realm, &f->output, &f->error);
    *text = ok ? template_output_text(f->arena, &f->output) : SLICE_EMPTY;
    return ok;
}

// Renders with each of the contexts, NULL at the end, three times over; the frozen data is the same
// all the time. A context of `own` is a request's.
static void expect(const char *source, const char *data_text, const char *const *own,
                   const char *const *expected)
{
    struct fixture f;
    start(&f, source, (struct template_limits){0});
    struct value data = json(f.kept, data_text);
    value_freeze(data);
    for (unsigned round = 0; round < 3; round++)
        for (unsigned i = 0; own[i]; i++) {
            struct slice text;
            arena_reset(f.arena, SIZE_MAX);
            if (!render(&f, json(f.arena, own[i]), data, &text))
                fail_msg("%s: %s", source, f.error.message);
            if (!slice_equal(text, slice_from_cstr(expected[i])))
                fail_msg("%s, round %u\n  expected %s\n  got      %.*s", source, round, expected[i],
                         SLICE_ARG(text));
        }
    stop(&f);
}
#define TEXTS(...) ((const char *const[]){__VA_ARGS__, NULL})

// ---- what is remembered ----

// Whether two renders print the very same bytes.
static bool is_remembered(const char *source, const char *data_text)
{
    struct fixture f;
    start(&f, source, (struct template_limits){0});
    struct value data = json(f.kept, data_text);
    value_freeze(data);
    struct slice text[2];
    const char *first = NULL;
    bool same = false;
    for (unsigned i = 0; i < 3; i++) {
        assert_true(render(&f, value_object(f.arena), data, &text[i == 0]));
        for (size_t p = 0; p < f.output.count; p++)
            if (f.output.parts[p].len >= 512) {
                same = first == f.output.parts[p].ptr;
                first = f.output.parts[p].ptr;
            }
        if (i)
            assert_true(slice_equal(text[0], text[1]));
    }
    stop(&f);
    return same;
}

static void test_pieces_are_remembered(void **state)
{
    (void)state;
    static const char IMPORT[] = "{% from 'macros' import card, counted %}";
    char source[300];
    static const struct {
        const char *rest;
        bool expected;
    } SAMPLES[] = {
        {"{{ card({ text: 'a' }) }}", true},
        // A macro of a template that runs inside the piece, and of one that ran before it.
        {"{% from 'within' import show %}{{ show(data) }}", true},
        {"{% from 'local' import long %}{% for i in [1] %}{{ long(data) }}{% endfor %}", false},
        {"{{ card(data) }}", true},
        {"{{ card({ text: data.text, list: [data] }) }}", true},
        {"{% for x in data.items %}{{ card(x) }}{% endfor %}", true},
        {"{% if data %}{{ card(data) }}{% endif %}", true},
        {"{% extends 'frame' %}{% block body %}{{ card(data) }}{% endblock %}", true},
        {"{% set v = 'x' %}{{ card({ text: v }) }}", true},
        {"{% set v = { text: 'x', list: [data, [], -0] } %}{{ card(v) }}", true},
        {"{% set a = [card] %}{% set n = a.push(a) %}{{ card(a) }}", true},
        {"{{ card(counted(1)) }}", true}, // the one, not the other
        {"{% macro own(p) %}{{ card(p) }}{% endmacro %}{{ own(data) }}", true},
        {"{% set html %}{{ data.text }}{% endset %}{{ card({ html: html }) }}", true},
        {"{% set v = card({ text: 'x' }) %}{{ v }}", false}, // captured, not printed
        {"{{ card(data, tick()) }}", false},                 // another argument each time
        {"{{ card(range) }}", true},
        {"{{ card([range]) }}", true},
        {"{% set c = cycler('a') %}{{ card(c) }}", false}, // a function that is not known
        {"{{ card(r/x/) }}", false},
        {"{% call card(data) %}x{% endcall %}", false},
    };
    for (size_t i = 0; i < sizeof SAMPLES / sizeof *SAMPLES; i++) {
        snprintf(source, sizeof source, "%s%s", IMPORT, SAMPLES[i].rest);
        bool got =
            is_remembered(source, "{\"data\":{\"text\":\"t\",\"items\":[{\"text\":\"i\"}]}}");
        if (got != SAMPLES[i].expected)
            fail_msg("%s: remembered %d", source, got);
    }
}

static void test_inputs_decide(void **state)
{
    (void)state;
    static const char CARD[] = "{% from 'macros' import add, sees %}"
                               "{% for x in [1] %}{{ v }}{{ x }}{% endfor %}";
    expect(CARD, "{}",
           TEXTS("{\"v\":\"a\"}", "{\"v\":\"b\"}", "{}", "{\"v\":null}", "{\"v\":1}",
                 "{\"v\":\"1\"}", "{\"v\":true}", "{\"v\":\"<\"}", "{\"v\":[1,2]}", "{\"v\":[1,3]}",
                 "{\"v\":\"a\"}"),
           TEXTS("a1", "b1", "1", "1", "11", "11", "true1", "&lt;1", "1,21", "1,31", "a1"));
    // What a render makes itself, at the same address each time.
    expect("{% set a = [v] %}{% for x in a %}{{ x }}{% endfor %}{% set o = { a: v } %}"
           "{% for i in [1] %}{{ o.a }}{% endfor %}",
           "{}", TEXTS("{\"v\":\"a\"}", "{\"v\":\"b\"}"), TEXTS("aa", "bb"));
    // Safe and not.
    expect("{% for x in [1] %}{{ v }}{% endfor %}|{% set v = v | safe %}"
           "{% for x in [1] %}{{ v }}{% endfor %}",
           "{}", TEXTS("{\"v\":\"<\"}", "{\"v\":\"&\"}"), TEXTS("&lt;|<", "&amp;|&"));
    // One piece, many times, its variables changing.
    expect("{% for i in range(9) %}{% set j = i % 5 %}{% for k in [1] %}{{ j }}{% endfor %}"
           "{% endfor %}",
           "{}", TEXTS("{}"), TEXTS("012340123"));
    // The name is another function each time.
    expect("{% from 'macros' import sees as f %}{{ f() }}{% from 'macros' import gives as f %}"
           "{% for i in [1] %}{{ f() }}{% endfor %}{{ range(2) }}{% set range = f %}{{ range() }}",
           "{}", TEXTS("{\"title\":\"t\"}"), TEXTS("[]gift120,1gift12"));
}

// Calls of macros go by their arguments, which a layout mostly makes for the call.
static void test_arguments_decide(void **state)
{
    (void)state;
    const char *const *own =
        TEXTS("{\"v\":1}", "{\"v\":2}", "{\"v\":\"1\"}", "{\"v\":[\"<\"]}", "{}", "{\"v\":1}");
    expect("{% from 'macros' import shown %}{{ shown({ a: [v] }) }}{{ shown([v, v], w=v) }}", "{}",
           own,
           TEXTS("{\"a\":[1]}[object Object]-;[1,1]1,11;", "{\"a\":[2]}[object Object]-;[2,2]2,22;",
                 "{\"a\":[\"1\"]}[object Object]-;[\"1\",\"1\"]1,11;",
                 "{\"a\":[[\"<\"]]}[object Object]-;[[\"<\"],[\"<\"]]&lt;,&lt;&lt;;",
                 "{\"a\":[null]}[object Object]-;[null,null],;",
                 "{\"a\":[1]}[object Object]-;[1,1]1,11;"));
    // Safe or not, by position or by name, once or twice the same, each other's beginning.
    expect(
        "{% from 'macros' import shown %}{{ shown('<') }}{{ shown('<' | safe) }}{{ shown('a', "
        "'b') }}"
        "{{ shown('a', w='b') }}{{ shown('ab') }}{{ shown(v='a') }}{{ shown(['a'], 'b') }}{{ "
        "shown(['a', 'b']) }}",
        "{}", TEXTS("{}"),
        TEXTS(
            "\"<\"&lt;-;{\"val\":\"<\",\"length\":1}<-;\"a\"ab;\"a\"ab;\"ab\"ab-;\"a\"a-;[\"a\"]ab;"
            "[\"a\",\"b\"]a,b-;"));
    const char *const *titles = TEXTS("{\"title\":\"a\"}", "{\"title\":\"b\"}");
    expect("{% from 'macros' import same %}{% set x = { list: [] } %}{% set l = [] %}"
           "{{ same(x, x) }}{{ same(x, { list: [] }) }}{{ same({ list: l }, { list: l }) }}"
           "{{ same({ list: [] }, { list: [] }) }}",
           "{}", titles,
           TEXTS("true,true;false,false;false,true;false,false;",
                 "true,true;false,false;false,true;false,false;"));
    expect("{% from 'macros' import same %}{% set l = [] %}{% set x = { list: l } %}{% for i in "
           "[0, 1, 0] %}"
           "{% set y = { list: l if i else [] } %}{{ same(x, y) }}{% endfor %}",
           "{}", titles,
           TEXTS("false,false;false,true;false,false;", "false,false;false,true;false,false;"));
    // A call body, and a macro within a macro, see more than their arguments.
    expect("{% from 'macros' import wrap %}{% from 'calls' import around, nest %}{% call wrap(1) "
           "%}{{ title }}{% endcall %}"
           "{{ around(title) }}{{ around('c') }}{{ nest(title) }}{{ nest('c') }}",
           "{}", titles, TEXTS("<1a><1a><1c>2a2c", "<1b><1b><1c>2b2c"));
}

static void test_arguments_that_are_changed(void **state)
{
    (void)state;
    expect("{% from 'macros' import add %}{% set l = [1] %}{{ add(l) }}{{ add(l) }}{{ l }}|"
           "{% set o = [l] %}{{ add(o[0]) }}{{ add([1]) }}{{ add([1]) }}{{ l | length }}",
           "{}", TEXTS("{}", "{}"), TEXTS("231,x,x|4224", "231,x,x|4224"));
}

// More inputs than are tried, long ones, deep ones.
static void test_many_inputs(void **state)
{
    (void)state;
    struct fixture f;
    start(&f,
          "{% from 'macros' import shown %}{% for i in range(300) %}{{ shown(i) }}{% endfor %}"
          "{% set s = 'x' %}{% for i in range(14) %}{% set s = s + s %}{{ shown([s]) }}{% endfor %}"
          "{% set d = [] %}{% for i in range(40) %}{% set d = [d, i] %}{{ shown(d) }}{% endfor %}",
          (struct template_limits){0});
    struct slice first, text;
    struct arena *arena = f.arena;
    f.arena = f.kept;
    assert_true(render(&f, value_object(f.arena), value_object(f.arena), &first));
    f.arena = arena;
    for (unsigned round = 0; round < 4; round++) {
        arena_reset(f.arena, SIZE_MAX);
        assert_true(render(&f, value_object(f.arena), value_object(f.arena), &text));
        assert_true(slice_equal(first, text));
    }
    assert_non_null(memmem(first.ptr, first.len, "299299-;", 8));
    stop(&f);
}

static void test_scopes_are_seen(void **state)
{
    (void)state;
    const char *const *own = TEXTS("{\"title\":\"a\"}", "{\"title\":\"b\"}", "{\"title\":\"a\"}");
    expect("{% from 'macros' import sees with context %}{{ sees() }}", "{}", own,
           TEXTS("[a]", "[b]", "[a]"));
    expect("{% macro here() %}({{ title }}){% endmacro %}{{ here() }}", "{}", own,
           TEXTS("(a)", "(b)", "(a)"));
    expect("{% from 'macros' import shows %}{{ shows() }}", "{}", own, TEXTS("a", "b", "a"));
    expect("{% for i in [1] %}{{ '' | looked }}{% endfor %}", "{}", own, TEXTS("a", "b", "a"));
    expect("{% include 'sets' %}{% for i in [1] %}{{ title }}{% endfor %}", "{}", own,
           TEXTS("a", "b", "a"));
    expect("{% set title = 'q' %}{% include 'through' %}{% for i in [1] %}{{ title }}{% endfor %}",
           "{}", own, TEXTS("through", "through", "through"));
    expect("{% set mine = title %}{% from 'macros' import gives %}{{ gives() }}"
           "{% include 'gift' %}",
           "{}", own, TEXTS("gift12gift1a2a", "gift12gift1b2b", "gift12gift1a2a"));
    expect("{% macro w() %}{{ caller() }}{% endmacro %}"
           "{% call w() %}{% for i in [1] %}{{ title }}{% endfor %}{% endcall %}",
           "{}", own, TEXTS("a", "b", "a"));
    expect("{% for title in [1, 2] %}{% set x = 1 %}{% for i in [1] %}{{ title }}{{ loop.index }}"
           "{% endfor %}{% endfor %}{% for i in [1] %}{{ title }}{% endfor %}",
           "{}", own, TEXTS("1121a", "1121b", "1121a"));
}

static void test_mutations_stay_in_the_render(void **state)
{
    (void)state;
    const char *const *own = TEXTS("{}", "{}");
    const char data[] = "{\"list\":[1,2]}";
    expect("{% from 'macros' import add %}{{ add(list) }}{{ add(list) }}{{ list | length }}", data,
           own, TEXTS("344", "344"));
    expect("{% for i in [1, 2] %}{{ list.push(i) }}{% endfor %}|{% for x in list %}{{ x }}"
           "{% endfor %}",
           data, own, TEXTS("34|1212", "34|1212"));
    // Remembered by renders that change nothing before; not used by one that does.
    expect("{% if change %}{% set n = list.push(3) %}{% endif %}{% for x in list %}{{ x }}"
           "{% endfor %}",
           data, TEXTS("{}", "{\"change\":true}", "{}"), TEXTS("12", "123", "12"));
    expect("{% from 'counter' import next %}{{ next() }}{{ next() }}", data, own,
           TEXTS("12", "12"));
    expect("{% set c = cycler('a', 'b') %}{% for i in [1] %}{{ c.next() }}{% endfor %}"
           "{% for i in [1, 2] %}{{ c.next() }}{% endfor %}",
           data, own, TEXTS("aba", "aba"));
}

static void test_effects_are_had_each_time(void **state)
{
    (void)state;
    counted = 0;
    expect("{% from 'macros' import counted %}{{ counted() }}{% for i in [1] %}{{ i | counted }}"
           "{% endfor %}",
           "{}", TEXTS("{}", "{}"), TEXTS("11", "11"));
    assert_int_equal(counted, 2 * 6);
}

// ---- purity ----

static void test_purity_is_that_of_the_run(void **state)
{
    (void)state;
    struct fixture f;
    struct slice text;
    start(&f,
          "{% from 'macros' import card %}{% for i in [1] %}{{ card(data) }}{{ v }}{% endfor %}"
          "{% for i in [1] %}{% if data.no %}{{ request.path }}{% endif %}{% endfor %}"
          "{% if late %}{{ tick() }}{% endif %}",
          (struct template_limits){0});
    struct value data = json(f.kept, "{\"data\":{\"text\":\"t\"}}");
    value_freeze(data);
    struct value request = value_object(f.kept);
    request.flags |= VALUE_IMPURE;
    struct value plain = json(f.kept, "{\"v\":\"same\"}");
    assert_true(value_set(NULL, f.kept, plain, SLICE("request"), request));
    struct value asked = json(f.kept, "{\"v\":\"same\"}");
    asked.flags |= VALUE_IMPURE;
    for (unsigned round = 0; round < 3; round++) {
        assert_true(render(&f, plain, data, &text));
        assert_true(f.output.pure); // `request` is an input, but is not asked for
        assert_true(render(&f, asked, data, &text));
        assert_false(f.output.pure);
        assert_true(render(&f, json(f.kept, "{\"v\":\"same\",\"late\":1}"), data, &text));
        assert_false(f.output.pure);
    }
    stop(&f);
}

static void test_the_clock_goes_on(void **state)
{
    (void)state;
    struct fixture f;
    struct slice text;
    start(&f, "{% from 'clock' import now %}{{ now() }}{{ now() }}", (struct template_limits){0});
    double before = 0;
    for (unsigned round = 0; round < 4; round++) {
        assert_true(render(&f, value_object(f.arena), value_object(f.arena), &text));
        assert_false(f.output.pure);
        assert_true(value_parse_float(text) > before);
        before = value_parse_float(text);
    }
    stop(&f);
}

// ---- limits and errors ----

static void expect_failure(const char *source, struct template_limits limits, bool fails,
                           const char *message)
{
    struct fixture f;
    struct slice text;
    start(&f, source, limits);
    for (unsigned round = 0; round < 4; round++) {
        bool ok = render(&f, value_object(f.arena), value_object(f.arena), &text);
        if (ok == fails || (fails && !strstr(f.error.message, message)))
            fail_msg("%s, round %u: %s", source, round, ok ? "no error" : f.error.message);
    }
    stop(&f);
}

static void test_limits_hold(void **state)
{
    (void)state;
    struct template_limits instructions = {.instructions = 500000};
    struct template_limits recursion = {.recursion = 10}, output = {.output_bytes = 2000};
    static const char ONCE[] = "{% from 'macros' import work %}{{ work(60000) }}";
    static const char TWICE[] = "{% from 'macros' import work %}{{ work(60000) }}{{ work(60000) }}"
                                "{{ work(60000) }}{{ work(60000) }}";
    expect_failure(ONCE, instructions, false, "");
    expect_failure(TWICE, instructions, true, "instructions");
    expect_failure("{% from 'macros' import deep %}{{ deep(8) }}", recursion, false, "");
    // The same piece, remembered where there is room for its depth, and then deeper.
    static const char MORE[] = "{% macro more(n) %}{% if n %}{{ more(n - 1) }}{% else %}"
                               "{% include 'piece' %}{% endif %}{% endmacro %}";
    char source[300];
    snprintf(source, sizeof source, "%s{%% include 'piece' %%}{{ more(2) }}", MORE);
    expect_failure(source, recursion, false, "");
    snprintf(source, sizeof source, "%s{%% include 'piece' %%}{{ more(5) }}", MORE);
    expect_failure(source, recursion, true, "nested too deeply");
    expect_failure("{% from 'macros' import card %}{% for i in [1] %}{{ card() }}{% endfor %}"
                   "{% for i in [1] %}{{ card() }}{% endfor %}",
                   output, false, "");
    expect_failure("{% from 'macros' import card %}{% for i in [1] %}{{ card() }}{% endfor %}"
                   "{% for i in [1] %}{{ card() }}{% endfor %}{% for i in [1] %}{{ card() }}"
                   "{% endfor %}",
                   output, true, "printed more than");
}

static void test_errors_have_their_places(void **state)
{
    (void)state;
    struct fixture f;
    struct slice text;
    start(&f,
          "{% from 'macros' import bad %}{{ bad(v) }}\n{% for i in v %}{{ i.no() }}{% endfor %}",
          (struct template_limits){0});
    char first[1000];
    for (unsigned round = 0; round < 3; round++) {
        assert_false(render(&f, json(f.kept, "{\"v\":1}"), value_object(f.arena), &text));
        assert_string_equal(f.error.place.file, "macros");
        assert_int_equal(f.error.place.line, 2);
        if (round == 0)
            snprintf(first, sizeof first, "%s", f.error.message);
        assert_string_equal(first, f.error.message);
    }
    stop(&f);
}

// ---- many at once ----

static void *render_often(void *state)
{
    struct fixture f = *(struct fixture *)state;
    for (unsigned i = 0; i < 500; i++) {
        f.arena = arena_create(0, 0);
        struct value own = value_object(f.arena);
        char digit = (char)('0' + i % 7);
        value_set(NULL, f.arena, own, SLICE("v"), value_string(slice_of(&digit, 1)));
        struct slice text;
        bool ok =
            render(&f, own, value_object(f.arena), &text) && text.len == 1 && text.ptr[0] == digit;
        arena_destroy(f.arena);
        if (!ok)
            return state;
    }
    return NULL;
}

static void test_threads_share(void **state)
{
    (void)state;
    struct fixture f;
    pthread_t threads[4];
    start(&f, "{% for i in [1] %}{{ v }}{% endfor %}", (struct template_limits){0});
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, render_often, &f), 0);
    for (size_t i = 0; i < 4; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    stop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pieces_are_remembered),
        cmocka_unit_test(test_inputs_decide),
        cmocka_unit_test(test_arguments_decide),
        cmocka_unit_test(test_arguments_that_are_changed),
        cmocka_unit_test(test_many_inputs),
        cmocka_unit_test(test_scopes_are_seen),
        cmocka_unit_test(test_mutations_stay_in_the_render),
        cmocka_unit_test(test_effects_are_had_each_time),
        cmocka_unit_test(test_purity_is_that_of_the_run),
        cmocka_unit_test(test_the_clock_goes_on),
        cmocka_unit_test(test_limits_hold),
        cmocka_unit_test(test_errors_have_their_places),
        cmocka_unit_test(test_threads_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
