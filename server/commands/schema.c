// SPDX-License-Identifier: MIT
//
// JSON Schemas for editors: completion, and the meaning of each key. A schema refuses what the
// program certainly refuses; `check` reports what depends on the rest of the site.
#include "schema.h"

#include "check/check.h"
#include "command.h"

// ---- mappings within mappings ----

// "limits.page_bytes": the group before the dot is opened and closed as rows pass. Rows of one
// group are adjacent.
struct schema {
    struct buffer *out;
    struct slice group; // that is open; "" for none
    bool first;         // of the mapping
    bool closed;        // other keys are errors
};

static void begin_key(struct schema *schema, struct slice name)
{
    buffer_append_cstr(schema->out, schema->first ? "\n" : ",\n");
    buffer_append_json_string(schema->out, name);
    buffer_append_cstr(schema->out, ":");
    schema->first = false;
}

static void end_group(struct schema *schema)
{
    if (schema->group.len)
        buffer_append_cstr(schema->out,
                           schema->closed ? "},\"additionalProperties\":false}" : "}}");
    schema->group = SLICE_EMPTY;
}

// Opens the group of a key unless it is open, and returns the name within it.
static struct slice enter(struct schema *schema, struct slice key, const char *doc)
{
    size_t dot = slice_find_byte(key, '.', 0);
    struct slice group = dot == SIZE_MAX ? SLICE_EMPTY : slice_sub(key, 0, dot);
    if (schema->group.len && !slice_equal(group, schema->group)) {
        end_group(schema);
        schema->first = false;
    }
    if (group.len && !schema->group.len) {
        begin_key(schema, group);
        buffer_append_cstr(schema->out, schema->closed ? "{\"type\":\"object\","
                                                       : "{\"type\":[\"object\",\"null\"],");
        if (doc) {
            buffer_append_cstr(schema->out, "\"description\":");
            buffer_append_json_string(schema->out, slice_from_cstr(doc));
            buffer_append_byte(schema->out, ',');
        }
        buffer_append_cstr(schema->out, "\"properties\":{");
        schema->group = group;
        schema->first = true;
    }
    return dot == SIZE_MAX ? key : slice_sub(key, dot + 1, key.len);
}

static void head(struct buffer *out, const char *title)
{
    buffer_printf(out,
                  "{\"$schema\":\"http://json-schema.org/draft-07/schema#\",\"title\":\"%s\","
                  "\"type\":\"object\",\"properties\":{",
                  title);
}

// ---- guidance.yaml ----

// ${NAME} may stand for a value of any type.
#define VARIABLE ",{\"type\":\"string\",\"pattern\":\"\\\\$\\\\{\"}"
static const char *const SETTING_TYPES[] = {
    [SETTINGS_TEXT] = "\"type\":[\"string\",\"number\",\"boolean\",\"null\"]",
    [SETTINGS_PATH] = "\"type\":[\"string\",\"null\"]",
    [SETTINGS_BOOLEAN] = "\"anyOf\":[{\"type\":[\"boolean\",\"null\"]}" VARIABLE "]",
    [SETTINGS_INTEGER] = "\"anyOf\":[{\"type\":[\"integer\",\"null\"],\"minimum\":0}" VARIABLE "]",
    [SETTINGS_SIZE] = "\"anyOf\":[{\"type\":[\"integer\",\"null\"],\"minimum\":0},{\"type\":"
                      "\"string\",\"pattern\":\"^[0-9]+ ?[kKmMgG]?[bB]?$\"}" VARIABLE "]",
    [SETTINGS_DURATION] = "\"anyOf\":[{\"type\":[\"integer\",\"null\"],\"minimum\":0},{\"type\":"
                          "\"string\",\"pattern\":\"^[0-9]+ ?(ms|s|m|h)?$\"}" VARIABLE "]",
    [SETTINGS_LIST] = "\"type\":[\"array\",\"string\",\"null\"]",
    [SETTINGS_OBJECT] = "\"type\":[\"object\",\"null\"]",
    [SETTINGS_VALUE] = "\"type\":[\"array\",\"object\",\"string\",\"null\"]",
};

// What else a rule can be told.
static void write_rule_options(struct buffer *out, const char *rule)
{
    for (const struct site_rule_option *row = site_rule_options(); row->rule; row++) {
        if (strcmp(row->rule, rule) != 0)
            continue;
        buffer_printf(out, ",\"%s\":{\"description\":", row->name);
        buffer_append_json_string(out, slice_from_cstr(row->doc));
        if (row->type == SITE_OPTION_NUMBER)
            buffer_printf(
                out, ",\"type\":\"number\",\"minimum\":%.0f,\"maximum\":%.0f,\"default\":%.0f}",
                row->least, row->most, row->usual);
        else
            buffer_append_cstr(out,
                               row->type == SITE_OPTION_TEXTS
                                   ? ",\"type\":\"array\",\"items\":{\"type\":\"string\"}}"
                                   : ",\"type\":\"object\",\"additionalProperties\":{\"type\":["
                                     "\"string\",\"null\"]}}");
    }
}

// The rules of `check`, with their severities.
static void write_check(struct buffer *out)
{
    static const char SEVERITY[] = "\"enum\":[\"error\",\"warning\",\"note\",\"off\",true,false]";
    buffer_append_cstr(out, ",\"properties\":{");
    for (const struct site_rule *rule = site_rules(); rule->name; rule++) {
        buffer_append_cstr(out, rule == site_rules() ? "\n" : ",\n");
        buffer_append_json_string(out, slice_from_cstr(rule->name));
        buffer_printf(
            out,
            ":{\"anyOf\":[{%s},{\"type\":\"object\",\"properties\":{\"severity\":{%s},"
            "\"except\":{\"type\":[\"array\",\"string\"],\"items\":{\"type\":\"string\"}}",
            SEVERITY, SEVERITY);
        write_rule_options(out, rule->name);
        buffer_append_cstr(out, "},\"additionalProperties\":false}],\"description\":");
        buffer_append_json_string(out, slice_from_cstr(rule->doc));
        buffer_append_byte(out, '}');
    }
    buffer_append_byte(out, '}');
}

static void write_setting(struct buffer *out, const struct settings_row *row)
{
    buffer_printf(out, "{%s,\"description\":", SETTING_TYPES[row->type]);
    buffer_append_json_string(out, slice_from_cstr(row->doc));
    bool literal = row->type == SETTINGS_BOOLEAN || row->type == SETTINGS_INTEGER ||
                   row->type == SETTINGS_LIST || row->type == SETTINGS_OBJECT ||
                   row->type == SETTINGS_VALUE;
    if (row->fallback) {
        buffer_append_cstr(out, ",\"default\":");
        if (literal)
            buffer_append_cstr(out, row->fallback);
        else
            buffer_append_json_string(out, slice_from_cstr(row->fallback));
    }
    if (strcmp(row->key, "check") == 0)
        write_check(out);
    buffer_append_byte(out, '}');
}

static void write_settings_schema(struct buffer *out)
{
    struct schema schema = {.out = out, .first = true, .closed = true};
    head(out, "guidance.yaml");
    for (const struct settings_row *row = settings_rows(); row->key; row++) {
        struct slice name = enter(&schema, slice_from_cstr(row->key), NULL);
        begin_key(&schema, name);
        write_setting(out, row);
    }
    end_group(&schema);
    buffer_append_cstr(out, "},\"additionalProperties\":false}\n");
}

// ---- front matter ----

static const char *const KEY_TYPES[] = {
    [SITE_TYPE_TEXT] = "\"type\":[\"string\",\"number\",\"boolean\",\"null\"]",
    [SITE_TYPE_TEXTS] = "\"type\":[\"array\",\"string\",\"null\"]",
    [SITE_TYPE_TAGS] = "\"type\":[\"array\",\"string\",\"null\"]",
    [SITE_TYPE_TEXT_OR_TRUE] = "\"type\":[\"string\",\"boolean\",\"null\"]",
    [SITE_TYPE_TEXT_OR_FALSE] = "\"type\":[\"string\",\"boolean\",\"null\"]",
    [SITE_TYPE_TRUE_OR_TEXTS] = "\"type\":[\"boolean\",\"array\",\"string\",\"null\"]",
    [SITE_TYPE_PATH] = "\"type\":[\"string\",\"null\"]",
    [SITE_TYPE_PATH_OR_FALSE] = "\"type\":[\"string\",\"boolean\",\"null\"]",
    [SITE_TYPE_PATHS] = "\"type\":[\"array\",\"string\",\"null\"]",
    [SITE_TYPE_ADDRESS] = "\"type\":[\"string\",\"boolean\",\"object\",\"null\"]",
    [SITE_TYPE_LANGUAGE] = "\"type\":[\"string\",\"null\"]",
    [SITE_TYPE_BOOLEAN] = "\"type\":[\"boolean\",\"null\"]",
    [SITE_TYPE_FLAG] = "\"type\":[\"boolean\",\"null\"]",
    [SITE_TYPE_NUMBER] = "\"type\":[\"number\",\"null\"]",
    [SITE_TYPE_DATE] = "\"type\":[\"string\",\"null\"]",
    [SITE_TYPE_MOMENT] = "\"type\":[\"string\",\"null\"]",
    [SITE_TYPE_PAGE_DATE] = "\"type\":[\"string\",\"number\",\"null\"]",
    [SITE_TYPE_MAPPING] = "\"type\":[\"object\",\"null\"]",
    [SITE_TYPE_CHANGES] = "\"type\":[\"array\",\"null\"],\"items\":{\"type\":\"object\"}",
    [SITE_TYPE_ALTERNATES] = "\"type\":[\"array\",\"null\"],\"items\":{\"type\":\"object\"}",
    [SITE_TYPE_LINKS] = "\"type\":[\"array\",\"null\"],\"items\":{\"type\":\"object\"}",
};

static bool has_members(const struct site_key *key)
{
    size_t length = strlen(key->key);
    return key[1].key && strncmp(key[1].key, key->key, length) == 0 && key[1].key[length] == '.';
}

static void write_front_matter_schema(struct buffer *out)
{
    struct schema schema = {.out = out, .first = true};
    const char *doc = NULL; // of the mapping whose keys come next
    head(out, "Front matter");
    for (const struct site_key *key = site_keys(); key->key; key++) {
        if (has_members(key)) {
            doc = key->doc;
            continue;
        }
        struct slice name = enter(&schema, slice_from_cstr(key->key), doc);
        begin_key(&schema, name);
        buffer_printf(out, "{%s,\"description\":", KEY_TYPES[key->type]);
        buffer_append_json_string(out, slice_from_cstr(key->doc));
        buffer_append_byte(out, '}');
    }
    end_group(&schema);
    buffer_append_cstr(out, "}}\n");
}

// ---- which of them ----

static const struct {
    const char *name;
    void (*write)(struct buffer *out);
} SCHEMAS[] = {
    {"guidance.yaml", write_settings_schema},
    {"front-matter", write_front_matter_schema},
};
enum { SCHEMA_COUNT = sizeof SCHEMAS / sizeof *SCHEMAS };

int schema_print(const char *name)
{
    struct arena *arena = arena_create(0, 0);
    for (size_t i = 0; arena && name && i < SCHEMA_COUNT; i++) {
        if (strcmp(SCHEMAS[i].name, name) != 0)
            continue;
        struct buffer out = buffer_create(arena, 0);
        SCHEMAS[i].write(&out);
        int code = command_print(&out);
        arena_destroy(arena);
        return code;
    }
    arena_destroy(arena);
    fputs("guidanced --schema prints one of: guidance.yaml front-matter\n", stderr);
    return COMMAND_USAGE;
}
