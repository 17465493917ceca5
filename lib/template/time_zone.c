// SPDX-License-Identifier: MIT
//
// Zones as two tables: groups that share offset and names, and names that belong to a group. Summer
// time begins and ends at the same instant everywhere: 01:00 UTC on the last Sundays of March and
// October (Directive 2000/84/EC; the Summer Time Order 2002).
#include "time_zone.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>

const struct time_zone TIME_ZONE_UTC = {0, "UTC", "UTC", "UTC", "UTC"};

struct season {
    const char *offset, *long_name, *letters;
};
struct group {
    int minutes; // in winter
    struct season winter, summer;
};

enum { LONDON, DUBLIN, WESTERN, CENTRAL, EASTERN };
static const struct group GROUPS[] = {
    [LONDON] = {0, {"GMT", "Greenwich Mean Time", "GMT"}, {"GMT+1", "British Summer Time", "BST"}},
    [DUBLIN] = {0, {"GMT", "Greenwich Mean Time", "GMT"}, {"GMT+1", "Irish Standard Time", "IST"}},
    [WESTERN] = {0,
                 {"GMT+0", "Western European Standard Time", "WET"},
                 {"GMT+1", "Western European Summer Time", "WEST"}},
    [CENTRAL] = {60,
                 {"GMT+1", "Central European Standard Time", "CET"},
                 {"GMT+2", "Central European Summer Time", "CEST"}},
    [EASTERN] = {120,
                 {"GMT+2", "Eastern European Standard Time", "EET"},
                 {"GMT+3", "Eastern European Summer Time", "EEST"}},
};

static const struct {
    const char *name;
    int group;
} ZONES[] = {
    {"Europe/London", LONDON},     {"Europe/Belfast", LONDON},     {"Europe/Jersey", LONDON},
    {"Europe/Guernsey", LONDON},   {"Europe/Isle_of_Man", LONDON}, {"Europe/Dublin", DUBLIN},
    {"Europe/Lisbon", WESTERN},    {"Europe/Amsterdam", CENTRAL},  {"Europe/Berlin", CENTRAL},
    {"Europe/Brussels", CENTRAL},  {"Europe/Budapest", CENTRAL},   {"Europe/Copenhagen", CENTRAL},
    {"Europe/Gibraltar", CENTRAL}, {"Europe/Luxembourg", CENTRAL}, {"Europe/Madrid", CENTRAL},
    {"Europe/Malta", CENTRAL},     {"Europe/Oslo", CENTRAL},       {"Europe/Paris", CENTRAL},
    {"Europe/Prague", CENTRAL},    {"Europe/Rome", CENTRAL},       {"Europe/Stockholm", CENTRAL},
    {"Europe/Vienna", CENTRAL},    {"Europe/Warsaw", CENTRAL},     {"Europe/Zurich", CENTRAL},
    {"Europe/Athens", EASTERN},    {"Europe/Bucharest", EASTERN},  {"Europe/Helsinki", EASTERN},
    {"Europe/Kyiv", EASTERN},      {"Europe/Riga", EASTERN},       {"Europe/Sofia", EASTERN},
    {"Europe/Tallinn", EASTERN},   {"Europe/Vilnius", EASTERN},    {"Asia/Nicosia", EASTERN},
};

// 01:00 UTC on the last Sunday of a month of 31 days.
static double last_sunday(int64_t year, int month)
{
    struct clock_fields last = {.year = year, .month = month, .day = 31, .hour = 1};
    int weekday = clock_fields_from_ms(clock_ms_from_fields(&last)).weekday;
    last.day -= weekday % 7;
    return clock_ms_from_fields(&last);
}

static bool is_summer(double ms)
{
    int64_t year = clock_fields_from_ms(ms).year;
    return ms >= last_sunday(year, 3) && ms < last_sunday(year, 10);
}

static void of_group(const struct group *group, struct slice name, double ms,
                     struct time_zone *zone)
{
    bool summer = is_summer(ms);
    const struct season *season = summer ? &group->summer : &group->winter;
    zone->minutes = group->minutes + (summer ? 60 : 0);
    snprintf(zone->name, sizeof zone->name, "%.*s", SLICE_ARG(name));
    snprintf(zone->offset, sizeof zone->offset, "%s", season->offset);
    snprintf(zone->long_name, sizeof zone->long_name, "%s", season->long_name);
    snprintf(zone->letters, sizeof zone->letters, "%s", season->letters);
}

static bool digits(struct slice text, size_t most, int *n)
{
    *n = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        *n = *n * 10 + (text.ptr[i] - '0');
        if (i == most)
            return false;
    }
    return text.len > 0;
}

// "utc", "UTC+1", "utc-03:30".
static bool fixed(struct slice name, struct time_zone *zone)
{
    int hours = 0, minutes = 0;
    if (!slice_equal_ignore_case(slice_sub(name, 0, 3), SLICE("utc")))
        return false;
    if (name.len == 3) {
        *zone = TIME_ZONE_UTC;
        return true;
    }
    char sign = name.ptr[3];
    size_t colon = slice_find_byte(name, ':', 4);
    if ((sign != '+' && sign != '-') || !digits(slice_sub(name, 4, colon), 2, &hours) ||
        (colon != SIZE_MAX && !digits(slice_sub(name, colon + 1, SIZE_MAX), 2, &minutes)) ||
        hours > 14 || minutes > 59)
        return false;
    *zone = TIME_ZONE_UTC;
    zone->minutes = (sign == '-' ? -1 : 1) * (hours * 60 + minutes);
    if (zone->minutes) {
        char *names[] = {zone->name, zone->offset, zone->long_name, zone->letters};
        for (size_t i = 0; i < sizeof names / sizeof *names; i++)
            snprintf(names[i], sizeof zone->offset, minutes ? "UTC%c%d:%02d" : "UTC%c%d", sign,
                     hours, minutes);
    }
    return true;
}

bool time_zone_at(struct slice name, double ms, struct time_zone *zone)
{
    for (size_t i = 0; i < sizeof ZONES / sizeof *ZONES; i++) {
        struct slice known = slice_from_cstr(ZONES[i].name);
        if (!slice_equal_ignore_case(known, name))
            continue;
        of_group(&GROUPS[ZONES[i].group], known, ms, zone);
        return true;
    }
    return fixed(name, zone);
}
