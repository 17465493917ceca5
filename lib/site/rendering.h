// SPDX-License-Identifier: MIT
//
// Rendering and remembering pages, for the files that do it.
#ifndef GUIDANCED_SITE_RENDERING_H
#define GUIDANCED_SITE_RENDERING_H

#include "state.h"
// ---- memo.c ----

// The text of a slot; ptr NULL when it is empty. Valid as long as the snapshot.
struct slice memo_get(memo_slot *slot);
// Copies the text into an empty slot if the total stays within the limit; into the file, if it is
// long and there is room (file NULL: none).
void memo_put(memo_slot *slot, atomic_size_t *used, size_t limit, struct memory_file *file,
              struct slice text);
void memo_clear(memo_slot *slot);

// ---- search_text.c ----

// Appends the words of HTML to `text`, and those of its headings to `headings`, one per line.
void search_text(struct slice html, struct buffer *text, struct buffer *headings);

// ---- render.c ----

// The HTML of a plain source, remembered nowhere. *stored: it came from the store.
bool render_plain(const struct source *source, struct arena *arena, struct slice *html,
                  bool *stored, struct error *error);
// The page's own content without its layouts (templateContent).
bool render_content(const struct site *site, const struct site_page *page,
                    const struct site_request *request, struct value_realm *realm,
                    struct slice *content, struct error *error);
// ---- render_string.c ----

// Renders a text as a template against data: permalinks, computed data.
bool render_string(struct site *site, const struct source *source, struct slice text, unsigned line,
                   struct value data, struct slice *out, struct error *error);

#endif
