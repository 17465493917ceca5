// SPDX-License-Identifier: MIT
//
// Loads a site so that pages that fail to render are broken, like those that cannot be loaded:
// counted, out of every list, with their last good version. Before a site is published, the pages
// that have been saved, those that failed before, and as many others as time allows are rendered
// once; the rest in the background, and if one of them fails, the site is loaded again.
//
// Thread-safety: the loader's thread only.
#ifndef GUIDANCED_SERVER_VERIFY_H
#define GUIDANCED_SERVER_VERIFY_H

#include "site/site.h"

struct verifier;
struct verifier *verifier_create(void);           // NULL when out of memory
void verifier_destroy(struct verifier *verifier); // NULL allowed

// Like site_load. Known failures are checked again.
struct site *verifier_load(struct verifier *verifier, const struct site_load_options *options,
                           struct error *error);
// Like site_patch.
struct site *verifier_patch(struct verifier *verifier, const struct site_load_options *options,
                            const struct slice *paths, size_t count);
// Renders the remaining pages, until `stop` returns true. True: the site must be built again, with
// verifier_load_again.
bool verifier_go_on(struct verifier *verifier, bool (*stop)(void *state), void *state);
// The snapshot published before, whose pages have all been rendered, as long as those of the
// published one have not; otherwise NULL. Until the next call of the others.
struct site *verifier_before(const struct verifier *verifier);
struct site *verifier_load_again(struct verifier *verifier, const struct site_load_options *options,
                                 struct error *error);

#endif
