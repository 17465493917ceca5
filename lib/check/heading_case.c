// SPDX-License-Identifier: MIT
//
// Headings in sentence case: the first word has a capital letter, and after it only names do. The
// site says what is a name:
//
//   check:
//     heading-case: {words: [Secure by Design, Wales]}
//
// What shows itself to be one needs no row: NHS, APIs, iPhone, part B, and what has a number, as in
// May 2026 and Section 21. A sentence may also begin after a full stop, a colon, a dash or an
// opening quotation mark. German and Luxembourgish write every noun with a capital, so their pages
// are not judged.
#include "findings.h"

#include "base/utf8.h"

enum { ACRONYM_MAX = 5 }; // letters: a longer word of capitals is no acronym

enum letter_case {
    CASE_NONE,    // a number, or a script without capitals
    CASE_SMALL,   // word
    CASE_TITLE,   // Word
    CASE_CAPITAL, // WORD, A
    CASE_MIXED,   // iPhone, APIs
};

// A heading as written, read word by word.
struct heading_reader {
    struct arena *arena;
    struct slice text;
    struct value names;   // a list, or undefined
    size_t at;            // what is next
    struct buffer mended; // what has been read, as it should be
    bool any;             // a word has been read
    bool starts;          // the next word begins a sentence
    size_t capitals;      // words of capitals,
    size_t others;        // other words,
    bool shouts;          // and whether one of the former is no acronym
};

// ---- words ----

static bool is_word_at(struct slice text, size_t at)
{
    return at < text.len && utf8_is_letter_or_digit(utf8_decode(text, &at));
}

static size_t word_end(struct slice text, size_t at)
{
    while (is_word_at(text, at))
        utf8_decode(text, &at);
    return at;
}

static struct slice to_capital(struct arena *arena, struct slice text)
{
    struct buffer out = buffer_create(arena, text.len);
    utf8_append_upper(&out, text);
    return buffer_slice(&out);
}

static struct slice first_letter(struct slice word)
{
    size_t end = 0;
    utf8_decode(word, &end);
    return slice_sub(word, 0, end);
}

static enum letter_case case_of(struct arena *arena, struct slice word)
{
    struct slice small = utf8_lower(arena, word), capital = to_capital(arena, word);
    struct slice first = first_letter(word), rest = slice_sub(word, first.len, word.len);
    struct slice small_rest = utf8_lower(arena, rest);
    if (slice_equal(small, capital))
        return CASE_NONE;
    if (slice_equal(word, small))
        return CASE_SMALL;
    if (slice_equal(word, capital))
        return CASE_CAPITAL;
    bool title = !slice_equal(first, utf8_lower(arena, first)) && slice_equal(rest, small_rest);
    return title ? CASE_TITLE : CASE_MIXED;
}

static bool is_numbered(struct slice text, size_t end)
{
    return end + 1 < text.len && text.ptr[end] == ' ' && text.ptr[end + 1] >= '0' &&
           text.ptr[end + 1] <= '9';
}

static void read_word(struct heading_reader *reader, struct slice word)
{
    struct slice text = reader->text, first = first_letter(word);
    enum letter_case kind = case_of(reader->arena, word);
    size_t end = reader->at + word.len;
    // "guidance.yaml", "www.example.org/path" and "x@example.org" are written small.
    bool address = end + 1 < text.len && strchr("._/@", text.ptr[end]) && text.ptr[end + 1] != ' ';
    if (kind == CASE_TITLE && !reader->starts && !is_numbered(text, end))
        buffer_append(&reader->mended, utf8_lower(reader->arena, word));
    else if (kind == CASE_SMALL && !reader->any && !address) {
        buffer_append(&reader->mended, to_capital(reader->arena, first));
        buffer_append(&reader->mended, slice_sub(word, first.len, word.len));
    } else
        buffer_append(&reader->mended, word);
    reader->capitals += kind == CASE_CAPITAL;
    reader->others += kind != CASE_CAPITAL && kind != CASE_NONE;
    reader->shouts |= kind == CASE_CAPITAL && utf8_count(word) > ACRONYM_MAX;
    // "1. First" begins with its second word.
    reader->any |= kind != CASE_NONE;
    reader->starts &= kind == CASE_NONE;
    reader->at = end;
}

// ---- what is between them ----

// A mark that ends a sentence, or begins a quotation.
static bool is_start_mark(struct slice text, size_t at)
{
    size_t end = at;
    uint32_t mark = utf8_decode(text, &end);
    bool before = at == 0 || text.ptr[at - 1] == ' ',
         after = end == text.len || text.ptr[end] == ' ';
    if (mark == '.' || mark == ':' || mark == '!' || mark == '?')
        return !is_word_at(text, end);
    if (mark == '"' || mark == '\'')
        return before;
    // Dashes and opening quotation marks.
    return (mark == '-' && before && after) || mark == 0x2013 || mark == 0x2014 || mark == 0x2018 ||
           mark == 0x201c;
}

static void read_mark(struct heading_reader *reader)
{
    size_t end = reader->at;
    uint32_t mark = utf8_decode(reader->text, &end);
    bool within = reader->at && reader->text.ptr[reader->at - 1] != ' ';
    reader->starts |= is_start_mark(reader->text, reader->at);
    // What follows an apostrophe is part of the word before it: "I'm", "O'Brien".
    if (within && (mark == '\'' || mark == 0x2019))
        end = word_end(reader->text, end);
    buffer_append(&reader->mended, slice_sub(reader->text, reader->at, end));
    reader->at = end;
}

// ---- what is left as it is ----

// The end of the name from the site's list that stands here; 0: none does.
static size_t name_end(const struct heading_reader *reader)
{
    size_t longest = 0;
    uint32_t count = value_is(reader->names, VALUE_ARRAY) ? value_length(NULL, reader->names) : 0;
    struct slice rest = slice_sub(reader->text, reader->at, reader->text.len);
    for (uint32_t i = 0; i < count; i++) {
        struct value item = value_item(NULL, reader->names, i);
        struct slice name = value_is(item, VALUE_STRING) ? value_text(item) : SLICE_EMPTY;
        if (name.len > longest && slice_starts_with(rest, name) && !is_word_at(rest, name.len))
            longest = name.len;
    }
    return longest ? reader->at + longest : 0;
}

// The end of code, a template, a tag, or the address of a link that begins here; 0: none does.
static size_t markup_end(const struct heading_reader *reader, bool *shown)
{
    static const struct {
        const char *open, *close;
        bool shown; // readers see something in its place
    } SPANS[] = {{"``", "``", true}, {"`", "`", true},   {"{{", "}}", true}, {"{%", "%}", false},
                 {"<", ">", false},  {"](", ")", false}, {"][", "]", false}, {"&", ";", false}};
    struct slice text = reader->text, rest = slice_sub(text, reader->at, text.len);
    for (size_t i = 0; i < sizeof SPANS / sizeof *SPANS; i++) {
        struct slice open = slice_from_cstr(SPANS[i].open), close = slice_from_cstr(SPANS[i].close);
        size_t end = slice_starts_with(rest, open) ? slice_find(text, close, reader->at + open.len)
                                                   : SIZE_MAX;
        *shown = SPANS[i].shown;
        if (end != SIZE_MAX)
            return end + close.len;
    }
    return 0;
}

static bool keep_as_is(struct heading_reader *reader)
{
    bool shown = true;
    size_t end = name_end(reader);
    if (!end)
        end = markup_end(reader, &shown);
    if (!end)
        return false;
    buffer_append(&reader->mended, slice_sub(reader->text, reader->at, end));
    reader->at = end;
    reader->any |= shown;
    reader->starts &= !shown;
    return true;
}

// ---- headings ----

static bool is_judged_language(struct slice language)
{
    static const char *const NOUNS_HAVE_CAPITALS[] = {"de", "lb"};
    struct slice primary = slice_sub(language, 0, slice_find_byte(language, '-', 0));
    for (size_t i = 0; i < sizeof NOUNS_HAVE_CAPITALS / sizeof *NOUNS_HAVE_CAPITALS; i++)
        if (slice_equal_ignore_case(primary, slice_from_cstr(NOUNS_HAVE_CAPITALS[i])))
            return false;
    return true;
}

struct site_finding *check_heading_case(struct check *check, const struct site_page *page,
                                        struct slice heading)
{
    struct slice language = page->lang.len ? page->lang : check->site->settings->lang;
    if (!check_rule_asked(check, "heading-case") || !is_judged_language(language))
        return NULL;
    struct heading_reader reader = {.arena = check->scratch,
                                    .text = heading,
                                    .names = check_rule_list(check, "heading-case", "words"),
                                    .mended = buffer_create(check->scratch, heading.len),
                                    .starts = true};
    while (reader.at < heading.len) {
        if (keep_as_is(&reader))
            continue;
        size_t end = word_end(heading, reader.at);
        if (end > reader.at)
            read_word(&reader, slice_sub(heading, reader.at, end));
        else
            read_mark(&reader);
    }
    struct slice mended = buffer_slice(&reader.mended);
    bool shouts = reader.shouts && reader.capitals > 1 && !reader.others;
    if (slice_equal(mended, heading) && !shouts)
        return NULL;
    struct site_finding *finding =
        check_add(check, "heading-case", "this heading %s: %.*s",
                  shouts ? "is in capitals" : "is not in sentence case", SLICE_ARG(heading));
    if (!shouts)
        check_hint(check, finding, "write \"%.*s\"; names belong into `words` of heading-case",
                   SLICE_ARG(mended));
    return finding;
}
