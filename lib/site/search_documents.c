// SPDX-License-Identifier: MIT
//
// From pages to search documents: plain texts of each page's own content. Several threads make
// them, one writes them into the index.
#include "snapshot.h"

#include "base/clock.h"
#include "base/pipeline.h"

#include <math.h>

// A page to make: its document, or only its HTML, for readers.
struct wanted_page {
    const struct site_page *page;
    bool searchable;
    uint64_t inputs;
};

struct indexing {
    const struct site *site;
    struct store_index *index; // the writer's alone
    struct wanted_page *pages;
    size_t count;
    bool (*stop)(void *state); // may be NULL
    void *state;
};

static struct slice member_text(struct value object, struct slice key)
{
    struct value v =
        value_is(object, VALUE_OBJECT) ? value_get(NULL, object, key) : value_undefined();
    return value_is(v, VALUE_STRING) ? value_text(v) : SLICE_EMPTY;
}

// Its name in the navigation.
static struct slice document_name(const struct site_page *page)
{
    struct value navigation = value_get(NULL, page->data, SLICE("eleventyNavigation"));
    struct slice title = member_text(navigation, SLICE("title"));
    return title.len ? title : member_text(navigation, SLICE("key"));
}

// Other names of the page: its section, its place in the navigation, the last part of its address.
static struct slice names_of(const struct site_page *page, struct arena *arena)
{
    struct value navigation = value_get(NULL, page->data, SLICE("eleventyNavigation"));
    struct slice address = slice_sub(page->url, 0, page->url.len ? page->url.len - 1 : 0);
    struct buffer out = buffer_create(arena, 0);
    const struct slice texts[] = {member_text(page->data, SLICE("section")),
                                  member_text(navigation, SLICE("key")),
                                  member_text(navigation, SLICE("parent")), path_base(address)};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        buffer_append(&out, texts[i]);
        buffer_append_byte(&out, '\n');
    }
    return buffer_slice(&out);
}

// Future pages are indexed too: a search checks their time itself. But a preview as of a date, and
// a site in development, do not depend on the clock.
static bool is_searchable(const struct site *site, const struct site_page *page)
{
    return page->url.len && page->searchable && !page->withdrawn && !page->broken && !page->draft &&
           page->title.len && slice_starts_with(page->content_type, SLICE("text/html")) &&
           (!site->as_of || site_page_visible(site, page, site->now_ms));
}

static double moment(const struct site *site, double ms, double otherwise)
{
    return site->development || site->as_of || isnan(ms) ? otherwise : ms;
}

// "" for the site's own.
static struct slice foreign_language(const struct site *site, const struct site_page *page)
{
    return slice_equal(page->lang, site->settings->lang) ? SLICE_EMPTY : page->lang;
}

static void describe_document(const struct site *site, const struct site_page *page,
                              struct arena *scratch, struct search_document *out)
{
    *out = (struct search_document){.url = page->url,
                                    .title = page->title,
                                    .name = document_name(page),
                                    .names = names_of(page, scratch),
                                    .description = member_text(page->data, SLICE("description")),
                                    .section = member_text(page->data, SLICE("section")),
                                    .language = foreign_language(site, page),
                                    .visible_from = moment(site, page->publish_at, -INFINITY),
                                    .visible_until = moment(site, page->expire_at, INFINITY)};
}

// The text of a plain page depends on its source; a template's output may depend on anything.
static uint64_t hash_inputs(const struct source *source, const struct search_document *document)
{
    const struct slice texts[] = {document->title,       document->name,    document->names,
                                  document->description, document->section, document->language};
    const double numbers[] = {document->visible_from, document->visible_until};
    uint64_t hash = slice_hash(slice_of((const char *)numbers, sizeof numbers));
    if (!source->plain || source->site->foreign_markdown)
        return 0;
    hash = (hash * 31 + source->hash) * 31 + source->site->markdown_key;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        hash = hash * 31 + slice_hash(texts[i]);
    return hash | 1;
}

// ---- made by several threads ----

struct prepared {
    struct search_document document;
    struct slice html;
    bool stored;         // the store has the HTML
    struct error *error; // why it could not be made; NULL: it was
};

static bool make_html(const struct site *site, const struct site_page *page, struct arena *arena,
                      struct prepared *out, struct error *error)
{
    const struct source *source = page_of(page)->source;
    struct value_realm realm = value_realm_create(arena);
    struct site_request request = {.now_ms = clock_wall_ms()};
    realm.now_ms = request.now_ms;
    out->stored = true; // or nothing to store
    if (!source->plain || site->foreign_markdown)
        return render_content(site, page, &request, &realm, &out->html, error);
    return render_plain(source, arena, &out->html, &out->stored, error);
}

static bool take_words(struct prepared *out, struct arena *arena)
{
    struct buffer text = buffer_create(arena, 0), headings = buffer_create(arena, 0);
    buffer_reserve(&text, out->html.len);
    search_text(out->html, &text, &headings);
    out->document.headings = buffer_slice(&headings);
    out->document.body = buffer_slice(&text);
    return !text.failed && !headings.failed && search_document_prepare(&out->document, arena);
}

static void *prepare_document(void *state, size_t number, struct arena *arena)
{
    const struct indexing *indexing = state;
    const struct wanted_page *wanted = &indexing->pages[number];
    struct prepared *out = arena_zalloc(arena, 1, sizeof *out);
    struct error own = {0};
    if (!out)
        return NULL;
    if (!make_html(indexing->site, wanted->page, arena, out, &own)) {
        out->error = arena_alloc(arena, sizeof own);
        if (out->error)
            *out->error = own;
        return out->error ? out : NULL;
    }
    if (!wanted->searchable)
        return out;
    describe_document(indexing->site, wanted->page, arena, &out->document);
    out->document.inputs = wanted->inputs;
    return take_words(out, arena) ? out : NULL;
}

// ---- written by one ----

// A plain page's HTML is stored, for requests and the next start.
static bool put_html(const struct indexing *indexing, const struct source *source,
                     const struct prepared *made, struct error *error)
{
    return made->stored || !source_stores_body(source) ||
           store_index_body(indexing->index, source->text_id, source_body_key(source), made->html,
                            error);
}

static bool put_page(const struct indexing *indexing, const struct wanted_page *wanted,
                     const struct prepared *made, struct error *error)
{
    const struct site_page *page = wanted->page;
    if (made->error && wanted->searchable)
        log_error(indexing->site->log, LOG_WARNING, made->error);
    if (!made->error && !put_html(indexing, page_of(page)->source, made, error))
        return false;
    return made->error || !wanted->searchable
               ? store_index_forget(indexing->index, page->url, error)
               : store_index_put(indexing->index, &made->document, error);
}

static uint64_t inputs_of(const struct site *site, const struct site_page *page,
                          struct arena *scratch)
{
    struct search_document document;
    arena_reset(scratch, SIZE_MAX);
    describe_document(site, page, scratch, &document);
    return hash_inputs(page_of(page)->source, &document);
}

// Lists the page, unless the index has it as it is, or nobody wants anything of it.
static bool examine_page(struct indexing *indexing, const struct site_page *page,
                         struct arena *scratch, struct error *error)
{
    struct wanted_page wanted = {.page = page, .searchable = is_searchable(indexing->site, page)};
    if (wanted.searchable) {
        wanted.inputs = inputs_of(indexing->site, page, scratch);
        if (store_index_is(indexing->index, page->url, wanted.inputs))
            return true;
    } else if (!page->url.len || page->broken || !page_of(page)->source->plain)
        return store_index_forget(indexing->index, page->url, error);
    indexing->pages[indexing->count++] = wanted;
    return true;
}

static bool examine_pages(struct indexing *indexing, bool changes, struct arena *scratch,
                          struct error *error)
{
    const struct site *site = indexing->site;
    bool ok = true;
    for (size_t i = 0; ok && i < site->page_count; i++) {
        const struct site_page *page = &site->pages[i];
        ok = (changes && !page_is_edited(site, page)) ||
             (examine_page(indexing, page, scratch, error) &&
              !(indexing->stop && indexing->stop(indexing->state)));
    }
    return ok;
}

static bool put_pages(struct indexing *indexing, struct error *error)
{
    struct pipeline *pipeline = pipeline_start(indexing->count, prepare_document, indexing);
    bool ok = pipeline || error_memory(error);
    for (size_t i = 0; ok && i < indexing->count; i++) {
        const struct prepared *made = pipeline_take(pipeline);
        ok = made ? put_page(indexing, &indexing->pages[i], made, error) : error_memory(error);
        ok = ok && !(indexing->stop && indexing->stop(indexing->state));
    }
    pipeline_end(pipeline);
    return ok;
}

// The synonyms file as lines "word: other, another".
static struct slice synonyms(const struct site *site, struct arena *arena)
{
    struct slice path = site->settings->search.synonyms.full, source;
    struct buffer out = buffer_create(arena, 0);
    struct error ignored = {0};
    if (!path.len ||
        !tree_read_text(site->tree, arena, path, path, 1 << 20, &source, NULL, &ignored))
        return SLICE_EMPTY;
    struct yaml_reading how = {.limits = &VALUE_DATA_LIMITS};
    struct value v = value_from_yaml(arena, path, source, &how, &ignored);
    const struct value_object *view = value_is(v, VALUE_OBJECT) ? value_object_view(NULL, v) : NULL;
    struct value_realm realm = value_realm_create(arena);
    for (uint32_t i = 0; view && i < view->count; i++)
        buffer_printf(&out, "%.*s: %.*s\n", SLICE_ARG(view->keys[i].text),
                      SLICE_ARG(value_to_text(&realm, view->values[i])));
    return buffer_slice(&out);
}

static bool run_indexing(struct indexing *indexing, struct store *store, bool changes,
                         struct error *error)
{
    struct arena *list = arena_create(0, 0), *scratch = arena_create(0, 0);
    size_t room = indexing->site->page_count + 1;
    indexing->pages = list && scratch ? arena_alloc(list, room * sizeof *indexing->pages) : NULL;
    bool ok = indexing->pages || error_memory(error);
    indexing->index = ok ? store_index_open(store, changes, error) : NULL;
    ok = indexing->index && examine_pages(indexing, changes, scratch, error) &&
         put_pages(indexing, error) &&
         store_index_finish(indexing->index, synonyms(indexing->site, scratch), error);
    store_index_close(indexing->index);
    arena_destroy(scratch);
    arena_destroy(list);
    return ok;
}

bool site_index(const struct site *site, struct store *store, bool (*stop)(void *state),
                void *state, struct error *error)
{
    struct indexing indexing = {.site = site, .stop = stop, .state = state};
    bool changes = site->root && site->root->indexed;
    bool ok = run_indexing(&indexing, store, changes, error);
    // Set on the root, so that the next patch has only its edits to index.
    struct site *root = site->root ? site->root : (struct site *)(uintptr_t)site;
    root->indexed |= ok;
    return ok;
}
