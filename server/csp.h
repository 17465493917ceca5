// SPDX-License-Identifier: MIT
//
// The Content-Security-Policy: `content_security_policy` with {inline} replaced by the hashes of
// the installed page template's inline scripts, so that updating it needs no new setting.
//
// Thread-safety: pure.
#ifndef GUIDANCED_SERVER_CSP_H
#define GUIDANCED_SERVER_CSP_H

#include "settings/settings.h"

// The policy, in the arena; "" if it is switched off. ptr NULL when out of memory.
struct slice csp_policy(const struct settings *settings, struct arena *arena);

// Appends " 'sha256-…'" for each plain inline script of a template.
void csp_append_hashes(struct buffer *out, struct arena *arena, struct slice source);

#endif
