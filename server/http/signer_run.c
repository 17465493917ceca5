// SPDX-License-Identifier: MIT
//
// The signer itself: a thread for each channel takes an order, does it, and reports. It ends with
// the server, whose death closes the channels.
#include "signer.h"

#include "base/file.h"

#include <pthread.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { FIRST_CHANNEL = 3, KEY_MAX = 1 << 20, KEYS_MAX = 1 << 20 };

struct state;

struct seat {
    struct state *state;
    int fd; // of its channel
    pthread_t thread;
};

// The keys, by number; one that is forgotten leaves a hole.
struct state {
    struct seat seats[SIGNER_CHANNELS_MAX];
    size_t channels;
    signer_give_up *give_up;
    void *give_up_state;
    bool threads;
    pthread_rwlock_t lock; // of what follows: signing only reads it
    struct arena *arena;   // of the list
    gnutls_privkey_t *keys;
    size_t count, room;
};

struct answer {
    struct signer_report report;
    struct slice parts[2];
    struct error errors[2];
    struct arena *arena; // NULL: none was needed
    gnutls_datum_t signature;
};

static void fail_answer(struct answer *answer)
{
    answer->report.failed = true;
    answer->parts[0] = slice_of((const char *)&answer->errors[0], sizeof answer->errors[0]);
}

// ---- keys ----

// The lowest number that is free. UINT32_MAX: there is no memory.
static uint32_t keep_key(struct state *state, gnutls_privkey_t key)
{
    uint32_t number = 0;
    pthread_rwlock_wrlock(&state->lock);
    while (number < state->count && state->keys[number])
        number++;
    if (number < KEYS_MAX &&
        arena_room(state->arena, &state->keys, number, &state->room, sizeof *state->keys)) {
        state->keys[number] = key;
        state->count += number == state->count;
    } else
        number = UINT32_MAX;
    pthread_rwlock_unlock(&state->lock);
    return number;
}

static void forget_key(struct state *state, uint32_t number)
{
    pthread_rwlock_wrlock(&state->lock);
    if (number < state->count && state->keys[number]) {
        gnutls_privkey_deinit(state->keys[number]);
        state->keys[number] = NULL;
    }
    pthread_rwlock_unlock(&state->lock);
}

static void sign_with(struct state *state, const struct signer_order *order, struct slice what,
                      struct answer *answer)
{
    gnutls_datum_t data = {(unsigned char *)(uintptr_t)what.ptr, (unsigned)what.len};
    gnutls_sign_algorithm_t algorithm = (gnutls_sign_algorithm_t)order->algorithm;
    int code = GNUTLS_E_NO_CERTIFICATE_FOUND;
    pthread_rwlock_rdlock(&state->lock);
    gnutls_privkey_t key = order->key < state->count ? state->keys[order->key] : NULL;
    if (key && order->kind == SIGNER_SIGN_DATA)
        code = gnutls_privkey_sign_data2(key, algorithm, order->flags, &data, &answer->signature);
    else if (key)
        code = gnutls_privkey_sign_hash2(key, algorithm, order->flags, &data, &answer->signature);
    pthread_rwlock_unlock(&state->lock);
    if (code == 0 && answer->signature.size > SIGNER_SIGNATURE_MAX)
        code = GNUTLS_E_SHORT_MEMORY_BUFFER;
    answer->report.code = code;
    if (code == 0)
        answer->parts[0] = slice_of((const char *)answer->signature.data, answer->signature.size);
}

// ---- files ----

static bool take_paths(struct slice bytes, struct tls_files *files)
{
    const char **const paths[] = {&files->certificate, &files->key, &files->ocsp};
    for (size_t i = 0; i < 3; i++) {
        size_t end = slice_find_byte(bytes, '\0', 0);
        if (end == SIZE_MAX)
            return false;
        *paths[i] = bytes.ptr;
        bytes = slice_sub(bytes, end + 1, bytes.len);
    }
    return true;
}

static uint64_t identify_files(const struct tls_files *files)
{
    const char *const paths[] = {files->certificate, files->key, files->ocsp};
    uint64_t number = 0;
    for (size_t i = 0; i < 3; i++) {
        struct file_info info = {0};
        bool there = *paths[i] && file_stat(paths[i], &info, NULL);
        if (!there && i < 2)
            return 0;
        number = number * 31 + (there ? info.identity : 0);
    }
    return number;
}

static int describe_key(gnutls_privkey_t key, struct signer_report *report)
{
    gnutls_pubkey_t public;
    size_t size = sizeof report->id;
    int code = gnutls_pubkey_init(&public);
    if (code != 0)
        return code;
    code = gnutls_pubkey_import_privkey(public, key, 0, 0);
    if (code == 0)
        code = gnutls_pubkey_get_key_id(public, GNUTLS_KEYID_USE_SHA256, report->id, &size);
    report->algorithm = gnutls_privkey_get_pk_algorithm(key, &report->bits);
    gnutls_pubkey_deinit(public);
    return code;
}

static bool read_key(struct state *state, const char *path, struct answer *answer)
{
    struct slice secret;
    struct error *error = &answer->errors[0];
    gnutls_privkey_t key = NULL;
    if (!file_read(answer->arena, path, KEY_MAX, &secret, error))
        return false;
    gnutls_datum_t pem = {(unsigned char *)(uintptr_t)secret.ptr, (unsigned)secret.len};
    int code = gnutls_privkey_init(&key);
    if (code == 0)
        code = gnutls_privkey_import_x509_raw(key, &pem, GNUTLS_X509_FMT_PEM, NULL, 0);
    explicit_bzero((void *)(uintptr_t)secret.ptr, secret.len);
    if (code == 0)
        code = describe_key(key, &answer->report);
    answer->report.key = code == 0 ? keep_key(state, key) : UINT32_MAX;
    if (answer->report.key != UINT32_MAX)
        return true;
    if (key)
        gnutls_privkey_deinit(key);
    return code == 0 ? error_memory(error)
                     : error_set(error, ERROR_CONFIG, "%s: %s", path, gnutls_strerror(code));
}

static bool read_staple(const char *path, struct answer *answer)
{
    if (!*path ||
        file_read(answer->arena, path, SIGNER_STAPLE_MAX, &answer->parts[1], &answer->errors[1]))
        return true;
    answer->report.unstapled = true;
    answer->parts[1] = slice_of((const char *)&answer->errors[1], sizeof answer->errors[1]);
    return true;
}

static void read_files(struct state *state, const struct tls_files *files, struct answer *answer)
{
    answer->arena = arena_create(0, 0);
    bool ok = answer->arena || error_memory(&answer->errors[0]);
    ok = ok && file_read(answer->arena, files->certificate, SIGNER_CHAIN_MAX, &answer->parts[0],
                         &answer->errors[0]);
    ok = ok && read_key(state, files->key, answer) && read_staple(files->ocsp, answer);
    if (!ok)
        fail_answer(answer);
}

// ---- orders ----

static void *serve_channel(void *seat);

static void confine(struct state *state, struct answer *answer)
{
    if (state->threads)
        return;
    state->threads = true;
    if (!state->give_up(state->give_up_state, &answer->errors[0]))
        fail_answer(answer);
    size_t served = 1; // by the thread that does this
    while (served < state->channels && pthread_create(&state->seats[served].thread, NULL,
                                                      serve_channel, &state->seats[served]) == 0)
        served++;
    answer->report.channels = (uint32_t)served;
}

static void obey(struct state *state, const struct signer_order *order, struct slice bytes,
                 struct answer *answer)
{
    struct tls_files files;
    switch (order->kind) {
    case SIGNER_IDENTIFY:
        answer->report.identity = take_paths(bytes, &files) ? identify_files(&files) : 0;
        break;
    case SIGNER_READ:
        if (take_paths(bytes, &files))
            read_files(state, &files, answer);
        break;
    case SIGNER_FORGET:
        forget_key(state, order->key);
        break;
    case SIGNER_SIGN_DATA:
    case SIGNER_SIGN_HASH:
        sign_with(state, order, bytes, answer);
        break;
    case SIGNER_CONFINE:
        confine(state, answer);
        break;
    }
}

static bool report_back(int fd, struct answer *answer)
{
    struct iovec parts[3] = {{&answer->report, sizeof answer->report}};
    for (size_t i = 0; i < 2; i++) {
        answer->report.lengths[i] = (uint32_t)answer->parts[i].len;
        parts[i + 1].iov_base = (void *)(uintptr_t)answer->parts[i].ptr;
        parts[i + 1].iov_len = answer->parts[i].len;
    }
    return signer_send(fd, parts, 3);
}

static bool serve_order(struct state *state, int fd)
{
    char bytes[SIGNER_ORDER_MAX];
    struct signer_order order;
    struct answer answer = {0};
    struct iovec parts[2] = {{&order, sizeof order}, {bytes, sizeof bytes}};
    ssize_t got = signer_receive(fd, parts, 2);
    if (got < (ssize_t)sizeof order)
        return false;
    obey(state, &order, slice_of(bytes, (size_t)got - sizeof order), &answer);
    bool sent = report_back(fd, &answer);
    gnutls_free(answer.signature.data);
    arena_destroy(answer.arena);
    return sent;
}

static void *serve_channel(void *of)
{
    const struct seat *seat = of;
    while (serve_order(seat->state, seat->fd))
        continue;
    return NULL;
}

_Noreturn void signer_run(size_t channels, signer_give_up *give_up, void *give_up_state)
{
    static struct state state;
    state.channels = channels;
    state.arena = arena_create(0, 0);
    if (!state.arena)
        _exit(1);
    state.give_up = give_up;
    state.give_up_state = give_up_state;
    for (size_t i = 0; i < channels; i++)
        state.seats[i] = (struct seat){.state = &state, .fd = FIRST_CHANNEL + (int)i};
    pthread_rwlock_init(&state.lock, NULL);
    // Nobody of the same user may look into it.
    prctl(PR_SET_DUMPABLE, 0);
    prctl(PR_SET_NAME, "guidanced-keys");
    serve_channel(&state.seats[0]);
    _exit(0);
}
