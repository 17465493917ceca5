// SPDX-License-Identifier: MIT
//
// Questions and answers: what is asked once, what makes it another question, what values look like
// on the way, and functions that answers hold. The host keeps to the protocol (hosts/fake.mjs).
#include "site.h"

#include <pthread.h>
#include <signal.h>

static struct test_site *site;

static int make_site(void **state)
{
    (void)state;
    site = site_make("fake.mjs");
    struct script_options options = site_options(site);
    site_start(site, &options);
    return 0;
}

static int remove_site(void **state)
{
    (void)state;
    site_remove(site);
    return 0;
}

// ---- a scope ----

static struct value page_data[8];
static const char *page_variable = "first";

static struct value variable(void *state, struct slice name)
{
    (void)state;
    return slice_equal(name, SLICE("page")) ? value_string(slice_from_cstr(page_variable))
                                            : value_undefined();
}

static bool refer(void *state, struct value v, struct script_reference *reference)
{
    (void)state;
    for (uint32_t i = 0; i < 8; i++)
        if (value_is(v, VALUE_OBJECT) && value_is(page_data[i], VALUE_OBJECT) &&
            v.object == page_data[i].object) {
            *reference = (struct script_reference){SCRIPT_PAGE, i, 1000 + i};
            return true;
        }
    return false;
}

static struct value resolve(void *state, enum script_reference_kind kind, uint32_t id)
{
    (void)state;
    bool page = kind == SCRIPT_PAGE || kind == SCRIPT_PAGE_DATA;
    return page && id < 8 ? page_data[id] : value_undefined();
}

static bool find(void *state, enum script_reference_kind kind, uint64_t hash, uint32_t *id)
{
    (void)state;
    *id = (uint32_t)(hash - 1000);
    return kind == SCRIPT_PAGE && hash >= 1000 && hash < 1008;
}

static bool content(void *state, uint32_t page, struct slice *html, struct error *error)
{
    struct value answer;
    const struct script_scope *scope = state;
    // The page is rendered for it, with a filter of its own.
    if (page != 7 || !site_ask_scope(site, "filter", "echo", (struct value[]){value_number(7)}, 1,
                                     scope, &answer)) {
        *error = site->error;
        return false;
    }
    *html = SLICE("<p>seven</p>");
    return true;
}

static struct script_scope scope_of_site(void)
{
    static struct script_scope self;
    for (uint32_t i = 0; i < 8; i++) {
        page_data[i] = value_object(site->arena);
        value_set(NULL, site->arena, page_data[i], SLICE("number"), value_number(i));
    }
    self = (struct script_scope){.state = &self,
                                 .generation = 1,
                                 .variable = variable,
                                 .refer = refer,
                                 .resolve = resolve,
                                 .find = find,
                                 .content = content,
                                 .site_hash = 1,
                                 .arena = site->arena};
    return self;
}

// ---- asking ----

static void test_asked_once(void **state)
{
    (void)state;
    assert_answer(site, "count", value_number(1), "2"); // the first run opened the configuration
    assert_answer(site, "count", value_number(2), "3");
    assert_answer(site, "count", value_number(1), "2");
    assert_answer(site, "count", VALUE_LITERAL("1"), "4");
    struct script_status status = script_status(site->script);
    assert_int_equal(status.asked, 4); // with the configuration
    assert_int_equal(status.starts, 1);
    assert_true(status.running);
}

static void test_salt_is_another_question(void **state)
{
    (void)state;
    struct value answer;
    struct script_question question = {.operation = "filter", .name = SLICE("count")};
    assert_true(script_ask(site->script, &question, NULL, site->arena, &answer, &site->error));
    assert_int_equal(answer.number, 2);
    question.salt = 1;
    assert_true(script_ask(site->script, &question, NULL, site->arena, &answer, &site->error));
    assert_int_equal(answer.number, 3);
}

static void test_fresh_is_never_remembered(void **state)
{
    (void)state;
    struct script_options options = site_options(site);
    options.fresh = (const char *const[]){"count", NULL};
    site_start(site, &options);
    assert_answer(site, "count", value_null(), "2");
    assert_answer(site, "count", value_null(), "3");
}

static void test_description(void **state)
{
    (void)state;
    struct value answer;
    assert_true(site_ask_scope(site, "open", "", NULL, 0, NULL, &answer));
    assert_text(value_text(value_get(NULL, answer, SLICE("config"))), "one");
    // A question asked before needs no second one, and the other way about.
    assert_answer(site, "count", value_null(), "2");
    assert_true(site_ask_scope(site, "open", "", NULL, 0, NULL, &answer));
    assert_int_equal(value_get(NULL, answer, SLICE("open")).number, 1);
    assert_int_equal(script_status(site->script).starts, 1);
}

static void test_failure_has_its_place(void **state)
{
    (void)state;
    struct value answer;
    assert_false(site_ask(site, "fail", value_null(), &answer));
    assert_string_equal(site->error.message, "filter \"fail\" failed: TypeError: no such thing");
    assert_string_equal(site->error.place.file, "filters.js");
    assert_int_equal(site->error.place.line, 12);
    assert_int_equal(site->error.place.column, 5);
    // Nothing else is lost by it.
    assert_answer(site, "echo", value_number(1), "1");
    assert_int_equal(script_status(site->script).deaths, 0);
    assert_int_equal(script_status(site->script).failed, 1);
}

// ---- what a function reads ----

static void test_variables(void **state)
{
    (void)state;
    struct value answer, name = VALUE_LITERAL("page");
    struct script_scope scope = scope_of_site();
    static const char *const SAYS[] = {"first", "second", "first", "second"};
    static const char *const ANSWERS[] = {"2,first", "3,second", "2,first", "3,second"};
    for (size_t i = 0; i < 4; i++) {
        page_variable = SAYS[i];
        assert_true(site_ask_scope(site, "filter", "variable", &name, 1, &scope, &answer));
        assert_text(site_text(site, answer), ANSWERS[i]);
    }
    page_variable = "first";
}

static void test_files(void **state)
{
    (void)state;
    struct value file = VALUE_LITERAL("folder/extra.txt");
    site_write(site, "site/folder/other.txt", "");
    assert_answer(site, "file", file, "2,"); // not there yet
    assert_answer(site, "file", file, "2,");
    site_write(site, "site/folder/extra.txt", "text");
    assert_answer(site, "file", file, "2,"); // looked at once a generation
    script_renew(site->script);
    assert_answer(site, "file", file, "3,text");
    site_write(site, "site/folder/extra.txt", "more");
    script_renew(site->script);
    assert_answer(site, "file", file, "4,more");
    // As it was: known.
    site_write(site, "site/folder/extra.txt", "text");
    script_renew(site->script);
    assert_answer(site, "file", file, "3,text");
    assert_int_equal(script_status(site->script).starts, 1);
}

// What a host may read is found out when it starts.
static void test_new_entry_of_the_site(void **state)
{
    (void)state;
    struct value file = VALUE_LITERAL("new.txt");
    assert_answer(site, "file", file, "2,");
    site_write(site, "site/new.txt", "text");
    script_renew(site->script);
    assert_answer(site, "file", file, "2,text");
    assert_int_equal(script_status(site->script).starts, 2);
}

static void test_changed_module_starts_a_new_host(void **state)
{
    (void)state;
    struct value file = VALUE_LITERAL("lib.js"), before, after;
    site_write(site, "site/lib.js", "1");
    assert_true(site_ask(site, "module", file, &before));
    script_renew(site->script);
    assert_true(site_ask(site, "module", file, &after));
    assert_true(slice_equal(site_text(site, before), site_text(site, after)));
    site_write(site, "site/lib.js", "2");
    script_renew(site->script);
    assert_true(site_ask(site, "module", file, &after));
    assert_true(value_item(NULL, before, 0).number != value_item(NULL, after, 0).number);
    assert_int_equal(script_status(site->script).starts, 2);
}

// One that knows better than we that it is out of date.
static void test_stale_host(void **state)
{
    (void)state;
    struct value file = VALUE_LITERAL("folder/lib.js");
    site_write(site, "site/folder/lib.js", "one");
    assert_answer(site, "stale", file, "one");
    site_write(site, "site/folder/lib.js", "two");
    script_renew(site->script);
    assert_answer(site, "stale", file, "two");
    assert_int_equal(script_status(site->script).starts, 2);
    assert_int_equal(script_status(site->script).deaths, 0);
}

// An answer is good while the files are there that its function wrote.
static void test_written_files(void **state)
{
    (void)state;
    char path[256];
    assert_answer(site, "write", VALUE_LITERAL("a.webp"), "2");
    assert_answer(site, "write", VALUE_LITERAL("a.webp"), "2");
    snprintf(path, sizeof path, "%s/a.webp", site->scratch);
    assert_int_equal(unlink(path), 0);
    assert_answer(site, "write", VALUE_LITERAL("a.webp"), "3");
    assert_true(file_exists(path));
}

static void test_changed_configuration(void **state)
{
    (void)state;
    assert_answer(site, "count", value_null(), "2");
    site_write(site, "site/eleventy.config.js", "two");
    script_renew(site->script);
    assert_answer(site, "count", value_null(), "2"); // of a new host
    assert_int_equal(script_status(site->script).starts, 2);
    site_write(site, "site/eleventy.config.js", "one");
    script_renew(site->script);
    assert_answer(site, "count", value_null(), "2"); // remembered
    assert_int_equal(script_status(site->script).starts, 2);
    script_restart(site->script);
    assert_answer(site, "count", value_number(1), "2");
    assert_int_equal(script_status(site->script).starts, 3);
}

static void test_wrong_configuration(void **state)
{
    (void)state;
    struct value answer;
    site_write(site, "site/eleventy.config.js", "throw");
    for (int i = 0; i < 3; i++) {
        assert_false(site_ask(site, "count", value_null(), &answer));
        assert_non_null(strstr(site->error.message, "the configuration is wrong"));
    }
    // It is not read again for each question.
    assert_int_equal(script_status(site->script).starts, 1);
    site_write(site, "site/eleventy.config.js", "one");
    script_renew(site->script);
    assert_answer(site, "count", value_null(), "2");
}

// ---- values ----

static void test_values_there_and_back(void **state)
{
    (void)state;
    struct value answer, list = value_array(site->arena, 0), inner = value_object(site->arena);
    value_set(NULL, site->arena, inner, SLICE("$"), VALUE_LITERAL("dollar"));
    value_set(NULL, site->arena, inner, SLICE("none"), value_undefined());
    const struct value items[] = {
        value_undefined(),
        value_null(),
        value_boolean(true),
        value_number(-0.0),
        value_number(0.1),
        value_number(1e300 * 1e300),
        value_date(86400000),
        value_safe_string(SLICE("<b>")),
        VALUE_LITERAL("\"\\\n é"),
        inner,
        value_regexp(site->arena, SLICE("a/b"), SLICE("gi"), &site->error)};
    for (size_t i = 0; i < sizeof items / sizeof *items; i++)
        value_push(NULL, site->arena, list, items[i]);
    // Once asked, once remembered.
    for (int i = 0; i < 2; i++) {
        assert_true(site_ask(site, "echo", list, &answer));
        assert_int_equal(value_length(NULL, answer), sizeof items / sizeof *items);
        for (uint32_t n = 0; n < sizeof items / sizeof *items; n++) {
            struct value v = value_item(NULL, answer, n);
            assert_int_equal(v.type, items[n].type);
            assert_int_equal(v.flags & VALUE_SAFE, items[n].flags & VALUE_SAFE);
            assert_true(slice_equal(site_text(site, v), site_text(site, items[n])));
        }
        assert_true(1 / value_item(NULL, answer, 3).number < 0);
        struct value object = value_item(NULL, answer, 9);
        assert_text(value_text(value_get(NULL, object, SLICE("$"))), "dollar");
        assert_true(value_has(NULL, object, SLICE("none")));
    }
    assert_int_equal(script_status(site->script).asked, 2);
}

static void test_values_of_the_host(void **state)
{
    (void)state;
    struct value answer;
    for (int i = 0; i < 2; i++) {
        assert_true(site_ask(site, "values", value_null(), &answer));
        assert_true(value_is(value_item(NULL, answer, 0), VALUE_UNDEFINED));
        assert_true(1 / value_item(NULL, answer, 4).number < 0);
        assert_true(value_item(NULL, answer, 5).number != value_item(NULL, answer, 5).number);
        assert_int_equal(value_item(NULL, answer, 6).type, VALUE_DATE);
        assert_int_equal(value_item(NULL, answer, 8).flags & VALUE_SAFE, VALUE_SAFE);
        assert_int_equal(value_get(NULL, value_item(NULL, answer, 9), SLICE("$")).number, 1);
        assert_text(site_text(site, value_item(NULL, answer, 10)), "/a+/gi");
    }
}

static void test_cycles(void **state)
{
    (void)state;
    struct value answer;
    for (int i = 0; i < 2; i++) {
        assert_true(site_ask(site, "cycle", value_null(), &answer));
        assert_ptr_equal(value_get(NULL, answer, SLICE("self")).object, answer.object);
        assert_ptr_equal(value_get(NULL, answer, SLICE("again")).array,
                         value_get(NULL, answer, SLICE("list")).array);
    }
    // As an argument, too: what comes back is such a value.
    struct value object = value_object(site->arena), list = value_array(site->arena, 3);
    value_push(NULL, site->arena, list, value_array(site->arena, 1));
    value_push(NULL, site->arena, list, list);
    value_push(NULL, site->arena, list, object);
    value_set(NULL, site->arena, object, SLICE("list"), list);
    for (int i = 0; i < 2; i++) {
        assert_true(site_ask(site, "echo", object, &answer));
        struct value back = value_get(NULL, answer, SLICE("list"));
        assert_int_equal(value_length(NULL, back), 3);
        assert_int_equal(value_length(NULL, value_item(NULL, back, 0)), 0);
        assert_ptr_equal(value_item(NULL, back, 1).array, back.array);
        assert_ptr_equal(value_item(NULL, back, 2).object, answer.object);
    }
}

static void test_pages(void **state)
{
    (void)state;
    struct value answer;
    struct script_scope scope = scope_of_site();
    for (int i = 0; i < 2; i++) {
        assert_true(site_ask_scope(site, "filter", "page", &page_data[3], 1, &scope, &answer));
        assert_ptr_equal(value_item(NULL, answer, 0).object, page_data[3].object);
        assert_int_equal(value_get(NULL, value_item(NULL, answer, 1), SLICE("number")).number, 3);
    }
    assert_int_equal(script_status(site->script).asked, 2);
}

static void test_effects(void **state)
{
    (void)state;
    struct value answer, effects;
    struct script_scope scope = scope_of_site();
    const struct script_question question = {
        .operation = "filter", .name = SLICE("effects"), .args = &page_data[2], .argc = 1};
    for (int i = 0; i < 2; i++) {
        assert_true(script_ask_effects(site->script, &question, &scope, site->arena, &answer,
                                       &effects, &site->error));
        struct value effect = value_item(NULL, effects, 0);
        assert_ptr_equal(value_get(NULL, effect, SLICE("page")).object, page_data[2].object);
        assert_int_equal(value_get(NULL, effect, SLICE("value")).number, 1);
    }
}

// A page's content is rendered while the host waits, and asks a question itself.
static void test_content_asks_a_second_host(void **state)
{
    (void)state;
    struct value answer;
    struct script_scope scope = scope_of_site();
    assert_true(site_ask_scope(site, "filter", "content", NULL, 0, &scope, &answer));
    assert_text(site_text(site, answer), "<p>seven</p>");
    assert_int_equal(script_status(site->script).starts, 2);
}

// ---- functions ----

static struct value call(struct value function, struct value self, struct value argument)
{
    site->error = (struct error){0};
    return value_invoke(&site->realm, function, self, &argument, 1, &site->error);
}

static void test_functions_of_answers(void **state)
{
    (void)state;
    struct value add, again, sum;
    assert_true(site_ask(site, "adder", value_number(40), &add));
    assert_true(script_is_function(add));
    sum = call(add, value_undefined(), value_number(2));
    assert_int_equal(sum.number, 42);
    // Another host does not know the function, and is asked for it first.
    script_restart(site->script);
    assert_true(site_ask(site, "adder", value_number(40), &again));
    sum = call(again, value_undefined(), value_number(3));
    assert_string_equal(site->error.message, "");
    assert_int_equal(sum.number, 43);
    // The same function of another time: the same question.
    uint64_t asked = script_status(site->script).asked;
    sum = call(again, value_undefined(), value_number(2));
    assert_int_equal(sum.number, 42);
    assert_int_equal(script_status(site->script).asked, asked);
}

static struct value functions[3];

static struct value numbered_function(void *state, struct slice name)
{
    (void)state;
    return functions[*name.ptr - '0'];
}

// Another host knows none of them, and comes to one after another.
static void test_functions_that_it_reads(void **state)
{
    (void)state;
    struct value answer, names[3];
    struct script_scope scope = scope_of_site();
    scope.variable = numbered_function;
    for (uint32_t i = 0; i < 3; i++) {
        static const char *const NAMES[] = {"0", "1", "2"};
        names[i] = value_string(slice_from_cstr(NAMES[i]));
        assert_true(site_ask(site, "adder", value_number(10 * (i + 1)), &functions[i]));
    }
    script_restart(site->script);
    if (!site_ask_scope(site, "filter", "calls", names, 3, &scope, &answer))
        fail_msg("%s", site->error.message);
    assert_text(site_text(site, answer), "11,21,31");
}

static void test_instances(void **state)
{
    (void)state;
    struct value answer;
    for (int i = 0; i < 2; i++) {
        assert_true(site_ask(site, "instance", value_number(5), &answer));
        struct value when = value_get(NULL, answer, SLICE("when"));
        assert_text(site_text(site, when), "on 5");
        assert_text(value_typeof(when), "object");
        assert_int_equal(value_property(&site->realm, when, VALUE_LITERAL("day")).number, 5);
        struct value plus = value_property(&site->realm, when, VALUE_LITERAL("plus"));
        assert_text(site_text(site, call(plus, when, value_number(2))), "Moment 7");
        assert_string_equal(site->error.message, "");
    }
}

static void test_functions_of_the_configuration(void **state)
{
    (void)state;
    struct value echo = script_function(site->script, site->arena, "filter", SLICE("echo"));
    assert_int_equal(call(echo, value_undefined(), value_number(9)).number, 9);
    struct value fail = script_function(site->script, site->arena, "filter", SLICE("fail"));
    call(fail, value_undefined(), value_number(9));
    assert_true(error_is_set(&site->error));
}

static void test_entered_scope(void **state)
{
    (void)state;
    struct script_scope scope = scope_of_site();
    struct value function = script_function(site->script, site->arena, "filter", SLICE("variable"));
    assert_null(script_enter(&scope));
    struct value answer = call(function, value_undefined(), VALUE_LITERAL("page"));
    assert_ptr_equal(script_enter(NULL), &scope);
    assert_text(site_text(site, answer), "2,first");
}

// ---- many at a time ----

enum { THREADS = 8, EACH = 50 };

struct asker {
    pthread_t thread;
    size_t right;
};

static void *ask_many(void *data)
{
    struct asker *asker = data;
    for (int i = 0; i < EACH; i++) {
        struct arena *arena = arena_create(0, 0);
        struct value answer, argument = value_number(i);
        struct error error = {0};
        const struct script_question question = {
            .operation = "filter", .name = SLICE("echo"), .args = &argument, .argc = 1};
        if (script_ask(site->script, &question, NULL, arena, &answer, &error))
            asker->right += answer.number == i;
        arena_destroy(arena);
    }
    return NULL;
}

static void test_threads_ask_the_same_once(void **state)
{
    (void)state;
    struct asker askers[THREADS] = {0};
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&askers[i].thread, NULL, ask_many, &askers[i]), 0);
    for (size_t i = 0; i < THREADS; i++) {
        pthread_join(askers[i].thread, NULL);
        assert_int_equal(askers[i].right, EACH);
    }
    assert_int_equal(script_status(site->script).asked, EACH + 1);
}

// ---- without a host ----

// A memory that outlives the script, as the cache file does.
struct remembered {
    uint64_t key;
    char *bytes;
    size_t length;
};
static struct remembered rows[64];
static size_t row_count;

static bool memory_get(void *state, uint64_t key, struct arena *arena, struct slice *record)
{
    (void)state;
    for (size_t i = row_count; i-- > 0;)
        if (rows[i].key == key) {
            *record = arena_copy(arena, slice_of(rows[i].bytes, rows[i].length));
            return true;
        }
    return false;
}

static bool memory_put(void *state, uint64_t key, struct slice record)
{
    (void)state;
    assert_true(row_count < sizeof rows / sizeof *rows);
    char *bytes = malloc(record.len);
    memcpy(bytes, record.ptr, record.len);
    rows[row_count++] = (struct remembered){key, bytes, record.len};
    return true;
}

static void memory_remove(void *state, uint64_t key)
{
    (void)state;
    (void)key;
}

static void test_prepared(void **state)
{
    (void)state;
    const struct script_memory memory = {
        .get = memory_get, .put = memory_put, .remove = memory_remove};
    struct script_options options = site_options(site);
    struct script_scope scope = scope_of_site();
    struct value answer, page = VALUE_LITERAL("page");
    script_remember(site->script, &memory);
    assert_answer(site, "echo", value_number(1), "1");
    assert_true(site_ask_scope(site, "filter", "variable", &page, 1, &scope, &answer));
    assert_true(site_ask_scope(site, "filter", "page", &page_data[3], 1, &scope, &answer));
    assert_true(site_ask(site, "instance", value_number(5), &answer));
    struct value when = value_get(NULL, answer, SLICE("when"));
    call(value_property(&site->realm, when, VALUE_LITERAL("plus")), when, value_number(2));

    options.prepared = true;
    options.command = "/nowhere/node";
    site_start(site, &options);
    script_remember(site->script, &memory);
    assert_answer(site, "echo", value_number(1), "1");
    assert_true(site_ask_scope(site, "filter", "variable", &page, 1, &scope, &answer));
    assert_text(site_text(site, answer), "2,first");
    assert_true(site_ask_scope(site, "filter", "page", &page_data[3], 1, &scope, &answer));
    assert_ptr_equal(value_item(NULL, answer, 0).object, page_data[3].object);
    assert_true(site_ask(site, "instance", value_number(5), &answer));
    when = value_get(NULL, answer, SLICE("when"));
    answer = call(value_property(&site->realm, when, VALUE_LITERAL("plus")), when, value_number(2));
    assert_text(site_text(site, answer), "Moment 7");
    // What is not known is an error that names it.
    assert_false(site_ask(site, "echo", VALUE_LITERAL("new"), &answer));
    assert_non_null(strstr(site->error.message, "filter \"echo\" was not called with (\"new\")"));
    // Of damaged records nothing comes but that they are not known.
    for (size_t i = 0; i < row_count; i++)
        for (size_t at = 8; at < rows[i].length; at += 3)
            rows[i].bytes[at] ^= 0x55;
    site_start(site, &options);
    script_remember(site->script, &memory);
    assert_false(site_ask(site, "echo", value_number(1), &answer));
    for (size_t i = 0; i < row_count; i++)
        free(rows[i].bytes);
    row_count = 0;
}

static void test_no_node(void **state)
{
    (void)state;
    struct script_options options = site_options(site);
    struct value answer;
    options.command = "no-such-node";
    site_start(site, &options);
    assert_false(site_ask(site, "echo", value_null(), &answer));
    assert_non_null(strstr(site->error.message, "no program \"no-such-node\" is found"));
    assert_non_null(strstr(site->error.hint, "script.command"));
    // A script that would start node cannot be held in.
    site_write(site, "node.sh", "#!/bin/sh\nexec node \"$@\"\n");
    char path[128];
    snprintf(path, sizeof path, "%s/node.sh", site->folder);
    char command[160];
    snprintf(command, sizeof command, "chmod +x %s", path);
    assert_int_equal(system(command), 0);
    options.command = path;
    site_start(site, &options);
    assert_false(site_ask(site, "echo", value_null(), &answer));
    assert_non_null(strstr(site->error.message, "is not node itself"));
}

// ---- the host that is built in ----

static void test_built_in_host(void **state)
{
    (void)state;
    struct script_options options = site_options(site);
    struct script_scope scope = scope_of_site();
    struct value answer, word = VALUE_LITERAL("hello");
    options.host = NULL;
    options.timeout_ms = 20000;
    site_write(site, "site/eleventy.config.js",
               "module.exports = (config) => {\n"
               "  config.addFilter('shout', (text) => text.toUpperCase() + '!');\n"
               "  config.addShortcode('where', function () { return `at ${this.page}`; });\n"
               "  config.addFilter('adder', (a) => (b) => a + b);\n"
               "  config.addFilter('broken', () => { throw new TypeError('no'); });\n"
               "};\n");
    site_start(site, &options);
    if (!site_ask_scope(site, "filter", "shout", &word, 1, &scope, &answer))
        fail_msg("%s (%s)", site->error.message, site->error.place.file);
    assert_text(site_text(site, answer), "HELLO!");
    if (!site_ask_scope(site, "shortcode", "where", NULL, 0, &scope, &answer))
        fail_msg("%s (%s)", site->error.message, site->error.place.file);
    assert_text(site_text(site, answer), "at first");
    page_variable = "second";
    assert_true(site_ask_scope(site, "shortcode", "where", NULL, 0, &scope, &answer));
    assert_text(site_text(site, answer), "at second");
    page_variable = "first";
    assert_true(site_ask_scope(site, "filter", "adder", (struct value[]){value_number(2)}, 1,
                               &scope, &answer));
    assert_int_equal(call(answer, value_undefined(), value_number(3)).number, 5);
    assert_false(site_ask_scope(site, "filter", "broken", NULL, 0, &scope, &answer));
    assert_non_null(strstr(site->error.message, "TypeError: no"));
    assert_string_equal(site->error.place.file, "eleventy.config.js");
    assert_int_equal(site->error.place.line, 5);
    // What it reads is known, so an edit is seen.
    site_write(site, "site/eleventy.config.js",
               "module.exports = (config) => config.addFilter('shout', (text) => text + '?');\n");
    script_renew(site->script);
    assert_true(site_ask_scope(site, "filter", "shout", &word, 1, &scope, &answer));
    assert_text(site_text(site, answer), "hello?");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_site, remove_site)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_asked_once),
        TEST(test_salt_is_another_question),
        TEST(test_fresh_is_never_remembered),
        TEST(test_description),
        TEST(test_failure_has_its_place),
        TEST(test_variables),
        TEST(test_files),
        TEST(test_new_entry_of_the_site),
        TEST(test_changed_module_starts_a_new_host),
        TEST(test_stale_host),
        TEST(test_written_files),
        TEST(test_changed_configuration),
        TEST(test_wrong_configuration),
        TEST(test_values_there_and_back),
        TEST(test_values_of_the_host),
        TEST(test_cycles),
        TEST(test_pages),
        TEST(test_effects),
        TEST(test_content_asks_a_second_host),
        TEST(test_functions_of_answers),
        TEST(test_functions_that_it_reads),
        TEST(test_instances),
        TEST(test_functions_of_the_configuration),
        TEST(test_entered_scope),
        TEST(test_threads_ask_the_same_once),
        TEST(test_prepared),
        TEST(test_no_node),
        TEST(test_built_in_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
