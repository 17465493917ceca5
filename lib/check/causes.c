// SPDX-License-Identifier: MIT
//
// One cause, one problem. A missing layout is missing for every page that names it, and a missing
// package takes all its templates with it: findings with a common cause are folded into one, at the
// place nearest to the cause, with the number of the others and what to do. Findings with an exact
// fix are left alone.
#include "findings.h"

enum { PLACES_MAX = 100 };

// Where templates come from, by the beginning of their names.
static const struct {
    struct slice start;
    const char *package;
} PACKAGES[] = {
    {{"govuk/", 6}, "govuk-frontend"},
    {{"moj/", 4}, "@ministryofjustice/frontend"},
    {{"nhsuk/", 6}, "nhsuk-frontend"},
    {{"hmrc/", 5}, "hmrc-frontend"},
};

struct cause {
    struct slice key;
    const char *package; // the missing package; NULL: a different cause
    size_t first;        // its first finding
    size_t count;
};

struct causes {
    struct check *check;
    struct map by_key;
};

static bool is_in_site(const struct check *check, struct slice path)
{
    struct slice full = path_join(check->arena, settings_directory(check->site->settings), path);
    return full.ptr && file_exists(full.ptr);
}

// "node_modules/@scope/name/x" → "@scope/name"; "" when there is no such folder in it.
static struct slice package_in(struct slice path)
{
    struct slice folder = SLICE("node_modules/");
    size_t at = slice_find(path, folder, 0);
    if (at == SIZE_MAX)
        return SLICE_EMPTY;
    struct slice rest = slice_sub(path, at + folder.len, path.len);
    size_t end = slice_find_byte(rest, '/', 0);
    if (slice_starts_with(rest, SLICE("@")) && end != SIZE_MAX)
        end = slice_find_byte(rest, '/', end + 1);
    return slice_sub(rest, 0, end);
}

static const char *package_of(const struct check *check, struct slice name)
{
    struct slice inside = package_in(name);
    if (inside.len)
        return arena_cstr(check->arena, inside);
    for (size_t i = 0; i < sizeof PACKAGES / sizeof *PACKAGES; i++)
        if (slice_starts_with(name, PACKAGES[i].start))
            return PACKAGES[i].package;
    return NULL;
}

static bool is_installed(const struct check *check, const char *package)
{
    return is_in_site(check, arena_printf(check->arena, "node_modules/%s/package.json", package));
}

// The name of the template that was not found; "" for another finding.
static struct slice missing_template(const struct site_finding *finding)
{
    struct slice start = SLICE("template not found: ");
    return slice_starts_with(finding->message, start)
               ? slice_sub(finding->message, start.len, finding->message.len)
               : SLICE_EMPTY;
}

// The cause of the finding; key "" if it has no common cause.
static struct cause cause_of(const struct check *check, const struct site_finding *finding)
{
    struct cause cause = {.count = 0};
    struct slice name = missing_template(finding);
    if (finding->fix.ptr)
        return cause;
    if (strcmp(finding->rule->name, "layout-missing") == 0)
        cause.key = finding->message;
    else if (name.len) {
        const char *package = package_of(check, name);
        cause.package = package && !is_installed(check, package) ? package : NULL;
        cause.key = cause.package ? slice_from_cstr(cause.package) : finding->message;
    }
    return cause;
}

// A place in a template is nearer to the cause than one in a page that uses it, and any is nearer
// than none.
static unsigned nearness(const struct check *check, const struct site_finding *finding)
{
    bool page = site_page_by_input(check->site, finding->file) != NULL;
    return (finding->line ? 2u : 0) + (page ? 0 : 1);
}

static bool note_cause(struct causes *causes, size_t n)
{
    struct check *check = causes->check;
    const struct site_finding *finding = &check->findings[n];
    struct cause found = cause_of(check, finding);
    if (!found.key.len)
        return true;
    struct cause *cause = map_get(&causes->by_key, found.key);
    if (!cause) {
        cause = arena_alloc(check->arena, sizeof *cause);
        if (!cause || !map_put(&causes->by_key, found.key, cause))
            return false;
        *cause = found;
        cause->first = n;
    } else if (nearness(check, finding) > nearness(check, &check->findings[cause->first]))
        cause->first = n;
    cause->count++;
    return true;
}

// ---- folding ----

static void say_package(struct check *check, struct site_finding *finding, const char *package)
{
    bool locked = is_in_site(check, SLICE("package-lock.json"));
    struct slice command =
        locked ? SLICE("npm ci") : arena_printf(check->arena, "npm install %s", package);
    finding->hint = arena_printf(
        check->arena, "it comes with the npm package %s, which is not installed: run `%.*s`",
        package, SLICE_ARG(command));
}

static void add_place(struct check *check, struct site_finding *first,
                      const struct site_finding *other)
{
    for (size_t i = 0; i < first->also_count; i++)
        if (slice_equal(first->also[i], other->file))
            return;
    if (first->also_count == PLACES_MAX || slice_equal(first->file, other->file) ||
        !other->file.len)
        return;
    if (!first->also)
        first->also = arena_zalloc(check->arena, PLACES_MAX, sizeof *first->also);
    if (first->also)
        first->also[first->also_count++] = other->file;
}

static void fold_cause(struct check *check, const struct cause *cause, size_t n)
{
    struct site_finding *first = &check->findings[cause->first];
    const struct site_finding *other = &check->findings[n];
    first->folded++;
    if (other->severity > first->severity)
        first->severity = other->severity;
    add_place(check, first, other);
}

void check_fold_causes(struct check *check)
{
    struct causes causes = {check, map_create(check->arena)};
    size_t kept = 0;
    for (size_t i = 0; i < check->count; i++)
        if (!note_cause(&causes, i))
            return;
    bool *folded = arena_zalloc(check->arena, check->count + 1, sizeof *folded);
    for (size_t i = 0; folded && i < check->count; i++) {
        struct slice key = cause_of(check, &check->findings[i]).key;
        const struct cause *cause = key.len ? map_get(&causes.by_key, key) : NULL;
        folded[i] = cause && cause->first != i;
        if (folded[i])
            fold_cause(check, cause, i);
    }
    for (size_t i = 0; folded && i < causes.by_key.count; i++) {
        const struct cause *cause = causes.by_key.entries[i].value;
        if (cause->package)
            say_package(check, &check->findings[cause->first], cause->package);
    }
    for (size_t i = 0; folded && i < check->count; i++)
        if (!folded[i])
            check->findings[kept++] = check->findings[i];
    check->count = folded ? kept : check->count;
}
