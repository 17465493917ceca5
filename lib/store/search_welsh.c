// SPDX-License-Identifier: MIT
//
// The forms of a Welsh word. Its first sound changes with the word before it – trwydded, y
// drwydded, fy nhrwydded, ei thrwydded – and its end with its number – trwyddedau. A reader types
// one form, and a page may have any other.
//
//   word ─▶ the radicals that it may come from ─▶ their mutations ─▶ singular and plural
//        ─▶ those that the site's pages use
//
// A form may come from several radicals (`dal` is itself, or `tal` after `y`), so forms count less
// than the word as typed. Vowels that change within a word (ffordd, ffyrdd) are for the file of
// synonyms.
// Source: the tables of initial mutations and of plural endings that grammars of Welsh have, such
// as King, "Modern Welsh: A Comprehensive Grammar".
#include "search.h"

// A sound at the beginning of a word, and what it becomes after some words. "" is no sound: g is
// dropped, and h is put before vowels.
static const struct mutation {
    struct slice radical, mutated;
} MUTATIONS[] = {
    // soft
    {{"p", 1}, {"b", 1}},
    {{"t", 1}, {"d", 1}},
    {{"c", 1}, {"g", 1}},
    {{"b", 1}, {"f", 1}},
    {{"d", 1}, {"dd", 2}},
    {{"g", 1}, {"", 0}},
    {{"m", 1}, {"f", 1}},
    {{"ll", 2}, {"l", 1}},
    {{"rh", 2}, {"r", 1}},
    // nasal
    {{"p", 1}, {"mh", 2}},
    {{"t", 1}, {"nh", 2}},
    {{"c", 1}, {"ngh", 3}},
    {{"b", 1}, {"m", 1}},
    {{"d", 1}, {"n", 1}},
    {{"g", 1}, {"ng", 2}},
    // aspirate
    {{"p", 1}, {"ph", 2}},
    {{"t", 1}, {"th", 2}},
    {{"c", 1}, {"ch", 2}},
    {{"", 0}, {"h", 1}},
};

static const struct slice ENDINGS[] = {{"", 0},    {"au", 2},  {"iau", 3}, {"ïau", 4}, {"nau", 3},
                                       {"on", 2},  {"ion", 3}, {"i", 1},   {"ni", 2},  {"od", 2},
                                       {"ydd", 3}, {"edd", 3}, {"oedd", 4}};

enum { RADICALS_MAX = 8, SHORTEST = 3 };

// The form being built, and where those that pages use go.
struct forms {
    struct arena *arena;
    const struct welsh_words *used;
    struct slice word; // as typed
    struct slice *out;
    size_t count, max;
};

static bool is_vowel(unsigned char letter)
{
    return letter >= 0x80 || (letter && strchr("aeiouwy", letter));
}

// Letters that are one sound: the first of them alone is another.
static bool is_one_sound(char first, char second)
{
    static const char PAIRS[][2] = {{'c', 'h'}, {'d', 'd'}, {'f', 'f'}, {'l', 'l'}, {'m', 'h'},
                                    {'n', 'g'}, {'n', 'h'}, {'p', 'h'}, {'r', 'h'}, {'t', 'h'}};
    for (size_t i = 0; i < sizeof PAIRS / sizeof *PAIRS; i++)
        if (PAIRS[i][0] == first && PAIRS[i][1] == second)
            return true;
    return false;
}

// Whether the word begins with the sound, and not with a longer one.
static bool begins_with(struct slice word, struct slice sound)
{
    if (!slice_starts_with(word, sound) || word.len == sound.len)
        return false;
    if (slice_equal(sound, SLICE("ng")))
        return word.ptr[2] != 'h';
    return sound.len != 1 || !is_one_sound(word.ptr[0], word.ptr[1]);
}

// Whether a sound that is dropped or added stands before such a rest.
static bool may_precede(struct slice radical, struct slice rest)
{
    if (!rest.len)
        return false;
    bool vowel = is_vowel((unsigned char)rest.ptr[0]);
    return slice_equal(radical, SLICE("g")) ? vowel || strchr("lrn", rest.ptr[0]) : vowel;
}

// The word with the sound `from` at its beginning replaced by `to`; "" if it does not begin so.
static struct slice replaced(struct arena *arena, struct slice word, struct slice from,
                             struct slice to, struct slice radical)
{
    if (from.len && !begins_with(word, from))
        return SLICE_EMPTY;
    struct slice rest = slice_sub(word, from.len, word.len);
    if ((!from.len || !to.len) && !may_precede(radical, rest))
        return SLICE_EMPTY;
    // Letters that run together are another sound, so this was never the word.
    struct slice out = ARENA_JOIN(arena, to, rest);
    return to.len && rest.len && is_one_sound(to.ptr[to.len - 1], rest.ptr[0]) ? SLICE_EMPTY : out;
}

static void add_form(struct forms *forms, struct slice form)
{
    if (forms->count == forms->max || slice_equal(form, forms->word) ||
        !forms->used->has(forms->used->state, form))
        return;
    for (size_t i = 0; i < forms->count; i++)
        if (slice_equal(forms->out[i], form))
            return;
    forms->out[forms->count++] = form;
}

// The word without its longest ending; the word itself if it has none.
static struct slice without_ending(struct slice word)
{
    size_t longest = 0;
    for (size_t i = 0; i < sizeof ENDINGS / sizeof *ENDINGS; i++)
        if (ENDINGS[i].len > longest && word.len >= ENDINGS[i].len + SHORTEST &&
            slice_ends_with(word, ENDINGS[i]))
            longest = ENDINGS[i].len;
    return slice_sub(word, 0, word.len - longest);
}

// A form in the singular and plural. rheolwr, rheolwyr: those who do something.
static void add_numbers(struct forms *forms, struct slice form)
{
    struct arena *arena = forms->arena;
    struct slice stems[] = {form, without_ending(form)};
    for (size_t s = 0; s < 1 + (stems[1].len < form.len); s++)
        for (size_t i = 0; i < sizeof ENDINGS / sizeof *ENDINGS; i++)
            add_form(forms, ARENA_JOIN(arena, stems[s], ENDINGS[i]));
    if (slice_ends_with(form, SLICE("wyr")))
        add_form(forms, ARENA_JOIN(arena, slice_sub(form, 0, form.len - 3), SLICE("wr")));
    else if (slice_ends_with(form, SLICE("wr")))
        add_form(forms, ARENA_JOIN(arena, slice_sub(form, 0, form.len - 2), SLICE("wyr")));
}

size_t welsh_forms(struct arena *arena, const struct welsh_words *used, struct slice word,
                   struct slice *out, size_t max)
{
    enum { COUNT = sizeof MUTATIONS / sizeof *MUTATIONS };
    struct forms forms = {.arena = arena, .used = used, .word = word, .out = out, .max = max};
    struct slice radicals[RADICALS_MAX] = {word};
    size_t count = 1;
    if (word.len < SHORTEST)
        return 0;
    for (size_t i = 0; i < COUNT && count < RADICALS_MAX; i++) {
        const struct mutation *m = &MUTATIONS[i];
        struct slice radical = replaced(arena, word, m->mutated, m->radical, m->radical);
        if (radical.len)
            radicals[count++] = radical;
    }
    for (size_t r = 0; r < count; r++) {
        add_numbers(&forms, radicals[r]);
        for (size_t i = 0; i < COUNT; i++) {
            const struct mutation *m = &MUTATIONS[i];
            struct slice form = replaced(arena, radicals[r], m->radical, m->mutated, m->radical);
            if (form.len)
                add_numbers(&forms, form);
        }
    }
    return forms.count;
}
