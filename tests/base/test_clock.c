// SPDX-License-Identifier: MIT
//
// Dates: those of HTTP, of ISO 8601 and of front matter, read and written.
#include "base/clock.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define assert_slice(s, text) assert_true(slice_equal(s, slice_from_cstr(text)))

static void test_dates(void **state)
{
    (void)state;
    int64_t seconds;
    double ms;
    assert_true(clock_parse_http(SLICE("Sun, 06 Nov 1994 08:49:37 GMT"), &seconds));
    assert_int_equal(seconds, 784111777);
    assert_true(clock_parse_http(SLICE("Sunday, 06-Nov-94 08:49:37 GMT"), &seconds));
    assert_int_equal(seconds, 784111777);
    assert_true(clock_parse_http(SLICE("Sun Nov  6 08:49:37 1994"), &seconds));
    assert_int_equal(seconds, 784111777);
    assert_false(clock_parse_http(SLICE("Sun, 31 Feb 1994 08:49:37 GMT"), &seconds));
    assert_true(clock_parse_iso(SLICE("2024-02-29T12:00:00.5+01:00"), &ms));
    assert_true(ms == 1709204400500.0);
    assert_false(clock_parse_iso(SLICE("2023-02-29"), &ms));
    for (double day = -800000; day < 800000; day += 137) {
        struct clock_fields fields = clock_fields_from_ms(day * 86400000.0 + 1234);
        assert_true(clock_ms_from_fields(&fields) == day * 86400000.0 + 1234);
    }
}

// A text with a byte cut off or replaced is no date.
static bool is_date_of_http(const char *text)
{
    int64_t seconds;
    return clock_parse_http(slice_from_cstr(text), &seconds);
}

static void test_broken_dates_of_http(void **state)
{
    static const char *const RIGHT[] = {"Sun, 06 Nov 1994 08:49:37 GMT",
                                        "Sunday, 06-Nov-94 08:49:37 GMT",
                                        "Sun Nov  6 08:49:37 1994", "Wed Nov 16 08:49:60 1994"};
    static const char *const WRONG[] = {
        "Sun, 00 Nov 1994 08:49:37 GMT",   "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:00:00 GMT",   "Sun, 06 Nov 1994 08:60:37 GMT",
        "Sun, 06 Nov 1994 08:49:61 GMT",   "Sun, 06 Nov 1994 08:49:37 GMT+1",
        "Sunday, 06-Nov-94 08:49:37 GMT ", "Sun Nov  6 08:49:37 1994 ",
        "Sun, 29 Feb 1900 08:49:37 GMT",   "Sun,06 Nov 1994 08:49:37 GMT"};
    (void)state;
    for (size_t i = 0; i < sizeof RIGHT / sizeof *RIGHT; i++) {
        assert_true(is_date_of_http(RIGHT[i]));
        for (size_t k = 0; k < strlen(RIGHT[i]); k++) {
            char text[40];
            snprintf(text, sizeof text, "%s", RIGHT[i]);
            text[k] = '?';
            assert_false(is_date_of_http(text));
            text[k] = '\0';
            assert_false(is_date_of_http(text));
        }
    }
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++)
        if (is_date_of_http(WRONG[i]))
            fail_msg("%s", WRONG[i]);
}

// RFC 9110 §5.6.7: a year of two digits is at most fifty years ahead.
static void test_years_of_two_digits(void **state)
{
    int64_t now = clock_fields_from_ms(clock_wall_ms()).year;
    (void)state;
    for (int64_t year = now - 49; year <= now + 50; year++) {
        char text[40];
        int64_t seconds;
        snprintf(text, sizeof text, "Sunday, 06-Nov-%02d 08:49:37 GMT", (int)(year % 100));
        assert_true(clock_parse_http(slice_from_cstr(text), &seconds));
        assert_int_equal(clock_fields_from_ms((double)seconds * 1000).year, year);
    }
}

struct moment {
    const char *text;
    double ms; // NAN: refused
};

// As Node's Date.parse has it.
static const struct moment OF_ISO[] = {
    {"2024", 1704067200000},
    {"2024-02", 1706745600000},
    {"2024-02-29", 1709164800000},
    {"+002024-02-29T00:00Z", 1709164800000},
    {"-000001-01-01T00:00Z", -62198755200000},
    {"2024-02-29T10:11:12.345Z", 1709201472345},
    {"2024-02-29T10:11:12.3456789Z", 1709201472345},
    {"2024-02-29T24:00:00Z", 1709251200000},
    {"2024-02-29T24:00Z", 1709251200000},
    {"2024-02-29T10:00+05:30", 1709181000000},
    {"2024-02-29T10:00-05:30", 1709220600000},
    {"-000000-01-01T00:00Z", NAN},
    {"2024-02-29T24:00:01Z", NAN},
    {"2024-02-29T25:00:00Z", NAN},
    {"2024-02-29T10:60Z", NAN},
    {"2024-02-29T10:00:60Z", NAN},
    {"2024-02-29T10:00:00.Z", NAN},
    {"2024-02-29T10:00:00.", NAN},
    {"2024-02-29T10Z", NAN},
    {"2024-02-29T10:00+1", NAN},
    {"2024-02-29T10:00+24:00", NAN},
    {"2024-02-29T10:00+10:60", NAN},
    {"2024-02-29T10:00X", NAN},
    {"2024-2-29", NAN},
    {"2024-02-9", NAN},
    {"2024-00-09", NAN},
    {"2024-02-00", NAN},
    {"2024-13-01", NAN},
    {"2024-02-29x", NAN},
    {"24-02-29", NAN},
    {"", NAN},
};

// In front matter: more ways to write the time, and no year alone.
static const struct moment IN_FRONT_MATTER[] = {
    {"2027-05", 1809129600000},
    {" 2027-05-01 ", 1809129600000},
    {"2027-05-01T09:00", 1809162000000},
    {"2027-05-01 9:00", 1809162000000},
    {"2027-05-01  09:00:00.5", 1809162000500},
    {"2027-05-01t09:00z", 1809162000000},
    {"2027-05-01T09:00 Z", 1809162000000},
    {"2027-05-01T09:00 +01:00", 1809158400000},
    {"2027-05-01T09:00+0100", 1809158400000},
    {"2027-05-01T09:00 -01", 1809165600000},
    {"2027", NAN},
    {"2027-5", NAN},
    {"2027-05-1", NAN},
    {"01-05-2027", NAN},
    {"1 May 2027", NAN},
    {"2027-13", NAN},
    {"2027-02-30", NAN},
    {"2027-05-01T", NAN},
    {"2027-05-01X09:00", NAN},
    {"2027-05-01T9", NAN},
    {"2027-05-01T09:0", NAN},
    {"2027-05-01T09:00:60", NAN},
    {"2027-05-01T09:00 CET", NAN},
    {"2027-05-01T09:00+24:00", NAN},
    {"2027-05 09:00", NAN},
    {"", NAN},
};

static void expect_moments(const struct moment *rows, size_t count,
                           bool (*parse)(struct slice text, double *ms))
{
    for (size_t i = 0; i < count; i++) {
        double ms = NAN;
        bool ok = parse(slice_from_cstr(rows[i].text), &ms);
        if (ok == isnan(rows[i].ms) || (ok && ms != rows[i].ms))
            fail_msg("%s: %.0f", rows[i].text, ok ? ms : NAN);
    }
}

static void test_moments(void **state)
{
    (void)state;
    expect_moments(OF_ISO, sizeof OF_ISO / sizeof *OF_ISO, clock_parse_iso);
    expect_moments(IN_FRONT_MATTER, sizeof IN_FRONT_MATTER / sizeof *IN_FRONT_MATTER,
                   clock_parse_moment);
}

static void test_dates_written_for_http(void **state)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } CASES[] = {{784111777, "Sun, 06 Nov 1994 08:49:37 GMT"},
                 {0, "Thu, 01 Jan 1970 00:00:00 GMT"},
                 {951782400, "Tue, 29 Feb 2000 00:00:00 GMT"},
                 {INT64_C(253402300799), "Fri, 31 Dec 9999 23:59:59 GMT"},
                 {INT64_C(100000000000000), ""}}; // beyond the calendar
    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct arena *arena = arena_create(0, 0);
        struct buffer out = buffer_create(arena, 0);
        clock_append_http(&out, CASES[i].seconds);
        assert_slice(buffer_slice(&out), CASES[i].text);
        arena_destroy(arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_broken_dates_of_http),
        cmocka_unit_test(test_years_of_two_digits),
        cmocka_unit_test(test_moments),
        cmocka_unit_test(test_dates_written_for_http),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
