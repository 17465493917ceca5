// SPDX-License-Identifier: MIT
//
// /-/changed?since=STATE, on the admin listener: the tags that a shared cache should purge, and the
// state to ask since the next time. ?format=text: the state, then a tag on each line.
#include "outputs.h"
#include "server.h"

static void write_json(const struct outputs_changes *changes, struct buffer *out)
{
    buffer_printf(out, "{\"state\":\"%.*s\",\"all\":%s,\"tags\":[", SLICE_ARG(changes->state),
                  changes->all ? "true" : "false");
    for (size_t i = 0; i < changes->count; i++) {
        buffer_append_cstr(out, i ? "," : "");
        buffer_append_json_string(out, changes->tags[i]);
    }
    buffer_append_cstr(out, "]}\n");
}

static void write_tag_lines(const struct outputs_changes *changes, struct buffer *out)
{
    buffer_printf(out, "%.*s\n", SLICE_ARG(changes->state));
    for (size_t i = 0; i < changes->count; i++)
        buffer_printf(out, "%.*s\n", SLICE_ARG(changes->tags[i]));
}

void handle_changed(struct server *server, struct request *request, struct response *response)
{
    struct slice since = request_parameter(request, request->query, SLICE("since"));
    bool text =
        slice_equal(request_parameter(request, request->query, SLICE("format")), SLICE("text"));
    struct outputs_changes changes = {0};
    struct buffer out = buffer_create(request->arena, 0);
    if (!server->outputs || !outputs_changes(server->outputs, since, request->arena, &changes) ||
        !changes.state.ptr) {
        response_text(request, response, 503, SLICE("text/plain; charset=utf-8"),
                      SLICE("503 Service Unavailable: the pages have not all been rendered yet\n"));
        response_header(response, SLICE("Retry-After"), SLICE("1"));
        return;
    }
    if (text)
        write_tag_lines(&changes, &out);
    else
        write_json(&changes, &out);
    response_text(request, response, 200,
                  text ? SLICE("text/plain; charset=utf-8") : SLICE("application/json"),
                  buffer_slice(&out));
}
