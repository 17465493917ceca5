// SPDX-License-Identifier: MIT
//
// What the checker asks of a site beside what everybody may (site.h): the snapshot itself, and a
// page rendered in parts.
#ifndef GUIDANCED_SITE_EXAMINE_H
#define GUIDANCED_SITE_EXAMINE_H

#include "state.h"
// The path that an old address stands for, as requests have it (without the prefix), with "?query"
// when it is that query's alone. NULL, or why it cannot be sent on.
const char *redirect_source(const struct site *site, struct arena *arena, struct slice text,
                            struct slice *from);
// The next of a page's redirect_from – a URL or a list of them – from number *i on, which is then
// after it; "" for what is no text. *key (of front matter) is in the arena. False when there is
// none.
bool redirect_from(const struct site_page *page, uint32_t *i, struct arena *arena,
                   struct slice *url, struct slice *key);
// Whether the path (relative, with or without "./") is one of the pattern's.
bool glob_matches(struct slice pattern, struct slice path);
// The same as patterns of what is ignored are read: names may begin with a dot, and "a/**" is "a"
// itself as well.
bool glob_matches_any(struct slice pattern, struct slice path);
// Renders a page without remembering anything of it, for check: what it makes itself and the whole,
// in the realm's arena. Every template that takes part is told of (NULL: nobody). `request` may be
// undefined.
struct render_parts {
    struct slice content, whole;
};
bool render_in_parts(const struct site_page *page, struct value request, struct value_realm *realm,
                     void (*on_template)(void *state, const struct template *template), void *state,
                     struct render_parts *parts, struct error *error);
// The moment a page's key says; NaN when it says none that can be read.
double lifecycle_date(const struct site_page *page, struct slice key);

#endif
