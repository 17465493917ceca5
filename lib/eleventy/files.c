// SPDX-License-Identifier: MIT
//
// The files of an Eleventy project that guidanced does not read: JavaScript data, and pages in
// other template languages.
#include "eleventy.h"

#include "tree/tree.h"

struct walk {
    struct project *project;
    struct slice input, output, includes;
};

static bool is_file_below(struct slice path, struct slice directory)
{
    return slice_starts_with(path, directory) && path.len > directory.len &&
           path.ptr[directory.len] == '/';
}

static bool ends_with_one_of(struct slice path, const char *const *ends)
{
    for (; *ends; ends++)
        if (slice_ends_with(path, slice_from_cstr(*ends)))
            return true;
    return false;
}

static struct slice project_file_stem(struct slice path)
{
    return slice_sub(path, 0, path.len - path_extension(path).len);
}

// Global data, data of a directory or of a page.
static bool is_data(const struct walk *walk, struct slice path)
{
    static const char *const SCRIPTS[] = {".js", ".cjs", ".mjs", ".ts", NULL};
    struct slice data = path_normalise(
        walk->project->arena, path_join(walk->project->arena, walk->input, walk->project->data));
    struct slice name = project_file_stem(path), directory = path_directory(path);
    if (!ends_with_one_of(path, SCRIPTS))
        return false;
    return is_file_below(path, data) || slice_ends_with(name, SLICE(".11tydata")) ||
           (directory.len && slice_equal(path_base(name), path_base(directory)) &&
            is_file_below(path, walk->input));
}

static void note_data(struct project *project, struct slice path)
{
    project_note_file(
        project, path, SLICE("data in JavaScript"),
        arena_printf(project->arena,
                     "node -e 'import(\"./%.*s\").then(async ({default: d}) => "
                     "console.log(JSON.stringify(typeof d == \"function\" ? await d() : d, null, "
                     "2)))' > %.*s.json",
                     SLICE_ARG(path), SLICE_ARG(project_file_stem(path))));
}

static bool look_at_file(void *state, struct slice relative, const struct file_info *info)
{
    static const char *const OTHERS[] = {
        ".11ty.js", ".11ty.cjs", ".11ty.mjs", ".11ty.ts", ".liquid", ".hbs", ".mustache",
        ".ejs",     ".haml",     ".pug",      ".webc",    ".mdx",    NULL};
    struct walk *walk = state;
    struct project *project = walk->project;
    struct slice path = arena_copy(project->arena, relative);
    (void)info;
    if (is_file_below(path, walk->output))
        return true;
    if (ends_with_one_of(path, OTHERS))
        project_note_file(project, path,
                          is_file_below(path, walk->includes)
                              ? SLICE("a layout or include in another language")
                              : SLICE("a page in another language"),
                          SLICE("write it as Markdown or Nunjucks"));
    else if (is_data(walk, path))
        note_data(project, path);
    return true;
}

static struct slice clean(struct project *project, struct slice directory, struct slice name)
{
    struct slice path = path_normalise(project->arena, path_join(project->arena, directory, name));
    return slice_equal(path, SLICE(".")) ? SLICE_EMPTY : path;
}

static void list_files(struct project *project, struct walk *walk)
{
    struct tree *tree = tree_open_directory(project->directory, &project->unread);
    if (tree)
        tree_list(tree, SLICE(""), look_at_file, walk, &project->unread);
    tree_close(tree);
}

void project_read_files(struct project *project)
{
    struct walk walk = {.project = project};
    walk.input = clean(project, SLICE(""), project->input);
    walk.output = clean(project, SLICE(""), project->output);
    walk.includes = clean(project, walk.input, project->includes);
    list_files(project, &walk);
}
