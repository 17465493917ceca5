// SPDX-License-Identifier: MIT
//
// An exchange: one request and its response in progress. Private to http.c (from libmicrohttpd to a
// request) and send.c (from a response to libmicrohttpd).
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
    int verdict;                // the guard's on the head: 0, or the status to refuse with
    size_t held;                // by its arena, as counted in the server's total
    bool started;               // the head has been read
    bool answered;              // a response has been queued
    bool waits;                 // the connection is suspended, or resumed and not yet answered
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
    atomic_uint_fast64_t arena_held, arena_highest; // kept now; most used by one request
    uint64_t id_seed;
    pthread_mutex_t streams_lock; // development only: for what follows
    struct open_stream *streams_waiting;
    bool streams_end;
};

// ---- prepared.c: reused responses, a table per worker ----

struct http_particulars { // values that differ between responses with the same fields
    uint64_t length;
    int64_t last_modified;
    struct slice id;   // X-Request-Id
    struct slice etag; // with quotes; "" for none
};
struct http_prepared {
    uint64_t fields; // same as response.fields; 0: empty
    int status;
    enum http_coding coding;
    struct MHD_Response *response;
    struct http_particulars is; // its current values, which are overwritten
};
// The calling worker's slot for the fields; empty if it was used for others. NULL: out of memory.
struct http_prepared *http_prepared_slot(struct http_server *server, uint64_t fields, int status,
                                         enum http_coding coding);
// Puts a response into the slot, which owns it from here on.
void http_prepared_keep(struct http_prepared *slot, struct MHD_Response *response,
                        const struct http_particulars *now);
// Updates the slot's response to the new values; false if there is none, or they do not fit.
bool http_prepared_fit(struct http_prepared *slot, const struct http_particulars *now);
// Frees the tables of all workers, once they have ended.
void http_prepared_free(struct http_server *server);

// A response whose body comes from response.stream; NULL when out of memory.
struct MHD_Response *http_stream_response(struct exchange *exchange,
                                          struct MHD_Connection *connection);
// Ends all streams, including future ones.
void http_end_streams(struct http_server *server);

// Applies conditions, ranges and codings to the response and queues it.
enum MHD_Result http_send(struct exchange *exchange, struct MHD_Connection *connection);

#endif
