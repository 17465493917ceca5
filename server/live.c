// SPDX-License-Identifier: MIT
//
// HTML Living Standard §9.2, server-sent events: lines "data: version", and comments as a
// heartbeat.
#include "server.h"

#include <stdio.h>

static const char SCRIPT[] =
    "// Loads the page again when the site has changed since it was made.\n"
    "const made = new URL(document.currentScript.src).searchParams.get('version');\n"
    "const events = new EventSource('/.guidanced/events');\n"
    "events.onmessage = (event) => {\n"
    "  if (event.data !== made) {\n"
    "    events.close();\n"
    "    location.reload();\n"
    "  }\n"
    "};\n";

struct listener {
    struct live *live;
    uint64_t version, beat; // as last sent
    struct http_stream stream;
};

static size_t next_event(void *state, char *out, size_t room)
{
    struct listener *listener = state;
    uint64_t version = atomic_load(&listener->live->version);
    uint64_t beat = atomic_load(&listener->live->beat);
    int n = 0;
    if (version != listener->version)
        n = snprintf(out, room, "data: %llu\n\n", (unsigned long long)version);
    else if (beat != listener->beat)
        n = snprintf(out, room, ":\n\n");
    listener->version = version;
    listener->beat = beat;
    return n > 0 ? (size_t)n : 0;
}

void handle_live_events(struct server *server, struct request *request, struct response *response)
{
    struct listener *listener = arena_zalloc(request->arena, 1, sizeof *listener);
    response_text(request, response, listener ? 200 : 500, SLICE("text/event-stream"), SLICE(""));
    response->cache_control = SLICE("no-store");
    if (!listener || request->method == HTTP_HEAD)
        return;
    listener->live = &server->live;
    listener->beat = atomic_load(&server->live.beat);
    listener->version = UINT64_MAX; // the current version is sent at once
    listener->stream = (struct http_stream){.next = next_event, .state = listener};
    response->stream = &listener->stream;
}

void handle_live_script(struct server *server, struct request *request, struct response *response)
{
    (void)server;
    response_text(request, response, 200, SLICE("text/javascript; charset=utf-8"),
                  slice_from_cstr(SCRIPT));
    response->cache_control = SLICE("no-store");
}

struct slice live_tag(struct server *server, struct arena *arena)
{
    if (!server->development)
        return SLICE("");
    return arena_printf(arena, "<script src=\"/.guidanced/live.js?version=%llu\"></script>\n",
                        (unsigned long long)atomic_load(&server->live.version));
}

static void wake_live(struct server *server)
{
    http_wake(atomic_load(&server->process->main));
    http_wake(atomic_load(&server->process->admin));
}

void live_changed(struct server *server)
{
    atomic_fetch_add(&server->live.version, 1);
    if (server->development)
        wake_live(server);
}

void live_beat(struct server *server)
{
    atomic_fetch_add(&server->live.beat, 1);
    if (server->development)
        wake_live(server);
}
