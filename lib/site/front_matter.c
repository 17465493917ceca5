// SPDX-License-Identifier: MIT
//
// Front matter: YAML between two lines of three dashes at the very start of a file (gray-matter's
// reading). `---json` is JSON.
#include "snapshot.h"

#include "base/utf8.h"

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
            // Without an end, all of it is front matter, as gray-matter has it.
            *yaml = slice_of(start, (size_t)(text.ptr + text.len - start));
            return text.len;
        }
        // Whatever follows the three dashes is body already, but for the end of their line.
        if (slice_starts_with(line, SLICE("---"))) {
            *yaml = slice_of(start, (size_t)(at - start));
            return (size_t)((line.len == 3 ? rest.ptr : at + 3) - text.ptr);
        }
    }
}

static struct value_limits limits(const struct site *site)
{
    const struct settings *s = site->settings;
    return (struct value_limits){
        .bytes = (size_t)settings_integer(s, "limits.front_matter_bytes"),
        .depth = (unsigned)settings_integer(s, "limits.front_matter_depth"),
        .nodes = (unsigned)settings_integer(s, "limits.front_matter_nodes"),
    };
}

// "---js" and the like: gray-matter would run it, we do not.
static bool is_other_language(const struct source *source, struct slice yaml)
{
    struct slice first = slice_sub(source->text, 0, (size_t)(yaml.ptr - source->text.ptr));
    struct slice name = slice_trim(slice_sub(first, 3, first.len));
    return name.len && !slice_equal(name, SLICE("json")) && !slice_equal(name, SLICE("yaml")) &&
           !slice_equal(name, SLICE("yml")) && !slice_starts_with(first, MARK);
}

// A text or a list gives the page no data, which Eleventy serves all the same.
static void warn_no_mapping(struct site *site, const struct source *source)
{
    struct error error = {0};
    error_set(&error, ERROR_SYNTAX, "front matter must be keys and values");
    error_hint(&error, "write a colon and a space behind each key");
    error_at(&error, source->path, 2, 1);
    error_source(&error, source->text);
    problem_add(site, SITE_WARNING, "front-matter", &error);
}

static bool parse(struct site *site, struct source *source, struct slice yaml, struct error *error)
{
    struct value_limits bounds = limits(site);
    if (is_other_language(source, yaml)) {
        error_set(error, ERROR_SYNTAX, "front matter that is a program is not run");
        error_hint(error, "write it as YAML between two lines of ---");
        error_at(error, source->path, 1, 1);
        return false;
    }
    bool json = slice_starts_with(source->text, SLICE("---json"));
    struct value v =
        json ? value_from_json(site->arena, source->path, yaml, &bounds, error)
             : value_from_yaml(site->arena, source->path, yaml, 2, &bounds, &source->places, error);
    if (error_is_set(error))
        return false;
    if (value_is(v, VALUE_OBJECT))
        source->front_matter = v;
    else if (!value_is_nullish(v) &&
             !(value_is(v, VALUE_STRING) && slice_trim(value_text(v)).len == 0))
        warn_no_mapping(site, source);
    return true;
}

bool front_matter_read(struct site *site, struct source *source, struct error *error)
{
    struct slice yaml;
    size_t length = front_matter_length(source->text, &yaml);
    unsigned column;
    source->front_matter = value_object(site->arena);
    source->body = slice_sub(source->text, length, source->text.len);
    error_locate(source->text, length, &source->body_line, &column);
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
