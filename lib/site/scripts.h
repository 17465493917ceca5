// SPDX-License-Identifier: MIT
//
// The site's own JavaScript in a snapshot: its configuration, the functions it adds to templates,
// and what they see while they run.
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

// The parts of a snapshot that are sent to the host as references. Rebuilt whenever pages have been
// added or moved, since their numbers are their positions.
struct script_names {
    struct map references; // pointer to an object or array → struct script_reference
    struct map by_hash;    // of its content → the same
    struct value *items;   // of collections.all, by the page's number
    struct value *frozen;  // by number
    size_t frozen_count;
    size_t frozen_capacity;
    uint64_t generation;
    uint64_t site_hash; // of all data
    uint64_t text_hash; // of texts of pages and templates
};

struct scripts {
    struct script *script;
    struct script_tree *tree; // the files it sees
    struct value description;
    struct script_edition edition; // of the described configuration
    struct script_names names;
    uint64_t data_hash; // of global data
    // render_content, as a callback, since rendering is a layer above this.
    bool (*content)(const struct site *site, const struct site_page *page,
                    const struct site_request *request, struct value_realm *realm,
                    struct slice *content, struct error *error);
    uint64_t includes_hash;
    bool transforms;              // finished pages go through the host
    bool linters;                 // and before that through its linters
    bool markdown;                // so does Markdown
    bool tags;                    // templates may have tags that only the site's Nunjucks knows
    bool delimiters;              // and all of its tags are written otherwise than ours
    bool shallow;                 // data replace weaker ones, and are not merged with them
    struct slice markdown_engine; // which engine runs on a .md before Markdown; "njk", "liquid", ""
                                  // for none
    struct slice html_engine;     // which engine runs on a .html
};

// ---- scripts.c ----

// Asks for the description, if the site has a configuration, and takes what the load needs from it.
bool scripts_open(struct site *site, struct script *script, struct error *error);
// A member of the description; undefined without one.
struct value scripts_say(const struct site *site, const char *key);
// The version of the site's own Eleventy if it runs, else the newest of that of the settings.
#define SCRIPTS_VERSION(major, minor) ((major)*1000.0 + (minor))
double scripts_version(const struct site *site);
// The major version of a package that the configuration has loaded; `usual` if it has loaded none.
double scripts_major(const struct site *site, const char *package, double usual);
// Adds filters, shortcodes and globals to the template set.
bool scripts_add(struct site *site, struct error *error);
// Whether the site has a host that renders the file's text ("md", "liquid", "11ty.js").
bool scripts_have_extension(const struct site *site, struct slice path, struct slice *engine);
// The same; returns the path's extension with its dot (".11ty.js"), "" if there is none.
struct slice scripts_extension(const struct site *site, struct slice path, struct slice *engine);
// The output extension of that file's pages without a permalink: "html", or its language's.
struct slice scripts_output_extension(const struct site *site, struct slice path);
// The extension, without its dot, of the host's language of that number, from 0; "": there are no
// more.
struct slice scripts_extension_at(const struct site *site, size_t i);
// Whether files with the extension (".md") are pages: templateFormats names them, or there is no
// configuration.
bool scripts_take_extension(const struct site *site, struct slice extension);
// Whether its pages have layouts.
bool scripts_use_layouts(const struct site *site, struct slice path);
// Whether the file's language is added by the configuration, not Eleventy's own.
bool scripts_have_own_language(const struct site *site, struct slice path);

// ---- scripts_description.c ----

// Whether what the host says has the types that the rest relies on; the error names the option.
bool scripts_check_description(struct value description, struct error *error);
// What JavaScript's value is, in words: "a list".
const char *scripts_kind(struct value v);

// ---- scripts_tree.c ----

// Sets the files that JavaScript sees, for as long as the snapshot lives.
bool scripts_take_tree(struct site *site, struct script *script, struct error *error);
// The site's directory as JavaScript sees it.
struct slice scripts_root(const struct site *site);

// Whether the text has a tag of a shortcode that keeps something between its calls, so that
// remembered answers would not be the same.
bool scripts_keep(const struct site *site, struct slice text);

// ---- scripts_settings.c ----

// Fills the snapshot's settings from the configuration where guidance.yaml is silent.
bool scripts_configure(struct site *site, struct error *error);

// ---- scripts_copy.c ----

// The configuration's passthrough files in the form of the setting: URL → paths.
bool scripts_passthrough(struct site *site, struct value *map, struct error *error);

// ---- scripts_scope.c ----

// Called before each variable is read: computed data is made in the order of use.
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
    const struct script_needs *needs; // NULL: no callback
    const struct slice *written;      // after a build: its pages as written
    size_t written_count;
    bool entered;
};
// Until scripts_leave, functions called by this thread see the layers (and, while a template runs,
// its variables). The caller owns `view`.
void scripts_enter(struct script_view *view, const struct site *site, struct value_realm *realm,
                   struct arena *arena, const struct value *layers, size_t count);
void scripts_leave(struct script_view *view);
// Starts without references.
void scripts_begin_names(struct site *site);
// Rebuilds the references after pages have been added or moved.
bool scripts_name_pages(struct site *site);

// ---- scripts_data.c ----

// A JavaScript data file's value. False with error unset: there is no host, it is not run.
bool scripts_data_file(struct site *site, struct slice path, struct value *out,
                       struct error *error);
// The value of a data file whose extension the configuration's addDataExtension reads.
bool scripts_custom_data(struct site *site, struct slice path, struct slice extension,
                         struct value *out, struct error *error);
// What the configuration adds to global data.
bool scripts_global_data(struct site *site, struct value *out, struct error *error);
// False with error unset: there is no host.
bool scripts_front_matter(struct site *site, struct slice path, struct slice language,
                          struct slice text, struct value *out, struct error *error);
// Data of a template that is a program, or in one of the site's own languages: an object.
bool scripts_compile(struct site *site, const struct source *source, struct value *out,
                     struct error *error);
// The text after the site's preprocessors; *kept is false if they leave the page out.
bool scripts_preprocess(struct site *site, const struct source *source, struct value data,
                        struct slice *text, bool *kept, struct error *error);
// The page's date from the site's own functions, given the date in its data (undefined: none). *out
// is undefined if they return nothing; otherwise a date, also as text.
bool scripts_date(struct site *site, const struct site_page *page, struct value date,
                  struct value *out, struct error *error);
// The page's address as the site's functions change it; it starts as that of its file.
bool scripts_url(struct site *site, const struct site_page *page, struct slice *url,
                 struct error *error);
// Splits the text after front matter into the excerpt found by the site's function and the rest.
bool scripts_excerpt(struct site *site, struct value front_matter, struct slice *text,
                     struct value *excerpt, struct error *error);
bool scripts_has_collection(const struct site *site, struct slice name);
// Fills a function's collection. *effects: what the function sets on pages, for effects_apply().
bool scripts_collection(struct site *site, struct slice name, struct value *list,
                        struct value *effects, struct error *error);
// Calls a function of the host for a page whose data it may read. `needs` may be NULL.
bool scripts_call(struct site *site, struct value function, struct value data,
                  const struct script_needs *needs, const struct value *args, uint32_t argc,
                  struct value *out, struct error *error);

// ---- scripts_render.c ----

bool scripts_markdown(const struct site *site, struct slice text, struct arena *arena,
                      struct slice *html, struct error *error);
bool scripts_render(const struct site *site, struct slice file, struct slice engine,
                    struct slice text, struct arena *arena, struct slice *out, struct error *error);
// Runs the site's linters on a page, before its transforms; their output goes to the log.
bool scripts_lint(const struct site *site, struct slice content, struct arena *arena,
                  struct error *error);
bool scripts_transform(const struct site *site, struct slice content, struct arena *arena,
                       struct slice *out, struct error *error);

#endif
