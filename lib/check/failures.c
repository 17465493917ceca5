// SPDX-License-Identifier: MIT
//
// Errors as findings: from loading, and from templates that fail when a page is rendered.
#include "findings.h"

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

// The error at its place, or at the link `chained` of its chain.
struct site_finding *check_add_error(struct check *check, const char *rule,
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

// Narrows the place to the name, which is within the failed tag or call.
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
        check_add_error(check, call ? "component-missing" : "include-missing", error, call);
    // The loader's own suggestion considers all search paths.
    if (near.len && !slice_starts_with(slice_from_cstr(error->hint), SLICE("did you mean")))
        check_hint(check, finding, "did you mean %.*s?", SLICE_ARG(near));
    // A call names the component, which is the folder of its template.
    if (finding)
        narrow(check, finding, source_of(check, finding->file),
               call ? path_base(path_directory(name)) : name);
}

// A missing component is reported at its call: the page's author wrote that.
void check_add_render_error(struct check *check, const struct site_page *page,
                            const struct error *error)
{
    bool own = slice_equal(slice_from_cstr(error->place.file), page->input_path);
    if (!missing_name(error).len)
        check_add_error(check, "template", error, NULL);
    else
        check_add_missing(check, error, own ? NULL : link_in(error, page->input_path));
}
