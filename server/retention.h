// SPDX-License-Identifier: MIT
//
// Removing what is past its promised age: feedback and counts. A site that is in memory does it
// every day (mailbox.c, tally.c); for one that nobody asks for, sites_clean.c does.
//
// Thread-safety: from any thread.
#ifndef GUIDANCED_SERVER_RETENTION_H
#define GUIDANCED_SERVER_RETENTION_H

#include "settings/settings.h"
#include "store/store.h"

// Removes feedback older than that many days, and logs what was removed or why nothing was.
void retention_of_feedback(struct feedback *feedback, unsigned days, struct log *log);
// The same for the files of a site that is not in memory, if they are there.
void retention_of_site(const struct settings *settings, struct log *log);

#endif
