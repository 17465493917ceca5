// SPDX-License-Identifier: MIT
//
// Whether a table fits a printed page. On a screen a wide table scrolls; on paper it cannot.
// Browsers then print the whole page smaller, Chromium down to two thirds, and cut off what is
// wider still.
//
// A column is at least as wide as its longest word that cannot be broken, and the space between two
// columns. Words are measured in characters of half the font's size, with the widths of Helvetica,
// which are those of Arial and other usual sans-serif fonts. A page of A4 with margins of a
// centimetre has 720 CSS pixels, 1,080 at two thirds. Text of 14 points, which GOV.UK's and the
// NHS's styles print, has 9.3 for a character: 112 of them fit with Arial, 98 with DejaVu Sans,
// which is wider. tests/e2e/tables.mjs prints them.
//
//   check:
//     table-wide: {characters: 100}
#include "findings.h"

#include "base/utf8.h"

// The fonts of code have 600 thousandths for each character, and are usually a tenth smaller.
enum { COLUMN_SPACE = 2, WIDE_CHARACTER = 2, HELVETICA_HALF = 500, CODE_CHARACTER = 540 };

// Widths of Helvetica in thousandths of its size, from the space to the tilde (Adobe Font Metrics).
static const uint16_t HELVETICA[] = {
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333,  278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667,  611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278,  556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500,  500, 334, 260, 334, 584};
enum { HELVETICA_FIRST = ' ', HELVETICA_COUNT = sizeof HELVETICA / sizeof *HELVETICA };
_Static_assert(HELVETICA_COUNT == '~' - ' ' + 1, "a width for each character of ASCII");

// Chinese, Japanese and Korean: a line may end after each.
static bool is_ideograph(uint32_t code_point)
{
    return (code_point >= 0x2e80 && code_point < 0xd7b0) ||
           (code_point >= 0xf900 && code_point < 0xfb00);
}

static double character_width(uint32_t code_point, bool code)
{
    if (code_point == 0xad || code_point == 0x200b) // seen only at the end of a line
        return 0;
    if (code && code_point < 0x2e80)
        return (double)CODE_CHARACTER / HELVETICA_HALF;
    bool known = code_point >= HELVETICA_FIRST && code_point < HELVETICA_FIRST + HELVETICA_COUNT;
    return known ? (double)HELVETICA[code_point - HELVETICA_FIRST] / HELVETICA_HALF
           : is_ideograph(code_point) ? WIDE_CHARACTER
                                      : 1;
}

// Whether a line may end between the two (UAX #14: classes BA, HY, SY, B2, ID, ZW).
static bool may_break(uint32_t before, uint32_t after)
{
    bool number = after >= '0' && after <= '9';
    return is_ideograph(before) || is_ideograph(after) || before == 0xad || before == 0x200b ||
           before == 0x2013 || before == 0x2014 || ((before == '-' || before == '/') && !number);
}

static bool is_break_space(uint32_t code_point)
{
    return code_point != 0xa0 && code_point != 0x202f && utf8_is_space(code_point);
}

// The word ends here.
static void end_word_of_cell(struct table_width *width)
{
    double *longest = width->column ? &width->longest[width->column - 1] : NULL;
    if (longest && width->word > *longest)
        *longest = width->word;
    width->word = 0;
    width->before = ' ';
}

void table_width_text(struct table_width *width, struct slice text)
{
    for (size_t at = 0; width->column && at < text.len;) {
        uint32_t code_point = (uint32_t)utf8_decode(text, &at);
        if (is_break_space(code_point) || may_break(width->before, code_point))
            end_word_of_cell(width);
        if (is_break_space(code_point))
            continue;
        width->word += character_width(code_point, width->code);
        width->before = code_point;
    }
}

static size_t span_of(struct slice tag, const char *name)
{
    double span = value_parse_int(html_attribute(tag, name), 10);
    return span > 1 ? span < TABLE_COLUMNS_MAX ? (size_t)span : TABLE_COLUMNS_MAX : 1;
}

static void start_cell(struct table_width *width, struct slice tag)
{
    size_t columns = span_of(tag, "colspan");
    width->next += columns;
    // What a cell over several columns has in it, they share. After a cell over several rows it is
    // not known which columns the others are in.
    width->column = columns == 1 && width->next <= TABLE_COLUMNS_MAX ? width->next : 0;
    width->unknown |= span_of(tag, "rowspan") > 1 || width->next > TABLE_COLUMNS_MAX;
    width->columns = width->next > width->columns ? width->next : width->columns;
}

// Tags within a word.
static bool is_inline(const struct html_token *tag)
{
    static const char *const NAMES[] = {"a",   "abbr", "b",    "code", "del",  "em",     "i",
                                        "ins", "kbd",  "mark", "s",    "span", "strong", "u"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (html_is(tag, NAMES[i]))
            return true;
    return false;
}

void table_width_tag(struct table_width *width, const struct html_token *tag)
{
    bool cell = html_is(tag, "td") || html_is(tag, "th");
    if (html_is(tag, "code") || html_is(tag, "kbd"))
        width->code = tag->kind == HTML_START;
    if (!is_inline(tag))
        end_word_of_cell(width);
    if (html_is(tag, "tr") && tag->kind == HTML_START)
        width->next = 0;
    else if (cell && tag->kind == HTML_START)
        start_cell(width, tag->text);
    else if (cell)
        width->column = 0;
}

double table_width_sum(const struct table_width *width)
{
    double sum = 0;
    for (size_t i = 0; i < width->columns && !width->unknown; i++)
        sum += width->longest[i] + COLUMN_SPACE;
    return sum;
}
