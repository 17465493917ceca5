// SPDX-License-Identifier: MIT
//
// Templates: where includes and layouts are found, and layouts' front matter.
#include "language.h"
#include "scripts.h"

enum { TEMPLATE_MAX_BYTES = 4 << 20 };

// Directories in which templates are looked for, in order; ended by an empty slice.
static struct slice search_path(const struct site *site, struct arena *arena, size_t n)
{
    const struct settings *s = site->settings;
    struct value further = s->template_paths;
    if (n == 0)
        return s->layouts.full.len ? s->layouts.full : s->includes.full;
    if (n == 1)
        return s->includes.full;
    if (n - 2 < value_length(NULL, further))
        return path_join(arena, settings_directory(s),
                         value_text(value_item(NULL, further, (uint32_t)(n - 2))));
    return n - 2 == value_length(NULL, further) ? settings_directory(s) : SLICE_EMPTY;
}

// The path below the site directory, as errors show it.
static struct slice template_path_shown(const struct site *site, struct slice path)
{
    struct slice root = settings_directory(site->settings);
    return slice_starts_with(path, root) && path.len > root.len && path.ptr[root.len] == '/'
               ? slice_sub(path, root.len + 1, path.len)
               : path;
}

// A file that the system fails to look at counts as one: reading it says why. Otherwise the
// page would be broken for lack of a template, until the next load.
static bool may_be_file(const struct site *site, struct slice path)
{
    unsigned failures = tree_failures(site->tree, NULL);
    return tree_has_file(site->tree, path) || tree_failures(site->tree, NULL) != failures;
}

// A name that begins with a slash is a path, which must be in a directory of the search path:
// templates cannot read files outside the site. `..` does not climb above that directory.
static bool find_file(const struct site *site, struct arena *arena, struct slice name,
                      struct slice *path)
{
    struct slice clean = path_normalise(arena, name);
    bool absolute = clean.len && clean.ptr[0] == '/';
    for (size_t i = 0;; i++) {
        struct slice directory = search_path(site, arena, i);
        if (!directory.len)
            return false;
        *path = path_join(arena, directory, clean);
        if (absolute && !path_below(arena, directory, clean).len)
            continue;
        if (path->ptr && may_be_file(site, *path))
            return true;
    }
}

bool templates_find(const struct site *site, struct arena *arena, struct slice name,
                    struct slice *path)
{
    return name.len && find_file(site, arena, name, path);
}

// The path that a relative name leads to from its file; if the search finds that file under a
// shorter name, that name, so that each template exists once however it is named.
static struct slice resolve_template(void *state, struct arena *arena, struct slice parent,
                                     struct slice file, struct slice name)
{
    const struct site *site = state;
    struct slice from = path_join(arena, settings_directory(site->settings), file), found;
    struct slice path = path_normalise(arena, path_join(arena, path_directory(from), name));
    (void)parent;
    for (size_t i = 0;; i++) {
        struct slice directory = search_path(site, arena, i);
        struct slice below = path_below(arena, directory, path);
        if (below.len && find_file(site, arena, below, &found) &&
            slice_equal(path_normalise(arena, found), path))
            return below;
        // A missing one is reported relative to the site directory, like all files.
        if (!directory.len)
            return find_file(site, arena, template_path_shown(site, path), &found)
                       ? path
                       : template_path_shown(site, path);
    }
}

// A site whose templates show sources of pages is always loaded whole.
static void note_text(struct site *site, struct slice text)
{
    if (text_shows_sources(text))
        atomic_store(&site->shows_sources, true);
}

static bool load_template(void *state, struct arena *arena, struct slice name, struct slice *source,
                          struct slice *file, struct error *error)
{
    struct site *site = state;
    struct slice path;
    const struct slice *inlined = map_get(&site->inline_templates, name);
    if (inlined) {
        *source = *inlined;
        *file = name;
        note_text(site, *inlined);
        return true;
    }
    if (!name.len)
        return false;
    if (!find_file(site, arena, name, &path)) {
        looks_note(site->looks, LOOK_TEMPLATE, name, SLICE_EMPTY, SLICE_EMPTY);
        return false;
    }
    if (!tree_read_text(site->tree, arena, path, template_path_shown(site, path),
                        TEMPLATE_MAX_BYTES, source, NULL, error))
        return false;
    looks_note(site->looks, LOOK_TEMPLATE, name, path, *source);
    *file = template_path_shown(site, path);
    note_text(site, *source);
    if (map_find(&site->sources, *file))
        atomic_store(&site->shows_sources, true); // a page included as a template
    // A layout's front matter is not part of the template.
    struct slice yaml;
    size_t length = front_matter_length(*source, &yaml);
    *source = slice_sub(*source, length, source->len);
    return true;
}

static bool suggest(void *state, struct slice name, char *out, size_t size)
{
    enum { PATHS_MAX = 16 };
    struct arena *arena = arena_create(0, 0);
    struct slice paths[PATHS_MAX];
    size_t count = 0;
    while (arena && count < PATHS_MAX && (paths[count] = search_path(state, arena, count)).len)
        count++;
    bool any = nearest_file(paths, count, name, out, size);
    arena_destroy(arena);
    return any;
}

static bool read_beside(void *state, struct arena *arena, struct slice file, size_t max,
                        struct slice *text, struct error *error)
{
    const struct site *site = state;
    bool ok = tree_read(site->tree, arena, file, max, text, NULL, error);
    looks_note(site->looks, LOOK_FILE, file, file, ok ? *text : SLICE_EMPTY);
    return ok;
}

// ---- the set ----

static bool is_template_text(struct slice text)
{
    return slice_find(text, SLICE("{%"), 0) != SIZE_MAX;
}

// Macros written in guidance.yaml itself are a template with a name that no file has.
static struct slice inline_template(struct site *site, const char *setting, uint32_t n,
                                    struct slice text)
{
    struct slice *source = arena_alloc(site->arena, sizeof *source);
    struct slice name = arena_printf(site->arena, "guidance.yaml (%s, entry %u)", setting, n + 1);
    if (!source || !name.ptr)
        return SLICE_EMPTY;
    *source = text;
    return map_put(&site->inline_templates, name, source) ? name : SLICE_EMPTY;
}

// An entry is the name of a template, or macros themselves.
static bool add_macros(struct site *site, struct value list, const char *setting, char kind,
                       struct error *error)
{
    for (uint32_t i = 0; i < value_length(NULL, list); i++) {
        struct slice name = value_text(value_item(NULL, list, i));
        if (is_template_text(name))
            name = inline_template(site, setting, i, name);
        if (!name.ptr)
            return error_memory(error);
        if (!template_set_add_macros(site->templates, name, kind, error))
            return false;
    }
    return true;
}

static void destroy_set(void *set)
{
    template_set_destroy(set);
}

// "{% from "x" import y %}" for each entry of `imports`; an entry with tags is used unchanged.
static bool make_prelude(struct site *site, struct error *error)
{
    struct value list = site->settings->imports;
    struct buffer text = buffer_create(site->arena, 0);
    for (uint32_t i = 0; i < value_length(NULL, list); i++) {
        struct slice entry = value_text(value_item(NULL, list, i));
        bool tagged = is_template_text(entry);
        buffer_append_cstr(&text, tagged ? "" : "{% ");
        buffer_append(&text, entry);
        buffer_append_cstr(&text, tagged ? "" : " %}");
    }
    site->prelude = buffer_slice(&text);
    return !text.failed || error_memory(error);
}

static bool add_globals(struct site *site)
{
    struct arena *arena = template_set_arena(site->templates);
    struct value globals = value_clone(NULL, arena, site->settings->nunjucks_globals);
    for (uint32_t i = 0; value_is(globals, VALUE_OBJECT) && i < globals.object->count; i++) {
        const struct value_member member = value_member_at(globals.object, i);
        value_freeze(member.value);
        if (!template_set_add_global(site->templates, member.key, member.value))
            return false;
    }
    return true;
}

bool templates_create(struct site *site, struct error *error)
{
    const struct settings *s = site->settings;
    site->inline_templates = map_create(site->arena);
    site->looks = looks_create(site->arena);
    if (!site->looks)
        return error_memory(error);
    struct template_options options = {
        .no_autoescape = !s->autoescape,
        .trim_blocks = s->trim_blocks,
        .lstrip_blocks = s->lstrip_blocks,
        .throw_on_undefined = s->throw_on_undefined,
        .loader = load_template,
        .resolver = resolve_template,
        .loader_state = site,
        .suggest = suggest,
        .reader = read_beside,
        .limits =
            {
                .instructions = s->limits.render_instructions,
                .recursion = s->limits.render_depth,
                .output_bytes = s->limits.render_bytes,
                .milliseconds = s->limits.render_ms,
            },
    };
    site->templates = template_set_create(&options, error);
    if (!site->templates || !arena_on_free(site->arena, destroy_set, site->templates))
        return error_memory(error);
    return filters_add(site) && (add_globals(site) || error_memory(error)) &&
           scripts_add(site, error) && add_macros(site, s->filters, "filters", 'f', error) &&
           add_macros(site, s->shortcodes, "shortcodes", 's', error) &&
           add_macros(site, s->paired_shortcodes, "paired_shortcodes", 'p', error) &&
           make_prelude(site, error);
}

// ---- layouts ----

static const char *const EXTENSIONS[] = {"",        ".njk",      ".html", ".md",
                                         ".liquid", ".11ty.js",  ".webc", ".hbs",
                                         ".ejs",    ".mustache", ".pug"};
enum { OWN_EXTENSIONS = 4 };

// Sets the layout's language: ours, or one of the host's.
static void choose_engine(const struct site *site, struct layout *layout)
{
    struct slice engine = SLICE("njk");
    if (!site->scripts)
        return;
    if (!scripts_have_extension(site, layout->file, &engine) &&
        slice_ends_with(layout->file, SLICE(".html")))
        engine = site->scripts->html_engine;
    else if (slice_ends_with(layout->file, SLICE(".md")))
        engine = site->scripts->markdown_engine;
    if (!slice_equal(engine, SLICE("njk")))
        layout->engine = engine.len ? engine : SLICE("html");
}

static void compile_layout(struct site *site, struct layout *layout, struct slice text, size_t body)
{
    unsigned line, column;
    error_locate(text, body, &line, &column);
    layout->text = slice_sub(text, body, text.len);
    layout->hash = slice_hash(text);
    choose_engine(site, layout);
    struct language_text whole = {
        .engine = layout->engine,
        .name = layout->name,
        .file = layout->file,
        .text = layout->text,
        .line = line,
    };
    language_compile(site, &whole, &layout->error);
    layout->engine = whole.engine;
    layout->template = whole.template;
}

// The text of a virtual layout from the configuration. ptr NULL: there is none of that name.
static struct slice virtual_layout(struct site *site, struct slice name, struct slice *path,
                                   struct value *data)
{
    struct value list = scripts_say(site, "virtualTemplates");
    const struct settings *s = site->settings;
    const struct slice directories[] = {s->layouts.text, s->includes.text};
    for (uint32_t i = 0; i < value_length(NULL, list); i++) {
        struct value row = value_item(NULL, list, i), own = value_get(NULL, row, SLICE("path"));
        struct value text = value_get(NULL, row, SLICE("content"));
        for (size_t k = 0; k < 2 && value_is(text, VALUE_STRING); k++) {
            *path = path_normalise(site->arena, path_join(site->arena, directories[k], name));
            if (!directories[k].len ||
                !slice_equal(*path, path_normalise(site->arena, path_join(site->arena, site->input,
                                                                          value_text(own)))))
                continue;
            *data = value_get(NULL, row, SLICE("data"));
            return value_text(text);
        }
    }
    return SLICE_EMPTY;
}

static bool read_layout(struct site *site, struct layout *layout, struct slice path,
                        struct error *error)
{
    struct slice virtual;
    struct value data = value_undefined();
    struct slice text = virtual_layout(site, layout->name, &virtual, &data);
    layout->file = template_path_shown(site, path);
    if (!text.ptr && !tree_read_text(site->tree, site->arena, path, layout->file,
                                     TEMPLATE_MAX_BYTES, &text, NULL, error))
        return false;
    // Read as a page's: it may be JSON or JavaScript.
    struct source front = {.site = site, .path = layout->file, .text = text};
    bool read =
        front_matter_read(site, &front, error) && front_matter_check_unread(site, &front, error);
    layout->front_matter = front.front_matter;
    compile_layout(site, layout, text, front.front_length);
    if (!read)
        return false;
    cascade_list_tags(site, data);
    return !value_is(data, VALUE_OBJECT) ||
           value_merge_into(site->arena, layout->front_matter, data) || error_memory(error);
}

static bool resolve_name(struct site *site, struct slice name, struct slice *full,
                         struct slice *path)
{
    size_t count = site->scripts ? sizeof EXTENSIONS / sizeof *EXTENSIONS : OWN_EXTENSIONS;
    for (size_t i = 0; i < count; i++) {
        *full = arena_printf(site->arena, "%.*s%s", SLICE_ARG(name), EXTENSIONS[i]);
        struct value ignored;
        if (find_file(site, site->arena, *full, path) ||
            virtual_layout(site, *full, path, &ignored).ptr)
            return true;
    }
    return false;
}

struct nearest {
    struct slice name;
    struct slice best;
    struct arena *arena;
    size_t distance;
};

static bool compare_name(void *state, struct slice relative, const struct file_info *info)
{
    struct nearest *nearest = state;
    size_t distance = slice_distance(relative, nearest->name, nearest->distance);
    (void)info;
    if (distance < nearest->distance) {
        nearest->distance = distance;
        nearest->best = arena_copy(nearest->arena, relative);
    }
    return true;
}

static void hint_nearest(struct site *site, struct slice name, struct error *error)
{
    struct nearest nearest = {name, SLICE_EMPTY, site->arena, name.len / 2 + 1};
    struct slice directory = search_path(site, site->arena, 0);
    tree_list(site->tree, directory, compare_name, &nearest, NULL);
    if (nearest.best.len)
        error_hint(error, "did you mean `%.*s`?", SLICE_ARG(nearest.best));
    else
        error_hint(error, "layouts are looked for in %.*s",
                   SLICE_ARG(template_path_shown(site, directory)));
}

static struct layout *layout_at_depth(struct site *site, struct slice name, unsigned depth,
                                      struct error *error)
{
    struct layout *layout = map_get(&site->layouts, name);
    struct slice full, path;
    if (layout)
        return layout;
    struct value aliases = scripts_say(site, "layoutAliases");
    struct value alias =
        value_is(aliases, VALUE_OBJECT) ? value_get(NULL, aliases, name) : value_undefined();
    struct slice given = name;
    if (value_is(alias, VALUE_STRING))
        name = value_text(alias);
    if (depth == LAYOUTS_MAX) {
        error_set(error, ERROR_LIMIT, "layouts are nested more than %d deep", LAYOUTS_MAX);
        error_hint(error, "a layout may not be its own parent");
        return NULL;
    }
    if (!resolve_name(site, name, &full, &path)) {
        error_set(error, ERROR_NOT_FOUND, "there is no layout %.*s", SLICE_ARG(name));
        hint_nearest(site, name, error);
        return NULL;
    }
    layout = arena_zalloc(site->arena, 1, sizeof *layout);
    if (!layout) {
        error_memory(error);
        return NULL;
    }
    layout->name = full;
    if (!read_layout(site, layout, path, error))
        return NULL;
    struct value parent = value_get(NULL, layout->front_matter, SLICE("layout"));
    if (value_is(parent, VALUE_STRING)) {
        layout->parent = layout_at_depth(site, value_text(parent), depth + 1, error);
        if (!layout->parent) {
            error_at(error, layout->file, 2, 1);
            return NULL;
        }
    }
    if (map_put(&site->layouts, arena_copy(site->arena, given), layout))
        return layout;
    error_memory(error);
    return NULL;
}

struct layout *templates_layout(struct site *site, struct slice name, struct error *error)
{
    return layout_at_depth(site, name, 0, error);
}

// An unknown one breaks the page at its key.
bool templates_layout_of(struct site *site, struct source *source, struct layout **layout,
                         struct error *error)
{
    *layout = NULL;
    if (!scripts_use_layouts(site, source->path))
        return true;
    struct value name = value_get(NULL, source->front_matter, SLICE("layout"));
    if (value_is(name, VALUE_UNDEFINED))
        name = value_get(NULL, source->directory_data, SLICE("layout"));
    if (value_is(name, VALUE_UNDEFINED))
        name = value_get(NULL, site->global_data, SLICE("layout"));
    struct slice text;
    if (value_is(name, VALUE_STRING) ? !value_text(name).len : !value_truthy(name))
        return true;
    if (!value_is(name, VALUE_STRING)) {
        error_set(error, ERROR_CONFIG, "`layout` is not the name of a layout");
        error_hint(error, "write it as layout: layouts/page.njk, or false for none");
        source_blame(source, SLICE("layout"), BLAME_VALUE, error);
        return false;
    }
    if (!settings_expand_environment(site->arena, value_text(name), &text, error))
        return false;
    *layout = templates_layout(site, text, error);
    if (*layout)
        return true;
    source_blame(source, SLICE("layout"), BLAME_VALUE, error);
    return false;
}
