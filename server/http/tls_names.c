// SPDX-License-Identifier: MIT
//
// Names of certificates and clients in one form, so that they can be compared as bytes.
#include "tls_names.h"

#include <string.h>

enum { NAMES_MAX = 256 }; // in one certificate; authorities allow 100 to 250

// A name as bytes that somebody else wrote. Returns the length; 0: it is none.
static size_t to_name(const char *from, size_t length, char *out)
{
    if (length && from[length - 1] == '.')
        length--;
    if (!length || length > TLS_NAME_MAX)
        return 0;
    for (size_t i = 0; i < length; i++) {
        char c = from[i];
        if (c <= ' ' || c > '~')
            return 0;
        out[i] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
    }
    out[length] = '\0';
    return length;
}

bool tls_names_read(gnutls_x509_crt_t leaf, struct arena *arena, struct tls_names *out)
{
    *out = (struct tls_names){arena_zalloc(arena, NAMES_MAX, sizeof *out->names), 0};
    if (!out->names)
        return false;
    for (unsigned i = 0; i < NAMES_MAX; i++) {
        char text[512], name[TLS_NAME_MAX + 1];
        size_t size = sizeof text;
        int type = gnutls_x509_crt_get_subject_alt_name(leaf, i, text, &size, NULL);
        if (type == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
            break;
        size_t length = type == GNUTLS_SAN_DNSNAME ? to_name(text, size, name) : 0;
        if (!length)
            continue;
        out->names[out->count] = arena_copy(arena, slice_of(name, length));
        if (!out->names[out->count++].ptr)
            return false;
    }
    return true;
}

size_t tls_names_asked(gnutls_session_t session, char *out)
{
    char name[TLS_NAME_MAX + 2] = "";
    size_t size = sizeof name - 1;
    unsigned type = 0;
    if (gnutls_server_name_get(session, name, &size, &type, 0) != 0 || type != GNUTLS_NAME_DNS)
        return 0;
    return to_name(name, strlen(name), out);
}
