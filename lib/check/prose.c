// SPDX-License-Identifier: MIT
//
// How a text is written: words that the site's own list has something better for, and sentences
// that are too long. Both are asked for in `check:` of guidance.yaml, and look at Markdown alone.
// Code, comments, templates, tables and headings are passed over.
//
//   check:
//     word-avoided: {words: {utilise: use, in order to: to}}
//     sentence-long: {words: 25}
#include "findings.h"

#include "base/ascii.h"

enum { SENTENCE_WORDS = 25 }; // GOV.UK's own limit

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
    struct value setting, words;
    if (!check_rule_asked(check, "word-avoided", &setting) || !value_is(setting, VALUE_OBJECT))
        return;
    words = value_get(NULL, setting, SLICE("words"));
    const struct value_object *view =
        value_is(words, VALUE_OBJECT) ? value_object_view(NULL, words) : NULL;
    for (uint32_t i = 0; view && i < view->count; i++) {
        struct value_member member = value_member_at(view, i);
        find_avoided(check, file, map, from, &member);
    }
}

// ---- sentences ----

struct sentence {
    size_t at;  // its first word; SIZE_MAX before that
    size_t end; // of its last word
    size_t words;
};

static void end_sentence(struct check *check, struct slice file, const struct source_map *map,
                         struct sentence *sentence, size_t most)
{
    if (sentence->words > most) {
        struct slice text = slice_sub(map->text, sentence->at, sentence->end);
        struct site_finding *finding =
            check_add(check, "sentence-long", "this sentence has %zu words, more than %zu",
                      sentence->words, most);
        // As much of it as is on its first line.
        check_place(check, finding, file, map->text, sentence->at,
                    slice_sub(text, 0, slice_find_byte(text, '\n', 0)));
    }
    *sentence = (struct sentence){SIZE_MAX, 0, 0};
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

static void read_prose_words(struct check *check, struct slice file, const struct source_map *map,
                             struct slice line, struct sentence *sentence, size_t most)
{
    size_t base = (size_t)(line.ptr - map->text.ptr);
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
        }
        if (ends_sentence(word))
            end_sentence(check, file, map, sentence, most);
        at = end + 1;
    }
}

static void check_sentences(struct check *check, struct slice file, const struct source_map *map,
                            size_t from)
{
    struct value setting;
    if (!check_rule_asked(check, "sentence-long", &setting))
        return;
    struct value number = value_is(setting, VALUE_OBJECT) ? value_get(NULL, setting, SLICE("words"))
                                                          : value_undefined();
    size_t most = value_is(number, VALUE_NUMBER) && number.number >= 1 && number.number < 1000
                      ? (size_t)number.number
                      : SENTENCE_WORDS;
    struct slice rest = slice_sub(map->text, from, map->text.len), line;
    struct sentence sentence = {SIZE_MAX, 0, 0};
    while (slice_next_line(&rest, &line)) {
        struct slice text = slice_trim(line);
        size_t mark = mark_length(text);
        bool hidden = text.len && source_map_hidden(map, (size_t)(text.ptr - map->text.ptr));
        if (is_no_prose(text) || mark || hidden)
            end_sentence(check, file, map, &sentence, most);
        if (!is_no_prose(text) && !hidden)
            read_prose_words(check, file, map, slice_sub(text, mark, text.len), &sentence, most);
    }
    end_sentence(check, file, map, &sentence, most);
}

void check_prose(struct check *check, struct slice file, const struct source_map *map, size_t from)
{
    check_words_avoided(check, file, map, from);
    check_sentences(check, file, map, from);
}
