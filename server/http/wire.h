// SPDX-License-Identifier: MIT
//
// The way out, below libmicrohttpd, like the guard on the way in.
//
// To libmicrohttpd a body is a stand-in: an address that cannot be read, and a length. It hands
// both to sendmsg, send or gnutls_record_send, which are wrapped at link time (wire.c), and there
// the parts of the connection's body take its place. So head and parts leave in one call, whatever
// their number, and a response is just its fields: a prepared one serves every body of its length
// (prepared.c). A file takes the same way; the kernel copies it to the socket, except with TLS.
//
// Thread-safety: a connection belongs to one worker thread at a time.
#ifndef GUIDANCED_SERVER_HTTP_WIRE_H
#define GUIDANCED_SERVER_HTTP_WIRE_H

#include "base/memory_file.h"
#include "http.h"

// Reserves the addresses. False if there are none; idempotent.
bool wire_open(void);
// A fake address for `length` bytes of a body; NULL if that is more than the reserved range.
void *wire_stand_in(uint64_t length);
// Sets the body behind the stand-in on this connection, until the next call. The parts must live
// until the response has been sent. Long ones in the file (NULL: none) are sent from it. False: a
// descriptor without a slot.
bool wire_body(int fd, const struct slice *parts, size_t count, const struct memory_file *file);
// The same for a body that is in a file, from the offset `from`. The descriptor must stay open
// until the response has been sent. Should the file have become shorter, the connection is reset.
bool wire_file(int fd, int file, uint64_t from);

#endif
