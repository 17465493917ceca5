// SPDX-License-Identifier: MIT
//
// Markdown to HTML as in markdown-it 12 to 14: our readers of blocks and inlines build cmark's
// tree, then come the passes over it, then our own renderer.
//
//   text ─guard─▶ blocks ─▶ inlines ─▶ cmark's tree ─▶ attributes ─▶ … ─▶ heading ids ─▶ HTML
//
// The guard refuses what would take quadratic time (size, container depth, bracket runs) before it
// is read. Each block, each inline and each pass is a file and a row or an option; the syntax of a
// plugin is a file and a row of extensions.def (extension.h).
//
// Thread-safety: every function is safe from any thread; nothing is shared between calls.
// Memory: the result is in the caller's arena; cmark's tree is freed before the call returns.
#ifndef GUIDANCED_MARKDOWN_MARKDOWN_H
#define GUIDANCED_MARKDOWN_MARKDOWN_H

#include "base/error.h"
#include "value/value.h"

// How headings link to themselves, as markdown-it-anchor's permalink generators do. Texts that are
// not set (ptr NULL) are the plugin's own.
enum markdown_permalink_style {
    MARKDOWN_PERMALINK_NONE,
    MARKDOWN_PERMALINK_HEADER_LINK, // the heading's text is wrapped in the link
    MARKDOWN_PERMALINK_INSIDE,      // linkInsideHeader, ariaHidden
    MARKDOWN_PERMALINK_AFTER,       // linkAfterHeader
};
// How a link after the heading gives its text to assistive technology.
enum markdown_assistive {
    MARKDOWN_ASSISTIVE_TEXT, // visually-hidden
    MARKDOWN_ASSISTIVE_LABEL,
    MARKDOWN_ASSISTIVE_DESCRIBED,
    MARKDOWN_ASSISTIVE_LABELLED,
};
struct markdown_permalink {
    enum markdown_permalink_style style;
    struct slice class, symbol;
    bool before; // the symbol comes before the text
    bool no_space;
    struct slice space; // HTML between text and symbol
    bool aria_hidden, safari_reader_fix;
    enum markdown_assistive assistive;
    struct slice text; // with {title}
    struct slice hidden_class;
    struct slice wrapper[2]; // HTML around heading and link
};

enum { MARKDOWN_OLDEST = 12, MARKDOWN_NEWEST = 14 };

// The syntax extensions: the rows of extensions.def.
enum markdown_extension_id {
#define EXTENSION(name, plugin, text) MARKDOWN_##name,
#include "markdown/extensions.def"
#undef EXTENSION
    MARKDOWN_EXTENSIONS
};

struct markdown_options {
    unsigned version;   // of markdown-it, MARKDOWN_OLDEST to MARKDOWN_NEWEST; 0: the newest
    bool breaks;        // a line break in the source is <br>
    bool html;          // raw HTML is kept (authors are trusted)
    bool sanitise;      // raw HTML is kept if the allow-list has it (html must be true too)
    bool tables;        // GitHub tables
    bool strikethrough; // ~~text~~ is <s>
    unsigned
        attributes; // {.class #id key=value}, as that version of markdown-it-attrs (4 or 5); 0: off
    bool typographer;      // smart quotes, dashes, ellipsis
    bool linkify;          // bare URLs become links
    bool no_indented_code; // indented lines are text, as in Eleventy since version 2
    bool govuk_classes;    // govuk-body, govuk-heading-l, govuk-list … on elements
    bool xhtml;            // <br /> instead of <br>
    // Heading ids, as in markdown-it-anchor.
    unsigned heading_levels; // bit n set: headings of level n (1 to 6) get an id; 0: none
    int heading_tabindex;    // the tabindex to set (-1 is usual); MARKDOWN_NO_TABINDEX: none
    struct markdown_permalink permalink;
    // Slugs: "" or "default" (markdown-it-anchor's: encodeURIComponent), or "slugify" (Eleventy's).
    struct slice slug_style;
    // By number: the setting of an extension. Undefined or false: off.
    struct value extensions[MARKDOWN_EXTENSIONS];
    // Limits; 0 means the default in brackets.
    size_t max_bytes;   // [1 MiB]
    unsigned max_depth; // container nesting [64]
};
enum { MARKDOWN_NO_TABINDEX = -1000 };

// The defaults: CommonMark 0.31 (markdown-it 14) with html, no extensions.
struct markdown_options markdown_defaults(void);

// Options from the object under `markdown:` in guidance.yaml, over `base`: {markdown_it (12, 13 or
// 14), breaks, html, sanitise,
// tables, strikethrough, attributes (true: as version 4; 5), typographer, linkify, govuk_classes,
// xhtml, each extension by its name, heading_ids: {levels: [2, 3] or a number (that level and
// below), tabindex: -1 or false, permalink, slug}}. Unknown keys are an error with a hint.
bool markdown_options_from_value(struct markdown_options *options, struct value object,
                                 struct error *error);

// The name of an extension, and the plugin whose syntax it reads. NULL after the last.
struct markdown_extension {
    const char *name, *plugin, *text;
};
const struct markdown_extension *markdown_extension(size_t number);
// The extension that reads the syntax of an npm package; MARKDOWN_EXTENSIONS: none.
size_t markdown_extension_of(struct slice plugin);
// Our name of a plugin's option; NULL: there is none.
const char *markdown_extension_option(size_t number, struct slice option);
static inline bool markdown_extension_is_on(const struct markdown_options *options, size_t number)
{
    return value_truthy(options->extensions[number]);
}
// The table of the extensions, for the documentation.
void markdown_write_reference(struct buffer *out);
// Sets an extension. False: it does not accept the value; error set.
bool markdown_extension_set(struct markdown_options *options, size_t number, struct value v,
                            struct error *error);

struct markdown_heading {
    unsigned level;
    struct slice id;
    struct slice text; // plain
    unsigned line;     // in the source, from 1
};
struct markdown_headings {
    struct markdown_heading *rows;
    size_t count, capacity;
};

// Appends the HTML of source to out. headings may be NULL. On failure (too large, too deep, out of
// memory) false, error set with a place.
bool markdown_render(struct arena *arena, const struct markdown_options *options, struct slice file,
                     struct slice source, struct buffer *out, struct markdown_headings *headings,
                     struct error *error);

// One line of inline Markdown without the paragraph around it (renderInline).
bool markdown_render_inline(struct arena *arena, const struct markdown_options *options,
                            struct slice source, struct buffer *out, struct error *error);

// ---- table of contents (the `toc` filter) ----

// The plugin to imitate: @thedigitalman/eleventy-plugin-toc-a11y, or eleventy-plugin-toc.
enum toc_style { TOC_ACCESSIBLE, TOC_PLAIN };
// The plugins' options, their names in snake case.
struct toc_options {
    enum toc_style style;
    unsigned levels;      // bit n set: headings of level n are listed
    struct slice wrapper; // element name, "nav"; "" for none
    struct slice wrapper_class;
    struct slice wrapper_label; // aria-label
    bool heading;               // with a heading element
    struct slice heading_class;
    struct slice heading_level; // "h2"
    struct slice heading_text;
    struct slice list_type; // "ol" or "ul"
    struct slice list_class;
    struct slice list_item_class;
    struct slice list_item_anchor_class;
    bool flat, ul;
};
struct toc_options toc_defaults(void);
bool toc_options_from_value(struct toc_options *options, struct value object, struct error *error);
// Reads the headings (with ids) from finished HTML and appends the table of contents, or nothing if
// there is no heading.
bool toc_render(struct arena *arena, const struct toc_options *options, struct slice html,
                struct buffer *out, struct error *error);

#endif
