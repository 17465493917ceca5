// SPDX-License-Identifier: MIT
//
// Syllables, and the reading age of texts whose grade is known.
#include "check/findings.h"

#include <math.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_syllables(void **state)
{
    static const struct {
        const char *word;
        size_t syllables;
    } ROWS[] = {
        {"a", 1},        {"the", 1},         {"cat", 1},      {"make", 1},       {"makes", 1},
        {"used", 1},     {"needed", 2},      {"table", 2},    {"tables", 2},     {"roses", 2},
        {"changes", 2},  {"free", 1},        {"agree", 2},    {"people", 2},     {"guidance", 2},
        {"services", 3}, {"security", 4},    {"data", 2},     {"they", 1},       {"yes", 1},
        {"don't", 1},    {"it's", 1},        {"queue", 1},    {"policy", 3},     {"department", 3},
        {"platypus", 3}, {"seemingly", 3},   {"creature", 2}, {"well-known", 2}, {"(readers,", 2},
        {"2026", 1},     {"information", 4}, {"be", 1},       {"me.", 1},        {"rule", 1},
        {"whole", 1},    {"rules", 1},       {"asked", 1},    {"wanted", 2},     {"added", 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++)
        if (reading_syllables(slice_from_cstr(ROWS[i].word)) != ROWS[i].syllables)
            fail_msg("%s: %zu", ROWS[i].word, reading_syllables(slice_from_cstr(ROWS[i].word)));
}

// Words and syllables of one sentence.
static struct prose_sentence read_text(const char *text)
{
    struct slice rest = slice_from_cstr(text), word;
    struct prose_sentence sentence = {0};
    while (rest.len && slice_split(&rest, ' ', &word)) {
        sentence.words++;
        sentence.syllables += reading_syllables(word);
    }
    return sentence;
}

static double age_of(const char *const *sentences)
{
    struct prose_reading reading = {0};
    for (; *sentences; sentences++) {
        struct prose_sentence sentence = read_text(*sentences);
        reading_add(&reading, &sentence);
    }
    return reading_age(&reading);
}

static void test_ages(void **state)
{
    // 13 words and 24 syllables: grade 11.3.
    const char *const hard[] = {"The Australian platypus is seemingly a hybrid of a mammal and "
                                "reptilian creature.",
                                NULL};
    // 9 words and 9 syllables: below the first grade.
    const char *const easy[] = {"The cat sat on the mat.", "It was fat.", NULL};
    (void)state;
    assert_true(fabs(age_of(hard) - 16.3) < 0.1);
    assert_true(fabs(age_of(easy) - (5 + 0.39 * 4.5 + 11.8 - 15.59)) < 0.01);
}

static void test_hardest_sentence(void **state)
{
    struct prose_sentence easy = {.at = 1, .words = 6, .syllables = 6},
                          hard = {.at = 2, .words = 20, .syllables = 40},
                          title = {.at = 3, .words = 2, .syllables = 12};
    struct prose_reading reading = {0};
    (void)state;
    reading_add(&reading, &easy);
    reading_add(&reading, &hard);
    reading_add(&reading, &title); // too short to say anything
    assert_int_equal(reading.hardest.at, 2);
    assert_int_equal(reading.sentences, 3);
    assert_int_equal(reading.words, 28);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_syllables),
        cmocka_unit_test(test_ages),
        cmocka_unit_test(test_hardest_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
