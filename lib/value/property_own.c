// SPDX-License-Identifier: MIT
//
// An object's own properties, without its type's methods: items, length, members.
#include "value/arrays.h"
#include "value/methods.h"
#include "value/regexp.h"
#include "value/text.h"

// A key that names an item: a number that is an index, or its text.
static bool key_is_index(struct value key, uint32_t *index)
{
    if (key.type == VALUE_STRING)
        return array_index_parse(value_text(key), index);
    if (key.type != VALUE_NUMBER || !(key.number >= 0 && key.number < UINT32_MAX))
        return false;
    *index = (uint32_t)key.number;
    return *index == key.number;
}

static bool string_own(struct value_realm *realm, struct value s, struct value key,
                       struct value *own)
{
    uint32_t index;
    struct slice name = key.type == VALUE_STRING ? value_text(key) : SLICE_EMPTY;
    if (slice_equal(name, SLICE("length"))) {
        bool ascii = s.flags & VALUE_ASCII;
        *own = value_number((double)(ascii ? s.len : utf8_utf16_length(value_text(s))));
        return true;
    }
    // Nunjucks' SafeString has String's methods but no characters of its own.
    if ((s.flags & VALUE_SAFE) || !key_is_index(key, &index))
        return false;
    struct text_units units = text_units_of(realm, s);
    *own = index < units.length ? text_units_slice(realm, &units, index, (size_t)index + 1)
                                : value_undefined();
    return true;
}

static bool member_of(struct value_realm *realm, struct value_object *properties, struct slice name,
                      struct value *own)
{
    struct value object = {.type = VALUE_OBJECT, .object = properties};
    if (!properties || !value_has(realm, object, name))
        return false;
    *own = value_get(realm, object, name);
    return true;
}

static bool array_own(struct value_realm *realm, struct value a, struct value key,
                      struct value *own)
{
    uint32_t index;
    struct slice name = key.type == VALUE_STRING ? value_text(key) : SLICE_EMPTY;
    if (key_is_index(key, &index))
        *own = value_item(realm, a, index);
    else if (slice_equal(name, SLICE("length")))
        *own = value_number(value_length(realm, a));
    else
        return member_of(realm, a.array->properties, name, own);
    return true;
}

static bool function_own(struct value_realm *realm, struct value f, struct slice name,
                         struct value *own)
{
    if (member_of(realm, f.function->properties, name, own))
        return true;
    if (slice_equal(name, SLICE("name")))
        *own = value_string(f.function->name);
    else if (slice_equal(name, SLICE("length")))
        *own = value_number(0); // Nunjucks' wrappers of methods and macros have 0
    else
        return false;
    return true;
}

static struct value regexp_own(struct value regexp, struct slice name)
{
    static const struct {
        struct slice name;
        char flag;
    } flags[] = {
        {{"dotAll", 6}, 's'},    {{"global", 6}, 'g'}, {{"ignoreCase", 10}, 'i'},
        {{"multiline", 9}, 'm'}, {{"sticky", 6}, 'y'}, {{"unicode", 7}, 'u'},
    };
    if (slice_equal(name, SLICE("source")))
        return value_string(value_regexp_source(regexp));
    if (slice_equal(name, SLICE("flags")))
        return value_string(value_regexp_flags(regexp));
    if (slice_equal(name, SLICE("lastIndex")))
        return value_number(0);
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++) {
        if (slice_equal(name, flags[i].name))
            return value_boolean(slice_find_byte(value_regexp_flags(regexp), flags[i].flag, 0) !=
                                 SIZE_MAX);
    }
    return value_undefined();
}

bool property_own(struct value_realm *realm, struct value object, struct value key,
                  struct value *own)
{
    switch (object.type) {
    case VALUE_STRING:
        return string_own(realm, object, key, own);
    case VALUE_ARRAY:
        return array_own(realm, object, key, own);
    case VALUE_OBJECT:
        return member_of(realm, object.object, value_to_text(realm, key), own);
    case VALUE_FUNCTION:
        return function_own(realm, object, value_to_text(realm, key), own);
    case VALUE_REGEXP:
        *own = regexp_own(object, value_to_text(realm, key));
        return own->type != VALUE_UNDEFINED;
    default:
        return false;
    }
}
