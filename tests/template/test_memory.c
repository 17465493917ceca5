// SPDX-License-Identifier: MIT
//
// Every allocation fails in turn. Here a chunk of an arena has room for one allocation, so that
// malloc sees each: of making a set, parsing, compiling and rendering. What comes back must be the
// right output, or the right error, or that memory ran out.
#include "failing_malloc.h"
#include "files.h"
#include "template/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

struct arena *__real_arena_create(size_t chunk_size, size_t limit);
struct arena *__wrap_arena_create(size_t chunk_size, size_t limit);

struct arena *__wrap_arena_create(size_t chunk_size, size_t limit)
{
    (void)chunk_size;
    return __real_arena_create(1, limit);
}

static const struct file FILES[] = {
    {"base", "<{% block a %}A{{ x }}{% endblock %}|{% block b %}B{% endblock %}>"},
    {"part", "[{{ x }}{% set y = 1 %}{{ y }}]"},
    {"macros", "{% set g = 'G' %}{% macro hi(n, greet='Hello') %}{{ greet }} {{ n }}{{ g }}"
               "{% endmacro %}{% macro wrap(t) %}<{{ t }}>{{ caller(t) }}{% endmacro %}"},
    {"filters", "{% macro shout(text, mark='!') %}{{ text | upper }}{{ mark }}{% endmacro %}"},
    {"forms", "{% macro field(n, t='text') %}[{{ n }}:{{ t }}]{% endmacro %}"},
    {"boxes", "{% macro box(title) %}<{{ title }}>{{ caller() }}</>{% endmacro %}"},
};

static const char CONTEXT[] =
    "{\"x\":\"<b>\",\"n\":3,\"list\":[3,1,2],\"o\":{\"k\":\"v\",\"m\":{\"p\":1}},"
    "\"rows\":[{\"id\":2,\"name\":\"b\"},{\"id\":1,\"name\":\"a\"}],\"pairs\":[[1,2],[3,4]],"
    "\"text\":\"one two\\nthree\"}";

static const char *const SOURCES[] = {
    "{% if n > 4 %}a{% elif n == 3 %}b{% else %}c{% endif %}{% if not x %}{% else %}d{% endif %}",
    "{% for a in list %}{{ loop.index }}{{ a }}{% if loop.last %}.{% endif %}{% else %}-"
    "{% endfor %}{% for a in [] %}{% else %}none{% endfor %}",
    "{% for k, v in o %}{{ k }}={{ v }}{% endfor %}{% for a, b in pairs %}{{ a + b }}{% endfor %}"
    "{% for c in text %}{{ c }}{% endfor %}",
    "{% asyncEach a in list %}{{ a }}{% endeach %}{% asyncAll a in list %}{{ a }}{% endall %}",
    "{% switch n %}{% case 1 %}{% case 2 %}a{% case 3 %}b{% default %}c{% endswitch %}"
    "{% switch n %}{% default %}d{% endswitch %}",
    "{% set a, b = n %}{{ a }}{{ b }}{% set c %}in {{ x }}{% endset %}{{ c }}"
    "{% set list = list.concat(4) %}{{ list }}",
    "{% extends 'base' %}{% block a %}[{{ super() }}{% set x = 2 %}{{ x }}]{% endblock a %}",
    "{% extends 'base' if n else 'part' %}{% block b %}{{ super() }}{% endblock %}",
    "{% include 'part' %}{% include 'none' ignore missing %}{% include ['none', 'part'] %}"
    "{% for a in list %}{% include 'part' %}{% endfor %}",
    "{% import 'macros' as m %}{{ m.hi('you', greet='Hi') }}{{ m.g }}"
    "{% import 'macros' as c with context %}{{ c.hi(n) }}",
    "{% from 'macros' import hi, wrap as w with context %}{{ hi(x) }}"
    "{% call(t) w('T') %}({{ t }}{{ n }}){% endcall %}",
    "{% macro sum(a, b=2, c=a) %}{{ a + b }}{{ kwargs }}{{ varargs }}{% endmacro %}"
    "{{ sum(1) }}{{ sum(1, c=3) }}{{ sum(1, 2, 3) }}",
    "{% filter upper %}a{{ x }}{% endfilter %}{% filter replace('a', 'b') %}a{% endfilter %}"
    "{% raw %}{{ raw }}{% endraw %}{% verbatim %}{{ v }}{% endverbatim %}{# comment #}",
    "{% field 'x' %}{% field 'y', t='z' %}{% box 'h' %}{{ n }}{% endbox %}"
    "{{ 'a' | shout(mark='?') }}",
    "{{ 1 + n - 2 * 3 / 4 % 5 ** 2 // 1 }}{{ -n }}{{ +n }}{{ 'a' ~ n ~ x ~ 1.5 }}",
    "{{ n < 4 and n <= 3 or n >= 5 and n > 6 }}{{ n == 3 }}{{ n != '3' }}{{ n === 3 }}"
    "{{ n !== 3 }}{{ not n }}{{ 'a' if n else 'b' }}{{ 'c' if not n }}",
    "{{ 3 in list }}{{ 'k' not in o }}{{ not 3 in list }}{{ n is odd }}{{ n is not even }}"
    "{{ n is divisibleby(3) }}{{ x is defined }}{{ y is undefined }}{{ n is equalto 3 }}",
    "{{ [1, 'two', [3]] }}{{ {a: 1, 'b': {c: 2}}.b.c }}{{ {k: n}['k'] }}{{ (1, n) }}"
    "{{ none }}{{ true }}{{ 'q\\'\\n\\t\\\\' }}",
    "{{ r/(?<w>t)w(o)/gi.test(text) }}{{ text.replace(r/o(n)e/g, '[$1$&]') }}"
    "{{ text.match(r/t(w)o/) }}{{ text.split(' ') }}",
    "{{ list.map(parse) if parse else list.slice(1).reverse().join('-') }}{{ list.indexOf(2) }}"
    "{{ list.push(9) }}{{ list }}{{ o.m.p }}{{ o['m']['p'] }}{{ text.length }}",
    "{{ list | sort | join(',') }}{{ rows | sort(false, false, 'id') | join('', 'name') }}"
    "{{ rows | groupby('name') | dump }}{{ o | dictsort | dump(1) }}{{ list | batch(2, 0) }}",
    "{{ list | slice(2, 'x') | dump }}{{ list | select('odd') }}{{ list | reject('odd') }}"
    "{{ rows | selectattr('id') | length }}{{ rows | rejectattr('id') }}{{ rows | sum('id') }}",
    "{{ o | list | dump }}{{ text | list }}{{ text | wordcount }}{{ text | indent(2, true) }}"
    "{{ text | truncate(5, true) }}{{ text | title }}{{ text | capitalize }}{{ x | striptags }}",
    "{{ 'see https://a.example/b or c@d.example' | urlize(9, true) }}{{ {a: 'b c'} | urlencode }}"
    "{{ 'a b' | urlencode }}{{ text | nl2br }}{{ x | escape | upper }}{{ x | safe | trim }}",
    "{{ text | center(30) }}{{ list | first }}{{ text | last }}{{ '7' | int }}{{ '1.5' | float }}"
    "{{ 1.25 | round(1, 'floor') }}{{ list | reverse }}{{ text | reverse }}{{ y | default(x) }}",
    "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.current }}"
    "{% set j = joiner('-') %}{{ j() }}{{ j() }}{{ range(3) }}{{ range(1, 9, 3) }}",
    "{{ o | dump | length }}{{ 'Å b' | slug }}{{ x | string | lower }}{{ list | random | abs > 0 "
    "}}",
    // Many literals of a shape, with one of no shape where their array is full.
    "{{ {a:1} }}{{ {a:1} }}{{ {a:1} }}{{ {a:1} }}{{ {a:1} }}{{ {a:1} }}{{ {a:1} }}{{ {a:1} }}"
    "{{ {a:1} }}{{ {a:1} }}{{ {a:1} }}{{ {a:1} }}{{ {a:1} }}{{ {a:1} }}{{ {a:1} }}{{ {a:1} }}"
    "{{ {} }}{{ {b:2}.b }}{{ {c:3}.c }}{{ {} }}{{ {d:4}.d }}",
    "a\n  b {%- if n -%} c {%- endif %}\n{{- x -}}\n d",
    "{{ n | nosuch }}",
    "{{ n is nosuch }}",
    "{% nosuch %}",
    "{% if n %}{{ o.k.missing.deeper() }}{% endif %}",
    "{{ y() }}",
    "{% include 'nosuch' %}",
    "{% from 'macros' import nothing %}",
    "{% for a in list %}",
    "{{ 'open }}",
};

struct given {
    const char *source;
    struct value context;
    struct slice output; // of a run with all memory
    enum error_code code;
};

static bool load(void *state, struct arena *arena, struct slice name, struct slice *source,
                 struct slice *file, struct error *error)
{
    (void)state, (void)arena, (void)error;
    return find_file(FILES, sizeof FILES / sizeof *FILES, name, source, file);
}

static struct template_set *make_set(struct error *error)
{
    const struct template_options options = {.loader = load,
                                             .limits = {.milliseconds = UINT32_MAX}};
    struct template_set *set = template_set_create(&options, error);
    if (set && template_set_add_macros(set, SLICE("filters"), 'f', error) &&
        template_set_add_macros(set, SLICE("forms"), 's', error) &&
        template_set_add_macros(set, SLICE("boxes"), 'p', error))
        return set;
    template_set_destroy(set);
    return NULL;
}

static bool render(struct template_set *set, const struct given *g, struct arena *arena,
                   struct slice *out, struct error *error)
{
    struct template_context context = {.layers = {g->context}, .count = 1, .remember = true};
    struct value_realm realm = value_realm_create(arena);
    struct template_output output;
    const struct template *t =
        template_compile(set, SLICE("page"), SLICE("page.njk"), slice_from_cstr(g->source), 1,
                         SLICE("{% set prelude = 1 %}"), error);
    if (!t || !template_render(t, &context, &realm, &output, error))
        return false;
    *out = template_output_text(arena, &output);
    return out->ptr || error_memory(error);
}

static bool is_as_wanted(const struct given *g, bool ok, struct slice text,
                         const struct error *error)
{
    return ok ? slice_equal(text, g->output) : error->code == g->code;
}

// False when malloc was not asked often enough for a failure. The set is made before, or with the
// others.
static bool fails_well(const struct given *g, unsigned calls, bool once, bool with_set)
{
    struct error error = {0};
    struct slice text = SLICE_EMPTY;
    struct arena *arena = arena_create(0, 0);
    struct template_set *set = with_set ? NULL : make_set(&error);
    failing_malloc_begin(calls, once);
    if (with_set)
        set = make_set(&error);
    bool ok = set && render(set, g, arena, &text, &error);
    bool refused = failing_malloc_end();
    if (!is_as_wanted(g, ok, text, &error) && error.code != ERROR_MEMORY)
        fail_msg("%s\ncall %u%s: %d %s: %.*s", g->source, calls, once ? " alone" : "",
                 (int)error.code, error.message, SLICE_ARG(text));
    if (!with_set) { // which is none the worse
        error_clear(&error);
        arena_reset(arena, 0);
        ok = render(set, g, arena, &text, &error);
        if (!is_as_wanted(g, ok, text, &error))
            fail_msg("%s\nafter call %u%s failed: %d %s: %.*s", g->source, calls,
                     once ? " alone" : "", (int)error.code, error.message, SLICE_ARG(text));
    }
    template_set_destroy(set);
    arena_destroy(arena);
    return refused;
}

static void check_source(struct given *g, bool with_set)
{
    struct error error = {0};
    struct arena *arena = arena_create(0, 0);
    struct template_set *set = make_set(&error);
    assert_non_null(set);
    render(set, g, arena, &g->output, &error);
    g->code = error.code;
    assert_int_not_equal(g->code, ERROR_MEMORY);
    unsigned calls = 0;
    while (fails_well(g, calls, true, with_set) && fails_well(g, calls, false, with_set))
        calls++;
    assert_true(calls > 3);
    template_set_destroy(set);
    arena_destroy(arena);
}

static void test_each_allocation_fails(void **state)
{
    (void)state;
    struct error error = {0};
    struct arena *arena = arena_create(0, 0);
    struct value context =
        value_from_json(arena, SLICE("context"), slice_from_cstr(CONTEXT), NULL, &error);
    assert_false(error_is_set(&error));
    value_freeze(context);
    for (size_t i = 0; i < sizeof SOURCES / sizeof *SOURCES; i++) {
        struct given g = {.source = SOURCES[i], .context = context};
        check_source(&g, i == 0);
    }
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_allocation_fails)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
