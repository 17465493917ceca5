// SPDX-License-Identifier: MIT
//
// String.prototype.replace and replaceAll: a match (of a text or a pattern) is a struct
// value_match; the replacement is a text with $-signs or a function's result.
#include "base/ascii.h"
#include "value/regexp.h"
#include "value/text.h"

struct replacing {
    struct value_realm *realm;
    struct slice text;
    struct value pattern;     // a regular expression, or a string
    struct value replacement; // a function, or a string
    struct buffer out;
    struct error *error;
};

static bool find_text(const struct replacing *r, size_t from, struct value_match *match)
{
    struct slice needle = value_text(r->pattern);
    size_t at = from > r->text.len ? SIZE_MAX : slice_find(r->text, needle, from);
    if (needle.len == 0 && from <= r->text.len)
        at = from;
    if (at == SIZE_MAX)
        return false;
    match->start = at;
    match->end = at + needle.len;
    match->group_count = 0;
    return true;
}

static bool find_match(const struct replacing *r, size_t from, struct value_match *match)
{
    if (r->pattern.type == VALUE_REGEXP)
        return value_regexp_match(r->realm, r->pattern, r->text, from, match, r->error);
    return find_text(r, from, match);
}

// $1 to $99: two digits where there is such a group, else one. Returns the characters used.
static size_t append_numbered(struct replacing *r, const struct value_match *match,
                              struct slice rest)
{
    size_t number = (size_t)(rest.ptr[0] - '0'), used = 1;
    if (rest.len > 1 && ascii_is_digit(rest.ptr[1])) {
        size_t both = number * 10 + (size_t)(rest.ptr[1] - '0');
        if (both >= 1 && both <= match->group_count) {
            number = both;
            used = 2;
        }
    }
    if (number < 1 || number > match->group_count)
        return 0;
    struct value group = regexp_group_text(match, r->text, number - 1);
    if (group.type == VALUE_STRING)
        buffer_append(&r->out, value_text(group));
    return used;
}

// $<name>, where the pattern names groups.
static size_t append_named(struct replacing *r, const struct value_match *match, struct slice rest)
{
    size_t end = slice_find_byte(rest, '>', 1);
    if (r->pattern.type != VALUE_REGEXP || end == SIZE_MAX)
        return 0;
    struct value groups = regexp_groups(r->realm, r->pattern, match, r->text);
    if (groups.type != VALUE_OBJECT)
        return 0;
    struct value group = value_get(r->realm, groups, slice_sub(rest, 1, end));
    if (group.type == VALUE_STRING)
        buffer_append(&r->out, value_text(group));
    return end + 1;
}

// GetSubstitution for the text after a $. Returns the characters used, 0 for a plain $.
static size_t append_dollar(struct replacing *r, const struct value_match *match, struct slice rest)
{
    if (rest.len == 0)
        return 0;
    switch (rest.ptr[0]) {
    case '$':
        buffer_append_byte(&r->out, '$');
        return 1;
    case '&':
        buffer_append(&r->out, slice_sub(r->text, match->start, match->end));
        return 1;
    case '`':
        buffer_append(&r->out, slice_sub(r->text, 0, match->start));
        return 1;
    case '\'':
        buffer_append(&r->out, slice_sub(r->text, match->end, r->text.len));
        return 1;
    case '<':
        return append_named(r, match, rest);
    default:
        return ascii_is_digit(rest.ptr[0]) ? append_numbered(r, match, rest) : 0;
    }
}

static void append_template(struct replacing *r, const struct value_match *match)
{
    struct slice rest = value_text(r->replacement);
    size_t dollar;
    while ((dollar = slice_find_byte(rest, '$', 0)) != SIZE_MAX) {
        buffer_append(&r->out, slice_sub(rest, 0, dollar));
        rest = slice_sub(rest, dollar + 1, rest.len);
        size_t used = append_dollar(r, match, rest);
        if (used == 0)
            buffer_append_byte(&r->out, '$');
        rest = slice_sub(rest, used, rest.len);
    }
    buffer_append(&r->out, rest);
}

// f(match, group…, offset, text[, named groups])
static void append_called(struct replacing *r, const struct value_match *match)
{
    struct value args[20];
    uint32_t argc = 0;
    struct text_units units = text_units_of(r->realm, value_string(r->text));
    args[argc++] = value_string(slice_sub(r->text, match->start, match->end));
    for (size_t i = 0; i < match->group_count; i++)
        args[argc++] = regexp_group_text(match, r->text, i);
    args[argc++] = value_number((double)text_offset_to_unit(&units, match->start));
    args[argc++] = value_string(r->text);
    if (r->pattern.type == VALUE_REGEXP) {
        struct value groups = regexp_groups(r->realm, r->pattern, match, r->text);
        if (groups.type == VALUE_OBJECT)
            args[argc++] = groups;
    }
    struct value result =
        value_invoke(r->realm, r->replacement, value_undefined(), args, argc, r->error);
    value_append_text(r->realm, &r->out, result, true);
}

static void replace_each(struct replacing *r, bool all)
{
    struct value_match match;
    size_t copied = 0, from = 0;
    bool call = r->replacement.type == VALUE_FUNCTION;
    while (!r->out.failed && !error_is_set(r->error) && find_match(r, from, &match)) {
        buffer_append(&r->out, slice_sub(r->text, copied, match.start));
        if (call)
            append_called(r, &match);
        else
            append_template(r, &match);
        copied = match.end;
        from = regexp_next_start(r->text, &match);
        if (!all)
            break;
    }
    buffer_append(&r->out, slice_sub(r->text, copied, r->text.len));
}

struct value value_replace(struct value_realm *realm, struct slice text, struct value pattern,
                           struct value replacement, bool all, struct error *error)
{
    struct error own; // so that failures are noticed even if the caller passes no error
    error_clear(&own);
    if (pattern.type != VALUE_REGEXP)
        pattern = value_string(value_to_text(realm, pattern));
    else
        all = value_regexp_is_global(pattern);
    if (replacement.type != VALUE_FUNCTION)
        replacement = value_string(value_to_text(realm, replacement));
    struct replacing r = {.realm = realm,
                          .text = text,
                          .pattern = pattern,
                          .replacement = replacement,
                          .out = text_buffer(realm),
                          .error = error ? error : &own};
    replace_each(&r, all);
    if (error_is_set(r.error))
        return value_undefined();
    return text_finish(realm, &r.out, error);
}
