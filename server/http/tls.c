// SPDX-License-Identifier: MIT
//
// Certificates for libmicrohttpd's GnuTLS, which asks for the one in force at each handshake. The
// callback gets no state of ours, hence the static variables. A replaced certificate may still be
// in use by a handshake, so it is kept until the end; renewals are rare.
#include "tls.h"

#include "base/file.h"
#include "tls_ocsp.h"

#include <gnutls/x509.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { CHAIN_MAX = 8, PEM_MAX = 1 << 20 };

struct identity {
    gnutls_pcert_st chain[CHAIN_MAX];
    unsigned length;
    gnutls_privkey_t key;
    gnutls_ocsp_data_st staple; // response.size 0: none
    int64_t expires;
    struct identity *older;
};

static _Atomic(struct identity *) current;

static void free_identity(struct identity *identity)
{
    for (unsigned i = 0; i < identity->length; i++)
        gnutls_pcert_deinit(&identity->chain[i]);
    if (identity->key)
        gnutls_privkey_deinit(identity->key);
    free(identity->staple.response.data);
    free(identity);
}

static gnutls_datum_t datum(struct slice text)
{
    return (gnutls_datum_t){(unsigned char *)(uintptr_t)text.ptr, (unsigned)text.len};
}

static bool tls_fail(struct error *error, const char *path, int code)
{
    return error_set(error, ERROR_CONFIG, "%s: %s", path, gnutls_strerror(code));
}

static bool read_expiry(struct identity *identity)
{
    gnutls_x509_crt_t leaf;
    if (gnutls_pcert_export_x509(&identity->chain[0], &leaf) != 0)
        return false;
    identity->expires = gnutls_x509_crt_get_expiration_time(leaf);
    gnutls_x509_crt_deinit(leaf);
    return true;
}

// Whether the leaf's public key matches the private key.
static bool belong_together(const struct identity *identity)
{
    unsigned char ids[2][64];
    size_t sizes[2] = {sizeof ids[0], sizeof ids[1]};
    gnutls_pubkey_t of_key;
    if (gnutls_pubkey_init(&of_key) != 0)
        return false;
    bool same = gnutls_pubkey_import_privkey(of_key, identity->key, 0, 0) == 0 &&
                gnutls_pubkey_get_key_id(of_key, 0, ids[0], &sizes[0]) == 0 &&
                gnutls_pubkey_get_key_id(identity->chain[0].pubkey, 0, ids[1], &sizes[1]) == 0 &&
                sizes[0] == sizes[1] && memcmp(ids[0], ids[1], sizes[0]) == 0;
    gnutls_pubkey_deinit(of_key);
    return same;
}

static bool import(struct identity *identity, const char *certificate, struct slice chain,
                   const char *key, struct slice secret, struct error *error)
{
    gnutls_datum_t pem = datum(chain);
    unsigned length = CHAIN_MAX;
    int code =
        gnutls_pcert_list_import_x509_raw(identity->chain, &length, &pem, GNUTLS_X509_FMT_PEM, 0);
    if (code < 0)
        return tls_fail(error, certificate, code);
    identity->length = length;
    pem = datum(secret);
    code = gnutls_privkey_init(&identity->key);
    if (code == 0)
        code = gnutls_privkey_import_x509_raw(identity->key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (code < 0)
        return tls_fail(error, key, code);
    if (!belong_together(identity) || !read_expiry(identity))
        return error_set(error, ERROR_CONFIG, "%s is not the key of %s", key, certificate);
    return true;
}

static void add_staple(struct identity *identity, const char *path, struct error *warning)
{
    gnutls_x509_crt_t leaf;
    if (!path || !*path || gnutls_pcert_export_x509(&identity->chain[0], &leaf) != 0)
        return;
    tls_ocsp_load(path, leaf, &identity->staple, warning);
    gnutls_x509_crt_deinit(leaf);
}

bool tls_load(const struct tls_files *files, struct error *error, struct error *warning)
{
    struct arena *arena = arena_create(0, 0);
    struct identity *identity = calloc(1, sizeof *identity);
    struct slice chain, secret = SLICE_EMPTY;
    bool ok = (arena && identity) || error_memory(error);
    ok = ok && file_read(arena, files->certificate, PEM_MAX, &chain, error) &&
         file_read(arena, files->key, PEM_MAX, &secret, error) &&
         import(identity, files->certificate, chain, files->key, secret, error);
    if (secret.ptr)
        explicit_bzero((void *)(uintptr_t)secret.ptr, secret.len);
    arena_destroy(arena);
    if (ok) {
        add_staple(identity, files->ocsp, warning);
        identity->older = atomic_load(&current);
        atomic_store(&current, identity);
    } else if (identity)
        free_identity(identity);
    return ok;
}

int64_t tls_expires(void)
{
    const struct identity *identity = atomic_load(&current);
    return identity ? identity->expires : 0;
}

void tls_free(void)
{
    struct identity *identity = atomic_exchange(&current, NULL);
    tls_forget_tickets();
    while (identity) {
        struct identity *older = identity->older;
        free_identity(identity);
        identity = older;
    }
}

int tls_certificate(gnutls_session_t session, const struct gnutls_cert_retr_st *info,
                    gnutls_pcert_st **chain, unsigned *length, gnutls_ocsp_data_st **staple,
                    unsigned *staple_length, gnutls_privkey_t *key, unsigned *flags)
{
    struct identity *identity = atomic_load(&current);
    (void)session, (void)info;
    if (!identity)
        return -1;
    *chain = identity->chain;
    *length = identity->length;
    *key = identity->key;
    *staple_length = tls_ocsp_holds(&identity->staple);
    *staple = *staple_length ? &identity->staple : NULL;
    *flags = 0; // we keep ownership
    return 0;
}
