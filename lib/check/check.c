// SPDX-License-Identifier: MIT
//
// check: what loading found, what each page shows once rendered, and what the site as a whole
// shows.
#include "base/clock.h"
#include "base/utf8.h"
#include "findings.h"

#include <stdlib.h>

// ---- findings ----

static struct site_finding *add(struct check *check, const struct site_rule *rule)
{
    struct site_finding *grown =
        arena_room(check->arena, check->findings, check->count, &check->capacity, sizeof *grown);
    if (!grown)
        return NULL;
    check->findings = grown;
    struct site_finding *finding = &check->findings[check->count++];
    *finding = (struct site_finding){.rule = rule, .severity = rule->severity, .offset = SIZE_MAX};
    finding->hint = slice_from_cstr(rule->mend);
    return finding;
}

struct site_finding *check_add(struct check *check, const char *rule, const char *format, ...)
{
    struct site_finding *finding = add(check, check_rule(slice_from_cstr(rule)));
    va_list args;
    va_start(args, format);
    if (finding)
        finding->message = arena_vprintf(check->arena, format, args);
    va_end(args);
    return finding;
}

void check_hint(struct check *check, struct site_finding *finding, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (finding)
        finding->hint = arena_vprintf(check->arena, format, args);
    va_end(args);
}

static struct slice line_from(struct slice source, size_t start)
{
    size_t end = slice_find_byte(source, '\n', start);
    struct slice line = slice_sub(source, start, end == SIZE_MAX ? source.len : end);
    return slice_ends_with(line, SLICE("\r")) ? slice_sub(line, 0, line.len - 1) : line;
}

// Line and column of the offset. A page with thousands of findings is gone through once.
static void locate(struct check *check, struct slice source, size_t offset)
{
    bool ahead = check->located.ptr == source.ptr && check->located_offset <= offset;
    if (!ahead) {
        check->located = source;
        check->located_offset = check->located_line_at = 0;
        check->located_line = check->located_column = 1;
    }
    size_t at = check->located_offset;
    for (size_t end; (end = slice_find_byte(slice_sub(source, 0, offset), '\n', at)) != SIZE_MAX;
         at = end + 1) {
        check->located_line++;
        check->located_line_at = end + 1;
        check->located_column = 1;
    }
    check->located_column += (unsigned)utf8_count(slice_sub(source, at, offset));
    check->located_offset = offset;
}

void check_place(struct check *check, struct site_finding *finding, struct slice file,
                 struct slice source, size_t offset, struct slice text)
{
    if (!finding)
        return;
    locate(check, source, offset < source.len ? offset : source.len);
    finding->file = file;
    finding->offset = offset;
    finding->text = text;
    finding->source_line = line_from(source, check->located_line_at);
    finding->line = check->located_line;
    finding->column = check->located_column;
}

size_t check_offset(struct slice source, unsigned line, unsigned column)
{
    struct slice rest = source, text = SLICE_EMPTY;
    for (unsigned n = 0; n < line; n++)
        if (!slice_next_line(&rest, &text))
            return source.len;
    size_t at = text.ptr ? (size_t)(text.ptr - source.ptr) : 0, end = at + text.len;
    for (unsigned n = 1; n < column && at < end; n++) {
        at++;
        while (at < end && (source.ptr[at] & 0xc0) == 0x80)
            at++;
    }
    return at;
}

void check_place_line(struct site_finding *finding, struct slice file, struct slice source,
                      unsigned line, unsigned column)
{
    if (!finding)
        return;
    finding->file = file;
    finding->line = line;
    finding->column = column;
    if (source.ptr && line) {
        finding->offset = check_offset(source, line, column);
        size_t start = finding->offset;
        while (start > 0 && source.ptr[start - 1] != '\n')
            start--;
        finding->source_line = line_from(source, start);
    }
}

// The scalar that begins at the offset: in quotes, or to the end of the line or of its comment.
static struct slice scalar_at(struct slice source, size_t at)
{
    struct slice rest = slice_sub(source, at, source.len), line = SLICE_EMPTY;
    if (!slice_next_line(&rest, &line) || !line.len)
        return line;
    if (line.ptr[0] == '"' || line.ptr[0] == '\'') {
        size_t close = slice_find_byte(line, line.ptr[0], 1);
        return slice_sub(line, 0, close == SIZE_MAX ? line.len : close + 1);
    }
    size_t comment = slice_find(line, SLICE(" #"), 0);
    return slice_trim(slice_sub(line, 0, comment));
}

static struct slice key_at(struct slice source, size_t at)
{
    size_t end = at;
    while (end < source.len && source.ptr[end] != ':' && source.ptr[end] != '\n')
        end++;
    struct slice key = slice_sub(source, at, end);
    bool quoted = key.len > 1 && (key.ptr[0] == '"' || key.ptr[0] == '\'');
    return quoted ? slice_sub(key, 1, key.len - 1) : key;
}

static void place_in_yaml(struct check *check, struct site_finding *finding, struct slice file,
                          struct slice source, const struct value_place *place, bool value)
{
    if (!finding)
        return;
    if (!place) {
        check_place_line(finding, file, source, 1, 1);
        return;
    }
    size_t at = value ? check_offset(source, place->value_line, place->value_column)
                      : check_offset(source, place->line, place->column);
    struct slice text = value ? scalar_at(source, at) : key_at(source, at);
    check_place(check, finding, file, source, text.ptr ? (size_t)(text.ptr - source.ptr) : at,
                text);
}

void check_place_key(struct check *check, struct site_finding *finding,
                     const struct site_page *page, const char *key, bool value)
{
    const struct source *source = page_of(page)->source;
    const struct value_place *place = value_place_find(&source->places, slice_from_cstr(key));
    place_in_yaml(check, finding, page->input_path, source->text, place, value);
}

void check_place_setting(struct check *check, struct site_finding *finding, const char *key)
{
    struct slice source = settings_source(check->site->settings);
    place_in_yaml(check, finding, settings_file_shown(check->site->settings), source,
                  settings_place(check->site->settings, key), true);
}

// ---- what loading found ----

static struct slice chain_text(struct check *check, const struct error *error)
{
    struct buffer out = buffer_create(check->arena, 0);
    for (size_t i = 0; i < error->chain_count; i++) {
        const struct error_place *place = &error->chain[i];
        buffer_printf(&out, "%s %s", error->chain_what[i], place->file);
        if (place->line)
            buffer_printf(&out, ":%u:%u", place->line, place->column);
        buffer_append_byte(&out, '\n');
    }
    return buffer_slice(&out);
}

static struct slice source_of(const struct check *check, struct slice file)
{
    const struct source *source = map_get(&check->site->sources, file);
    const struct shared *shared = source ? NULL : shared_find(check, file);
    return source ? source->text : shared ? shared->text : SLICE_EMPTY;
}

// The error at its place; a link of its chain in its place when that is `chained`.
static struct site_finding *add_error(struct check *check, const char *rule,
                                      const struct error *error, const struct error_place *chained)
{
    const struct error_place *place = chained ? chained : &error->place;
    struct slice file = arena_copy(check->arena, slice_from_cstr(place->file));
    struct site_finding *finding = check_add(check, rule, "%s", error->message);
    if (error->hint[0])
        check_hint(check, finding, "%s", error->hint);
    if (!finding)
        return NULL;
    check_place_line(finding, file, source_of(check, file), place->line, place->column);
    if (!finding->source_line.len && !chained && error->source_line[0])
        finding->source_line = arena_copy(check->arena, slice_from_cstr(error->source_line));
    if (!chained)
        finding->chain = chain_text(check, error);
    return finding;
}

// The key or value that a problem of front matter is about. A key that YAML takes for a number is
// mended by quotation marks.
static void add_text(struct check *check, struct site_finding *finding)
{
    const struct source *source = map_get(&check->site->sources, finding->file);
    if (!source || finding->offset >= source->front_length)
        return;
    finding->text = scalar_at(source->text, finding->offset);
    if (strcmp(finding->rule->name, "navigation-key") == 0 && finding->text.len)
        finding->fix = arena_printf(check->arena, "\"%.*s\"", SLICE_ARG(finding->text));
}

static void add_load_problems(struct check *check)
{
    for (size_t i = 0; i < check->site->problem_count; i++) {
        const struct site_problem *problem = &check->site->problems[i];
        struct site_finding *finding = add_error(check, problem->rule, &problem->error, NULL);
        if (!finding)
            return;
        finding->text = problem->text;
        finding->fix = problem->fix;
        if (!finding->text.len)
            add_text(check, finding);
    }
}

// ---- templates that fail ----

static const struct error_place *link_in(const struct error *error, struct slice file)
{
    for (size_t i = 0; i < error->chain_count; i++)
        if (slice_equal(slice_from_cstr(error->chain[i].file), file))
            return &error->chain[i];
    return NULL;
}

// "template not found: NAME" → NAME; "" for another error.
static struct slice missing_name(const struct error *error)
{
    static const char START[] = "template not found: ";
    struct slice message = slice_from_cstr(error->message);
    bool missing = error->code == ERROR_NOT_FOUND && slice_starts_with(message, SLICE(START));
    return missing ? slice_sub(message, sizeof START - 1, message.len) : SLICE_EMPTY;
}

// The template whose name is nearest, as it would be written.
static struct slice nearest_template(struct check *check, struct slice name)
{
    struct map names = map_create(check->scratch);
    struct slice root = check->site->settings->includes.text;
    for (size_t i = 0; i < check->shared_count; i++) {
        struct slice file = check->shared[i].file;
        if (slice_starts_with(file, root) && file.len > root.len)
            file = slice_sub(file, root.len + 1, file.len);
        if (check->shared[i].template)
            map_put(&names, file, check);
    }
    return map_nearest(&names, name);
}

// Moves the place on to the name: it stands within the tag or call that has failed.
static void narrow(struct check *check, struct site_finding *finding, struct slice source,
                   struct slice name)
{
    enum { TAG_MAX_BYTES = 400 };
    if (!finding || finding->offset == SIZE_MAX || !source.ptr || !name.len)
        return;
    struct slice within = slice_sub(source, 0, finding->offset + TAG_MAX_BYTES);
    size_t at = slice_find(within, name, finding->offset);
    if (at != SIZE_MAX)
        check_place(check, finding, finding->file, source, at,
                    slice_sub(source, at, at + name.len));
}

void check_add_missing(struct check *check, const struct error *error,
                       const struct error_place *call)
{
    struct slice name = arena_copy(check->arena, missing_name(error));
    struct slice near = nearest_template(check, name);
    struct site_finding *finding =
        add_error(check, call ? "component-missing" : "include-missing", error, call);
    // The loader's own guess is of all search paths.
    if (near.len && !slice_starts_with(slice_from_cstr(error->hint), SLICE("did you mean")))
        check_hint(check, finding, "did you mean %.*s?", SLICE_ARG(near));
    // What a call says is the component's name, the folder of its template.
    if (finding)
        narrow(check, finding, source_of(check, finding->file),
               call ? path_base(path_directory(name)) : name);
}

// A component's template is looked for where components are called: its author is the page's.
static void add_render_error(struct check *check, const struct site_page *page,
                             const struct error *error)
{
    bool own = slice_equal(slice_from_cstr(error->place.file), page->input_path);
    if (!missing_name(error).len)
        add_error(check, "template", error, NULL);
    else
        check_add_missing(check, error, own ? NULL : link_in(error, page->input_path));
}

// ---- a page ----

bool check_is_document(const struct site_page *page)
{
    return page->url.len && !page->broken &&
           slice_starts_with(page->content_type, SLICE("text/html"));
}

static void note_template(void *state, const struct template *template)
{
    struct check *check = state;
    struct slice file = template_file(template);
    if (file.len && !map_find(&check->templates, file))
        map_put(&check->templates, file, (void *)(uintptr_t) template);
}

// Where the page's own HTML stands in the whole; SIZE_MAX when the layout has changed it.
static size_t find_content(const struct render_parts *parts)
{
    struct slice content = parts->content, begin = slice_sub(content, 0, 64);
    for (size_t at = begin.len ? slice_find(parts->whole, begin, 0) : SIZE_MAX; at != SIZE_MAX;
         at = slice_find(parts->whole, begin, at + 1))
        if (slice_starts_with(slice_sub(parts->whole, at, parts->whole.len), content))
            return at;
    return SIZE_MAX;
}

static bool render(struct check *check, const struct site_page *page, struct document *document,
                   struct error *error)
{
    struct value_realm realm = value_realm_create(check->scratch);
    struct render_parts parts;
    realm.now_ms = check->now_ms;
    if (!render_in_parts(page, value_undefined(), &realm, note_template, check, &parts, error))
        return false;
    document->html = parts.whole;
    size_t at = find_content(&parts);
    document->content_at = at == SIZE_MAX ? 0 : at;
    document->content_end = at == SIZE_MAX ? parts.whole.len : at + parts.content.len;
    return true;
}

static void check_page(struct check *check, const struct site_page *page)
{
    const struct source *source = page_of(page)->source;
    struct source_map map;
    struct document document = {.check = check, .page = page, .map = &map};
    struct error error = {0};
    arena_reset(check->scratch, 4 << 20);
    if (page->broken)
        return;
    size_t body = source->front_length;
    source_map_read(&map, check->scratch, source->text, body);
    if (check_is_document(page) && page_of(page)->chunk == 0)
        check_front_matter(check, page);
    if (page_of(page)->chunk == 0 && !page->draft)
        check_placeholders(check, page->input_path, &map);
    if (!render(check, page, &document, &error))
        add_render_error(check, page, &error);
    else if (check_is_document(page))
        check_document(&document);
}

static void check_pages(struct check *check)
{
    const struct site *site = check->site;
    for (size_t i = 0; i < site->page_count; i++) {
        check_page(check, &site->pages[i]);
        if (check->options && check->options->progress)
            check->options->progress(check->options->state, i + 1, site->page_count);
    }
}

// ---- the report ----

static int by_place(const void *a, const void *b)
{
    const struct site_finding *x = a, *y = b;
    int order = slice_compare(x->file, y->file);
    if (order)
        return order;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    order = strcmp(x->rule->name, y->rule->name);
    return order ? order : slice_compare(x->message, y->message);
}

// Pages of one source, and of one layout, find the same.
static void drop_repeated(struct check *check)
{
    size_t kept = 0;
    if (check->count)
        qsort(check->findings, check->count, sizeof *check->findings, by_place);
    for (size_t i = 0; i < check->count; i++)
        if (!kept || by_place(&check->findings[kept - 1], &check->findings[i]) != 0)
            check->findings[kept++] = check->findings[i];
    check->count = kept;
}

static void run(struct check *check)
{
    shared_read(check);
    add_load_problems(check);
    shared_check_texts(check);
    check_navigation_urls(check);
    check_pages(check);
    check_anchors(check);
    check_navigation(check);
    check_redirects(check);
    check_templates(check);
    check_unused(check);
    shared_place(check);
    drop_repeated(check);
    check_silence(check);
    check_apply_settings(check);
    drop_repeated(check);
    check_fold_causes(check);
}

bool site_check(const struct site *site, const struct site_check_options *options,
                struct arena *arena, struct site_report *report, struct error *error)
{
    struct check check = {.site = site, .arena = arena, .options = options};
    check.scratch = arena_create(1 << 20, 0);
    if (!check.scratch)
        return error_memory(error);
    check.now_ms = options && options->now_ms != 0 ? options->now_ms : clock_wall_ms();
    check.ids = check.urls = check.titles = check.descriptions = check.linked = check.templates =
        check.pending = check.words = check.navigation_urls = map_create(arena);
    run(&check);
    arena_destroy(check.scratch);
    *report = (struct site_report){check.findings, check.count};
    return !arena_failed(arena) || error_memory(error);
}
