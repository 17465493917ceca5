// SPDX-License-Identifier: MIT
//
// Shared by the files of lib/check. Each file adds findings with the functions here, and check.c
// applies severities, exceptions and comments to all of them.
//
//   load's problems ─┐
//   pages, one by one ─▶ findings ─▶ severities, exceptions, comments ─▶ sorted report
//   the site as a whole ─┘
//
// A page is rendered once; problems of its HTML are placed where its author wrote the text, using a
// map of the source (source.c). What is not written there is looked for in templates, data and
// settings once all pages are done (shared.c).
//
// Thread-safety: a check belongs to one thread. Private to lib/check.
#ifndef GUIDANCED_CHECK_FINDINGS_H
#define GUIDANCED_CHECK_FINDINGS_H

#include "check.h"

#include "site/examine.h"

// ---- source.c: where links, images, tables and headings are in a source ----

enum reference_kind {
    REFERENCE_LINK,      // [label](value), also the definition of one
    REFERENCE_IMAGE,     // ![label](value)
    REFERENCE_ATTRIBUTE, // label="value" of a tag
    REFERENCE_PARAMETER, // label: 'value' in {{ }} or {% %}; the label may be empty
    REFERENCE_TAG,       // <value …>
    REFERENCE_HEADING,   // ## value
    REFERENCE_TABLE,     // a Markdown table, by its first row
};

struct reference {
    enum reference_kind kind;
    unsigned level; // of a heading
    size_t at, end; // the whole of it; an attribute's tag
    size_t value_at, value_end;
    struct slice label;
    struct slice value;
    bool taken;  // already matched with something in the HTML
    size_t next; // 1 + the number of the next row with the same value; 0: none
};

// Text that readers do not see: code, comments.
struct hidden {
    size_t at, end;
    bool code;
};

struct source_map {
    struct slice text;
    struct arena *arena;
    struct reference *rows;
    size_t count, capacity;
    struct hidden *hidden;
    size_t hidden_count, hidden_capacity;
    struct map by_value; // value, decoded → 1 + the number of its first row
    bool indexed;
};

// Maps text[from…]. When out of memory, rows are left out.
void source_map_read(struct source_map *map, struct arena *arena, struct slice text, size_t from);
// The hidden text that contains the offset, or NULL.
const struct hidden *source_map_hidden(const struct source_map *map, size_t offset);
// The rows of a value, which is decoded as by decode_url; NULL after the last.
struct reference *source_map_first(struct source_map *map, struct slice value);
struct reference *source_map_next(struct source_map *map, const struct reference *row);
// Whether two texts have the same letters and digits: markup and white space are ignored.
bool same_words(struct slice a, struct slice b);
// Percent-encoding and character references undone.
struct slice decode_url(struct arena *arena, struct slice url);

// ---- html.c: the tokens of finished HTML ----

enum html_kind { HTML_TEXT, HTML_START, HTML_END };
struct html_token {
    enum html_kind kind;
    size_t at, end;
    struct slice name; // of a tag, as written
    struct slice text; // the whole token
};
// The next token at or after *at. Skips comments, and the text of scripts and styles.
bool html_next(struct slice html, size_t *at, struct html_token *token);
bool html_is(const struct html_token *token, const char *name);
// The value of a tag's attribute, as written; ptr NULL when there is none.
struct slice html_attribute(struct slice tag, const char *name);
// Appends the text with character references undone.
void html_append_text(struct buffer *out, struct slice text);

// ---- table_width.c: how wide a table is at least ----

enum { TABLE_COLUMNS_MAX = 64 };
struct table_width {
    double longest[TABLE_COLUMNS_MAX]; // unbreakable text of each column, in characters
    size_t columns;
    size_t next;     // how many columns of the row have begun
    size_t column;   // of the open cell, from 1; 0: none that is measured
    double word;     // so far
    uint32_t before; // the last character of it; a space at its beginning
    bool code;       // the text is
    bool unknown;    // not measured: cells over several rows, or too many columns
};
// For the tags within the table, and the text between them, with character references undone.
void table_width_tag(struct table_width *width, const struct html_token *tag);
void table_width_text(struct table_width *width, struct slice text);
// With the space between columns; 0 if it is unknown.
double table_width_sum(const struct table_width *width);

// ---- findings.c ----

struct check {
    const struct site *site;
    struct site *for_authors; // see check_for_authors
    bool asked_for_authors;
    struct arena *arena;   // of the report
    struct arena *scratch; // of one page
    struct site_finding *findings;
    size_t count, capacity;
    double now_ms;
    const struct site_check_options *options;
    struct map ids;    // URL → struct map of its page's ids
    struct map urls;   // href → struct verdict
    size_t compared;   // addresses with those of broken links
    struct map titles; // title → struct site_page
    struct map descriptions;
    struct map linked;          // URLs of pages that a link leads to
    struct map templates;       // files used in rendering → struct template
    struct map pending;         // for shared.c to place → struct pending
    struct map navigation_urls; // that no page has
    struct map words;           // asked of shared_names → itself, or NULL
    // The last place located: the next one is counted from there.
    struct slice located;
    size_t located_offset, located_line_at;
    unsigned located_line, located_column;
    struct anchor *anchors;
    size_t anchor_count, anchor_capacity;
    struct shared *shared;
    size_t shared_count, shared_capacity;
};

// A finding without a place. The message is printf's.
struct site_finding *check_add(struct check *check, const char *rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// Sets its place; NULL findings are ignored. `source` must live as long as the report.
void check_place(struct check *check, struct site_finding *finding, struct slice file,
                 struct slice source, size_t offset, struct slice text);
void check_place_line(struct site_finding *finding, struct slice file, struct slice source,
                      unsigned line, unsigned column);
void check_hint(struct check *check, struct site_finding *finding, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
// At a key of a page's front matter, or at its value; at the top of the file if it is missing.
void check_place_key(struct check *check, struct site_finding *finding,
                     const struct site_page *page, const char *key, bool value);
// At a key of guidance.yaml ("redirects.2.from").
void check_place_setting(struct check *check, struct site_finding *finding, const char *key);
// The byte offset of a line and column.
size_t check_offset(struct slice source, unsigned line, unsigned column);
// The scalar of YAML that begins at the offset, in its quotes.
struct slice check_scalar_at(struct slice source, size_t at);

// The site as its authors see it in development, with what readers do not see in its place. Loaded
// when it is first asked for; NULL: readers see all of it, or it cannot be loaded.
const struct site *check_for_authors(struct check *check);

// ---- failures.c ----

// An error as a finding, at its place, or at `call` if that is not NULL.
struct site_finding *check_add_error(struct check *check, const char *rule,
                                     const struct error *error, const struct error_place *call);
void check_add_render_error(struct check *check, const struct site_page *page,
                            const struct error *error);
// A template that was not found: at the error's place, or at the call in a page that led to it.
void check_add_missing(struct check *check, const struct error *error,
                       const struct error_place *call);
const struct site_rule *check_rule(struct slice name);
// Whether it is HTML with a URL: a page that readers see.
bool check_is_document(const struct site_page *page);

// document.c: a page's rendered output.
struct document {
    struct check *check;
    const struct site_page *page;
    struct slice html;
    size_t content_at, content_end; // the page's own part
    struct source_map *map;
    struct map *ids;
    bool own; // the current part is the page's own, not its layout's
};
void check_document(struct document *document);
// ---- document_rows.c ----

// The source row of a tag in the content, marked as taken; NULL if there is none.
struct reference *document_take(struct document *document, enum reference_kind kind,
                                struct slice value, struct slice label);
// The text between a tag of the source and its end tag.
struct slice document_inner_text(const struct source_map *map, const struct reference *row);
// Places a finding at a row (its value, or the whole), or leaves it to shared.c, which looks for
// `needle`.
void document_place(struct document *document, struct site_finding *finding,
                    const struct reference *row, bool value, struct slice needle);
// The same of an address, with what was probably meant instead ("": unknown). `exact`: nothing else
// can be, so it is the fix, if the address is all that the row has.
void document_place_address(struct document *document, struct site_finding *finding,
                            const struct reference *row, struct slice url, struct slice instead,
                            bool exact);

// shown.c: of a page whose HTML does not stand in the whole as it is
void check_shown(struct document *document, struct slice content);

// addresses.c: of another site, as written in HTML
void check_address(struct document *document, struct slice written, const struct reference *row);

// links.c
void check_link_target(struct document *document, struct slice url, const struct reference *row);
void check_link(struct document *document, struct slice tag, struct slice text,
                const struct reference *row);
void check_empty_parameters(struct document *document);
void check_anchors(struct check *check); // in other pages, once all ids are known

// markup.c
void check_image(struct document *document, struct slice tag, const struct reference *row);
void check_table(struct document *document, bool headed, struct slice first_cell,
                 const struct reference *row);
void check_table_width(struct document *document, const struct table_width *width,
                       struct slice first_cell, const struct reference *row);
// A heading of the first level that is not the page's first.
void check_repeated_heading(struct document *document, struct slice text,
                            const struct reference *row);
void check_heading(struct document *document, unsigned before, unsigned level, struct slice text,
                   const struct reference *row);

// foreign.c: Markdown of other tools that shows as text.
void check_foreign(struct document *document);

// text.c: placeholder text.
void check_placeholders(struct check *check, struct slice file, const struct source_map *map);

// ---- rule_options.c: what `check:` of guidance.yaml says of a rule ----

// Whether it names the rule, for rules that nobody is held to otherwise.
bool check_rule_asked(const struct check *check, const char *rule);
// An option of the table, which must have a row: a number within its bounds, else the usual one.
double check_rule_number(const struct check *check, const char *rule, const char *name);
// A list, whose items need not be texts, or the mapping of words; undefined for anything else.
struct value check_rule_list(const struct check *check, const char *rule, const char *name);
// Reports options that are unknown or of the wrong type.
void check_rule_setting(struct check *check, const struct value_member *setting);

// prose.c: how the text after the front matter is written, where the site asks for it.
void check_prose(struct check *check, const struct site_page *page, const struct source_map *map,
                 size_t from);

// heading_case.c: a finding without a place if the heading, as written, is not in sentence case;
// NULL if it is, or nobody asked.
struct site_finding *check_heading_case(struct check *check, const struct site_page *page,
                                        struct slice heading);

// reading.c: the age at which most people understand a text.
enum { READING_WORDS_MIN = 100 };
struct prose_sentence {
    size_t at;  // its first word; SIZE_MAX before that
    size_t end; // of its last word
    size_t words, syllables;
};
struct prose_reading {
    size_t words, sentences, syllables;
    struct prose_sentence hardest;
};
size_t reading_syllables(struct slice word);
void reading_add(struct prose_reading *reading, const struct prose_sentence *sentence);
double reading_age(const struct prose_reading *reading);

// front_matter.c
void check_front_matter(struct check *check, const struct site_page *page);

// The site as a whole.
void check_navigation_urls(struct check *check); // before the pages
void check_navigation(struct check *check);
void check_twins(struct check *check);
void check_security_txt(struct check *check);
void check_redirects(struct check *check);
void check_templates(struct check *check);
void check_unused(struct check *check);

// shared.c: templates, data files and settings.
struct shared {
    struct slice file; // relative to the site directory
    struct slice text;
    bool template;
    struct source_map *map; // NULL until it is needed
};
void shared_read(struct check *check);
const struct shared *shared_find(const struct check *check, struct slice file);
void shared_check_texts(struct check *check);
// Places the finding once all pages are done, at the first occurrence of `needle`. `own`: it comes
// from the page itself, not its layout.
void shared_place_later(struct check *check, struct site_finding *finding,
                        const struct site_page *page, struct slice needle, bool own);
void shared_place(struct check *check);
// Whether a template or a page names the word.
bool shared_names(struct check *check, struct slice word);

// silence.c: comments that silence a rule for a line.
void check_silence(struct check *check);

// severity.c: `check:` of guidance.yaml.
void check_apply_settings(struct check *check);

// ---- causes.c ----

// Folds findings with a common cause into one. The last step.
void check_fold_causes(struct check *check);

#endif
