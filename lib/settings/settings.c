// SPDX-License-Identifier: MIT
//
// Reading settings: the table's defaults, then guidance.yaml, then the environment, then flags.
// Each value remembers where it came from.
#include "origins.h"

#include "base/address.h"
#include "base/file.h"

#include <stdlib.h>
#include <unistd.h>

// The state of reading; errors after the first go to `others`.
struct reading {
    struct settings_origins *origins;
    struct buffer *others;
    struct error *error;
    bool failed;
    bool of_site;    // of one among several in a process
    bool of_process; // with `sites`
    // The file being read.
    struct slice file, source;
    struct value_places *places;
    enum origin origin;
};

static void report_setting(struct reading *reading, struct error *error)
{
    reading->failed = true;
    if (!error_is_set(reading->error))
        *reading->error = *error;
    else if (reading->others)
        error_format(error, reading->others);
}

static struct setting *find_setting(const struct settings_origins *origins, struct slice key)
{
    return map_get(&origins->by_key, key);
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
            error_set(error, ERROR_CONFIG, "the environment variable %s is not set",
                      name ? name : "?");
            error_hint(error, "set it, or write ${%s:-default}", name ? name : "NAME");
            return false;
        }
        from = end + 1;
    }
    buffer_append(&buffer, slice_sub(text, from, text.len));
    *out = buffer_slice(&buffer);
    return !buffer.failed || error_memory(error);
}

// ---- the table's defaults ----

static bool load_defaults(struct settings_origins *origins, struct error *error)
{
    const struct settings_row *rows = settings_rows();
    while (rows[origins->count].key)
        origins->count++;
    origins->by_key = map_create(origins->arena);
    origins->rows = arena_zalloc(origins->arena, origins->count, sizeof *origins->rows);
    if (!origins->rows)
        return error_memory(error);
    for (size_t i = 0; i < origins->count; i++) {
        struct setting *setting = &origins->rows[i];
        setting->row = &rows[i];
        if (!map_put(&origins->by_key, slice_from_cstr(rows[i].key), setting))
            return error_memory(error);
        if (!rows[i].fallback)
            continue;
        bool text = rows[i].type == SETTINGS_TEXT || rows[i].type == SETTINGS_PATH;
        struct slice fallback = slice_from_cstr(rows[i].fallback);
        setting->value =
            text ? value_string(fallback)
                 : value_from_yaml(origins->arena, SLICE("default"), fallback, NULL, error);
        if (error_is_set(error) ||
            !setting_convert(origins->arena, &rows[i], &setting->value, false, error))
            return false;
    }
    return true;
}

// ---- guidance.yaml ----

static void place_error(struct reading *reading, struct error *error, struct slice path, bool value)
{
    const struct value_place *place = value_place_find(reading->places, path);
    if (place)
        error_at(error, reading->file, value ? place->value_line : place->line,
                 value ? place->value_column : place->column);
    error_source(error, reading->source);
}

// Expands environment variables in all texts below v.
static bool expand_setting(struct reading *reading, struct value *v, struct error *error)
{
    struct arena *arena = reading->origins->arena;
    struct slice text;
    if (value_is(*v, VALUE_STRING)) {
        if (!settings_expand_environment(arena, value_text(*v), &text, error))
            return false;
        *v = value_string(text);
    }
    if (value_is(*v, VALUE_ARRAY))
        for (uint32_t i = 0; i < v->array->count; i++)
            if (!expand_setting(reading, &v->array->items[i], error))
                return false;
    if (value_is(*v, VALUE_OBJECT))
        for (uint32_t i = 0; i < v->object->count; i++)
            if (!expand_setting(reading, &v->object->values[i], error))
                return false;
    return true;
}

static bool is_group(const struct settings_origins *origins, struct slice path)
{
    for (size_t i = 0; i < origins->count; i++) {
        struct slice key = slice_from_cstr(origins->rows[i].row->key);
        if (key.len > path.len && slice_starts_with(key, path) && key.ptr[path.len] == '.')
            return true;
    }
    return false;
}

static void unknown_key(struct reading *reading, struct slice path)
{
    struct error error = {0};
    struct map names = map_create(reading->origins->arena);
    error_set(&error, ERROR_CONFIG, "unknown setting: %.*s", SLICE_ARG(path));
    for (size_t i = 0; i < reading->origins->count; i++)
        map_put(&names, slice_from_cstr(reading->origins->rows[i].row->key), reading);
    struct slice nearest = map_nearest(&names, path);
    if (nearest.len)
        error_hint(&error, "did you mean `%.*s`?", SLICE_ARG(nearest));
    else
        error_hint(&error, "data for templates goes under `globals`");
    place_error(reading, &error, path, false);
    report_setting(reading, &error);
}

// A commit does not say where it is read from, nor who may see other commits; only what its pages
// show of git.
static bool is_passed_over(struct reading *reading, struct slice path)
{
    if (reading->origin != FROM_BASE || !slice_starts_with(path, SLICE("git.")) ||
        slice_equal(path, SLICE("git.history")) || slice_equal(path, SLICE("git.authors")))
        return false;
    buffer_printf(&reading->origins->warnings, "warning: %.*s: %.*s is not taken from a commit\n",
                  SLICE_ARG(reading->file), SLICE_ARG(path));
    return true;
}

// With several sites in a process, each setting has one place.
static bool is_misplaced(const struct reading *reading, const struct setting *setting)
{
    return setting->row->scope == SETTINGS_OF_PROCESS ? reading->of_site : reading->of_process;
}

static void refuse_misplaced(struct reading *reading, struct slice path)
{
    struct error error = {0};
    if (reading->of_site) {
        error_set(&error, ERROR_CONFIG, "`%.*s` belongs to the process, which serves several sites",
                  SLICE_ARG(path));
        error_hint(&error, "move it to the guidance.yaml with `sites`");
    } else {
        error_set(&error, ERROR_CONFIG, "`%.*s` belongs to a site, and this file has `sites`",
                  SLICE_ARG(path));
        error_hint(&error, "move it to the guidance.yaml of each site");
    }
    place_error(reading, &error, path, false);
    report_setting(reading, &error);
}

static void read_members(struct reading *reading, struct value object, struct slice prefix)
{
    struct settings_origins *origins = reading->origins;
    for (uint32_t i = 0; i < object.object->count; i++) {
        struct value_member own = value_member_at(object.object, i), *member = &own;
        struct slice path = prefix.len ? arena_printf(origins->arena, "%.*s.%.*s",
                                                      SLICE_ARG(prefix), SLICE_ARG(member->key))
                                       : member->key;
        struct setting *setting = find_setting(origins, path);
        struct error error = {0};
        if (!setting && is_group(origins, path) && value_is(member->value, VALUE_OBJECT)) {
            read_members(reading, member->value, path);
            continue;
        }
        if (!setting) {
            unknown_key(reading, path);
            continue;
        }
        if (value_is(member->value, VALUE_NULL) || is_passed_over(reading, path))
            continue;
        if (is_misplaced(reading, setting)) {
            refuse_misplaced(reading, path);
            continue;
        }
        if (!expand_setting(reading, &member->value, &error) ||
            !setting_convert(origins->arena, setting->row, &member->value, false, &error) ||
            !setting_check(setting->row, member->value, &error)) {
            place_error(reading, &error, path, true);
            report_setting(reading, &error);
            continue;
        }
        const struct value_place *place = value_place_find(reading->places, path);
        setting->value = member->value;
        setting->origin = reading->origin;
        setting->line = place ? place->line : 0;
    }
}

static bool read_settings_text(struct reading *reading)
{
    struct settings_origins *origins = reading->origins;
    struct yaml_reading how = {.limits = &VALUE_DATA_LIMITS, .places = reading->places};
    struct value v =
        value_from_yaml(origins->arena, reading->file, reading->source, &how, reading->error);
    if (error_is_set(reading->error))
        return false;
    if (value_is(v, VALUE_OBJECT)) {
        reading->of_process =
            !reading->of_site && !value_is_nullish(value_get(NULL, v, SLICE("sites")));
        read_members(reading, v, SLICE_EMPTY);
    } else if (!value_is_nullish(v)) {
        error_set(reading->error, ERROR_CONFIG, "guidance.yaml must be a mapping of settings");
        error_at(reading->error, reading->file, 1, 1);
        return false;
    }
    return true;
}

static bool read_base(struct reading *reading, const struct settings_base *base)
{
    struct settings_origins *origins = reading->origins;
    if (!base)
        return true;
    reading->file = origins->shown = arena_copy(origins->arena, base->name);
    reading->source = origins->source = arena_copy(origins->arena, base->text);
    reading->places = &origins->places;
    reading->origin = FROM_BASE;
    return (origins->shown.ptr && origins->source.ptr) ? read_settings_text(reading)
                                                       : error_memory(reading->error);
}

static bool read_settings_file(struct reading *reading, const char *config_file, bool optional)
{
    struct settings_origins *origins = reading->origins;
    struct slice path = config_file
                            ? slice_from_cstr(config_file)
                            : path_join(origins->arena, origins->directory, SLICE("guidance.yaml"));
    if (!path.ptr)
        return error_memory(reading->error);
    if ((config_file && !*config_file) || (optional && !file_exists(path.ptr)))
        return true;
    struct value_places own = {0};
    bool alone = !origins->shown.ptr;
    origins->file = reading->file = path;
    reading->places = alone ? &origins->places : &own;
    reading->origin = FROM_FILE;
    if (!file_read_text(origins->arena, path.ptr, path, 1 << 20, &reading->source,
                        reading->error)) {
        error_hint(reading->error,
                   "a site is a directory with a guidance.yaml; name it with --site");
        return false;
    }
    if (alone) {
        origins->shown = path;
        origins->source = reading->source;
    }
    return read_settings_text(reading);
}

// ---- environment and flags ----

static void apply_text(struct reading *reading, struct setting *setting, struct slice text,
                       enum origin origin, const char *what)
{
    struct arena *arena = reading->origins->arena;
    struct error error = {0};
    struct value v = value_string(arena_copy(arena, text));
    if (is_misplaced(reading, setting)) {
        buffer_printf(&reading->origins->warnings,
                      "warning: %s is not used: with `sites`, each has it in its guidance.yaml\n",
                      what);
        return;
    }
    if (!setting_convert(arena, setting->row, &v, true, &error) ||
        !setting_check(setting->row, v, &error)) {
        error_at(&error, slice_from_cstr(what), 0, 0);
        report_setting(reading, &error);
        return;
    }
    setting->value = v;
    setting->origin = origin;
}

// Kubernetes sets GUIDANCED_PORT_8080_TCP_ADDR and the like if a Service is called guidanced.
static bool is_of_kubernetes(struct slice name)
{
    return slice_starts_with(name, SLICE("GUIDANCED_SERVICE_")) ||
           slice_equal(name, SLICE("GUIDANCED_PORT")) ||
           slice_starts_with(name, SLICE("GUIDANCED_PORT_"));
}

static void warn_unknown(struct reading *reading, struct slice name)
{
    struct settings_origins *origins = reading->origins;
    struct map names = map_create(origins->arena);
    for (size_t i = 0; i < origins->count; i++) {
        char known[96];
        settings_environment_name(origins->rows[i].row->key, known, sizeof known);
        map_put(&names, arena_copy(origins->arena, slice_from_cstr(known)), reading);
    }
    struct slice nearest = map_nearest(&names, name);
    buffer_printf(&origins->warnings, "warning: the environment variable %.*s is not a setting",
                  SLICE_ARG(name));
    if (nearest.len)
        buffer_printf(&origins->warnings, "\n  hint: did you mean %.*s?", SLICE_ARG(nearest));
    buffer_append_byte(&origins->warnings, '\n');
}

static void apply_variable(struct reading *reading, struct slice name, const char *text)
{
    for (size_t i = 0; i < reading->origins->count; i++) {
        char known[96];
        struct setting *setting = &reading->origins->rows[i];
        settings_environment_name(setting->row->key, known, sizeof known);
        if (slice_equal(slice_from_cstr(known), name)) {
            apply_text(reading, setting, slice_from_cstr(text), FROM_ENVIRONMENT, known);
            return;
        }
    }
    if (!is_of_kubernetes(name))
        warn_unknown(reading, name);
}

extern char **environ;

static void read_environment_settings(struct reading *reading)
{
    for (char **variable = environ; variable && *variable; variable++) {
        struct slice text = slice_from_cstr(*variable);
        size_t equals = slice_find_byte(text, '=', 0);
        if (equals != SIZE_MAX && slice_starts_with(text, SLICE("GUIDANCED_")))
            apply_variable(reading, slice_sub(text, 0, equals), *variable + equals + 1);
    }
}

static void read_flags(struct reading *reading, const struct settings_flag *flags, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char name[64] = "--";
        struct setting *setting = find_setting(reading->origins, flags[i].key);
        if (!setting)
            continue;
        settings_flag_name(setting->row->key, name + 2, sizeof name - 2);
        apply_text(reading, setting, flags[i].text, FROM_FLAG, name);
    }
}

// ---- what templates see ----

static bool set_path(struct settings_origins *origins, struct value object, struct slice path,
                     struct value v)
{
    size_t dot = slice_find_byte(path, '.', 0);
    struct slice name = slice_sub(path, 0, dot);
    if (dot == SIZE_MAX)
        return value_set(NULL, origins->arena, object, name, v);
    struct value inner = value_get(NULL, object, name);
    if (!value_is(inner, VALUE_OBJECT)) {
        inner = value_object(origins->arena);
        if (!value_set(NULL, origins->arena, object, name, inner))
            return false;
    }
    return set_path(origins, inner, slice_sub(path, dot + 1, path.len), v);
}

// Templates must not see secrets and the machine's layout.
static bool is_for_templates(const struct settings_row *row)
{
    struct slice key = slice_from_cstr(row->key);
    return !slice_starts_with(key, SLICE("tls.")) && row->type != SETTINGS_PATH &&
           !slice_starts_with(key, SLICE("git.")) && !slice_equal(key, SLICE("reload_token")) &&
           !slice_starts_with(key, SLICE("log."));
}

static bool make_site_value(struct settings_origins *origins, struct slice revision,
                            struct error *error)
{
    origins->site = value_object(origins->arena);
    struct value globals = find_setting(origins, SLICE("globals"))->value;
    for (size_t i = 0; i < origins->count; i++) {
        const struct setting *setting = &origins->rows[i];
        if (is_for_templates(setting->row) && !value_is(setting->value, VALUE_UNDEFINED) &&
            !set_path(origins, origins->site, slice_from_cstr(setting->row->key), setting->value))
            return error_memory(error);
    }
    if (revision.len &&
        !value_set(NULL, origins->arena, origins->site, SLICE("revision"), value_string(revision)))
        return error_memory(error);
    if (value_is(globals, VALUE_OBJECT))
        origins->site = value_merge(origins->arena, origins->site, globals);
    value_freeze(origins->site);
    return true;
}

// Fills the typed fields.
static bool fill_fields(struct settings *settings, struct error *error)
{
    for (size_t i = 0; i < settings->origins->count; i++)
        if (!setting_store(settings, &settings->origins->rows[i]))
            return error_memory(error);
    return true;
}

static struct settings *create_settings(struct arena *arena, const char *site_dir,
                                        struct error *error)
{
    struct settings *settings = arena_zalloc(arena, 1, sizeof *settings);
    struct settings_origins *origins = arena_zalloc(arena, 1, sizeof *origins);
    if (!settings || !origins) {
        error_memory(error);
        return NULL;
    }
    char *directory = realpath(site_dir, NULL);
    if (!directory) {
        error_set(error, ERROR_CONFIG, "there is no directory %s", site_dir);
        error_hint(error, "name the site's directory with --site");
        return NULL;
    }
    settings->origins = origins;
    origins->arena = arena;
    origins->warnings = buffer_create(arena, 0);
    origins->directory = arena_copy(arena, slice_from_cstr(directory));
    origins->process_directory = origins->directory;
    free(directory);
    char *here = getcwd(NULL, 0);
    origins->given =
        path_join(arena, here ? slice_from_cstr(here) : SLICE("/"), slice_from_cstr(site_dir));
    free(here);
    return settings;
}

// From the process, whose paths are relative to another directory.
static void inherit(struct settings *settings, const struct settings *process)
{
    struct settings_origins *origins = settings->origins;
    origins->process_directory = process->origins->directory;
    for (size_t i = 0; i < origins->count; i++) {
        const struct settings_row *row = origins->rows[i].row;
        if (row->scope != SETTINGS_OF_PROCESS)
            continue;
        origins->rows[i].value = process->origins->rows[i].value;
        memcpy((char *)settings + row->offset, (const char *)process + row->offset, row->size);
    }
}

static bool set_default_url(struct settings *settings, const char *authority, struct error *error)
{
    struct settings_origins *origins = settings->origins;
    struct setting *url = find_setting(origins, SLICE("url"));
    if (url->origin == DEFAULT) {
        url->value =
            value_string(arena_printf(origins->arena, "http%s://%s",
                                      settings->tls.certificate.text.len ? "s" : "", authority));
        settings->url = value_text(url->value);
    }
    return make_site_value(origins, settings->revision, error);
}

static bool finish_settings(struct settings *settings, const struct settings_reading *from,
                            struct error *error)
{
    if (!fill_fields(settings, error))
        return false;
    if (!from->process)
        return settings_listens_at(settings, settings->listen, error);
    inherit(settings, from->process);
    const char *host = arena_cstr(settings->origins->arena, from->host);
    return host ? set_default_url(settings, host, error) : error_memory(error);
}

struct settings *settings_read(struct arena *arena, const struct settings_base *base,
                               const struct settings_reading *from, struct error *error)
{
    struct settings *settings = create_settings(arena, from->site, error);
    if (!settings)
        return NULL;
    struct reading reading = {.origins = settings->origins,
                              .others = from->others,
                              .error = error,
                              .of_site = from->process != NULL};
    bool ok = load_defaults(settings->origins, error) && read_base(&reading, base) &&
              read_settings_file(&reading, from->config, from->optional);
    if (ok && !reading.of_site)
        read_environment_settings(&reading);
    if (ok)
        read_flags(&reading, from->flags, from->flag_count);
    ok = ok && !reading.failed && finish_settings(settings, from, error);
    if (!arena_failed(arena))
        return ok ? settings : NULL;
    // A text that is missing for want of memory is not unset, nor is a file then absent.
    error_clear(error);
    error_memory(error);
    return NULL;
}

struct settings *settings_load(struct arena *arena, const char *site_dir, const char *config_file,
                               bool optional, const struct settings_flag *flags, size_t flag_count,
                               struct buffer *others, struct error *error)
{
    struct settings_reading reading = {.site = site_dir,
                                       .config = config_file,
                                       .optional = optional,
                                       .flags = flags,
                                       .flag_count = flag_count,
                                       .others = others};
    return settings_read(arena, NULL, &reading, error);
}

bool settings_set_revision(struct settings *settings, struct repository *repository,
                           struct slice revision, struct error *error)
{
    settings->repository = repository;
    settings->revision = arena_copy(settings->origins->arena, revision);
    return settings->revision.ptr ? make_site_value(settings->origins, settings->revision, error)
                                  : error_memory(error);
}

bool settings_listens_at(struct settings *settings, struct slice listen, struct error *error)
{
    struct address address;
    char authority[300] = "";
    bool unset = find_setting(settings->origins, SLICE("url"))->origin == DEFAULT;
    if (unset && !address_parse(listen, &address, error))
        return false;
    if (unset)
        address_write_authority(&address, authority, sizeof authority);
    return set_default_url(settings, authority, error);
}

struct slice settings_certificate_file(const struct settings *settings, struct arena *arena,
                                       uint32_t number, const char *key)
{
    struct value files = value_item(NULL, settings->tls.certificates, number);
    struct value path = value_get(NULL, files, slice_from_cstr(key));
    return value_is(path, VALUE_STRING)
               ? path_join(arena, settings->origins->process_directory, value_text(path))
               : SLICE_EMPTY;
}

struct slice settings_site_root(const struct settings *settings, struct arena *arena,
                                uint32_t number)
{
    return path_join(arena, settings_directory(settings),
                     value_text(value_item(NULL, settings->site_roots, number)));
}

struct slice settings_warnings(const struct settings *settings)
{
    return buffer_slice(&settings->origins->warnings);
}

bool settings_have_sites(const struct settings *settings)
{
    const struct value_object *view = value_object_view(NULL, settings->sites);
    return view && view->count > 0;
}

struct slice settings_given_directory(const struct settings *settings)
{
    return settings->origins->given;
}

struct slice settings_directory(const struct settings *settings)
{
    return settings->origins->directory;
}

struct slice settings_file(const struct settings *settings)
{
    return settings->origins->file;
}

struct slice settings_name(const struct settings *settings)
{
    return settings->origins->shown;
}

struct slice settings_prefix(const struct settings *settings)
{
    struct slice prefix = settings->path_prefix;
    while (prefix.len && prefix.ptr[prefix.len - 1] == '/')
        prefix.len--;
    return prefix;
}

struct slice settings_below_prefix(const struct settings *settings, struct slice path)
{
    struct slice prefix = settings_prefix(settings);
    struct slice below = slice_sub(path, prefix.len, path.len);
    bool whole = !below.len || strchr("/?#", below.ptr[0]); // not /documents for /doc
    return slice_starts_with(path, prefix) && whole ? below : path;
}

struct slice settings_source(const struct settings *settings)
{
    return settings->origins->source;
}

struct slice settings_file_shown(const struct settings *settings)
{
    struct slice root = settings->origins->directory, file = settings->origins->shown;
    return slice_starts_with(file, root) && file.len > root.len && file.ptr[root.len] == '/'
               ? slice_sub(file, root.len + 1, file.len)
               : file;
}

const struct value_place *settings_place(const struct settings *settings, const char *key)
{
    return value_place_find(&settings->origins->places, slice_from_cstr(key));
}

struct value settings_site_value(const struct settings *settings)
{
    return settings->origins->site;
}

struct settings *settings_with_defaults(struct arena *arena, const struct settings *settings,
                                        struct value defaults, struct error *error)
{
    struct settings *own = arena_alloc(arena, sizeof *own);
    struct settings_origins *origins = arena_alloc(arena, sizeof *origins);
    const struct value_object *view = value_object_view(NULL, defaults);
    if (!own || !origins) {
        error_memory(error);
        return NULL;
    }
    // New values are stored in the copy's arena.
    *origins = *settings->origins;
    origins->arena = arena;
    *own = *settings;
    own->origins = origins;
    for (uint32_t i = 0; i < view->count; i++) {
        const struct setting *written = find_setting(settings->origins, view->keys[i].text);
        if (!written || written->origin != DEFAULT)
            continue;
        struct setting setting = *written;
        setting.value = view->values[i];
        if (!setting_convert(arena, setting.row, &setting.value, false, error))
            return NULL;
        if (!setting_store(own, &setting)) {
            error_memory(error);
            return NULL;
        }
    }
    return own;
}

bool settings_is_written(const struct settings *settings, const char *key)
{
    const struct setting *setting = find_setting(settings->origins, slice_from_cstr(key));
    return setting && setting->origin != DEFAULT;
}
