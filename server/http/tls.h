// SPDX-License-Identifier: MIT
//
// The certificate of the public listener: read at the start, and again on SIGHUP, without a
// connection lost. A new one is looked at whole before it takes the old one's place.
//
// Thread-safety: tls_load from one thread at a time; tls_certificate from any, meanwhile.
#ifndef GUIDANCED_SERVER_HTTP_TLS_H
#define GUIDANCED_SERVER_HTTP_TLS_H

#include "base/error.h"

#include <gnutls/abstract.h>
#include <stdint.h>

// TLS 1.3 first, 1.2 second, nothing older.
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"

// Reads PEM files of the chain, leaf first, and of its key, and puts them in force. False and error
// when they cannot be read or do not belong together; what was in force stays.
bool tls_load(const char *certificate, const char *key, struct error *error);
// When the leaf in force expires, seconds since the epoch; 0 when there is none.
int64_t tls_expires(void);
// Frees all of them, once no connection is left.
void tls_free(void);

// A gnutls_certificate_retrieve_function2.
int tls_certificate(gnutls_session_t session, const gnutls_datum_t *names, int name_count,
                    const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                    gnutls_pcert_st **chain, unsigned *length, gnutls_privkey_t *key);

#endif
