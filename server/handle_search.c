// SPDX-License-Identifier: MIT
//
// Search: the page, which needs no JavaScript, and JSON for suggestions and other programs.
#include "base/clock.h"
#include "server.h"

enum { SUGGESTIONS = 6, PAGE_MAX = 1000 };

static struct store_reader *reader_of(struct server *server, struct request *request,
                                      struct error *error)
{
    unsigned slot =
        (request->worker + (request->admin ? SERVER_WORKERS_MAX / 2 : 0)) % SERVER_WORKERS_MAX;
    unsigned built = atomic_load(&server->cache_built);
    if (server->readers[slot].built != built) {
        store_reader_close(server->readers[slot].reader);
        server->readers[slot].reader = NULL;
    }
    server->readers[slot].built = built;
    if (!server->readers[slot].reader && server->store)
        server->readers[slot].reader = store_reader_open(store_uri(server->store), error);
    return server->readers[slot].reader;
}

enum wanted { A_PAGE, DATA, SUGGESTED };

struct search {
    enum wanted wanted;
    struct server *server;
    struct request *request;
    struct slice query, section;
    struct slice language;  // a tag; "" for the site's own
    bool verbatim;          // without spelling corrections
    size_t page, page_size; // page counts from 1
    struct search_result result;
};

// A search without results tells authors which page is missing; the words may reveal who typed
// them, so they are logged only on request. Suggestions are ignored, as their words are incomplete.
static void count_empty(const struct search *search)
{
    if (!search->query.len || search->result.total || search->wanted == SUGGESTED)
        return;
    atomic_fetch_add(&search->server->metrics->searches_without_result, 1);
    if (search->request->settings->search.log_terms)
        log_write(search->server->log, LOG_INFO, "search without result: %.*s",
                  SLICE_ARG(search->query));
}

// The index is updated after the pages. Results that the snapshot no longer shows – a removed page,
// or a new draft – are dropped.
static void drop_hidden(struct search *search)
{
    struct site *site = server_site(search->server, search->request);
    struct search_result *result = &search->result;
    double now_ms = clock_wall_ms();
    size_t kept = 0;
    for (size_t i = 0; site && i < result->count; i++) {
        const struct site_page *page = handle_find_page(site, search->request, result->hits[i].url);
        if (page && page->searchable && !page->broken && site_page_visible(site, page, now_ms))
            result->hits[kept++] = result->hits[i];
    }
    result->total -= result->count - kept;
    result->count = kept;
}

static bool run_search(struct search *search, struct error *error)
{
    struct store_reader *reader = reader_of(search->server, search->request, error);
    uint64_t start = clock_monotonic_ns();
    if (!reader) {
        atomic_store(&search->server->cache_suspect, true);
        return error_is_set(error) ? false
                                   : error_set(error, ERROR_STORE, "there is no search index");
    }
    struct search_request request = {
        .text = search->query,
        .section = search->section,
        .language = search->language,
        .words_language = search->language.len ? search->language : search->request->settings->lang,
        .verbatim = search->verbatim,
        .offset = (search->page - 1) * search->page_size,
        .limit = search->page_size,
        .now_ms = clock_wall_ms(),
        .suggest = search->wanted == SUGGESTED,
        .sections = search->wanted == A_PAGE};
    bool ok = search_query(reader, search->request->arena, &request, &search->result, error);
    metrics_observe(&search->server->metrics->search, clock_monotonic_ns() - start);
    if (!ok) {
        atomic_store(&search->server->cache_suspect, true);
        return false;
    }
    drop_hidden(search);
    count_empty(search);
    return true;
}

// For the tally. Further pages of results, and sections of them, are the same search.
static void note_words(const struct search *search, struct response *response)
{
    if (search->page > 1 || search->section.len || search->wanted == SUGGESTED)
        return;
    response->searched = search->query;
    response->found = search->result.total > 0;
}

static struct search read_request(struct server *server, struct request *request,
                                  enum wanted wanted)
{
    struct slice page = request_parameter(request, request->query, SLICE("page"));
    double number = value_parse_int(page, 10);
    struct slice language = request_parameter(request, request->query, SLICE("lang"));
    if (slice_equal(language, request->settings->lang))
        language = SLICE_EMPTY;
    return (struct search){
        .wanted = wanted,
        .server = server,
        .request = request,
        .query =
            slice_sub(slice_trim(request_parameter(request, request->query, SLICE("q"))), 0, 300),
        .section = request_parameter(request, request->query, SLICE("section")),
        .language = language,
        .verbatim = request_parameter(request, request->query, SLICE("verbatim")).len > 0,
        .page = number >= 1 && number <= PAGE_MAX ? (size_t)number : 1,
        .page_size = wanted == SUGGESTED ? SUGGESTIONS : request->settings->search.page_size,
    };
}

static bool is_enabled(struct server *server, struct request *request, struct response *response)
{
    if (request->settings->search.enabled)
        return true;
    struct site *site = server_site(server, request);
    if (site)
        handle_not_found(server, site, request, response);
    return false;
}

// ---- the page ----

static void set_search_member(struct search *search, struct value object, const char *key,
                              struct value v)
{
    if (value_is(object, VALUE_OBJECT))
        value_set(NULL, search->request->arena, object, slice_from_cstr(key), v);
}

static void add_search_item(struct search *search, struct value list, struct value item)
{
    if (value_is(list, VALUE_ARRAY))
        value_push(NULL, search->request->arena, list, item);
}

// `verbatim`: for the words as typed.
static struct slice url_of(const struct search *search, struct slice query, struct slice section,
                           size_t page, bool verbatim)
{
    struct buffer url = buffer_create(search->request->arena, 0);
    struct slice prefix = settings_prefix(search->request->settings);
    buffer_append(&url, prefix);
    buffer_append_cstr(&url, "/search?q=");
    buffer_append_percent(&url, query, SLICE_EMPTY);
    if (section.len) {
        buffer_append_cstr(&url, "&section=");
        buffer_append_percent(&url, section, SLICE_EMPTY);
    }
    if (search->language.len) {
        buffer_append_cstr(&url, "&lang=");
        buffer_append_percent(&url, search->language, SLICE_EMPTY);
    }
    if (verbatim)
        buffer_append_cstr(&url, "&verbatim=1");
    if (page > 1)
        buffer_printf(&url, "&page=%zu", page);
    return buffer_slice(&url);
}

static struct slice search_url(const struct search *search, struct slice query,
                               struct slice section, size_t page)
{
    return url_of(search, query, section, page, search->verbatim);
}

// Space-separated words as a list.
static struct value words_value(struct search *search, struct slice words)
{
    struct arena *arena = search->request->arena;
    struct value list = value_array(arena, 1);
    struct slice word;
    while (words.len && slice_split(&words, ' ', &word))
        add_search_item(search, list, value_string(word));
    return list;
}

static struct value results_value(struct search *search)
{
    struct arena *arena = search->request->arena;
    struct value list = value_array(arena, (uint32_t)search->result.count + 1);
    for (size_t i = 0; i < search->result.count; i++) {
        const struct search_hit *hit = &search->result.hits[i];
        struct value item = value_object(arena);
        set_search_member(search, item, "url", value_string(hit->url));
        set_search_member(search, item, "title", value_string(hit->title));
        set_search_member(search, item, "section", value_string(hit->section));
        set_search_member(search, item, "description", value_string(hit->description));
        set_search_member(search, item, "snippet", value_safe_string(hit->snippet));
        set_search_member(search, item, "lang", value_string(hit->language));
        set_search_member(search, item, "missing", words_value(search, hit->missing));
        add_search_item(search, list, item);
    }
    return list;
}

static struct value section_value(struct search *search, struct slice name, size_t count)
{
    struct value item = value_object(search->request->arena);
    set_search_member(search, item, "name", value_string(name));
    set_search_member(search, item, "count", value_number((double)count));
    set_search_member(search, item, "url",
                      value_string(search_url(search, search->query, name, 1)));
    set_search_member(search, item, "current", value_boolean(slice_equal(name, search->section)));
    return item;
}

// The sections to filter by, with "all" first; empty if there is no choice.
static struct value sections_value(struct search *search)
{
    struct arena *arena = search->request->arena;
    const struct search_result *result = &search->result;
    struct value list = value_array(arena, (uint32_t)result->section_count + 1);
    size_t total = 0;
    for (size_t i = 0; i < result->section_count; i++)
        total += result->sections[i].total;
    if (result->section_count < 2 && !search->section.len)
        return list;
    add_search_item(search, list, section_value(search, SLICE_EMPTY, total));
    for (size_t i = 0; i < result->section_count; i++)
        if (result->sections[i].name.len)
            add_search_item(
                search, list,
                section_value(search, result->sections[i].name, result->sections[i].total));
    return list;
}

static struct value search_value(struct search *search)
{
    struct value object = value_object(search->request->arena);
    const struct search_result *result = &search->result;
    size_t size = search->page_size ? search->page_size : 1;
    size_t pages = (result->total + size - 1) / size;
    struct value none = VALUE_LITERAL("");
    set_search_member(search, object, "query", value_string(search->query));
    set_search_member(search, object, "section", value_string(search->section));
    set_search_member(search, object, "results", results_value(search));
    set_search_member(search, object, "total", value_number((double)result->total));
    set_search_member(search, object, "more", value_boolean(result->more));
    set_search_member(search, object, "page", value_number((double)search->page));
    set_search_member(search, object, "pages", value_number((double)pages));
    set_search_member(search, object, "previous",
                      search->page > 1 ? value_string(search_url(search, search->query,
                                                                 search->section, search->page - 1))
                                       : none);
    set_search_member(
        search, object, "next",
        search->page < pages
            ? value_string(search_url(search, search->query, search->section, search->page + 1))
            : none);
    set_search_member(search, object, "did_you_mean", value_string(result->did_you_mean));
    set_search_member(search, object, "did_you_mean_url",
                      result->did_you_mean.len ? value_string(url_of(search, result->did_you_mean,
                                                                     search->section, 1, false))
                                               : none);
    set_search_member(search, object, "instead_url",
                      result->corrected
                          ? value_string(url_of(search, search->query, search->section, 1, true))
                          : none);
    set_search_member(search, object, "left_out", words_value(search, result->left_out));
    set_search_member(search, object, "lang", value_string(search->language));
    set_search_member(search, object, "corrected", value_boolean(result->corrected));
    set_search_member(search, object, "sections", sections_value(search));
    set_search_member(search, object, "sections_more", value_boolean(result->sections_more));
    return object;
}

static void plain_failure(struct request *request, struct response *response, int status)
{
    response_text(request, response, status, SLICE("text/plain; charset=utf-8"),
                  arena_printf(request->arena, "%d %s\n", status, http_reason(status)));
}

void handle_search(struct server *server, struct request *request, struct response *response)
{
    struct search search = read_request(server, request, A_PAGE);
    struct site *site = server_site(server, request);
    struct error error = {0};
    struct site_output output;
    if (!is_enabled(server, request, response))
        return;
    if (!site || !run_search(&search, &error)) {
        log_request_error(server->log, LOG_ERROR, slice_from_cstr(request->id), &error);
        plain_failure(request, response, 503);
        return;
    }
    note_words(&search, response);
    struct value data = value_object(request->arena);
    set_search_member(&search, data, "search", search_value(&search));
    set_search_member(&search, data, "searchable", value_boolean(false));
    if (search.language.len)
        set_search_member(&search, data, "lang", value_string(search.language));
    if (arena_failed(request->arena)) { // a result may lack anything
        plain_failure(request, response, 503);
        return;
    }
    struct site_request view = {.now_ms = clock_wall_ms()};
    if (!site_render_text(site, SLICE("layouts/search.njk"), &view, data, SLICE("/search"),
                          request->arena, &output, &error)) {
        if (error.code != ERROR_NOT_FOUND) // the site's own page is broken
            log_request_error(server->log, LOG_ERROR, slice_from_cstr(request->id), &error);
        plain_search(request, response, value_get(NULL, data, SLICE("search")));
        return;
    }
    response->status = 200;
    response->content_type = output.content_type;
    response->parts = output.body.parts;
    response->part_count = output.body.count;
    response->length = output.body.length;
    response->compressible = true;
    response->cache_control = SLICE("no-store");
}

// ---- JSON ----

static void text_field(struct buffer *out, const char *name, struct slice text, bool first)
{
    buffer_printf(out, "%s\"%s\":", first ? "" : ",", name);
    buffer_append_json_string(out, text);
}

static void words_field(struct buffer *out, const char *name, struct slice words)
{
    struct slice word;
    buffer_printf(out, ",\"%s\":[", name);
    for (bool first = true; words.len && slice_split(&words, ' ', &word); first = false) {
        buffer_append_cstr(out, first ? "" : ",");
        buffer_append_json_string(out, word);
    }
    buffer_append_byte(out, ']');
}

static void write_search_json(const struct search *search, bool suggest, struct buffer *out)
{
    const struct search_result *result = &search->result;
    buffer_append_byte(out, '{');
    text_field(out, "query", search->query, true);
    buffer_printf(out, ",\"total\":%zu,\"more\":%s", result->total,
                  result->more ? "true" : "false");
    text_field(out, "did_you_mean", result->did_you_mean, false);
    buffer_printf(out, ",\"corrected\":%s", result->corrected ? "true" : "false");
    words_field(out, "left_out", result->left_out);
    buffer_append_cstr(out, ",\"results\":[");
    for (size_t i = 0; i < result->count; i++) {
        const struct search_hit *hit = &result->hits[i];
        buffer_append_cstr(out, i ? ",{" : "{");
        text_field(out, "title", hit->title, true);
        text_field(out, "url", hit->url, false);
        text_field(out, "section", hit->section, false);
        if (!suggest) {
            text_field(out, "description", hit->description, false);
            text_field(out, "snippet", hit->snippet, false);
            words_field(out, "missing", hit->missing);
        }
        if (hit->language.len)
            text_field(out, "lang", hit->language, false);
        buffer_append_byte(out, '}');
    }
    buffer_append_cstr(out, "]}\n");
}

void handle_search_json(struct server *server, struct request *request, struct response *response)
{
    bool suggest = request_parameter(request, request->query, SLICE("suggest")).len > 0;
    struct search search = read_request(server, request, suggest ? SUGGESTED : DATA);
    struct error error = {0};
    if (!is_enabled(server, request, response))
        return;
    if (!run_search(&search, &error)) {
        log_request_error(server->log, LOG_ERROR, slice_from_cstr(request->id), &error);
        plain_failure(request, response, 503);
        return;
    }
    note_words(&search, response);
    struct buffer out = buffer_create(request->arena, 0);
    write_search_json(&search, suggest, &out);
    response_text(request, response, 200, SLICE("application/json"), buffer_slice(&out));
    response->compressible = true;
    response->cache_control = SLICE("no-store");
}
