// SPDX-License-Identifier: MIT
//
// An exchange: one request and its response while they are under way. Private to http.c (from
// libmicrohttpd to a request) and send.c (from a response to libmicrohttpd).
#ifndef GUIDANCED_SERVER_HTTP_EXCHANGE_H
#define GUIDANCED_SERVER_HTTP_EXCHANGE_H

#include "http.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>

struct exchange {
    struct http_server *server;
    struct arena *arena;
    struct request request;
    struct response response;
    struct buffer body;
    uint64_t sent;
    int fd;                     // of its connection
    int verdict;                // of the guard on the head: 0, or the status to refuse with
    size_t held;                // by its arena, as counted in the sum of the server
    bool started;               // the head has been read
    bool answered;              // a response has been queued
    bool waits;                 // the connection sleeps, or has been woken and not yet answered
    struct exchange *next_free; // in its thread's list
    struct exchange *next_made; // in the server's list of all
};

#define HTTP_REQUEST_ID "X-Request-Id"

struct http_prepared_table; // prepared.c

struct http_server {
    struct http_options options;
    struct MHD_Daemon *daemon;
    _Atomic(struct exchange *) made;
    _Atomic(struct http_prepared_table *) tables; // of all workers
    atomic_uint in_flight;
    atomic_uint connections;
    atomic_uint workers;
    atomic_uint_fast64_t next_id;
    atomic_uint_fast64_t arena_held, arena_highest; // kept now; most that one request has used
    uint64_t id_seed;
    pthread_mutex_t streams_lock; // development only: of what follows
    struct open_stream *streams_waiting;
    bool streams_end;
};

// ---- prepared.c: responses that are used again, a table a worker ----

struct http_particulars { // what is not the same for all responses with these fields
    uint64_t length;
    int64_t last_modified;
    struct slice id;   // X-Request-Id
    struct slice etag; // with quotes; "" for none
};
struct http_prepared {
    uint64_t fields; // as response.fields; 0: empty
    int status;
    enum http_coding coding;
    struct MHD_Response *response;
    struct http_particulars is; // its own values, which are written over
};
// The calling worker's slot for the fields; empty when it was another's. NULL: no memory.
struct http_prepared *http_prepared_slot(struct http_server *server, uint64_t fields, int status,
                                         enum http_coding coding);
// Puts a response into the slot, which owns it from here on.
void http_prepared_keep(struct http_prepared *slot, struct MHD_Response *response,
                        const struct http_particulars *now);
// Makes the slot's response that of now; false when there is none, or it does not fit.
bool http_prepared_fit(struct http_prepared *slot, const struct http_particulars *now);
// Frees the tables of all workers, once they have ended.
void http_prepared_free(struct http_server *server);

// A response that asks response.stream for what it says; NULL when out of memory.
struct MHD_Response *http_stream_response(struct exchange *exchange,
                                          struct MHD_Connection *connection);
// Ends all streams, those to come as well.
void http_end_streams(struct http_server *server);

// Applies conditions, ranges and codings to the response and queues it.
enum MHD_Result http_send(struct exchange *exchange, struct MHD_Connection *connection);

#endif
