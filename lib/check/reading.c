// SPDX-License-Identifier: MIT
//
// The age at which most people understand an English text: the Flesch-Kincaid grade level
//
//   0.39 * words / sentences + 11.8 * syllables / words - 15.59
//
// plus 5, as the first grade begins at six. Source: Kincaid, Fishburne, Rogers and Chissom,
// "Derivation of New Readability Formulas for Navy Enlisted Personnel", Research Branch Report
// 8-75, 1975. It was fitted to passages of a hundred words and more, so shorter texts are not
// judged.
//
// Syllables are counted by groups of vowels, without a dictionary: right for most words, and by one
// too many or too few for others, which evens out over a page. Other languages need other formulas.
#include "findings.h"

#include "base/ascii.h"

enum { FIRST_GRADE_MINUS_ONE = 5, SENTENCE_WORDS_MIN = 5 };

static bool is_vowel(char c)
{
    return strchr("aeiouy", c | 0x20) != NULL && ascii_is_letter(c);
}

// The e of "make", "makes" and "asked" is not spoken; that of "table", "roses", "needed" and "free"
// is.
static bool has_silent_e(struct slice word)
{
    char last = word.len ? (char)(word.ptr[word.len - 1] | 0x20) : ' ';
    size_t at = word.len - (last == 'e' ? 1 : 2); // of the e
    if (word.len < 3 || !strchr("esd", last) || (word.ptr[at] | 0x20) != 'e')
        return false;
    char before = (char)(word.ptr[at - 1] | 0x20);
    bool alone = before == 'l' && at >= 2 && !is_vowel(word.ptr[at - 2]);
    bool spoken =
        alone || (last == 's' && strchr("sxzcgh", before)) || (last == 'd' && strchr("td", before));
    return !is_vowel(before) && !spoken;
}

static size_t syllables_of_letters(struct slice word)
{
    size_t groups = 0;
    for (size_t i = 0; i < word.len; i++)
        groups += is_vowel(word.ptr[i]) && (i == 0 || !is_vowel(word.ptr[i - 1]));
    groups -= groups > 1 && has_silent_e(word);
    return groups ? groups : 1;
}

// A word as written: "well-known" has two parts, a number none that can be counted but one.
size_t reading_syllables(struct slice word)
{
    size_t count = 0;
    for (size_t at = 0; at < word.len;) {
        size_t end = at;
        while (end < word.len && ascii_is_letter(word.ptr[end]))
            end++;
        // What follows an apostrophe is no part of its own: "it's", "don't".
        bool elided = at && (word.ptr[at - 1] == '\'' || (word.ptr[at - 1] & 0x80));
        if (end > at && !elided)
            count += syllables_of_letters(slice_sub(word, at, end));
        at = end + 1;
    }
    return count ? count : 1;
}

static double grade_of(double words, double sentences, double syllables)
{
    return words > 0 && sentences > 0 ? 0.39 * words / sentences + 11.8 * syllables / words - 15.59
                                      : 0;
}

static double grade_of_sentence(const struct prose_sentence *sentence)
{
    return grade_of((double)sentence->words, 1, (double)sentence->syllables);
}

void reading_add(struct prose_reading *reading, const struct prose_sentence *sentence)
{
    if (!sentence->words)
        return;
    reading->words += sentence->words;
    reading->syllables += sentence->syllables;
    reading->sentences++;
    if (sentence->words >= SENTENCE_WORDS_MIN &&
        (!reading->hardest.words ||
         grade_of_sentence(sentence) > grade_of_sentence(&reading->hardest)))
        reading->hardest = *sentence;
}

double reading_age(const struct prose_reading *reading)
{
    return FIRST_GRADE_MINUS_ONE +
           grade_of((double)reading->words, (double)reading->sentences, (double)reading->syllables);
}
