// SPDX-License-Identifier: MIT
//
// The site's own JavaScript, as a snapshot has it: what its configuration says, the functions it
// adds to templates, and what they see while they run.
//
//   description ─▶ filters, shortcodes, globals of the template set
//               ─▶ data, collections, front matter (while the site is loaded)
//               ─▶ engines, Markdown, transforms (while a page is rendered)
//
// Everything here does nothing for a site without an Eleventy configuration.
//
// Private to lib/site.
#ifndef GUIDANCED_SITE_SCRIPTS_H
#define GUIDANCED_SITE_SCRIPTS_H

#include "script/script.h"
#include "snapshot.h"

// What of a snapshot is named to the host instead of being sent. Rebuilt whenever pages have been
// made or moved, since their numbers are their places.
struct script_names {
    struct map references; // pointer to an object or array → struct script_reference
    struct map by_hash;    // of its content → the same
    struct value *items;   // of collections.all, by the page's number
    struct value *frozen;  // by number
    size_t frozen_count;
    size_t frozen_capacity;
    uint64_t generation;
    uint64_t site_hash; // of data
    uint64_t text_hash; // of texts of pages and templates
};

struct scripts {
    struct script *script;
    struct value description;
    struct script_edition edition; // of the configuration that it describes
    struct script_names names;
    // Every item that has been made of a page: collections are built more than once while a site is
    // loaded, and pages keep those of before in their data (pagination).
    struct script_item {
        struct value item;
        const struct page *page;
    } * items;
    size_t item_count, item_capacity;
    uint64_t data_hash; // of global data
    // render_content: rendering is above what it lets functions see.
    bool (*content)(const struct site *site, const struct site_page *page,
                    const struct site_request *request, struct value_realm *realm,
                    struct slice *content, struct error *error);
    uint64_t includes_hash;
    bool transforms; // the finished page goes through the host
    bool linters;    // which tells functions of it before
    bool markdown;   // so does Markdown
    bool tags;       // templates may have tags that only the site's Nunjucks knows
    struct slice
        markdown_engine;      // what a .md is before it is Markdown; "njk", "liquid", "" for none
    struct slice html_engine; // what a .html is
};

// ---- scripts.c ----

// Asks for the description, if the site has a configuration, and takes from it what the load needs.
bool scripts_open(struct site *site, struct script *script, struct error *error);
// A member of the description; undefined without one.
struct value scripts_say(const struct site *site, const char *key);
// The major version of a package that the configuration has loaded; `usual` where it has loaded
// none.
double scripts_major(const struct site *site, const char *package, double usual);
// Adds filters, shortcodes and globals to the template set.
bool scripts_add(struct site *site, struct error *error);
// Whether the site has a host that takes the file's text ("md", "liquid", "11ty.js").
bool scripts_have_extension(const struct site *site, struct slice path, struct slice *engine);
// The same; gives the path's extension, dot and all (".11ty.js"), "" when there is none.
struct slice scripts_extension(const struct site *site, struct slice path, struct slice *engine);
// What pages of that file end in where they name no address: "html", or another of its language.
struct slice scripts_output_extension(const struct site *site, struct slice path);
// Whether the file is of a language that the configuration adds, not of Eleventy's own.
bool scripts_have_own_language(const struct site *site, struct slice path);

// ---- scripts_settings.c ----

// From here on the snapshot's settings are what the configuration says where guidance.yaml says
// nothing.
bool scripts_configure(struct site *site, struct error *error);

// ---- scripts_copy.c ----

// What the configuration passes through, as the setting has it: URL → paths.
bool scripts_passthrough(struct site *site, struct value *map, struct error *error);

// ---- scripts_scope.c ----

// Told of each variable before it is read: computed data is made in the order it is wanted.
struct script_needs {
    void (*need)(void *state, struct slice name);
    void *state;
};

// What functions see while they run for a page or a text.
struct script_view {
    struct script_scope scope;
    const struct script_scope *before;
    const struct site *site;
    struct value_realm *realm; // of the render; NULL: none runs
    struct value layers[TEMPLATE_LAYERS_MAX];
    size_t count;
    const struct script_needs *needs; // NULL: nobody is told
    bool entered;
};
// Until it is left, functions that this thread calls see the layers (and, while a template runs,
// its variables). `view` is the caller's.
void scripts_enter(struct script_view *view, const struct site *site, struct value_realm *realm,
                   struct arena *arena, const struct value *layers, size_t count);
void scripts_leave(struct script_view *view);
// An item has been made of the page. False: out of memory. Nothing happens without scripts.
bool scripts_note_item(struct site *site, const struct page *page, struct value item);
// Nothing is named yet.
void scripts_begin_names(struct site *site);
// The pages have been made or moved: their names are rebuilt.
bool scripts_name_pages(struct site *site);

// ---- scripts_data.c ----

// A JavaScript data file's value. False with error unset: there is no host, it is not run.
bool scripts_data_file(struct site *site, struct slice path, struct value *out,
                       struct error *error);
// What the configuration adds to global data.
bool scripts_global_data(struct site *site, struct value *out, struct error *error);
// False with error unset: there is no host.
bool scripts_front_matter(struct site *site, struct slice path, struct slice language,
                          struct slice text, struct value *out, struct error *error);
// Data of a template that is a program, or of a language of the site's own: an object.
bool scripts_compile(struct site *site, const struct source *source, struct value *out,
                     struct error *error);
// The text after the site's preprocessors; *kept is false when they leave the page out.
bool scripts_preprocess(struct site *site, const struct source *source, struct value data,
                        struct slice *text, bool *kept, struct error *error);
// The page's date by the site's own functions, from what its data says (undefined: nothing). *out
// is undefined when they say nothing; a date or a text of one else.
bool scripts_date(struct site *site, const struct site_page *page, struct value date,
                  struct value *out, struct error *error);
// The page's address as the site's functions change it; it begins as that of its file.
bool scripts_url(struct site *site, const struct site_page *page, struct slice *url,
                 struct error *error);
// Of a text after front matter: the part that the site's function takes for its excerpt, and what
// is left of the text.
bool scripts_excerpt(struct site *site, struct value front_matter, struct slice *text,
                     struct value *excerpt, struct error *error);
// Collections of functions, into site->collections, and what they set on pages.
bool scripts_collections(struct site *site, struct error *error);
// Calls a function of the host for a page whose data it may read. `needs` may be NULL.
bool scripts_call(struct site *site, struct value function, struct value data,
                  const struct script_needs *needs, const struct value *args, uint32_t argc,
                  struct value *out, struct error *error);

// ---- scripts_render.c ----

bool scripts_markdown(const struct site *site, struct slice text, struct arena *arena,
                      struct slice *html, struct error *error);
bool scripts_render(const struct site *site, struct slice file, struct slice engine,
                    struct slice text, struct arena *arena, struct slice *out, struct error *error);
// Tells the site's linters of a page, before its transforms; what they say goes to the log.
bool scripts_lint(const struct site *site, struct slice content, struct arena *arena,
                  struct error *error);
bool scripts_transform(const struct site *site, struct slice content, struct arena *arena,
                       struct slice *out, struct error *error);

#endif
