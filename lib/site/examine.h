// SPDX-License-Identifier: MIT
//
// What the checker needs of a site beyond site.h: the snapshot itself, and a page rendered in
// parts.
#ifndef GUIDANCED_SITE_EXAMINE_H
#define GUIDANCED_SITE_EXAMINE_H

#include "state.h"
// The path that an old address stands for, as in requests (without the prefix), with "?query" if it
// is for that query only. Returns NULL, or why it cannot redirect.
const char *redirect_source(const struct site *site, struct arena *arena, struct slice text,
                            struct slice *from);
// The next of a page's redirect_from – a URL or a list of them – from number *i on, which moves
// past it; "" for a value that is not a text. *key (of front matter) is in the arena. False when
// there is none.
bool redirect_from(const struct site_page *page, uint32_t *i, struct arena *arena,
                   struct slice *url, struct slice *key);
// Whether the path (relative, with or without "./") matches the pattern.
bool glob_matches(struct slice pattern, struct slice path);
// The same by the rules for ignored files: names may begin with a dot, and "a/**" also matches "a"
// itself. A pattern that is too much to try matches: what may be ignored must not be shown.
bool glob_matches_any(struct slice pattern, struct slice path);
// Renders a page for check, without remembering it: its own part and the whole, in the realm's
// arena. Calls back for every template involved (NULL: no callback). `request` may be undefined.
struct render_parts {
    struct slice content, whole;
};
bool render_in_parts(const struct site_page *page, struct value request, struct value_realm *realm,
                     void (*on_template)(void *state, const struct template *template), void *state,
                     struct render_parts *parts, struct error *error);
// The time in a page's key; NaN if there is none or it is unreadable.
double lifecycle_date(const struct site_page *page, struct slice key);

#endif
