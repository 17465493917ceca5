// SPDX-License-Identifier: MIT
//
// The base: arenas, buffers, maps, UTF-8, errors, dates, paths and files.
#include "base/address.h"
#include "base/ascii.h"
#include "base/file.h"
#include "base/map.h"
#include "base/slug.h"
#include "base/tag.h"
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define assert_slice(s, text) assert_true(slice_equal(s, slice_from_cstr(text)))

static void count_call(void *ptr)
{
    ++*(int *)ptr;
}

static void test_arena(void **state)
{
    (void)state;
    int calls = 0;
    struct arena *arena = arena_create(256, 0);
    char *text = arena_alloc_text(arena, 10);
    assert_ptr_equal(arena_grow(arena, text, 10, 20), text); // in place
    arena_alloc(arena, 1);
    assert_ptr_not_equal(arena_grow(arena, text, 20, 40), text);
    assert_int_equal((uintptr_t)arena_alloc(arena, 3) % 16, 0);
    assert_true(arena_on_free(arena, count_call, &calls));
    struct arena_mark mark = arena_mark(arena);
    assert_true(arena_on_free(arena, count_call, &calls));
    arena_alloc(arena, 10000);
    arena_rewind(arena, mark);
    assert_int_equal(calls, 1);
    size_t held = arena_held(arena);
    arena_reset(arena, held);
    assert_int_equal(calls, 2);
    assert_int_equal(arena_used(arena), 0);
    arena_alloc(arena, 100);
    assert_true(arena_held(arena) <= held); // a warm arena asks malloc for nothing
    arena_destroy(arena);
}

// However a text is divided, the hash is that of the whole.
static void test_hash_parts(void **state)
{
    (void)state;
    struct slice text = SLICE("The quick brown fox jumps over the lazy dog");
    for (size_t i = 0; i <= text.len; i++)
        for (size_t k = i; k <= text.len; k++) {
            struct slice parts[] = {slice_sub(text, 0, i), slice_sub(text, i, k),
                                    slice_sub(text, k, text.len)};
            assert_true(slice_hash_parts(parts, 3) == slice_hash(text));
        }
    assert_true(slice_hash_parts(NULL, 0) == slice_hash(SLICE("")));
}

static void test_arena_limit(void **state)
{
    (void)state;
    struct arena *arena = arena_create(64, 1000);
    assert_false(arena_ever_failed(arena));
    assert_null(arena_alloc(arena, 2000));
    assert_true(arena_failed(arena));
    assert_null(arena_zalloc(arena, SIZE_MAX / 2, 16));
    assert_true(arena_ever_failed(arena));
    arena_reset(arena, 0);
    assert_false(arena_failed(arena));
    assert_non_null(arena_alloc(arena, 100));
    arena_reset(arena, 0);
    assert_true(arena_ever_failed(arena)); // whatever was reset since
    arena_destroy(arena);
}

// An array that grows item by item keeps its items; one that cannot grow is unchanged.
static void test_arena_room(void **state)
{
    (void)state;
    struct arena *arena = arena_create(64, 2000);
    size_t count = 0, capacity = 0;
    int *items = NULL;
    while (arena_room(arena, &items, count, &capacity, sizeof *items)) {
        items[count] = (int)count;
        count++;
        arena_alloc(arena, 1); // so that it has to move
    }
    assert_true(arena_failed(arena) && count == capacity && count >= 16);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(items[i], i);
    int *const before = items;
    capacity = SIZE_MAX / 8;
    assert_false(arena_room(arena, &items, capacity, &capacity, sizeof *items));
    assert_true(items == before && capacity == SIZE_MAX / 8);
    arena_destroy(arena);
}

// As memmem finds it, in texts with few letters: the needle's rarest byte is everywhere, or
// nowhere.
static void test_find(void **state)
{
    (void)state;
    unsigned seed = 1;
    for (int round = 0; round < 20000; round++) {
        char bytes[2][400];
        size_t lengths[2];
        for (int which = 0; which < 2; which++) {
            lengths[which] = (seed = seed * 1103515245 + 12345) >> 16 & (which ? 7 : 255);
            for (size_t i = 0; i < lengths[which]; i++)
                bytes[which][i] = "ab k"[(seed = seed * 1103515245 + 12345) >> 20 & 3];
        }
        struct slice text = slice_of(bytes[0], lengths[0]), needle = slice_of(bytes[1], lengths[1]);
        size_t from = lengths[0] ? (seed >> 16) % lengths[0] : 0;
        const char *at = memmem(text.ptr + from, text.len - from, needle.ptr, needle.len);
        assert_int_equal(slice_find(text, needle, from), at ? (size_t)(at - text.ptr) : SIZE_MAX);
    }
    assert_int_equal(slice_find(SLICE("abc"), SLICE("c"), 3), SIZE_MAX);
    assert_int_equal(slice_find(SLICE("abc"), SLICE(""), 3), 3);
    assert_int_equal(slice_find(SLICE("abc"), SLICE(""), 4), SIZE_MAX);
    assert_int_equal(slice_find(SLICE_EMPTY, SLICE("a"), 0), SIZE_MAX);
}

// By its definition, all of it.
static size_t plain_distance(struct slice a, struct slice b)
{
    size_t rows[16][16];
    for (size_t i = 0; i <= a.len; i++)
        for (size_t j = 0; j <= b.len; j++) {
            size_t best = i && j ? rows[i - 1][j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]) : i + j;
            if (i && rows[i - 1][j] + 1 < best)
                best = rows[i - 1][j] + 1;
            if (j && rows[i][j - 1] + 1 < best)
                best = rows[i][j - 1] + 1;
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1] &&
                rows[i - 2][j - 2] + 1 < best)
                best = rows[i - 2][j - 2] + 1;
            rows[i][j] = best;
        }
    return rows[a.len][b.len];
}

static void test_distance(void **state)
{
    (void)state;
    unsigned seed = 1;
    char bytes[2][16];
    for (int round = 0; round < 50000; round++) {
        size_t lengths[2];
        for (int which = 0; which < 2; which++) {
            lengths[which] = ((seed = seed * 1103515245 + 12345) >> 16) % 13;
            for (size_t i = 0; i < lengths[which]; i++)
                bytes[which][i] = "abc"[((seed = seed * 1103515245 + 12345) >> 20) % 3];
        }
        struct slice a = slice_of(bytes[0], lengths[0]), b = slice_of(bytes[1], lengths[1]);
        size_t distance = plain_distance(a, b), limit = (seed >> 16) % 9;
        assert_int_equal(slice_distance(a, b, limit), distance < limit + 1 ? distance : limit + 1);
        assert_int_equal(slice_distance(a, b, 1000), distance);
    }
    char long_text[66];
    memset(long_text, 'x', sizeof long_text);
    assert_int_equal(slice_distance(slice_of(long_text, 64), slice_of(long_text, 60), 4), 4);
    assert_int_equal(slice_distance(slice_of(long_text, 64), SLICE("y"), 100), 64);
    assert_int_equal(slice_distance(slice_of(long_text, 65), slice_of(long_text, 65), 4), 5);
}

static void test_tag_end(void **state)
{
    (void)state;
    static const struct {
        const char *html;
        size_t end;
    } CASES[] = {{"<p>x", 3},
                 {"<p", SIZE_MAX},
                 {"<a title='>'>x", 13},
                 {"<a title = \">\">x", 15},
                 {"<a title=\">", SIZE_MAX},
                 {"<a it's>x", 8}, // no value: browsers end the tag here
                 {"", SIZE_MAX}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++)
        assert_int_equal(tag_end(slice_from_cstr(CASES[i].html), 0), CASES[i].end);
}

static void test_lower(void **state)
{
    (void)state;
    struct arena *arena = arena_create(0, 0);
    assert_true(slice_equal(ascii_lower(arena, SLICE("AZ[@`Éaz")), SLICE("az[@`Éaz")));
    arena_destroy(arena);
}

static void test_buffer(void **state)
{
    (void)state;
    struct arena *arena = arena_create(0, 0);
    struct buffer buffer = buffer_create(arena, 20);
    buffer_append_html(&buffer, SLICE("<a&\"'>"));
    assert_true(buffer.failed && buffer.overflow);
    buffer = buffer_create(arena, 0);
    buffer_append_json_string(&buffer, SLICE("a\"\\\n\x01\xc3\xa9\xff"));
    assert_slice(buffer_slice(&buffer), "\"a\\\"\\\\\\n\\u0001\xc3\xa9\xef\xbf\xbd\"");
    buffer = buffer_create(arena, 0);
    buffer_append_percent(&buffer, SLICE("a b/\xc3\xa9"), SLICE("/"));
    assert_slice(buffer_slice(&buffer), "a%20b/%C3%A9");
    buffer_printf(&buffer, "%0300d", 7);
    assert_int_equal(buffer.len, 12 + 300);
    arena_destroy(arena);
}

static void test_percent_decoding(void **state)
{
    static const struct {
        const char *text, *decoded;
        bool whole;
    } CASES[] = {
        {"", "", true},          {"a%20b%2F", "a b/", true}, {"%c3%A9", "\xc3\xa9", true},
        {"100%", "100%", false}, {"%4", "%4", false},        {"%4x%41", "%4xA", false},
        {"% 4", "% 4", false},   {"%%41", "%A", false},      {"%\x11\x12", "%\x11\x12", false},
    };
    (void)state;
    struct arena *arena = arena_create(0, 0);
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct buffer buffer = buffer_create(arena, 0);
        assert_int_equal(buffer_append_decoded(&buffer, slice_from_cstr(CASES[i].text)),
                         CASES[i].whole);
        assert_slice(buffer_slice(&buffer), CASES[i].decoded);
    }
    arena_destroy(arena);
}

static void test_map_copy(void **state)
{
    struct arena *arena = arena_create(0, 0);
    struct map map = map_create(arena);
    (void)state;
    assert_int_equal(map_copy(arena, &map).count, 0);
    assert_true(map_reserve(&map, 100));
    const struct map_entry *entries = map.entries;
    for (int i = 0; i < 100; i++)
        assert_true(map_put(&map, arena_printf(arena, "key %d", i), arena));
    assert_ptr_equal(map.entries, entries);
    struct map copy = map_copy(arena, &map);
    assert_true(map_put(&copy, SLICE("key 7"), NULL) && map_put(&copy, SLICE("another"), arena));
    assert_int_equal(map.count, 100);
    assert_int_equal(copy.count, 101);
    assert_ptr_equal(map_get(&map, SLICE("key 7")), arena);
    assert_null(map_get(&copy, SLICE("key 7")));
    assert_null(map_get(&map, SLICE("another")));
    assert_ptr_equal(map_get(&copy, SLICE("key 99")), arena);
    assert_slice(ARENA_JOIN(arena, SLICE("a"), SLICE_EMPTY, SLICE("/b")), "a/b");
    arena_destroy(arena);
}

static void test_map(void **state)
{
    (void)state;
    struct arena *arena = arena_create(0, 0);
    struct map map = map_create(arena);
    for (uintptr_t i = 1; i <= 1000; i++)
        assert_true(map_put(&map, arena_printf(arena, "key%d", (int)i), (void *)i));
    assert_true(map_put(&map, SLICE("key7"), &map));
    assert_int_equal(map.count, 1000);
    assert_ptr_equal(map_get(&map, SLICE("key7")), &map);
    assert_ptr_equal(map_get(&map, SLICE("key1000")), (void *)1000);
    assert_null(map_get(&map, SLICE("key1001")));
    assert_slice(map.entries[0].key, "key1");
    map = map_create(arena);
    map_put(&map, SLICE("capitalize"), &map);
    map_put(&map, SLICE("center"), &map);
    assert_slice(map_nearest(&map, SLICE("capitalise")), "capitalize");
    assert_int_equal(map_nearest(&map, SLICE("xyz")).len, 0);
    arena_destroy(arena);
}

static void test_utf8(void **state)
{
    (void)state;
    static const char *const BAD[] = {"\x80",     "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                      "\xe2\x82", "\xff"};
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        assert_int_equal(utf8_find_invalid(slice_from_cstr(BAD[i])), 0);
    // The ends of each length; what is no character becomes U+FFFD.
    static const struct {
        uint32_t code_point;
        const char *bytes;
    } ENDS[] = {{0x7f, "\x7f"},
                {0x80, "\xc2\x80"},
                {0x7ff, "\xdf\xbf"},
                {0x800, "\xe0\xa0\x80"},
                {0xd7ff, "\xed\x9f\xbf"},
                {0xd800, "\xef\xbf\xbd"},
                {0xdfff, "\xef\xbf\xbd"},
                {0xe000, "\xee\x80\x80"},
                {0xffff, "\xef\xbf\xbf"},
                {0x10000, "\xf0\x90\x80\x80"},
                {0x10ffff, "\xf4\x8f\xbf\xbf"},
                {0x110000, "\xef\xbf\xbd"}};
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++) {
        char bytes[4];
        assert_slice(slice_of(bytes, utf8_encode(ENDS[i].code_point, bytes)), ENDS[i].bytes);
    }
    struct slice text = SLICE("a\xc3\xa9\xf0\x9f\x98\x80z");
    assert_int_equal(utf8_find_invalid(text), SIZE_MAX);
    assert_int_equal(utf8_utf16_length(text), 5);
    assert_int_equal(utf8_count(text), 4);
    assert_int_equal(utf8_offset_of_utf16(text, 4), 7);
    assert_int_equal(utf8_offset_of_utf16(text, 3), 3); // within the pair
    struct arena *arena = arena_create(0, 0);
    struct buffer out = buffer_create(arena, 0);
    utf8_append_upper(&out, SLICE("\xc3\xa9\xc3\x9f\xcf\x89"));
    assert_slice(buffer_slice(&out), "\xc3\x89SS\xce\xa9");
    arena_destroy(arena);
}

static void test_mojibake(void **state)
{
    (void)state;
    struct arena *arena = arena_create(0, 0);
    struct buffer out = buffer_create(arena, 0);
    size_t at, len;
    assert_true(
        utf8_find_mojibake(SLICE("everyone\xc3\xa2\xe2\x82\xac\xe2\x84\xa2s"), 0, &at, &len, &out));
    assert_int_equal(at, 8);
    assert_slice(buffer_slice(&out), "\xe2\x80\x99");
    assert_false(
        utf8_find_mojibake(SLICE("caf\xc3\xa9 \xe2\x80\x99 \xe2\x82\xac"), 0, &at, &len, &out));
    arena_destroy(arena);
}

static void test_error(void **state)
{
    (void)state;
    struct arena *arena = arena_create(0, 0);
    struct buffer out = buffer_create(arena, 0);
    struct error error = {0};
    assert_false(error_set(&error, ERROR_SYNTAX, "first %d", 1));
    error_set(&error, ERROR_IO, "second");
    error_at_offset(&error, SLICE("a.md"), SLICE("one\n\ttwo three\n"), 9);
    error_hint(&error, "fix it");
    error_chain(&error, "included from", SLICE("b.md"), 3, 4);
    error_format(&error, &out);
    assert_slice(buffer_slice(&out), "a.md:2:6: error: first 1\n      2 | \ttwo three\n"
                                     "        | \t    ^\n  included from b.md:3:4\n"
                                     "  hint: fix it\n");
    arena_destroy(arena);
}

// Texts in other encodings are named at the first place that shows them.
static void test_encodings(void **state)
{
    static const struct {
        struct slice text;
        const char *message; // NULL: it is UTF-8
        unsigned line, column;
        const char *source_line;
    } CASES[] = {
        {{"a\nb\xc3\xa9", 5}, NULL, 0, 0, ""},
        {{"", 0}, NULL, 0, 0, ""},
        {{"a\nb\xe9 c\nd", 8}, "the byte e9 is not UTF-8", 2, 2, "b\xc3\xa9 c"},
        {{"\xff\xfe"
          "a",
          3},
         "the file is UTF-16, not UTF-8",
         1,
         1,
         "\xc3\xbf\xc3\xbe"
         "a"},
        {{"\xfe\xff\0a", 4}, "the file is UTF-16, not UTF-8", 1, 1, ""},
        {{"ab\n\0c", 5}, "a zero byte: the file is UTF-16, or not text", 2, 1, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct error error = {0};
        assert_int_equal(text_is_utf8(CASES[i].text, SLICE("a.md"), &error), !CASES[i].message);
        assert_int_equal(text_is_utf8(CASES[i].text, SLICE("a.md"), NULL), !CASES[i].message);
        if (!CASES[i].message)
            continue;
        assert_string_equal(error.message, CASES[i].message);
        assert_int_equal(error.place.line, CASES[i].line);
        assert_int_equal(error.place.column, CASES[i].column);
        assert_string_equal(error.source_line, CASES[i].source_line);
        assert_non_null(strstr(error.hint, "save the file as UTF-8"));
    }
}

// ECMA-262's WhiteSpace and LineTerminator, and their neighbours.
static void test_spaces(void **state)
{
    static const uint32_t SPACES[] = {'\t',   '\n',   0x0b,   '\f',   '\r',   ' ',
                                      0xa0,   0x1680, 0x2000, 0x200a, 0x2028, 0x2029,
                                      0x202f, 0x205f, 0x3000, 0xfeff};
    static const uint32_t OTHERS[] = {0,      8,      0x0e,   0x1f,   '!',    0x85,  0x200b,
                                      0x2027, 0x202a, 0x2060, 0x3001, 0xfffd, 0x180e};
    static const uint32_t LETTERS[] = {'0', '9', 'a', 'z', 'A', 'Z', 0xe9, 0x4e2d};
    (void)state;
    for (size_t i = 0; i < sizeof SPACES / sizeof *SPACES; i++)
        assert_true(utf8_is_space(SPACES[i]) && !utf8_is_letter_or_digit(SPACES[i]));
    for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
        assert_false(utf8_is_space(OTHERS[i]));
    for (size_t i = 0; i < sizeof LETTERS / sizeof *LETTERS; i++)
        assert_true(utf8_is_letter_or_digit(LETTERS[i]));
    assert_false(utf8_is_letter_or_digit('@') || utf8_is_letter_or_digit('[') ||
                 utf8_is_letter_or_digit('/') || utf8_is_letter_or_digit(':'));
    assert_string_equal(utf8_transliterate(0xe9), "e");
    assert_null(utf8_transliterate('e'));
    assert_null(utf8_transliterate(0xd7)); // the sign ×
    assert_null(utf8_transliterate(0x4e2d));
}

// As @sindresorhus/slugify writes them; \1 before a text decamelizes it.
static void test_slugs(void **state)
{
    static const char *const CASES[][2] = {
        {"Research & development", "research-and-development"},
        {"don't, its it's 'x' t's' a'b", "don-t-its-its-x-t-s-a-b"},
        {"end's", "ends"},
        {"'s", "s"},
        {"\xc3\x84rger \xc3\xbc"
         "ber \xc3\x9f",
         "aerger-ueber-ss"},
        {"caf\xc3\xa9 \xe4\xb8\xad x", "cafe-x"},
        {"a\xcc\x81", "a"},
        {"--a--b--", "a-b"},
        {"", ""},
        {"\1"
         "fooBar APIs XMLHttp a1B",
         "foo-bar-apis-xml-http-a1-b"},
        {"fooBar", "foobar"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct arena *arena = arena_create(0, 0);
        struct buffer out = buffer_create(arena, 0);
        bool decamelize = CASES[i][0][0] == 1;
        slug_append(&out, slice_from_cstr(CASES[i][0] + decamelize), decamelize);
        if (!slice_equal(buffer_slice(&out), slice_from_cstr(CASES[i][1])))
            fail_msg("%s is %s", CASES[i][0], buffer_cstr(&out));
        arena_destroy(arena);
    }
}

static void test_places_of_errors(void **state)
{
    (void)state;
    struct arena *arena = arena_create(0, 0);
    struct error error = {0};
    char text[500];
    memset(text, 'x', sizeof text);
    struct slice line = slice_of(text, sizeof text);
    error_at(&error, SLICE("a.md"), 1, 1); // of no error
    assert_string_equal(error.place.file, "");
    error_set(&error, ERROR_SYNTAX, "no");
    assert_false(error_set(&error, ERROR_IO, "a later one"));
    assert_string_equal(error.message, "no");
    error_at(&error, SLICE("a.md"), 0, 0);
    error_source(&error, line); // a line that is not known
    assert_string_equal(error.source_line, "");
    error_at(&error, SLICE("b.md"), 2, 2); // another file
    assert_int_equal(error.place.line, 0);
    error_at(&error, SLICE("a.md"), 1, 400);
    assert_int_equal(error.place.column, 400);
    error_source(&error, line);
    assert_int_equal(error.source_offset, 340); // the column is in sight
    for (unsigned i = 0; i < 2 * ERROR_CHAIN_MAX; i++)
        error_chain(&error, "called from", SLICE("c.md"), i + 1, 0);
    assert_int_equal(error.chain_count, ERROR_CHAIN_MAX);
    struct buffer out = buffer_create(arena, 0);
    error_format(&error, &out);
    assert_non_null(strstr(buffer_cstr(&out), "a.md:1:400: error: no\n      1 | xxx"));
    assert_non_null(strstr(buffer_cstr(&out), "\n  called from c.md:1\n"));
    error_clear(&error);
    error_memory(&error);
    struct buffer plain = buffer_create(arena, 0);
    error_format(&error, &plain);
    error_format_line(&error, &plain);
    assert_string_equal(buffer_cstr(&plain), "error: out of memory\nout of memory");
    arena_destroy(arena);
}

static void test_directories(void **state)
{
    (void)state;
    struct arena *arena = arena_create(0, 0);
    char directory[] = "/tmp/guidanced-test-XXXXXX";
    struct error error = {0};
    struct file_info info;
    assert_non_null(mkdtemp(directory));
    struct slice top = slice_from_cstr(directory);
    struct slice deep = path_join(arena, top, SLICE("a/b/c"));
    struct slice file = path_join(arena, deep, SLICE("file")),
                 link = path_join(arena, top, SLICE("a/l"));
    assert_true(file_make_directories(deep.ptr, &error));
    assert_true(file_make_directories(deep.ptr, &error)); // it is there
    assert_true(file_make_directories("", &error));
    assert_true(file_replace(file.ptr, SLICE("one"), &error));
    assert_true(file_replace(file.ptr, SLICE("two"), &error));
    assert_true(file_stat(file.ptr, &info, &error));
    assert_int_equal(info.size, 3);
    assert_true(file_is_fresh(&info, info.changed_ns));
    assert_false(file_is_fresh(&info, info.changed_ns + INT64_C(3000000000)));
    assert_false(file_make_directories(file.ptr, &error));
    assert_non_null(strstr(error.message, "a file is in the way"));
    error_clear(&error);
    assert_false(file_make_directories(path_join(arena, file, SLICE("d")).ptr, &error));
    assert_int_equal(error.code, ERROR_IO);
    error_clear(&error);
    assert_false(file_replace(path_join(arena, file, SLICE("d")).ptr, SLICE("x"), &error));
    assert_int_equal(error.code, ERROR_IO);
    assert_int_equal(symlink("/tmp", link.ptr), 0);
    assert_true(file_remove_directory(directory)); // the link, and not what it leads to
    assert_false(file_exists(directory));
    assert_true(file_exists("/tmp"));
    assert_false(file_remove_directory(directory));
    char much[5000];
    memset(much, 'a', sizeof much - 1);
    much[sizeof much - 1] = '\0';
    error_clear(&error);
    assert_false(file_make_directories(much, &error));
    assert_non_null(strstr(error.message, "the path is too long"));
    error_clear(&error);
    assert_false(file_write(much, SLICE("x"), &error));
    assert_non_null(strstr(error.message, "the path is too long"));
    arena_destroy(arena);
}

static void test_files(void **state)
{
    (void)state;
    struct arena *arena = arena_create(0, 0);
    char directory[] = "/tmp/guidanced-test-XXXXXX";
    struct slice text;
    struct error error = {0};
    assert_non_null(mkdtemp(directory));
    struct slice file = path_join(arena, slice_from_cstr(directory), SLICE("a.txt"));
    assert_true(file_write(file.ptr, SLICE("hello"), &error));
    assert_true(file_read(arena, file.ptr, 5, &text, &error));
    assert_slice(text, "hello");
    assert_false(file_read(arena, file.ptr, 4, &text, &error));
    assert_int_equal(error.code, ERROR_LIMIT);
    error_clear(&error);
    assert_false(file_read(arena, directory, 100, &text, &error));
    assert_int_equal(error.code, ERROR_IO);
    unlink(file.ptr);
    error_clear(&error);
    assert_false(file_read(arena, file.ptr, 100, &text, &error));
    assert_int_equal(error.code, ERROR_NOT_FOUND);
    rmdir(directory);
    assert_slice(path_normalise(arena, SLICE("/a/./b//../../../c/")), "/c");
    assert_slice(path_normalise(arena, SLICE("../../a")), "a");
    assert_slice(path_below(arena, SLICE("/a/./b/"), SLICE("/a/b/c/d")), "c/d");
    assert_slice(path_below(arena, SLICE("/a/b"), SLICE("/a/bc")), "");
    assert_slice(path_below(arena, SLICE("/a/b"), SLICE("/a/b")), "");
    assert_slice(path_below(arena, SLICE(""), SLICE("/a/b")), "");
    assert_slice(path_extension(SLICE("a.b/c.tar.gz")), ".gz");
    assert_slice(path_extension(SLICE("a/.hidden")), "");
    arena_destroy(arena);
}

static void test_addresses(void **state)
{
    (void)state;
    static const struct {
        const char *text, *path, *host, *port, *called;
    } RIGHT[] = {
        {"127.0.0.1:8080", "", "127.0.0.1", "8080", "127.0.0.1:8080"},
        {"[::1]:8080", "", "::1", "8080", "[::1]:8080"},
        {"localhost:0", "", "localhost", "0", "localhost:0"},
        {"a_b-c.example:00080", "", "a_b-c.example", "80", "a_b-c.example:80"},
        {"[::]:65535", "", "::", "65535", "localhost:65535"},
        {"0.0.0.0:1", "", "0.0.0.0", "1", "localhost:1"},
        {":8080", "", "", "8080", "localhost:8080"},
        {"*:8080", "", "", "8080", "localhost:8080"},
        {"unix:/run/a:b.sock", "/run/a:b.sock", "", "", "localhost"},
    };
    for (size_t i = 0; i < sizeof RIGHT / sizeof *RIGHT; i++) {
        struct address address;
        char called[300];
        assert_true(address_parse(slice_from_cstr(RIGHT[i].text), &address, NULL));
        assert_string_equal(address.path, RIGHT[i].path);
        assert_string_equal(address.host, RIGHT[i].host);
        assert_string_equal(address.port, RIGHT[i].port);
        address_write_authority(&address, called, sizeof called);
        assert_string_equal(called, RIGHT[i].called);
    }
}

static void test_wrong_addresses(void **state)
{
    static char long_host[300], long_path[130] = "unix:/";
    (void)state;
    memset(long_host, 'a', 256);
    strcpy(long_host + 256, ":80");
    memset(long_path + 6, 'a', 107);
    static const struct {
        const char *text, *why;
    } WRONG[] = {
        {"", "it is empty"},
        {"localhost", "it needs a host, a colon and a port"},
        {"localhost:", "the port is missing after the colon"},
        {"localhost:http", "the port must be a number from 0 to 65535"},
        {"localhost:-1", "the port must be a number from 0 to 65535"},
        {":65536", "ports go from 0 to 65535"},
        {":655350", "ports go from 0 to 65535"},
        {":4294967376", "ports go from 0 to 65535"}, // 80 in 32 bits
        {"::1:80", "an IPv6 address needs brackets, and a scheme is not allowed"},
        {"http://a:80", "an IPv6 address needs brackets, and a scheme is not allowed"},
        {"a/b:80", "a host is a name or a number, without scheme, path or spaces"},
        {"a b:80", "a host is a name or a number, without scheme, path or spaces"},
        {"[::1:80", "an IPv6 address needs brackets, and a scheme is not allowed"},
        {"[]:80", "the brackets are empty"},
        {"unix:", "the path of the socket is missing"},
        {long_path, "the path of a socket has at most 107 bytes"},
        {long_host, "the host is too long"},
    };
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        struct address address;
        struct error error = {0};
        assert_false(address_parse(slice_from_cstr(WRONG[i].text), &address, &error));
        assert_non_null(strstr(error.message, WRONG[i].why));
        assert_true(error.hint[0]);
    }
    assert_false(address_parse(slice_of("a\0:80", 5), &(struct address){0}, NULL));
}

// A table's program must not take what readers wrote for a formula.
static void test_csv(void **state)
{
    (void)state;
    static const char *const CASES[][2] = {
        {"", "\"\""},          {"a,b", "\"a,b\""},    {"a \"b\"", "\"a \"\"b\"\"\""},
        {"=1+1", "\"'=1+1\""}, {"+1", "\"'+1\""},     {"-1", "\"'-1\""},
        {"@x", "\"'@x\""},     {"\t=1", "\"'\t=1\""}, {"\r=1", "\"'\r=1\""},
        {"1=1", "\"1=1\""},    {"a\nb", "\"a\nb\""},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct arena *arena = arena_create(0, 0);
        struct buffer out = buffer_create(arena, 0);
        buffer_append_csv(&out, slice_from_cstr(CASES[i][0]));
        assert_slice(buffer_slice(&out), CASES[i][1]);
        arena_destroy(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_arena),
        cmocka_unit_test(test_arena_limit),
        cmocka_unit_test(test_find),
        cmocka_unit_test(test_tag_end),
        cmocka_unit_test(test_lower),
        cmocka_unit_test(test_arena_room),
        cmocka_unit_test(test_hash_parts),
        cmocka_unit_test(test_buffer),
        cmocka_unit_test(test_map),
        cmocka_unit_test(test_percent_decoding),
        cmocka_unit_test(test_map_copy),
        cmocka_unit_test(test_utf8),
        cmocka_unit_test(test_mojibake),
        cmocka_unit_test(test_error),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_addresses),
        cmocka_unit_test(test_wrong_addresses),
        cmocka_unit_test(test_csv),
        cmocka_unit_test(test_distance),
        cmocka_unit_test(test_spaces),
        cmocka_unit_test(test_slugs),
        cmocka_unit_test(test_places_of_errors),
        cmocka_unit_test(test_directories),
        cmocka_unit_test(test_encodings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
