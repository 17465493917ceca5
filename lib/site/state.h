// SPDX-License-Identifier: MIT
//
// The snapshot from the inside. A load fills it in the order of the members; once site_load
// returns, nothing in it changes but the reference count and, per page, what the first render has
// shown of its purity.
#ifndef GUIDANCED_SITE_STATE_H
#define GUIDANCED_SITE_STATE_H

#include "source.h"

#include <stdatomic.h>
// What site_page.internal points at.
struct memo;
struct history;
typedef _Atomic(struct memo *) memo_slot;

struct page {
    memo_slot content;           // what its own template and Markdown make, when that is pure
    memo_slot whole;             // the finished page
    memo_slot forms[SITE_FORMS]; // the finished page, compressed
    struct site *site;
    size_t index; // in site->pages
    struct source *source;
    struct layout *layout;
    struct slice written; // page.outputPath: the output directory and below
    struct value date;    // what the site's own functions have read of it; undefined: nothing
    bool has_permalink;   // permalink is false: no output
    bool failed;          // broken by its render, not by its load
    bool listed;          // in collections, though it failed
    bool unlisted;        // in none, as the later pages of a pagination
    bool rooted;          // its permalink begins with a slash
    bool remarked;        // there are problems of its data that do not break it
    uint8_t *computed;  // of each rule of eleventyComputed, how far it is (computed.c); NULL: none
    bool computed_late; // one of them reads collections
    uint32_t chunk;     // which page of a pagination it is, from 0
    atomic_uint_fast64_t tag;          // site_page_tag
    struct value navigation;           // the `navigation` variable
    const struct site_page *last_good; // of an older snapshot, which is held as long as this one
};

struct wildcard {
    struct slice prefix; // of the path
    struct site_route route;
};

struct edits; // patch.c

// What only the making of pages needs.
struct making {
    struct value_shapes shapes;
    struct value page, item; // models, whose keys all pages' have
    struct value lists;      // collections as computed data sees them (computed.c)
    struct map commits;      // of page.history: id, as bytes → struct value
};

// Members that are copied from snapshot to snapshot, by assignment.
struct site_shared {
#include "shared.def"
};
struct site_made {
#include "made.def"
};

// The states of a snapshot:
//
//   loaded ◀─base─ renewed ◀─root─ patched
//      ▲                              │
//      └──────────────root────────────┘  (when nothing was renewed)
//
//             made of             own                              of the one it is made of
//   loaded    the files           all                              –
//   renewed   a loaded one        made.def; edited sources         shared.def
//   patched   either              edited pages, their routes       shared.def, made.def
//
// Each is made of root or base again, with all edits since (struct edits, of the base), never of
// the patched one before. The arrow is a reference, held as long as the snapshot lives.
struct site {
    // Of this snapshot alone.
    atomic_uint references;
    atomic_size_t content_bytes, whole_bytes; // remembered in pages' slots
    atomic_bool shows_sources; // a template may show a page's source, so that it cannot be patched
    struct arena *arena;
    struct arena *scratch;                // while it is loaded; NULL afterwards
    struct making *making;                // likewise, in `scratch`
    struct site *root;                    // of a patched snapshot, held as long as it; else NULL
    const struct site_failures *failures; // known to the load; NULL afterwards
    struct site_histories *histories;     // that loads share; NULL afterwards
    struct history *history_before;       // of the snapshot before; likewise
    struct site *base;                    // of a renewed snapshot, held as long as it; else NULL
    struct edits *edits;                  // of a base: what has changed since
    struct map edited_routes;             // of a patched snapshot: URL → route of an edited page
    bool indexed; // the search index has all of it; the loader's thread only
    uint64_t generation;
    void *attached; // by the server
    void (*detach)(void *attached);
    union {
        struct site_shared shared;
        struct {
#include "shared.def"
        };
    };
    union {
        struct site_made made;
        struct {
#include "made.def"
        };
    };
};

// The snapshot that is rendered: functions of the template set know the one it was made for.
static inline const struct site *site_of(const struct value_call *call)
{
    return call->realm && call->realm->site ? call->realm->site : call->data;
}

static inline struct page *page_of(const struct site_page *page)
{
    return page->internal;
}

// Whether it is in collections and navigation, as far as it depends on errors.
static inline bool page_is_listed(const struct site_page *page)
{
    return !page->broken || page_of(page)->listed;
}

// ---- site.c ----

// A path relative to the site directory, of one that is absolute; "" when it is not below.
struct slice path_in_site(const struct site *site, struct slice full);
// The pages of a source lie side by side; how many, and the first one's number.
size_t pages_of_source(const struct site *site, struct slice path, size_t *first);

// ---- problems.c ----

// Records those of another snapshot's that are of no file in `without` (a map by path).
bool problems_copy(struct site *site, const struct site *from, size_t count,
                   const struct map *without);
// Records a problem; the error is copied. Returns it (valid until the next), or NULL.
struct site_problem *problem_add(struct site *site, enum site_severity severity, const char *rule,
                                 const struct error *error);
// Logs those that `previous` (may be NULL) did not have.
void problems_log(const struct site *site, const struct site *previous);

// ---- begin.c ----

uint64_t site_next_generation(void);
// The texts of this generation stay in the store for as long as the snapshot lives.
bool site_hold_texts(struct site *site, struct store *store);
// A snapshot that shares all with another, which it holds; NULL without memory. `chunk` is of its
// arena.
struct site *site_borrow(struct site *from, size_t chunk);

// ---- failures.c ----

// Whether pages of the source are known to fail; why one does, or NULL.
bool failures_has(const struct site_failures *failures, struct slice path);
const struct error *failures_of(const struct site_failures *failures, const struct site_page *page);
// Whether a page renders, as far as can be told.
bool failures_renders(const struct site_page *page);

// What a page of any snapshot is told apart from others by.
uint64_t page_identify(const struct site_page *page);
// Pages that are known to render (verified.c reads them from the store).
struct site_verified {
    struct arena *arena;
    uint64_t *pages; // their identities, sorted
    size_t count;
};

// ---- source_text.c ----

// Whether the text is to be in the store, not in the arena.
static inline bool source_is_away(const struct source *source)
{
    return !source->text.ptr;
}
// The whole text, and what is after the front matter. From the store, or when it is lost there
// from the file, as long as that is unchanged; then in the arena.
bool source_text(const struct source *source, struct arena *arena, struct slice *text,
                 struct error *error);
bool source_body(const struct source *source, struct arena *arena, struct slice *body,
                 struct error *error);
// Whether the HTML of a plain source is stored beside its text, and what it depends on.
static inline bool source_stores_body(const struct source *source)
{
    return (source->syntax & SYNTAX_MARKDOWN) && source->text_id && source->site->texts &&
           !source->site->foreign_markdown;
}
static inline uint64_t source_body_key(const struct source *source)
{
    return source->hash * 31 + source->site->markdown_key;
}
// What is after the front matter of a text that is in the arena.
static inline struct slice source_resident_body(const struct source *source)
{
    return slice_sub(source->text, source->front_length, source->text.len);
}
// Fills plain: whether the source has no template, since its text has nothing that begins a tag.
void source_set_plain(struct source *source);
// The error is at that key of the front matter or at its value; at the beginning, when it has none.
enum blame { BLAME_VALUE, BLAME_KEY };
void source_blame(const struct source *source, struct slice key, enum blame blame,
                  struct error *error);
// Whether the text of a template or page shows sources of pages (rawInput).
bool text_shows_sources(struct slice text);
// Fills raw_input.
void source_set_raw_input(struct source *source);

// ---- front_matter.c ----

// Splits the text of source and reads its front matter. False and error on failure.
bool front_matter_read(struct site *site, struct source *source, struct error *error);
// Where keys and values of a text's front matter stand; none when it cannot be read.
struct value_places front_matter_places(const struct source *source, struct slice text,
                                        struct arena *arena);
// Where the front matter of a text ends (its body begins); 0 when it has none.
size_t front_matter_length(struct slice text, struct slice *yaml);
// How long and deep front matter may be.
struct value_limits front_matter_limits(const struct site *site);
// That of js-yaml which Eleventy's version reads with.
unsigned site_yaml_version(const struct site *site);
// Warns of a byte-order mark and of doubly encoded text.
void front_matter_check_encoding(struct site *site, const struct source *source);

#endif
