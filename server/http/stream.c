// SPDX-License-Identifier: MIT
//
// Responses that stay open and send something now and then: server-sent events, in development. A
// stream with nothing to send is suspended, so that no worker waits for it, and resumed when there
// may be something.
#include "exchange.h"

enum { BLOCK = 1024 };

struct open_stream {
    struct http_server *server;
    struct MHD_Connection *connection;
    const struct http_stream *stream;
    struct open_stream *next; // in the list of waiting ones
};

static ssize_t read_stream(void *state, uint64_t position, char *out, size_t room)
{
    struct open_stream *open = state;
    struct http_server *server = open->server;
    (void)position;
    // Nothing may be missed between checking and waiting.
    pthread_mutex_lock(&server->streams_lock);
    size_t n = open->stream->next(open->stream->state, out, room);
    ssize_t result = (ssize_t)n;
    if (server->streams_end)
        result = MHD_CONTENT_READER_END_OF_STREAM;
    else if (!n) {
        open->next = server->streams_waiting;
        server->streams_waiting = open;
        MHD_suspend_connection(open->connection);
    }
    pthread_mutex_unlock(&server->streams_lock);
    return result;
}

struct MHD_Response *http_stream_response(struct exchange *exchange,
                                          struct MHD_Connection *connection)
{
    struct open_stream *open = arena_alloc(exchange->arena, sizeof *open);
    if (!open)
        return NULL;
    *open = (struct open_stream){
        .server = exchange->server, .connection = connection, .stream = exchange->response.stream};
    return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, BLOCK, read_stream, open, NULL);
}

void http_wake(struct http_server *server)
{
    if (!server)
        return;
    pthread_mutex_lock(&server->streams_lock);
    for (struct open_stream *open = server->streams_waiting; open;) {
        // Once resumed, it may be read and freed at once – but not before the lock is released.
        struct open_stream *next = open->next;
        MHD_resume_connection(open->connection);
        open = next;
    }
    server->streams_waiting = NULL;
    pthread_mutex_unlock(&server->streams_lock);
}

void http_end_streams(struct http_server *server)
{
    pthread_mutex_lock(&server->streams_lock);
    server->streams_end = true;
    pthread_mutex_unlock(&server->streams_lock);
    http_wake(server);
}
