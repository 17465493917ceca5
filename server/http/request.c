// SPDX-License-Identifier: MIT
//
// Reading a request and filling in a response, for all handlers.
#include "http.h"

#include "base/ascii.h"
#include "base/utf8.h"

#include <unistd.h>

struct slice request_header(const struct request *request, struct slice name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (slice_equal_ignore_case(request->headers[i].name, name))
            return request->headers[i].value;
    return SLICE_EMPTY;
}

struct slice request_only_header(const struct request *request, struct slice name)
{
    struct slice value = SLICE_EMPTY;
    size_t found = 0;
    for (size_t i = 0; name.len && i < request->header_count; i++)
        if (slice_equal_ignore_case(request->headers[i].name, name)) {
            value = slice_trim(request->headers[i].value);
            found++;
        }
    return found == 1 ? value : SLICE_EMPTY;
}

// WHATWG URL §5.1: '+' is a space; an invalid escape stays unchanged. Bytes that are not UTF-8
// become U+FFFD, since strings are UTF-8 inside.
static struct slice decode_form(struct arena *arena, struct slice text)
{
    struct buffer out = buffer_create(arena, 0);
    for (size_t i = 0; i < text.len; i++) {
        int byte = ascii_escaped_byte(text, i);
        char plain = text.ptr[i] == '+' ? ' ' : text.ptr[i];
        buffer_append_byte(&out, byte >= 0 ? (char)byte : plain);
        i += byte >= 0 ? 2 : 0;
    }
    struct slice raw = buffer_slice(&out);
    if (utf8_find_invalid(raw) == SIZE_MAX)
        return raw;
    struct buffer clean = buffer_create(arena, 0);
    for (size_t i = 0; i < raw.len;)
        utf8_append(&clean, utf8_decode(raw, &i));
    return buffer_slice(&clean);
}

struct slice request_parameter(const struct request *request, struct slice encoded,
                               struct slice name)
{
    struct slice pair;
    for (int i = 0; i < 64 && slice_split(&encoded, '&', &pair); i++) {
        size_t equals = slice_find_byte(pair, '=', 0);
        struct slice key = slice_sub(pair, 0, equals);
        if (!slice_equal(key, name) && !slice_equal(decode_form(request->arena, key), name))
            continue;
        struct slice value =
            equals == SIZE_MAX ? SLICE_EMPTY : slice_sub(pair, equals + 1, pair.len);
        struct slice decoded = decode_form(request->arena, value);
        return slice_of(decoded.ptr ? decoded.ptr : "", decoded.len);
    }
    return SLICE_EMPTY;
}

void response_text(struct request *request, struct response *response, int status,
                   struct slice content_type, struct slice text)
{
    struct slice *part = arena_alloc(request->arena, sizeof *part);
    response->status = part ? status : 500;
    response->content_type = content_type;
    response->part_count = part ? 1 : 0;
    response->parts = part;
    response->length = part ? text.len : 0;
    if (part)
        *part = text;
}

static void close_file(void *fd)
{
    close(*(int *)fd);
}

bool response_file(struct request *request, struct response *response, int fd)
{
    int *file = arena_alloc(request->arena, sizeof *file);
    if (!file) {
        close(fd);
        return false;
    }
    *file = fd;
    if (!arena_on_free(request->arena, close_file, file)) // which has closed it
        return false;
    response->file = file;
    return true;
}

void response_header(struct response *response, struct slice name, struct slice value)
{
    size_t room = sizeof response->headers / sizeof *response->headers;
    if (response->header_count < room)
        response->headers[response->header_count++] = (struct http_header){name, value};
}

void response_redirect(struct request *request, struct response *response, int status,
                       struct slice location)
{
    response_text(request, response, status, SLICE("text/plain; charset=utf-8"),
                  arena_printf(request->arena, "%d %s\n%.*s\n", status, http_reason(status),
                               SLICE_ARG(location)));
    response_header(response, SLICE("Location"), location);
}

static const struct {
    int status;
    const char *reason;
} REASONS[] = {
    {100, "Continue"},
    {200, "OK"},
    {204, "No Content"},
    {206, "Partial Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {503, "Service Unavailable"},
    {505, "HTTP Version Not Supported"},
};

const char *http_reason(int status)
{
    for (size_t i = 0; i < sizeof REASONS / sizeof *REASONS; i++)
        if (REASONS[i].status == status)
            return REASONS[i].reason;
    return "Unknown";
}
