// SPDX-License-Identifier: MIT
//
// How a text is written: words that the site's own list has something better for, sentences that
// are too long, and the age at which readers understand it. All are asked for in `check:` of
// guidance.yaml, and look at Markdown alone. Code, comments, templates, tables and headings are
// passed over.
//
//   check:
//     word-avoided: {words: {utilise: use, in order to: to}}
//     sentence-long: {words: 25}
//     reading-age: {age: 14}
#include "findings.h"

#include "base/ascii.h"

static bool is_word_byte(char c)
{
    return ascii_is_letter(c) || (c >= '0' && c <= '9') || c == '_' || (c & 0x80);
}

// ---- words ----

// Parts of addresses and of names are no words: "/utilise/", "utilise.md", "data-utilise".
static bool stands_alone(struct slice text, size_t at, size_t end)
{
    char before = at ? text.ptr[at - 1] : ' ', after = end < text.len ? text.ptr[end] : ' ';
    bool dotted = after == '.' && end + 1 < text.len && is_word_byte(text.ptr[end + 1]);
    return !is_word_byte(before) && !is_word_byte(after) && !strchr("/.-#=@{", before) &&
           !strchr("/-=@", after) && !dotted;
}

static void find_avoided(struct check *check, struct slice file, const struct source_map *map,
                         size_t from, const struct value_member *member)
{
    struct slice text = map->text, word = member->key;
    struct slice better =
        value_is(member->value, VALUE_STRING) ? value_text(member->value) : SLICE_EMPTY;
    for (size_t at = from; word.len && at + word.len <= text.len; at++) {
        struct slice found = slice_sub(text, at, at + word.len);
        if ((found.ptr[0] | 0x20) != (word.ptr[0] | 0x20) ||
            !slice_equal_ignore_case(found, word) || !stands_alone(text, at, at + word.len) ||
            source_map_hidden(map, at))
            continue;
        struct site_finding *finding =
            check_add(check, "word-avoided", "this site avoids \"%.*s\"", SLICE_ARG(found));
        if (better.len)
            check_hint(check, finding, "write %.*s", SLICE_ARG(better));
        check_place(check, finding, file, text, at, found);
        at += word.len - 1;
    }
}

static void check_words_avoided(struct check *check, struct slice file,
                                const struct source_map *map, size_t from)
{
    struct value words = check_rule_list(check, "word-avoided", "words");
    const struct value_object *view =
        value_is(words, VALUE_OBJECT) ? value_object_view(NULL, words) : NULL;
    for (uint32_t i = 0; view && i < view->count; i++) {
        struct value_member member = value_member_at(view, i);
        find_avoided(check, file, map, from, &member);
    }
}

// ---- sentences ----

// A text that is read sentence by sentence.
struct prose {
    struct check *check;
    struct slice file;
    const struct source_map *map;
    struct prose_sentence sentence; // the one being read
    size_t most;                    // words of a sentence; SIZE_MAX: nobody asked
    struct prose_reading reading;
};

static void place_sentence(struct prose *prose, struct site_finding *finding,
                           const struct prose_sentence *sentence)
{
    struct slice text = slice_sub(prose->map->text, sentence->at, sentence->end);
    // As much of it as is on its first line.
    check_place(prose->check, finding, prose->file, prose->map->text, sentence->at,
                slice_sub(text, 0, slice_find_byte(text, '\n', 0)));
}

static void end_sentence(struct prose *prose)
{
    const struct prose_sentence *sentence = &prose->sentence;
    if (sentence->words > prose->most)
        place_sentence(prose,
                       check_add(prose->check, "sentence-long",
                                 "this sentence has %zu words, more than %zu", sentence->words,
                                 prose->most),
                       sentence);
    reading_add(&prose->reading, sentence);
    prose->sentence = (struct prose_sentence){.at = SIZE_MAX};
}

// "word.", "word!)" and "word?**" end a sentence.
static bool ends_sentence(struct slice word)
{
    while (word.len && strchr("\"')]*_", word.ptr[word.len - 1]))
        word.len--;
    return word.len && strchr(".!?:", word.ptr[word.len - 1]);
}

// Headings, tables, HTML and templates are no sentences.
static bool is_no_prose(struct slice line)
{
    return !line.len || strchr("#|<{`~:", line.ptr[0]) || slice_starts_with(line, SLICE("---"));
}

// A list item begins a sentence, after its mark; a line that goes on has none.
static size_t mark_length(struct slice line)
{
    size_t at = 0;
    while (at < line.len && line.ptr[at] >= '0' && line.ptr[at] <= '9')
        at++;
    bool numbered =
        at && at + 1 < line.len && strchr(".)", line.ptr[at]) && line.ptr[at + 1] == ' ';
    bool bullet = line.len > 1 && strchr("-*+>", line.ptr[0]) && line.ptr[1] == ' ';
    return numbered ? at + 2 : bullet ? 2 : 0;
}

static void read_prose_words(struct prose *prose, struct slice line)
{
    size_t base = (size_t)(line.ptr - prose->map->text.ptr);
    struct prose_sentence *sentence = &prose->sentence;
    for (size_t at = 0; at < line.len;) {
        size_t end = at;
        while (end < line.len && line.ptr[end] != ' ' && line.ptr[end] != '\t')
            end++;
        struct slice word = slice_sub(line, at, end);
        bool any = false;
        for (size_t i = 0; i < word.len; i++)
            any |= is_word_byte(word.ptr[i]);
        if (any) {
            sentence->at = sentence->at == SIZE_MAX ? base + at : sentence->at;
            sentence->end = base + end;
            sentence->words++;
            sentence->syllables += reading_syllables(word);
        }
        if (ends_sentence(word))
            end_sentence(prose);
        at = end + 1;
    }
}

static void read_sentences(struct prose *prose, size_t from)
{
    const struct source_map *map = prose->map;
    struct slice rest = slice_sub(map->text, from, map->text.len), line;
    while (slice_next_line(&rest, &line)) {
        struct slice text = slice_trim(line);
        size_t mark = mark_length(text);
        bool hidden = text.len && source_map_hidden(map, (size_t)(text.ptr - map->text.ptr));
        if (is_no_prose(text) || mark || hidden)
            end_sentence(prose);
        if (!is_no_prose(text) && !hidden)
            read_prose_words(prose, slice_sub(text, mark, text.len));
    }
    end_sentence(prose);
}

static void judge_reading(struct prose *prose)
{
    double most = check_rule_number(prose->check, "reading-age", "age");
    double age = reading_age(&prose->reading);
    if (prose->reading.words < READING_WORDS_MIN || age <= most)
        return;
    struct site_finding *finding =
        check_add(prose->check, "reading-age",
                  "this text has a reading age of %.0f, more than %.0f; this is its hardest "
                  "sentence",
                  age, most);
    place_sentence(prose, finding, &prose->reading.hardest);
}

void check_prose(struct check *check, const struct site_page *page, const struct source_map *map,
                 size_t from)
{
    struct slice language = page->lang.len ? page->lang : check->site->settings->lang;
    bool reads = check_rule_asked(check, "reading-age") &&
                 slice_equal_ignore_case(slice_sub(language, 0, 2), SLICE("en")) &&
                 (language.len == 2 || language.ptr[2] == '-');
    struct prose prose = {.check = check,
                          .file = page->input_path,
                          .map = map,
                          .sentence = {.at = SIZE_MAX},
                          .most = SIZE_MAX};
    if (check_rule_asked(check, "sentence-long"))
        prose.most = (size_t)check_rule_number(check, "sentence-long", "words");
    check_words_avoided(check, page->input_path, map, from);
    if (reads || prose.most != SIZE_MAX)
        read_sentences(&prose, from);
    if (reads)
        judge_reading(&prose);
}
