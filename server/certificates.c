// SPDX-License-Identifier: MIT
//
// The files by number: 0 is that of `tls.certificate`, then those of `tls.certificates`. All are
// looked at once a second, or in turns if they are many; what has changed is read into a new set,
// which has the others from the one in force.
#include "certificates.h"

#include "http/signer.h"
#include "privileges.h"
#include "sandbox.h"

#include <stdlib.h>

enum { LOOKS = 200 }; // files of certificates that are looked at in a second

struct certificates {
    struct signer *signer;
    struct arena *arena; // of the files
    struct tls_files *files;
    size_t count, next; // next: to be looked at
    struct error problem, warning;
    size_t problems;
};

// ---- the settings ----

static bool list_files(struct certificates *certificates, const struct settings *settings)
{
    struct value more = settings->tls.certificates;
    struct arena *arena = arena_create(0, 0);
    size_t count = value_length(NULL, more) + 1;
    struct tls_files *files = arena ? arena_zalloc(arena, count, sizeof *files) : NULL;
    if (!files) {
        arena_destroy(arena);
        return false;
    }
    files[0] = (struct tls_files){
        .certificate = arena_cstr(arena, settings->tls.certificate.full),
        .key = arena_cstr(arena, settings->tls.key.full),
        .ocsp = arena_cstr(arena, settings->tls.ocsp.full),
    };
    for (uint32_t i = 1; i < count; i++)
        files[i] = (struct tls_files){
            .certificate = settings_certificate_file(settings, arena, i - 1, "certificate").ptr,
            .key = settings_certificate_file(settings, arena, i - 1, "key").ptr,
            .ocsp = settings_certificate_file(settings, arena, i - 1, "ocsp").ptr};
    if (arena_failed(arena)) {
        arena_destroy(arena);
        return false;
    }
    arena_destroy(certificates->arena);
    certificates->arena = arena;
    certificates->files = files;
    certificates->count = count;
    certificates->next = 0;
    return true;
}

// ---- reading ----

static void note_problem(struct certificates *certificates, const struct error *error)
{
    if (!certificates->problems++)
        certificates->problem = *error;
}

// `again`: also those that have not changed.
static bool read_certificates(struct certificates *certificates, bool again, struct error *error)
{
    struct tls_set *set = tls_begin(certificates->signer);
    if (!set)
        return error_memory(error);
    certificates->problems = 0;
    certificates->warning = (struct error){0};
    for (size_t i = 0; i < certificates->count; i++) {
        struct tls_files files = certificates->files[i];
        struct error own = {0};
        if (!files.certificate || !files.key)
            error_memory(&own);
        files.identity = again ? 0 : files.identity;
        if (error_is_set(&own) || tls_add(set, &files, &own, &certificates->warning))
            continue;
        if (i)
            note_problem(certificates, &own);
        else
            *error = own;
    }
    if (tls_is_usable(set))
        tls_use(set);
    else
        tls_discard(set);
    return !error_is_set(error);
}

// As if nothing had been read before.
static bool read_as_new(struct certificates *certificates, struct error *error)
{
    for (size_t i = 0; i < certificates->count; i++)
        certificates->files[i].identity =
            signer_identify(certificates->signer, &certificates->files[i]);
    return read_certificates(certificates, true, error);
}

void certificates_report(struct certificates *certificates, struct log *log)
{
    if (!certificates)
        return;
    if (certificates->problems)
        log_error(log, LOG_ERROR, &certificates->problem);
    if (certificates->problems > 1)
        log_write(log, LOG_ERROR, "%zu other certificates cannot be used either",
                  certificates->problems - 1);
    if (error_is_set(&certificates->warning))
        log_error(log, LOG_WARNING, &certificates->warning);
}

bool certificates_read(struct certificates *certificates, struct log *log, struct error *error)
{
    if (!certificates)
        return true;
    bool read = read_as_new(certificates, error);
    certificates_report(certificates, log);
    return read;
}

// ---- renewal ----

// One of two files that belong together may arrive first: then wait for the other.
static size_t count_replaced(struct certificates *certificates)
{
    size_t looks = certificates->count < LOOKS ? certificates->count : LOOKS, replaced = 0;
    for (size_t i = 0; i < looks; i++) {
        struct tls_files *files = &certificates->files[certificates->next];
        uint64_t now = signer_identify(certificates->signer, files), before = files->identity;
        certificates->next = (certificates->next + 1) % certificates->count;
        if (!now || now == before)
            continue;
        files->identity = now;
        replaced++;
    }
    return replaced;
}

void certificates_tick(struct certificates *certificates, struct log *log)
{
    struct error error = {0};
    size_t replaced = certificates ? count_replaced(certificates) : 0;
    if (!replaced)
        return;
    if (!read_certificates(certificates, false, &error))
        log_error(log, LOG_WARNING, &error);
    else if (!certificates->problems)
        log_write(log, LOG_INFO, "%s been replaced",
                  replaced == 1 ? "the certificate has" : "certificates have");
    certificates_report(certificates, log);
}

void certificates_rename(struct certificates *certificates, const struct settings *settings,
                         struct log *log)
{
    struct error error = {0};
    if (!certificates || !settings->tls.certificate.text.len)
        return;
    if (!list_files(certificates, settings))
        error_memory(&error);
    else
        certificates_read(certificates, log, &error);
    if (error_is_set(&error))
        log_error(log, LOG_ERROR, &error);
}

// ---- start and end ----

// The rights that the signer keeps: reading these files, once the server's user may. Runs in the
// signer.
static bool give_up_rights_of_signer(void *state, struct error *error)
{
    const struct settings *settings = state;
    struct sandbox_policy policy;
    if ((settings->user.len || settings->sandbox) && !privileges_drop(settings->user, error))
        return false;
    if (!settings->sandbox)
        return true;
    struct arena *arena = arena_create(0, 0);
    if (!arena)
        return error_memory(error);
    sandbox_policy_of_signer(arena, settings, &policy);
    struct sandbox_result result = sandbox_enter(&policy);
    arena_destroy(arena);
    return (result.landlock_abi && result.seccomp && result.no_dumps) ||
           error_set(error, ERROR_IO, "landlock %s, seccomp %s", result.landlock_abi ? "yes" : "no",
                     result.seccomp ? "yes" : "no");
}

bool certificates_confine(struct certificates *certificates, struct error *error)
{
    if (!certificates)
        return true;
    if (signer_confine(certificates->signer, error))
        return true;
    error_hint(error, "the process with the TLS keys keeps more rights than it needs");
    return false;
}

bool certificates_usable(const struct certificates *certificates, struct error *error)
{
    return !certificates || signer_is_there(certificates->signer, error);
}

static bool is_complete(const struct settings *settings, struct error *error)
{
    if (!settings->tls.certificate.text.len)
        return error_set(error, ERROR_CONFIG,
                         "tls.certificates needs tls.certificate, which is "
                         "for clients that ask for another name or none");
    return settings->tls.key.text.len ||
           error_set(error, ERROR_CONFIG, "tls.certificate needs tls.key");
}

struct certificates *certificates_open(const struct settings *settings, size_t workers,
                                       struct error *error)
{
    if (!settings->tls.certificate.text.len && !value_length(NULL, settings->tls.certificates))
        return NULL;
    struct certificates *certificates = calloc(1, sizeof *certificates);
    if (!certificates) {
        error_memory(error);
        return NULL;
    }
    if (is_complete(settings, error))
        certificates->signer =
            signer_fork(workers, give_up_rights_of_signer, (void *)(uintptr_t)settings, error);
    if (certificates->signer && (list_files(certificates, settings) || error_memory(error)) &&
        read_as_new(certificates, error))
        return certificates;
    certificates_close(certificates);
    return NULL;
}

void certificates_close(struct certificates *certificates)
{
    if (!certificates)
        return;
    tls_free();
    signer_destroy(certificates->signer);
    arena_destroy(certificates->arena);
    free(certificates);
}
