// SPDX-License-Identifier: MIT
//
// The site: what Eleventy would build, as one immutable snapshot.
//
//   input files ─front matter─▶ pages ─data cascade─▶ permalinks, collections, navigation
//        ─▶ routes (URL → page, asset or redirect) ─▶ render (Nunjucks ─▶ Markdown ─▶ layouts)
//
// site_load reads a site directory and gives a snapshot with one reference. Problems of single
// pages do not fail a load: they are listed in site_problems, and a broken page keeps its last good
// version if `previous` had one; otherwise its URL answers with the error. The load fails only if
// nothing could be served (no input directory, a broken guidance.yaml, a broken data file).
//
// Ownership: a snapshot is reference-counted (site_retain, site_release); everything it holds lives
// exactly as long. Renders allocate from the caller's request arena only. Thread-safety: a snapshot
// is immutable; all functions that take a const struct site may be called from any thread at the
// same time.
// Source: Eleventy 3 (behaviour), eleventy-navigation 1.0.
#ifndef GUIDANCED_SITE_SITE_H
#define GUIDANCED_SITE_SITE_H

#include "base/image_size.h"
#include "base/memory_file.h"
#include "markdown/markdown.h"
#include "script/script.h"
#include "settings/settings.h"
#include "store/store.h"
#include "template/template.h"
#include "tree/tree.h"

struct site;

struct site_load_options {
    const struct settings *settings; // must outlive the snapshot
    struct store *store;             // NULL: no cache
    struct script *script;           // the site's own JavaScript; NULL: none is run
    struct log *log;                 // NULL: quiet
    struct site *previous;           // for unchanged files; NULL at first
    bool development;                // drafts are visible
    bool feedback_hidden;            // `site.feedback.enabled` is false, whatever the settings
    bool own_errors;                 // broken pages show their error: no last good versions
    bool watched;                    // events tell the caller if files change while they are read
    double now_ms;                   // 0: the wall clock
    const struct site_failures *failures; // pages known to fail; NULL: none
    // Where last good versions are looked for: first in `published`, what readers have now (NULL:
    // `previous`), then in `last_good` (NULL: nowhere), which has been rendered completely.
    struct site *published, *last_good;
    // What git knows of pages, between loads; NULL: each load reads it all, however long it takes.
    struct site_histories *histories;
};

// Where the files of the site come from. The source's texts are in the arena and the settings.
// False and error if a setting is wrong.
bool site_source(const struct settings *settings, struct arena *arena, struct tree_source *source,
                 struct error *error);

// The same for a snapshot: what to watch for changes, including places and files named by its
// JavaScript. Copied into the arena.
bool site_watched(const struct site *site, struct arena *arena, struct tree_source *source,
                  struct error *error);

// The directory, absolute, of output files written by the site's JavaScript; "" if it has none.
// Files that existed when the site was loaded are among the assets.
struct slice site_written(const struct site *site);
// What runs it; NULL: the site has none.
struct script *site_script(const struct site *site);
// By the path's extension.
struct slice site_media_type(struct slice path);

// Unless `watched`, everything read is checked again at the end: if files have changed meanwhile,
// all is read again, and if they keep changing, an error is returned (ERROR_CHANGING).
struct site *site_load(const struct site_load_options *options, struct error *error);
// That error, for a caller who learns of changes by events.
void site_keeps_changing(struct error *error);
// Whether files could not be read for a reason that says nothing about them, so that pages, assets
// or data may be missing from the snapshot.
bool site_was_disturbed(const struct site *site, struct error *error);
// A snapshot with new texts of pages and everything else from `previous`, in a few milliseconds
// whatever the size of the site. `paths` are the changed files, absolute. NULL if more than texts
// has changed, or after too many edits: then the site must be loaded.
struct site *site_patch(const struct site_load_options *options, const struct slice *paths,
                        size_t count);

// ---- what git knows of pages ----
//
// A load waits half a second at most for the walk over the commits. `goes_on`: then the walk goes
// on by site_histories_go_on, as long as `stop` (may be NULL) lets it, and the site is to be loaded
// again when that is true; otherwise what has been found is all. Of one thread.
struct site_histories;
struct site_histories *site_histories_create(bool goes_on);    // NULL when out of memory
void site_histories_destroy(struct site_histories *histories); // NULL allowed
bool site_has_history(const struct site *site);                // a page has asked for it
bool site_histories_go_on(struct site_histories *histories, bool (*stop)(void *state), void *state);

// ---- pages that fail to render ----
//
// Only rendering finds them. A load that gets the failures treats such pages like those that cannot
// be loaded. One thread only.
struct site_failures;
struct site_failures *site_failures_create(void);           // NULL when out of memory
void site_failures_destroy(struct site_failures *failures); // NULL allowed
size_t site_failures_count(const struct site_failures *failures);
// Forgets the failures of a saved file's pages; the path is absolute.
void site_failures_forget(const struct site *site, struct site_failures *failures,
                          struct slice full);
// How many were ever noted; rewinding forgets those noted since.
size_t site_failures_mark(const struct site_failures *failures);
void site_failures_rewind(struct site_failures *failures, size_t mark);
// Keeps failing pages in collections and navigation, since others fail without them.
void site_failures_list(struct site_failures *failures);
bool site_failures_listed(const struct site_failures *failures);
// Whether a page could not be rendered for a reason that says nothing about it.
bool site_failures_doubtful(const struct site_failures *failures);
// Pages that have rendered before in the same site, from the store. NULL: none known.
struct site_verified;
struct site_verified *site_verified_read(const struct site *site, struct store *store);
void site_verified_destroy(struct site_verified *verified); // NULL allowed
// Records for the next start that every page of the site has been rendered, with the failures.
// False and error if it cannot be stored.
bool site_verified_write(const struct site *site, struct store *store,
                         const struct site_failures *failures, struct error *error);
// Renders each page from number *next on once, up to `end`, and notes failures; skips those `known`
// (may be NULL) to render. `stop` (may be NULL) is called after each page. True: all are done.
bool site_verify(const struct site *site, size_t *next, size_t end,
                 const struct site_verified *known, struct site_failures *failures,
                 bool (*stop)(void *state), void *state);
// The same for the pages of a file, absolute, and for all sources that have failed before.
void site_verify_file(const struct site *site, struct slice full, struct site_failures *failures);
void site_verify_suspects(const struct site *site, const struct site_failures *suspects,
                          struct site_failures *failures);
// Forgets failures of pages that render in this snapshot, which was loaded with them: they showed
// another failing page. True if there are any.
bool site_verify_healed(const struct site *site, struct site_failures *failures);

struct site *site_retain(struct site *site);
void site_release(struct site *site); // NULL allowed

// Attaches data that lives as long as the snapshot; set once, before it is published.
void site_attach(struct site *site, void *what, void (*free)(void *what));
const void *site_attached(const struct site *site); // NULL: nothing

// Calls fn(what) when the last reference to the snapshot goes. False when out of memory; fn has
// then been called already.
bool site_on_free(struct site *site, void (*fn)(void *what), void *what);

uint64_t site_generation(const struct site *site); // 1, 2, … within a process
const struct settings *site_settings(const struct site *site);
struct tree *site_tree(const struct site *site); // settled: from any thread
size_t site_arena_bytes(const struct site *site);
// Whether every site has a filter of that name.
bool site_has_filter(struct slice name);

struct site_counts {
    size_t pages, assets, redirects, errors, warnings;
    size_t broken; // pages
    double load_ms;
    size_t reused; // pages reused from the cache or the previous snapshot
    bool patched;  // by site_patch
    bool renewed;  // a later whole load makes requests cheaper
};
struct site_counts site_counts(const struct site *site);

// ---- problems ----

enum site_severity { SITE_NOTE, SITE_WARNING, SITE_ERROR };
struct site_problem {
    enum site_severity severity;
    const char *rule;   // "front-matter", "layout-missing", "template", "mojibake", …
    struct error error; // message, place, source line, hint
    struct slice text;  // the text in question, "" if none
    struct slice fix;   // the replacement for `text`; ptr NULL: no exact fix
};
const struct site_problem *site_problems(const struct site *site, size_t *count);
// How many problems with the same cause problem n represents; 0: an earlier one represents it.
size_t site_problem_weight(const struct site *site, size_t n);
// Its error, with the number of the others it represents in the message.
struct error site_problem_error(const struct site *site, size_t n);

// Pages left out by an ignore file or setting.
struct site_left_out {
    struct slice path; // relative to the site directory
    struct slice why;  // ".gitignore:3 (drafts/)"
};
const struct site_left_out *site_left_out(const struct site *site, size_t *count);

// ---- pages ----

struct site_page {
    struct slice input_path;  // relative to the site directory, "data/a/index.md"
    struct slice url;         // "/a/", without the path prefix; "" if permalink is false
    struct slice output_path; // relative to the output directory, "a/index.html"; "" likewise
    struct slice file_slug;
    struct slice file_path_stem; // "/a/index"
    struct slice title;          // plain; "" if none
    struct slice content_type;   // by the extension of output_path
    struct slice lang;
    double date_ms;               // page.date
    int64_t modified;             // seconds since the epoch: of its source, or what all pages share
    struct value data;            // the whole data cascade, frozen
    struct value page;            // the `page` variable, frozen
    double publish_at, expire_at; // ms; NaN when not set
    bool draft, withdrawn, searchable;
    bool hidden;               // broken, and unknown when or to whom to show it
    bool restricted;           // has an audience: in no list, and only for
    struct value audience;     // those whom site_page_admits
    bool broken;               // has an error: see `error`
    bool stale;                // serving its last good version because the source is broken
    const struct error *error; // when broken or stale
    void *internal;            // site module only
};
const struct site_page *site_pages(const struct site *site, size_t *count); // by input path
const struct site_page *site_page_by_input(const struct site *site, struct slice input_path);

// When to load the site again because of a page's publishAt or expireAt; INFINITY: never.
double site_next_change(const struct site *site);

// Whether to show the page at that moment (drafts, publishAt, expireAt). In development all are
// shown; in a preview (the setting as_of), those of its date. A page that serves its last good
// version is shown only if both versions would be.
bool site_page_visible(const struct site *site, const struct site_page *page, double now_ms);

// Whether the page is for that user ("" for an unknown one), a member of the comma-separated
// groups.
bool site_page_admits(const struct site_page *page, struct slice user, struct slice groups);

// The same for any list of users and groups in the form of `audience`.
bool site_audience_has(struct value audience, struct slice user, struct slice groups);

// ---- routes ----

enum site_route_kind {
    SITE_ROUTE_PAGE,
    SITE_ROUTE_ASSET,    // a file to send unchanged
    SITE_ROUTE_REDIRECT, // to `location` with `status` (or 410 without location)
};
struct site_route {
    enum site_route_kind kind;
    struct slice url;             // absolute path, path prefix included, percent-decoded UTF-8
    const struct site_page *page; // for a redirect: the page that declares it; NULL: the settings
    // Assets.
    struct slice file; // absolute path, NUL-terminated
    struct slice content_type;
    struct file_info info;
    uint64_t hash;                // content hash, for the ETag
    bool index;                   // a folder, answered by its index.html
    bool fingerprinted;           // the URL carries the hash: cacheable for ever
    struct image_size image;      // 0 for what is no image, or an SVG without a size
    struct slice integrity;       // for scripts and styles, "sha384-…"; "" for others
    const struct value *audience; // from access.files; NULL: everyone
    // Redirects.
    struct slice location;
    int status;
    struct slice source; // where it is declared, "guidance.yaml:12"
};
// The route of a decoded, normalised absolute path; NULL if there is none. Wildcard redirects are
// resolved: *location (in the arena) is the target of such a route.
const struct site_route *site_find(const struct site *site, struct slice path, struct arena *arena,
                                   struct slice *location);
// The same for a path with its query, which a redirect may require.
const struct site_route *site_find_asked(const struct site *site, struct slice path,
                                         struct slice query, struct arena *arena,
                                         struct slice *location);
// A reader: a user ("" if unknown), a member of the comma-separated groups.
struct site_reader {
    struct slice user, groups;
    double now_ms;
};
// Whether the reader may know of the route: for a page, whether it may be read; for a file, whether
// access.files allows it; for a redirect, both for the page that declares it and the one it leads
// to through `location`.
bool site_route_admits(const struct site *site, const struct site_route *route,
                       struct slice location, const struct site_reader *reader,
                       struct arena *arena);
// Whether access.files lets the reader have what is, or may become, a file at the URL (without the
// path prefix).
bool site_file_admits(const struct site *site, struct slice url, const struct site_reader *reader);
// All routes, by URL.
const struct site_route *site_routes(const struct site *site, size_t *count);
// Redirects whose URL ends in "*", which cover many URLs and are not in the table: number n, NULL
// after the last.
const struct site_route *site_wildcard(const struct site *site, size_t n);
// The nearest page URLs to a path that does not exist, for the 404 page and hints.
size_t site_nearest(const struct site *site, struct slice path, const struct site_page **out,
                    size_t max);

// The language for an answer about a path that need not exist, with the path prefix: that of the
// pages with which it has most folders in common, if they have one, else the site's.
struct slice site_language_near(const struct site *site, struct slice path);

// ---- rendering ----

struct site_request {
    struct value request; // the `request` variable (flag it VALUE_IMPURE); undefined: none
    bool plain;    // `request` is what it is for every GET of the page's own URL without a query
    double now_ms; // 0: the wall clock
    struct value extra; // an object whose members come after the data cascade; undefined: none
};
// `request` as templates see it, flagged; undefined if there is no memory.
struct value site_request_value(struct arena *arena, struct slice path, struct slice query,
                                struct slice method);
// What a plain request of the page is, for whoever renders pages before anyone asks.
struct site_request site_plain_request(const struct site_page *page, struct arena *arena);
struct site_output {
    struct template_output body;
    struct slice content_type;
    uint64_t tag;                   // a hash of the body; never 0
    bool remembered;                // from the render cache
    const struct memory_file *file; // which may contain the body; NULL: none
};
// Renders a page. A page that serves its last good version renders that one. False, error set.
bool site_render(const struct site *site, const struct site_page *page,
                 const struct site_request *request, struct arena *arena,
                 struct site_output *output, struct error *error);
// The tag of a page's output, once a render has shown that it reads only the snapshot and so stays
// the same; 0 before that, and for pages that read more. Equal for equal bodies, in any snapshot
// and on any machine.
uint64_t site_page_tag(const struct site_page *page);
// The page from the render cache; false if it is not there. Like site_render, without rendering;
// `plain` as in struct site_request.
bool site_remembered(const struct site *site, const struct site_page *page, bool plain,
                     struct arena *arena, struct site_output *output);
// Other forms of a remembered page, made and numbered by the caller (content codings). They count
// towards the render cache. ptr NULL: not remembered. The text lives as long as the snapshot;
// site_remember_form copies it, if there is room, and returns the copy.
enum { SITE_FORMS = 3 };
struct slice site_form(const struct site *site, const struct site_page *page, unsigned form);
struct slice site_remember_form(const struct site *site, const struct site_page *page,
                                unsigned form, struct slice text);
// The error of a page from its author's view: at the line of the page that led there, if any, with
// the macro's or template's line in the chain.
struct error site_page_error(const struct site_page *page, const struct error *error);
// Calls the site's own listeners for `eleventy.after` with all pages as written; their files are
// then below site_written. False: one of them failed.
bool site_tell_built(const struct site *site, struct error *error);
// A number that no other page of this or another snapshot of the process has.
uint64_t site_page_identity(const struct site *site, const struct site_page *page);
// The same for a route; no page has it either. 0: it is not one of the snapshot's table.
uint64_t site_route_identity(const struct site *site, const struct site_route *route);
// Renders a text as if it were the body of a page with `layout` ("" for none) and `data` (search
// results, error pages). url is page.url.
bool site_render_text(const struct site *site, struct slice template_name,
                      const struct site_request *request, struct value data, struct slice url,
                      struct arena *arena, struct site_output *output, struct error *error);

// The fingerprinted URL of an asset ("/assets/site.css" → "/assets/site.3f2a….css"), or the URL
// itself if it is not an asset. The path prefix is added.
struct slice site_asset_url(const struct site *site, struct arena *arena, struct slice url);

// The `integrity` attribute of a script or style ("sha384-…"); "" for any other URL.
struct slice site_asset_integrity(const struct site *site, struct arena *arena, struct slice url);

// ---- what the site says about itself ----

// Documents about the site: visible pages only.
struct site_listing {
    double now_ms;
    struct slice language; // only pages in it, where pages are listed; "": all
};
typedef bool (*site_writer)(const struct site *site, const struct site_listing *listing,
                            struct buffer *out);
bool site_write_sitemap(const struct site *site, const struct site_listing *listing,
                        struct buffer *out);
bool site_write_robots(const struct site *site, const struct site_listing *listing,
                       struct buffer *out);
bool site_write_feed(const struct site *site, const struct site_listing *listing,
                     struct buffer *out);
// The pages that readers can find, with what they see on them; and all that have an address for
// readers, with what only those who look after them know: source, state, and dates to come.
bool site_write_pages_json(const struct site *site, const struct site_listing *listing,
                           struct buffer *out);
bool site_write_page_states(const struct site *site, const struct site_listing *listing,
                            struct buffer *out);
bool site_write_security_txt(const struct site *site, const struct site_listing *listing,
                             struct buffer *out);

// ---- keys of front matter (front_matter.def) ----

enum site_key_group { // each is a table of the help page
    SITE_KEYS_PAGE,
    SITE_KEYS_LIFE,
    SITE_KEYS_ADDRESS,
    SITE_KEYS_PLACE,
    SITE_KEYS_LAYOUTS,
    SITE_KEYS_BUILDERS,
};
enum site_key_new { // what `new page` writes
    SITE_NEW_NEVER,
    SITE_NEW_TITLE,
    SITE_NEW_EMPTY,         // "", for the author to fill in
    SITE_NEW_COPIED,        // what most neighbours have, or most pages if there are none
    SITE_NEW_COPIED_BESIDE, // what most neighbours have
    SITE_NEW_TODAY,         // if its neighbours have the key
    SITE_NEW_IN_A_YEAR,     // likewise
    SITE_NEW_LAYOUT,
    SITE_NEW_NAVIGATION,
};
enum site_key_type { // allowed values; any may be empty
    SITE_TYPE_TEXT,
    SITE_TYPE_TEXTS, // or a list of them
    SITE_TYPE_TAGS,  // the same, which the loader looks at, wherever they are from
    SITE_TYPE_TEXT_OR_TRUE,
    SITE_TYPE_TEXT_OR_FALSE,
    SITE_TYPE_TRUE_OR_TEXTS,
    SITE_TYPE_PATH,
    SITE_TYPE_PATH_OR_FALSE,
    SITE_TYPE_PATHS,
    SITE_TYPE_ADDRESS, // a path, false, or anything else that Eleventy accepts for `permalink`
    SITE_TYPE_LANGUAGE,
    SITE_TYPE_BOOLEAN,
    SITE_TYPE_FLAG, // read by lifecycle.c, as a word too: yes, "no"
    SITE_TYPE_NUMBER,
    SITE_TYPE_DATE, // dates are checked by lifecycle.c
    SITE_TYPE_MOMENT,
    SITE_TYPE_PAGE_DATE,
    SITE_TYPE_MAPPING,
    SITE_TYPE_CHANGES, // lists that layouts read
    SITE_TYPE_ALTERNATES,
    SITE_TYPE_LINKS,
};
struct site_key {
    const char *key; // "eleventyNavigation.order": within a mapping
    enum site_key_group group;
    enum site_key_type type;
    const char *reader;
    enum site_key_new new;
    const char *doc, *example; // example NULL: it needs more than a line
};
const struct site_key *site_keys(void);                  // ended by a row with key NULL
const char *site_key_type_name(enum site_key_type type); // "text or list"
// Whether the key allows the value. Of values that only a layout reads, only `no` is refused where
// it counts as true.
bool site_key_accepts(const struct site_key *key, struct value v);
// The table of one group for authors, and of all keys for template authors.
void site_write_keys(struct buffer *out, enum site_key_group group);
void site_write_key_model(struct buffer *out);

// ---- endpoints (endpoints.def) ----

enum site_endpoint_kind {
    SITE_ENDPOINT_OPS,      // for operators; a page cannot replace it
    SITE_ENDPOINT_ADMIN,    // the same, only on the admin listener if there is one
    SITE_ENDPOINT_PRIVATE,  // on an admin listener, and for access.report_audience: what owners see
    SITE_ENDPOINT_INSIDE,   // only on an admin listener
    SITE_ENDPOINT_HOOK,     // only POST, only on an admin listener
    SITE_ENDPOINT_READ,     // the site's own page at the URL wins
    SITE_ENDPOINT_PAGE,     // answers itself, with a page of the site
    SITE_ENDPOINT_FORM,     // the same, also for POST
    SITE_ENDPOINT_DOCUMENT, // depends only on the site, so `build` writes it; a page at the URL
                            // wins
};
struct site_endpoint {
    const char *path;
    enum site_endpoint_kind kind;
    const char *content_type; // of a document, and of page_states
    site_writer write;
};
enum site_endpoint_name {
#define ENDPOINT(name, path, kind, route, type, write, on) SITE_ENDPOINT_##name,
#include "endpoints.def"
#undef ENDPOINT
    SITE_ENDPOINTS,
};
// SITE_ENDPOINTS rows, in the order of the enumerators.
const struct site_endpoint *site_endpoints(void);
// Whether the settings have the endpoint.
bool site_has_endpoint(const struct settings *settings, enum site_endpoint_name name);

// A hash of the content served: every page's address and source, its layouts, and every file. Equal
// if these are equal, in any process and after any reloads. Visits all pages, once.
uint64_t site_content_hash(struct site *site);
// What makes that hash differ, as text: "changed /a/, /b/, added /c/, removed /d/", at most 20
// names. False if nothing does, or out of memory. Uses the arena for a list of all names.
bool site_write_changes(const struct site *before, const struct site *after, struct arena *arena,
                        struct buffer *out);

// The URL that a page has unless something sets its permalink; `path` is relative to the input
// directory: "a/b.md" → "/a/b/". In the arena; ptr NULL: out of memory.
struct slice site_default_url(struct arena *arena, struct slice path);
// The moment that a date of a page's front matter says ("reviewBy"), in ms; NaN when it says none
// that can be read.
double site_page_date(const struct site_page *page, struct slice key);

// Pages whose reviewBy has passed.
size_t site_overdue(const struct site *site, double now_ms);

// Brings the search index of the store up to date with the snapshot. May take seconds on large
// sites: not on a request's path. `stop` (may be NULL) is called after each page; if it returns
// true, the rest is left for the next time, and false is returned with error unset.
bool site_index(const struct site *site, struct store *store, bool (*stop)(void *state),
                void *state, struct error *error);

// The front matter of a new page at the path ("data/a/b.md"): title, and what its neighbours have
// in common. Reads the site's data, so no other thread may use it meanwhile.
void site_write_new_page(struct site *site, struct slice path, struct slice title, double now_ms,
                         struct arena *arena, struct buffer *out);
// A new section, whose first page is at the path ("data/a/index.md"): that page, which lists the
// others, and the data file of its folder. Reads the site's data likewise.
void site_write_new_section(struct site *site, struct slice path, struct slice title, double now_ms,
                            struct arena *arena, struct buffer *page, struct buffer *data);

#endif
