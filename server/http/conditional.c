// SPDX-License-Identifier: MIT
//
// Conditional requests and ranges: RFC 9110 §13 and §14.
#include "base/clock.h"
#include "http.h"

// One entity tag off the list: the opaque tag without quotes, and whether it is weak. False at the
// end, and if the list is malformed: unreadable tags match nothing.
static bool next_tag(struct slice *list, struct slice *tag, bool *weak)
{
    while (list->len && (*list->ptr == ' ' || *list->ptr == '\t' || *list->ptr == ','))
        *list = slice_sub(*list, 1, SIZE_MAX);
    *weak = slice_starts_with(*list, SLICE("W/"));
    struct slice rest = slice_sub(*list, *weak ? 2 : 0, SIZE_MAX);
    if (!rest.len || *rest.ptr != '"')
        return false;
    size_t end = slice_find_byte(rest, '"', 1);
    if (end == SIZE_MAX)
        return false;
    *tag = slice_sub(rest, 1, end);
    *list = slice_sub(rest, end + 1, SIZE_MAX);
    return true;
}

// §8.8.3.2. All our tags are strong; `strong` requests the strong comparison.
static bool tag_in_list(struct slice list, struct slice etag, bool strong)
{
    struct slice tag;
    bool weak;
    while (next_tag(&list, &tag, &weak))
        if (etag.len && slice_equal(tag, etag) && !(strong && weak))
            return true;
    return false;
}

// A list may be spread over several lines of its field (§5.3), and then counts as one. "*" is not
// part of a list: it counts only if it is all that the field says.
static bool tag_in_field(const struct request *request, struct slice name, struct slice etag,
                         bool strong)
{
    if (slice_equal(request_only_header(request, name), SLICE("*")))
        return true;
    for (size_t i = 0; i < request->header_count; i++)
        if (slice_equal_ignore_case(request->headers[i].name, name) &&
            tag_in_list(request->headers[i].value, etag, strong))
            return true;
    return false;
}

// §13.2.2: If-Match, If-Unmodified-Since, If-None-Match, If-Modified-Since, in this order.
int http_evaluate_conditions(const struct request *request, struct slice etag,
                             int64_t last_modified)
{
    bool safe = request->method == HTTP_GET || request->method == HTTP_HEAD;
    struct slice if_match = request_header(request, SLICE("If-Match"));
    struct slice unmodified = request_header(request, SLICE("If-Unmodified-Since"));
    struct slice if_none_match = request_header(request, SLICE("If-None-Match"));
    struct slice modified = request_header(request, SLICE("If-Modified-Since"));
    int64_t date;
    if (if_match.ptr) {
        if (!tag_in_field(request, SLICE("If-Match"), etag, true))
            return 412;
    } else if (unmodified.ptr && last_modified && clock_parse_http(unmodified, &date) &&
               last_modified > date)
        return 412;
    if (if_none_match.ptr)
        return !tag_in_field(request, SLICE("If-None-Match"), etag, false) ? 200 : safe ? 304 : 412;
    if (safe && modified.ptr && last_modified && clock_parse_http(modified, &date) &&
        last_modified <= date)
        return 304;
    return 200;
}

// ---- ranges ----

static bool parse_number(struct slice *text, uint64_t *out)
{
    size_t digits = 0;
    *out = 0;
    for (; digits < text->len && text->ptr[digits] >= '0' && text->ptr[digits] <= '9'; digits++) {
        if (*out > (UINT64_MAX - 9) / 10)
            return false;
        *out = *out * 10 + (uint64_t)(text->ptr[digits] - '0');
    }
    *text = slice_sub(*text, digits, SIZE_MAX);
    return digits > 0;
}

// "-500": the last 500 bytes.
static int suffix_range(struct slice spec, uint64_t length, uint64_t *first, uint64_t *last)
{
    uint64_t count;
    spec = slice_sub(spec, 1, SIZE_MAX);
    if (!parse_number(&spec, &count) || spec.len)
        return 200;
    if (!count || !length)
        return 416;
    *first = count >= length ? 0 : length - count;
    *last = length - 1;
    return 206;
}

static int one_range(struct slice spec, uint64_t length, uint64_t *first, uint64_t *last)
{
    if (spec.len && *spec.ptr == '-')
        return suffix_range(spec, length, first, last);
    if (!parse_number(&spec, first) || !spec.len || *spec.ptr != '-')
        return 200;
    spec = slice_sub(spec, 1, SIZE_MAX);
    *last = UINT64_MAX;
    if (spec.len && (!parse_number(&spec, last) || spec.len || *last < *first))
        return 200;
    if (*first >= length)
        return 416;
    if (*last >= length)
        *last = length - 1;
    return 206;
}

// §13.1.5: the range counts only if the representation is still the one of which the client has a
// part. A weak tag, or a date other than exactly ours, does not prove that.
static bool if_range_holds(const struct request *request, const struct response *response)
{
    struct slice condition = request_only_header(request, SLICE("If-Range"));
    int64_t date;
    if (!request_header(request, SLICE("If-Range")).ptr)
        return true;
    // "W/" and not "W", with which Wednesday begins.
    if (slice_starts_with(condition, SLICE("\"")) || slice_starts_with(condition, SLICE("W/")))
        return tag_in_list(condition, response->etag, true);
    return clock_parse_http(condition, &date) && date == response->last_modified;
}

// §14.2: Range is defined for GET only; unknown units and forms are ignored, and so is a set of
// several ranges, in one line or in several, for which the whole representation is a valid answer.
int http_evaluate_range(const struct request *request, const struct response *response,
                        uint64_t *first, uint64_t *last)
{
    struct slice range = request_only_header(request, SLICE("Range"));
    if (request->method != HTTP_GET || !response->ranges || !range.len ||
        !slice_equal_ignore_case(slice_sub(range, 0, 6), SLICE("bytes=")) ||
        !if_range_holds(request, response))
        return 200;
    struct slice spec = slice_trim(slice_sub(range, 6, SIZE_MAX));
    if (slice_find_byte(spec, ',', 0) != SIZE_MAX)
        return 200;
    return one_range(spec, response->length, first, last);
}
