// SPDX-License-Identifier: MIT
//
// An Eleventy project read as text. Its configuration is a program, and is not run; what it says in
// plain values is carried over, and the rest is listed with what to do instead.
#include "eleventy.h"

enum { CONFIG_MAX_BYTES = 4 << 20 };

// ---- package.json ----

static bool read_project_file(struct project *project, const char *name, struct slice *text)
{
    struct slice path;
    return project_has(project, name, &path) &&
           file_read(project->arena, path.ptr, CONFIG_MAX_BYTES, text, &project->unread);
}

// "^3.1.0" → 3.
static unsigned major_of(struct slice version)
{
    size_t at = 0;
    while (at < version.len && (version.ptr[at] < '0' || version.ptr[at] > '9'))
        at++;
    double number = value_parse_int(slice_sub(version, at, version.len), 10);
    return number >= 0 && number < 100 ? (unsigned)number : 0;
}

static void read_package(struct project *project)
{
    struct slice text;
    struct error ignored = {0};
    if (!read_project_file(project, "package.json", &text))
        return;
    struct value package =
        value_from_json(project->arena, SLICE("package.json"), text, &VALUE_DATA_LIMITS, &ignored);
    if (!value_is(package, VALUE_OBJECT))
        return;
    struct value name = value_get(NULL, package, SLICE("name"));
    project->name = value_is(name, VALUE_STRING) ? value_text(name) : SLICE_EMPTY;
    struct value own = value_get(NULL, package, SLICE("dependencies"));
    struct value dev = value_get(NULL, package, SLICE("devDependencies"));
    if (value_is(own, VALUE_OBJECT))
        project->packages = value_merge(project->arena, project->packages, own);
    if (value_is(dev, VALUE_OBJECT))
        project->packages = value_merge(project->arena, project->packages, dev);
    struct value eleventy = value_get(NULL, project->packages, SLICE("@11ty/eleventy"));
    if (value_is(eleventy, VALUE_STRING))
        project->version = major_of(value_text(eleventy));
    project_read_command(project, value_get(NULL, package, SLICE("scripts")));
}

// ---- the configuration ----

static bool find_config(struct project *project, struct slice *text)
{
    // In the order in which Eleventy looks for them.
    static const char *const NAMES[] = {".eleventy.js", "eleventy.config.js", "eleventy.config.mjs",
                                        "eleventy.config.cjs"};
    char *name = project->config.len ? arena_cstr(project->arena, project->config) : NULL;
    if (name && read_project_file(project, name, text))
        return true;
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        project->config = slice_from_cstr(NAMES[i]);
        if (read_project_file(project, NAMES[i], text))
            return true;
    }
    project->config = SLICE_EMPTY;
    return false;
}

bool project_read(struct project *project, struct arena *arena, const char *directory,
                  struct error *error)
{
    *project = (struct project){.arena = arena,
                                .directory = directory,
                                .packages = value_object(arena),
                                .input = SLICE("."),
                                .includes = SLICE("_includes"),
                                .data = SLICE("_data"),
                                .output = SLICE("_site")};
    struct slice text = SLICE_EMPTY;
    read_package(project);
    if (!find_config(project, &text) && !project->version)
        return error_set(error, ERROR_NOT_FOUND,
                         "%s is not an Eleventy project: it has neither a configuration nor "
                         "@11ty/eleventy in its package.json",
                         directory);
    struct slice installed;
    project->installed =
        project->config.len &&
        project_has(project, "node_modules/@11ty/eleventy/package.json", &installed);
    if (!js_read(&project->script, arena, text))
        return error_memory(error);
    project_read_config(project);
    project_read_markdown(project);
    project_read_files(project);
    if (error_is_set(&project->unread))
        *error = project->unread;
    else if (arena_failed(arena))
        error_memory(error);
    return !error_is_set(error);
}
