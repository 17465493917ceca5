// SPDX-License-Identifier: MIT
//
// What a page's HTML needs for readers who cannot see it: alternative texts, header cells, and
// heading levels.
#include "findings.h"

#include <math.h>

// ---- images against their place ----
//
//   check:
//     image-large: {width: 960, bytes: 500000}

enum { DENSITY = 2 };

static const struct site_route *file_of_image(struct document *document, struct slice source)
{
    struct check *check = document->check;
    struct slice path = decode_url(check->scratch, source);
    const struct site_route *route =
        site_link_route(check->site, check->scratch,
                        site_link_resolve(check->site, check->scratch, document->page->url, path));
    return route && route->kind == SITE_ROUTE_ASSET && route->image.width ? route : NULL;
}

// Screens show at most two pixels of a file for each of the page that anyone would notice.
static void check_image_size(struct document *document, struct slice tag,
                             const struct reference *row)
{
    struct slice source = html_attribute(tag, "src");
    if (!check_rule_asked(document->check, "image-large"))
        return;
    const struct site_route *route = file_of_image(document, source);
    double place = check_rule_number(document->check, "image-large", "width");
    double said = value_parse_int(html_attribute(tag, "width"), 10);
    double bytes = check_rule_number(document->check, "image-large", "bytes");
    struct site_finding *finding = NULL;
    if (!route || slice_starts_with(route->content_type, SLICE("image/svg")))
        return;
    // What the filter imageSizes writes is the file's own width, not that of its place.
    place = said > 0 && said < place ? said : place;
    double most = DENSITY * place;
    if (route->image.width > most) {
        finding = check_add(document->check, "image-large",
                            "this image is %u pixels wide, its place at most %.0f: %.*s",
                            route->image.width, place, SLICE_ARG(source));
        check_hint(document->check, finding,
                   "save it %.0f pixels wide (magick FILE -resize %.0fx FILE)", most, most);
    } else if ((double)route->info.size > bytes) {
        finding = check_add(document->check, "image-large",
                            "this image takes %.0f kB, more than %.0f: %.*s",
                            (double)route->info.size / 1000, bytes / 1000, SLICE_ARG(source));
        check_hint(document->check, finding,
                   "save it as WebP or AVIF (magick FILE -quality 80 FILE.webp)");
    }
    document_place(document, finding, row, false, source);
}

// A file's name, or a word that says no more than that there is an image.
static bool is_vague(struct slice alt)
{
    static const char *const ENDINGS[] = {".png", ".jpg",  ".jpeg", ".gif",
                                          ".svg", ".webp", ".avif", ".tiff"};
    static const char *const WORDS[] = {"image",      "picture", "photo",
                                        "photograph", "img",     "graphic"};
    for (size_t i = 0; i < sizeof ENDINGS / sizeof *ENDINGS; i++) {
        struct slice ending = slice_from_cstr(ENDINGS[i]);
        if (alt.len >= ending.len &&
            slice_equal_ignore_case(slice_sub(alt, alt.len - ending.len, alt.len), ending))
            return true;
    }
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (slice_equal_ignore_case(alt, slice_from_cstr(WORDS[i])))
            return true;
    return false;
}

static void check_alternative(struct document *document, struct slice alt, struct slice source,
                              const struct reference *row)
{
    struct site_finding *finding = NULL;
    if (!is_vague(alt))
        return;
    finding =
        check_add(document->check, "image-alt-vague",
                  "this alternative text does not say what the image shows: %.*s", SLICE_ARG(alt));
    document_place(document, finding, row, false, source);
}

void check_image(struct document *document, struct slice tag, const struct reference *row)
{
    struct check *check = document->check;
    struct slice source = html_attribute(tag, "src"), alt = html_attribute(tag, "alt");
    struct slice role = html_attribute(tag, "role");
    bool markdown = row && row->kind == REFERENCE_IMAGE;
    check_image_size(document, tag, row);
    check_alternative(document, slice_trim(alt), source, row);
    // Markdown cannot mark an image as decorative: a missing text is a forgotten one.
    if ((alt.ptr && (alt.len || !markdown)) || slice_equal(role, SLICE("presentation")) ||
        html_attribute(tag, "aria-label").len ||
        slice_equal(html_attribute(tag, "aria-hidden"), SLICE("true")))
        return;
    struct site_finding *finding = check_add(
        check, "image-alt", "this image has no alternative text: %.*s", SLICE_ARG(source));
    if (markdown)
        check_hint(check, finding,
                   "describe it between the brackets; one that only decorates is written "
                   "<img src=\"%.*s\" alt=\"\">",
                   SLICE_ARG(source));
    document_place(document, finding, row, false, source);
}

void check_table(struct document *document, bool headed, struct slice first_cell,
                 const struct reference *row)
{
    if (headed)
        return;
    struct site_finding *finding =
        check_add(document->check, "table-header", "this table has no header cells%s%.*s",
                  first_cell.len ? ": " : "", SLICE_ARG(first_cell));
    document_place(document, finding, row, false, first_cell);
}

void check_table_width(struct document *document, const struct table_width *width,
                       struct slice first_cell, const struct reference *row)
{
    double most = check_rule_number(document->check, "table-wide", "characters");
    double sum = table_width_sum(width);
    if (sum <= most)
        return;
    struct site_finding *finding =
        check_add(document->check, "table-wide",
                  "this table does not fit a printed page: its %zu columns need %.0f characters, "
                  "more than %.0f",
                  width->columns, ceil(sum), most);
    document_place(document, finding, row, false, first_cell);
}

// The heading as its author wrote it: in HTML, markup and code have become text.
static void check_case(struct document *document, const struct reference *row)
{
    struct slice written = slice_trim(
        row->kind == REFERENCE_TAG ? document_inner_text(document->map, row) : row->value);
    struct site_finding *finding = check_heading_case(document->check, document->page, written);
    check_place(document->check, finding, document->page->input_path, document->map->text,
                (size_t)(written.ptr - document->map->text.ptr), written);
}

void check_heading(struct document *document, unsigned before, unsigned level, struct slice text,
                   const struct reference *row)
{
    if (row)
        check_case(document, row);
    if (!before || level <= before + 1)
        return;
    struct site_finding *finding = check_add(document->check, "heading-skipped",
                                             "a heading of level %u follows one of level %u: %.*s",
                                             level, before, SLICE_ARG(text));
    check_hint(document->check, finding, "make it level %u", before + 1);
    document_place(document, finding, row, false, text);
}

void check_repeated_heading(struct document *document, struct slice text,
                            const struct reference *row)
{
    struct site_finding *finding = check_add(document->check, "heading-repeated",
                                             "a second heading of level 1: %.*s", SLICE_ARG(text));
    document_place(document, finding, row, false, text);
}
