// SPDX-License-Identifier: MIT
//
// Fields for shared caches: tags to purge by, and how long to keep a response (RFC 9213).
//
// The tags of a response: its address, the section it is in (the first part of its path), and the
// site. They follow from the address alone, so those of a 404 are those of the page that may be
// there one day.
#include "outputs.h"
#include "server.h"

static void append_host(struct buffer *out, const struct host *host)
{
    if (host)
        buffer_append(out, host->name);
}

void outputs_append_site_tag(struct buffer *out, const struct host *host)
{
    buffer_append_cstr(out, host ? "site:" : "site");
    append_host(out, host);
}

// Without spaces and commas, which separate tags.
void outputs_append_tag(struct buffer *out, const struct host *host, struct slice url)
{
    append_host(out, host);
    buffer_append_percent(out, url, SLICE("/"));
}

// "/guides/a/" → "/guides/"; false for what is in no section.
static bool find_section(struct slice url, struct slice *section)
{
    size_t end = url.len ? slice_find_byte(url, '/', 1) : SIZE_MAX;
    *section = slice_sub(url, 0, end == SIZE_MAX ? 0 : end + 1);
    return section->len > 0;
}

static struct slice write_tags(const struct server *server, const struct request *request,
                               const char *separator)
{
    struct buffer out = buffer_create(request->arena, OUTPUTS_TAGS_MAX);
    struct slice below = settings_below_prefix(server->settings, request->path), section;
    outputs_append_tag(&out, server->host, request->path);
    if (find_section(below, &section)) {
        buffer_printf(&out, "%ssection:", separator);
        outputs_append_tag(&out, server->host, section);
    }
    buffer_append_cstr(&out, separator);
    outputs_append_site_tag(&out, server->host);
    return out.failed ? SLICE_EMPTY : buffer_slice(&out);
}

// A shared cache gives what it keeps to everyone. So where some readers may see more than others,
// nothing is kept that tells which pages there are – a 404 is the same for a page that is not there
// and one that this reader may not know of – nor anything that was made for somebody known.
static bool is_for_everyone(const struct server *server, const struct request *request,
                            const struct response *response)
{
    const struct access *access = &server->access;
    bool shown = response->status == 200 || response->status == 304;
    if (access->networks.count || access->networks.local)
        return false;
    return (!access->user_header.len && !access->groups_header.len) ||
           (shown && !request->user.len && !request->groups.len);
}

static bool is_lasting(const struct response *response)
{
    static const int STATUSES[] = {200, 301, 302, 304, 307, 308, 404, 410};
    bool listed = false;
    for (size_t i = 0; i < sizeof STATUSES / sizeof *STATUSES; i++)
        listed |= STATUSES[i] == response->status;
    for (size_t i = 0; i < response->header_count; i++)
        listed &= !slice_equal_ignore_case(response->headers[i].name, SLICE("Set-Cookie"));
    return listed && slice_find(response->cache_control, SLICE("no-store"), 0) == SIZE_MAX &&
           slice_find(response->cache_control, SLICE("private"), 0) == SIZE_MAX;
}

static bool may_be_kept(const struct server *server, const struct request *request,
                        const struct response *response)
{
    bool read = request->method == HTTP_GET || request->method == HTTP_HEAD;
    return read && !request->admin && is_lasting(response) &&
           is_for_everyone(server, request, response);
}

void outputs_add_fields(const struct server *server, struct request *request,
                        struct response *response)
{
    struct slice name = server->settings->cdn.tags, control = server->settings->cdn.control;
    if (!name.len && !control.len)
        return;
    if (!may_be_kept(server, request, response)) {
        response->fields = 0; // others get other fields for the same page
        return;
    }
    // Fastly, Varnish: by spaces; Cloudflare, Akamai: by commas.
    bool commas = slice_ends_with(name, SLICE("Cache-Tag"));
    struct slice tags = name.len ? write_tags(server, request, commas ? "," : " ") : SLICE_EMPTY;
    if (tags.len)
        response_header(response, name, tags);
    if (control.len && (tags.len || !name.len)) // what cannot be purged is not kept
        response_header(response, SLICE("CDN-Cache-Control"), control);
}
