// SPDX-License-Identifier: MIT
//
// From files to pages, and what follows from all of them: what those who make a snapshot share.
#ifndef GUIDANCED_SITE_MAKING_H
#define GUIDANCED_SITE_MAKING_H

#include "state.h"
// ---- files.c ----

// Opens site->tree. `noting`: so that tree_unchanged can tell.
bool files_open(struct site *site, bool noting, struct error *error);
// Records what links the tree has not followed.
void files_report_refusals(struct site *site);

// ---- ignores.c ----

enum { IGNORE_FILES = 3 };
// The n-th file that says what is left out, relative to the site's directory; "" for none.
struct slice ignores_file(const struct settings *settings, struct arena *arena, size_t n);
bool ignores_read(struct site *site, struct error *error);
// What leaves the page at the path out, ".gitignore:3 (drafts/)"; "" when nothing does. While
// loading only.
struct slice ignores_why(const struct site *site, struct slice path);
// Notes a page that was left out. False: out of memory.
bool ignores_note(struct site *site, struct slice path, struct slice why);

// ---- sources.c ----

// Reads all sources of pages into site->sources.
bool sources_read(struct site *site, struct store *store, struct error *error);
// Takes from the store what is no source any more.
bool sources_prune(struct site *site, struct store *store, struct error *error);
// Puts the newest change of what all pages share into site->modified_ns.
void sources_note_shared(struct site *site);
// What the source's text says, into it; if that fails, its error. False: out of memory.
bool source_parse(struct site *site, struct source *source);
// Puts the source into the store, its text under a new number. *reading: what the store has of it,
// in scratch; "" when it has to be parsed each time.
bool source_store(struct store *store, struct arena *scratch, struct source *source,
                  struct slice *reading, struct error *error);

// ---- value_hash.c ----

// Of what a value says, the same in every process. `known` (may be NULL) has references by the
// pointer to what they stand for, which counts by its hash.
uint64_t content_mix(uint64_t hash, uint64_t with);
uint64_t content_hash(const struct map *known, struct value v);

// ---- looks.c ----

// What templates have looked for while pages were rendered, and found or not.
struct looks;
struct looks *looks_create(struct arena *arena); // goes with the arena; NULL without memory
enum look_kind {
    LOOK_TEMPLATE, // by a name that is searched for
    LOOK_FILE,     // by its path
};
struct look {
    enum look_kind kind;
    struct slice name, path; // the latter "" for a template that is not there
    uint64_t hash;           // of the text; 0: there is none
};
uint64_t look_hash(struct slice text);
void looks_note(struct looks *looks, enum look_kind kind, struct slice name, struct slice path,
                struct slice text);
// Appends them to a record. False: there are too many.
bool looks_record(struct looks *looks, struct buffer *out);
// The record is a number, and so many of them.
bool look_replay(struct slice *record, struct look *look);
// As it was noted before.
void looks_note_again(struct looks *looks, const struct look *look);

// Numbers and texts of a record, and how they are read again: false when it ends before.
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

// Of what an entry of site->directory_data says.
uint64_t data_files_hash(const void *local);

// ---- nearest_file.c ----

// Writes what a name that is in none of the folders was probably to be: a name of its kind, or of
// the folder on its way that is misspelt. False: nothing is near.
bool nearest_file(const struct slice *folders, size_t count, struct slice name, char *out,
                  size_t size);

// ---- pages.c ----

// From sources to pages, with all that is made of them.
bool site_make(struct site *site, struct error *error);
// What only the load has needed goes; routes come.
bool site_finish(struct site *site, const struct site_load_options *options, struct error *error);
// Compiles the source's template, if it has one and has not been compiled.
bool source_compile(struct site *site, struct source *source, struct error *error);

// ---- lifecycle.c ----

// `page.date`, were that its source.
double page_date(const struct site_page *page, const struct source *source);
// A value of front matter as a moment, in ms since the epoch; *ms is NaN when it is none. NONE: it
// was left empty.
enum moment { MOMENT_NONE, MOMENT_READ, MOMENT_UNREADABLE };
enum moment lifecycle_moment(struct value v, double *ms);
// A key that decides who sees the page, and when. Where the page has none of that name, one of the
// front matter that differs in capitals, hyphens or underscores counts: a misspelt `publish_at` is
// not to show a page too early. (`check` says how it is spelt.)
struct value lifecycle_value(const struct site_page *page, struct slice key);
// Fills dates and flags from the page's data, whatever that holds.
void lifecycle_read(struct site_page *page);
// Reports keys that cannot be read. False, error and rule set: one of them breaks the page.
bool lifecycle_check(struct site *site, struct site_page *page, const char **rule,
                     struct error *error);

// ---- patch.c ----

// Whether the page's text is another than that of the root.
static inline bool page_is_edited(const struct site *site, const struct site_page *page)
{
    return site->root && page_of(page)->site == site;
}

// ---- renew.c ----

// A snapshot of the base's sources but for those that have been read again. NULL: it has to be
// loaded whole.
struct site *renew(const struct site_load_options *options, struct site *base,
                   const struct map *sources, const struct site *reader);

// ---- takeover.c ----

// Takes the pages of a source over from the base, which has made them of the same. False: they have
// to be made.
bool pages_take_over(struct site *site, struct source *source, struct error *error);

// ---- audience.c ----

// Who may read the page; one that is not for everyone is taken out of all lists.
// Whether the user, or a member of the groups, is among those an `audience` names.
bool audience_has(struct value audience, struct slice user, struct slice groups);
// Of access.files, for a URL without the path prefix; NULL: everyone.
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

// ---- filters.c ----
bool filters_add(struct site *site);

// ---- cascade.c ----

// The data of a page before its URL is known: globals, layouts, directories, front matter.
struct value cascade_data(struct site *site, struct source *source, struct layout *layout);
// Makes what all pages of a layout share for every layout, so that none is written later.
bool cascade_settle(struct site *site);
// `tags: one` is a list of one: in each source of data, before they are merged.
void cascade_list_tags(struct site *site, struct value data);

// ---- computed.c ----

// Evaluates eleventyComputed into page->data: the permalink and what it reads; the rest, which may
// read the page's address; and what reads collections, when they are made.
enum computed_stage { COMPUTED_PERMALINK, COMPUTED_DATA, COMPUTED_COLLECTIONS };
bool computed_resolve(struct site *site, struct site_page *page, enum computed_stage stage,
                      struct error *error);
// Of a page with computed_late, what its templates see of collections while they are computed.
bool computed_give_collections(struct site *site, struct site_page *page, struct error *error);

// ---- redirects.c ----

// "%20" and the like as bytes. False: malformed, and *out is the path.
bool path_decode(struct arena *arena, struct slice path, struct slice *out);

// ---- names.c ----

// Whether the site has data of that name, on whatever page.
bool names_own(const struct site *site, struct slice name);
// Gives the page that name, unless it is the site's `own`. False when out of memory.
bool names_share(struct site *site, const struct site_page *page, struct slice name, struct value v,
                 bool own);

// ---- glob.c, collections_named.c ----

// Adds the collections of guidance.yaml to site->collections.
bool collections_build_named(struct site *site, struct error *error);

// ---- permalink.c ----

// Fills url, output_path, file_slug, file_path_stem, content_type.
bool permalink_resolve(struct site *site, struct site_page *page, struct error *error);
void permalink_name(struct site *site, struct site_page *page);
// Makes page->page, the `page` variable.
bool permalink_page_value(struct site *site, struct site_page *page);
// Sets its members that follow from the URL, which may be known only later: all who hold the object
// see them.
void permalink_show(struct site *site, struct site_page *page);

// ---- pagination.c ----

// Makes the pages of a source: one, or as many as its pagination says.
bool pagination_expand(struct site *site, struct source *source, struct error *error);
// Sets pagination.hrefs and its like on the pages from `first` on, which are of one source.
void pagination_link(struct site *site, size_t first);
// The collection that `pagination.data` names, by a dot or in brackets; "" when it names none.
struct slice pagination_collection(struct slice data);
struct site_page *pagination_add_page(struct site *site, struct source *source,
                                      struct layout *layout, struct value data);

// ---- collections.c ----

bool collections_build(struct site *site, struct error *error);

// ---- navigation.c ----

bool navigation_prepare(struct site *site, struct error *error);
// Entries are shared by all renders from here on.
void navigation_freeze(struct site *site);
const struct template_builtin *navigation_filters(size_t *count);

// ---- routes.c, mime.c ----

// `previous` may be NULL.
bool routes_build(struct site *site, const struct site *previous, struct error *error);
// The route that leads to the page; NULL when another page has its URL.
const struct site_route *routes_of_page(struct site *site, const struct site_page *page);
struct slice mime_type(struct slice extension);

#endif
