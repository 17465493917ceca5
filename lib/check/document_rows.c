// SPDX-License-Identifier: MIT
//
// From the HTML of a page to its source: the row where an author wrote what a tag was made from.
#include "findings.h"

// Undoes the url filter: removes the site's prefix.
static struct slice without_prefix(const struct check *check, struct slice url)
{
    struct slice prefix = check->site->settings->path_prefix;
    size_t length = prefix.len && prefix.ptr[prefix.len - 1] == '/' ? prefix.len - 1 : prefix.len;
    return length && slice_starts_with(url, slice_sub(prefix, 0, length))
               ? slice_sub(url, length, url.len)
               : url;
}

// Compares both as the browser reads them.
static bool same_value(struct check *check, struct slice html, struct slice source)
{
    struct slice a = decode_url(check->scratch, html), b = decode_url(check->scratch, source);
    return slice_equal(a, b) || slice_equal(without_prefix(check, a), b);
}

static bool is_link_name(struct slice name)
{
    static const char *const NAMES[] = {"href", "url", "link", "src", "action"};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (slice_equal(name, slice_from_cstr(NAMES[i])))
            return true;
    return false;
}

// Whether a tag of the HTML may come from this row.
static bool may_be(const struct reference *row, enum reference_kind kind)
{
    if (kind == REFERENCE_LINK || kind == REFERENCE_IMAGE)
        return row->kind == kind || row->kind == REFERENCE_PARAMETER ||
               (row->kind == REFERENCE_ATTRIBUTE && is_link_name(row->label));
    return row->kind == kind;
}

// The text between a tag of the source and its end tag.
struct slice document_inner_text(const struct source_map *map, const struct reference *row)
{
    size_t end = slice_find(map->text, SLICE("</"), row->end);
    return slice_sub(map->text, row->end, end == SIZE_MAX ? row->end : end);
}

static bool same_label(const struct source_map *map, const struct reference *row,
                       struct slice label)
{
    if (row->kind == REFERENCE_LINK || row->kind == REFERENCE_IMAGE)
        return same_words(label, row->label);
    return row->kind == REFERENCE_ATTRIBUTE && same_words(label, document_inner_text(map, row));
}

// The same value may occur several times: the label decides, if it is known.
static bool fits(const struct document *document, const struct reference *row,
                 enum reference_kind kind, struct slice label, bool strict)
{
    if (row->taken || !may_be(row, kind))
        return false;
    if (row->kind == REFERENCE_PARAMETER && !row->value.len && !is_link_name(row->label))
        return false;
    return !strict || same_label(document->map, row, label);
}

// The first row with the value that fits. Without a label to compare, an empty Markdown link does
// not match.
static struct reference *find_row(struct document *document, enum reference_kind kind,
                                  struct slice value, struct slice label, bool strict)
{
    struct source_map *map = document->map;
    struct reference *row = source_map_first(map, value);
    for (; row; row = source_map_next(map, row))
        if (fits(document, row, kind, label, strict) &&
            (strict || value.len || row->kind != REFERENCE_LINK))
            return row;
    return NULL;
}

struct reference *document_take(struct document *document, enum reference_kind kind,
                                struct slice value, struct slice label)
{
    struct check *check = document->check;
    struct slice decoded = decode_url(check->scratch, value);
    struct slice plain = without_prefix(check, decoded);
    for (int strict = 1; strict >= 0; strict--) {
        struct reference *row = find_row(document, kind, decoded, label, strict);
        if (!row && plain.len != decoded.len)
            row = find_row(document, kind, plain, label, strict);
        if (row) {
            row->taken = true;
            return row;
        }
    }
    return NULL;
}

static bool place_in_front_matter(struct document *document, struct site_finding *finding,
                                  struct slice needle)
{
    const struct source *source = page_of(document->page)->source;
    for (size_t i = 0; i < source->places.count; i++) {
        const struct value_place *place = &source->places.rows[i];
        struct value v = value_get_path(NULL, source->front_matter, place->path);
        if (!value_is(v, VALUE_STRING) || !value_text(v).len ||
            !same_value(document->check, needle, value_text(v)))
            continue;
        size_t at = check_offset(source->text, place->value_line, place->value_column);
        check_place(document->check, finding, document->page->input_path, source->text, at,
                    value_text(v));
        return true;
    }
    return false;
}

void document_place(struct document *document, struct site_finding *finding,
                    const struct reference *row, bool value, struct slice needle)
{
    struct slice source = document->map->text;
    if (row) {
        size_t at = value ? row->value_at : row->at, end = value ? row->value_end : row->end;
        check_place(document->check, finding, document->page->input_path, source, at,
                    slice_sub(source, at, end));
    } else if (!place_in_front_matter(document, finding, needle))
        shared_place_later(document->check, finding, document->page, needle, document->own);
}

void document_place_address(struct document *document, struct site_finding *finding,
                            const struct reference *row, struct slice url, struct slice instead,
                            bool exact)
{
    if (instead.len)
        check_hint(document->check, finding, "did you mean %.*s?", SLICE_ARG(instead));
    document_place(document, finding, row, true, url);
    if (finding && exact && row && slice_equal(row->value, url))
        finding->fix = instead;
}
