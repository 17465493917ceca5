// SPDX-License-Identifier: MIT
//
// Whether a page's text reaches its readers: layouts print what a page says as `content`, HTML that
// Nunjucks escapes unless it is told not to.
#include "findings.h"

#include "site/source.h"

enum { BEGINNING = 40, PIECES = 8, PIECE_MIN = 12 };

static void report(struct document *document, const char *rule, const char *message)
{
    struct check *check = document->check;
    const struct layout *layout = page_of(document->page)->layout;
    struct site_finding *finding =
        check_add(check, rule, "%s: %.*s", message, SLICE_ARG(layout->file));
    check_place_key(check, finding, document->page, "layout", true);
}

// Whether the HTML, escaped, stands in the whole.
static bool is_escaped(struct check *check, struct slice content, struct slice whole)
{
    struct buffer escaped = buffer_create(check->scratch, 0);
    struct slice begin = slice_sub(slice_trim(content), 0, BEGINNING);
    buffer_append_html(&escaped, begin);
    struct slice text = buffer_slice(&escaped);
    return text.len > begin.len && slice_find(whole, text, 0) != SIZE_MAX;
}

// The layout may have changed the HTML; so any of the first pieces of text will do. Where there are
// none of some length, nothing is known.
static bool is_missing(struct slice content, struct slice whole)
{
    struct html_token token;
    unsigned pieces = 0;
    for (size_t at = 0; pieces < PIECES && html_next(content, &at, &token);) {
        struct slice text = token.kind == HTML_TEXT ? slice_trim(token.text) : SLICE_EMPTY;
        if (text.len < PIECE_MIN)
            continue;
        if (slice_find(whole, text, 0) != SIZE_MAX)
            return false;
        pieces++;
    }
    return pieces > 0;
}

void check_shown(struct document *document, struct slice content)
{
    if (!page_of(document->page)->layout)
        return;
    if (is_escaped(document->check, content, document->html))
        report(document, "content-escaped", "readers see the tags of this page's HTML, from");
    else if (is_missing(content, document->html))
        report(document, "content-missing", "readers see nothing of this page's text, from");
}
