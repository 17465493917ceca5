// SPDX-License-Identifier: MIT
//
// The types of settings: the accepted notations of each, and conversion to its field.
#include "origins.h"

#include "base/file.h"

#include <math.h>
#include <stddef.h>

// "12"; "64k", "2M", "1G"; "500ms", "5s", "2m", "1h". -1 for anything else.
static double parse_quantity(struct slice text, enum settings_type type)
{
    static const struct {
        const char *unit;
        double factor;
    } SIZES[] = {{"", 1}, {"k", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}},
      DURATIONS[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};
    size_t digits = 0;
    while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9')
        digits++;
    if (!digits)
        return -1;
    double number = value_parse_float(slice_sub(text, 0, digits));
    struct slice unit = slice_sub(text, digits, text.len);
    if (type == SETTINGS_INTEGER || (type == SETTINGS_DURATION && number == 0 && !unit.len))
        return unit.len ? -1 : number;
    for (size_t i = 0; i < 4; i++) {
        const char *name = type == SETTINGS_SIZE ? SIZES[i].unit : DURATIONS[i].unit;
        double factor = type == SETTINGS_SIZE ? SIZES[i].factor : DURATIONS[i].factor;
        if (slice_equal_ignore_case(unit, slice_from_cstr(name)))
            return number * factor;
    }
    return -1;
}

// The largest value a field holds exactly.
static const double SIZE_MOST = 9007199254740991;

static bool wrong_type(const struct settings_row *row, const char *wanted, struct error *error)
{
    return error_set(error, ERROR_CONFIG, "`%s` must be %s", row->key, wanted);
}

static bool convert_text(struct arena *arena, const struct settings_row *row, struct value *v,
                         struct error *error)
{
    if (value_is(*v, VALUE_NUMBER) || value_is(*v, VALUE_BOOLEAN) || value_is(*v, VALUE_DATE)) {
        struct value_realm realm = value_realm_create(arena);
        *v = value_string(value_to_text(&realm, *v));
    }
    return value_is(*v, VALUE_STRING) || wrong_type(row, "a text", error);
}

static bool convert_boolean(const struct settings_row *row, struct value *v, struct error *error)
{
    if (value_is(*v, VALUE_STRING) && slice_equal(value_text(*v), SLICE("true")))
        *v = value_boolean(true);
    if (value_is(*v, VALUE_STRING) && slice_equal(value_text(*v), SLICE("false")))
        *v = value_boolean(false);
    return value_is(*v, VALUE_BOOLEAN) || wrong_type(row, "true or false", error);
}

static bool convert_number(const struct settings_row *row, struct value *v, struct error *error)
{
    if (value_is(*v, VALUE_STRING))
        *v = value_number(parse_quantity(slice_trim(value_text(*v)), row->type));
    bool ok = value_is(*v, VALUE_NUMBER) && v->number >= 0 && v->number == floor(v->number);
    double most = row->type == SETTINGS_SIZE ? SIZE_MOST : UINT32_MAX;
    if (ok && v->number > most)
        return error_set(error, ERROR_CONFIG, "`%s` must be at most %.0f", row->key, most);
    if (ok)
        return true;
    return wrong_type(row,
                      row->type == SETTINGS_SIZE       ? "a size such as 64k, 2M or 1G"
                      : row->type == SETTINGS_DURATION ? "a duration such as 300ms, 5s or 2m"
                                                       : "a whole number",
                      error);
}

// A list may be written as one text; on the command line, commas divide it.
static bool convert_list(struct arena *arena, const struct settings_row *row, struct value *v,
                         bool commas, struct error *error)
{
    if (value_is(*v, VALUE_STRING)) {
        struct value list = value_array(arena, 4);
        struct slice rest = value_text(*v), part;
        if (!commas)
            value_push(NULL, arena, list, *v);
        else
            while (slice_split(&rest, ',', &part))
                value_push(NULL, arena, list, value_string(slice_trim(part)));
        *v = list;
    }
    if (!value_is(*v, VALUE_ARRAY))
        return wrong_type(row, "a list", error);
    for (uint32_t i = 0; i < value_length(NULL, *v); i++)
        if (!value_is(value_item(NULL, *v, i), VALUE_STRING))
            return wrong_type(row, "a list of texts", error);
    return true;
}

bool setting_convert(struct arena *arena, const struct settings_row *row, struct value *v,
                     bool commas, struct error *error)
{
    switch (row->type) {
    case SETTINGS_TEXT:
    case SETTINGS_PATH:
        return convert_text(arena, row, v, error);
    case SETTINGS_BOOLEAN:
        return convert_boolean(row, v, error);
    case SETTINGS_INTEGER:
    case SETTINGS_SIZE:
    case SETTINGS_DURATION:
        return convert_number(row, v, error);
    case SETTINGS_LIST:
        return convert_list(arena, row, v, commas, error);
    case SETTINGS_OBJECT:
        return value_is(*v, VALUE_OBJECT) || wrong_type(row, "a mapping", error);
    case SETTINGS_VALUE:
        return true;
    }
    return true;
}

// ---- fields ----

static bool store_path(const struct settings *settings, struct slice text,
                       struct settings_path *path)
{
    if (!text.len)
        return true;
    path->text = text;
    path->full = path_join(settings->origins->arena, settings->origins->directory, text);
    return path->full.ptr != NULL;
}

bool setting_store(struct settings *settings, const struct setting *setting)
{
    invariant(setting->row->offset < offsetof(struct settings, origins));
    void *field = (char *)settings + setting->row->offset;
    struct value v = setting->value;
    bool set = !value_is(v, VALUE_UNDEFINED);
    switch (setting->row->type) {
    case SETTINGS_TEXT:
        *(struct slice *)field =
            set ? arena_copy(settings->origins->arena, value_text(v)) : SLICE_EMPTY;
        return !set || ((struct slice *)field)->ptr;
    case SETTINGS_PATH:
        return !set || store_path(settings, value_text(v), field);
    case SETTINGS_BOOLEAN:
        *(bool *)field = value_truthy(v);
        return true;
    case SETTINGS_INTEGER:
    case SETTINGS_DURATION:
        *(uint32_t *)field = set ? (uint32_t)v.number : 0;
        return true;
    case SETTINGS_SIZE:
        *(size_t *)field = set ? (size_t)v.number : 0;
        return true;
    case SETTINGS_LIST:
    case SETTINGS_OBJECT:
    case SETTINGS_VALUE:
        *(struct value *)field = v;
        return true;
    }
    return true;
}
