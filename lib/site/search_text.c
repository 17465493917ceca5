// SPDX-License-Identifier: MIT
//
// The words of a page's HTML, for the search index and its snippets. Leaves out what is not prose
// (scripts, code examples), what is not visible, and what an author marks with
// `data-search-exclude`. Where a block ends without punctuation – a heading, a table cell – a full
// stop is added, so that snippets do not run blocks together.
#include "snapshot.h"

#include "base/tag.h"

struct reader {
    struct slice html;
    size_t at;
    struct buffer *text, *headings;
    struct slice skipped; // name of the skipped element; "" for none
    size_t depth;         // open elements of that name
    bool heading;
};

struct tag {
    struct slice name, attributes;
    bool closing;
};

static bool is_listed_tag(struct slice name, const char *const *names)
{
    while (*names && !slice_equal_ignore_case(name, slice_from_cstr(*names)))
        names++;
    return *names != NULL;
}

static const char *const SKIPPED[] = {"script", "style", "pre", "template", "svg", NULL};
// They have no end tag that could end a skipped part.
static const char *const VOID[] = {"br",  "img",  "hr",   "input", "wbr",    "area",  "base",
                                   "col", "meta", "link", "embed", "source", "track", NULL};
// Inline elements: their tags do not count as a space.
static const char *const INLINE[] = {"a",    "abbr", "b",    "cite",   "code", "em",  "i",    "kbd",
                                     "mark", "q",    "span", "strong", "sub",  "sup", "time", NULL};
// Blocks that may end without a full stop.
static const char *const BLOCKS[] = {"h1", "h2", "h3", "h4", "h5",  "h6",      "p",          "li",
                                     "td", "th", "dt", "dd", "div", "summary", "figcaption", NULL};

// ---- tags ----

static bool is_name_byte(char c)
{
    return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

// Takes the tag or comment that begins here; without a name it is a comment.
static struct tag take_tag(struct reader *reader)
{
    struct slice html = reader->html;
    size_t start = reader->at + 1;
    if (slice_starts_with(slice_sub(html, start, html.len), SLICE("!--"))) {
        size_t end = slice_find(html, SLICE("-->"), start);
        reader->at = end == SIZE_MAX ? html.len : end + 3;
        return (struct tag){0};
    }
    size_t close = tag_end(html, start);
    reader->at = close == SIZE_MAX ? html.len : close;
    bool closing = start < html.len && html.ptr[start] == '/';
    size_t end = start += closing;
    while (end < reader->at && is_name_byte(html.ptr[end]))
        end++;
    return (struct tag){slice_sub(html, start, end), slice_sub(html, end, reader->at), closing};
}

static bool is_left_out_of_search(const struct tag *tag)
{
    static const struct slice MARKS[] = {
        {"data-search-exclude", 19}, {"aria-hidden=\"true\"", 18}, {"govuk-visually-hidden", 21}};
    if (is_listed_tag(tag->name, VOID))
        return false;
    for (size_t i = 0; i < sizeof MARKS / sizeof *MARKS; i++)
        if (slice_find(tag->attributes, MARKS[i], 0) != SIZE_MAX)
            return true;
    return is_listed_tag(tag->name, SKIPPED);
}

static bool is_heading(struct slice name)
{
    return name.len == 2 && (name.ptr[0] | 0x20) == 'h' && name.ptr[1] >= '1' && name.ptr[1] <= '6';
}

// ---- text ----

static void end_block(struct buffer *text)
{
    static const struct slice ENDS[] = {{".", 1}, {",", 1}, {";", 1}, {":", 1},
                                        {"!", 1}, {"?", 1}, {"…", 3}, {"·", 2}};
    struct slice so_far = slice_trim(buffer_slice(text));
    for (size_t i = 0; i < sizeof ENDS / sizeof *ENDS; i++)
        if (!so_far.len || slice_ends_with(so_far, ENDS[i]))
            return;
    buffer_append_cstr(text, " · ");
}

static void read_tag(struct reader *reader)
{
    struct tag tag = take_tag(reader);
    if (reader->depth) {
        if (slice_equal_ignore_case(tag.name, reader->skipped))
            reader->depth = tag.closing ? reader->depth - 1 : reader->depth + 1;
        return;
    }
    if (!tag.closing && is_left_out_of_search(&tag)) {
        reader->skipped = tag.name;
        reader->depth = 1;
        return;
    }
    if (is_heading(tag.name)) {
        reader->heading = !tag.closing;
        if (tag.closing)
            buffer_append_byte(reader->headings, '\n');
    }
    if (tag.closing && is_listed_tag(tag.name, BLOCKS))
        end_block(reader->text);
    if (!is_listed_tag(tag.name, INLINE))
        buffer_append_byte(reader->text, ' ');
}

// The character of an entity; returns its length in the source, 0 if unknown.
static size_t read_entity(struct slice here, char *c)
{
    static const struct {
        struct slice name;
        char c;
    } NAMES[] = {{{"&amp;", 5}, '&'},  {{"&lt;", 4}, '<'},   {{"&gt;", 4}, '>'},
                 {{"&quot;", 6}, '"'}, {{"&#39;", 5}, '\''}, {{"&nbsp;", 6}, ' '}};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
        if (slice_starts_with(here, NAMES[i].name)) {
            *c = NAMES[i].c;
            return NAMES[i].name.len;
        }
    return 0;
}

static void read_byte(struct reader *reader)
{
    char c = reader->html.ptr[reader->at];
    size_t length =
        c == '&' ? read_entity(slice_sub(reader->html, reader->at, reader->html.len), &c) : 1;
    reader->at += length ? length : 1;
    if (reader->depth)
        return;
    buffer_append_byte(reader->text, c);
    if (reader->heading)
        buffer_append_byte(reader->headings, c);
}

// Nothing follows the last block.
static void drop_last_mark(struct buffer *text)
{
    struct slice kept = slice_trim(buffer_slice(text));
    if (slice_ends_with(kept, SLICE("\xc2\xb7")))
        text->len = (size_t)(kept.ptr - text->ptr) + kept.len - 2;
}

void search_text(struct slice html, struct buffer *text, struct buffer *headings)
{
    struct reader reader = {.html = html, .text = text, .headings = headings};
    while (reader.at < html.len)
        if (html.ptr[reader.at] == '<')
            read_tag(&reader);
        else
            read_byte(&reader);
    drop_last_mark(text);
}
