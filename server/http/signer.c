// SPDX-License-Identifier: MIT
//
// The server's side of the signer. An order and its report are one message each; a channel belongs
// to whoever has its lock until the report is there.
#include "signer.h"

#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

// It answers in a millisecond, unless the machine is overloaded.
enum { PATIENCE_S = 10 };

struct channel {
    pthread_mutex_t lock;
    int fd;
    atomic_bool gone; // closed by the other side, or a report is late
};

struct signer {
    pid_t pid;
    size_t count;
    bool confined; // before, it listens to the first channel only
    struct channel channels[SIGNER_CHANNELS_MAX];
};

// ---- start and end ----

static void close_channels(const struct signer *signer, const int theirs[])
{
    for (size_t i = 0; i < signer->count; i++) {
        close(signer->channels[i].fd);
        close(theirs[i]);
    }
}

// Opens the channels; theirs: the signer's ends.
static bool open_channels(struct signer *signer, size_t count, int theirs[])
{
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    for (; signer->count < count; signer->count++) {
        int ends[2];
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
            return false;
        struct channel *channel = &signer->channels[signer->count];
        channel->fd = ends[0];
        theirs[signer->count] = ends[1];
        pthread_mutex_init(&channel->lock, NULL);
        setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    return true;
}

// The channels become the descriptors from 3 on, the only ones: the signer must not keep listeners.
static void take_channels(const int theirs[], size_t count)
{
    int aside[SIGNER_CHANNELS_MAX];
    for (size_t i = 0; i < count; i++)
        aside[i] = fcntl(theirs[i], F_DUPFD, 3 + SIGNER_CHANNELS_MAX);
    for (size_t i = 0; i < count; i++)
        dup2(aside[i], 3 + (int)i);
    file_close_from(3 + (int)count);
}

struct signer *signer_fork(size_t channels, signer_give_up *give_up, void *state,
                           struct error *error)
{
    int theirs[SIGNER_CHANNELS_MAX];
    size_t count = channels < 1                     ? 1
                   : channels < SIGNER_CHANNELS_MAX ? channels
                                                    : SIGNER_CHANNELS_MAX;
    struct signer *signer = calloc(1, sizeof *signer);
    bool open = signer && open_channels(signer, count, theirs);
    pid_t pid = open ? fork() : -1;
    if (pid == 0) {
        take_channels(theirs, count);
        signer_run(count, give_up, state);
    }
    if (pid < 0) {
        error_set(error, ERROR_IO, "cannot make the process for the TLS keys: %s", strerror(errno));
        if (signer)
            close_channels(signer, theirs);
        free(signer);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        close(theirs[i]);
    signer->pid = pid;
    return signer;
}

void signer_destroy(struct signer *signer)
{
    if (!signer)
        return;
    for (size_t i = 0; i < signer->count; i++) {
        close(signer->channels[i].fd);
        pthread_mutex_destroy(&signer->channels[i].lock);
    }
    while (waitpid(signer->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    free(signer);
}

// ---- orders ----

// The first that is free, or the one to wait for.
static struct channel *take_channel(struct signer *signer)
{
    size_t count = signer->confined ? signer->count : 1;
    for (size_t i = 0; i < count; i++) {
        struct channel *channel = &signer->channels[i];
        if (pthread_mutex_trylock(&channel->lock) != 0)
            continue;
        if (!channel->gone)
            return channel;
        pthread_mutex_unlock(&channel->lock);
    }
    pthread_mutex_lock(&signer->channels[0].lock);
    return &signer->channels[0];
}

// Where the parts of a report go.
struct parts {
    char *bytes;
    size_t room;
};

static ssize_t exchange(const struct channel *channel, const struct signer_order *order,
                        struct slice bytes, struct signer_report *report, const struct parts *parts)
{
    struct iovec out[2] = {{(void *)(uintptr_t)order, sizeof *order},
                           {(void *)(uintptr_t)bytes.ptr, bytes.len}};
    struct iovec in[2] = {{report, sizeof *report}, {parts->bytes, parts->room}};
    return signer_send(channel->fd, out, 2) ? signer_receive(channel->fd, in, 2) : -1;
}

// No channel leads anywhere any more if the other side has closed one.
static void give_up_channel(struct signer *signer, struct channel *channel, bool closed)
{
    channel->gone = true;
    for (size_t i = 0; closed && i < signer->count; i++)
        signer->channels[i].gone = true;
    shutdown(channel->fd, SHUT_RDWR);
}

// False: the signer is gone, or too slow. Then the channel is not used any more, since a late
// report would be taken for the next one.
static bool give_order(struct signer *signer, const struct signer_order *order, struct slice bytes,
                       struct signer_report *report, const struct parts *parts)
{
    if (bytes.len > SIGNER_ORDER_MAX)
        return false;
    struct channel *channel = take_channel(signer);
    errno = 0;
    ssize_t got = channel->gone ? 0 : exchange(channel, order, bytes, report, parts);
    bool ok = got >= (ssize_t)sizeof *report &&
              (size_t)got == sizeof *report + report->lengths[0] + report->lengths[1];
    if (!ok && !channel->gone)
        give_up_channel(signer, channel, got == 0 || errno == EPIPE || errno == ECONNRESET);
    pthread_mutex_unlock(&channel->lock);
    return ok;
}

static bool signer_is_gone(struct error *error)
{
    return error_set(error, ERROR_IO, "the process with the TLS keys is gone");
}

bool signer_is_there(const struct signer *signer, struct error *error)
{
    for (size_t i = 0; i < signer->count; i++)
        if (!signer->channels[i].gone)
            return true;
    return signer_is_gone(error);
}

// An error that follows a report.
static bool take_error(struct slice part, struct error *error)
{
    if (part.len == sizeof *error && error)
        memcpy(error, part.ptr, sizeof *error);
    else
        signer_is_gone(error);
    return false;
}

// A channel that nobody serves would be taken for a signer that is gone.
static void drop_channels(struct signer *signer, size_t served)
{
    while (signer->count > served) {
        struct channel *channel = &signer->channels[--signer->count];
        close(channel->fd);
        pthread_mutex_destroy(&channel->lock);
    }
}

bool signer_confine(struct signer *signer, struct error *error)
{
    char room[sizeof(struct error)];
    struct signer_report report;
    struct parts parts = {room, sizeof room};
    if (!give_order(signer, &(struct signer_order){.kind = SIGNER_CONFINE}, SLICE_EMPTY, &report,
                    &parts))
        return signer_is_gone(error);
    drop_channels(signer, report.channels);
    signer->confined = true;
    return !report.failed || take_error(slice_of(room, report.lengths[0]), error);
}

// ---- files ----

static bool write_paths(const struct tls_files *files, char *out, struct slice *bytes)
{
    const char *const paths[] = {files->certificate, files->key, files->ocsp ? files->ocsp : ""};
    size_t used = 0;
    for (size_t i = 0; i < 3; i++) {
        size_t length = strlen(paths[i]) + 1;
        if (length > SIGNER_ORDER_MAX - used)
            return false;
        memcpy(out + used, paths[i], length);
        used += length;
    }
    *bytes = slice_of(out, used);
    return true;
}

uint64_t signer_identify(struct signer *signer, const struct tls_files *files)
{
    char paths[SIGNER_ORDER_MAX];
    struct slice bytes;
    struct signer_report report;
    struct parts none = {NULL, 0};
    bool ok =
        write_paths(files, paths, &bytes) &&
        give_order(signer, &(struct signer_order){.kind = SIGNER_IDENTIFY}, bytes, &report, &none);
    return ok ? report.identity : 0;
}

bool signer_read(struct signer *signer, const struct tls_files *files, struct arena *arena,
                 struct signer_reading *out, struct error *error, struct error *warning)
{
    char paths[SIGNER_ORDER_MAX];
    struct slice bytes;
    struct signer_report report;
    size_t room = SIGNER_CHAIN_MAX + SIGNER_STAPLE_MAX + 2 * sizeof(struct error);
    struct parts parts = {arena_alloc_text(arena, room), room};
    if (!parts.bytes)
        return error_memory(error);
    if (!write_paths(files, paths, &bytes))
        return error_set(error, ERROR_CONFIG, "%s: the path is too long", files->certificate);
    if (!give_order(signer, &(struct signer_order){.kind = SIGNER_READ}, bytes, &report, &parts))
        return signer_is_gone(error);
    struct slice first = slice_of(parts.bytes, report.lengths[0]);
    struct slice second = slice_of(parts.bytes + first.len, report.lengths[1]);
    if (report.failed)
        return take_error(first, error);
    *out = (struct signer_reading){.chain = first,
                                   .staple = report.unstapled ? SLICE_EMPTY : second,
                                   .key = report.key,
                                   .algorithm = report.algorithm,
                                   .bits = report.bits};
    memcpy(out->id, report.id, sizeof out->id);
    if (report.unstapled)
        take_error(second, warning);
    return true;
}

void signer_forget(struct signer *signer, uint32_t key)
{
    struct signer_report report;
    struct parts none = {NULL, 0};
    give_order(signer, &(struct signer_order){.kind = SIGNER_FORGET, .key = key}, SLICE_EMPTY,
               &report, &none);
}

// ---- signatures ----

static int sign(const struct signer_key *key, struct signer_order what, const gnutls_datum_t *data,
                gnutls_datum_t *signature)
{
    char room[SIGNER_SIGNATURE_MAX];
    struct signer_report report;
    struct parts parts = {room, sizeof room};
    what.key = key->number;
    if (!give_order(key->signer, &what, slice_of((const char *)data->data, data->size), &report,
                    &parts))
        return GNUTLS_E_PK_SIGN_FAILED;
    if (report.code != 0)
        return report.code;
    signature->data = gnutls_malloc(report.lengths[0]);
    if (!signature->data)
        return GNUTLS_E_MEMORY_ERROR;
    memcpy(signature->data, room, report.lengths[0]);
    signature->size = report.lengths[0];
    return 0;
}

static int sign_data(gnutls_privkey_t key, gnutls_sign_algorithm_t algorithm, void *state,
                     unsigned flags, const gnutls_datum_t *data, gnutls_datum_t *signature)
{
    (void)key;
    return sign(state, (struct signer_order){SIGNER_SIGN_DATA, 0, algorithm, flags}, data,
                signature);
}

static int sign_hash(gnutls_privkey_t key, gnutls_sign_algorithm_t algorithm, void *state,
                     unsigned flags, const gnutls_datum_t *hash, gnutls_datum_t *signature)
{
    (void)key;
    return sign(state, (struct signer_order){SIGNER_SIGN_HASH, 0, algorithm, flags}, hash,
                signature);
}

static int tell(gnutls_privkey_t key, unsigned flags, void *state)
{
    const struct signer_key *own = state;
    (void)key;
    if (flags & GNUTLS_PRIVKEY_INFO_PK_ALGO)
        return own->algorithm;
    if (flags & GNUTLS_PRIVKEY_INFO_PK_ALGO_BITS)
        return (int)own->bits;
    if (flags & GNUTLS_PRIVKEY_INFO_HAVE_SIGN_ALGO)
        return gnutls_sign_supports_pk_algorithm(GNUTLS_FLAGS_TO_SIGN_ALGO(flags),
                                                 (gnutls_pk_algorithm_t)own->algorithm) != 0;
    return 0;
}

int signer_import(struct signer_key *key, gnutls_privkey_t *out)
{
    int code = gnutls_privkey_init(out);
    if (code != 0)
        return code;
    code = gnutls_privkey_import_ext4(*out, key, sign_data, sign_hash, NULL, NULL, tell, 0);
    if (code != 0) {
        gnutls_privkey_deinit(*out);
        *out = NULL;
    }
    return code;
}
