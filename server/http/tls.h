// SPDX-License-Identifier: MIT
//
// The certificate of the public listener: read at the start, and again on SIGHUP, without a
// connection lost. A new one is checked completely before it replaces the old one.
//
// Thread-safety: tls_load from one thread at a time; tls_certificate from any, meanwhile.
#ifndef GUIDANCED_SERVER_HTTP_TLS_H
#define GUIDANCED_SERVER_HTTP_TLS_H

#include "base/error.h"

#include <gnutls/abstract.h>
#include <stdint.h>

// TLS 1.3 first, 1.2 second, nothing older; only ECDHE keys and AEAD ciphers.
#define TLS_PRIORITIES                                                                             \
    "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:-KX-ALL:+ECDHE-ECDSA:+ECDHE-RSA:-CIPHER-ALL:"      \
    "+AES-256-GCM:+CHACHA20-POLY1305:+AES-128-GCM:-MAC-ALL:+AEAD:-GROUP-ALL:+GROUP-X25519:"        \
    "+GROUP-SECP256R1:+GROUP-SECP384R1:-SIGN-RSA-SHA1:-SIGN-ECDSA-SHA1:%SERVER_PRECEDENCE"

// The files, as paths; ocsp NULL or "": nothing is stapled.
struct tls_files {
    const char *certificate, *key, *ocsp;
};

// Reads PEM files of the chain, leaf first, and of its key, and starts using them. False and error
// if they are unreadable or do not match; then the old ones stay in use. An OCSP response that
// cannot be stapled is not an error, but sets *warning.
bool tls_load(const struct tls_files *files, struct error *error, struct error *warning);
// When the leaf in use expires, seconds since the epoch; 0 if there is none.
int64_t tls_expires(void);
// Frees all of them, once no connection is left.
void tls_free(void);

// A gnutls_certificate_retrieve_function3.
int tls_certificate(gnutls_session_t session, const struct gnutls_cert_retr_st *info,
                    gnutls_pcert_st **chain, unsigned *length, gnutls_ocsp_data_st **staple,
                    unsigned *staple_length, gnutls_privkey_t *key, unsigned *flags);

// ---- tls_session.c ----

// Answers a client that wants to renegotiate, which costs the server more than the client: the
// connection ends. Returns what gnutls_record_recv should return.
int tls_refuse_handshake(gnutls_session_t session);
// Invalidates all earlier tickets.
void tls_forget_tickets(void);

#endif
