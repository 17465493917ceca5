// SPDX-License-Identifier: MIT
//
// Rendering a page: its own template, then Markdown, then each layout around the result.
#include "language.h"
#include "scripts.h"

#include "base/clock.h"

#include <stdio.h>

enum { STORED_SHARE = 4 };

// The caller's data comes after the page's: a site's own names override the server's.
static struct template_context make_context(struct value own, const struct site_request *request,
                                            struct value data, struct value given)
{
    struct template_context context = {.layers = {own, data}, .count = 2};
    if (value_is(request->extra, VALUE_OBJECT))
        context.layers[context.count++] = request->extra;
    if (value_is(given, VALUE_OBJECT))
        context.layers[context.count++] = given;
    return context;
}

// ---- where a Markdown error is ----

static struct slice nth_line(struct slice text, unsigned n)
{
    struct slice line = SLICE_EMPTY;
    while (n > 0 && slice_next_line(&text, &line))
        n--;
    return n ? SLICE_EMPTY : line;
}

// Of the lines equal to `wanted`, the one with that number, or the last if there are fewer. 0:
// none.
static unsigned find_line(struct slice text, struct slice wanted, unsigned number)
{
    struct slice line;
    unsigned found = 0;
    for (unsigned i = 1; number && slice_next_line(&text, &line); i++)
        if (slice_equal(line, wanted)) {
            found = i;
            number--;
        }
    return found;
}

static unsigned count_line(struct slice text, struct slice wanted, unsigned last)
{
    struct slice line;
    unsigned count = 0;
    for (unsigned i = 1; i <= last && slice_next_line(&text, &line); i++)
        count += slice_equal(line, wanted);
    return count;
}

// Markdown counts the lines of the template's output. Equal lines are matched with the author's;
// for a changed one, the nearest match before it is used.
static void place_in_source(const struct source *source, struct slice text, struct arena *arena,
                            struct error *error)
{
    enum { BACK_MAX = 50 };
    struct slice whole = SLICE_EMPTY;
    struct error ignored = {0};
    source_text(source, arena, &whole, &ignored);
    struct slice body = slice_sub(whole, source->front_length, whole.len);
    unsigned line = error->place.line, found = 0, back = 0;
    for (; back < line && back < BACK_MAX && !found; back++) {
        struct slice wanted = nth_line(text, line - back);
        if (slice_trim(wanted).len)
            found = find_line(body, wanted, count_line(text, wanted, line - back));
    }
    error->place.line = source->body_line;
    if (found)
        error->place.line += found - 1 + (back - 1);
    error->source_line[0] = '\0';
    error_source(error, whole);
}

// ---- the page's own content ----

static bool render_text(const struct source *source, struct slice text, struct arena *arena,
                        struct slice *html, struct error *error)
{
    *html = text;
    if (!(source->syntax & SYNTAX_MARKDOWN))
        return true;
    if (source->site->foreign_markdown)
        return scripts_markdown(source->site, text, arena, html, error);
    struct buffer out = buffer_create(arena, 0);
    if (!markdown_render(arena, &source->site->markdown, source->path, text, &out, NULL, error)) {
        if (error_is_set(error) && error->place.line)
            place_in_source(source, text, arena, error);
        return false;
    }
    *html = buffer_slice(&out);
    return !out.failed || error_memory(error);
}

bool render_plain(const struct source *source, struct arena *arena, struct slice *html,
                  bool *stored, struct error *error)
{
    const struct site *site = source->site;
    struct slice text;
    *stored = source_stores_body(source) &&
              store_texts_body(site->texts, site->texts_epoch, source->text_id,
                               source_body_key(source), arena, html);
    return *stored || (source_body(source, arena, &text, error) &&
                       render_text(source, text, arena, html, error));
}

static bool make_body(const struct site_page *page, const struct template_context *context,
                      struct value_realm *realm, struct slice *content, struct error *error)
{
    const struct source *source = page_of(page)->source;
    struct slice text;
    bool stored;
    if (source->plain)
        return render_plain(source, realm->arena, content, &stored, error);
    struct template_output output;
    struct language_text own = {
        .engine = source->engine, .file = source->path, .template = source->template};
    if (language_needs_text(&own) && !source_body(source, realm->arena, &own.text, error))
        return false;
    if (!language_render(source->site, &own, context, realm, &output, error))
        return false;
    text = template_output_text(realm->arena, &output);
    if (!text.ptr && output.length)
        return error_memory(error);
    return render_text(source, text, realm->arena, content, error);
}

// HTML from the store costs a fifth of parsing Markdown, so it may not take space that others need
// more.
static size_t content_limit(const struct site *site, const struct source *source)
{
    return source->plain && source_stores_body(source) ? site->content_limit / STORED_SHARE
                                                       : site->content_limit;
}

// The output of the page's own template and Markdown, remembered if it depends only on the
// snapshot.
static bool render_body(const struct site *site, const struct site_page *page,
                        const struct site_request *request, const struct template_context *context,
                        struct value_realm *realm, struct slice *content, struct error *error)
{
    struct page *internal = page_of(page);
    bool own = !value_is(request->extra, VALUE_OBJECT);
    unsigned impure_before = realm->impure;
    *content = own ? memo_get(&internal->content) : SLICE_EMPTY;
    if (content->ptr)
        return true;
    realm->impure = 0;
    bool ok = make_body(page, context, realm, content, error);
    if (ok && own && !realm->impure)
        memo_put(&internal->content, &internal->site->content_bytes,
                 content_limit(site, internal->source), NULL, *content);
    realm->impure |= impure_before;
    return ok;
}

static bool set_variable(struct value_realm *realm, struct value object, struct slice key,
                         struct value v)
{
    return value_set(NULL, realm->arena, object, key, v);
}

bool render_content(const struct site *site, const struct site_page *page,
                    const struct site_request *request, struct value_realm *realm,
                    struct slice *content, struct error *error)
{
    enum { NESTING_MAX = 4 };
    if (page->broken)
        return error_set(error, ERROR_RUNTIME, "the page %.*s is broken",
                         SLICE_ARG(page->input_path));
    if (realm->depth >= NESTING_MAX)
        return error_set(error, ERROR_LIMIT, "pages show each other's content too deeply");
    // A realm of its own: mutations do not leak into the asking page.
    struct value_realm inner = value_realm_create(realm->arena);
    inner.now_ms = realm->now_ms;
    inner.random_state = realm->random_state;
    inner.depth = realm->depth + 1;
    inner.site = site;
    // There is no request here, and output made without one must not be used for requests.
    struct value given, none = value_undefined();
    none.flags |= VALUE_IMPURE;
    given = value_object(realm->arena);
    if (!set_variable(realm, given, SLICE("request"), none))
        return error_memory(error);
    struct template_context context =
        make_context(value_object(realm->arena), request, page->data, given);
    struct script_view view;
    scripts_enter(&view, site, &inner, inner.arena, context.layers, context.count);
    bool ok = render_body(site, page, request, &context, &inner, content, error);
    scripts_leave(&view);
    realm->impure |= inner.impure;
    return ok;
}

struct value site_request_value(struct arena *arena, struct slice path, struct slice query,
                                struct slice method)
{
    struct value request = value_object(arena);
    if (!value_is(request, VALUE_OBJECT) ||
        !value_set(NULL, arena, request, SLICE("path"), value_string(path)) ||
        !value_set(NULL, arena, request, SLICE("query"), value_string(query)) ||
        !value_set(NULL, arena, request, SLICE("method"), value_string(method)))
        return value_undefined();
    request.flags |= VALUE_IMPURE;
    return request;
}

struct site_request site_plain_request(const struct site_page *page, struct arena *arena)
{
    struct slice prefix = settings_prefix(page_of(page)->site->settings);
    struct slice path = ARENA_JOIN(arena, prefix, page->url);
    return (struct site_request){
        .request = site_request_value(arena, path, SLICE(""), SLICE("GET")),
        .plain = true,
        .now_ms = clock_wall_ms(),
    };
}

// The variable `request`, if there is one.
static bool give_request(struct value_realm *realm, struct value asked, struct value *given)
{
    *given = value_undefined();
    if (!value_is(asked, VALUE_OBJECT))
        return true;
    *given = value_object(realm->arena);
    return value_is(*given, VALUE_OBJECT) && set_variable(realm, *given, SLICE("request"), asked);
}

// A layout in Markdown: its template's output is parsed as Markdown.
static bool render_markdown(const struct site *site, const struct layout *layout,
                            struct value_realm *realm, struct template_output *output,
                            struct error *error)
{
    struct buffer html = buffer_create(realm->arena, 0);
    struct slice text = template_output_text(realm->arena, output);
    if (site->foreign_markdown)
        return scripts_markdown(site, text, realm->arena, &text, error) &&
               language_output(realm->arena, text, output, error);
    if (!markdown_render(realm->arena, &site->markdown, layout->file, text, &html, NULL, error))
        return false;
    return language_output(realm->arena, buffer_slice(&html), output, error);
}

// The layout's own template.
static bool render_layout(const struct site *site, const struct layout *layout,
                          const struct template_context *context, struct value_realm *realm,
                          struct template_output *output, struct error *error)
{
    struct language_text text = {.engine = layout->engine,
                                 .file = layout->file,
                                 .text = layout->text,
                                 .template = layout->template};
    if (!layout->template && !language_needs_text(&text)) {
        *error = layout->error;
        return false;
    }
    return language_render(site, &text, context, realm, output, error);
}

// The layouts from the inside out; the last one's output is not joined.
static bool render_layouts(const struct site_page *page, struct value own,
                           const struct template_context *context, struct value_realm *realm,
                           struct template_output *output, struct error *error)
{
    struct template_context remembering = *context;
    remembering.remember = !page_of(page)->site->renewed;
    for (const struct layout *layout = page_of(page)->layout; layout; layout = layout->parent) {
        if (!render_layout(page_of(page)->site, layout, &remembering, realm, output, error)) {
            error_chain(error, "layout of", page->input_path, 0, 0);
            return false;
        }
        if (slice_ends_with(layout->file, SLICE(".md")) &&
            !render_markdown(page_of(page)->site, layout, realm, output, error))
            return false;
        if (!layout->parent)
            return true;
        struct slice text = template_output_text(realm->arena, output);
        if (!set_variable(realm, own, SLICE("content"), value_string(text)))
            return error_memory(error);
    }
    return true;
}

// Sets what the site's own functions see during the render; must be left again.
static void enter(struct script_view *view, const struct site *site, struct value_realm *realm,
                  const struct template_context *context)
{
    scripts_enter(view, site, realm, realm->arena, context->layers, context->count);
}

// Runs the site's linters on the finished page, then its transforms.
static bool transform(const struct site *site, struct arena *arena, struct template_output *output,
                      struct error *error)
{
    struct slice text;
    if (!site->scripts || !(site->scripts->transforms || site->scripts->linters))
        return true;
    struct slice whole = template_output_text(arena, output);
    if (site->scripts->linters && !scripts_lint(site, whole, arena, error))
        return false;
    return !site->scripts->transforms || (scripts_transform(site, whole, arena, &text, error) &&
                                          language_output(arena, text, output, error));
}

static bool render_page(const struct site *site, const struct site_page *page,
                        const struct site_request *request, struct value_realm *realm,
                        struct template_output *output, struct error *error)
{
    struct value own = value_object(realm->arena), given;
    struct slice content;
    if (!give_request(realm, request->request, &given))
        return error_memory(error);
    struct template_context context = make_context(own, request, page->data, given);
    struct script_view view;
    enter(&view, site, realm, &context);
    bool ok = render_body(site, page, request, &context, realm, &content, error);
    if (ok && !page_of(page)->layout)
        ok = language_output(realm->arena, content, output, error);
    else if (ok)
        ok = (set_variable(realm, own, SLICE("content"), value_string(content)) ||
              error_memory(error)) &&
             render_layouts(page, own, &context, realm, output, error);
    ok = ok && transform(site, realm->arena, output, error);
    scripts_leave(&view);
    return ok;
}

static bool render_both(const struct site_page *page, struct value own,
                        const struct template_context *context, struct value_realm *realm,
                        struct render_parts *parts, struct error *error)
{
    struct template_output output;
    if (!make_body(page, context, realm, &parts->content, error))
        return false;
    if (!page_of(page)->layout && !language_output(realm->arena, parts->content, &output, error))
        return false;
    if (page_of(page)->layout &&
        (!(set_variable(realm, own, SLICE("content"), value_string(parts->content)) ||
           error_memory(error)) ||
         !render_layouts(page, own, context, realm, &output, error)))
        return false;
    if (!transform(page_of(page)->site, realm->arena, &output, error))
        return false;
    parts->whole = template_output_text(realm->arena, &output);
    return parts->whole.ptr || !output.length || error_memory(error);
}

bool render_in_parts(const struct site_page *page, struct value asked, struct value_realm *realm,
                     void (*on_template)(void *state, const struct template *template), void *state,
                     struct render_parts *parts, struct error *error)
{
    struct site_request request = {.now_ms = realm->now_ms};
    struct value own = value_object(realm->arena), given;
    struct script_view view;
    if (!give_request(realm, asked, &given))
        return error_memory(error);
    struct template_context context = make_context(own, &request, page->data, given);
    context.on_template = on_template;
    context.state = state;
    enter(&view, page_of(page)->site, realm, &context);
    bool ok = render_both(page, own, &context, realm, parts, error);
    scripts_leave(&view);
    return ok;
}

static struct value_realm make_realm(const struct site *site, struct arena *arena,
                                     const struct site_request *request)
{
    struct value_realm realm = value_realm_create(arena);
    realm.site = site;
    realm.now_ms = request->now_ms != 0 ? request->now_ms : clock_wall_ms();
    realm.random_state = clock_monotonic_ns();
    return realm;
}

// The page whose output is shown: its own, or its last good version.
static const struct site_page *page_as_shown(const struct site_page *page)
{
    const struct site_page *last_good = page_of(page)->last_good;
    return page->stale && last_good ? last_good : page;
}

// Whether what is remembered of the page holds for the snapshot that shows it.
static bool holds_for(const struct site *site, const struct site_page *page)
{
    struct page *internal = page_of(page);
    return site == internal->site ||
           !(atomic_load_explicit(&internal->has_read, memory_order_relaxed) & VALUE_READ_TEXTS);
}

bool site_remembered(const struct site *site, const struct site_page *page, bool plain,
                     struct arena *arena, struct site_output *output)
{
    page = page_as_shown(page);
    struct slice whole = memo_get(&page_of(page)->whole);
    unsigned has_read = atomic_load_explicit(&page_of(page)->has_read, memory_order_relaxed);
    if (!whole.ptr || !holds_for(site, page) || (!plain && has_read & VALUE_READ_REQUEST))
        return false;
    struct slice *part = arena_alloc(arena, sizeof *part);
    if (!part)
        return false;
    *part = whole;
    uint64_t own_tag = atomic_load_explicit(&page_of(page)->own_tag, memory_order_relaxed);
    *output = (struct site_output){
        .body = {.parts = part, .count = 1, .length = whole.len, .pure = true},
        .content_type = page->content_type,
        .tag = own_tag ? own_tag : site_page_tag(page),
        .remembered = true,
        .file = page_of(page)->site->whole_file,
    };
    return true;
}

struct slice site_form(const struct site *site, const struct site_page *page, unsigned form)
{
    page = page_as_shown(page);
    return holds_for(site, page) ? memo_get(&page_of(page)->forms[form]) : SLICE_EMPTY;
}

struct slice site_remember_form(const struct site *site, const struct site_page *page,
                                unsigned form, struct slice text)
{
    page = page_as_shown(page);
    struct page *internal = page_of(page);
    struct site *owner = internal->site;
    if (!holds_for(site, page))
        return SLICE_EMPTY;
    memo_put(&internal->forms[form], &owner->whole_bytes, owner->whole_limit, owner->whole_file,
             text);
    return memo_get(&internal->forms[form]);
}

struct error site_page_error(const struct site_page *page, const struct error *error)
{
    struct error own = *error, ignored = {0};
    size_t link = 0;
    while (link < own.chain_count &&
           (!own.chain[link].line ||
            !slice_equal(slice_from_cstr(own.chain[link].file), page->input_path)))
        link++;
    if (link == own.chain_count || slice_equal(slice_from_cstr(own.place.file), page->input_path))
        return own;
    struct arena *arena = arena_create(0, 0);
    struct slice text = SLICE_EMPTY;
    own.place = own.chain[link];
    own.chain[link] = error->place;
    snprintf(own.chain_what[link], sizeof own.chain_what[link], "it failed in");
    own.source_line[0] = '\0';
    own.source_offset = 0;
    if (arena && source_text(page_of(page)->source, arena, &text, &ignored))
        error_source(&own, text);
    arena_destroy(arena);
    return own;
}

uint64_t site_page_identity(const struct site *site, const struct site_page *page)
{
    return site->generation << 32 | (page_of(page)->index + 1);
}

uint64_t site_route_identity(const struct site *site, const struct site_route *route)
{
    bool listed = route >= site->routes && route < site->routes + site->route_count;
    return listed ? site->generation << 32 | UINT32_C(1) << 31 | (uint32_t)(route - site->routes)
                  : 0;
}

static bool may_remember(const struct site *site, const struct site_page *page,
                         const struct site_request *request, unsigned impure)
{
    return !(impure & VALUE_READ_CLOCK) && (!(impure & VALUE_READ_REQUEST) || request->plain) &&
           (!(impure & VALUE_READ_TEXTS) || site == page_of(page)->site);
}

// Sets the output's tag; where it may be, the output is remembered. Whoever finds it finds its tag.
static void remember_page(const struct site *site, const struct site_page *page, bool may,
                          unsigned impure, struct arena *arena, struct site_output *output)
{
    struct page *internal = page_of(page);
    atomic_uint_fast64_t *tag = impure ? &internal->own_tag : &internal->tag;
    output->tag = may ? atomic_load_explicit(tag, memory_order_relaxed) : 0;
    if (!output->tag)
        output->tag = slice_hash_parts(output->body.parts, output->body.count) | 1;
    if (!may)
        return;
    atomic_store_explicit(tag, output->tag, memory_order_relaxed);
    atomic_store_explicit(&internal->has_read, impure, memory_order_relaxed);
    if (site->whole_limit)
        memo_put(&internal->whole, &internal->site->whole_bytes, site->whole_limit,
                 internal->site->whole_file, template_output_text(arena, &output->body));
}

bool site_render(const struct site *site, const struct site_page *page,
                 const struct site_request *request, struct arena *arena,
                 struct site_output *output, struct error *error)
{
    struct page *internal = page_of(page);
    *output = (struct site_output){.content_type = page->content_type};
    if (page->stale && internal->last_good)
        return site_render(page_of(internal->last_good)->site, internal->last_good, request, arena,
                           output, error);
    if (page->broken) {
        *error = *page->error;
        return false;
    }
    struct value_realm realm = make_realm(site, arena, request);
    bool own = !value_is(request->extra, VALUE_OBJECT);
    if (own && site_remembered(site, page, request->plain, arena, output))
        return true;
    if (!render_page(site, page, request, &realm, &output->body, error))
        return false;
    output->body.pure = !realm.impure;
    // With data from the caller (a 404's suggestions), the output is not the page's own.
    remember_page(site, page, own && may_remember(site, page, request, realm.impure), realm.impure,
                  arena, output);
    return true;
}

uint64_t site_page_tag(const struct site_page *page)
{
    struct page *internal = page->internal;
    return atomic_load_explicit(&internal->tag, memory_order_relaxed);
}

// Sets the variable of a server's page, merged with the site's own data of the same name, which
// shared layouts may use.
static bool set_subject(const struct site *site, struct value_realm *realm, struct value own,
                        struct value data)
{
    for (uint32_t i = 0; value_is(data, VALUE_OBJECT) && i < data.object->count; i++) {
        const struct value_member member = value_member_at(data.object, i);
        struct value under = value_get(NULL, site->global_data, member.key);
        bool both = value_is(under, VALUE_OBJECT) && value_is(member.value, VALUE_OBJECT);
        struct value v = both ? value_merge(realm->arena, under, member.value) : member.value;
        if (!set_variable(realm, own, member.key, v))
            return false;
    }
    return true;
}

bool site_render_text(const struct site *site, struct slice template_name,
                      const struct site_request *request, struct value data, struct slice url,
                      struct arena *arena, struct site_output *output, struct error *error)
{
    const struct template *template = template_get(site->templates, template_name, error);
    struct value_realm realm = make_realm(site, arena, request);
    struct value own = value_object(arena), page = value_object(arena);
    *output = (struct site_output){.content_type = SLICE("text/html; charset=utf-8")};
    if (!template)
        return false;
    if (!set_variable(&realm, page, SLICE("url"), value_string(url)) ||
        !set_variable(&realm, own, SLICE("page"), page) ||
        !set_variable(&realm, own, SLICE("collections"), site->collections) ||
        !set_subject(site, &realm, own, data))
        return error_memory(error);
    struct template_context context = {.layers = {own, site->global_data}, .count = 2};
    struct script_view view;
    enter(&view, site, &realm, &context);
    bool ok = template_render(template, &context, &realm, &output->body, error);
    scripts_leave(&view);
    return ok;
}
