// SPDX-License-Identifier: MIT
//
// The certificates of the public listener: read at the start, and again on SIGHUP, without a
// connection lost. A new one is checked completely before it replaces the old one.
//
//   tls_begin ─▶ tls_add, for each ─▶ tls_use: all of them are in force at once
//
// The first is for every client; another is for clients that ask for a host name in it.
//
// Thread-safety: a set is made by one thread at a time; tls_certificate and tls_expires from any,
// meanwhile.
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

// The files, as paths; ocsp NULL or "": nothing is stapled. `identity` tells whether they have
// changed since they were last read; 0: read them anyway.
struct tls_files {
    const char *certificate, *key, *ocsp;
    uint64_t identity;
};

struct tls_set;
struct signer;
// NULL when out of memory. The signer reads the files, and has the keys as long as any set or
// connection uses them.
struct tls_set *tls_begin(struct signer *signer);
// Reads PEM files of the chain, leaf first, and of its key. False and error if they are unreadable,
// do not match, or name no host and are not the first; then the set has the certificate that is in
// force from the same file, if there is one. An OCSP response that cannot be stapled is not an
// error, but sets *warning.
bool tls_add(struct tls_set *set, const struct tls_files *files, struct error *error,
             struct error *warning);
// Whether it has the first certificate, without which it cannot be used.
bool tls_is_usable(const struct tls_set *set);
// Frees it, without using it.
void tls_discard(struct tls_set *set);
void tls_use(struct tls_set *set);
// When the leaf in use that expires first does, seconds since the epoch; 0 if there is none.
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
