// SPDX-License-Identifier: MIT
//
// `check:` of guidance.yaml: the severity of a rule, and its exceptions.
//
//   check:
//     orphan: off
//     link-broken:
//       severity: warning
//       except: [data/archive/**, /apply/**]     paths of files, or texts concerned
//     drafts: off                                nothing of drafts,
//     future: off                                nor of pages that are to come
#include "findings.h"

static const struct {
    const char *name;
    int severity; // -1: off
} WORDS[] = {{"error", SITE_ERROR}, {"warning", SITE_WARNING}, {"note", SITE_NOTE}, {"off", -1}};

// The severity in a setting; `otherwise` if it has none, -1 for off, -2 for an unknown word.
static int severity_of(struct value v, int otherwise)
{
    if (value_is(v, VALUE_OBJECT))
        v = value_get(NULL, v, SLICE("severity"));
    if (value_is(v, VALUE_UNDEFINED))
        return otherwise;
    if (value_is(v, VALUE_BOOLEAN))
        return value_truthy(v) ? otherwise : -1;
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (value_is(v, VALUE_STRING) && slice_equal(value_text(v), slice_from_cstr(WORDS[i].name)))
            return WORDS[i].severity;
    return -2;
}

static bool is_excepted(struct value setting, const struct site_finding *finding)
{
    struct value list = value_is(setting, VALUE_OBJECT) ? value_get(NULL, setting, SLICE("except"))
                                                        : value_undefined();
    uint32_t count =
        value_is(list, VALUE_ARRAY) ? value_length(NULL, list) : value_is(list, VALUE_STRING);
    for (uint32_t i = 0; i < count; i++) {
        struct value item = value_is(list, VALUE_ARRAY) ? value_item(NULL, list, i) : list;
        if (!value_is(item, VALUE_STRING))
            continue;
        struct slice pattern = value_text(item);
        if (glob_matches(pattern, finding->file) || slice_equal(pattern, finding->text) ||
            (finding->text.len && glob_matches(pattern, finding->text)))
            return true;
    }
    return false;
}

// False: the finding is dropped.
static bool apply(struct value settings, struct site_finding *finding)
{
    struct value setting = value_get(NULL, settings, slice_from_cstr(finding->rule->name));
    int severity = severity_of(setting, (int)finding->rule->severity);
    if (severity >= 0)
        finding->severity = (enum site_severity)severity;
    return severity != -1 && !is_excepted(setting, finding);
}

// ---- pages that are left out ----

static bool is_draft(const struct site_page *page, double now_ms)
{
    (void)now_ms;
    return page->draft;
}

static bool is_to_come(const struct site_page *page, double now_ms)
{
    return page->publish_at > now_ms;
}

static const struct {
    const char *name;
    bool (*is_one)(const struct site_page *page, double now_ms);
} KINDS[] = {{"drafts", is_draft}, {"future", is_to_come}};
enum { KIND_COUNT = sizeof KINDS / sizeof *KINDS };

static bool is_kind(struct slice name)
{
    for (size_t i = 0; i < KIND_COUNT; i++)
        if (slice_equal(name, slice_from_cstr(KINDS[i].name)))
            return true;
    return false;
}

static bool is_switched_off(const struct check *check, struct value settings,
                            const struct site_finding *finding)
{
    const struct site_page *page = site_page_by_input(check->site, finding->file);
    for (size_t i = 0; page && i < KIND_COUNT; i++)
        if (KINDS[i].is_one(page, check->now_ms) &&
            severity_of(value_get(NULL, settings, slice_from_cstr(KINDS[i].name)), 0) == -1)
            return true;
    return false;
}

static void check_setting(struct check *check, const struct value_member *member)
{
    struct slice key = arena_printf(check->scratch, "check.%.*s", SLICE_ARG(member->key));
    struct site_finding *finding = NULL;
    if (is_kind(member->key)) {
        bool on = value_is(member->value, VALUE_STRING) &&
                  slice_equal(value_text(member->value), SLICE("on"));
        if (!on && !value_is(member->value, VALUE_BOOLEAN) && severity_of(member->value, 0) != -1)
            finding =
                check_add(check, "check-setting", "%.*s can be on or off", SLICE_ARG(member->key));
    } else if (!check_rule(member->key)) {
        struct map names = map_create(check->scratch);
        for (const struct site_rule *row = site_rules(); row->name; row++)
            map_put(&names, slice_from_cstr(row->name), check);
        struct slice near = map_nearest(&names, member->key);
        finding =
            check_add(check, "check-setting", "there is no rule %.*s", SLICE_ARG(member->key));
        if (near.len)
            check_hint(check, finding, "did you mean %.*s?", SLICE_ARG(near));
    } else if (severity_of(member->value, 0) == -2)
        finding = check_add(check, "check-setting", "the severity of %.*s is not known",
                            SLICE_ARG(member->key));
    else
        check_rule_setting(check, member);
    if (finding)
        check_place_setting(check, finding, key.ptr ? key.ptr : "check");
}

void check_apply_settings(struct check *check)
{
    struct value settings = check->site->settings->check;
    const struct value_object *view =
        value_is(settings, VALUE_OBJECT) ? value_object_view(NULL, settings) : NULL;
    size_t kept = 0;
    if (!view)
        return;
    for (uint32_t i = 0; i < view->count; i++) {
        struct value_member member = value_member_at(view, i);
        check_setting(check, &member);
    }
    for (size_t i = 0; i < check->count; i++)
        if (!is_switched_off(check, settings, &check->findings[i]) &&
            apply(settings, &check->findings[i]))
            check->findings[kept++] = check->findings[i];
    check->count = kept;
}
