// SPDX-License-Identifier: MIT
//
// Assets compressed ahead: after each load, on the loader's thread, at the codings' best effort. An
// unchanged asset keeps its forms from one snapshot to the next; until it has any, it is sent
// uncompressed. So a form of an asset always has the same bytes, as its strong entity tag promises.
//
// Thread-safety: any worker may look up forms while it holds the snapshot; everything else is the
// loader's.
#ifndef GUIDANCED_SERVER_ASSETS_H
#define GUIDANCED_SERVER_ASSETS_H

#include "server/http/http.h"
#include "site/site.h"

// Before the site is published: attaches a table of its assets, with the forms that `previous`
// (NULL at first) has for the same contents. When out of memory, there is none.
void assets_attach(struct site *site, struct site *previous);
// Afterwards: makes missing forms, within asset_cache bytes. Ends early if stop returns true.
// False: some are still missing, so that it is worth another try.
bool assets_compress(struct site *site, bool (*stop)(void *state), void *state);

// Whether compression makes the asset smaller.
bool assets_compressible(const struct site_route *route);
// The asset in each coding; ptr NULL if there is no such form. Lives as long as the site.
void assets_forms(const struct site *site, const struct site_route *route, struct slice forms[3]);

#endif
