// SPDX-License-Identifier: MIT
//
// Reading settings: the table's defaults, then guidance.yaml, then the environment, then flags.
// Each value remembers where it came from.
#include "settings.h"

#include "base/file.h"

#include <math.h>
#include <stdlib.h>

enum origin { DEFAULT, FROM_FILE, FROM_ENVIRONMENT, FROM_FLAG };

struct setting {
    const struct settings_row *row;
    struct value value;
    enum origin origin;
    unsigned line;     // in guidance.yaml
    struct slice path; // of a path that is set: absolute
};

struct settings {
    struct arena *arena;
    struct slice directory; // absolute or as given, NUL-terminated
    struct slice file;
    struct slice source; // the file's text
    struct value_places places;
    struct setting *rows; // in the table's order
    size_t count;
    struct map by_key; // key → struct setting
    struct value site; // what templates see
};

// What a reading needs to know; errors after the first go to `others`.
struct reading {
    struct settings *settings;
    struct buffer *others;
    struct error *error;
    bool failed;
};

static void report(struct reading *reading, struct error *error)
{
    reading->failed = true;
    if (!error_is_set(reading->error))
        *reading->error = *error;
    else if (reading->others)
        error_format(error, reading->others);
}

static struct setting *find(const struct settings *settings, struct slice key)
{
    return map_get(&settings->by_key, key);
}

// ---- environment variables within texts ----

bool settings_expand_environment(struct arena *arena, struct slice text, struct slice *out,
                                 struct error *error)
{
    size_t at = slice_find(text, SLICE("${"), 0), from = 0;
    *out = text;
    if (at == SIZE_MAX)
        return true;
    struct buffer buffer = buffer_create(arena, 0);
    for (; at != SIZE_MAX; at = slice_find(text, SLICE("${"), from)) {
        size_t end = slice_find_byte(text, '}', at);
        if (end == SIZE_MAX)
            break;
        struct slice inside = slice_sub(text, at + 2, end);
        size_t dash = slice_find(inside, SLICE(":-"), 0);
        char *name = arena_cstr(arena, slice_sub(inside, 0, dash));
        const char *value = name ? getenv(name) : NULL;
        buffer_append(&buffer, slice_sub(text, from, at));
        if (value && (*value || dash == SIZE_MAX))
            buffer_append_cstr(&buffer, value);
        else if (dash != SIZE_MAX)
            buffer_append(&buffer, slice_sub(inside, dash + 2, inside.len));
        else {
            error_set(error, ERROR_CONFIG, "the environment has no %s", name ? name : "?");
            error_hint(error, "set it, or write ${%s:-default}", name ? name : "NAME");
            return false;
        }
        from = end + 1;
    }
    buffer_append(&buffer, slice_sub(text, from, text.len));
    *out = buffer_slice(&buffer);
    return !buffer.failed || error_memory(error);
}

// ---- types ----

// "64k", "2M", "1G"; "500ms", "5s", "2m", "1h". -1 when it is neither.
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
    if (type == SETTINGS_DURATION && number == 0 && !unit.len)
        return 0;
    for (size_t i = 0; i < 4; i++) {
        const char *name = type == SETTINGS_SIZE ? SIZES[i].unit : DURATIONS[i].unit;
        double factor = type == SETTINGS_SIZE ? SIZES[i].factor : DURATIONS[i].factor;
        if (slice_equal_ignore_case(unit, slice_from_cstr(name)))
            return number * factor;
    }
    return -1;
}

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
        *v =
            value_number(row->type == SETTINGS_INTEGER ? value_parse_int(value_text(*v), 10)
                                                       : parse_quantity(value_text(*v), row->type));
    bool ok = value_is(*v, VALUE_NUMBER) && v->number >= 0 && v->number == floor(v->number);
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

static bool convert(struct arena *arena, const struct settings_row *row, struct value *v,
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

// ---- the table's defaults ----

static bool load_defaults(struct settings *settings, struct error *error)
{
    const struct settings_row *rows = settings_rows();
    while (rows[settings->count].key)
        settings->count++;
    settings->by_key = map_create(settings->arena);
    settings->rows = arena_zalloc(settings->arena, settings->count, sizeof *settings->rows);
    if (!settings->rows)
        return error_memory(error);
    for (size_t i = 0; i < settings->count; i++) {
        struct setting *setting = &settings->rows[i];
        setting->row = &rows[i];
        if (!map_put(&settings->by_key, slice_from_cstr(rows[i].key), setting))
            return error_memory(error);
        if (!rows[i].fallback)
            continue;
        bool text = rows[i].type == SETTINGS_TEXT || rows[i].type == SETTINGS_PATH;
        struct slice fallback = slice_from_cstr(rows[i].fallback);
        setting->value = text ? value_string(fallback)
                              : value_from_yaml(settings->arena, SLICE("default"), fallback, 1,
                                                NULL, NULL, error);
        if (error_is_set(error) ||
            !convert(settings->arena, &rows[i], &setting->value, false, error))
            return false;
    }
    return true;
}

// ---- guidance.yaml ----

static void place_error(struct reading *reading, struct error *error, struct slice path, bool value)
{
    const struct value_place *place = value_place_find(&reading->settings->places, path);
    if (place)
        error_at(error, reading->settings->file, value ? place->value_line : place->line,
                 value ? place->value_column : place->column);
    error_source(error, reading->settings->source);
}

// The environment's values in all texts below v.
static bool expand(struct reading *reading, struct value *v, struct error *error)
{
    struct arena *arena = reading->settings->arena;
    struct slice text;
    if (value_is(*v, VALUE_STRING)) {
        if (!settings_expand_environment(arena, value_text(*v), &text, error))
            return false;
        *v = value_string(text);
    }
    if (value_is(*v, VALUE_ARRAY))
        for (uint32_t i = 0; i < v->array->count; i++)
            if (!expand(reading, &v->array->items[i], error))
                return false;
    if (value_is(*v, VALUE_OBJECT))
        for (uint32_t i = 0; i < v->object->count; i++)
            if (!expand(reading, &v->object->values[i], error))
                return false;
    return true;
}

static bool is_group(const struct settings *settings, struct slice path)
{
    for (size_t i = 0; i < settings->count; i++) {
        struct slice key = slice_from_cstr(settings->rows[i].row->key);
        if (key.len > path.len && slice_starts_with(key, path) && key.ptr[path.len] == '.')
            return true;
    }
    return false;
}

static void unknown_key(struct reading *reading, struct slice path)
{
    struct error error = {0};
    struct map names = map_create(reading->settings->arena);
    error_set(&error, ERROR_CONFIG, "unknown setting: %.*s", SLICE_ARG(path));
    for (size_t i = 0; i < reading->settings->count; i++)
        map_put(&names, slice_from_cstr(reading->settings->rows[i].row->key), reading);
    struct slice nearest = map_nearest(&names, path);
    if (nearest.len)
        error_hint(&error, "did you mean `%.*s`?", SLICE_ARG(nearest));
    else
        error_hint(&error, "data for templates goes under `globals`");
    place_error(reading, &error, path, false);
    report(reading, &error);
}

static void read_members(struct reading *reading, struct value object, struct slice prefix)
{
    struct settings *settings = reading->settings;
    for (uint32_t i = 0; i < object.object->count; i++) {
        struct value_member own = value_member_at(object.object, i), *member = &own;
        struct slice path = prefix.len ? arena_printf(settings->arena, "%.*s.%.*s",
                                                      SLICE_ARG(prefix), SLICE_ARG(member->key))
                                       : member->key;
        struct setting *setting = find(settings, path);
        struct error error = {0};
        if (!setting && is_group(settings, path) && value_is(member->value, VALUE_OBJECT)) {
            read_members(reading, member->value, path);
            continue;
        }
        if (!setting) {
            unknown_key(reading, path);
            continue;
        }
        if (value_is(member->value, VALUE_NULL))
            continue;
        if (!expand(reading, &member->value, &error) ||
            !convert(settings->arena, setting->row, &member->value, false, &error)) {
            place_error(reading, &error, path, true);
            report(reading, &error);
            continue;
        }
        const struct value_place *place = value_place_find(&reading->settings->places, path);
        setting->value = member->value;
        setting->origin = FROM_FILE;
        setting->line = place ? place->line : 0;
    }
}

static bool read_file(struct reading *reading, const char *config_file, bool optional)
{
    struct settings *settings = reading->settings;
    struct slice path =
        config_file ? slice_from_cstr(config_file)
                    : path_join(settings->arena, settings->directory, SLICE("guidance.yaml"));
    if (optional && !file_exists(path.ptr))
        return true;
    settings->file = path;
    if (!file_read(settings->arena, path.ptr, 1 << 20, &reading->settings->source,
                   reading->error)) {
        error_hint(reading->error, "a site is a directory with a guidance.yaml; name it by --site");
        return false;
    }
    struct value v =
        value_from_yaml(settings->arena, path, reading->settings->source, 1, &VALUE_DATA_LIMITS,
                        &reading->settings->places, reading->error);
    if (error_is_set(reading->error))
        return false;
    if (value_is(v, VALUE_OBJECT))
        read_members(reading, v, SLICE_EMPTY);
    else if (!value_is_nullish(v)) {
        error_set(reading->error, ERROR_CONFIG, "guidance.yaml must be a mapping of settings");
        error_at(reading->error, path, 1, 1);
        return false;
    }
    return true;
}

// ---- environment and flags ----

static void apply_text(struct reading *reading, struct setting *setting, struct slice text,
                       enum origin origin, const char *what)
{
    struct arena *arena = reading->settings->arena;
    struct error error = {0};
    struct value v = value_string(arena_copy(arena, text));
    if (!convert(arena, setting->row, &v, true, &error)) {
        error_at(&error, slice_from_cstr(what), 0, 0);
        report(reading, &error);
        return;
    }
    setting->value = v;
    setting->origin = origin;
}

static void environment_name(const char *key, char *out, size_t size)
{
    size_t n = 10;
    memcpy(out, "GUIDANCED_", n);
    for (; *key && n + 1 < size; key++)
        out[n++] = *key == '.' ? '_' : *key >= 'a' && *key <= 'z' ? (char)(*key - 32) : *key;
    out[n] = '\0';
}

static void read_environment(struct reading *reading)
{
    for (size_t i = 0; i < reading->settings->count; i++) {
        char name[96];
        struct setting *setting = &reading->settings->rows[i];
        environment_name(setting->row->key, name, sizeof name);
        const char *text = getenv(name);
        if (text && setting->row->type != SETTINGS_OBJECT && setting->row->type != SETTINGS_VALUE)
            apply_text(reading, setting, slice_from_cstr(text), FROM_ENVIRONMENT, name);
    }
}

static void read_flags(struct reading *reading, const struct settings_flag *flags, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct setting *setting = find(reading->settings, flags[i].key);
        if (setting)
            apply_text(reading, setting, flags[i].text, FROM_FLAG, setting->row->key);
    }
}

// ---- what templates see ----

static bool set_path(struct settings *settings, struct value object, struct slice path,
                     struct value v)
{
    size_t dot = slice_find_byte(path, '.', 0);
    struct slice name = slice_sub(path, 0, dot);
    if (dot == SIZE_MAX)
        return value_set(NULL, settings->arena, object, name, v);
    struct value inner = value_get(NULL, object, name);
    if (!value_is(inner, VALUE_OBJECT)) {
        inner = value_object(settings->arena);
        if (!value_set(NULL, settings->arena, object, name, inner))
            return false;
    }
    return set_path(settings, inner, slice_sub(path, dot + 1, path.len), v);
}

// Secrets and the machine's layout are no business of templates.
static bool is_for_templates(const struct settings_row *row)
{
    struct slice key = slice_from_cstr(row->key);
    return !slice_starts_with(key, SLICE("tls.")) && row->type != SETTINGS_PATH &&
           !slice_starts_with(key, SLICE("log."));
}

static bool make_site_value(struct settings *settings, struct error *error)
{
    settings->site = value_object(settings->arena);
    struct value globals = settings_value(settings, "globals");
    for (size_t i = 0; i < settings->count; i++) {
        const struct setting *setting = &settings->rows[i];
        if (is_for_templates(setting->row) && !value_is(setting->value, VALUE_UNDEFINED) &&
            !set_path(settings, settings->site, slice_from_cstr(setting->row->key), setting->value))
            return error_memory(error);
    }
    if (value_is(globals, VALUE_OBJECT))
        settings->site = value_merge(settings->arena, settings->site, globals);
    value_freeze(settings->site);
    return true;
}

// Once, as workers read settings at the same time.
static bool resolve_paths(struct settings *settings, struct error *error)
{
    for (size_t i = 0; i < settings->count; i++) {
        struct setting *setting = &settings->rows[i];
        if (!value_is(setting->value, VALUE_STRING) || !value_text(setting->value).len)
            continue;
        setting->path = path_join(settings->arena, settings->directory, value_text(setting->value));
        if (!setting->path.ptr)
            return error_memory(error);
    }
    return true;
}

struct settings *settings_load(struct arena *arena, const char *site_dir, const char *config_file,
                               bool optional, const struct settings_flag *flags, size_t flag_count,
                               struct buffer *others, struct error *error)
{
    struct settings *settings = arena_zalloc(arena, 1, sizeof *settings);
    char *directory = realpath(site_dir, NULL);
    if (!settings || !directory) {
        error_set(error, ERROR_CONFIG, "there is no directory %s", site_dir);
        error_hint(error, "name the site's directory by --site");
        free(directory);
        return NULL;
    }
    settings->arena = arena;
    settings->directory = arena_copy(arena, slice_from_cstr(directory));
    free(directory);
    struct reading reading = {.settings = settings, .others = others, .error = error};
    if (!load_defaults(settings, error) || !read_file(&reading, config_file, optional))
        return NULL;
    read_environment(&reading);
    read_flags(&reading, flags, flag_count);
    return !reading.failed && resolve_paths(settings, error) && make_site_value(settings, error)
               ? settings
               : NULL;
}

// ---- typed reads ----

struct value settings_value(const struct settings *settings, const char *key)
{
    const struct setting *setting = find(settings, slice_from_cstr(key));
    return setting ? setting->value : value_undefined();
}

struct slice settings_text(const struct settings *settings, const char *key)
{
    struct value v = settings_value(settings, key);
    return value_is(v, VALUE_STRING) ? value_text(v) : SLICE_EMPTY;
}

bool settings_boolean(const struct settings *settings, const char *key)
{
    return value_truthy(settings_value(settings, key));
}

int64_t settings_integer(const struct settings *settings, const char *key)
{
    struct value v = settings_value(settings, key);
    return value_is(v, VALUE_NUMBER) ? (int64_t)v.number : 0;
}

bool settings_is_set(const struct settings *settings, const char *key)
{
    const struct setting *setting = find(settings, slice_from_cstr(key));
    return setting && setting->origin != DEFAULT;
}

struct slice settings_path(const struct settings *settings, const char *key)
{
    const struct setting *setting = find(settings, slice_from_cstr(key));
    return setting ? setting->path : SLICE_EMPTY;
}

struct slice settings_directory(const struct settings *settings)
{
    return settings->directory;
}

struct slice settings_file(const struct settings *settings)
{
    return settings->file;
}

struct slice settings_source(const struct settings *settings)
{
    return settings->source;
}

struct slice settings_file_shown(const struct settings *settings)
{
    struct slice root = settings->directory, file = settings->file;
    return slice_starts_with(file, root) && file.len > root.len && file.ptr[root.len] == '/'
               ? slice_sub(file, root.len + 1, file.len)
               : file;
}

const struct value_place *settings_place(const struct settings *settings, const char *key)
{
    return value_place_find(&settings->places, slice_from_cstr(key));
}

struct value settings_site_value(const struct settings *settings)
{
    return settings->site;
}

// ---- --print-config ----

static void print_origin(const struct settings *settings, const struct setting *setting,
                         struct buffer *out)
{
    char name[96];
    switch (setting->origin) {
    case DEFAULT:
        buffer_append_cstr(out, "default");
        break;
    case FROM_FILE:
        buffer_printf(out, "%.*s:%u", SLICE_ARG(settings->file), setting->line);
        break;
    case FROM_ENVIRONMENT:
        environment_name(setting->row->key, name, sizeof name);
        buffer_printf(out, "environment %s", name);
        break;
    case FROM_FLAG:
        buffer_printf(out, "flag --%s", setting->row->key);
        break;
    }
}

void settings_print(const struct settings *settings, struct buffer *out)
{
    struct error ignored = {0};
    for (size_t i = 0; i < settings->count; i++) {
        const struct setting *setting = &settings->rows[i];
        bool secret = strcmp(setting->row->key, "tls.key") == 0;
        buffer_printf(out, "%s: ", setting->row->key);
        if (value_is(setting->value, VALUE_UNDEFINED))
            buffer_append_cstr(out, "null");
        else if (secret)
            buffer_append_cstr(out, "(set)");
        else
            value_to_json(NULL, out, setting->value, 0, &ignored);
        buffer_append_cstr(out, "  # ");
        print_origin(settings, setting, out);
        buffer_append_byte(out, '\n');
    }
}
