// SPDX-License-Identifier: MIT
//
// Private to lib/value: dates as text, all in UTC.
#ifndef GUIDANCED_VALUE_DATES_H
#define GUIDANCED_VALUE_DATES_H

#include "base/clock.h"
#include "value/value.h"

// A time value is within 100 million days of the epoch (ECMA-262 §21.4.1.1).
#define DATE_MS_MAX 8.64e15

bool date_is_valid(double ms);

// Date.prototype.toString: "Thu May 23 2024 00:00:00 GMT+0000 (Coordinated Universal Time)";
// "Invalid Date" for an invalid one. The others need a valid date.
void date_append_text(struct buffer *out, double ms);
void date_append_day(struct buffer *out, double ms);  // "Thu May 23 2024"
void date_append_time(struct buffer *out, double ms); // "00:00:00 GMT+0000 (…)"
void date_append_utc(struct buffer *out, double ms);  // "Thu, 23 May 2024 00:00:00 GMT"

// English names: "Thursday", "May".
struct slice date_weekday_name(const struct clock_fields *f);
struct slice date_month_name(const struct clock_fields *f);

// Date.prototype.toLocaleDateString and its siblings for en-GB and en-US. `options` is an object
// or undefined.
void date_append_locale(struct value_realm *realm, struct buffer *out, double ms,
                        struct slice locale, struct value options, bool date, bool time);

#endif
