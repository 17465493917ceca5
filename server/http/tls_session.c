// SPDX-License-Identifier: MIT
//
// Resumption and renegotiation of TLS sessions. libmicrohttpd makes the sessions; gnutls_init is
// wrapped, so that each can be resumed with a ticket. GnuTLS derives ticket keys from ours and the
// time, a new one every few hours; ours is replaced as well, so that a stolen key cannot decrypt
// earlier or later tickets.
#include "tls.h"

#include "base/clock.h"

#include <pthread.h>

enum {
    TICKET_SECONDS = 2 * 3600, // how long a ticket is valid
    KEY_SECONDS = 12 * 3600,   // how long one of our keys is used
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static gnutls_datum_t key;
static uint64_t made_ns;

static void drop_key(void)
{
    if (key.data) {
        explicit_bzero(key.data, key.size);
        gnutls_free(key.data);
    }
    key = (gnutls_datum_t){NULL, 0};
}

// Without a key, sessions are just not resumed.
static void give_ticket_key(gnutls_session_t session)
{
    uint64_t now_ns = clock_monotonic_ns();
    pthread_mutex_lock(&lock);
    if (!key.data || now_ns - made_ns > (uint64_t)KEY_SECONDS * 1000000000) {
        drop_key();
        if (gnutls_session_ticket_key_generate(&key) != 0)
            key = (gnutls_datum_t){NULL, 0};
        made_ns = now_ns;
    }
    if (key.data) // which GnuTLS copies
        gnutls_session_ticket_enable_server(session, &key);
    pthread_mutex_unlock(&lock);
    gnutls_db_set_cache_expiration(session, TICKET_SECONDS);
}

void tls_forget_tickets(void)
{
    pthread_mutex_lock(&lock);
    drop_key();
    pthread_mutex_unlock(&lock);
}

int tls_refuse_handshake(gnutls_session_t session)
{
    gnutls_alert_send(session, GNUTLS_AL_FATAL, GNUTLS_A_NO_RENEGOTIATION);
    return GNUTLS_E_PULL_ERROR;
}

// ---- the wrap (linked with --wrap) ----

int __real_gnutls_init(gnutls_session_t *session, unsigned flags);
int __wrap_gnutls_init(gnutls_session_t *session, unsigned flags);
int __wrap_gnutls_init(gnutls_session_t *session, unsigned flags)
{
    int code = __real_gnutls_init(session, flags);
    if (code == 0 && (flags & GNUTLS_SERVER))
        give_ticket_key(*session);
    return code;
}
