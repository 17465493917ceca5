// SPDX-License-Identifier: MIT
//
// The request guard: the one reader of what clients send.
//
//   bytes ─▶ guard ─▶ a head of the guard's own, and the body by counted bytes ─▶ libmicrohttpd
//              └────▶ method, target, fields ─▶ struct request (guard_take_head)
//
// It stands below libmicrohttpd, whose recv and gnutls_record_recv are wrapped at link time. It
// reads a head whole (guard_head.c, guard_target.c) and hands libmicrohttpd one that says what that
// has to know and nothing else: GET, HEAD or POST of "/", the version, how the body is framed, and
// whether the connection stays. Bodies follow by counted bytes; chunks are read (guard_body.c) and
// written again. So no byte is read twice, by two that could differ, and libmicrohttpd is never
// given anything that it would answer by itself. What is wrong becomes a head as well, and the
// handler refuses with the verdict.
//
// A message is handed over when the one before has been answered.
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

// The head that was handed over last, once: method, target, version, path and query as they came,
// and fields, copied into the request's arena. Host is that of the target when it names one (RFC
// 9112 §3.2.2). 0, or the status to refuse it with; then the request has what could be read.
int guard_take_head(int fd, struct request *request);

// The status to refuse the request with once its body is whole; 0 when nothing is wrong.
int guard_verdict(int fd);

// Where bytes come from: as recv, -1 and errno when there are none. Exposed for the tests.
struct guard_source {
    ssize_t (*read)(void *state, char *bytes, size_t room);
    void *state;
    // How libmicrohttpd knows that there may be more: false, when all the room was filled; true,
    // until read has failed.
    bool until_failure;
};

// What libmicrohttpd's recv gives: at most `room` bytes of ours, 0 at the end, or what source.read
// gave and errno.
ssize_t guard_receive(int fd, const struct guard_source *source, char *bytes, size_t room);

#endif
