// SPDX-License-Identifier: MIT
//
// Dates as text: every Luxon token and strftime directive, the ends of years, and broken formats.
#include "template/template.h"

#include "base/clock.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static double at(int64_t year, int month, int day, int hour, int minute, int second, int ms)
{
    struct clock_fields fields = {.year = year,
                                  .month = month,
                                  .day = day,
                                  .hour = hour,
                                  .minute = minute,
                                  .second = second,
                                  .millisecond = ms};
    return clock_ms_from_fields(&fields);
}

static void check(double ms, const char *format, bool luxon, const char *expected)
{
    struct arena *arena = arena_create(0, 0);
    struct buffer out = buffer_create(arena, 0);
    assert_true(template_format_date(&out, ms, slice_from_cstr(format), luxon, SLICE_EMPTY));
    assert_string_equal(buffer_cstr(&out), expected);
    arena_destroy(arena);
}

struct row {
    const char *format;
    const char *expected;
};

// What Luxon 3.7 prints for 2024-05-23T09:05:07.089Z in UTC and American English.
static const struct row LUXON[] = {
    {"S", "89"},
    {"SSS", "089"},
    {"u", "089"},
    {"uu", "08"},
    {"uuu", "0"},
    {"s", "7"},
    {"ss", "07"},
    {"m", "5"},
    {"mm", "05"},
    {"h", "9"},
    {"hh", "09"},
    {"H", "9"},
    {"HH", "09"},
    {"Z", "+0"},
    {"ZZ", "+00:00"},
    {"ZZZ", "+0000"},
    {"ZZZZ", "UTC"},
    {"z", "UTC"},
    {"a", "AM"},
    {"d", "23"},
    {"dd", "23"},
    {"c", "4"},
    {"ccc", "Thu"},
    {"cccc", "Thursday"},
    {"ccccc", "T"},
    {"E", "4"},
    {"EEE", "Thu"},
    {"EEEE", "Thursday"},
    {"L", "5"},
    {"LL", "05"},
    {"LLL", "May"},
    {"LLLL", "May"},
    {"LLLLL", "M"},
    {"M", "5"},
    {"MM", "05"},
    {"MMMM", "May"},
    {"y", "2024"},
    {"yy", "24"},
    {"yyy", "yyy"},
    {"yyyy", "2024"},
    {"yyyyyy", "002024"},
    {"G", "AD"},
    {"GG", "Anno Domini"},
    {"GGGGG", "A"},
    {"kk", "24"},
    {"kkkk", "2024"},
    {"W", "21"},
    {"WW", "21"},
    {"n", "21"},
    {"ii", "24"},
    {"o", "144"},
    {"ooo", "144"},
    {"q", "2"},
    {"qq", "02"},
    {"X", "1716455107"},
    {"x", "1716455107089"},
    {"D", "5/23/2024"},
    {"DD", "May 23, 2024"},
    {"DDDD", "Thursday, May 23, 2024"},
    {"t", "9:05\u202fAM"},
    {"TT", "09:05:07"},
    {"TTT", "09:05:07 UTC"},
    {"f", "5/23/2024, 9:05\u202fAM"},
    {"FFFF", "Thursday, May 23, 2024 at 9:05:07\u202fAM UTC"},
    {"d 'of' LLLL''yy", "23 of May'24"},
    {"'a''b'", "ab"},
    {"'open d", "open d"},
    {"yyyy-MM-dd'T'HH:mm", "2024-05-23T09:05"},
    {"Q!", "Q!"},
    {"", ""},
};

static void test_luxon_tokens(void **state)
{
    (void)state;
    double ms = at(2024, 5, 23, 9, 5, 7, 89);
    for (size_t i = 0; i < sizeof LUXON / sizeof *LUXON; i++)
        check(ms, LUXON[i].format, true, LUXON[i].expected);
}

// What C's strftime prints for the same moment in the C locale.
static const struct row STRFTIME[] = {
    {"%a %A %b %B %h", "Thu Thursday May May May"},
    {"%c", "Thu May 23 09:05:07 2024"},
    {"%C|%d|%D|%e", "20|23|05/23/24|23"},
    {"%F", "2024-05-23"},
    {"%g %G", "24 2024"},
    {"%H %I %j", "09 09 144"},
    {"%k|%l", " 9| 9"},
    {"%m %M", "05 05"},
    {"%n%t", "\n\t"},
    {"%p %P", "AM am"},
    {"%r", "09:05:07 AM"},
    {"%R %T", "09:05 09:05:07"},
    {"%s %S", "1716455107 07"},
    {"%u %w", "4 4"},
    {"%U %V %W", "20 21 21"},
    {"%x %X", "05/23/24 09:05:07"},
    {"%y %Y", "24 2024"},
    {"%z %Z", "+0000 UTC"},
    {"%%", "%"},
    {"100%", "100%"},
    {"%-d %-m %-H", "23 5 9"},
    {"%_m|%_H", " 5| 9"},
    {"%^a %^B", "THU MAY"},
    {"%Ey %Od", "24 23"},
    {"%q", "%q"},
    {"%L", "089"},
    {"plain", "plain"},
};

static void test_strftime_directives(void **state)
{
    (void)state;
    double ms = at(2024, 5, 23, 9, 5, 7, 89);
    for (size_t i = 0; i < sizeof STRFTIME / sizeof *STRFTIME; i++)
        check(ms, STRFTIME[i].format, false, STRFTIME[i].expected);
}

// ISO weeks at both ends of a year, against ISO 8601's own examples.
static void test_weeks_at_the_ends_of_years(void **state)
{
    (void)state;
    check(at(2005, 1, 1, 0, 0, 0, 0), "kkkk-WW", true, "2004-53");
    check(at(2005, 12, 31, 0, 0, 0, 0), "kkkk-WW", true, "2005-52");
    check(at(2007, 1, 1, 0, 0, 0, 0), "kkkk-WW", true, "2007-01");
    check(at(2007, 12, 31, 0, 0, 0, 0), "kkkk-WW", true, "2008-01");
    check(at(2008, 12, 28, 0, 0, 0, 0), "kkkk-WW", true, "2008-52");
    check(at(2009, 12, 31, 0, 0, 0, 0), "kkkk-WW", true, "2009-53");
    check(at(2010, 1, 3, 0, 0, 0, 0), "%G-W%V-%u", false, "2009-W53-7");
    check(at(2024, 12, 29, 12, 0, 0, 0), "n nn ii iiii W kkkk", true, "1 01 25 2025 52 2024");
    check(at(2024, 1, 1, 0, 0, 0, 0), "%U %W %j", false, "00 01 001");
}

static void test_hours_of_twelve(void **state)
{
    (void)state;
    check(at(2024, 1, 1, 0, 30, 0, 0), "h:mm a", true, "12:30 AM");
    check(at(2024, 1, 1, 12, 30, 0, 0), "h:mm a", true, "12:30 PM");
    check(at(2024, 1, 1, 23, 5, 0, 0), "%I:%M %p", false, "11:05 PM");
}

static void test_years_before_one_and_invalid_dates(void **state)
{
    (void)state;
    check(at(-12, 5, 23, 0, 0, 0, 0), "y yy yyyy yyyyyy G", true, "-12 12 -0012 -000012 BC");
    check(NAN, "yyyy", true, "Invalid DateTime");
    check(INFINITY, "%Y", false, "Invalid Date");
    check(9e15, "yyyy", true, "Invalid DateTime");
}

static void check_zone(const char *zone, double ms, bool luxon, const char *format,
                       const char *expected)
{
    struct arena *arena = arena_create(0, 0);
    struct buffer out = buffer_create(arena, 0);
    assert_true(
        template_format_date(&out, ms, slice_from_cstr(format), luxon, slice_from_cstr(zone)));
    assert_string_equal(buffer_cstr(&out), expected);
    arena_destroy(arena);
}

// As Luxon prints them, and C's strftime with TZ set.
static void test_time_zones(void **state)
{
    static const char tokens[] = "d HH:mm|Z|ZZ|ZZZ|ZZZZ|ZZZZZ|z";
    (void)state;
    double summer = at(2024, 5, 23, 9, 5, 7, 89), winter = at(2024, 1, 15, 23, 30, 0, 0);
    check_zone("Europe/London", summer, true, tokens,
               "23 10:05|+1|+01:00|+0100|GMT+1|British Summer Time|Europe/London");
    check_zone("europe/london", winter, true, tokens,
               "15 23:30|+0|+00:00|+0000|GMT|Greenwich Mean Time|Europe/London");
    check_zone("Europe/Paris", winter, true, tokens,
               "16 00:30|+1|+01:00|+0100|GMT+1|Central European Standard Time|Europe/Paris");
    check_zone("UTC+5:30", winter, true, tokens,
               "16 05:00|+5:30|+05:30|+0530|UTC+5:30|UTC+5:30|UTC+5:30");
    check_zone("utc-3", summer, true, tokens, "23 06:05|-3|-03:00|-0300|UTC-3|UTC-3|UTC-3");
    check_zone("utc+0", summer, true, tokens, "23 09:05|+0|+00:00|+0000|UTC|UTC|UTC");
    check_zone("Europe/London", summer, false, "%H:%M %z %Z", "10:05 +0100 BST");
    check_zone("Europe/Dublin", summer, false, "%Z", "IST");
    // The moments at which the clocks change.
    check_zone("Europe/London", at(2024, 3, 31, 0, 59, 59, 999), true, "HH:mm", "00:59");
    check_zone("Europe/London", at(2024, 3, 31, 1, 0, 0, 0), true, "HH:mm", "02:00");
    check_zone("Europe/Athens", at(2025, 10, 26, 0, 59, 59, 0), true, "HH:mm", "03:59");
    check_zone("Europe/Athens", at(2025, 10, 26, 1, 0, 0, 0), true, "HH:mm", "03:00");
}

static void test_unknown_time_zones(void **state)
{
    static const char *const NAMES[] = {"Nowhere/At_all", "UTC+", "UTC+1:", "UTC+123",
                                        "UTC+1:5x",       "UTC5", "utx"};
    (void)state;
    struct arena *arena = arena_create(0, 0);
    struct buffer out = buffer_create(arena, 0);
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        assert_false(template_format_date(&out, 0, SLICE("yyyy"), true, slice_from_cstr(NAMES[i])));
    arena_destroy(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_luxon_tokens),
        cmocka_unit_test(test_strftime_directives),
        cmocka_unit_test(test_weeks_at_the_ends_of_years),
        cmocka_unit_test(test_hours_of_twelve),
        cmocka_unit_test(test_years_before_one_and_invalid_dates),
        cmocka_unit_test(test_time_zones),
        cmocka_unit_test(test_unknown_time_zones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
