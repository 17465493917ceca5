// SPDX-License-Identifier: MIT
//
// From pages to search documents: plain texts of each page's own content.
#include "snapshot.h"

#include "base/clock.h"

#include <math.h>

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

// A plain page's HTML is stored, for requests and the next start.
static bool make_html(const struct site *site, const struct site_page *page,
                      struct store_index *index, struct arena *scratch, struct slice *html,
                      struct error *error)
{
    const struct source *source = page_of(page)->source;
    struct value_realm realm = value_realm_create(scratch);
    struct site_request request = {.now_ms = clock_wall_ms()};
    bool stored;
    realm.now_ms = request.now_ms;
    if (!source->plain || site->foreign_markdown)
        return render_content(site, page, &request, &realm, html, error);
    return render_plain(source, scratch, html, &stored, error) &&
           (stored || !source_stores_body(source) ||
            store_index_body(index, source->text_id, source_body_key(source), *html, error));
}

static bool put_page(const struct site *site, const struct site_page *page,
                     struct store_index *index, struct arena *scratch, struct error *error)
{
    struct search_document document;
    struct error own = {0};
    struct slice html;
    if (!is_searchable(site, page)) {
        if (page->url.len && !page->broken && page_of(page)->source->plain)
            make_html(site, page, index, scratch, &html, &own); // for readers
        return store_index_forget(index, page->url, error);
    }
    describe_document(site, page, scratch, &document);
    document.inputs = hash_inputs(page_of(page)->source, &document);
    if (store_index_is(index, page->url, document.inputs))
        return true;
    if (!make_html(site, page, index, scratch, &html, &own)) {
        log_error(site->log, LOG_WARNING, &own);
        return store_index_forget(index, page->url, error);
    }
    struct buffer text = buffer_create(scratch, 0), headings = buffer_create(scratch, 0);
    buffer_reserve(&text, html.len);
    search_text(html, &text, &headings);
    document.headings = buffer_slice(&headings);
    document.body = buffer_slice(&text);
    return text.failed || headings.failed || store_index_put(index, &document, error);
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

static bool put_pages(const struct site *site, bool changes, struct store_index *index,
                      struct arena *scratch, bool (*stop)(void *state), void *state,
                      struct error *error)
{
    for (size_t i = 0; i < site->page_count; i++) {
        const struct site_page *page = &site->pages[i];
        arena_reset(scratch, 4 << 20);
        if (changes && !page_is_edited(site, page))
            continue;
        if (!put_page(site, page, index, scratch, error) || (stop && stop(state)))
            return false;
    }
    return true;
}

bool site_index(const struct site *site, struct store *store, bool (*stop)(void *state),
                void *state, struct error *error)
{
    struct arena *scratch = arena_create(1 << 20, 0);
    bool changes = site->root && site->root->indexed;
    struct store_index *index = scratch ? store_index_open(store, changes, error) : NULL;
    bool ok = index && put_pages(site, changes, index, scratch, stop, state, error) &&
              store_index_finish(index, synonyms(site, scratch), error);
    if (!scratch)
        error_memory(error);
    store_index_close(index);
    arena_destroy(scratch);
    // Set on the root, so that the next patch has only its edits to index.
    struct site *root = site->root ? site->root : (struct site *)(uintptr_t)site;
    root->indexed |= ok;
    return ok;
}
