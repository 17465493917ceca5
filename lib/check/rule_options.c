// SPDX-License-Identifier: MIT
//
// What a rule may be told in `check:` of guidance.yaml besides its severity and exceptions, one row
// each. The schema for editors and docs/check.md are printed from this table.
//
//   check:
//     sentence-long: {severity: note, words: 30}
#include "findings.h"

enum { PIXELS_MAX = 100000, BYTES_MAX = 1000000000 };

static const struct site_rule_option OPTIONS[] = {
    {"table-wide", "characters", SITE_OPTION_NUMBER,
     "how many characters the longest words of a table's columns may have together, with two for "
     "the space after each",
     20, 1000, 100},
    {"twin-missing", "languages", SITE_OPTION_TEXTS,
     "languages in which every page should be; without it, those of the site's pages", 0, 0, 0},
    {"word-avoided", "words", SITE_OPTION_WORDS, "each word to avoid: what to write instead", 0, 0,
     0},
    {"sentence-long", "words", SITE_OPTION_NUMBER, "how many words a sentence may have", 1, 999,
     25},
    {"reading-age", "age", SITE_OPTION_NUMBER, "the age at which texts should be understood", 6, 30,
     14},
    {"heading-case", "words", SITE_OPTION_TEXTS, "names, which keep their capitals", 0, 0, 0},
    {"image-large", "width", SITE_OPTION_NUMBER,
     "the widest place that the layout has for an image, in CSS pixels", 1, PIXELS_MAX, 960},
    {"image-large", "bytes", SITE_OPTION_NUMBER, "how many bytes a file may have", 1, BYTES_MAX,
     500000},
    {0},
};

const struct site_rule_option *site_rule_options(void)
{
    return OPTIONS;
}

static const struct site_rule_option *find_rule_option(struct slice rule, struct slice name)
{
    for (const struct site_rule_option *row = OPTIONS; row->rule; row++)
        if (slice_equal(slice_from_cstr(row->rule), rule) &&
            slice_equal(slice_from_cstr(row->name), name))
            return row;
    return NULL;
}

// ---- what the settings say ----

static struct value member_of(struct value v, const char *name)
{
    return value_is(v, VALUE_OBJECT) ? value_get(NULL, v, slice_from_cstr(name))
                                     : value_undefined();
}

bool check_rule_asked(const struct check *check, const char *rule)
{
    struct value setting = member_of(check->site->settings->check, rule);
    return !value_is_nullish(setting) && value_truthy(setting);
}

static struct value option_value(const struct check *check, const char *rule, const char *name)
{
    return member_of(member_of(check->site->settings->check, rule), name);
}

static bool is_within(const struct site_rule_option *row, struct value v)
{
    return value_is(v, VALUE_NUMBER) && v.number >= row->least && v.number <= row->most;
}

double check_rule_number(const struct check *check, const char *rule, const char *name)
{
    const struct site_rule_option *row =
        find_rule_option(slice_from_cstr(rule), slice_from_cstr(name));
    struct value v = option_value(check, rule, name);
    return is_within(row, v) ? v.number : row->usual;
}

struct value check_rule_list(const struct check *check, const char *rule, const char *name)
{
    const struct site_rule_option *row =
        find_rule_option(slice_from_cstr(rule), slice_from_cstr(name));
    struct value v = option_value(check, rule, name);
    return value_is(v, row->type == SITE_OPTION_WORDS ? VALUE_OBJECT : VALUE_ARRAY)
               ? v
               : value_undefined();
}

// ---- whether they make sense ----

static bool is_list_of_texts(struct value v)
{
    if (!value_is(v, VALUE_ARRAY))
        return false;
    for (uint32_t i = 0; i < value_length(NULL, v); i++)
        if (!value_is(value_item(NULL, v, i), VALUE_STRING))
            return false;
    return true;
}

static bool is_word_list(struct value v)
{
    const struct value_object *view = value_is(v, VALUE_OBJECT) ? value_object_view(NULL, v) : NULL;
    for (uint32_t i = 0; view && i < view->count; i++) {
        struct value better = value_member_at(view, i).value;
        if (!value_is(better, VALUE_STRING) && !value_is_nullish(better))
            return false;
    }
    return view != NULL;
}

static struct site_finding *judge_option(struct check *check, const struct site_rule_option *row,
                                         struct value v)
{
    bool fits = row->type == SITE_OPTION_NUMBER  ? is_within(row, v)
                : row->type == SITE_OPTION_TEXTS ? is_list_of_texts(v)
                                                 : is_word_list(v);
    if (fits)
        return NULL;
    if (row->type == SITE_OPTION_NUMBER)
        return check_add(check, "check-setting", "%s of %s is a number from %.0f to %.0f",
                         row->name, row->rule, row->least, row->most);
    return check_add(check, "check-setting", "%s of %s is a %s", row->name, row->rule,
                     row->type == SITE_OPTION_TEXTS ? "list of texts"
                                                    : "mapping of words to better ones");
}

static struct site_finding *judge_exceptions(struct check *check, struct slice rule, struct value v)
{
    if (value_is(v, VALUE_STRING) || is_list_of_texts(v))
        return NULL;
    return check_add(check, "check-setting", "except of %.*s is a text or a list of texts",
                     SLICE_ARG(rule));
}

static struct site_finding *report_unknown(struct check *check, struct slice rule,
                                           struct slice name)
{
    struct map known = map_create(check->scratch);
    map_put(&known, SLICE("severity"), check);
    map_put(&known, SLICE("except"), check);
    for (const struct site_rule_option *row = OPTIONS; row->rule; row++)
        if (slice_equal(slice_from_cstr(row->rule), rule))
            map_put(&known, slice_from_cstr(row->name), check);
    struct site_finding *finding = check_add(check, "check-setting", "%.*s has no setting %.*s",
                                             SLICE_ARG(rule), SLICE_ARG(name));
    struct slice near = map_nearest(&known, name);
    if (near.len)
        check_hint(check, finding, "did you mean %.*s?", SLICE_ARG(near));
    return finding;
}

void check_rule_setting(struct check *check, const struct value_member *setting)
{
    const struct value_object *view =
        value_is(setting->value, VALUE_OBJECT) ? value_object_view(NULL, setting->value) : NULL;
    for (uint32_t i = 0; view && i < view->count; i++) {
        struct value_member member = value_member_at(view, i);
        const struct site_rule_option *row = find_rule_option(setting->key, member.key);
        struct site_finding *finding = NULL;
        if (row)
            finding = judge_option(check, row, member.value);
        else if (slice_equal(member.key, SLICE("except")))
            finding = judge_exceptions(check, setting->key, member.value);
        else if (!slice_equal(member.key, SLICE("severity")))
            finding = report_unknown(check, setting->key, member.key);
        struct slice key = arena_printf(check->scratch, "check.%.*s.%.*s", SLICE_ARG(setting->key),
                                        SLICE_ARG(member.key));
        if (finding)
            check_place_setting(check, finding, key.ptr ? key.ptr : "check");
    }
}
