// SPDX-License-Identifier: MIT
//
// What a page's HTML needs for readers who cannot see it: alternative texts, header cells, and
// heading levels.
#include "findings.h"

void check_image(struct document *document, struct slice tag, const struct reference *row)
{
    struct check *check = document->check;
    struct slice source = html_attribute(tag, "src"), alt = html_attribute(tag, "alt");
    struct slice role = html_attribute(tag, "role");
    bool markdown = row && row->kind == REFERENCE_IMAGE;
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

void check_heading(struct document *document, unsigned before, unsigned level, struct slice text,
                   const struct reference *row)
{
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
