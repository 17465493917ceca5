// SPDX-License-Identifier: MIT
//
// The snapshot from the inside. A load fills it in the order of the members; once site_load
// returns, nothing in it changes except the reference count and, per page, its purity as shown by
// the first render, and remembered output.
#ifndef GUIDANCED_SITE_STATE_H
#define GUIDANCED_SITE_STATE_H

#include "source.h"

#include <stdatomic.h>
// What site_page.internal points at.
struct memo;
struct history;
typedef _Atomic(struct memo *) memo_slot;

struct page {
    memo_slot content;           // the output of its own template and Markdown, if pure
    memo_slot whole;             // the finished page
    memo_slot forms[SITE_FORMS]; // the finished page, compressed
    // What a finished page that is remembered has read, as bits of enum value_impurity: with other
    // pages' texts it holds for `site` alone, not for its patches, with the request for plain ones.
    atomic_uint has_read;
    atomic_uint_fast64_t own_tag; // of such a page
    struct site *site;
    size_t index; // in site->pages
    struct source *source;
    struct layout *layout;
    struct slice written;     // page.outputPath: with the output directory
    struct value date;        // the date from the site's own functions; undefined: none
    bool has_permalink;       // permalink is false: no output
    bool failed;              // broken when rendered, not when loaded
    bool listed;              // in collections, although it failed
    bool unlisted;            // in none, like the later pages of a pagination
    bool rooted;              // its permalink begins with a slash
    bool remarked;            // its data has problems that do not break it
    uint8_t *computed;        // the state of each rule of eleventyComputed (computed.c); NULL: none
    bool computed_late;       // a rule reads collections
    uint32_t chunk;           // which page of a pagination it is, from 0
    atomic_uint_fast64_t tag; // site_page_tag
    struct value navigation;  // the `navigation` variable
    struct value item;        // in collections; undefined: it has been in none
    const struct site_page *last_good; // in an older snapshot, which this one keeps alive
};

struct wildcard {
    struct slice prefix; // of the path
    struct site_route route;
};

struct edits; // patch.c

// Needed only while pages are built.
struct making {
    struct value_shapes shapes;
    struct value page, item; // models whose keys all pages share
    struct value lists;      // collections as seen by computed data (computed.c)
    struct map commits;      // of page.history: id, as bytes → struct value
    struct filled {          // the collections that there are, in their order
        struct slice name;
        bool configured;   // filled by the configuration
        size_t pages;      // how many there were then; it has no later ones
        struct value list; // what the configuration has filled it with
    } * filled;
    size_t filled_count, filled_capacity;
    struct map places; // of their names: index in `filled`, plus 1
    bool plain;        // no pages are made of collections: those of tags have all their pages
    struct value all;  // all pages, whether or not there is the collection
    size_t listed;     // pages there were when the collections were built, plus 1
};

// Members copied between snapshots by assignment.
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
//             made from           own                              shared with that one
//   loaded    the files           all                              –
//   renewed   a loaded one        made.def; edited sources         shared.def
//   patched   either              edited pages, their routes       shared.def, made.def
//
// Each is made from root or base, with all edits since (the base's struct edits), never from the
// previous patched one. The arrow is a reference, held as long as the snapshot lives.
struct site {
    // Only of this snapshot.
    atomic_uint references;
    atomic_size_t content_bytes, whole_bytes; // remembered in pages' slots
    atomic_bool shows_sources; // a template may show a page's source, so it cannot be patched
    struct arena *arena;
    struct arena *scratch;                // while it is loaded; NULL afterwards
    struct making *making;                // likewise, in `scratch`
    struct site *root;                    // for a patched snapshot, held as long as it; else NULL
    const struct site_failures *failures; // known to the load; NULL afterwards
    struct site_histories *histories;     // that loads share; NULL afterwards
    struct history *history_before;       // of the snapshot before; likewise
    struct site *base;                    // for a renewed snapshot, held as long as it; else NULL
    struct edits *edits;                  // for a base: edits since
    struct map edited_routes;             // for a patched snapshot: URL → route of an edited page
    bool indexed; // the search index has all of it; the loader's thread only
    uint64_t generation;
    atomic_uint_fast64_t content_hash; // site_content_hash; 0: nobody has asked for it
    void *attached;                    // by the server
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

// The snapshot being rendered; functions of the template set have the one they were made for.
static inline const struct site *site_of(const struct value_call *call)
{
    return call->realm && call->realm->site ? call->realm->site : call->data;
}

static inline struct page *page_of(const struct site_page *page)
{
    return page->internal;
}

// Whether it is in collections and navigation, as far as errors matter.
static inline bool page_is_listed(const struct site_page *page)
{
    return !page->broken || page_of(page)->listed;
}

// ---- site.c ----

// An absolute path as one relative to the site directory; "" if it is not below.
struct slice path_in_site(const struct site *site, struct slice full);
// The pages of a source are adjacent; returns how many, and the first one's number.
size_t pages_of_source(const struct site *site, struct slice path, size_t *first);

// ---- problems.c ----

// Copies another snapshot's problems, except those of files in `without` (a map by path).
bool problems_copy(struct site *site, const struct site *from, size_t count,
                   const struct map *without);
// Records a problem; the error is copied. Returns it (valid until the next), or NULL.
struct site_problem *problem_add(struct site *site, enum site_severity severity, const char *rule,
                                 const struct error *error);
// Logs problems that `previous` (may be NULL) did not have.
void problems_log(const struct site *site, const struct site *previous);

// ---- begin.c ----

uint64_t site_next_generation(void);
// Keeps this generation's texts in the store for as long as the snapshot lives.
bool site_hold_texts(struct site *site, struct store *store);
// A snapshot that shares everything with another, which it holds; NULL when out of memory. `chunk`
// is for its arena.
struct site *site_borrow(struct site *from, size_t chunk);

// ---- failures.c ----

// Whether pages of the source are known to fail; and why one does, or NULL.
bool failures_has(const struct site_failures *failures, struct slice path);
const struct error *failures_of(const struct site_failures *failures, const struct site_page *page);
// Whether a page renders, as far as is known.
bool failures_renders(const struct site_page *page);

// Identifies a page across snapshots.
uint64_t page_identify(const struct site_page *page);
// Pages known to render (verified.c reads them from the store).
struct site_verified {
    struct arena *arena;
    uint64_t *pages; // their identities, sorted
    size_t count;
};

// ---- source_text.c ----

// Whether the text is in the store, not in the arena.
static inline bool source_is_away(const struct source *source)
{
    return !source->text.ptr;
}
// The whole text, and the part after the front matter. From the store, or if it is lost there from
// the file, provided that is unchanged; then in the arena.
bool source_text(const struct source *source, struct arena *arena, struct slice *text,
                 struct error *error);
bool source_body(const struct source *source, struct arena *arena, struct slice *body,
                 struct error *error);
// Whether the HTML of a plain source is stored with its text, and what it depends on.
static inline bool source_stores_body(const struct source *source)
{
    return (source->syntax & SYNTAX_MARKDOWN) && source->text_id && source->site->texts &&
           !source->site->foreign_markdown;
}
static inline uint64_t source_body_key(const struct source *source)
{
    return source->hash * 31 + source->site->markdown_key;
}
// The part after the front matter, of a text in the arena.
static inline struct slice source_resident_body(const struct source *source)
{
    return slice_sub(source->text, source->front_length, source->text.len);
}
// Sets `plain`: whether the source needs no template, since nothing in its text begins a tag.
void source_set_plain(struct source *source);
// Places the error at that front-matter key or its value, or at the beginning if it is missing.
enum blame { BLAME_VALUE, BLAME_KEY };
void source_blame(const struct source *source, struct slice key, enum blame blame,
                  struct error *error);
// Whether the text of a template or page may show sources of pages (rawInput).
bool text_shows_sources(struct slice text);
// Fills raw_input.
void source_set_raw_input(struct source *source);
// While a site is loaded: the text is the front matter as it was, and this body in place of the
// old, which is that of the file. False: out of memory.
bool source_replace_body(struct source *source, struct slice front, struct slice old,
                         struct slice body);

// ---- front_matter.c ----

// Splits the text of source and reads its front matter. False and error on failure.
bool front_matter_read(struct site *site, struct source *source, struct error *error);
// The places of keys and values in a text's front matter; empty if it is unreadable.
struct value_places front_matter_places(const struct source *source, struct slice text,
                                        struct arena *arena);
// Where the front matter of a text ends (its body begins); 0 if it has none.
size_t front_matter_length(struct slice text, struct slice *yaml);
// The limits of front matter.
struct value_limits front_matter_limits(const struct site *site);
// The js-yaml version used by the site's Eleventy.
unsigned site_yaml_version(const struct site *site);
// Warns of a byte-order mark and of doubly encoded text.
void front_matter_check_encoding(struct site *site, const struct source *source);

// ---- front_matter_unread.c ----

// Looks for keys that are where nothing reads them. False and error if one of them decides who sees
// the page, and when; the others are a warning.
bool front_matter_check_unread(struct site *site, const struct source *source, struct error *error);

#endif
