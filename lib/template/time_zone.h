// SPDX-License-Identifier: MIT
//
// Time zones of the date filters: UTC, fixed offsets as Luxon writes them ("UTC+5:30"), and the
// zones with the European Union's summer time, which is also Great Britain's. No time zone database
// is read: a sandboxed server in a bare container has none.
//
// Thread-safety: pure functions.
//
// Private to lib/template.
#ifndef GUIDANCED_TEMPLATE_TIME_ZONE_H
#define GUIDANCED_TEMPLATE_TIME_ZONE_H

#include "base/buffer.h"

// A zone at an instant. Names are in American English, as in Luxon by default.
struct time_zone {
    int minutes;        // ahead of UTC
    char name[24];      // "Europe/London", "UTC+5:30"
    char offset[16];    // "GMT+1"
    char long_name[40]; // "British Summer Time"
    char letters[16];   // strftime's %Z: "BST"
};

extern const struct time_zone TIME_ZONE_UTC;

// The zone of that name at `ms` since the epoch. Summer time follows the rule in force since 1996.
// False when the name is not known.
bool time_zone_at(struct slice name, double ms, struct time_zone *zone);

#endif
