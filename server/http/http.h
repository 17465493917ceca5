// SPDX-License-Identifier: MIT
//
// HTTP for the rest of server/: a request and a response, both plain data in the request's arena.
// Only the files of server/http know libmicrohttpd.
//
//   bytes ─guard─▶ MHD ─http.c─▶ struct request ─handler─▶ struct response
//         ─▶ conditional ─▶ range ─▶ content coding ─▶ headers ─▶ MHD ─▶ bytes
//
// Thread-safety: a request and its response belong to the worker thread that runs the handler.
// Source: RFC 9110, RFC 9112.
#ifndef GUIDANCED_SERVER_HTTP_HTTP_H
#define GUIDANCED_SERVER_HTTP_HTTP_H

#include "base/error.h"
#include "base/log.h"
#include "template/template.h"

#include <sys/socket.h>

enum http_method {
    HTTP_GET,
    HTTP_HEAD,
    HTTP_POST,
    HTTP_OPTIONS,
    HTTP_METHOD_OTHER, // anything else: 501 when unknown to RFC 9110, else 405
};

struct http_header {
    struct slice name; // as received or to be sent
    struct slice value;
};

enum { HTTP_HEADERS_MAX = 64 };

struct preview;
struct server;

struct request {
    struct arena *arena; // freed when the response has been sent or the connection has ended
    enum http_method method;
    struct slice method_text;
    struct slice target; // as received
    struct slice path;   // percent-decoded, dot segments resolved; starts with '/'
    struct slice query;  // as received, without '?'
    struct slice version;
    struct http_header headers[HTTP_HEADERS_MAX];
    size_t header_count;
    struct slice body; // of a POST, complete (at most limits.body_bytes)
    char client[64];   // numeric address of the peer, or of the client behind a trusted proxy
    bool tls;
    // From trusted proxies, or else as received (proxy.c, access.c):
    bool proxied;                    // the peer is a trusted proxy
    bool obscured;                   // `client` is a proxy: it names no address of the client
    bool secure;                     // the client speaks https
    struct slice host;               // the authority that the client requested
    struct slice user, groups;       // "" if no trusted proxy names one
    char id[65];                     // request id, hexadecimal, or the trusted proxy's own
    struct slice trace;              // W3C Trace Context: 32 hexadecimal digits; "" when none
    uint64_t started_ns;             // monotonic
    unsigned worker;                 // number of the worker thread
    bool admin;                      // came through the admin listener
    struct server *server;           // of the site that answers; NULL: none has been found
    const struct settings *settings; // of the answering snapshot; handlers.c
    const struct preview *preview;   // the requested one (preview.h); NULL: the site itself
    unsigned waited;                 // how often it waited for previews
    bool may_wait;                   // is answered by a thread that may (deferred.h)
    bool slow;                       // should be, says its handler, which has not answered
};

// The value of a field (names ignore case), or the empty slice. The first one if repeated.
struct slice request_header(const struct request *request, struct slice name);
// The trimmed value of a field that one party writes, or the empty slice: a repeated one comes from
// two parties, one of which is the client.
struct slice request_only_header(const struct request *request, struct slice name);
// A parameter of an application/x-www-form-urlencoded text (query or body), decoded into the
// request's arena; the empty slice if absent. At most 64 parameters are examined.
struct slice request_parameter(const struct request *request, struct slice encoded,
                               struct slice name);

enum http_coding { HTTP_IDENTITY = -1, HTTP_GZIP, HTTP_BROTLI, HTTP_ZSTD };

struct http_lasting {
    void *state;
    // The remembered body in a coding (ptr NULL: none), and remembering one: returns the lasting
    // text, ptr NULL if there is no room.
    struct slice (*find)(void *state, enum http_coding coding);
    struct slice (*remember)(void *state, enum http_coding coding, struct slice text);
};

// An endless body: server-sent events. `next` writes at most `room` bytes of new content, or
// returns 0 for nothing yet; it is called again after http_wake.
struct http_stream {
    size_t (*next)(void *state, char *out, size_t room);
    void *state; // lives as long as the request
};

struct response;

// A response that must wait for something slow, without blocking a worker: the connection is
// suspended. A handler that sets response.wait is done; `begin` is called once the connection is
// suspended and leads to exactly one http_continue, from any thread, at once or later; then `end`
// fills in the response, in the worker again. It may set response.wait to another one, to wait for
// more.
struct http_wait {
    void (*begin)(void *state, struct http_wait *wait);
    void (*end)(void *state, struct request *request, struct response *response);
    void *state; // lives as long as the request, like the wait
    void *connection;
};

struct response {
    int status; // 0 until a handler has answered
    struct slice content_type;
    // The body: parts in memory that live as long as the request (arena, snapshot), or a file
    // (response_file).
    const struct slice *parts;
    size_t part_count;
    const int *file;                  // its descriptor, from the beginning; NULL: none
    uint64_t length;                  // bytes of the identity body
    const struct memory_file *memory; // which may contain parts; NULL: none
    // Validators. etag is the opaque tag without quotes; "" for none. last_modified 0 for none.
    struct slice etag;
    int64_t last_modified;
    struct slice cache_control;
    struct http_header headers[32];
    size_t header_count;
    bool compressible; // may be sent in a content coding
    bool ranges;       // Range is honoured (assets)
    bool close;        // Connection: close
    // Identifies all fields except the request id, the entity tag, Last-Modified and the length;
    // never reused for others. Such a response is prepared once. 0: none.
    uint64_t fields;
    // Set if the body stays the same as long as what the request holds lives: then its compressed
    // forms are kept too. NULL: it does not.
    const struct http_lasting *lasting;
    struct slice encoded[3]; // compressed ahead, by coding; ptr NULL: no such form
    // Makes the body if it is needed: not for a 304. Sets parts, part_count, length (or a different
    // status on failure). NULL: the body is already there.
    void (*produce)(void *state, struct request *request, struct response *response);
    void *produce_state;
    unsigned route;        // enum metrics_route: what answered, for metrics and logs; 0: nothing
    struct slice searched; // of a search, once: its words, and whether it found something
    bool found;
    const struct http_stream *stream; // instead of a body; NULL: none
    struct http_wait *wait;           // the response comes later; NULL: it is complete
};

// One part of text as the body, with its length; the text must live as long as the request.
void response_text(struct request *request, struct response *response, int status,
                   struct slice content_type, struct slice text);
// What a field takes in a response's head.
static inline size_t http_field_bytes(struct slice name, struct slice value)
{
    return name.len + strlen(": ") + value.len + strlen("\r\n");
}
void response_header(struct response *response, struct slice name, struct slice value);
// Makes the file the body: all `length` bytes, which the caller sets, are sent from it. The
// descriptor is closed with the request; without memory, at once, and the result is false.
bool response_file(struct request *request, struct response *response, int fd);
void response_redirect(struct request *request, struct response *response, int status,
                       struct slice location);

// "Not Found" for 404 and so on.
const char *http_reason(int status);

// ---- the listener ----

// Fills in the response. Runs in a worker thread.
typedef void (*http_handler)(void *state, struct request *request, struct response *response);
// Called after the last byte was sent or the connection broke: for logs and metrics.
typedef void (*http_done)(void *state, const struct request *request,
                          const struct response *response, uint64_t bytes_sent, bool complete);

struct http_limits {
    unsigned threads;
    unsigned connections;
    unsigned connections_per_address; // 0: no limit
    size_t target_bytes;              // longer: 414
    size_t header_bytes;              // all fields; longer: 431
    size_t body_bytes;                // longer: 413
    size_t fields_bytes;              // of a response; longer: 500, and an error in the log
    unsigned header_timeout_ms;       // from the first byte of a head to its end
    unsigned idle_timeout_ms;
    unsigned request_timeout_ms;
    size_t send_rate;        // bytes per second that a client must take; 0: no limit
    size_t arena_keep_bytes; // what a request arena keeps between requests
    size_t arena_limit_bytes;
};

// A listening socket: opened while the process still has the rights, served when there is something
// to serve. Earlier connections wait in its queue.
struct http_socket {
    int fd;              // -1: none
    char address[128];   // as bound to: "127.0.0.1:8080"
    char unix_path[108]; // to unlink; "" for none
    int unix_file;       // what it named, if there is one; O_PATH
};

// "127.0.0.1:8080", "[::]:80", "unix:/path"; port 0: any free one. False and error on failure.
bool http_listen(const char *text, struct http_socket *out, struct error *error);
// Takes over a socket that is already listening (socket activation).
void http_adopt(int fd, struct http_socket *out);
// Closes it and removes its name, unless another server has taken that since. Does nothing if it is
// already closed.
void http_close(struct http_socket *socket);

struct http_options {
    struct http_socket *socket; // owned by the caller; closed by http_drain and http_stop
    bool tls;                   // certificates come from tls.c
    bool waits;                 // responses may be streams, or come later
    bool admin;
    struct http_limits limits;
    struct log *log;
    http_handler handler;
    // Adds fields to the response to a request that the guard refused; that request has only what
    // could be read, perhaps nothing. NULL: adds none.
    http_handler refused;
    http_done done;
    void *state;
};

struct http_server;

// Starts serving the socket. NULL and error on failure.
struct http_server *http_start(const struct http_options *options, struct error *error);
// Open connections, and requests being answered, now.
unsigned http_connections(const struct http_server *server);
unsigned http_in_flight(const struct http_server *server);
// Bytes kept in the arenas of requests, and the most used by one request.
void http_arenas(const struct http_server *server, uint64_t *held, uint64_t *highest);
// Announces that the server's streams may have something to send. NULL allowed.
void http_wake(struct http_server *server);
// Resumes the connection of a wait, which must not be touched afterwards.
void http_continue(struct http_wait *wait);
// Stops accepting, ends streams, and waits until no request is in flight or the time has passed.
void http_drain(struct http_server *server, unsigned wait_ms);
// Closes everything and frees; no struct http_wait may be pending. NULL allowed.
void http_stop(struct http_server *server);

// ---- steps between handler and wire, each in its own file, pure functions ----

// Normalises the target's path (the guard has found it well-formed): percent-decoding once, dot
// segments, doubled slashes. False if it is malformed (bad escape, NUL, invalid UTF-8, climbs above
// the root): 400.
bool http_normalise_path(struct arena *arena, struct slice raw, struct slice *path);

// RFC 9110 §13.2.2: evaluates the request's preconditions: 200: go on, 304, or 412.
int http_evaluate_conditions(const struct request *request, struct slice etag,
                             int64_t last_modified);

// RFC 9110 §14: 200 no range applies, 206 with [*first, *last], or 416.
int http_evaluate_range(const struct request *request, const struct response *response,
                        uint64_t *first, uint64_t *last);

// RFC 9110 §12.5.3: the coding to use among those offered (bits 1 << coding), or HTTP_IDENTITY;
// *acceptable is false if even identity is refused.
enum http_coding http_negotiate_coding(struct slice accept_encoding, unsigned offered,
                                       bool *acceptable);
const char *http_coding_name(enum http_coding coding);
enum http_effort {
    HTTP_FAST, // for one response
    HTTP_GOOD, // for many, but still within milliseconds
    HTTP_BEST, // for all later ones, off a request's path
    HTTP_EFFORTS,
};
// Compresses the parts into the arena. ptr NULL if it fails or does not get smaller.
struct slice http_encode(struct arena *arena, enum http_coding coding, const struct slice *parts,
                         size_t count, enum http_effort effort);

#endif
