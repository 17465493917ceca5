// SPDX-License-Identifier: MIT
//
// The way out, below libmicrohttpd, as the guard is on the way in.
//
// To libmicrohttpd a body is a stand-in: an address that cannot be read, and a length. It hands
// both to sendmsg, send or gnutls_record_send, which are wrapped at link time (wire.c), and there
// the parts of the connection's own body take its place. So head and parts leave in one call,
// whatever their number, and a response is its fields alone: one that was prepared serves every
// body of its length (prepared.c).
//
// Thread-safety: a connection belongs to one worker thread at a time.
#ifndef GUIDANCED_SERVER_HTTP_WIRE_H
#define GUIDANCED_SERVER_HTTP_WIRE_H

#include "base/memory_file.h"
#include "http.h"

// Sets aside the addresses. False when there are none; idempotent.
bool wire_open(void);
// Where `length` bytes of a body seem to be; NULL when that is more than there are addresses for.
void *wire_stand_in(uint64_t length);
// What the stand-in stands for on this connection from now on, until the next call. The parts must
// live until the response has been sent. Long ones that lie in the file (NULL: none) are sent from
// it. False: a descriptor that there is no room for.
bool wire_body(int fd, const struct slice *parts, size_t count, const struct memory_file *file);

#endif
