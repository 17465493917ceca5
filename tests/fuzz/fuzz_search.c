// SPDX-License-Identifier: MIT
//
// Asks the search any text, after a byte that says how. Any text is a safe query: it has an answer
// within the bounds of the search, its snippets and suggestions are well-formed, and it never shows
// a page, or tells a word of one, that readers may not see yet.
#include "store/store.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PAGES = 40, LIMIT = 10 };

static struct store *store;
static struct store_reader *reader;

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void close_store(void)
{
    store_reader_close(reader);
    store_close(store);
}

static const char *const TITLES[] = {
    "Apply for a licence",     "Records management policy",
    "ISO 27001 certification", "Caf\xc3\xa9 and na\xc3\xafve \xc5\x82\xc3\xb3\xc4\x91\xc5\xba",
    "C++ & <script> in forms", "\xe6\x8c\x87\xe5\x8d\x97 guidance",
    "Getting started",         "a",
};

static void put_pages(struct store_index *index)
{
    struct error error = {0};
    for (int i = 0; i < PAGES; i++) {
        char url[32];
        snprintf(url, sizeof url, "/page-%d/", i);
        struct slice title = slice_from_cstr(TITLES[i % (int)(sizeof TITLES / sizeof *TITLES)]);
        struct search_document document = {
            .url = slice_from_cstr(url),
            .title = title,
            .headings = SLICE("Before you start\nWhat you need\n"),
            .description = SLICE("How to <apply>, and what \"records\" are kept & why."),
            .body = SLICE("You must apply for a licence before you open a harbour. Records are "
                          "kept for seven years, don't delete them."),
            .section = i % 2 ? SLICE("Policy") : SLICE_EMPTY,
            .visible_from = -INFINITY,
            .visible_until = INFINITY,
        };
        check(store_index_put(index, &document, &error));
    }
    struct search_document secret = {
        .url = SLICE("/secret/"),
        .title = SLICE("Xylophonic merger"),
        .body = SLICE("The xylophonic merger is announced in spring."),
        .visible_from = 1e15,
        .visible_until = INFINITY,
    };
    check(store_index_put(index, &secret, &error));
}

static void make_store(void)
{
    if (store)
        return;
    struct error error = {0};
    store = store_open(":memory:", SLICE("fuzz"), NULL, &error);
    check(store != NULL);
    struct store_index *index = store_index_open(store, false, &error);
    check(index != NULL);
    put_pages(index);
    check(store_index_finish(index, SLICE("licence: permit, license\n"), &error));
    store_index_close(index);
    reader = store_reader_open(store_uri(store), &error);
    check(reader != NULL);
    atexit(close_store);
}

// Escaped text with balanced <mark>.
static void check_snippet(struct slice html)
{
    int depth = 0;
    for (size_t i = 0; i < html.len; i++) {
        struct slice rest = slice_sub(html, i, html.len);
        if (slice_starts_with(rest, SLICE("<mark>")))
            depth++;
        else if (slice_starts_with(rest, SLICE("</mark>")))
            depth--;
        else
            check(html.ptr[i] != '<');
        check(depth == 0 || depth == 1);
    }
    check(depth == 0);
}

static void check_result(const struct search_request *request, const struct search_result *result)
{
    check(result->count <= request->limit);
    check(result->total <= SEARCH_COUNTED_MAX);
    check(result->total >= result->count);
    for (size_t i = 0; i < result->count; i++) {
        check(!slice_equal(result->hits[i].url, SLICE("/secret/")));
        check_snippet(result->hits[i].snippet);
    }
    struct slice better = result->did_you_mean;
    check(!better.len || !memmem(better.ptr, better.len, "xylophonic", 10));
}

static bool has_secret(struct slice text)
{
    struct slice word = SLICE("ylophoni");
    for (size_t at = 0; at + word.len <= text.len; at++)
        if (slice_equal_ignore_case(slice_sub(text, at, at + word.len), word))
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    make_store();
    struct arena *arena = arena_create(0, 256u << 20);
    check(arena != NULL);
    struct search_request request = {
        .text = arena_copy(arena, slice_of((const char *)data + 1, size - 1)),
        .section = data[0] & 1 ? SLICE("Policy") : SLICE_EMPTY,
        .offset = data[0] & 2 ? LIMIT : 0,
        .limit = LIMIT,
        .now_ms = 1e12,
        .suggest = data[0] & 4,
        .sections = data[0] & 8,
    };
    // A reader who types the secret word itself may see it said back, in lower case.
    bool asked = has_secret(request.text);
    struct search_result result = {0};
    struct error error = {0};
    check(search_query(reader, arena, &request, &result, &error));
    if (!asked)
        check_result(&request, &result);
    arena_destroy(arena);
    return 0;
}
