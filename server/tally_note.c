// SPDX-License-Identifier: MIT
//
// What a request means for the tally. Fields of the request are looked at – whether a browser
// asked, and what the reader came from – but only paths of this site, names of other hosts and
// words of searches go on from here.
#include "tally.h"
#include "tally_queue.h"

#include "base/ascii.h"
#include "base/utf8.h"
#include "metrics.h"
#include "settings/settings.h"

// WORDS_MAX: longer texts are pasted, not searched for. DIGITS_MAX: telephone numbers, dates of
// birth and references have more.
enum { WORDS_MAX = 100, DIGITS_MAX = 5 };

// ---- who asks ----

// Every visit comes by here: most letters begin none of the names.
static bool names_robot(struct slice agent)
{
    for (size_t i = 0; i < agent.len; i++) {
        char letter = (char)(agent.ptr[i] | 0x20);
        struct slice name = letter == 'b'   ? SLICE("bot")
                            : letter == 'c' ? SLICE("crawl")
                            : letter == 's' ? SLICE("spider")
                                            : SLICE_EMPTY;
        if (name.len && slice_equal_ignore_case(slice_sub(agent, i, i + name.len), name))
            return true;
    }
    return false;
}

// Browsers name themselves like this; robots that say what they are, and programs, do not count.
static bool is_reader(const struct request *request)
{
    struct slice agent = request_header(request, SLICE("User-Agent"));
    return request->method == HTTP_GET && !request->admin && !request->preview &&
           !request_header(request, SLICE("Sec-Purpose")).len &&
           slice_starts_with(agent, SLICE("Mozilla/")) && !names_robot(agent);
}

// Not for a script of a page, which may ask for pages too.
static bool is_navigation(const struct request *request)
{
    struct slice destination = request_header(request, SLICE("Sec-Fetch-Dest"));
    return !destination.len || slice_equal(destination, SLICE("document"));
}

// ---- where the reader comes from ----

struct referrer {
    struct slice host, path, query;
    bool own;
};

static struct referrer read_referrer(const struct request *request)
{
    struct slice text = request_header(request, SLICE("Referer"));
    size_t start = slice_find(text, SLICE("://"), 0);
    if (start == SIZE_MAX)
        return (struct referrer){0};
    struct slice rest = slice_sub(text, start + 3, text.len);
    size_t end = 0;
    while (end < rest.len && !strchr("/?#", rest.ptr[end]))
        end++;
    struct slice path = slice_sub(rest, end, slice_find_byte(rest, '#', 0));
    size_t query = slice_find_byte(path, '?', 0);
    struct referrer from = {.host = slice_sub(rest, 0, end), .path = slice_sub(path, 0, query)};
    if (query != SIZE_MAX)
        from.query = slice_sub(path, query + 1, path.len);
    size_t user = slice_find_byte(from.host, '@', 0); // RFC 9110 §10.1.3 forbids it
    if (user != SIZE_MAX)
        return (struct referrer){0};
    from.own = slice_equal_ignore_case(from.host, request->host);
    return from;
}

static bool is_kept_text(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
            return false;
    return text.len <= USAGE_TEXT_MAX;
}

// A path of this site, or only the name of another host.
static struct slice referrer_kept(const struct request *request)
{
    struct referrer from = read_referrer(request);
    struct slice source = from.own ? from.path : ascii_lower(request->arena, from.host);
    return is_kept_text(source) ? source : SLICE_EMPTY;
}

// ---- words of searches ----

// As they are counted: lower case, one space between words; "" if they could name a person, or are
// too long: then only the sum of searches counts them.
static struct slice words_of(const struct request *request, struct slice text)
{
    struct buffer out = buffer_create(request->arena, 0);
    struct slice word, rest = text;
    size_t digits = 0;
    while (rest.len && slice_split(&rest, ' ', &word)) {
        word = slice_trim(word);
        if (word.len && out.len)
            buffer_append_byte(&out, ' ');
        utf8_append_lower(&out, word);
    }
    struct slice words = buffer_slice(&out);
    for (size_t i = 0; i < words.len; i++)
        digits += words.ptr[i] >= '0' && words.ptr[i] <= '9';
    bool kept = !out.failed && words.len <= WORDS_MAX && digits <= DIGITS_MAX &&
                slice_find_byte(words, '@', 0) == SIZE_MAX && is_kept_text(words);
    return kept ? words : SLICE_EMPTY;
}

static bool is_search_page(const struct request *request, struct slice path)
{
    struct slice prefix = settings_prefix(request->settings);
    return slice_starts_with(path, prefix) &&
           slice_equal(slice_sub(path, prefix.len, path.len), SLICE("/search"));
}

// ---- events ----

static size_t note_visit(const struct request *request, struct tally_event *events)
{
    struct referrer from = read_referrer(request);
    size_t count = 0;
    events[count++] = (struct tally_event){
        .kind = USAGE_VISIT, .subject = is_kept_text(request->path) ? request->path : SLICE_EMPTY};
    if (from.own && is_search_page(request, from.path)) {
        struct slice words = request_parameter(request, from.query, SLICE("q"));
        events[count++] =
            (struct tally_event){.kind = USAGE_CLICK, .subject = words_of(request, words)};
    }
    return count;
}

static size_t note_search(const struct request *request, const struct response *response,
                          struct tally_event *events)
{
    struct slice words = words_of(request, response->searched);
    size_t count = 0;
    events[count++] = (struct tally_event){.kind = USAGE_SEARCH, .subject = words};
    if (!response->found)
        events[count++] = (struct tally_event){.kind = USAGE_NOTHING, .subject = words};
    return count;
}

size_t tally_note(const struct request *request, const struct response *response,
                  struct tally_event *events)
{
    bool missing = response->route == METRICS_NOT_FOUND && response->status == 404;
    bool page =
        response->route == METRICS_PAGE && (response->status == 200 || response->status == 304);
    if ((!missing && !page && !response->searched.len) || !is_reader(request))
        return 0;
    if (response->searched.len)
        return note_search(request, response, events);
    if (!is_navigation(request))
        return 0;
    if (page)
        return note_visit(request, events);
    bool kept = is_kept_text(request->path);
    events[0] = (struct tally_event){.kind = USAGE_MISSING,
                                     .subject = kept ? request->path : SLICE_EMPTY,
                                     .source = kept ? referrer_kept(request) : SLICE_EMPTY};
    return 1;
}
