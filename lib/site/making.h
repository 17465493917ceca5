// SPDX-License-Identifier: MIT
//
// From files to pages, and what depends on all of them: shared by the files that build a snapshot.
#ifndef GUIDANCED_SITE_MAKING_H
#define GUIDANCED_SITE_MAKING_H

#include "state.h"
// ---- files.c ----

// Opens site->tree. `noting`: for tree_unchanged.
bool files_open(struct site *site, bool noting, struct error *error);
// Reports links that the tree has not followed.
void files_report_refusals(struct site *site);

// ---- ignores.c ----

enum { IGNORE_FILES = 3 };
// The n-th file with ignore patterns, relative to the site's directory; "" for none.
struct slice ignores_file(const struct settings *settings, struct arena *arena, size_t n);
bool ignores_read(struct site *site, struct error *error);
// Why the page at the path is ignored, ".gitignore:3 (drafts/)"; "" if it is not. Only while
// loading.
struct slice ignores_why(const struct site *site, struct slice path);
// Notes a page that was left out. False: out of memory.
bool ignores_note(struct site *site, struct slice path, struct slice why);

// ---- sources.c ----

// Reads all sources of pages into site->sources.
bool sources_read(struct site *site, struct store *store, struct error *error);
// Removes from the store what is no longer a source.
bool sources_prune(struct site *site, struct store *store, struct error *error);
// Sets site->modified_ns to the newest change of what all pages share.
void sources_note_shared(struct site *site);
// Parses the source's text into it; on failure, sets its error. False: out of memory.
bool source_parse(struct site *site, struct source *source);
// A copy of the site to parse sources with: memory and problems are its own, in the arena. NULL
// when out of memory.
struct site *source_reader(const struct site *site, struct arena *arena);
// The parsed source as the store keeps it; "" if it must be parsed each time, because it has
// problems to report.
struct slice source_pack(const struct source *source, struct arena *scratch);
// Puts the source into the store, its text under a new number.
bool source_store(struct store *store, struct source *source, struct slice reading,
                  struct error *error);

// ---- value_hash.c ----

// Hash of a value's content, the same in every process. `known` (may be NULL) maps pointers to
// references, which count by their hash.
uint64_t content_mix(uint64_t hash, uint64_t with);
uint64_t content_hash(const struct map *known, struct value v);

// ---- looks.c ----

// What templates have looked up in renders, found or not.
struct looks;
struct looks *looks_create(struct arena *arena); // lives as long as the arena; NULL when out of
                                                 // memory
enum look_kind {
    LOOK_TEMPLATE, // by a name that is searched for
    LOOK_FILE,     // by its path
};
struct look {
    enum look_kind kind;
    struct slice name, path; // path "": a missing template
    uint64_t hash;           // of the text; 0: missing
};
uint64_t look_hash(struct slice text);
void looks_note(struct looks *looks, enum look_kind kind, struct slice name, struct slice path,
                struct slice text);
// Appends them to a record. False: there are too many.
bool looks_record(struct looks *looks, struct buffer *out);
// The record is a count, followed by that many looks.
bool look_replay(struct slice *record, struct look *look);
// Notes it as before.
void looks_note_again(struct looks *looks, const struct look *look);

// Writes and reads numbers and texts of a record; reading returns false at its end.
static inline void record_number(struct buffer *out, uint64_t number)
{
    buffer_append(out, slice_of((const char *)&number, sizeof number));
}
static inline void record_slice(struct buffer *out, struct slice text)
{
    record_number(out, text.len);
    buffer_append(out, text);
}
bool replay_number(struct slice *record, uint64_t *number);
bool replay_slice(struct slice *record, struct slice *text);

// ---- templates.c ----

// The file that a template of that name would be read from. False: there is none.
bool templates_find(const struct site *site, struct arena *arena, struct slice name,
                    struct slice *path);

// ---- data_files.c ----

// The hash of an entry of site->directory_data.
uint64_t data_files_hash(const void *local);

// ---- nearest_file.c ----

// Writes the name probably meant by one that is in none of the folders, correcting a misspelt file
// or folder name. False: nothing is similar.
bool nearest_file(const struct slice *folders, size_t count, struct slice name, char *out,
                  size_t size);

// ---- pages.c ----

// From sources to pages, with everything built from them.
bool site_make(struct site *site, struct error *error);
// Frees what only the load needed; adds routes.
bool site_finish(struct site *site, const struct site_load_options *options, struct error *error);

// ---- language.c ----

// Compiles the source's template, if it has one and has not been compiled.
bool source_compile(struct site *site, struct source *source, struct error *error);

// ---- effects.c ----

// Sets on pages what a collection's function has set on them (scripts_collection).
bool effects_apply(struct site *site, struct value effects, struct error *error);

// ---- lifecycle.c ----

// `page.date` as it would be from that source.
double page_date(const struct site_page *page, const struct source *source);
// A front-matter value as a time, in ms since the epoch; *ms is NaN if it is none. NONE: it is
// empty.
enum moment { MOMENT_NONE, MOMENT_READ, MOMENT_UNREADABLE };
enum moment lifecycle_moment(struct value v, double *ms);
// YAML's true and false, also in quotation marks; `yes` and `no` from old YAML.
enum answer { ANSWER_NONE, ANSWER_NO, ANSWER_YES, ANSWER_UNREADABLE };
enum answer lifecycle_answer(struct value v);
// A key that decides who sees the page, and when. Where the page, its folder's data or its layouts
// lack it, a key that differs only in case, hyphens or underscores counts: a misspelt `publish_at`
// must not show a page too early. (`check` gives the right spelling.)
struct value lifecycle_value(const struct site_page *page, struct slice key);
// Whether a key that is written so decides it; *word: it may also be a word of a text.
bool lifecycle_decides(struct slice key, bool *word);
// Fills dates and flags from the page's data, whatever its content.
void lifecycle_read(struct site_page *page);
// Reports unreadable keys. False, error and rule set: one of them breaks the page.
bool lifecycle_check(struct site *site, struct site_page *page, const char **rule,
                     struct error *error);

// ---- patch.c ----

// Whether the page's text differs from the root's.
static inline bool page_is_edited(const struct site *site, const struct site_page *page)
{
    return site->root && page_of(page)->site == site;
}

// ---- renew.c ----

// A snapshot of the base's sources, except those that have been read again. NULL: the site must be
// loaded whole.
struct site *renew(const struct site_load_options *options, struct site *base,
                   const struct map *sources, const struct site *reader);

// ---- takeover.c ----

// Takes over a source's pages from the base, which built them from the same source. False: they
// must be built.
bool pages_take_over(struct site *site, struct source *source, struct error *error);

// ---- audience.c ----

// Sets who may read the page; one that is not for everyone is removed from all lists. Whether the
// user, or a member of the groups, is in an `audience`.
bool audience_has(struct value audience, struct slice user, struct slice groups);
// From access.files, for a URL without the path prefix; NULL: everyone.
const struct value *audience_of_file(const struct site *site, struct slice url);
void audience_read(struct site *site, struct site_page *page);

// ---- data_files.c ----

bool data_files_load(struct site *site, struct error *error);
// Directory and template data of a page, merged; undefined when the site has none.
struct value data_files_for(struct site *site, struct slice path);

// ---- templates.c ----

bool templates_create(struct site *site, struct error *error);
// The layout of that name with its parents; NULL and error when one does not exist.
struct layout *templates_layout(struct site *site, struct slice name, struct error *error);
// The layout that the source's data name; NULL: none. False, error set: there is none of that name.
bool templates_layout_of(struct site *site, struct source *source, struct layout **layout,
                         struct error *error);

// ---- filters.c ----
bool filters_add(struct site *site);

// ---- cascade.c ----

// The data of a page before its URL is known: globals, layouts, directories, front matter.
struct value cascade_data(struct site *site, struct source *source, struct layout *layout);
// Builds the data shared by a layout's pages for every layout, so that none is written later.
bool cascade_settle(struct site *site);
// Data over weaker data: merged, or as the configuration's dataDeepMerge says. Returns a value that
// may share parts with both.
struct value cascade_merge(struct site *site, struct value under, struct value over);
// Turns `tags: one` into a list, in each source of data, before merging.
void cascade_list_tags(struct site *site, struct value data);

// ---- computed.c ----

// Evaluates eleventyComputed into page->data: the permalink and what it reads; the rest, which may
// read the page's address; and, once collections exist, what reads those.
enum computed_stage { COMPUTED_PERMALINK, COMPUTED_DATA, COMPUTED_COLLECTIONS };
bool computed_resolve(struct site *site, struct site_page *page, enum computed_stage stage,
                      struct error *error);
// For a page with computed_late, the collections that its templates see while they are computed.
bool computed_give_collections(struct site *site, struct site_page *page, struct error *error);

// ---- redirects.c ----

// "%20" and the like as bytes. False: malformed, and *out is the path unchanged.
bool path_decode(struct arena *arena, struct slice path, struct slice *out);

// ---- names.c ----

// Whether the site has data of that name, on any page.
bool names_own(const struct site *site, struct slice name);
// Sets that name on the page, unless it is the site's `own`. False when out of memory.
bool names_share(struct site *site, const struct site_page *page, struct slice name, struct value v,
                 bool own);

// ---- glob.c, collections_named.c ----

// A collection of guidance.yaml; *list stays undefined if there is none of the name.
bool collections_named(struct site *site, struct slice name, struct value *list,
                       struct error *error);

// ---- permalink.c ----

// Fills url, output_path, file_slug, file_path_stem, content_type.
bool permalink_resolve(struct site *site, struct site_page *page, struct error *error);
void permalink_name(struct site *site, struct site_page *page);
// Makes page->page, the `page` variable.
bool permalink_page_value(struct site *site, struct site_page *page);
// Sets its members that depend on the URL, which may become known later: every holder of the object
// sees them.
void permalink_show(struct site *site, struct site_page *page);

// ---- pagination.c ----

// Makes the pages of a source: one, or as many as its pagination says.
bool pagination_expand(struct site *site, struct source *source, struct error *error);
// Sets pagination.hrefs and the like on the pages from `first` on, which are of one source.
void pagination_link(struct site *site, size_t first);
// The collection that pages with these data are made of, named with a dot or in brackets;
// "collections": the names of all; "": none.
struct slice pagination_collection(struct value data);
struct site_page *pagination_add_page(struct site *site, struct source *source,
                                      struct layout *layout, struct value data);

// ---- page_order.c ----

struct page_step {
    struct source *source; // whose pages are made; NULL: a collection comes
    struct slice collection;
    bool configured; // it is filled by the configuration
};
struct page_order {
    struct page_step *steps; // in the scratch arena
    size_t count, capacity;
    bool plain; // no pages are made of collections; steps name only those of the configuration
};
bool page_order(struct site *site, struct page_order *order, struct error *error);
// Whether the source's pages are made of collections.
bool page_order_needs_collections(const struct source *source);

// ---- collections.c ----

// What `eleventyExcludeFromCollections` says: true, or the names, [a, b] or "a,b", of collections
// that a page stays out of.
bool collections_exclude_all(const struct site *site, struct value rule);
bool collections_exclude(struct value rule, struct value name);
// Whether `all` has the page.
bool collections_list(const struct site_page *page);
// Lists the pages that there are in `all` and in the collections of their tags. The configuration's
// are as they have been filled.
bool collections_build(struct site *site, struct error *error);
// The same, unless no page has come since.
bool collections_renew(struct site *site, struct error *error);
// From now on there is the collection. One of the configuration is filled with the pages that there
// are.
bool collections_fill(struct site *site, struct slice name, bool configured, struct error *error);
// Fills all that have been filled again, with the same pages, as pages have been hidden since.
bool collections_refill(struct site *site, struct error *error);

// ---- navigation.c ----

bool navigation_prepare(struct site *site, struct error *error);
// From here on, all renders share the entries.
void navigation_freeze(struct site *site);
const struct template_builtin *navigation_filters(size_t *count);
// A page that does not say its language is in the site's.
struct slice page_language(const struct site *site, const struct site_page *page);
// The filter `imageSizes`.
struct value images_sized(struct value_call *call);
// The filter `shown`.
struct value languages_shown(struct value_call *call);

// ---- routes.c, mime.c ----

// `previous` may be NULL.
bool routes_build(struct site *site, const struct site *previous, struct error *error);
// The route that leads to the page; NULL when another page has its URL.
const struct site_route *routes_of_page(struct site *site, const struct site_page *page);
struct slice mime_type(struct slice extension);

#endif
