// SPDX-License-Identifier: MIT
//
// An exchange: one request and its response while they are under way. Private to http.c (from
// libmicrohttpd to a request) and http_send.c (from a response to libmicrohttpd).
#ifndef GUIDANCED_SERVER_EXCHANGE_H
#define GUIDANCED_SERVER_EXCHANGE_H

#include "http.h"

#include <microhttpd.h>
#include <stdatomic.h>

struct exchange {
    struct http_server *server;
    struct arena *arena;
    struct request request;
    struct response response;
    struct buffer body;
    uint64_t sent;
    bool started;               // the head has been read
    bool answered;              // a response has been queued
    struct exchange *next_free; // in its thread's list
    struct exchange *next_made; // in the server's list of all
};

struct http_server {
    struct http_options options;
    struct MHD_Daemon *daemon;
    int socket;
    char address[128];
    char unix_path[108];
    _Atomic(struct exchange *) made;
    atomic_uint in_flight;
    atomic_uint connections;
    atomic_uint workers;
    atomic_uint_fast64_t next_id;
    uint64_t id_seed;
};

// Applies conditions, ranges and codings to the response and queues it.
enum MHD_Result http_send(struct exchange *exchange, struct MHD_Connection *connection);

// A listening socket for "127.0.0.1:8080", "[::]:80", "unix:/path"; -1 and error on failure. The
// address bound to is written to `bound`, a path to be unlinked later to `unix_path`.
int http_listen(const char *text, char bound[128], char unix_path[108], struct error *error);

#endif
