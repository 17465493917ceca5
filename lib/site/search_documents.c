// SPDX-License-Identifier: MIT
//
// From pages to what the search index holds: plain texts of each page's own content.
#include "snapshot.h"

#include "base/clock.h"

static bool is_one_of(struct slice name, const char *const *names)
{
    while (*names && !slice_equal_ignore_case(name, slice_from_cstr(*names)))
        names++;
    return *names != NULL;
}

// Elements whose text is no prose.
static const char *const SKIPPED[] = {"script", "style", "pre", "template", NULL};
// Elements within a line: no space stands for their tags.
static const char *const INLINE[] = {"a",    "abbr", "b",    "cite",   "code", "em",  "i",    "kbd",
                                     "mark", "q",    "span", "strong", "sub",  "sup", "time", NULL};

static struct slice tag_name(struct slice tag)
{
    size_t n = 0;
    while (n < tag.len &&
           ((tag.ptr[n] | 0x20) >= 'a' || (tag.ptr[n] >= '0' && tag.ptr[n] <= '9')) &&
           (tag.ptr[n] | 0x20) <= 'z')
        n++;
    return slice_sub(tag, 0, n);
}

static void append_entity(struct buffer *out, struct slice text, size_t *at)
{
    static const struct {
        struct slice name;
        char c;
    } NAMES[] = {{{"&amp;", 5}, '&'},
                 {{"&lt;", 4}, '<'},
                 {{"&gt;", 4}, '>'},
                 {{"&quot;", 6}, '"'},
                 {{"&#39;", 5}, '\''}};
    struct slice here = slice_sub(text, *at, text.len);
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (slice_starts_with(here, NAMES[i].name)) {
            buffer_append_byte(out, NAMES[i].c);
            *at += NAMES[i].name.len;
            return;
        }
    buffer_append_byte(out, '&');
    ++*at;
}

// The text of HTML; what stands in headings goes to `headings` as well, a line each.
static void strip(struct slice html, struct buffer *text, struct buffer *headings)
{
    bool skip = false, heading = false;
    for (size_t i = 0; i < html.len;) {
        char c = html.ptr[i];
        if (c == '<') {
            size_t end = slice_find_byte(html, '>', i);
            bool closing = i + 1 < html.len && html.ptr[i + 1] == '/';
            struct slice name = tag_name(slice_sub(html, i + 1 + closing, end));
            if (is_one_of(name, SKIPPED))
                skip = !closing;
            if (name.len == 2 && (name.ptr[0] | 0x20) == 'h' && name.ptr[1] >= '1' &&
                name.ptr[1] <= '6') {
                heading = !closing;
                if (closing)
                    buffer_append_byte(headings, '\n');
            }
            if (!is_one_of(name, INLINE))
                buffer_append_byte(text, ' ');
            i = end == SIZE_MAX ? html.len : end + 1;
            continue;
        }
        size_t start = i;
        struct buffer *target = skip ? NULL : text;
        if (c == '&' && target)
            append_entity(text, html, &i);
        else
            i++;
        if (!target)
            continue;
        if (c != '&')
            buffer_append_byte(text, c);
        if (heading)
            buffer_append(headings, c == '&' ? SLICE(" ") : slice_sub(html, start, start + 1));
    }
}

static struct slice member_text(struct value object, struct slice key)
{
    struct value v =
        value_is(object, VALUE_OBJECT) ? value_get(NULL, object, key) : value_undefined();
    return value_is(v, VALUE_STRING) ? value_text(v) : SLICE_EMPTY;
}

// As it is called in the navigation.
static struct slice name_of(const struct site_page *page)
{
    struct value navigation = value_get(NULL, page->data, SLICE("eleventyNavigation"));
    struct slice title = member_text(navigation, SLICE("title"));
    return title.len ? title : member_text(navigation, SLICE("key"));
}

// What else a reader may call the page: its section, its place in the navigation, the last part of
// its address.
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

static bool is_searchable(const struct site *site, const struct site_page *page)
{
    return page->url.len && page->searchable && !page->withdrawn && !page->broken && !page->draft &&
           page->title.len && slice_starts_with(page->content_type, SLICE("text/html")) &&
           site_page_visible(site, page, clock_wall_ms());
}

static bool make_document(const struct site *site, const struct site_page *page,
                          struct arena *scratch, struct search_document *out)
{
    struct value_realm realm = value_realm_create(scratch);
    struct site_request request = {.now_ms = clock_wall_ms()};
    struct error error = {0};
    struct slice html;
    realm.now_ms = request.now_ms;
    if (!render_content(site, page, &request, &realm, &html, &error)) {
        log_error(site->log, LOG_WARNING, &error);
        return false;
    }
    struct buffer text = buffer_create(scratch, 0), headings = buffer_create(scratch, 0);
    buffer_reserve(&text, html.len);
    strip(html, &text, &headings);
    *out = (struct search_document){.url = page->url,
                                    .title = page->title,
                                    .name = name_of(page),
                                    .names = names_of(page, scratch),
                                    .headings = buffer_slice(&headings),
                                    .description = member_text(page->data, SLICE("description")),
                                    .body = buffer_slice(&text),
                                    .section = member_text(page->data, SLICE("section")),
                                    .weight = 1};
    return !text.failed && !headings.failed;
}

// The synonyms file as lines "word: other, another".
static struct slice synonyms(const struct site *site, struct arena *arena)
{
    struct slice path = settings_path(site->settings, "search.synonyms"), source;
    struct buffer out = buffer_create(arena, 0);
    struct error ignored = {0};
    if (!path.len || !file_read(arena, path.ptr, 1 << 20, &source, &ignored))
        return SLICE_EMPTY;
    struct value v = value_from_yaml(arena, path, source, 1, &VALUE_DATA_LIMITS, NULL, &ignored);
    const struct value_object *view = value_is(v, VALUE_OBJECT) ? value_object_view(NULL, v) : NULL;
    struct value_realm realm = value_realm_create(arena);
    for (uint32_t i = 0; view && i < view->count; i++)
        buffer_printf(&out, "%.*s: %.*s\n", SLICE_ARG(view->members[i].key),
                      SLICE_ARG(value_to_text(&realm, view->members[i].value)));
    return buffer_slice(&out);
}

static bool put_pages(const struct site *site, struct store_index *index, struct arena *scratch,
                      bool (*stop)(void *state), void *state, struct error *error)
{
    for (size_t i = 0; i < site->page_count; i++) {
        const struct site_page *page = &site->pages[i];
        struct search_document document;
        arena_reset(scratch, 4 << 20);
        if (!is_searchable(site, page) || !make_document(site, page, scratch, &document))
            continue;
        if (!store_index_put(index, &document, error))
            return false;
        if (stop && stop(state))
            return false;
    }
    return true;
}

bool site_index(const struct site *site, struct store *store, bool (*stop)(void *state),
                void *state, struct error *error)
{
    struct arena *scratch = arena_create(1 << 20, 0);
    struct store_index *index = scratch ? store_index_open(store, error) : NULL;
    bool ok = index && put_pages(site, index, scratch, stop, state, error) &&
              store_index_finish(index, synonyms(site, scratch), error);
    if (!scratch)
        error_memory(error);
    store_index_close(index);
    arena_destroy(scratch);
    return ok;
}
