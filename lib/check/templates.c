// SPDX-License-Identifier: MIT
//
// Templates and their references: missing ones in branches not taken today, and ones that nothing
// refers to. Data files likewise.
#include "findings.h"

// ---- what is missing ----

static void report_missing(struct check *check, const struct template *template,
                           const struct template_reference *reference, struct error *error)
{
    if (error->code != ERROR_NOT_FOUND)
        return; // it fails by itself, and is reported there
    error_at(error, template_file(template), reference->line, reference->column);
    check_add_missing(check, error, NULL);
}

struct walk {
    struct check *check;
    struct map seen; // files
};

// Marks a used template, and everything it refers to.
static void visit_template(struct walk *walk, const struct template *template, unsigned depth)
{
    struct check *check = walk->check;
    struct slice file = template_file(template);
    size_t count;
    bool computed;
    if (depth > 64 || map_find(&walk->seen, file))
        return;
    map_put(&walk->seen, file, walk);
    if (!map_find(&check->templates, file))
        map_put(&check->templates, file, (void *)(uintptr_t) template);
    const struct template_reference *rows = template_references(template, &count, &computed);
    for (size_t i = 0; i < count; i++) {
        struct error error = {0};
        const struct template *other = template_get(check->site->templates, rows[i].name, &error);
        if (other)
            visit_template(walk, other, depth + 1);
        else if (!rows[i].ignore_missing)
            report_missing(check, template, &rows[i], &error);
    }
}

// Templates that the server itself renders.
static void visit_named(struct walk *walk, struct slice name)
{
    struct error ignored = {0};
    const struct template *template = template_get(walk->check->site->templates, name, &ignored);
    if (template)
        visit_template(walk, template, 0);
}

static void visit_listed(struct walk *walk, struct value list)
{
    for (uint32_t i = 0; i < value_length(NULL, list); i++)
        visit_named(walk, value_text(value_item(NULL, list, i)));
}

static void visit_layout(struct walk *walk, const struct layout *layout)
{
    for (; layout; layout = layout->parent) {
        if (layout->template)
            visit_template(walk, layout->template, 0);
        if (!map_find(&walk->check->templates, layout->file))
            map_put(&walk->check->templates, layout->file, walk);
    }
}

void check_templates(struct check *check)
{
    struct walk walk = {check, map_create(check->arena)};
    for (size_t i = 0; i < check->site->sources.count; i++) {
        const struct source *source = check->site->sources.entries[i].value;
        if (source->template)
            visit_template(&walk, source->template, 0);
        visit_layout(&walk, source->layout);
    }
    for (size_t i = 0; i < check->templates.count; i++) {
        const struct map_entry *entry = &check->templates.entries[i];
        if (entry->value && entry->value != (void *)&walk)
            visit_template(&walk, entry->value, 0);
    }
    visit_named(&walk, SLICE("layouts/search.njk"));
    visit_named(&walk, SLICE("layouts/error.njk"));
    visit_named(&walk, SLICE("layouts/404.njk"));
    visit_listed(&walk, check->site->settings->filters);
    visit_listed(&walk, check->site->settings->shortcodes);
    visit_listed(&walk, check->site->settings->paired_shortcodes);
}

// ---- unused templates ----

static bool is_import(const struct check *check, struct slice file)
{
    struct value list = check->site->settings->imports;
    struct slice base = path_base(file);
    for (uint32_t i = 0; i < value_length(NULL, list); i++)
        if (slice_find(value_text(value_item(NULL, list, i)), base, 0) != SIZE_MAX)
            return true;
    return false;
}

// Components are a library: it is fine if no page calls one today.
static bool is_library(struct slice file)
{
    return slice_find(file, SLICE("components/"), 0) != SIZE_MAX ||
           slice_equal_ignore_case(path_extension(file), SLICE(".md"));
}

static void report_unused(struct check *check, const char *rule, const struct shared *shared,
                          const char *what)
{
    struct site_finding *finding = check_add(check, rule, "%s", what);
    check_place_line(finding, shared->file, shared->text, 1, 1);
}

static void check_template(struct check *check, const struct shared *shared)
{
    if (map_find(&check->templates, shared->file) || is_library(shared->file) ||
        is_import(check, shared->file) || slice_starts_with(shared->file, SLICE("node_modules/")))
        return;
    report_unused(check, "unused-include", shared, "no page and no template uses this template");
}

// ---- data files ----

static struct slice template_stem(struct slice path)
{
    path = slice_sub(path, 0, path.len - path_extension(path).len);
    return slice_ends_with(path, SLICE(".11tydata")) ? slice_sub(path, 0, path.len - 9) : path;
}

// Names that the program reads itself.
static bool is_known_name(struct slice name)
{
    static const char *const NAMES[] = {"site",
                                        "eleventyComputed",
                                        "layout",
                                        "permalink",
                                        "tags",
                                        "lang",
                                        "pkg",
                                        "eleventy",
                                        "text",
                                        "draft",
                                        "eleventyNavigation"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (slice_equal(name, slice_from_cstr(NAMES[i])))
            return true;
    return false;
}

static bool is_setting(const struct check *check, struct slice file)
{
    struct slice synonyms = check->site->settings->search.synonyms.text;
    return synonyms.len && slice_ends_with(file, synonyms);
}

// Pagination and computed data name data in front matter.
static bool front_matter_names(const struct check *check, struct slice name)
{
    for (size_t i = 0; i < check->site->sources.count; i++) {
        const struct source *source = check->site->sources.entries[i].value;
        struct slice head = slice_sub(source->text, 0, source->front_length);
        if (slice_find(head, name, 0) != SIZE_MAX)
            return true;
    }
    return false;
}

static bool is_used_globally(struct check *check, struct slice relative)
{
    struct slice name = template_stem(slice_sub(relative, 0, slice_find_byte(relative, '/', 0)));
    if (slice_find_byte(relative, '/', 0) == SIZE_MAX)
        name = template_stem(relative);
    return is_known_name(name) || shared_names(check, name) || front_matter_names(check, name);
}

// Whether a data file next to pages belongs to a page or a directory of pages.
static bool is_used_locally(const struct check *check, struct slice file)
{
    struct slice own = template_stem(file), directory = path_directory(file);
    bool of_directory = slice_equal(path_base(own), path_base(directory));
    for (size_t i = 0; i < check->site->sources.count; i++) {
        struct slice path = check->site->sources.entries[i].key;
        if (slice_equal(template_stem(path), own))
            return true;
        if (of_directory && slice_starts_with(path, directory) && path.len > directory.len &&
            path.ptr[directory.len] == '/')
            return true;
    }
    return false;
}

static void check_data(struct check *check, const struct shared *shared)
{
    struct slice directory =
        path_join(check->scratch, check->site->input, check->site->settings->data);
    bool global = slice_starts_with(shared->file, directory) && shared->file.len > directory.len &&
                  shared->file.ptr[directory.len] == '/';
    // If pages are in the site directory itself, any other files may be there too.
    bool root = !global && slice_find_byte(shared->file, '/', 0) == SIZE_MAX;
    if (root || is_setting(check, shared->file) ||
        slice_equal(shared->file, settings_file_shown(check->site->settings)))
        return;
    struct slice relative = slice_sub(shared->file, directory.len + 1, SIZE_MAX);
    if (global ? !is_used_globally(check, relative) : !is_used_locally(check, shared->file))
        report_unused(check, "unused-data", shared,
                      global ? "no page and no template names this data"
                             : "no page uses this data file");
}

void check_unused(struct check *check)
{
    for (size_t i = 0; i < check->shared_count; i++) {
        if (check->shared[i].template)
            check_template(check, &check->shared[i]);
        else
            check_data(check, &check->shared[i]);
    }
}
