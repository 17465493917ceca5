// SPDX-License-Identifier: MIT
//
// The snapshot from the inside, for the files of lib/site. The loader fills it in the order of the
// members; once site_load returns, nothing in it changes but the reference count and, per page,
// what the first render has shown of its purity.
#ifndef GUIDANCED_SITE_SNAPSHOT_H
#define GUIDANCED_SITE_SNAPSHOT_H

#include "site.h"

#include <stdatomic.h>

enum page_syntax { SYNTAX_MARKDOWN = 1, SYNTAX_NUNJUCKS = 2 }; // ored: both for a .md page

enum { LAYOUTS_MAX = 16 };

// A layout: a template with front matter of its own.
struct layout {
    struct slice name; // as templates are named: relative to the includes or layouts directory
    struct slice file;
    struct value front_matter;
    struct layout *parent; // NULL for the outermost
    struct value base;     // global data under the front matter of the parents and its own
    const struct template *template;
    struct slice engine; // of the host, that renders it; "": ours
    struct slice text;   // then what it renders
    struct error error;  // it does not compile
};

// One source file of a page. Pagination makes several pages of it.
struct source {
    struct slice path; // relative to the site directory
    struct file_info info;
    uint64_t hash;
    struct site *site; // the snapshot that was loaded whole
    struct slice text; // the whole file; ptr NULL: it is in the store (source_text.c)
    int64_t text_id;   // its number there; 0: it is not there
    unsigned body_line;
    uint32_t front_length;  // bytes before the body
    uint64_t front_hash;    // of them
    bool plain;             // the body has no template syntax: it is what its template would make
    unsigned syntax;        // enum page_syntax, ored
    struct slice engine;    // of the host, that renders it in place of Nunjucks; "": ours
    struct slice extension; // ".md"
    struct value front_matter;  // an object
    struct value_places places; // none when the text is in the store: ask source_blame
    struct value raw_input;     // the body, for templates
    struct value directory_data;
    const struct template *template;
    struct layout *layout;
    const struct error *error; // NULL, or why it cannot be read or does not compile
    bool reused;
    bool shows_sources; // its text has the word rawInput
    bool remarked;      // there are problems of its text
    bool foreign;       // its text is not UTF-8, and not kept
};

// What site_page.internal points at.
struct memo;
typedef _Atomic(struct memo *) memo_slot;

struct page {
    memo_slot content;           // what its own template and Markdown make, when that is pure
    memo_slot whole;             // the finished page
    memo_slot forms[SITE_FORMS]; // the finished page, compressed
    struct site *site;
    size_t index; // in site->pages
    struct source *source;
    struct layout *layout;
    struct slice written;      // page.outputPath: the output directory and below
    bool has_permalink;        // permalink is false: no output
    bool failed;               // broken by its render, not by its load
    bool listed;               // in collections, though it failed
    bool rooted;               // its permalink begins with a slash
    bool remarked;             // there are problems of its data that do not break it
    const bool *computed_late; // rules of eleventyComputed that read collections; NULL: none
    uint32_t chunk;            // which page of a pagination it is, from 0
    atomic_uint_fast64_t tag;  // site_page_tag
    struct value navigation;   // the `navigation` variable
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
// Each is made of root or base anew, with all edits since (struct edits, of the base), never of the
// patched one before. The arrow is a reference, held as long as the snapshot lives.
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

// ---- nearest_file.c ----

// Writes what a name that is in none of the folders was probably to be: a name of its kind, or of
// the folder on its way that is misspelt. False: nothing is near.
bool nearest_file(const struct slice *folders, size_t count, struct slice name, char *out,
                  size_t size);

// ---- source_text.c ----

// Whether the text is to be in the store, not in the arena.
static inline bool source_is_away(const struct source *source)
{
    return !source->text.ptr;
}
// The whole text, and what is behind the front matter. From the store, or when it is lost there
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
// What is behind the front matter of a text that is in the arena.
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

// ---- begin.c ----

uint64_t site_next_generation(void);
// The texts of this generation stay in the store for as long as the snapshot lives.
bool site_hold_texts(struct site *site, struct store *store);
// A snapshot that shares all with another, which it holds; NULL without memory. `chunk` is of its
// arena.
struct site *site_borrow(struct site *from, size_t chunk);

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
// The moment a page's key says; NaN when it says none that can be read.
double lifecycle_date(const struct site_page *page, struct slice key);
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

// A snapshot of the base's sources but for those that have been read anew. NULL: it has to be
// loaded whole.
struct site *renew(const struct site_load_options *options, struct site *base,
                   const struct map *sources, const struct site *reader);

// ---- takeover.c ----

// Takes the pages of a source over from the base, which has made them of the same. False: they have
// to be made.
bool pages_take_over(struct site *site, struct source *source, struct error *error);

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

// ---- failures.c ----

// Whether pages of the source are known to fail; why one does, or NULL.
bool failures_has(const struct site_failures *failures, struct slice path);
const struct error *failures_of(const struct site_failures *failures, const struct site_page *page);
// Whether a page renders, as far as can be told.
bool failures_renders(const struct site_page *page);

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

// Evaluates eleventyComputed into page->data: at first without what reads collections, which comes
// when they are made.
bool computed_resolve(struct site *site, struct site_page *page, struct error *error);
bool computed_resolve_late(struct site *site, struct site_page *page, struct error *error);

// ---- glob.c, collections_named.c ----

// Whether the path (relative, with or without "./") is one of the pattern's.
bool glob_matches(struct slice pattern, struct slice path);
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
// The next of a page's redirect_from – a URL or a list of them – from number *i on, which is then
// behind it. *key (of front matter) is in the arena. False when there is none.
bool redirect_from(const struct site_page *page, uint32_t *i, struct arena *arena,
                   struct slice *url, struct slice *key);
// The route that leads to the page; NULL when another page has its URL.
const struct site_route *routes_of_page(struct site *site, const struct site_page *page);
struct slice mime_type(struct slice extension);

// ---- memo.c ----

// The text of a slot; ptr NULL when it is empty. Valid as long as the snapshot.
struct slice memo_get(memo_slot *slot);
// Copies the text into an empty slot, while what is used stays within the limit; into the file, if
// it is long and there is room (file NULL: there is none).
void memo_put(memo_slot *slot, atomic_size_t *used, size_t limit, struct memory_file *file,
              struct slice text);
void memo_clear(memo_slot *slot);

// ---- search_text.c ----

// Appends the words of HTML to `text`, and those of its headings to `headings`, a line each.
void search_text(struct slice html, struct buffer *text, struct buffer *headings);

// ---- render.c ----

// The HTML of a plain source, remembered nowhere. *stored: it came from the store.
bool render_plain(const struct source *source, struct arena *arena, struct slice *html,
                  bool *stored, struct error *error);
// The page's own content without its layouts (templateContent).
bool render_content(const struct site *site, const struct site_page *page,
                    const struct site_request *request, struct value_realm *realm,
                    struct slice *content, struct error *error);
// Renders a page without remembering anything of it, for check: what it makes itself and the whole,
// in the realm's arena. Every template that takes part is told of (NULL: nobody). `request` may be
// undefined.
struct render_parts {
    struct slice content, whole;
};
bool render_in_parts(const struct site_page *page, struct value request, struct value_realm *realm,
                     void (*on_template)(void *state, const struct template *template), void *state,
                     struct render_parts *parts, struct error *error);
// ---- render_string.c ----

bool render_template(const struct template *template, const struct template_context *context,
                     struct value_realm *realm, struct slice *text, struct error *error);
// Renders a text as a template against data: permalinks, computed data.
bool render_string(struct site *site, const struct source *source, struct slice text, unsigned line,
                   struct value data, struct slice *out, struct error *error);

#endif
