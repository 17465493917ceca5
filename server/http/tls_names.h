// SPDX-License-Identifier: MIT
//
// Host names: those in a certificate, and the one that a client asks for (RFC 6066 §3). In lower
// case and without a last dot.
#ifndef GUIDANCED_SERVER_HTTP_TLS_NAMES_H
#define GUIDANCED_SERVER_HTTP_TLS_NAMES_H

#include "base/arena.h"

#include <gnutls/x509.h>

enum { TLS_NAME_MAX = 253 };

struct tls_names {
    struct slice *names; // "*.guide.example" too
    size_t count;
};
// In the arena. False: out of memory.
bool tls_names_read(gnutls_x509_crt_t leaf, struct arena *arena, struct tls_names *out);

// Into a buffer of TLS_NAME_MAX + 1, NUL-terminated. Returns the length; 0: it asks for none.
size_t tls_names_asked(gnutls_session_t session, char *out);

#endif
