// SPDX-License-Identifier: MIT
//
// The process that has the private keys of TLS, and alone reads the files of `tls`.
//
//   server ── "read these files" ────────▶ signer ──▶ certificates, keys, OCSP responses
//          ◀── chain, number of the key ──
//          ── "sign this with key 3" ────▶
//          ◀── signature ─────────────────
//
// It is forked before the server reads anything that others have written, and parses nothing but
// those files. Whoever takes over the server, or reads its memory, can have handshakes signed as
// long as the server runs, but does not get a key, nor its file.
//
// GnuTLS signs by functions of ours (gnutls_privkey_import_ext4). Each worker may wait for a
// signature at the same time: the signer has as many threads as there are channels.
//
// Thread-safety: signer_fork, signer_confine and signer_destroy are for the main thread; the other
// functions for any.
#ifndef GUIDANCED_SERVER_HTTP_SIGNER_H
#define GUIDANCED_SERVER_HTTP_SIGNER_H

#include "tls.h"

#include <sys/uio.h>

enum { SIGNER_CHANNELS_MAX = 16, SIGNER_ID_MAX = 32 };

struct signer;

// How the signer gives up its rights, once it has read the files for the first time. False and
// error: it has some that it should not have. Runs in the signer, as long as it has one thread.
typedef bool signer_give_up(void *state, struct error *error);

// Forks. `state` is what it is in the parent at that time. NULL and error on failure.
struct signer *signer_fork(size_t channels, signer_give_up *give_up, void *state,
                           struct error *error);
// NULL allowed.
void signer_destroy(struct signer *signer);
// Gives up the signer's rights, and starts its threads. False and error: see signer_give_up; it
// works nevertheless, unless it is gone.
bool signer_confine(struct signer *signer, struct error *error);
// False and error: it is gone, and no handshake can succeed any more.
bool signer_is_there(const struct signer *signer, struct error *error);

// A number that changes when one of the files does, or a link leads to another; 0 while one is
// missing.
uint64_t signer_identify(struct signer *signer, const struct tls_files *files);

struct signer_reading {
    struct slice chain;  // PEM
    struct slice staple; // the OCSP response; "": none
    uint32_t key;        // its number
    int algorithm;       // a gnutls_pk_algorithm_t
    unsigned bits;
    unsigned char id[SIGNER_ID_MAX]; // of the public key (gnutls_pubkey_get_key_id, SHA-256)
};
// Reads the files; texts are in the arena. False and error: there is no chain or no key. An OCSP
// response that cannot be read sets *warning. The key is the caller's: signer_forget.
bool signer_read(struct signer *signer, const struct tls_files *files, struct arena *arena,
                 struct signer_reading *out, struct error *error, struct error *warning);
void signer_forget(struct signer *signer, uint32_t key);

// What a key of GnuTLS needs to be signed with; it must outlive the key.
struct signer_key {
    struct signer *signer;
    uint32_t number;
    int algorithm;
    unsigned bits;
};
// As GnuTLS functions: 0 or a negative code. The caller owns *out.
int signer_import(struct signer_key *key, gnutls_privkey_t *out);

// ---- signer_message.c ----

// A message of one side, in one piece or not at all. Receiving: bytes; 0: the other side has
// closed; -1: errno says why, or the message is longer than the parts.
bool signer_send(int fd, struct iovec *parts, size_t count);
ssize_t signer_receive(int fd, struct iovec *parts, size_t count);

// ---- signer_run.c: the process itself ----

enum signer_order_kind {
    SIGNER_IDENTIFY, // three paths follow, each with a NUL
    SIGNER_READ,     // the same
    SIGNER_FORGET,
    SIGNER_SIGN_DATA, // what to sign follows
    SIGNER_SIGN_HASH, // the same, hashed
    SIGNER_CONFINE,
};
struct signer_order {
    enum signer_order_kind kind;
    uint32_t key;
    uint32_t algorithm, flags; // for GnuTLS
};
// Two parts follow: the chain, a signature or a struct error; and the OCSP response or a struct
// error about it.
struct signer_report {
    int code; // 0 or of GnuTLS
    bool failed, unstapled;
    uint32_t lengths[2];
    uint64_t identity;
    uint32_t channels; // that have a thread, the first ones
    uint32_t key;
    int algorithm;
    unsigned bits;
    unsigned char id[SIGNER_ID_MAX];
};
// SIGNER_ORDER_MAX: bytes after an order. CHAIN_MAX, STAPLE_MAX: bytes in files; both must fit into
// one message of a local socket. SIGNER_SIGNATURE_MAX: RSA with 32,768 bits.
enum {
    SIGNER_ORDER_MAX = 16 << 10,
    SIGNER_CHAIN_MAX = 100000,
    SIGNER_STAPLE_MAX = 64 << 10,
    SIGNER_SIGNATURE_MAX = 4096,
};

// Never returns. The channels are the descriptors from 3 on.
_Noreturn void signer_run(size_t channels, signer_give_up *give_up, void *state);

#endif
