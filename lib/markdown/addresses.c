// SPDX-License-Identifier: MIT
//
// Finds addresses in a text. There are three ways to find one, each a separate search: by scheme,
// by a host with a known top-level domain, and by "name@host". The first match wins, at one place
// the longest.
//
// Source: linkify-it 5 (behaviour). Hosts and bracketed parts have a maximum length where it would
// search the rest of the text again and again.
#include "addresses.h"

#include "base/utf8.h"

enum { LABEL_MAX = 63, HOST_MAX = 1024, AUTH_MAX = 50, NAME_MAX = 64, ENCLOSED_MAX = 1024 };

struct text {
    const struct markdown_options *options;
    struct slice s;
    size_t start; // where it begins, for patterns that need to know
};

// ---- characters ----

static bool is_ascii_alphanumeric(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c < 0x80 && (c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static bool is_separator(uint32_t c)
{
    return c == '<' || c == '>' || c == 0xff5c;
}

// White space and controls.
static bool is_address_blank(uint32_t c)
{
    bool control = c <= 0x1f || (c >= 0x7f && c <= 0x9f);
    return control || (c != 0xfeff && utf8_is_space(c));
}

// Unicode's punctuation, without its symbols.
static bool is_address_mark(uint32_t c)
{
    static const struct markdown_options OLD = {.version = 13};
    return (c >= 0x80 || !strchr("$+<=>^`|~", (int)c)) && is_punctuation(&OLD, c);
}

static bool is_break(uint32_t c)
{
    return is_address_blank(c) || is_address_mark(c);
}

// Characters of host names.
static bool is_host_character(uint32_t c)
{
    return !is_separator(c) && !is_break(c);
}

static uint32_t char_at(const struct text *t, size_t at, size_t *after)
{
    *after = at;
    if (at >= t->s.len)
        return ' ';
    return utf8_decode(t->s, after);
}

static char text_byte(const struct text *t, size_t at)
{
    return at < t->s.len ? t->s.ptr[at] : '\0';
}

// ---- hosts ----

// Whether a host may end at `at`.
static bool may_end(const struct text *t, size_t at)
{
    size_t after, further;
    uint32_t c = char_at(t, at, &after), next = char_at(t, after, &further);
    if (at >= t->s.len)
        return true;
    if (!is_separator(c) && !is_break(c))
        return false;
    if (c == '-' || c == '_' || (c == ':' && next >= '0' && next <= '9'))
        return false;
    return c != '.' || after >= t->s.len || (next != '-' && is_break(next));
}

struct host {
    size_t end;
    size_t labels;
    struct slice last; // the last label
    bool hyphen;       // it has one
};

static bool is_punycode(struct slice label)
{
    enum { LONGEST = 63 };
    if (label.len < 5 || label.len > LONGEST ||
        !slice_equal_ignore_case(slice_sub(label, 0, 4), SLICE("xn--")))
        return false;
    for (size_t i = 4; i < label.len; i++)
        if (!is_ascii_alphanumeric((unsigned char)label.ptr[i]) && label.ptr[i] != '-')
            return false;
    return true;
}

// A label at `at`: letters, and hyphens between them. Returns its end; `at`: there is none.
static size_t read_host_label(const struct text *t, size_t at, bool *hyphen)
{
    size_t end = at, after, count = 0;
    uint32_t c;
    bool last_hyphen = false;
    *hyphen = false;
    while (end < t->s.len && count <= LABEL_MAX) {
        c = char_at(t, end, &after);
        if (c != '-' && !is_host_character(c))
            break;
        last_hyphen = c == '-';
        *hyphen |= last_hyphen;
        end = after;
        count++;
    }
    struct slice label = slice_sub(t->s, at, end);
    bool plain = count && count <= LABEL_MAX && label.ptr[0] != '-' && !last_hyphen;
    return plain || is_punycode(label) ? end : at;
}

// "a.b.c", as far as labels go.
static bool read_host(const struct text *t, size_t at, struct host *host)
{
    *host = (struct host){.end = at};
    for (size_t from = at;;) {
        size_t after, end = read_host_label(t, from, &host->hyphen);
        if (end == from || end - at > HOST_MAX)
            return false;
        host->labels++;
        host->last = slice_sub(t->s, from, end);
        host->end = end;
        if (text_byte(t, end) != '.' || !is_host_character(char_at(t, end + 1, &after)))
            return true;
        if (end + 1 >= t->s.len)
            return true;
        from = end + 1;
    }
}

// ":8080"; its end, which is `at` when there is none.
static size_t read_port(const struct text *t, size_t at)
{
    enum { HIGHEST = 65535, DIGITS = 5 };
    size_t end = at + 1;
    unsigned long port = 0;
    if (text_byte(t, at) != ':')
        return at;
    for (; text_byte(t, end) >= '0' && text_byte(t, end) <= '9' && end - at <= DIGITS + 1; end++)
        port = port * 10 + (unsigned long)(t->s.ptr[end] - '0');
    size_t digits = end - at - 1;
    bool five = digits == DIGITS && t->s.ptr[at + 1] != '0' && port <= HIGHEST;
    return digits && (digits < DIGITS || five) ? end : at;
}

// Returns the end of "user:password@", which has no brackets and no slash; `at`: there is none.
static size_t read_auth(const struct text *t, size_t at)
{
    size_t end = at, after, units = 0;
    while (end < t->s.len) {
        uint32_t c = char_at(t, end, &after);
        if (c == '@')
            return units && units <= AUTH_MAX ? after : at;
        units += c > 0xffff ? 2 : 1;
        if (units > AUTH_MAX || is_address_blank(c) || (c < 0x80 && strchr("/[]()", (int)c)))
            return at;
        end = after;
    }
    return at;
}

// ---- paths ----

struct path {
    const struct text *t;
    bool open[128]; // kinds of brackets and quotes that are never closed
};

// Returns the end of what a bracket or quotation mark at `at` encloses; `at`: nothing closes it.
static size_t read_enclosed(struct path *p, size_t at, char close, bool empty)
{
    size_t after;
    char open = p->t->s.ptr[at];
    if (p->open[(unsigned char)open])
        return at;
    for (size_t end = at + 1; end < p->t->s.len && end - at < ENCLOSED_MAX; end = after) {
        uint32_t c = char_at(p->t, end, &after);
        if (c == (unsigned char)close)
            return end > at + 1 || empty ? after : at;
        if (is_address_blank(c))
            break;
    }
    p->open[(unsigned char)open] = true;
    return at;
}

static size_t read_run(const struct text *t, size_t at, char c)
{
    while (text_byte(t, at) == c)
        at++;
    return at;
}

// Neither the end, nor white space, nor the character `but`.
static bool goes_on(const struct text *t, size_t at, char but)
{
    size_t after;
    return at < t->s.len && t->s.ptr[at] != but && !is_address_blank(char_at(t, at, &after));
}

// With markdown-it 12, a mark that may be in a path includes the character after it.
static size_t with_next(const struct text *t, size_t at, size_t end)
{
    if (end > at && t->options->version <= 12)
        char_at(t, end, &end);
    return end;
}

static size_t read_dots(const struct text *t, size_t at)
{
    size_t end = read_run(t, at, '.');
    char c = text_byte(t, end);
    if (end - at > 1)
        return is_ascii_alphanumeric((unsigned char)c) || (c && strchr("%/&", c)) ? end + 1 : at;
    return with_next(t, at, goes_on(t, end, '.') ? end : at);
}

static size_t read_apostrophe(struct path *p, size_t at)
{
    size_t after, end = read_enclosed(p, at, '\'', false);
    if (end > at)
        return end;
    uint32_t c = char_at(p->t, at + 1, &after);
    bool goes = at + 1 < p->t->s.len && (c == '-' || is_host_character(c));
    return with_next(p->t, at, goes ? at + 1 : at);
}

static size_t read_path_mark(struct path *p, uint32_t c, size_t at, size_t after)
{
    const struct text *t = p->t;
    size_t end;
    switch (c) {
    case '[':
        return read_enclosed(p, at, ']', true);
    case '(':
        return read_enclosed(p, at, ')', true);
    case '{':
        return read_enclosed(p, at, '}', true);
    case '"':
        return read_enclosed(p, at, '"', false);
    case '\'':
        return read_apostrophe(p, at);
    case '.':
        return read_dots(t, at);
    case '-':
        return read_run(t, at, '-');
    case ',':
    case ';':
        return with_next(t, at, goes_on(t, after, '\0') ? after : at);
    case '!':
        end = read_run(t, at, '!');
        return with_next(t, at, goes_on(t, end, '!') ? end : at);
    case '?':
        return with_next(t, at, goes_on(t, after, '?') ? after : at);
    default:
        return c < 0x80 && strchr("])}", (int)c) ? at : after;
    }
}

// Returns the end of the next part of a path; `at`: the path ends there.
static size_t read_part(struct path *p, size_t at)
{
    size_t after;
    uint32_t c = char_at(p->t, at, &after);
    bool ends = at >= p->t->s.len || is_address_blank(c) || is_separator(c);
    return ends ? at : read_path_mark(p, c, at, after);
}

// "/a/b?c#d"; its end, which is `at` when there is none.
static size_t read_path(const struct text *t, size_t at)
{
    struct path p = {.t = t};
    char first = text_byte(t, at);
    if (!first || !strchr("/?#", first))
        return at;
    size_t end = at + 1, next;
    while ((next = read_part(&p, end)) > end)
        end = next;
    return end > at + 1 || first == '/' ? end : at;
}

// Returns the end of port and path of a host that ends at `at`; 0: it cannot end there.
static size_t read_rest(const struct text *t, size_t at)
{
    size_t end = read_port(t, at);
    return may_end(t, end) ? read_path(t, end) : 0;
}

// ---- by scheme ----

static size_t read_http_host(const struct text *t, size_t at)
{
    struct host host;
    return read_host(t, at, &host) ? read_rest(t, host.end) : 0;
}

// Returns the end of "//user@host:port/path".
static size_t read_http(const struct text *t, size_t at)
{
    if (!slice_starts_with(slice_sub(t->s, at, t->s.len), SLICE("//")))
        return 0;
    size_t host = read_auth(t, at + 2);
    size_t end = host > at + 2 ? read_http_host(t, host) : 0;
    return end ? end : read_http_host(t, at + 2);
}

// A host with a dot in it whose last label is plausible, or "localhost".
static size_t read_full_host(const struct text *t, size_t at)
{
    struct host host;
    struct slice local = SLICE("localhost");
    if (slice_equal_ignore_case(slice_sub(t->s, at, at + local.len), local)) {
        size_t end = read_rest(t, at + local.len);
        if (end)
            return end;
    }
    if (!read_host(t, at, &host) || host.labels < 2 || (host.hyphen && !is_punycode(host.last)))
        return 0;
    return read_rest(t, host.end);
}

// Returns the end of "user@host/path" after a "//".
static size_t read_relative(const struct text *t, size_t at)
{
    size_t host = read_auth(t, at);
    size_t end = host > at ? read_full_host(t, host) : 0;
    end = end ? end : read_full_host(t, at);
    char before = at >= 3 ? t->s.ptr[at - 3] : '\0';
    return before == ':' || before == '/' ? 0 : end;
}

static bool is_name_char(char c, bool first)
{
    return is_ascii_alphanumeric((unsigned char)c) || (c && strchr("-;:&=+$,._", c)) ||
           (!first && c == '"');
}

// Returns the end of "name@"; 0: there is none.
static size_t read_host_name(const struct text *t, size_t at)
{
    size_t end = at;
    while (end - at <= NAME_MAX && is_name_char(text_byte(t, end), end == at))
        end++;
    return end > at && end - at <= NAME_MAX && text_byte(t, end) == '@' ? end + 1 : 0;
}

static size_t read_mail(const struct text *t, size_t at)
{
    struct host host;
    size_t name = read_host_name(t, at);
    return name && read_host(t, name, &host) && may_end(t, host.end) ? host.end : 0;
}

static const struct scheme {
    struct slice name;
    enum address_kind kind;
    size_t (*read)(const struct text *t, size_t at);
} SCHEMES[] = {
    {{"http:", 5}, ADDRESS_SCHEME, read_http}, {{"https:", 6}, ADDRESS_SCHEME, read_http},
    {{"ftp:", 4}, ADDRESS_SCHEME, read_http},  {{"//", 2}, ADDRESS_SCHEME, read_relative},
    {{"mailto:", 7}, ADDRESS_MAIL, read_mail},
};

static const struct scheme *scheme_at(const struct text *t, size_t at)
{
    for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES; i++)
        if (slice_equal_ignore_case(slice_sub(t->s, at, at + SCHEMES[i].name.len), SCHEMES[i].name))
            return &SCHEMES[i];
    return NULL;
}

// Whether an address may begin after this character.
static bool precedes_scheme(uint32_t c)
{
    return c != '_' && (is_separator(c) || is_break(c));
}

static struct address scheme_address(const struct text *t, size_t at)
{
    const struct scheme *scheme = scheme_at(t, at);
    size_t end = scheme ? scheme->read(t, at + scheme->name.len) : 0;
    return (struct address){end ? scheme->kind : ADDRESS_NONE, at, end};
}

static struct address find_scheme(const struct text *t, size_t *from)
{
    for (size_t at = *from; at < t->s.len;) {
        size_t after, start = at;
        const struct scheme *scheme = at == t->start ? scheme_at(t, at) : NULL;
        uint32_t c = char_at(t, at, &after);
        if (!scheme && precedes_scheme(c)) {
            start = after;
            scheme = scheme_at(t, start);
        }
        at = scheme ? start + scheme->name.len : after;
        size_t end = scheme ? scheme->read(t, at) : 0;
        *from = at;
        if (end)
            return (struct address){scheme->kind, start, end};
    }
    *from = t->s.len;
    return (struct address){.kind = ADDRESS_NONE};
}

// ---- by host ----

static bool is_known_domain(struct slice label)
{
    static const char *const LONG[] = {"biz",
                                       "com",
                                       "edu",
                                       "gov",
                                       "net",
                                       "org",
                                       "pro",
                                       "web",
                                       "xxx",
                                       "aero",
                                       "asia",
                                       "coop",
                                       "info",
                                       "museum",
                                       "name",
                                       "shop",
                                       "\xd1\x80\xd1\x84",
                                       "\xd0\xa0\xd0\xa4"};
    // The second letters of two-letter domains, by the first.
    static const char *const SHORT[26] = {"cdefgilmnoqrstuwxz",
                                          "abdefghijmnorstvwyz",
                                          "acdfghiklmnoruvwxyz",
                                          "ejkmoz",
                                          "cegrstu",
                                          "ijkmor",
                                          "abdefghilmnpqrstuwy",
                                          "kmnrtu",
                                          "delmnoqrst",
                                          "emop",
                                          "eghimnprwyz",
                                          "abcikrstuvy",
                                          "acdeghklmnopqrstuvwxyz",
                                          "acefgilopruz",
                                          "m",
                                          "aefghklmnrstwy",
                                          "a",
                                          "eosuw",
                                          "abcdeghijklmnortuvxyz",
                                          "cdfghjklmnortvwz",
                                          "agksyz",
                                          "aceginu",
                                          "fs",
                                          "",
                                          "et",
                                          "amw"};
    char first = label.len == 2 ? (char)(label.ptr[0] | 0x20) : '\0';
    char second = label.len == 2 ? (char)(label.ptr[1] | 0x20) : '\0';
    if (first >= 'a' && first <= 'z' && second >= 'a' && second <= 'z' &&
        strchr(SHORT[first - 'a'], second))
        return true;
    for (size_t i = 0; i < sizeof LONG / sizeof *LONG; i++)
        if (slice_equal_ignore_case(label, slice_from_cstr(LONG[i])))
            return true;
    return is_punycode(label);
}

static bool read_known_host(const struct text *t, size_t at, struct host *host)
{
    return read_host(t, at, host) && host->labels > 1 && is_known_domain(host->last);
}

static bool is_sign(uint32_t c)
{
    return c == 0xff5c || (c && c < 0x80 && strchr("$+<=>^`|", (int)c));
}

static bool precedes_host(uint32_t c)
{
    return !(c && c < 0x80 && strchr(".:/-_@", (int)c)) && (is_sign(c) || is_break(c));
}

static size_t host_at(const struct text *t, size_t at)
{
    struct host host;
    size_t after;
    if (at >= t->s.len || is_sign(char_at(t, at, &after)) || !read_known_host(t, at, &host))
        return 0;
    return read_rest(t, host.end);
}

// ---- by "name@host" ----

// "127.0.0.1"; its end, 0: none.
static size_t read_ip(const struct text *t, size_t at)
{
    for (int part = 0; part < 4; part++) {
        size_t from = at;
        int number = 0;
        while (text_byte(t, at) >= '0' && text_byte(t, at) <= '9' && at - from < 3)
            number = number * 10 + (t->s.ptr[at++] - '0');
        if (at == from || number > 255 || (part < 3 && text_byte(t, at++) != '.'))
            return 0;
    }
    return at;
}

static size_t mail_at(const struct text *t, size_t at)
{
    struct host host;
    size_t name = read_host_name(t, at), ip = name ? read_ip(t, name) : 0;
    if (ip && may_end(t, ip))
        return ip;
    return name && read_known_host(t, name, &host) && may_end(t, host.end) ? host.end : 0;
}

static bool precedes_mail(uint32_t c)
{
    return is_separator(c) || c == '"' || c == '(' || is_address_blank(c);
}

// The next address that begins at the text's start, or after a character that may precede one.
static struct address find_bare(const struct text *t, size_t *from, enum address_kind kind,
                                bool (*precedes)(uint32_t c),
                                size_t (*read)(const struct text *t, size_t at))
{
    size_t end = *from == t->start ? read(t, *from) : 0;
    if (end) {
        struct address found = {kind, *from, end};
        *from = end;
        return found;
    }
    for (size_t at = *from, after; at < t->s.len; at = after) {
        if (!precedes(char_at(t, at, &after)) || !(end = read(t, after)))
            continue;
        *from = end;
        return (struct address){kind, after, end};
    }
    *from = t->s.len;
    return (struct address){.kind = ADDRESS_NONE};
}

static struct address find_bare_host(const struct text *t, size_t *from)
{
    return find_bare(t, from, ADDRESS_BARE_HOST, precedes_host, host_at);
}

static struct address find_mail(const struct text *t, size_t *from)
{
    return find_bare(t, from, ADDRESS_BARE_MAIL, precedes_mail, mail_at);
}

// ---- all of them ----

static struct address host_address(const struct text *t, size_t at)
{
    size_t end = host_at(t, at);
    return (struct address){end ? ADDRESS_BARE_HOST : ADDRESS_NONE, at, end};
}

static struct address mail_address(const struct text *t, size_t at)
{
    size_t end = mail_at(t, at);
    return (struct address){end ? ADDRESS_BARE_MAIL : ADDRESS_NONE, at, end};
}

enum { FIND_SCHEME, FIND_MAIL, FIND_HOST, FINDER_COUNT };
static const struct {
    struct address (*find)(const struct text *t, size_t *from); // the next
    struct address (*at)(const struct text *t, size_t at);      // one exactly there
} FINDERS[FINDER_COUNT] = {[FIND_SCHEME] = {find_scheme, scheme_address},
                           [FIND_MAIL] = {find_mail, mail_address},
                           [FIND_HOST] = {find_bare_host, host_address}};

// Where hosts may be from `from` on: "localhost", "www.", ".1.", or a known domain followed by
// something other than "<". SIZE_MAX: nowhere, so none is searched for.
static size_t find_hint(const struct text *t, size_t from)
{
    for (size_t at = from, after; at < t->s.len; at++) {
        struct slice rest = slice_sub(t->s, at, t->s.len);
        if (slice_equal_ignore_case(slice_sub(rest, 0, 9), SLICE("localhost")) ||
            slice_equal_ignore_case(slice_sub(rest, 0, 4), SLICE("www.")))
            return at;
        if (t->s.ptr[at] != '.')
            continue;
        size_t digits = at + 1;
        while (digits - at <= 3 && text_byte(t, digits) >= '0' && text_byte(t, digits) <= '9')
            digits++;
        bool hyphen;
        size_t end = read_host_label(t, at + 1, &hyphen);
        uint32_t c = char_at(t, end, &after);
        if ((digits > at + 1 && text_byte(t, digits) == '.') ||
            (end > at + 1 && is_known_domain(slice_sub(t->s, at + 1, end)) &&
             (end == t->s.len || c == '>' || is_break(c))))
            return at;
    }
    return SIZE_MAX;
}

bool addresses_possible(const struct markdown_options *options, struct slice text)
{
    struct text t = {options, text, 0};
    if (slice_find_byte(text, '@', 0) != SIZE_MAX || scheme_at(&t, 0))
        return true;
    for (size_t at = 0, after; at < text.len; at = after)
        if (precedes_scheme(char_at(&t, at, &after)) && scheme_at(&t, after))
            return true;
    return find_hint(&t, 0) != SIZE_MAX;
}

struct address_finder address_finder(const struct markdown_options *options, struct slice text)
{
    struct address_finder finder = {.options = options, .text = text};
    struct text t = {options, text, 0};
    for (size_t i = 0; i < FINDER_COUNT; i++)
        finder.next[i] = FINDERS[i].find(&t, &finder.from[i]);
    finder.hint = find_hint(&t, 0);
    bool others = finder.next[FIND_SCHEME].kind || finder.next[FIND_MAIL].kind;
    if (!others && finder.hint == SIZE_MAX)
        finder.next[FIND_HOST].kind = ADDRESS_NONE;
    return finder;
}

static bool is_before(struct address a, struct address b)
{
    if (!b.kind || !a.kind)
        return a.kind;
    return a.start != b.start ? a.start < b.start : a.end > b.end;
}

// ---- since markdown-it 14 ----

static struct address next_address(struct address_finder *finder)
{
    struct text t = {finder->options, finder->text, 0};
    for (;;) {
        size_t best = 0;
        for (size_t i = 1; i < FINDER_COUNT; i++)
            if (is_before(finder->next[i], finder->next[best]))
                best = i;
        struct address found = finder->next[best];
        if (!found.kind)
            return found;
        finder->next[best] = FINDERS[best].find(&t, &finder->from[best]);
        if (found.start < finder->taken)
            continue;
        finder->taken = found.end;
        return found;
    }
}

// ---- before: after each address, the text begins anew ----

static void begin_anew(struct address_finder *finder)
{
    struct text t = {finder->options, finder->text, finder->taken};
    for (size_t i = 0; i < FINDER_COUNT; i++) {
        struct address *known = &finder->next[i];
        size_t from = finder->taken;
        struct address here = FINDERS[i].at(&t, from);
        if (here.kind)
            *known = here;
        else if (known->kind && known->start < from)
            *known = FINDERS[i].find(&t, &from);
    }
    if (finder->hint < finder->taken)
        finder->hint = find_hint(&t, finder->taken);
}

static struct address next_address_old(struct address_finder *finder)
{
    if (finder->taken)
        begin_anew(finder);
    struct address found = finder->next[FIND_SCHEME], mail = finder->next[FIND_MAIL];
    struct address host = finder->next[FIND_HOST];
    bool hinted = finder->hint != SIZE_MAX && (!found.kind || finder->hint < found.start);
    if (hinted && host.kind && (!found.kind || host.start < found.start))
        found = host;
    if (is_before(mail, found))
        found = mail;
    finder->taken = found.end;
    return found;
}

struct address address_next(struct address_finder *finder)
{
    return finder->options->version >= 14 ? next_address(finder) : next_address_old(finder);
}

size_t address_at_start(const struct markdown_options *options, struct slice text)
{
    struct text t = {options, text, 0};
    const struct scheme *scheme = scheme_at(&t, 0);
    return scheme ? scheme->read(&t, scheme->name.len) : 0;
}
