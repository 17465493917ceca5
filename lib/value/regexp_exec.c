// SPDX-License-Identifier: MIT
//
// What templates see of a match: exec, match, matchAll, search and split.
#include "value/arrays.h"
#include "value/regexp.h"
#include "value/text.h"

struct value regexp_group_text(const struct value_match *match, struct slice text, size_t i)
{
    if (match->starts[i] == SIZE_MAX)
        return value_undefined();
    return value_string(slice_sub(text, match->starts[i], match->ends[i]));
}

struct value regexp_groups(struct value_realm *realm, struct value regexp,
                           const struct value_match *match, struct slice text)
{
    struct value groups = value_undefined();
    for (size_t i = 0; i < match->group_count; i++) {
        struct slice name = regexp_group_name(regexp, i + 1);
        if (name.len == 0)
            continue;
        if (groups.type == VALUE_UNDEFINED)
            groups = value_object(realm->arena);
        value_set(realm, realm->arena, groups, name, regexp_group_text(match, text, i));
    }
    return groups;
}

// ["whole", group, …] with index, input, groups.
static struct value match_value(struct value_realm *realm, struct value regexp, struct value input,
                                const struct value_match *match, struct error *error)
{
    struct arena *arena = realm->arena;
    struct slice text = value_text(input);
    struct text_units units = text_units_of(realm, input);
    struct value result = value_array(arena, (uint32_t)match->group_count + 1);
    struct value properties = value_object(arena);
    if (result.type != VALUE_ARRAY || properties.type != VALUE_OBJECT) {
        error_memory(error);
        return value_undefined();
    }
    array_push(arena, result.array, value_string(slice_sub(text, match->start, match->end)));
    for (size_t i = 0; i < match->group_count; i++)
        array_push(arena, result.array, regexp_group_text(match, text, i));
    size_t index = text_offset_to_unit(&units, match->start);
    bool stored =
        value_set(realm, arena, properties, SLICE("index"), value_number((double)index)) &&
        value_set(realm, arena, properties, SLICE("input"), input) &&
        value_set(realm, arena, properties, SLICE("groups"),
                  regexp_groups(realm, regexp, match, text));
    result.array->properties = properties.object;
    if (!stored)
        error_memory(error);
    return result;
}

struct value regexp_exec_at(struct value_realm *realm, struct value regexp, struct value text,
                            size_t from, struct error *error)
{
    struct value_match match;
    if (!value_regexp_match(realm, regexp, value_text(text), from, &match, error))
        return value_null();
    return match_value(realm, regexp, text, &match, error);
}

static bool push_or_fail(struct value_realm *realm, struct value array, struct value item,
                         struct error *error)
{
    return value_push(realm, realm->arena, array, item) || error_memory(error);
}

struct value regexp_match_text(struct value_realm *realm, struct value regexp, struct value text,
                               struct error *error)
{
    if (!value_regexp_is_global(regexp))
        return regexp_exec_at(realm, regexp, text, 0, error);
    struct slice s = value_text(text);
    struct value_match match;
    struct value all = value_array(realm->arena, 4);
    size_t from = 0;
    while (value_regexp_match(realm, regexp, s, from, &match, error)) {
        if (!push_or_fail(realm, all, value_string(slice_sub(s, match.start, match.end)), error))
            return value_undefined();
        from = regexp_next_start(s, &match);
    }
    return value_length(realm, all) ? all : value_null();
}

struct value regexp_match_all(struct value_realm *realm, struct value regexp, struct value text,
                              struct error *error)
{
    struct slice s = value_text(text);
    struct value_match match;
    struct value all = value_array(realm->arena, 4);
    size_t from = 0;
    while (value_regexp_match(realm, regexp, s, from, &match, error)) {
        struct value one = match_value(realm, regexp, text, &match, error);
        if (!push_or_fail(realm, all, one, error))
            return value_undefined();
        from = regexp_next_start(s, &match);
    }
    return all;
}

struct value regexp_search(struct value_realm *realm, struct value regexp, struct value text,
                           struct error *error)
{
    struct value_match match;
    if (!value_regexp_match(realm, regexp, value_text(text), 0, &match, error))
        return value_number(-1);
    struct text_units units = text_units_of(realm, text);
    return value_number((double)text_offset_to_unit(&units, match.start));
}

struct splitting {
    struct value_realm *realm;
    struct value parts;
    uint32_t limit;
    struct error *error;
};

// False when the limit is reached or on failure.
static bool add_part(struct splitting *s, struct value part)
{
    if (value_length(s->realm, s->parts) >= s->limit)
        return false;
    return push_or_fail(s->realm, s->parts, part, s->error);
}

static bool add_groups(struct splitting *s, const struct value_match *match, struct slice text)
{
    for (size_t i = 0; i < match->group_count; i++) {
        if (!add_part(s, regexp_group_text(match, text, i)))
            return false;
    }
    return true;
}

// RegExp.prototype[@@split]: an empty match splits only if there is something on its left.
struct value regexp_split(struct value_realm *realm, struct value regexp, struct slice text,
                          uint32_t limit, struct error *error)
{
    struct splitting s = {realm, value_array(realm->arena, 4), limit, error};
    struct value_match match;
    size_t part = 0, from = 0;
    if (text.len == 0) {
        if (!value_regexp_match(realm, regexp, text, 0, &match, error))
            add_part(&s, value_string(text));
        return s.parts;
    }
    while (from < text.len && value_regexp_match(realm, regexp, text, from, &match, error)) {
        if (match.start >= text.len)
            break;
        if (match.end == part) {
            from = regexp_next_start(text, &match);
            continue;
        }
        if (!add_part(&s, value_string(slice_sub(text, part, match.start))) ||
            !add_groups(&s, &match, text))
            return s.parts;
        part = from = match.end;
    }
    add_part(&s, value_string(slice_sub(text, part, text.len)));
    return s.parts;
}
