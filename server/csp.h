// SPDX-License-Identifier: MIT
//
// The Content-Security-Policy: `content_security_policy` with {inline} replaced by the hashes of
// the inline scripts of the page template that is installed, so that an update of it needs no new
// setting.
//
// Thread-safety: pure.
#ifndef GUIDANCED_SERVER_CSP_H
#define GUIDANCED_SERVER_CSP_H

#include "settings/settings.h"

// The policy, in the arena; "" when it is switched off. ptr NULL when out of memory.
struct slice csp_policy(const struct settings *settings, struct arena *arena);

// "'sha256-…'", each with a space before it, of the inline scripts of a template that are plain
// text.
void csp_append_hashes(struct buffer *out, struct arena *arena, struct slice source);

#endif
