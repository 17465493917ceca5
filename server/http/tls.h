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

// TLS 1.3 first, 1.2 second, nothing older; keys by ECDHE alone, ciphers that authenticate (AEAD).
#define TLS_PRIORITIES                                                                             \
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:-CIPHER-ALL:"      \
    "+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:-MAC-ALL:+AEAD:-GROUP-ALL:+GROUP-X25519:"        \
    "+GROUP-SECP256R1:+GROUP-SECP384R1:-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1:%SERVER_PRECEDENCE"

// The files, as paths; ocsp NULL or "": none is stapled.
struct tls_files {
    const char *certificate, *key, *ocsp;
};

// Reads PEM files of the chain, leaf first, and of its key, and puts them in force. False and error
// when they cannot be read or do not belong together; what was in force stays. A response that
// cannot be stapled is no such error: then *warning is set.
bool tls_load(const struct tls_files *files, struct error *error, struct error *warning);
// When the leaf in force expires, seconds since the epoch; 0 when there is none.
int64_t tls_expires(void);
// Frees all of them, once no connection is left.
void tls_free(void);

// A gnutls_certificate_retrieve_function3.
int tls_certificate(gnutls_session_t session, const struct gnutls_cert_retr_st *info,
                    gnutls_pcert_st **chain, unsigned *length, gnutls_ocsp_data_st **staple,
                    unsigned *staple_length, gnutls_privkey_t *key, unsigned *flags);

// ---- tls_session.c ----

// Answers a client that wants to negotiate again, which costs the server more than the client: the
// connection ends. Gives what gnutls_record_recv is to give.
int tls_refuse_handshake(gnutls_session_t session);
// Tickets of before are not taken any more.
void tls_forget_tickets(void);

#endif
