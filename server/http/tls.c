// SPDX-License-Identifier: MIT
//
// Certificates for libmicrohttpd's GnuTLS, which asks for the one in force at each handshake. The
// callback gets no state of ours, hence the static variables. A replaced certificate may still be
// in use by a handshake, which may take a day at most (limits.header_timeout): it is kept for two.
#include "tls.h"

#include "base/clock.h"
#include "base/map.h"
#include "signer.h"
#include "tls_names.h"
#include "tls_ocsp.h"

#include <gnutls/x509.h>
#include <pthread.h>
#include <stdlib.h>

enum { CHAIN_MAX = 8, CERTIFICATES_MAX = 16384, KEPT_SECONDS = 2 * 86400 };

struct identity {
    gnutls_pcert_st chain[CHAIN_MAX];
    unsigned length;
    struct signer_key signing;
    gnutls_privkey_t key;       // signs by the one before; NULL: not yet
    gnutls_ocsp_data_st staple; // response.size 0: none
    int64_t expires;
    struct arena *arena; // of what follows
    struct slice path;   // of the certificate
    struct tls_names names;
    uint64_t files; // tls_files.identity
    // Of those that are or have been in force:
    struct identity *older;
    bool marked;         // by tls_use
    uint64_t retired_ns; // when it was replaced; 0: it is in force
};

struct tls_set {
    struct signer *signer;
    struct arena *arena;
    struct map names; // host name, or "*." and the rest of one → struct identity
    struct identity **identities;
    size_t count, room;
    bool begun, has_first;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; // of what follows
static struct tls_set *current;
static struct identity *newest; // in force, or retired not long ago

static void free_identity(struct identity *identity)
{
    for (unsigned i = 0; i < identity->length; i++)
        gnutls_pcert_deinit(&identity->chain[i]);
    if (identity->key)
        gnutls_privkey_deinit(identity->key);
    if (identity->signing.signer)
        signer_forget(identity->signing.signer, identity->signing.number);
    free(identity->staple.response.data);
    arena_destroy(identity->arena);
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

static bool read_leaf(struct identity *identity)
{
    gnutls_x509_crt_t leaf;
    if (gnutls_pcert_export_x509(&identity->chain[0], &leaf) != 0)
        return false;
    identity->expires = gnutls_x509_crt_get_expiration_time(leaf);
    bool read = tls_names_read(leaf, identity->arena, &identity->names);
    gnutls_x509_crt_deinit(leaf);
    return read;
}

// Whether the leaf's public key matches the private key.
static bool belong_together(const struct identity *identity, const struct signer_reading *reading)
{
    unsigned char id[SIGNER_ID_MAX];
    size_t size = sizeof id;
    return gnutls_pubkey_get_key_id(identity->chain[0].pubkey, GNUTLS_KEYID_USE_SHA256, id,
                                    &size) == 0 &&
           size == sizeof id && memcmp(id, reading->id, sizeof id) == 0;
}

static bool import(struct identity *identity, const struct tls_files *files,
                   const struct signer_reading *reading, struct error *error)
{
    gnutls_datum_t pem = datum(reading->chain);
    unsigned length = CHAIN_MAX;
    int code =
        gnutls_pcert_list_import_x509_raw(identity->chain, &length, &pem, GNUTLS_X509_FMT_PEM, 0);
    if (code < 0)
        return tls_fail(error, files->certificate, code);
    identity->length = length;
    code = signer_import(&identity->signing, &identity->key);
    if (code < 0)
        return tls_fail(error, files->key, code);
    if (!belong_together(identity, reading) || !read_leaf(identity))
        return error_set(error, ERROR_CONFIG, "%s is not the key of %s", files->key,
                         files->certificate);
    return true;
}

static void add_staple(struct identity *identity, const char *path, struct slice der,
                       struct error *warning)
{
    gnutls_x509_crt_t leaf;
    if (!der.len || gnutls_pcert_export_x509(&identity->chain[0], &leaf) != 0)
        return;
    tls_ocsp_take(path, der, leaf, &identity->staple, warning);
    gnutls_x509_crt_deinit(leaf);
}

static bool fill_identity(struct identity *identity, struct signer *signer,
                          const struct tls_files *files, struct arena *scratch, struct error *error,
                          struct error *warning)
{
    struct signer_reading reading;
    if (!signer_read(signer, files, scratch, &reading, error, warning))
        return false;
    identity->signing = (struct signer_key){signer, reading.key, reading.algorithm, reading.bits};
    if (!import(identity, files, &reading, error))
        return false;
    add_staple(identity, files->ocsp, reading.staple, warning);
    identity->files = files->identity;
    identity->path = arena_copy(identity->arena, slice_from_cstr(files->certificate));
    return identity->path.ptr || error_memory(error);
}

static struct identity *read_identity(struct signer *signer, const struct tls_files *files,
                                      struct error *error, struct error *warning)
{
    struct arena *scratch = arena_create(0, 0);
    struct identity *identity = calloc(1, sizeof *identity);
    if (identity)
        identity->arena = arena_create(0, 0);
    bool ok = (scratch && identity && identity->arena) || error_memory(error);
    ok = ok && fill_identity(identity, signer, files, scratch, error, warning);
    arena_destroy(scratch);
    if (!ok && identity) {
        free_identity(identity);
        identity = NULL;
    }
    return identity;
}

// ---- a set ----

struct tls_set *tls_begin(struct signer *signer)
{
    struct arena *arena = arena_create(0, 0);
    struct tls_set *set = arena ? arena_zalloc(arena, 1, sizeof *set) : NULL;
    if (!set) {
        arena_destroy(arena);
        return NULL;
    }
    set->signer = signer;
    set->arena = arena;
    set->names = map_create(arena);
    return set;
}

// The one in force from a file: only the thread that makes sets replaces it.
static struct identity *find_current(const char *certificate)
{
    const struct tls_set *set = current;
    for (size_t i = 0; set && i < set->count; i++)
        if (slice_equal(set->identities[i]->path, slice_from_cstr(certificate)))
            return set->identities[i];
    return NULL;
}

static bool make_identity_room(struct tls_set *set)
{
    return set->count < CERTIFICATES_MAX && arena_room(set->arena, &set->identities, set->count,
                                                       &set->room, sizeof(struct identity *));
}

// Of two for the same name, the earlier is used.
static bool put_identity(struct tls_set *set, struct identity *identity)
{
    set->identities[set->count++] = identity;
    for (size_t i = 0; i < identity->names.count; i++)
        if (!map_get(&set->names, identity->names.names[i]) &&
            !map_put(&set->names, identity->names.names[i], identity))
            return false;
    return true;
}

bool tls_add(struct tls_set *set, const struct tls_files *files, struct error *error,
             struct error *warning)
{
    bool first = !set->begun, read = false;
    struct identity *before = find_current(files->certificate), *identity = before;
    set->begun = true;
    if (!make_identity_room(set))
        return error_memory(error);
    if (!before || !files->identity || before->files != files->identity) {
        identity = read_identity(set->signer, files, error, warning);
        read = identity != NULL;
    }
    if (read && !first && !identity->names.count) {
        error_set(error, ERROR_CONFIG, "%s names no host, so no client would get it",
                  files->certificate);
        free_identity(identity);
        identity = NULL;
    }
    bool ok = identity != NULL;
    identity = ok ? identity : before;
    if (!identity)
        return false;
    set->has_first |= first;
    return (put_identity(set, identity) || error_memory(error)) && ok;
}

bool tls_is_usable(const struct tls_set *set)
{
    return set->has_first;
}

static bool is_in_force(const struct identity *identity)
{
    const struct identity *known = newest;
    while (known && known != identity)
        known = known->older;
    return known != NULL;
}

void tls_discard(struct tls_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (!is_in_force(set->identities[i]))
            free_identity(set->identities[i]);
    arena_destroy(set->arena);
}

static void free_retired(uint64_t now_ns)
{
    struct identity **at = &newest;
    while (*at) {
        struct identity *identity = *at;
        if (!identity->marked && !identity->retired_ns)
            identity->retired_ns = now_ns;
        bool over = identity->retired_ns &&
                    now_ns - identity->retired_ns > KEPT_SECONDS * UINT64_C(1000000000);
        if (over) {
            *at = identity->older;
            free_identity(identity);
        } else
            at = &identity->older;
    }
}

void tls_use(struct tls_set *set)
{
    pthread_mutex_lock(&lock);
    struct tls_set *before = current;
    for (struct identity *identity = newest; identity; identity = identity->older)
        identity->marked = false;
    for (size_t i = 0; i < set->count; i++) {
        struct identity *identity = set->identities[i];
        identity->marked = true;
        identity->retired_ns = 0;
        if (!is_in_force(identity)) {
            identity->older = newest;
            newest = identity;
        }
    }
    current = set;
    free_retired(clock_monotonic_ns());
    pthread_mutex_unlock(&lock);
    if (before)
        arena_destroy(before->arena);
}

int64_t tls_expires(void)
{
    pthread_mutex_lock(&lock);
    int64_t expires = 0;
    for (size_t i = 0; current && i < current->count; i++)
        if (!expires || current->identities[i]->expires < expires)
            expires = current->identities[i]->expires;
    pthread_mutex_unlock(&lock);
    return expires;
}

void tls_free(void)
{
    tls_forget_tickets();
    pthread_mutex_lock(&lock);
    struct tls_set *set = current;
    struct identity *identity = newest;
    current = NULL;
    newest = NULL;
    pthread_mutex_unlock(&lock);
    while (identity) {
        struct identity *older = identity->older;
        free_identity(identity);
        identity = older;
    }
    if (set)
        arena_destroy(set->arena);
}

// ---- a handshake ----

static struct identity *choose(gnutls_session_t session)
{
    char name[TLS_NAME_MAX + 1], *rest;
    if (!current)
        return NULL;
    struct identity *identity = NULL;
    size_t length = tls_names_asked(session, name);
    if (length)
        identity = map_get(&current->names, slice_of(name, length));
    // RFC 6125 §6.4.3: "*" is one label, the first.
    if (length && !identity && (rest = strchr(name, '.')) != NULL && rest > name) {
        rest[-1] = '*';
        identity = map_get(&current->names, slice_from_cstr(rest - 1));
    }
    return identity ? identity : current->identities[0];
}

int tls_certificate(gnutls_session_t session, const struct gnutls_cert_retr_st *info,
                    gnutls_pcert_st **chain, unsigned *length, gnutls_ocsp_data_st **staple,
                    unsigned *staple_length, gnutls_privkey_t *key, unsigned *flags)
{
    (void)info;
    pthread_mutex_lock(&lock);
    struct identity *identity = choose(session);
    pthread_mutex_unlock(&lock);
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
