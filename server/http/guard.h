// SPDX-License-Identifier: MIT
//
// The request guard: the only parser of what clients send.
//
//   bytes ─▶ guard ─▶ a head of the guard's own, and the body by counted bytes ─▶ libmicrohttpd
//              └────▶ method, target, fields ─▶ struct request (guard_take_head)
//
// It sits below libmicrohttpd, whose recv and gnutls_record_recv are wrapped at link time. It reads
// the whole head (guard_head.c, guard_target.c) and gives libmicrohttpd one with only what it has
// to know: GET, HEAD or POST of "/", the version, the body's framing, and whether the connection
// persists. Bodies follow as counted bytes; chunks are parsed (guard_body.c) and written anew. So
// no byte is parsed twice, by two parsers that could differ, and libmicrohttpd never gets anything
// that it would answer by itself. A faulty request also becomes a head, and the handler refuses it
// with the verdict.
//
// A message is passed on when the previous one has been answered.
//
// Thread-safety: a connection belongs to one worker thread at a time.
// Source: RFC 9112, RFC 9110; docs/threat-model.md lists the cases.
#ifndef GUIDANCED_SERVER_HTTP_GUARD_H
#define GUIDANCED_SERVER_HTTP_GUARD_H

#include "http.h"

// A connection begins and ends. The limits must outlive it.
void guard_open(int fd, const struct http_limits *limits);
void guard_close(int fd);

// The response to the connection's request begins to be sent; has been sent.
void guard_answering(int fd);
void guard_answered(int fd);

// Ends connections past their deadline, whether bytes come or not: heads, bodies and idle ones by
// their time limits, and clients that take less than limits.send_rate. Call it about once a second,
// from one thread.
void guard_reap(void);

// Takes the last head passed on, once: method, target, version, path and query as received, and
// fields, copied into the request's arena. Host is the target's if it names one (RFC 9112 §3.2.2).
// Returns 0, or the status to refuse it with; then the request has what could be read.
int guard_take_head(int fd, struct request *request);

// The status to refuse the request with once its body is complete; 0 if it is fine.
int guard_verdict(int fd);

// Where bytes come from: like recv, -1 and errno if there are none. Exposed for the tests.
struct guard_source {
    ssize_t (*read)(void *state, char *bytes, size_t room);
    void *state;
    // When libmicrohttpd knows that there may be more: false: if the buffer was filled; true: until
    // a read fails.
    bool until_failure;
};

// The result of libmicrohttpd's recv: at most `room` bytes of ours, 0 at the end, or source.read's
// result and errno.
ssize_t guard_receive(int fd, const struct guard_source *source, char *bytes, size_t room);

#endif
