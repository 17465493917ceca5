// SPDX-License-Identifier: MIT
//
// The request guard: what libmicrohttpd lets through and RFC 9112 does not.
//
// It stands in two places. Below MHD (guard_stream.c) it reads the bytes of every connection as MHD
// receives them, by wrapping recv at link time, and follows the framing: request lines, field
// lines, Content-Length and chunked bodies. Above MHD (guard_head.c) it judges the parsed head.
// What is malformed below is cut off and made into a complete head, so that MHD calls the handler,
// which asks for the verdict and refuses with it.
//
// Thread-safety: a connection belongs to one worker thread at a time.
// Source: RFC 9112, RFC 9110; the rows it closes are listed in docs/threat-model.md.
#ifndef GUIDANCED_SERVER_HTTP_GUARD_H
#define GUIDANCED_SERVER_HTTP_GUARD_H

#include "http.h"

// A connection begins and ends. The limits must outlive it.
void guard_open(int fd, const struct http_limits *limits);
void guard_close(int fd);

// A response to the connection's request begins to be sent, and has been sent.
void guard_answering(int fd);
void guard_answered(int fd);

// Ends the connections whose time is over, whether bytes come or not: heads, bodies and idle ones
// by their time limits, readers that take less than limits.send_rate. To be called about once a
// second, from one thread.
void guard_reap(void);

// The status to refuse the connection's current request with; 0 when nothing is wrong.
int guard_verdict(int fd);

// Judges a parsed head: 0, or the status to refuse with. Sets request->path and request->query.
int guard_check_head(struct request *request, const struct http_limits *limits);

// What recv gave: bytes read (possibly rewritten in place), 0 or less to be passed on. `room` is
// the size of the buffer. Exposed for the fuzz target and the unit tests.
ssize_t guard_received(int fd, char *bytes, ssize_t count, size_t room);

#endif
