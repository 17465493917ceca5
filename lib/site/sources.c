// SPDX-License-Identifier: MIT
//
// The sources of pages: their files, their texts, and what the cache has of them. A file with the
// identity in the cache is not read; its text comes from the cache. If the identity differs –
// touched, copied, in a different image with the same times – the bytes decide. With an empty cache
// all files must be read and parsed: other threads do so ahead of the loader.
#include "scripts.h"

#include "base/clock.h"
#include "base/pipeline.h"
#include "base/utf8.h"

#include <stdlib.h>

struct syntax_row {
    const char *extension;
    unsigned syntax;
};
static const struct syntax_row SYNTAXES[] = {
    {".md", SYNTAX_MARKDOWN | SYNTAX_NUNJUCKS},
    {".markdown", SYNTAX_MARKDOWN | SYNTAX_NUNJUCKS},
    {".njk", SYNTAX_NUNJUCKS},
    {".html", SYNTAX_NUNJUCKS},
    // Files that Eleventy or its plugins render, and we only with the site's own configuration.
    {".11ty.js", 0},
    {".11ty.cjs", 0},
    {".11ty.mjs", 0},
    {".liquid", 0},
    {".webc", 0},
    {".hbs", 0},
    {".mustache", 0},
    {".ejs", 0},
    {".haml", 0},
    {".pug", 0},
};

static const struct syntax_row *syntax_of(struct slice path)
{
    for (size_t i = 0; i < sizeof SYNTAXES / sizeof *SYNTAXES; i++)
        if (slice_ends_with(path, slice_from_cstr(SYNTAXES[i].extension)))
            return &SYNTAXES[i];
    return NULL;
}

struct walk {
    struct site *site;
    struct store *store;
    struct arena *scratch; // for one source
    struct value_models *models;
    uint64_t key;           // hash of how sources are read now
    struct pipeline *ahead; // NULL: the loader reads the files
    struct error *error;
};

static bool is_source_below(struct slice path, struct slice directory)
{
    return directory.len && slice_starts_with(path, directory) &&
           (path.len == directory.len || path.ptr[directory.len] == '/');
}

static bool is_ignored(const struct site *site, struct slice path)
{
    struct slice data = path_join(site->arena, site->input, site->settings->data);
    return is_source_below(path, data) || is_source_below(path, site->settings->includes.text) ||
           is_source_below(path, site->settings->layouts.text) ||
           is_source_below(path, site->settings->output); // Eleventy's output
}

static void report_language(struct site *site, struct slice path, const struct syntax_row *row)
{
    struct error error = {0};
    bool program = slice_starts_with(slice_from_cstr(row->extension), SLICE(".11ty."));
    error_set(&error, ERROR_CONFIG, "%s",
              program ? "JavaScript templates are not run"
                      : "this template language is not rendered");
    error_hint(&error, "write the page as Markdown or Nunjucks, or name the Eleventy configuration "
                       "that renders it in eleventy_config");
    error_at(&error, path, 1, 1);
    problem_add(site, SITE_WARNING, "javascript-template", &error);
}

// Errors are large and sources many, so only broken ones allocate one.
static bool break_source(struct site *site, struct source *source, const struct error *error)
{
    static const struct error NO_MEMORY = {.code = ERROR_MEMORY, .message = "out of memory"};
    struct error *copy = arena_alloc(site->arena, sizeof *copy);
    if (copy)
        *copy = *error;
    source->error = copy ? copy : &NO_MEMORY;
    return copy != NULL;
}

static bool is_engine_of_ours(struct slice name)
{
    return slice_equal(name, SLICE("njk")) || slice_equal(name, SLICE("md")) ||
           slice_equal(name, SLICE("html"));
}

// Sets what renders the text before Markdown: our Nunjucks, nothing, or another language's engine
// in the host.
static void set_engine(struct source *source, struct slice name)
{
    source->syntax &= (unsigned)~SYNTAX_NUNJUCKS;
    source->engine = SLICE_EMPTY;
    if (name.len)
        source->syntax |= SYNTAX_NUNJUCKS;
    if (!is_engine_of_ours(name))
        source->engine = name;
}

// Applies the settings, and the configuration if there is one, for files of this kind.
static void configure_syntax(const struct site *site, struct source *source)
{
    struct slice engine;
    if (source->syntax & SYNTAX_MARKDOWN && !site->settings->markdown_templates)
        source->syntax &= (unsigned)~SYNTAX_NUNJUCKS;
    if (!site->scripts)
        return;
    if (scripts_have_extension(site, source->path, &engine))
        set_engine(source, engine);
    else if (source->syntax & SYNTAX_MARKDOWN)
        set_engine(source, site->scripts->markdown_engine);
    else if (slice_equal(source->extension, SLICE(".html")))
        set_engine(source, site->scripts->html_engine);
}

// templateEngineOverride: "njk,md", "md", "njk", or false for neither.
static void override_syntax(const struct site *site, struct source *source)
{
    struct value v = value_get(NULL, source->front_matter, SLICE("templateEngineOverride"));
    struct slice rest, name;
    if (value_is(v, VALUE_BOOLEAN) && !value_truthy(v)) {
        source->syntax = 0;
        source->engine = SLICE_EMPTY;
    }
    if (!value_is(v, VALUE_STRING))
        return;
    source->syntax = 0;
    source->engine = SLICE_EMPTY;
    rest = value_text(v);
    while (slice_split(&rest, ',', &name)) {
        name = slice_trim(name);
        if (slice_equal(name, SLICE("md")))
            source->syntax |= SYNTAX_MARKDOWN;
        else if (site->scripts && name.len)
            set_engine(source, name);
        else if (slice_equal(name, SLICE("njk")) || slice_equal(name, SLICE("liquid")))
            source->syntax |= SYNTAX_NUNJUCKS;
    }
    // Eleventy 1 runs templates before Markdown anyway.
    if (site->eleventy_version < 3 && source->syntax == SYNTAX_MARKDOWN)
        source->syntax |= SYNTAX_NUNJUCKS;
}

// Without a configuration that adds more. Simple Liquid texts are also Nunjucks.
static bool is_known_engine(struct slice name)
{
    static const struct slice NAMES[] = {{"md", 2}, {"njk", 3}, {"html", 4}, {"liquid", 6}};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (slice_equal(name, NAMES[i]))
            return true;
    return !name.len;
}

static bool check_engines(const struct site *site, const struct source *source, struct error *error)
{
    static const struct slice KEY = {"templateEngineOverride", 22};
    struct value v = value_get(NULL, source->front_matter, KEY);
    struct slice rest = value_is(v, VALUE_STRING) ? value_text(v) : SLICE_EMPTY, name;
    while (!site->scripts && slice_split(&rest, ',', &name)) {
        if (is_known_engine(slice_trim(name)))
            continue;
        error_set(error, ERROR_CONFIG, "the template language %.*s is unknown",
                  SLICE_ARG(slice_trim(name)));
        error_hint(error,
                   "write njk, md or njk,md; or name the Eleventy configuration that renders "
                   "it in eleventy_config");
        source_blame(source, KEY, BLAME_VALUE, error);
        return false;
    }
    return true;
}

// ---- a source in the cache ----

enum { SHOWS_SOURCES = 1, PLAIN = 2, READING_MAX = 64 << 10 };

// A parsed source; its packed front matter follows.
struct reading {
    uint64_t hash; // of what follows
    uint64_t front_hash;
    uint32_t front_length;
    uint32_t body_line;
    uint32_t flags;
    uint32_t syntax;
};

// Hash of what parsing a source depends on, besides its text and this program.
static uint64_t reading_key(const struct site *site)
{
    struct value_limits bounds = front_matter_limits(site);
    uint64_t parts[] = {bounds.bytes, bounds.depth, bounds.nodes, site->eleventy_version,
                        site->settings->markdown_templates};
    return slice_hash(slice_of((const char *)parts, sizeof parts));
}

struct slice source_pack(const struct source *source, struct arena *scratch)
{
    struct buffer out = buffer_create(scratch, READING_MAX);
    struct reading head = {
        .front_hash = source->front_hash,
        .front_length = source->front_length,
        .body_line = source->body_line,
        .flags = (source->plain ? PLAIN : 0u) | (source->shows_sources ? SHOWS_SOURCES : 0u),
        .syntax = source->syntax,
    };
    buffer_append(&out, slice_of((const char *)&head, sizeof head));
    if (source->error || source->remarked || value_is(source->permalink, VALUE_FUNCTION) ||
        !value_pack(&out, source->front_matter) || out.failed)
        return SLICE_EMPTY;
    struct slice packed = buffer_slice(&out);
    head.hash = slice_hash(slice_sub(packed, sizeof head, packed.len));
    memcpy((char *)(uintptr_t)packed.ptr, &head, sizeof head);
    return packed;
}

static bool unpack_reading(const struct walk *walk, struct source *source, struct slice packed)
{
    struct reading head;
    if (packed.len < sizeof head)
        return false;
    memcpy(&head, packed.ptr, sizeof head);
    struct slice rest = slice_sub(packed, sizeof head, packed.len);
    struct value front_matter;
    if (head.hash != slice_hash(rest))
        return false;
    if (!value_unpack(walk->site->arena, rest, walk->models, &front_matter))
        return false;
    source->front_matter = front_matter;
    source->front_hash = head.front_hash;
    source->front_length = head.front_length;
    source->body_line = head.body_line;
    // The engine depends on the path and the front matter, both of which are known.
    source->syntax = syntax_of(source->path) ? syntax_of(source->path)->syntax : 0;
    configure_syntax(walk->site, source);
    override_syntax(walk->site, source);
    source->syntax = head.syntax;
    source->plain = head.flags & PLAIN;
    source->shows_sources = head.flags & SHOWS_SOURCES;
    return true;
}

// The identity to cache for these bytes; 0 if the file could still change without a new one.
static uint64_t known_identity(const struct file_info *info)
{
    return file_is_fresh(info, clock_wall_ns()) ? 0 : info->identity;
}

bool source_store(struct store *store, struct source *source, struct slice reading,
                  struct error *error)
{
    struct store_page row = {.path = source->path,
                             .identity = known_identity(&source->info),
                             .hash = source->hash,
                             .key = reading_key(source->site),
                             .reading = reading};
    if (!store_put_text(store, source->text, &source->text_id, error))
        return false;
    row.text = source->text_id;
    return store_put_page(store, &row, error);
}

// ---- the last change of what all pages share ----

// Among the pages, data files and templates count; pictures do not.
static bool note_change(struct site *site, struct slice path, const struct file_info *info)
{
    static const char *const EXTENSIONS[] = {".json", ".yaml", ".yml", ".njk", ".html"};
    for (size_t i = 0; i < sizeof EXTENSIONS / sizeof *EXTENSIONS; i++)
        if (slice_ends_with(path, slice_from_cstr(EXTENSIONS[i])) &&
            info->mtime_ns > site->modified_ns)
            site->modified_ns = info->mtime_ns;
    return true;
}

static bool note_template(void *state, struct slice relative, const struct file_info *info)
{
    return note_change(state, relative, info);
}

void sources_note_shared(struct site *site)
{
    const struct settings *settings = site->settings;
    const struct slice directories[] = {settings->includes.full, settings->layouts.full};
    struct file_info info;
    struct error ignored = {0};
    for (size_t i = 0; i < sizeof directories / sizeof *directories; i++)
        if (directories[i].len)
            tree_list(site->tree, directories[i], note_template, site, &ignored);
    struct slice file = settings_file(settings);
    if (file.len && file_stat(file.ptr, &info, NULL) && info.mtime_ns > site->modified_ns)
        site->modified_ns = info.mtime_ns;
}

// ---- one source ----

static bool read_source_file(const struct site *site, struct arena *arena, struct source *source,
                             struct error *error)
{
    size_t max = site->settings->limits.page_bytes;
    if (!tree_read_text(site->tree, arena, source->path, source->path, max, &source->text,
                        &source->info, error)) {
        source->foreign = error->code == ERROR_SYNTAX;
        error_at(error, source->path, 1, 1);
        error_hint(error, "limits.page_bytes sets how long a page may be");
        return false;
    }
    source->hash = slice_hash(source->text);
    return true;
}

// If a template is a program, the whole file is code.
static bool is_program(const struct source *source)
{
    return slice_equal(source->engine, SLICE("11ty.js"));
}

// Data that a program or one of the site's own languages gives its page.
static bool add_program_data(struct site *site, struct source *source, struct error *error)
{
    struct value data;
    bool own =
        is_program(source) || (source->engine.len && scripts_have_own_language(site, source->path));
    if (!own)
        return true;
    if (is_program(source))
        source->front_matter = value_object(site->arena);
    if (!scripts_compile(site, source, &data, error))
        return false;
    if (!value_is(data, VALUE_OBJECT))
        return true;
    source->permalink = value_get(NULL, data, SLICE("permalink"));
    data = value_get(NULL, data, SLICE("data"));
    if (!value_is(data, VALUE_OBJECT))
        return true;
    cascade_list_tags(site, data);
    return value_merge_into(site->arena, source->front_matter, data) || error_memory(error);
}

bool source_parse(struct site *site, struct source *source)
{
    struct error own = {0};
    size_t remarks = site->problem_count;
    const struct syntax_row *row = syntax_of(source->path);
    source->syntax = row ? row->syntax : 0;
    configure_syntax(site, source);
    source->shows_sources = text_shows_sources(source->text);
    front_matter_check_encoding(site, source);
    bool whole = is_program(source) || (front_matter_read(site, source, &own) &&
                                        front_matter_check_unread(site, source, &own));
    if (whole)
        override_syntax(site, source);
    whole = whole && check_engines(site, source, &own) && add_program_data(site, source, &own);
    source->remarked = site->problem_count != remarks;
    source_set_plain(source);
    return whole || break_source(site, source, &own);
}

struct site *source_reader(const struct site *site, struct arena *arena)
{
    struct site *reader = arena_zalloc(arena, 1, sizeof *reader);
    if (!reader)
        return NULL;
    reader->shared = site->shared;
    reader->arena = arena;
    return reader;
}

// Whether the file has the row's bytes. If only its identity differs, the row is updated.
static bool is_same_text(const struct walk *walk, struct source *source, struct store_page *row)
{
    struct slice text;
    struct error ignored = {0};
    if (row->identity && row->identity == source->info.identity)
        return true;
    if (!tree_read(walk->site->tree, walk->scratch, source->path,
                   walk->site->settings->limits.page_bytes, &text, &source->info, &ignored) ||
        slice_hash(text) != row->hash)
        return false;
    row->identity = known_identity(&source->info);
    return !row->identity || store_put_page(walk->store, row, &ignored);
}

// Reuses the cache's row, if it matches the file. Reads the text only if needed.
static bool reuse(const struct walk *walk, struct source *source)
{
    struct site *site = walk->site;
    struct store_page row;
    struct error ignored = {0}; // an unreadable cache counts as none
    if (!walk->store || !store_get_page(walk->store, walk->scratch, source->path, &row, &ignored) ||
        row.key != walk->key || !is_same_text(walk, source, &row))
        return false;
    bool whole = unpack_reading(walk, source, row.reading);
    source->hash = row.hash;
    source->text_id = row.text;
    source->reused = true;
    if (whole && source->plain && site->texts)
        return true;
    source->reused = store_get_text(walk->store, row.text, walk->scratch, &source->text) &&
                     slice_hash(source->text) == row.hash;
    return source->reused && (whole || source_parse(site, source));
}

// The text stays in memory if templates point into it, or if there is no cache file.
static bool settle_text(const struct walk *walk, struct source *source)
{
    struct site *site = walk->site;
    if (source->text.ptr && site->texts && source->plain && !source->error)
        source->text = SLICE_EMPTY;
    else if (source->text.ptr && walk->store) {
        source->text = arena_copy(site->arena, source->text);
        if (!source->text.ptr)
            return error_memory(walk->error);
    }
    source_set_raw_input(source);
    return true;
}

// With a cache, the front matter is repacked as at the next start, which needs half the memory.
// `reading`: its packed form, if it has been parsed ahead.
static bool read_anew(const struct walk *walk, struct source *source, struct slice reading)
{
    struct site *site = walk->site;
    struct arena_mark mark = arena_mark(site->arena);
    if (!reading.len) {
        if (!source_parse(site, source))
            return error_memory(walk->error);
        if (!walk->store)
            return true;
        reading = source_pack(source, walk->scratch);
    }
    if (!source_store(walk->store, source, reading, walk->error))
        return false;
    if (!reading.len)
        return true;
    arena_rewind(site->arena, mark);
    source->places = (struct value_places){0}; // they were in the old memory; an error reads them
                                               // again
    return unpack_reading(walk, source, reading) || error_memory(walk->error);
}

// What a thread has read and parsed before the loader comes to the source.
struct ahead {
    struct source source; // without a text if the loader must read it, which reports why
    struct slice reading; // "" if the loader must parse it, which reports problems
};

static void *read_ahead(void *state, size_t number, struct arena *arena)
{
    const struct walk *walk = state;
    struct ahead *ahead = arena_zalloc(arena, 1, sizeof *ahead);
    struct site *reader = source_reader(walk->site, arena);
    struct error ignored = {0};
    if (!ahead || !reader)
        return NULL;
    ahead->source = *(const struct source *)walk->site->sources.entries[number].value;
    ahead->source.site = reader;
    if (!read_source_file(reader, arena, &ahead->source, &ignored))
        ahead->source.text = SLICE_EMPTY;
    else if (source_parse(reader, &ahead->source))
        ahead->reading = source_pack(&ahead->source, arena);
    return ahead;
}

// From `ahead` (NULL: nothing was read), the cache or the file. *reading: as read_anew takes it.
static bool find_text(const struct walk *walk, struct source *source, const struct ahead *ahead,
                      struct slice *reading, struct error *error)
{
    struct site *site = walk->site;
    if (!ahead || !ahead->source.text.ptr) {
        if (!walk->ahead && reuse(walk, source))
            return true;
        source->reused = false;
        return read_source_file(site, walk->store ? walk->scratch : site->arena, source, error);
    }
    source->text = ahead->source.text;
    source->info = ahead->source.info;
    source->hash = ahead->source.hash;
    *reading = ahead->reading;
    return true;
}

static bool read_source(const struct walk *walk, struct source *source, const struct ahead *ahead)
{
    struct site *site = walk->site;
    struct error own = {0};
    struct slice reading = SLICE_EMPTY;
    arena_reset(walk->scratch, SIZE_MAX);
    if (!find_text(walk, source, ahead, &reading, &own))
        return break_source(site, source, &own) || error_memory(walk->error);
    if (!source->reused && !read_anew(walk, source, reading))
        return false;
    site->counts.reused += source->reused;
    if (source->shows_sources)
        atomic_store(&site->shows_sources, true);
    return settle_text(walk, source);
}

// Only the loader asks the site's JavaScript.
static bool reads_ahead(const struct walk *walk)
{
    return walk->store && !walk->site->scripts && store_is_empty(walk->store);
}

static bool read_listed(struct walk *walk)
{
    struct site *site = walk->site;
    size_t count = site->sources.count;
    bool ok = true;
    if (reads_ahead(walk)) {
        store_fill(walk->store);
        walk->ahead = pipeline_start(count, read_ahead, walk);
    }
    for (size_t i = 0; ok && i < count; i++)
        ok = read_source(walk, site->sources.entries[i].value,
                         walk->ahead ? pipeline_take(walk->ahead) : NULL);
    pipeline_end(walk->ahead);
    return ok;
}

static const char *fault_of_name(struct slice path)
{
    if (utf8_find_invalid(path) != SIZE_MAX)
        return "is not UTF-8";
    for (size_t i = 0; i < path.len; i++)
        if ((unsigned char)path.ptr[i] < 0x20 || path.ptr[i] == 0x7f)
            return "has a control character";
    return NULL;
}

// A name that is no UTF-8 has no address, and would break whatever is written of it; a line break
// in one would begin a line of the log.
static bool is_named_source(struct site *site, struct slice path)
{
    struct error error = {0};
    const char *fault = fault_of_name(path);
    if (!fault)
        return true;
    char *shown = arena_alloc_text(site->arena, path.len);
    for (size_t i = 0; shown && i < path.len; i++)
        shown[i] = path.ptr[i] >= 0x20 && path.ptr[i] < 0x7f ? path.ptr[i] : '?';
    error_set(&error, ERROR_SYNTAX, "the name of the file %s: it is left out", fault);
    error_hint(&error, "rename it");
    error_at(&error, shown ? slice_of(shown, path.len) : SLICE_EMPTY, 1, 1);
    problem_add(site, SITE_ERROR, "encoding", &error);
    return false;
}

static struct source *make_source(struct walk *walk, struct slice path,
                                  const struct syntax_row *row)
{
    struct site *site = walk->site;
    struct source *source = arena_zalloc(site->arena, 1, sizeof *source);
    if (!source || !map_put(&site->sources, path, source)) {
        error_memory(walk->error);
        return NULL;
    }
    source->site = site;
    source->path = path;
    source->syntax = row ? row->syntax : 0;
    struct slice engine, foreign = scripts_extension(site, path, &engine);
    source->extension = foreign.len ? foreign
                        : row       ? slice_from_cstr(row->extension)
                                    : path_extension(path);
    source->raw_input = value_string(SLICE_EMPTY);
    source->excerpt = value_undefined();
    source->front_matter = value_object(site->arena);
    source->directory_data = data_files_for(site, path);
    return source;
}

static bool add_source(void *state, struct slice relative, const struct file_info *info)
{
    struct walk *walk = state;
    struct site *site = walk->site;
    const struct syntax_row *row = syntax_of(relative);
    struct slice path = path_join(site->arena, site->input, relative), engine;
    bool foreign = scripts_have_extension(site, relative, &engine);
    bool ours =
        row && (!row->syntax || scripts_take_extension(site, slice_from_cstr(row->extension)));
    if ((!ours && !foreign) || is_ignored(site, path))
        return note_change(site, relative, info);
    if (!is_named_source(site, path))
        return true;
    if (!foreign && !row->syntax) {
        report_language(site, path, row);
        return true;
    }
    struct slice why = ignores_why(site, path);
    if (why.len)
        return ignores_note(site, path, why) || error_memory(walk->error);
    if (site->sources.count >= site->settings->limits.pages)
        return error_set(walk->error, ERROR_LIMIT, "the site has more than limits.pages pages");
    struct source *source = make_source(walk, path, row);
    if (!source)
        return false;
    source->info = *info;
    return true;
}

// A virtual page from the configuration: its text is in no file.
static bool add_virtual(struct walk *walk, struct value row)
{
    struct site *site = walk->site;
    struct value path = value_get(NULL, row, SLICE("path"));
    struct value text = value_get(NULL, row, SLICE("content"));
    struct value data = value_get(NULL, row, SLICE("data"));
    struct slice engine;
    // For a module (a class, a function), only the host has the text.
    if (value_truthy(value_get(NULL, row, SLICE("module"))))
        text = value_string(SLICE_EMPTY);
    if (!value_is(text, VALUE_STRING))
        return error_set(walk->error, ERROR_CONFIG,
                         "the content of addTemplate(\"%.*s\") must be a text, not %s",
                         SLICE_ARG(value_text(path)), scripts_kind(text));
    struct slice full =
        path_normalise(site->arena, path_join(site->arena, site->input, value_text(path)));
    const struct syntax_row *syntax = syntax_of(full);
    if (is_ignored(site, full) || (!syntax && !scripts_have_extension(site, full, &engine)) ||
        map_find(&site->sources, full))
        return true;
    struct source *source = make_source(walk, full, syntax);
    if (!source)
        return false;
    source->text = value_text(text);
    source->hash = slice_hash(source->text);
    if (!source_parse(site, source))
        return error_memory(walk->error);
    source_set_raw_input(source);
    if (!value_is(data, VALUE_OBJECT))
        return true;
    cascade_list_tags(site, data);
    const struct value_object *view = value_object_view(NULL, data);
    for (uint32_t i = 0; i < view->count; i++)
        if (!value_set(NULL, site->arena, source->front_matter, view->keys[i].text,
                       view->values[i]))
            return error_memory(walk->error);
    return true;
}

static bool add_virtuals(struct walk *walk)
{
    struct value list = scripts_say(walk->site, "virtualTemplates");
    for (uint32_t i = 0; i < value_length(NULL, list); i++)
        if (!add_virtual(walk, value_item(NULL, list, i)))
            return false;
    return true;
}

// ---- all of them ----

static bool read_all(struct walk *walk)
{
    struct site *site = walk->site;
    site->sources = map_create(site->scratch); // while it grows
    if (!tree_list(site->tree, site->input, add_source, walk, walk->error) || !read_listed(walk) ||
        !add_virtuals(walk))
        return false;
    site->sources = map_copy(site->arena, &site->sources);
    return site->sources.arena || error_memory(walk->error);
}

bool sources_read(struct site *site, struct store *store, struct error *error)
{
    struct value_models models = {0};
    struct walk walk = {.site = site,
                        .store = store,
                        .scratch = arena_create(0, 0),
                        .models = &models,
                        .key = reading_key(site),
                        .error = error};
    bool ok = walk.scratch ? read_all(&walk) : error_memory(error);
    arena_destroy(walk.scratch);
    return ok;
}

static int by_path_bytes(const void *a, const void *b)
{
    return slice_compare(*(const struct slice *)a, *(const struct slice *)b);
}

bool sources_prune(struct site *site, struct store *store, struct error *error)
{
    struct slice *paths = arena_zalloc(site->scratch, site->sources.count + 1, sizeof *paths);
    if (!paths)
        return error_memory(error);
    for (size_t i = 0; i < site->sources.count; i++)
        paths[i] = site->sources.entries[i].key;
    // The walk is ordered within directories, not by whole paths.
    if (site->sources.count)
        qsort(paths, site->sources.count, sizeof *paths, by_path_bytes);
    return store_keep_only(store, paths, site->sources.count, error);
}
