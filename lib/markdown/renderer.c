// SPDX-License-Identifier: MIT
//
// The tree as HTML. The output equals markdown-it's to the byte: "<br>" and "<hr>" (with `xhtml`,
// "<br />" and "<hr />"), apostrophes not escaped, URLs encoded as its mdurl does.
#include "renderer.h"

#include "base/utf8.h"
#include "link_parts.h"

static void render_html(struct renderer *r, const char *html)
{
    buffer_append_cstr(r->out, html);
}

// ---- tags ----

// The author's value for an attribute that the element already has. markdown-it-attrs 5 replaces
// the element's; earlier versions write it after that, where browsers ignore it.
static const struct attribute *own_value(const struct renderer *r, cmark_node *node,
                                         struct slice name)
{
    const struct attribute *own =
        r->options->attributes >= 5 ? tree_find_attribute(node, name) : NULL;
    return own && r->options->sanitise && !sanitise_attribute(name, own->value) ? NULL : own;
}

static void append_built_in(struct renderer *r, cmark_node *node, struct slice name,
                            struct slice value)
{
    const struct attribute *own = own_value(r, node, name);
    renderer_attribute(r, name, own ? own->value : value);
}

static bool is_listed_element(struct slice name, const char *const *list)
{
    for (; list && *list; list++)
        if (slice_equal(name, slice_from_cstr(*list)))
            return true;
    return false;
}

// The node's attributes that are not yet written; GOV.UK's class for the element goes before its
// own classes.
static void append_attributes(struct renderer *r, cmark_node *node, const char *element,
                              const char *const *written)
{
    const struct attributes *attributes = cmark_node_get_user_data(node);
    const char *class = r->options->govuk_classes ? govuk_class(element) : "";
    const struct attribute *own = tree_find_attribute(node, SLICE("class"));
    if (*class && !own)
        renderer_attribute(r, SLICE("class"), slice_from_cstr(class));
    for (size_t i = 0; attributes && i < attributes->count; i++) {
        const struct attribute *row = &attributes->rows[i];
        // An author's class of the same kind replaces ours; otherwise they are joined.
        bool joined =
            row == own && *class && slice_find(row->value, SLICE("govuk-"), 0) == SIZE_MAX;
        if ((r->options->attributes >= 5 && is_listed_element(row->name, written)) ||
            (r->options->sanitise && !sanitise_attribute(row->name, row->value)))
            continue;
        renderer_attribute(
            r, row->name,
            joined ? arena_printf(r->tree->arena, "%s %.*s", class, SLICE_ARG(row->value))
                   : row->value);
    }
}

static void open_tag(struct renderer *r, cmark_node *node, const char *element)
{
    buffer_append_byte(r->out, '<');
    buffer_append_cstr(r->out, element);
    append_attributes(r, node, element, NULL);
}

static void close_void(struct renderer *r)
{
    render_html(r, r->options->xhtml ? " />" : ">");
}

static void render_end_tag(struct renderer *r, const char *element)
{
    buffer_append_cstr(r->out, "</");
    buffer_append_cstr(r->out, element);
    buffer_append_byte(r->out, '>');
}

// ---- what extensions make ----

static const struct tree_element *element_of(cmark_node *node)
{
    const struct attributes *attributes = cmark_node_get_user_data(node);
    return attributes ? attributes->element : NULL;
}

// "<name", with the class after the author's own.
static void open_element(struct renderer *r, cmark_node *node, const struct tree_element *element)
{
    if (element->class.len)
        tree_join_attribute(r->tree, node, SLICE("class"), element->class);
    open_tag(r, node, element->name);
    buffer_append_byte(r->out, '>');
}

// ---- inlines ----

static void write_wrapped(struct renderer *r, cmark_node *node, const char *element)
{
    open_tag(r, node, element);
    buffer_append_byte(r->out, '>');
    renderer_children(r, node);
    render_end_tag(r, element);
}

static void write_code(struct renderer *r, cmark_node *node)
{
    open_tag(r, node, "code");
    buffer_append_byte(r->out, '>');
    renderer_escape(r, tree_literal(node));
    render_end_tag(r, "code");
}

// href or src, and the title; then the author's attributes.
static void write_target(struct renderer *r, cmark_node *node, struct slice name)
{
    const struct attribute *own = own_value(r, node, name);
    buffer_append_byte(r->out, ' ');
    buffer_append(r->out, name);
    buffer_append_cstr(r->out, "=\"");
    if (own)
        renderer_escape(r, own->value);
    else
        renderer_escape(r, slice_from_cstr(cmark_node_get_url(node)));
    buffer_append_byte(r->out, '"');
}

static bool render_title(struct renderer *r, cmark_node *node)
{
    struct slice title = slice_from_cstr(cmark_node_get_title(node));
    if (title.len)
        append_built_in(r, node, SLICE("title"), title);
    return title.len > 0;
}

static void write_link(struct renderer *r, cmark_node *node)
{
    const char *const written[] = {"href", "title", NULL}, *const without_title[] = {"href", NULL};
    render_html(r, "<a");
    write_target(r, node, SLICE("href"));
    append_attributes(r, node, "a", render_title(r, node) ? written : without_title);
    buffer_append_byte(r->out, '>');
    renderer_children(r, node);
    render_end_tag(r, "a");
}

// The alternative text: texts without their markup. As in markdown-it, code adds nothing, nor do
// escaped characters and entities; HTML and hard breaks do since version 14.
static void write_alt(struct renderer *r, cmark_node *node)
{
    bool newer = r->options->version >= 14;
    for (cmark_node *child = cmark_node_first_child(node); child; child = cmark_node_next(child)) {
        cmark_node_type type = cmark_node_get_type(child);
        if (tree_kind(child) == TREE_SPECIAL)
            continue;
        if (type == CMARK_NODE_TEXT || (type == CMARK_NODE_HTML_INLINE && newer))
            renderer_escape(r, tree_literal(child));
        else if (type == CMARK_NODE_SOFTBREAK || (type == CMARK_NODE_LINEBREAK && newer))
            buffer_append_byte(r->out, '\n');
        else
            write_alt(r, child); // code and HTML have no children
    }
}

static void write_image(struct renderer *r, cmark_node *node)
{
    const char *const written[] = {"src", "alt", "title", NULL};
    const char *const without_title[] = {"src", "alt", NULL};
    render_html(r, "<img");
    write_target(r, node, SLICE("src"));
    render_html(r, " alt=\"");
    write_alt(r, node);
    buffer_append_byte(r->out, '"');
    append_attributes(r, node, "img", render_title(r, node) ? written : without_title);
    close_void(r);
}

static void write_html(struct renderer *r, struct slice html)
{
    if (r->options->sanitise)
        sanitise_append(&r->sanitiser, r->out, html);
    else
        buffer_append(r->out, html);
}

static void write_break(struct renderer *r, bool hard)
{
    if (hard)
        render_html(r, r->options->xhtml ? "<br />\n" : "<br>\n");
    else
        buffer_append_byte(r->out, '\n');
}

static void write_custom_inline(struct renderer *r, cmark_node *node)
{
    const struct tree_element *element = element_of(node);
    if (element->write) {
        element->write(r, node);
        return;
    }
    open_element(r, node, element);
    renderer_children(r, node);
    render_end_tag(r, element->name);
}

static void write_inline(struct renderer *r, cmark_node *node)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_TEXT:
        renderer_escape(r, tree_literal(node));
        break;
    case CMARK_NODE_SOFTBREAK:
        write_break(r, r->options->breaks);
        break;
    case CMARK_NODE_LINEBREAK:
        write_break(r, true);
        break;
    case CMARK_NODE_CODE:
        write_code(r, node);
        break;
    case CMARK_NODE_HTML_INLINE:
        write_html(r, tree_literal(node));
        break;
    case CMARK_NODE_EMPH:
        write_wrapped(r, node, "em");
        break;
    case CMARK_NODE_STRONG:
        write_wrapped(r, node, "strong");
        break;
    case CMARK_NODE_LINK:
        write_link(r, node);
        break;
    case CMARK_NODE_IMAGE:
        write_image(r, node);
        break;
    case CMARK_NODE_CUSTOM_INLINE:
        write_custom_inline(r, node);
        break;
    default:
        renderer_children(r, node);
        break;
    }
}

// ---- blocks ----

static void write_block(struct renderer *r, cmark_node *node);

static bool is_inline(cmark_node *node)
{
    cmark_node_type type = cmark_node_get_type(node);
    return type >= CMARK_NODE_FIRST_INLINE && type <= CMARK_NODE_LAST_INLINE;
}

void renderer_children(struct renderer *r, cmark_node *node)
{
    unsigned outer = sanitise_enter(&r->sanitiser);
    for (cmark_node *child = cmark_node_first_child(node); child; child = cmark_node_next(child)) {
        if (is_inline(child))
            write_inline(r, child);
        else
            write_block(r, child);
    }
    sanitise_leave(&r->sanitiser, r->out, outer);
}

static bool is_tight(cmark_node *paragraph)
{
    const struct attributes *attributes = cmark_node_get_user_data(paragraph);
    cmark_node *item = cmark_node_parent(paragraph);
    cmark_node *list = item ? cmark_node_parent(item) : NULL;
    if (attributes && attributes->hidden)
        return true;
    return list && cmark_node_get_type(list) == CMARK_NODE_LIST && cmark_node_get_list_tight(list);
}

// A block after a tight item's text begins on a new line; code and HTML continue on the same line.
static void break_line(struct renderer *r, cmark_node *node)
{
    cmark_node *before = cmark_node_previous(node);
    if (before && cmark_node_get_type(before) == CMARK_NODE_PARAGRAPH && is_tight(before))
        buffer_append_byte(r->out, '\n');
}

static void write_paragraph(struct renderer *r, cmark_node *node)
{
    const struct attributes *attributes = cmark_node_get_user_data(node);
    const struct tree_element *element = element_of(node);
    bool bare = is_tight(node) || tree_kind(cmark_node_parent(node)) == TREE_CELL;
    const char *name = element ? element->name : "p";
    if (!bare) {
        open_tag(r, node, name);
        buffer_append_byte(r->out, '>');
    }
    renderer_children(r, node);
    if (attributes && attributes->write_end)
        attributes->write_end(r, node);
    if (bare)
        return;
    render_end_tag(r, name);
    buffer_append_byte(r->out, '\n');
}

static void write_heading(struct renderer *r, cmark_node *node)
{
    const char element[] = {'h', (char)('0' + cmark_node_get_heading_level(node)), '\0'};
    if (!permalink_before(r, node))
        break_line(r, node);
    open_tag(r, node, element);
    buffer_append_byte(r->out, '>');
    permalink_begin(r, node);
    renderer_children(r, node);
    permalink_end(r, node);
    render_end_tag(r, element);
    buffer_append_byte(r->out, '\n');
    permalink_after(r, node);
}

// The language of a fence: the first word after it.
static struct slice language_of(struct renderer *r, cmark_node *node)
{
    struct slice info = slice_from_cstr(cmark_node_get_fence_info(node));
    info = tree_trim(unescape(r->tree, info));
    size_t end = 0;
    for (size_t at = 0; at < info.len && !utf8_is_space(utf8_decode(info, &at));)
        end = at;
    return slice_sub(info, 0, end);
}

static void write_code_block(struct renderer *r, cmark_node *node)
{
    struct slice language = language_of(r, node);
    render_html(r, r->options->govuk_classes ? "<pre class=\"app-code\"><code" : "<pre><code");
    if (language.len)
        tree_join_attribute(r->tree, node, SLICE("class"),
                            ARENA_JOIN(r->tree->arena, SLICE("language-"), language));
    append_attributes(r, node, "pre code", NULL);
    buffer_append_byte(r->out, '>');
    renderer_escape(r, tree_literal(node));
    render_html(r, "</code></pre>\n");
}

static void render_list(struct renderer *r, cmark_node *node)
{
    bool ordered = cmark_node_get_list_type(node) == CMARK_ORDERED_LIST;
    const char *element = ordered ? "ol" : "ul";
    const char *const written[] = {"start", NULL};
    bool start = ordered && cmark_node_get_list_start(node) != 1;
    break_line(r, node);
    buffer_append_byte(r->out, '<');
    buffer_append_cstr(r->out, element);
    if (start)
        append_built_in(r, node, SLICE("start"),
                        arena_printf(r->tree->arena, "%d", cmark_node_get_list_start(node)));
    append_attributes(r, node, element, start ? written : NULL);
    render_html(r, ">\n");
    renderer_children(r, node);
    render_end_tag(r, element);
    buffer_append_byte(r->out, '\n');
}

// A tight item's first paragraph is on the line of its tag, a block on a new line.
static void write_item(struct renderer *r, cmark_node *node)
{
    cmark_node *first = cmark_node_first_child(node);
    bool text_first =
        first && cmark_node_get_type(first) == CMARK_NODE_PARAGRAPH && is_tight(first);
    open_tag(r, node, "li");
    buffer_append_byte(r->out, '>');
    if (first && !text_first)
        buffer_append_byte(r->out, '\n');
    renderer_children(r, node);
    render_end_tag(r, "li");
    buffer_append_byte(r->out, '\n');
}

static void write_quote(struct renderer *r, cmark_node *node)
{
    break_line(r, node);
    open_tag(r, node, "blockquote");
    render_html(r, cmark_node_first_child(node) ? ">\n" : ">");
    renderer_children(r, node);
    render_html(r, "</blockquote>\n");
}

static void write_html_block(struct renderer *r, cmark_node *node)
{
    write_html(r, tree_literal(node));
}

// ---- tables ----

// No inline styles with GOV.UK's classes: a Content-Security-Policy would block them.
static void align_by_class(struct renderer *r, cmark_node *cell, bool head)
{
    const char *class = head ? "govuk-table__header govuk-table__header--numeric"
                             : "govuk-table__cell govuk-table__cell--numeric";
    tree_join_attribute(r->tree, cell, SLICE("class"), slice_from_cstr(class));
}

static void write_cell(struct renderer *r, cmark_node *cell)
{
    static const char *const ALIGNS[] = {"", "left", "center", "right"};
    const struct attributes *attributes = cmark_node_get_user_data(cell);
    const char *element = attributes->head ? "th" : "td";
    const char *const written[] = {"style", NULL};
    bool styled = attributes->align && !r->options->govuk_classes;
    if (attributes->hidden)
        return;
    buffer_append_byte(r->out, '<');
    render_html(r, element);
    if (attributes->align == TREE_ALIGN_RIGHT && r->options->govuk_classes)
        align_by_class(r, cell, attributes->head);
    if (styled)
        append_built_in(r, cell, SLICE("style"),
                        arena_printf(r->tree->arena, "text-align:%s", ALIGNS[attributes->align]));
    if (attributes->head && r->options->govuk_classes)
        render_html(r, " scope=\"col\"");
    append_attributes(r, cell, element, styled ? written : NULL);
    buffer_append_byte(r->out, '>');
    renderer_children(r, cell);
    render_end_tag(r, element);
    buffer_append_byte(r->out, '\n');
}

static void write_row(struct renderer *r, cmark_node *row)
{
    open_tag(r, row, "tr");
    render_html(r, ">\n");
    for (cmark_node *cell = cmark_node_first_child(row); cell; cell = cmark_node_next(cell))
        write_cell(r, cell);
    render_html(r, "</tr>\n");
}

static void write_table(struct renderer *r, cmark_node *table)
{
    cmark_node *row = cmark_node_first_child(table);
    break_line(r, table);
    open_tag(r, table, "table");
    render_html(r, ">\n<thead");
    if (r->options->govuk_classes)
        render_html(r, " class=\"govuk-table__head\"");
    render_html(r, ">\n");
    write_row(r, row);
    render_html(r, "</thead>\n");
    row = cmark_node_next(row);
    if (row) {
        render_html(r, r->options->govuk_classes ? "<tbody class=\"govuk-table__body\">\n"
                                                 : "<tbody>\n");
        for (; row; row = cmark_node_next(row))
            write_row(r, row);
        render_html(r, "</tbody>\n");
    }
    render_html(r, "</table>\n");
}

// A block of an extension: one that begins with a text continues on the line of its tag.
static void write_custom_block(struct renderer *r, cmark_node *node)
{
    const struct tree_element *element = element_of(node);
    cmark_node *first = cmark_node_first_child(node);
    bool text_first =
        first && (is_inline(first) ||
                  (cmark_node_get_type(first) == CMARK_NODE_PARAGRAPH && is_tight(first)));
    if (!element || element->write) {
        element ? element->write(r, node) : renderer_children(r, node);
        return;
    }
    break_line(r, node);
    open_element(r, node, element);
    if (first && !text_first)
        buffer_append_byte(r->out, '\n');
    renderer_children(r, node);
    render_end_tag(r, element->name);
    buffer_append_byte(r->out, '\n');
}

static void write_block(struct renderer *r, cmark_node *node)
{
    switch (cmark_node_get_type(node)) {
    case CMARK_NODE_PARAGRAPH:
        write_paragraph(r, node);
        break;
    case CMARK_NODE_HEADING:
        write_heading(r, node);
        break;
    case CMARK_NODE_CODE_BLOCK:
        write_code_block(r, node);
        break;
    case CMARK_NODE_LIST:
        render_list(r, node);
        break;
    case CMARK_NODE_ITEM:
        write_item(r, node);
        break;
    case CMARK_NODE_BLOCK_QUOTE:
        write_quote(r, node);
        break;
    case CMARK_NODE_HTML_BLOCK:
        write_html_block(r, node);
        break;
    case CMARK_NODE_THEMATIC_BREAK:
        break_line(r, node);
        open_tag(r, node, "hr");
        close_void(r);
        buffer_append_byte(r->out, '\n');
        break;
    default:
        if (tree_kind(node) == TREE_TABLE)
            write_table(r, node);
        else
            write_custom_block(r, node);
        break;
    }
}

bool renderer_write(struct tree *tree, struct buffer *out, bool inline_only)
{
    struct renderer renderer = {.tree = tree, .out = out, .options = tree->options};
    cmark_node *first = cmark_node_first_child(tree->root);
    if (!inline_only)
        renderer_children(&renderer, tree->root);
    else if (first && cmark_node_get_type(first) == CMARK_NODE_PARAGRAPH)
        renderer_children(&renderer, first);
    return !out->failed;
}
