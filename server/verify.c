// SPDX-License-Identifier: MIT
//
// The loads it takes until all failing pages of a site are known:
//
//   load ─▶ render suspects, saved pages, others while there is time ─▶ publish ─▶ render the rest
//     ▲                          │ more fail                                            │ more fail
//     └──────────────────────────┴──────────────────────────────────────────────────────┘
//
// A failing page is out of the lists from the next load on. If pages that rendered before then
// fail, that is the cause: the following load leaves failing pages in the collections.
//
// When all have been rendered, the cache records it; the next load of the same site, mostly at the
// next start, renders none that the cache knows.
#include "verify.h"

#include "base/clock.h"

#include <stdlib.h>

// SETTLE_MAX: loads before publishing. The rest are for what is found afterwards, by then in one
// go: a page that fails meanwhile has its last good version in the snapshot before.
enum { ROUNDS_MAX = 6, SETTLE_MAX = 2, BEFORE_PUBLISHING_MS = 200 };

struct verifier {
    struct site_failures *failures;
    struct site *site;           // whose pages are being rendered; NULL: all done
    struct site *before;         // the one published before, for last good versions
    struct store *store;         // with which the site was loaded; NULL: none
    struct site_verified *known; // pages that need not be rendered; NULL: none
    bool asked;                  // the store has been asked for them
    size_t next;                 // next page to render
    size_t sound;                // pages before this one have rendered, or are known to fail
    size_t applied;              // failures known to the site's load
    unsigned rounds;             // loads since something was saved
    bool healed;                 // failures have been retried once
};

struct verifier *verifier_create(void)
{
    struct verifier *verifier = calloc(1, sizeof *verifier);
    if (verifier)
        verifier->failures = site_failures_create();
    if (verifier && verifier->failures)
        return verifier;
    free(verifier);
    return NULL;
}

// Starts over for another site.
static void forget_page(struct verifier *verifier)
{
    site_verified_destroy(verifier->known);
    verifier->known = NULL;
    verifier->asked = false;
}

static void end_verification(struct verifier *verifier)
{
    forget_page(verifier);
    site_release(verifier->site);
    site_release(verifier->before);
    verifier->site = verifier->before = NULL;
}

void verifier_destroy(struct verifier *verifier)
{
    if (!verifier)
        return;
    end_verification(verifier);
    site_failures_destroy(verifier->failures);
    free(verifier);
}

// ---- rendering ----

static void recall(struct verifier *verifier, const struct site *site)
{
    if (!verifier->asked && verifier->store)
        verifier->known = site_verified_read(site, verifier->store);
    verifier->asked = true;
}

// True: the site must be loaded again, since the failing pages differ from those known to its load.
static bool verify_pages(struct verifier *verifier, const struct site *site,
                         bool (*stop)(void *state), void *state)
{
    struct site_failures *failures = verifier->failures;
    bool excluded = verifier->applied && !site_failures_listed(failures);
    size_t mark = site_failures_mark(failures);
    recall(verifier, site);
    if (excluded && verifier->next < verifier->sound) {
        bool done = site_verify(site, &verifier->next, verifier->sound, verifier->known, failures,
                                stop, state);
        if (site_failures_mark(failures) != mark) {
            site_failures_rewind(failures, mark);
            site_failures_list(failures);
            return true;
        }
        if (!done)
            return false;
    }
    site_verify(site, &verifier->next, SIZE_MAX, verifier->known, failures, stop, state);
    if (verifier->sound < verifier->next)
        verifier->sound = verifier->next;
    return site_failures_count(failures) != verifier->applied;
}

static bool is_past_deadline(void *deadline_ns)
{
    return clock_monotonic_ns() > *(const uint64_t *)deadline_ns;
}

// If no site is being served yet, does not wait.
static bool look_before_publishing(struct verifier *verifier, const struct site *site)
{
    uint64_t deadline_ns = clock_monotonic_ns() + BEFORE_PUBLISHING_MS * 1000000ull;
    if (verifier->applied && !verifier->healed) {
        verifier->healed = true;
        if (site_verify_healed(site, verifier->failures))
            return true;
    }
    if (site_failures_count(verifier->failures) != verifier->applied)
        return true;
    return verifier->before && verify_pages(verifier, site, is_past_deadline, &deadline_ns);
}

// ---- loading ----

// Loads again until the site matches the known failures.
static struct site *settle_site(struct verifier *verifier, struct site *site,
                                const struct site_load_options *options)
{
    struct site_load_options again = *options;
    struct error ignored = {0}; // the loaded site is served
    again.failures = verifier->failures;
    again.published = options->previous;
    again.last_good = verifier->before;
    for (unsigned i = 0; i < SETTLE_MAX && verifier->rounds++ < ROUNDS_MAX &&
                         look_before_publishing(verifier, site);
         i++) {
        again.previous = site;
        struct site *next = site_load(&again, &ignored);
        if (!next)
            break;
        site_release(site);
        site = next;
        forget_page(verifier);
        verifier->applied = site_failures_count(verifier->failures);
        verifier->next = 0;
    }
    site_release(verifier->site);
    verifier->site = site_retain(site);
    return site;
}

// Begins with a new site instead of `previous`, which has been rendered completely unless `site` is
// set.
static void begin_verification(struct verifier *verifier, struct site *previous)
{
    forget_page(verifier);
    verifier->rounds = 0;
    verifier->healed = false;
    verifier->next = 0;
    if (verifier->site && verifier->before)
        return;
    site_release(verifier->before);
    verifier->before = previous ? site_retain(previous) : NULL;
}

struct site *verifier_load(struct verifier *verifier, const struct site_load_options *options,
                           struct error *error)
{
    struct site_failures *suspects = verifier->failures, *failures = site_failures_create();
    struct site_load_options told = *options;
    told.last_good = verifier->before;
    struct site *site = failures ? site_load(&told, error) : NULL;
    if (!site) {
        site_failures_destroy(failures);
        if (!error_is_set(error))
            error_memory(error);
        return NULL;
    }
    begin_verification(verifier, options->previous);
    verifier->store = options->store;
    verifier->failures = failures;
    verifier->applied = verifier->sound = 0;
    site_verify_suspects(site, suspects, failures);
    site_failures_destroy(suspects);
    return settle_site(verifier, site, options);
}

struct site *verifier_patch(struct verifier *verifier, const struct site_load_options *options,
                            const struct slice *paths, size_t count)
{
    struct site_load_options told = *options;
    told.failures = verifier->failures;
    told.last_good = verifier->before;
    if (!options->previous)
        return NULL;
    for (size_t i = 0; i < count; i++)
        site_failures_forget(options->previous, verifier->failures, paths[i]);
    struct site *site = site_patch(&told, paths, count);
    size_t known = site_failures_count(verifier->failures);
    for (size_t i = 0; site && i < count; i++)
        site_verify_file(site, paths[i], verifier->failures);
    if (site && site_failures_count(verifier->failures) != known) {
        site_release(site);
        site = site_patch(&told, paths, count);
    }
    if (!site)
        return NULL;
    bool renewed = site_counts(site).renewed;
    if (!renewed && !verifier->site) // the other pages have been rendered
        return site;
    if (renewed)
        begin_verification(verifier, options->previous);
    verifier->applied = site_failures_count(verifier->failures);
    site_release(verifier->site);
    verifier->site = site_retain(site);
    return site;
}

struct site *verifier_before(const struct verifier *verifier)
{
    return verifier->before;
}

bool verifier_go_on(struct verifier *verifier, bool (*stop)(void *state), void *state)
{
    size_t count;
    struct error ignored = {0}; // the next start renders them again
    if (!verifier->site || verifier->rounds > ROUNDS_MAX)
        return false;
    if (verify_pages(verifier, verifier->site, stop, state))
        return true;
    site_pages(verifier->site, &count);
    if (verifier->next < count)
        return false;
    if (!verifier->known && verifier->store)
        site_verified_write(verifier->site, verifier->store, verifier->failures, &ignored);
    end_verification(verifier);
    return false;
}

struct site *verifier_load_again(struct verifier *verifier, const struct site_load_options *options,
                                 struct error *error)
{
    struct site_load_options told = *options;
    told.failures = verifier->failures;
    told.last_good = verifier->before;
    verifier->rounds++;
    struct site *site = site_load(&told, error);
    if (!site)
        return NULL;
    forget_page(verifier);
    verifier->applied = site_failures_count(verifier->failures);
    verifier->next = 0;
    return settle_site(verifier, site, options);
}
