// SPDX-License-Identifier: MIT
//
// Search takes any text: what it finds, in which order, when a page may be found, and that words
// found everywhere are searched within bounds.
#include "store/store.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

struct fixture {
    struct store *store;
    struct store_reader *reader;
    struct arena *arena;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    *state = fixture;
    fixture->store = store_open(":memory:", SLICE("v1"), NULL, NULL);
    fixture->arena = arena_create(0, 0);
    fixture->reader = store_reader_open(store_uri(fixture->store), NULL);
    return fixture->store && fixture->arena && fixture->reader ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    store_reader_close(fixture->reader);
    store_close(fixture->store);
    arena_destroy(fixture->arena);
    free(fixture);
    return 0;
}

// One page; its section is the last word of the title.
static struct search_document document(const char *url, const char *title, const char *body)
{
    struct slice name = slice_from_cstr(title);
    size_t at = name.len;
    while (at && name.ptr[at - 1] != ' ')
        at--;
    return (struct search_document){.url = slice_from_cstr(url),
                                    .title = name,
                                    .section = slice_sub(name, at, name.len),
                                    .body = slice_from_cstr(body),
                                    .visible_from = -INFINITY,
                                    .visible_until = INFINITY};
}

static void fill(struct fixture *fixture, const struct search_document *documents, size_t count)
{
    struct error error = {0};
    struct store_index *index = store_index_open(fixture->store, false, &error);
    assert_non_null(index);
    for (size_t i = 0; i < count; i++)
        assert_true(store_index_put(index, &documents[i], &error));
    assert_true(store_index_finish(index, SLICE("vendor: supplier, seller\n"), &error));
    store_index_close(index);
}

static struct search_result ask(struct fixture *fixture, struct search_request request)
{
    struct search_result result;
    struct error error = {0};
    if (!request.limit)
        request.limit = 10;
    assert_true(search_query(fixture->reader, fixture->arena, &request, &result, &error));
    return result;
}

static struct search_result find(struct fixture *fixture, const char *text)
{
    return ask(fixture, (struct search_request){.text = slice_from_cstr(text), .now_ms = 1000});
}

static bool is_first(struct search_result result, const char *url)
{
    return result.count && slice_equal(result.hits[0].url, slice_from_cstr(url));
}

// ---- a few pages ----

static void fill_three(struct fixture *fixture, size_t count)
{
    const struct search_document documents[] = {
        document("/suppliers/", "Work with suppliers",
                 "Buying <b> security from suppliers and sellers."),
        document("/risk/", "Manage risk", "Risks of suppliers are managed."),
        document("/help/", "Help", "How to write a page."),
    };
    fill(fixture, documents, count);
}

static void test_found(void **state)
{
    struct fixture *fixture = *state;
    fill_three(fixture, 3);
    struct search_result result = find(fixture, "supplier");
    assert_int_equal(result.total, 2);
    assert_true(is_first(result, "/suppliers/"));
    assert_true(slice_find(result.hits[0].snippet, SLICE("&lt;b&gt;"), 0) != SIZE_MAX);
    assert_true(slice_find(result.hits[0].snippet, SLICE("<mark>suppliers</mark>"), 0) != SIZE_MAX);
    assert_int_equal(find(fixture, "vendor").total, 2); // a synonym
    assert_true(is_first(find(fixture, "managing"), "/risk/"));
    assert_int_equal(find(fixture, "supp").total, 2); // the beginning, as nothing else fits
    assert_false(find(fixture, "supp").corrected);
    assert_int_equal(find(fixture, "risk blockchain").total, 1); // any of the words
}

static void test_spelling(void **state)
{
    struct fixture *fixture = *state;
    static const char *const SLIPS[] = {"supplirs", "suppleirs", "xuppliers",
                                        "uppliers", "suppliesr", "suppliiers"};
    fill_three(fixture, 3);
    for (size_t i = 0; i < sizeof SLIPS / sizeof *SLIPS; i++) {
        struct search_result result = find(fixture, SLIPS[i]);
        assert_true(result.corrected && slice_equal(result.did_you_mean, SLICE("suppliers")));
        assert_true(is_first(result, "/suppliers/"));
    }
    assert_int_equal(find(fixture, "blockchain").total, 0);
    assert_int_equal(find(fixture, "blockchain").did_you_mean.len, 0);
}

// A removed page is not found, and its words are not suggested as spellings.
static void test_forgotten(void **state)
{
    struct fixture *fixture = *state;
    fill_three(fixture, 3);
    fill_three(fixture, 1);
    assert_int_equal(find(fixture, "supplier").total, 1);
    assert_int_equal(find(fixture, "manage").total, 0);
    assert_false(find(fixture, "manege").corrected);
    fill_three(fixture, 3);
    assert_int_equal(find(fixture, "supplier").total, 2);
    assert_true(find(fixture, "manege").corrected);
}

// A few changes leave the rest of the index alone.
static void test_changes(void **state)
{
    struct fixture *fixture = *state;
    struct error error = {0};
    fill_three(fixture, 3);
    struct store_index *index = store_index_open(fixture->store, true, &error);
    const struct search_document documents[] = {
        document("/risk/", "Manage risk", "Suppliers and hazards."),
        document("/new/", "Hazards", "A new page."),
    };
    assert_non_null(index);
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++)
        assert_true(store_index_put(index, &documents[i], &error));
    assert_true(store_index_forget(index, SLICE("/help/"), &error));
    assert_true(store_index_forget(index, SLICE("/not-there/"), &error));
    assert_true(store_index_forget(index, SLICE("/new/"), &error)); // was put: stays
    assert_true(store_index_finish(index, SLICE("vendor: supplier\n"), &error));
    store_index_close(index);
    assert_int_equal(find(fixture, "vendor").total, 2);
    assert_int_equal(find(fixture, "hazard").total, 2);
    assert_int_equal(find(fixture, "managed").total, 1);
    assert_int_equal(find(fixture, "help").total, 0);
    assert_false(find(fixture, "halp").corrected);
}

static void test_visible_at_its_moment(void **state)
{
    struct fixture *fixture = *state;
    struct search_document soon = document("/soon/", "Soon", "new");
    soon.visible_from = 2000;
    soon.visible_until = 3000;
    fill(fixture, &soon, 1);
    static const struct {
        double now_ms;
        size_t total;
    } MOMENTS[] = {{1999, 0}, {2000, 1}, {2999, 1}, {3000, 0}};
    for (size_t i = 0; i < sizeof MOMENTS / sizeof *MOMENTS; i++) {
        struct search_result result = ask(
            fixture, (struct search_request){.text = SLICE("new"), .now_ms = MOMENTS[i].now_ms});
        assert_int_equal(result.total, MOMENTS[i].total);
        assert_int_equal(result.count, MOMENTS[i].total);
    }
    soon.visible_until = 4000; // the same text, another moment
    fill(fixture, &soon, 1);
    assert_int_equal(
        ask(fixture, (struct search_request){.text = SLICE("new"), .now_ms = 3500}).total, 1);
}

static void test_sections(void **state)
{
    struct fixture *fixture = *state;
    const struct search_document documents[] = {document("/1/", "Red apples", "fruit"),
                                                document("/2/", "Green apples", "fruit"),
                                                document("/3/", "Green pears", "fruit")};
    fill(fixture, documents, 3);
    struct search_request request = {
        .text = SLICE("fruit"), .section = SLICE("apples"), .sections = true};
    struct search_result result = ask(fixture, request);
    assert_int_equal(result.total, 2);
    assert_int_equal(result.section_count, 2); // of all sections, to choose another
    assert_true(slice_equal(result.sections[1].name, SLICE("pears")));
    assert_int_equal(result.sections[0].total, 2);
    assert_int_equal(result.sections[1].total, 1);
    request.section = SLICE("no such section");
    assert_int_equal(ask(fixture, request).count, 0);
}

// ---- words that are everywhere ----

enum { MANY = 1500 };

// Page n has the word in its text; every third in a heading, every fifth in its title.
static void fill_many(struct fixture *fixture)
{
    static struct search_document documents[MANY];
    for (size_t n = 0; n < MANY; n++) {
        struct slice url = arena_printf(fixture->arena, "/%zu/", n);
        documents[n] = document(url.ptr, "Page", "the policy of a department on many things");
        if (n % 3 == 0)
            documents[n].headings = SLICE("What the policy says");
        if (n % 5 == 0)
            documents[n].title = SLICE("Another policy");
    }
    documents[MANY - 1].title = SLICE("Policy");
    documents[MANY - 2].title = SLICE("Policy on visitors");
    fill(fixture, documents, MANY);
}

static void test_best_of_many(void **state)
{
    struct fixture *fixture = *state;
    fill_many(fixture);
    struct search_result result = find(fixture, "policy");
    assert_int_equal(result.total, SEARCH_COUNTED_MAX);
    assert_true(result.more);
    assert_true(is_first(result, "/1499/"));
    assert_true(slice_equal(result.hits[1].url, SLICE("/1498/")));
    assert_true(slice_equal(result.hits[2].title, SLICE("Another policy")));
    assert_true(is_first(find(fixture, "policy visitors"), "/1498/"));
}

// From page to page of the results, each page of the site comes once.
static void test_paging_through_many(void **state)
{
    struct fixture *fixture = *state;
    bool seen[MANY] = {false};
    size_t pages = 0;
    fill_many(fixture);
    for (size_t offset = 0; offset < SEARCH_COUNTED_MAX; offset += 25) {
        struct search_result result =
            ask(fixture,
                (struct search_request){.text = SLICE("policy"), .offset = offset, .limit = 25});
        assert_int_equal(result.count, 25);
        for (size_t i = 0; i < result.count; i++) {
            long n = strtol(result.hits[i].url.ptr + 1, NULL, 10);
            assert_false(seen[n]);
            seen[n] = true;
            pages++;
        }
    }
    assert_int_equal(pages, SEARCH_COUNTED_MAX);
    assert_int_equal(
        ask(fixture, (struct search_request){.text = SLICE("policy"), .offset = SEARCH_COUNTED_MAX})
            .count,
        0);
}

// Up to the bound, the total is exact, and says so.
static void test_counting_to_the_bound(void **state)
{
    struct fixture *fixture = *state;
    static struct search_document documents[SEARCH_COUNTED_MAX + 1];
    for (size_t n = 0; n <= SEARCH_COUNTED_MAX; n++)
        documents[n] = document(arena_printf(fixture->arena, "/%zu/", n).ptr, "Page", "a wombat");
    struct search_document soon = document("/soon/", "Page", "a wombat");
    soon.visible_from = 2000;
    for (int extra = 0; extra < 3; extra++) {
        if (extra == 2)
            documents[0] = soon; // not to be counted yet
        fill(fixture, documents, SEARCH_COUNTED_MAX + (extra > 0));
        struct search_result result = find(fixture, "wombat");
        assert_int_equal(result.total, SEARCH_COUNTED_MAX);
        assert_int_equal(result.more, extra == 1);
        for (int one = 0; one < 2; one++) {
            result =
                ask(fixture, (struct search_request){.text = SLICE("wombat"),
                                                     .section = one ? SLICE("Page") : SLICE_EMPTY,
                                                     .sections = true,
                                                     .now_ms = 1000});
            assert_int_equal(result.section_count, 1);
            assert_int_equal(result.sections[0].total, SEARCH_COUNTED_MAX);
            assert_int_equal(result.sections_more, extra == 1);
        }
    }
}

// Of many sections some are not listed: then not all hits are counted, whichever is asked for.
static void test_many_sections(void **state)
{
    enum { SECTIONS = 60, LISTED = 50 };
    struct fixture *fixture = *state;
    struct search_document documents[SECTIONS];
    for (size_t n = 0; n < SECTIONS; n++)
        documents[n] = document(arena_printf(fixture->arena, "/%zu/", n).ptr,
                                arena_printf(fixture->arena, "Section s%02zu", n).ptr, "a wombat");
    static const struct slice ASKED[] = {{"", 0}, {"s07", 3}, {"s59", 3}};
    for (size_t count = LISTED; count <= SECTIONS; count += SECTIONS - LISTED) {
        fill(fixture, documents, count);
        for (size_t i = 0; i < sizeof ASKED / sizeof *ASKED; i++) {
            struct search_result result =
                ask(fixture, (struct search_request){
                                 .text = SLICE("wombat"), .section = ASKED[i], .sections = true});
            assert_int_equal(result.section_count, LISTED);
            assert_int_equal(result.sections_more, count > LISTED);
        }
    }
}

// Where not all matches are ranked, those are that are the least deep in the site, also when the
// index is filled in two parts.
static void test_least_deep_first(void **state)
{
    struct fixture *fixture = *state;
    enum { DEEP = 300 };
    static struct search_document documents[DEEP];
    for (size_t n = 0; n < DEEP; n++) {
        struct slice url = arena_printf(fixture->arena, "/a/b/c/%zu/", n);
        documents[n] = document(url.ptr, "Page", "about badgers");
    }
    const struct search_document upper[] = {
        document("/a/one-page-with-a-long-address/", "Page", "about badgers"),
        document("/another-page-with-a-long-address/", "Page", "about badgers")};
    fill(fixture, documents, DEEP / 2);
    struct error error = {0};
    struct store_index *index = store_index_open(fixture->store, true, &error);
    assert_non_null(index);
    for (size_t i = DEEP / 2; i < DEEP; i++)
        assert_true(store_index_put(index, &documents[i], &error));
    for (size_t i = 0; i < sizeof upper / sizeof *upper; i++)
        assert_true(store_index_put(index, &upper[i], &error));
    assert_true(store_index_finish(index, SLICE_EMPTY, &error));
    store_index_close(index);
    struct search_result result = find(fixture, "badgers");
    assert_true(result.more && result.count > 2);
    assert_true(slice_equal(result.hits[0].url, upper[1].url));
    assert_true(slice_equal(result.hits[1].url, upper[0].url));
}

// Pages that are all the same to a query, and deep among them, the last of the index, one whose
// title, name or heading is what is looked for. No bound may hide it.
static void test_best_is_not_hidden(void **state)
{
    enum { FILLERS = 4000 };
    struct fixture *fixture = *state;
    static struct search_document documents[FILLERS + 5];
    for (size_t n = 0; n < FILLERS; n++) {
        struct search_document *page = &documents[n];
        *page = document(arena_printf(fixture->arena, "/%zu/", n).ptr, "All of them",
                         n % 3 ? "travel and budget, permits, a laptop and its charger"
                               : "travel and budget, permits for visitors, a laptop, its charger");
        page->headings = n % 3 ? SLICE("Permits") : SLICE("The charger");
        if (n % 5 == 0)
            page->title = SLICE("Budget of the council");
        if (n % 7 == 0)
            page->title = SLICE("Travel of others");
    }
    documents[FILLERS] = document("/a/b/c/d/1/", "Travel budget", "travel and budget");
    documents[FILLERS + 1] = document("/a/b/c/d/2/", "Visitors", "permits, travel, budget");
    documents[FILLERS + 2] = document("/a/b/c/d/3/", "A page", "a laptop and a charger");
    documents[FILLERS + 2].headings = SLICE("The laptop and its charger");
    documents[FILLERS + 3] = document("/a/b/c/d/4/", "Another page", "permits for visitors");
    documents[FILLERS + 3].name = SLICE("Permits for visitors");
    documents[FILLERS + 4] = document("/a/b/c/d/5/", "On charter of travel", "the budget, travel");
    fill(fixture, documents, FILLERS + 5);
    assert_true(is_first(find(fixture, "travel budget"), "/a/b/c/d/1/"));
    assert_true(is_first(find(fixture, "budget travel"), "/a/b/c/d/1/"));
    assert_true(is_first(find(fixture, "visitors travel"), "/a/b/c/d/2/"));
    assert_true(is_first(find(fixture, "laptop charger"), "/a/b/c/d/3/"));
    assert_true(is_first(find(fixture, "permits visitors"), "/a/b/c/d/4/"));
    assert_true(is_first(find(fixture, "charter"), "/a/b/c/d/5/"));
    struct search_request request = {
        .text = SLICE("travel budge"), .limit = 6, .suggest = true, .section = SLICE("budget")};
    assert_true(is_first(ask(fixture, request), "/a/b/c/d/1/"));
    assert_int_equal(ask(fixture, request).total, 1);
}

static void test_suggestions_do_not_count(void **state)
{
    struct fixture *fixture = *state;
    fill_many(fixture);
    struct search_result result =
        ask(fixture, (struct search_request){.text = SLICE("polic"), .limit = 6, .suggest = true});
    assert_int_equal(result.count, 6);
    assert_true(is_first(result, "/1499/"));
    assert_true(result.total < MANY);
}

// ---- snippets ----

static void test_snippets(void **state)
{
    struct fixture *fixture = *state;
    static const struct {
        const char *body, *query, *snippet;
    } CASES[] = {
        {"One & two.", "two", "One &amp; <mark>two</mark>."},
        {"The suppliers\xe2\x80\x99 contracts, na\xc3\xafvely.", "naively supplier",
         "The <mark>suppliers</mark>\xe2\x80\x99 contracts, <mark>na\xc3\xafvely</mark>."},
        // From the beginning of the sentence, if it is near.
        {"a b c d e f g h i j. The kettle is on. a b c d e f g h i j k l m n o p q r s t u v w x y "
         "z",
         "kettle",
         "\xe2\x80\xa6The <mark>kettle</mark> is on. a b c d e f g h i j k l m n o p q r s t u v w "
         "x\xe2\x80\xa6"},
        // Where most of the words are.
        {"kettle a b c d e f g h i j k l m n o p q r s t u v w x y z kettle. Boiling kettles.",
         "kettle boil",
         "\xe2\x80\xa6o p q r s t u v w x y z <mark>kettle</mark>. <mark>Boiling</mark> "
         "<mark>kettles</mark>."},
        {"Third, a party. The third party sells.", "reseller",
         "Third, a party. The <mark>third party</mark> sells."},
        {"Nothing of it.", "page", "Nothing of it."}, // but the title has it
    };
    struct error error = {0};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const struct search_document page = document("/page/", "A page", CASES[i].body);
        struct store_index *index = store_index_open(fixture->store, false, &error);
        assert_true(store_index_put(index, &page, &error));
        assert_true(store_index_finish(index, SLICE("reseller: third party\n"), &error));
        store_index_close(index);
        struct search_result result = find(fixture, CASES[i].query);
        assert_int_equal(result.count, 1);
        struct slice snippet = result.hits[0].snippet;
        if (!slice_equal(snippet, slice_from_cstr(CASES[i].snippet)))
            print_error("%s: %.*s\n", CASES[i].query, SLICE_ARG(snippet));
        assert_true(slice_equal(snippet, slice_from_cstr(CASES[i].snippet)));
    }
}

// Of a long text the rest is ignored, from a whole character on.
static void test_snippet_of_long_text(void **state)
{
    enum { READ = 64 << 10, LENGTH = READ + 1000 };
    struct fixture *fixture = *state;
    static char body[LENGTH + 1];
    for (size_t i = 0; i < LENGTH; i++)
        body[i] = i % 5 == 4 ? ' ' : 'a';
    memcpy(body + READ - 11, " a kettle \xc3\xa9", 12);
    const struct search_document page = document("/page/", "A page", body);
    fill(fixture, &page, 1);
    struct search_result result = find(fixture, "kettle");
    assert_int_equal(result.count, 1);
    struct slice end = SLICE("a <mark>kettle</mark> \xe2\x80\xa6"),
                 snippet = result.hits[0].snippet;
    assert_true(slice_ends_with(snippet, end));
}

// ---- garbage ----

static void test_operators_are_words(void **state)
{
    struct fixture *fixture = *state;
    static const char *const GARBAGE[] = {"",
                                          "\"",
                                          "a\"b",
                                          "AND",
                                          "NOT x",
                                          "(",
                                          "*",
                                          "title:",
                                          "^a",
                                          "NEAR(a b)",
                                          "a AND",
                                          "-",
                                          "\\",
                                          "{title} : x",
                                          "x*",
                                          "'; DROP TABLE pages;--",
                                          "\xff\xfe",
                                          "\xc3",
                                          "🙂🙂",
                                          "ß ẞ İ ı",
                                          "a a a a a a a a a a a a a a a a a a a a"};
    fill_three(fixture, 3);
    for (size_t i = 0; i < sizeof GARBAGE / sizeof *GARBAGE; i++)
        find(fixture, GARBAGE[i]);
    assert_int_equal(find(fixture, "suppliers\" OR \"risk").total,
                     1); // no operator of the reader's
}

// Arbitrary bytes, and FTS5's operators among words: no query fails.
static void test_random_queries(void **state)
{
    struct fixture *fixture = *state;
    static const char *const PARTS[] = {"supplier", "risk",  "\"", "AND",      "OR", "NOT", "NEAR(",
                                        ")",        "*",     "^",  ":",        "{",  "}",   "+",
                                        "-",        "title", "é",  "\xf0\x9f", "0",  " "};
    uint32_t random = 12345;
    fill_three(fixture, 3);
    for (int n = 0; n < 3000; n++) {
        char text[160];
        size_t length = 0;
        while (length < 100) {
            random = random * 1664525u + 1013904223u;
            const char *part = PARTS[random >> 16 & 15];
            if (random >> 28 == 0)
                text[length++] = (char)(random >> 8);
            else
                for (; *part; part++)
                    text[length++] = *part;
            if (random >> 29 == 1)
                text[length++] = ' ';
            if (random >> 28 == 15)
                break;
        }
        struct search_request request = {.text = {text, length},
                                         .section = n % 7 ? SLICE("") : SLICE("\"'*"),
                                         .offset = (size_t)n % 4,
                                         .words_language = n % 5 ? SLICE("") : SLICE("cy"),
                                         .suggest = n % 2,
                                         .sections = n % 3 == 0};
        ask(fixture, request);
        if (n % 100 == 0)
            arena_reset(fixture->arena, SIZE_MAX);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_found),
        TEST(test_spelling),
        TEST(test_forgotten),
        TEST(test_changes),
        TEST(test_visible_at_its_moment),
        TEST(test_sections),
        TEST(test_best_of_many),
        TEST(test_paging_through_many),
        TEST(test_counting_to_the_bound),
        TEST(test_many_sections),
        TEST(test_least_deep_first),
        TEST(test_best_is_not_hidden),
        TEST(test_suggestions_do_not_count),
        TEST(test_snippets),
        TEST(test_snippet_of_long_text),
        TEST(test_operators_are_words),
        TEST(test_random_queries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
