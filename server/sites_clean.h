// SPDX-License-Identifier: MIT
//
// Old feedback and counts of sites that are not in memory: removed once a day, a site at a time.
//
// Thread-safety: from any thread; one does the work, the others return at once.
#ifndef GUIDANCED_SERVER_SITES_CLEAN_H
#define GUIDANCED_SERVER_SITES_CLEAN_H

#include "hosts.h"

struct server;
// Cleans at most one site, and none sooner than a quarter of a second after another: a thousand
// sites take four minutes of a day, and who waits for a site is not held up.
void sites_clean(struct server *process, struct hosts *hosts);

#endif
