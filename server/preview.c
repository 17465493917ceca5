// SPDX-License-Identifier: MIT
//
// From a cookie or a host name to a snapshot, and the banner into its pages.
//
//   /-/preview/BRANCH ─▶ cookie ─▶ every page is that branch's ─▶ /-/leave-preview
//
// A preview's responses are for the reader alone and never stored; responses of the site itself
// vary by the cookie.
#include "preview.h"

#include "server.h"

static const struct slice COOKIE = {"guidance-preview", 16};

// ---- the requested preview ----

// RFC 6265 §5.4: pairs separated by "; ".
static struct slice read_cookie(const struct request *request)
{
    struct slice rest = request_header(request, SLICE("Cookie")), pair;
    struct buffer out = buffer_create(request->arena, 0);
    while (!out.len && slice_split(&rest, ';', &pair)) {
        pair = slice_trim(pair);
        if (slice_starts_with(pair, COOKIE) && pair.len > COOKIE.len && pair.ptr[COOKIE.len] == '=')
            buffer_append_decoded(&out, slice_sub(pair, COOKIE.len + 1, pair.len));
    }
    return buffer_slice(&out);
}

static struct slice lower(struct arena *arena, struct slice text)
{
    struct buffer out = buffer_create(arena, 0);
    for (size_t i = 0; i < text.len; i++)
        buffer_append_byte(&out, text.ptr[i] >= 'A' && text.ptr[i] <= 'Z'
                                     ? (char)(text.ptr[i] | 0x20)
                                     : text.ptr[i]);
    return buffer_slice(&out);
}

// The part for {ref} in git.preview_host; ptr NULL: not a preview host.
static struct slice read_label(const struct server *server, const struct request *request)
{
    static const struct slice HOLDER = {"{ref}", 5};
    struct slice pattern = server->settings->git.preview_host;
    size_t at = pattern.len ? slice_find(pattern, HOLDER, 0) : SIZE_MAX;
    if (at == SIZE_MAX)
        return SLICE_EMPTY;
    struct slice host = lower(request->arena, request->host);
    host = slice_sub(host, 0, slice_find_byte(host, ':', 0));
    struct slice before = slice_sub(pattern, 0, at),
                 after = slice_sub(pattern, at + HOLDER.len, pattern.len);
    bool fits = host.len > before.len + after.len && slice_starts_with(host, before) &&
                slice_ends_with(host, after);
    return fits ? slice_sub(host, before.len, host.len - after.len) : SLICE_EMPTY;
}

// ---- pages below /-/ ----

// Where to go: only a path on this host.
static struct slice target_of(const struct request *request)
{
    struct slice to = request_parameter(request, request->query, SLICE("to"));
    bool ours = to.len && to.ptr[0] == '/' && !slice_starts_with(to, SLICE("//"));
    for (size_t i = 0; ours && i < to.len; i++)
        ours = (unsigned char)to.ptr[i] > 0x20 && to.ptr[i] != '\\' && to.ptr[i] != 0x7f;
    struct buffer out = buffer_create(request->arena, 0);
    if (ours)
        buffer_append_percent(&out, to, SLICE("/!$&'()*+,;=:@?"));
    else
        preview_link(&out, request, "/", SLICE_EMPTY);
    return buffer_slice(&out);
}

static void set_cookie(struct request *request, struct response *response, struct slice ref)
{
    struct buffer out = buffer_create(request->arena, 0);
    buffer_printf(&out, "%.*s=", SLICE_ARG(COOKIE));
    buffer_append_percent(&out, ref, SLICE(""));
    buffer_printf(&out, "; Path=/; HttpOnly; SameSite=Lax%s%s", request->secure ? "; Secure" : "",
                  ref.len ? "" : "; Max-Age=0");
    response_header(response, SLICE("Set-Cookie"), buffer_slice(&out));
}

static void open_preview(struct server *server, struct request *request, struct response *response,
                         struct slice ref)
{
    struct object_id commit;
    if (!ref.len) {
        preview_list(server, request, response);
        return;
    }
    if (!preview_resolve(server, request, response, ref, &commit))
        return;
    response_redirect(request, response, 303, target_of(request));
    set_cookie(request, response, ref);
}

static bool is_read(const struct request *request)
{
    return request->method == HTTP_GET || request->method == HTTP_HEAD;
}

// True when the path is one of ours.
static bool answer_own(struct server *server, struct request *request, struct response *response,
                       struct slice path, preview_answer again)
{
    static const struct slice OPEN = {"/-/preview", 10}, CHANGES = {"/-/changes/", 11};
    bool opens = slice_equal(path, OPEN) || slice_starts_with(path, SLICE("/-/preview/"));
    response->route = METRICS_PREVIEW;
    if (!is_read(request))
        return false;
    if (opens)
        open_preview(server, request, response, slice_sub(path, OPEN.len + 1, path.len));
    else if (slice_starts_with(path, CHANGES) && path.len > CHANGES.len)
        handle_changes(server, request, response, slice_sub(path, CHANGES.len, path.len), again);
    else if (slice_equal(path, SLICE("/-/leave-preview"))) {
        response_redirect(request, response, 303, target_of(request));
        set_cookie(request, response, SLICE_EMPTY);
    } else if (slice_equal(path, SLICE("/-/preview.css"))) {
        response_text(request, response, 200, SLICE("text/css; charset=utf-8"),
                      slice_from_cstr(PREVIEW_STYLE));
        response->cache_control = SLICE("private, max-age=300");
        return true;
    } else
        return false;
    response->cache_control = SLICE("private, no-store");
    return true;
}

static bool show(struct server *server, struct request *request, struct response *response,
                 struct slice ref, bool by_host, preview_answer again)
{
    struct preview *preview = arena_zalloc(request->arena, 1, sizeof *preview);
    struct object_id commit;
    response->route = METRICS_PREVIEW;
    if (!preview) {
        preview_busy(request, response);
        return true;
    }
    if (!preview_resolve(server, request, response, ref, &commit))
        return true;
    struct site *site = preview_site(server, request, response, ref, &commit, again);
    if (!site)
        return true;
    *preview = (struct preview){site, ref, commit, by_host};
    request->preview = preview;
    return false;
}

bool preview_take(struct server *server, struct request *request, struct response *response,
                  preview_answer again)
{
    if (!server->previews || request->admin || !previews_admit(server->previews, request))
        return false;
    struct slice path = settings_below_prefix(server->settings, request->path);
    struct slice label = read_label(server, request);
    if (answer_own(server, request, response, path, again))
        return true;
    response->route = 0;
    if (label.ptr) {
        struct slice ref = previews_label(server->previews, label, request->arena);
        return show(server, request, response, ref.ptr ? ref : label, true, again);
    }
    struct slice ref = read_cookie(request);
    return ref.len && show(server, request, response, ref, false, again);
}

// ---- changes to a preview's response ----

static bool starts_tag(struct slice text, size_t at)
{
    return at + 5 < text.len &&
           slice_equal_ignore_case(slice_sub(text, at, at + 5), SLICE("<body")) &&
           (text.ptr[at + 5] == '>' || text.ptr[at + 5] == ' ' || text.ptr[at + 5] == '\n' ||
            text.ptr[at + 5] == '\t');
}

// The offset after the body's start tag; 0 if there is none.
static size_t find_body(struct slice text)
{
    char quote = '\0';
    size_t at = 0;
    while ((at = slice_find_byte(text, '<', at)) != SIZE_MAX && !starts_tag(text, at))
        at++;
    for (size_t i = at == SIZE_MAX ? text.len : at; i < text.len; i++) {
        char c = text.ptr[i];
        if (quote ? c == quote : c == '"' || c == '\'')
            quote = quote ? '\0' : c;
        else if (c == '>' && !quote)
            return i + 1;
    }
    return 0;
}

static void add_banner(struct server *server, struct request *request, struct response *response)
{
    struct slice whole = arena_join(request->arena, response->parts, response->part_count);
    struct slice banner = preview_banner(server, request);
    size_t at = whole.ptr ? find_body(whole) : 0;
    if (!at || !banner.ptr)
        return;
    response_text(request, response, response->status, response->content_type,
                  ARENA_JOIN(request->arena, slice_sub(whole, 0, at), banner,
                             slice_sub(whole, at, whole.len)));
}

static bool is_html(const struct response *response)
{
    return slice_starts_with(response->content_type, SLICE("text/html"));
}

void preview_finish(struct server *server, struct request *request, struct response *response)
{
    if (!server->previews || request->admin || response->wait)
        return;
    response_header(response, SLICE("Vary"), SLICE("Cookie"));
    if (!request->preview)
        return;
    if (response->produce)
        response->produce(response->produce_state, request, response);
    response->produce = NULL;
    response->etag = SLICE_EMPTY;
    response->last_modified = 0;
    response->fields = 0;
    response->lasting = NULL;
    response->cache_control = SLICE("private, no-store");
    response_header(response, SLICE("X-Robots-Tag"), SLICE("noindex, nofollow"));
    if (is_html(response) && !response->file && response->part_count)
        add_banner(server, request, response);
}
