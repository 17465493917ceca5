// SPDX-License-Identifier: MIT
//
// The table of front_matter.def, and its rows as documentation.
#include "making.h"

#include "base/language_tag.h"

#include <math.h>
#include <string.h>

static const struct site_key KEYS[] = {
#define KEY(key, group, type, reader, new, doc, example)                                           \
    {key, SITE_KEYS_##group, SITE_TYPE_##type, reader, SITE_NEW_##new, doc, example},
#include "front_matter.def"
#undef KEY
    {0},
};

const struct site_key *site_keys(void)
{
    return KEYS;
}

// ---- types ----

// Templates treat numbers and dates as texts: `title: 2026` needs no quotation marks.
static bool is_text_like(struct value v)
{
    return value_is(v, VALUE_STRING) || value_is(v, VALUE_NUMBER) || value_is(v, VALUE_DATE);
}

static bool is_text_or_list(struct value v)
{
    if (!value_is(v, VALUE_ARRAY))
        return is_text_like(v);
    for (uint32_t i = 0; i < value_length(NULL, v); i++)
        if (!is_text_like(value_item(NULL, v, i)))
            return false;
    return true;
}

static bool is_text_or_yes(struct value v)
{
    return is_text_like(v) || value_is(v, VALUE_BOOLEAN);
}

// Eleventy takes a text for a tag, "true" too.
static bool is_yes_or_tags(struct value v)
{
    enum answer answer = value_is(v, VALUE_STRING) ? lifecycle_answer(v) : ANSWER_NONE;
    return value_is(v, VALUE_BOOLEAN) ||
           (is_text_or_list(v) && answer != ANSWER_YES && answer != ANSWER_NO);
}

static bool is_path(struct value v)
{
    return value_is(v, VALUE_STRING);
}

static bool is_path_or_no(struct value v)
{
    return value_is(v, VALUE_STRING) || (value_is(v, VALUE_BOOLEAN) && !value_truthy(v));
}

static bool is_permalink(struct value v)
{
    return is_path_or_no(v) || value_is(v, VALUE_OBJECT) || value_is(v, VALUE_FUNCTION);
}

// "true" in quotation marks is read as true; so it is not reported.
static bool is_yes_or_no(struct value v)
{
    return value_is(v, VALUE_BOOLEAN) || value_is(v, VALUE_STRING);
}

static bool is_number_like(struct value v)
{
    return (value_is(v, VALUE_NUMBER) || value_is(v, VALUE_STRING)) &&
           isfinite(value_to_number(NULL, v));
}

static bool is_language(struct value v)
{
    return value_is(v, VALUE_STRING) && language_tag_is_valid(value_text(v));
}

static bool is_mapping(struct value v)
{
    return value_is(v, VALUE_OBJECT);
}

static bool is_anything(struct value v)
{
    (void)v;
    return true;
}

static const struct type_row {
    const char *name;
    bool (*accepts)(struct value v);
} TYPES[] = {
    [SITE_TYPE_TEXT] = {"text", is_text_like},
    [SITE_TYPE_TEXTS] = {"text or list", is_text_or_list},
    [SITE_TYPE_TAGS] = {"text or list", is_anything},
    [SITE_TYPE_TEXT_OR_TRUE] = {"text or true", is_text_or_yes},
    [SITE_TYPE_TEXT_OR_FALSE] = {"text or false", is_path_or_no},
    [SITE_TYPE_TRUE_OR_TEXTS] = {"true, or tags", is_yes_or_tags},
    [SITE_TYPE_PATH] = {"path", is_path},
    [SITE_TYPE_PATH_OR_FALSE] = {"path or false", is_path_or_no},
    [SITE_TYPE_PATHS] = {"path or list", is_text_or_list},
    [SITE_TYPE_ADDRESS] = {"path or false", is_permalink},
    [SITE_TYPE_LANGUAGE] = {"language tag", is_language},
    [SITE_TYPE_BOOLEAN] = {"boolean", is_yes_or_no},
    [SITE_TYPE_FLAG] = {"boolean", is_yes_or_no},
    [SITE_TYPE_NUMBER] = {"number", is_number_like},
    [SITE_TYPE_DATE] = {"date", is_anything},
    [SITE_TYPE_MOMENT] = {"date with time", is_anything},
    [SITE_TYPE_PAGE_DATE] = {"date, [git] Created or [git] Last Modified", is_anything},
    [SITE_TYPE_MAPPING] = {"mapping", is_mapping},
    [SITE_TYPE_CHANGES] = {"list of date, note", is_anything},
    [SITE_TYPE_ALTERNATES] = {"list of lang, name, url", is_anything},
    [SITE_TYPE_LINKS] = {"list of title, url, external", is_anything},
};

const char *site_key_type_name(enum site_key_type type)
{
    return TYPES[type].name;
}

// Only flags are read as words: elsewhere `no` is a text like others, and counts as true.
static bool is_mistaken_no(const struct site_key *key, struct value v)
{
    return key->type == SITE_TYPE_BOOLEAN && value_is(v, VALUE_STRING) &&
           lifecycle_answer(v) == ANSWER_NO;
}

bool site_key_accepts(const struct site_key *key, struct value v)
{
    if (value_is_nullish(v))
        return true;
    if (is_mistaken_no(key, v))
        return false;
    return strcmp(key->reader, "layouts") == 0 || TYPES[key->type].accepts(v);
}

// ---- as documentation ----

// A page is a template, so text that looks like a tag is escaped.
static void append_example(struct buffer *out, const char *example, bool template)
{
    bool raw = template && example && strstr(example, "{{");
    if (!example)
        buffer_append_cstr(out, template ? "see below" : "");
    else
        buffer_printf(out, "%s`%s`%s", raw ? "{% raw %}" : "", example, raw ? "{% endraw %}" : "");
}

void site_write_keys(struct buffer *out, enum site_key_group group)
{
    buffer_append_cstr(out, "| Key | What it does | Example |\n| --- | --- | --- |\n");
    for (const struct site_key *key = KEYS; key->key; key++) {
        if (key->group != group)
            continue;
        buffer_printf(out, "| `%s` | %s | ", key->key, key->doc);
        append_example(out, key->example, true);
        buffer_append_cstr(out, " |\n");
    }
}

void site_write_key_model(struct buffer *out)
{
    buffer_append_cstr(out, "| Key | Type | Meaning | Read by |\n| --- | --- | --- | --- |\n");
    for (const struct site_key *key = KEYS; key->key; key++)
        buffer_printf(out, "| `%s` | %s | %s | %s |\n", key->key, site_key_type_name(key->type),
                      key->doc, key->reader);
}
