// SPDX-License-Identifier: MIT
//
// Front matter: YAML between two lines of three dashes at the very start of a file (as in
// gray-matter). `---json` is JSON, `---js` an object literal.
#include "scripts.h"

#include "base/utf8.h"
#include "script/literal.h"

static const struct slice MARK = {"\xef\xbb\xbf", 3};

size_t front_matter_length(struct slice text, struct slice *yaml)
{
    size_t bom = slice_starts_with(text, MARK) ? MARK.len : 0;
    struct slice rest = slice_sub(text, bom, text.len), line;
    *yaml = SLICE_EMPTY;
    // Four dashes are a thematic break.
    if (!slice_starts_with(rest, SLICE("---")) || (rest.len > 3 && rest.ptr[3] == '-'))
        return bom;
    if (!slice_next_line(&rest, &line))
        return bom;
    const char *start = rest.ptr;
    for (;;) {
        const char *at = rest.ptr;
        if (!slice_next_line(&rest, &line)) {
            // Without an end, all of it is front matter, as in gray-matter.
            *yaml = slice_of(start, (size_t)(text.ptr + text.len - start));
            return text.len;
        }
        // Everything after the three dashes is body, except the end of their line. The line break
        // before them belongs to them, which matters for `|+`.
        if (slice_starts_with(line, SLICE("---"))) {
            *yaml = slice_of(start, (size_t)(at - start) - (at > start));
            return (size_t)((line.len == 3 ? rest.ptr : at + 3) - text.ptr);
        }
    }
}

struct value_limits front_matter_limits(const struct site *site)
{
    const struct settings *s = site->settings;
    return (struct value_limits){
        .bytes = s->limits.front_matter_bytes,
        .depth = s->limits.front_matter_depth,
        .nodes = s->limits.front_matter_nodes,
    };
}

enum language { LANGUAGE_YAML, LANGUAGE_JSON, LANGUAGE_SCRIPT, LANGUAGE_UNKNOWN };

// The language after the opening dashes. gray-matter ignores case in all names but json.
static struct slice language_name(struct slice text, struct slice yaml)
{
    struct slice first = slice_sub(text, 0, (size_t)(yaml.ptr - text.ptr));
    if (slice_starts_with(first, MARK))
        first = slice_sub(first, MARK.len, first.len);
    return slice_trim(slice_sub(first, 3, first.len));
}

static enum language language_of(struct slice text, struct slice yaml)
{
    static const struct {
        const char *name;
        enum language language;
    } NAMES[] = {{"", LANGUAGE_YAML},     {"yaml", LANGUAGE_YAML}, {"yml", LANGUAGE_YAML},
                 {"js", LANGUAGE_SCRIPT}, {"json", LANGUAGE_JSON}, {"javascript", LANGUAGE_SCRIPT}};
    struct slice name = language_name(text, yaml);
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        struct slice known = slice_from_cstr(NAMES[i].name);
        bool exact = NAMES[i].language == LANGUAGE_JSON;
        if (exact ? slice_equal(name, known) : slice_equal_ignore_case(name, known))
            return NAMES[i].language;
    }
    return LANGUAGE_UNKNOWN;
}

// Comments alone are not front matter, in any language.
static bool is_blank_yaml(struct slice yaml)
{
    struct slice line;
    while (slice_next_line(&yaml, &line)) {
        line = slice_trim(line);
        if (line.len && line.ptr[0] != '#')
            return false;
    }
    return true;
}

// A text or a list gives the page no data, but Eleventy still serves it.
static void warn_no_mapping(struct site *site, const struct source *source)
{
    struct error error = {0};
    error_set(&error, ERROR_SYNTAX, "front matter must be keys and values");
    error_hint(&error, "write a colon and a space after each key");
    error_at(&error, source->path, 2, 1);
    error_source(&error, source->text);
    problem_add(site, SITE_WARNING, "front-matter", &error);
}

// ---- YAML ----

unsigned site_yaml_version(const struct site *site)
{
    return site->eleventy_version >= 3 ? 4 : 3;
}

static void warn_tab(struct site *site, const struct source *source, const struct value_place *tab)
{
    struct error error = {0};
    error_set(&error, ERROR_SYNTAX, "a tab where YAML needs spaces");
    error_hint(&error, "the tab is ignored, as in Eleventy: indent with spaces");
    error_at(&error, source->path, tab->line, tab->column);
    error_source(&error, source->text);
    problem_add(site, SITE_WARNING, "front-matter", &error);
}

// Eleventy 1 serves pages indented with tabs, though not as their authors expect: the text after
// the tab is at the line's own level.
static struct value read_yaml(struct site *site, struct source *source, struct slice yaml,
                              const struct value_limits *bounds, struct error *error)
{
    struct value_place tab = {.line = 0};
    struct yaml_reading how = {.version = site_yaml_version(site),
                               .first_line = 2,
                               .limits = bounds,
                               .places = site->texts ? NULL : &source->places,
                               .tab = &tab};
    source->places = (struct value_places){0};
    struct value v = value_from_yaml(site->arena, source->path, yaml, &how, error);
    if (tab.line && !error_is_set(error))
        warn_tab(site, source, &tab);
    return v;
}

// ---- `---js` ----

// An object with arithmetic is also a Nunjucks expression, and is read as one.
static bool read_expression(struct site *site, struct source *source, struct slice text,
                            const struct value_limits *bounds, struct value *out)
{
    struct slice trimmed = slice_trim(text), json;
    struct error ignored = {0};
    struct slice expression =
        arena_printf(site->arena, "{{ %.*s | dump | safe }}", SLICE_ARG(trimmed));
    if (!site->templates || !slice_starts_with(trimmed, SLICE("{")) ||
        !render_string(site, source, expression, 2, value_object(site->arena), &json, &ignored))
        return false;
    *out = value_from_json(site->arena, source->path, json, bounds, &ignored);
    return !error_is_set(&ignored);
}

// Most such front matter is one object literal, which is read directly. A program goes to the host,
// or is refused with advice.
static struct value read_script_front_matter(struct site *site, struct source *source,
                                             struct slice language, struct slice text,
                                             const struct value_limits *bounds, struct error *error)
{
    struct value v = value_undefined();
    bool script = slice_equal_ignore_case(language, SLICE("js")) ||
                  slice_equal_ignore_case(language, SLICE("javascript"));
    if ((script && text.len <= bounds->bytes && script_literal_object(site->arena, text, &v)) ||
        scripts_front_matter(site, source->path, language, text, &v, error))
        return v;
    if (error_is_set(error) ||
        (script && text.len <= bounds->bytes && read_expression(site, source, text, bounds, &v)))
        return v;
    error_set(error, ERROR_SYNTAX,
              script ? "front matter that is code is not run"
                     : "front matter in an unknown language");
    error_hint(error, "write it as YAML between two lines of ---");
    error_at(error, source->path, 1, script ? 1 : 4);
    return value_undefined();
}

static bool parse(struct site *site, struct source *source, struct slice yaml, struct error *error)
{
    struct value_limits bounds = front_matter_limits(site);
    if (is_blank_yaml(yaml))
        return true;
    enum language language = language_of(source->text, yaml);
    struct value v = language == LANGUAGE_YAML ? read_yaml(site, source, yaml, &bounds, error)
                     : language == LANGUAGE_JSON
                         ? value_from_json(site->arena, source->path, yaml, &bounds, error)
                         : read_script_front_matter(site, source, language_name(source->text, yaml),
                                                    yaml, &bounds, error);
    if (error_is_set(error))
        return false;
    cascade_list_tags(site, v);
    if (value_is(v, VALUE_OBJECT))
        source->front_matter = v;
    else if (!value_is_nullish(v) &&
             !(value_is(v, VALUE_STRING) && slice_trim(value_text(v)).len == 0))
        warn_no_mapping(site, source);
    return true;
}

// For YAML that was read without errors.
struct value_places front_matter_places(const struct source *source, struct slice text,
                                        struct arena *arena)
{
    struct value_places places = {0};
    struct value_limits bounds = front_matter_limits(source->site);
    struct slice yaml;
    struct error ignored = {0};
    front_matter_length(text, &yaml);
    struct yaml_reading how = {.version = site_yaml_version(source->site),
                               .first_line = 2,
                               .limits = &bounds,
                               .places = &places};
    if (yaml.ptr && language_of(text, yaml) == LANGUAGE_YAML)
        value_from_yaml(arena, source->path, yaml, &how, &ignored);
    return places;
}

bool front_matter_read(struct site *site, struct source *source, struct error *error)
{
    struct slice yaml;
    size_t length = front_matter_length(source->text, &yaml);
    unsigned column;
    source->front_matter = value_object(site->arena);
    source->front_length = (uint32_t)length;
    source->front_hash = slice_hash(slice_sub(source->text, 0, length));
    error_locate(source->text, length, &source->body_line, &column);
    if (!value_is(source->front_matter, VALUE_OBJECT))
        return error_memory(error);
    if (yaml.ptr && !parse(site, source, yaml, error)) {
        error_source(error, source->text);
        return false;
    }
    return true;
}

// ---- encoding ----

static void warn(struct site *site, const struct source *source, const char *rule, size_t offset,
                 size_t length, struct slice repaired, const char *message)
{
    struct error error = {0};
    error_set(&error, ERROR_SYNTAX, "%s", message);
    if (repaired.len)
        error_hint(&error, "it probably means %.*s; save the file as UTF-8", SLICE_ARG(repaired));
    error_at_offset(&error, source->path, source->text, offset);
    struct site_problem *problem = problem_add(site, SITE_WARNING, rule, &error);
    if (!problem)
        return;
    problem->text = slice_sub(source->text, offset, offset + length);
    problem->fix = arena_copy(site->arena, repaired);
}

void front_matter_check_encoding(struct site *site, const struct source *source)
{
    size_t at = 0, length = 0;
    if (slice_starts_with(source->text, MARK))
        warn(site, source, "byte-order-mark", 0, MARK.len, SLICE_EMPTY,
             "the file begins with a byte-order mark");
    if (utf8_is_ascii(source->text))
        return;
    for (;;) {
        struct buffer repaired = buffer_create(site->arena, 0);
        if (!utf8_find_mojibake(source->text, at + length, &at, &length, &repaired))
            return;
        warn(site, source, "mojibake", at, length, buffer_slice(&repaired),
             "text that was encoded twice");
    }
}
