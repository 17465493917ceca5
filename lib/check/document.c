// SPDX-License-Identifier: MIT
//
// The HTML of one page, token by token: links, images, headings and tables are passed to their
// rules, each with the row of the source where its author wrote it.
#include "findings.h"

// ---- the walk ----

struct walk {
    struct document *document;
    bool content; // the token is the page's own
    // The open link.
    struct slice link; // its tag, ptr NULL when none is
    struct buffer link_text;
    bool link_content;
    // The open heading, and the level of the previous one.
    unsigned heading, before, firsts; // firsts: how many of level 1 have ended
    size_t heading_row;               // in the map: the next heading is at this row or later
    struct buffer heading_text;
    // The open table.
    bool table, headed, cell, presentation, table_content;
    struct buffer cell_text;
    struct table_width width;
    unsigned tables;
};

static struct reference *nth_table(const struct document *document, unsigned n)
{
    struct source_map *map = document->map;
    for (size_t i = 0; i < map->count; i++) {
        struct reference *row = &map->rows[i];
        bool table = (row->kind == REFERENCE_TABLE && document->check->site->markdown.tables) ||
                     (row->kind == REFERENCE_TAG && slice_equal(row->value, SLICE("table")));
        if (table && n-- == 0)
            return row;
    }
    return NULL;
}

static void collect_id(struct walk *walk, struct slice tag)
{
    struct check *check = walk->document->check;
    struct slice id = html_attribute(tag, "id");
    if (!id.len)
        return;
    struct buffer text = buffer_create(check->arena, 0);
    html_append_text(&text, id);
    map_put(walk->document->ids, buffer_slice(&text), check);
}

static void end_link(struct walk *walk)
{
    struct document *document = walk->document;
    struct slice href = html_attribute(walk->link, "href");
    struct slice text = slice_trim(buffer_slice(&walk->link_text));
    struct reference *row =
        walk->link_content ? document_take(document, REFERENCE_LINK, href, text) : NULL;
    check_link(document, walk->link, text, row);
    walk->link = SLICE_EMPTY;
}

// A heading of Markdown, or its tag.
static bool is_heading(const struct document *document, const struct reference *row, unsigned level,
                       struct slice text)
{
    if (row->taken)
        return false;
    if (row->kind == REFERENCE_HEADING)
        return row->level == level && same_words(row->value, text);
    return row->kind == REFERENCE_TAG && row->value.len == 2 && row->value.ptr[0] == 'h' &&
           row->value.ptr[1] == (char)('0' + level) &&
           same_words(document_inner_text(document->map, row), text);
}

static void end_heading(struct walk *walk)
{
    struct document *document = walk->document;
    struct slice text = slice_trim(buffer_slice(&walk->heading_text));
    struct reference *found = NULL;
    for (size_t i = walk->heading_row; walk->content && i < document->map->count && !found; i++)
        if (is_heading(document, &document->map->rows[i], walk->heading, text)) {
            found = &document->map->rows[i];
            walk->heading_row = i + 1; // headings come in source order
        }
    if (found)
        found->taken = true;
    if (walk->heading == 1 && walk->firsts++ && walk->content)
        check_repeated_heading(document, text, found);
    check_heading(document, walk->before, walk->heading, text, found);
    walk->before = walk->heading;
    walk->heading = 0;
}

static void end_table(struct walk *walk)
{
    struct document *document = walk->document;
    const struct reference *row = walk->table_content ? nth_table(document, walk->tables) : NULL;
    walk->tables += walk->table_content;
    struct slice first_cell = slice_trim(buffer_slice(&walk->cell_text));
    if (!walk->presentation)
        check_table(document, walk->headed, first_cell, row);
    check_table_width(document, &walk->width, first_cell, row);
    walk->table = false;
}

static void start_table(struct walk *walk, struct slice tag)
{
    struct slice role = html_attribute(tag, "role");
    walk->table = true;
    walk->headed = walk->cell = false;
    walk->width = (struct table_width){.before = ' '};
    walk->table_content = walk->content;
    walk->presentation =
        slice_equal(role, SLICE("presentation")) || slice_equal(role, SLICE("none"));
    walk->cell_text = buffer_create(walk->document->check->scratch, 0);
}

static unsigned heading_level(const struct html_token *token)
{
    bool h = token->name.len == 2 && (token->name.ptr[0] | 0x20) == 'h' &&
             token->name.ptr[1] >= '1' && token->name.ptr[1] <= '6';
    return h ? (unsigned)(token->name.ptr[1] - '0') : 0;
}

static void image(struct walk *walk, struct slice tag)
{
    struct document *document = walk->document;
    struct slice source = html_attribute(tag, "src"), alt = html_attribute(tag, "alt");
    struct reference *row =
        walk->content ? document_take(document, REFERENCE_IMAGE, source, alt) : NULL;
    if (walk->link.ptr)
        html_append_text(&walk->link_text, alt);
    if (walk->heading)
        html_append_text(&walk->heading_text, alt);
    check_image(document, tag, row);
    if (source.len)
        check_link_target(document, source, row);
}

// Other elements that load something from the site.
static void resource(struct walk *walk, const struct html_token *token)
{
    static const struct {
        const char *name;
        const char *attribute;
    } ROWS[] = {{"area", "href"},  {"iframe", "src"}, {"script", "src"},
                {"source", "src"}, {"video", "src"},  {"audio", "src"},
                {"track", "src"},  {"embed", "src"},  {"object", "data"}};
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct slice url = html_is(token, ROWS[i].name)
                               ? html_attribute(token->text, ROWS[i].attribute)
                               : SLICE_EMPTY;
        if (url.len)
            check_link_target(walk->document, url,
                              walk->content
                                  ? document_take(walk->document, REFERENCE_LINK, url, SLICE_EMPTY)
                                  : NULL);
    }
    struct slice rel = html_is(token, "link") ? html_attribute(token->text, "rel") : SLICE_EMPTY;
    bool loads = slice_find(rel, SLICE("stylesheet"), 0) != SIZE_MAX ||
                 slice_find(rel, SLICE("icon"), 0) != SIZE_MAX ||
                 slice_equal(rel, SLICE("manifest"));
    if (loads && html_attribute(token->text, "href").len)
        check_link_target(walk->document, html_attribute(token->text, "href"), NULL);
}

static void start_element(struct walk *walk, const struct html_token *token)
{
    struct arena *scratch = walk->document->check->scratch;
    collect_id(walk, token->text);
    if (html_is(token, "a")) {
        if (walk->link.ptr)
            end_link(walk);
        if (html_attribute(token->text, "href").ptr) {
            walk->link = token->text;
            walk->link_text = buffer_create(scratch, 0);
            walk->link_content = walk->content;
        }
        struct slice name = html_attribute(token->text, "name");
        if (name.len)
            map_put(walk->document->ids, arena_copy(walk->document->check->arena, name),
                    walk->document->check);
    } else if (html_is(token, "img"))
        image(walk, token->text);
    else if (html_is(token, "table"))
        start_table(walk, token->text);
    else if (heading_level(token)) {
        walk->heading = heading_level(token);
        walk->heading_text = buffer_create(scratch, 0);
    } else
        resource(walk, token);
    if (walk->table && html_is(token, "td"))
        walk->cell = true;
    // A header cell counts only if it has text; white space between the tags does not count.
    if (walk->table && html_is(token, "th"))
        walk->cell = false;
}

static void end_element(struct walk *walk, const struct html_token *token)
{
    if (html_is(token, "a") && walk->link.ptr)
        end_link(walk);
    else if (walk->heading && heading_level(token))
        end_heading(walk);
    else if (html_is(token, "table") && walk->table)
        end_table(walk);
}

static void document_text(struct walk *walk, const struct html_token *token, bool in_header_cell)
{
    if (walk->link.ptr)
        html_append_text(&walk->link_text, token->text);
    if (walk->heading)
        html_append_text(&walk->heading_text, token->text);
    if (walk->table && in_header_cell && slice_trim(token->text).len)
        walk->headed = true;
    if (walk->table) {
        struct buffer text = buffer_create(walk->document->check->scratch, token->text.len);
        html_append_text(&text, token->text);
        table_width_text(&walk->width, buffer_slice(&text));
    }
    if (walk->table && walk->cell && !walk->cell_text.len)
        html_append_text(&walk->cell_text, slice_trim(token->text));
}

void check_document(struct document *document)
{
    struct walk walk = {.document = document};
    struct html_token token;
    bool header_cell = false;
    document->ids = arena_zalloc(document->check->arena, 1, sizeof *document->ids);
    if (!document->ids)
        return;
    *document->ids = map_create(document->check->arena);
    map_put(&document->check->ids, document->page->url, document->ids);
    for (size_t at = 0; html_next(document->html, &at, &token);) {
        walk.content = token.at >= document->content_at && token.at < document->content_end;
        document->own = walk.content;
        if (html_is(&token, "th"))
            header_cell = token.kind == HTML_START;
        if (walk.table && token.kind != HTML_TEXT)
            table_width_tag(&walk.width, &token);
        if (token.kind == HTML_START)
            start_element(&walk, &token);
        else if (token.kind == HTML_END)
            end_element(&walk, &token);
        else
            document_text(&walk, &token, header_cell);
    }
    check_empty_parameters(document);
    check_foreign(document);
}
