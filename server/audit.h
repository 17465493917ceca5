// SPDX-License-Identifier: MIT
//
// A line of the log for every change of what readers are served.
#ifndef GUIDANCED_SERVER_AUDIT_H
#define GUIDANCED_SERVER_AUDIT_H

#include "site/site.h"

// Says what differs between the snapshots, and which commit, if any, brought it. Nothing if readers
// see no difference. Visits all pages: call it after the new one is published. before may be NULL.
void audit_log(struct log *log, const struct site *before, const struct site *after);

#endif
