// SPDX-License-Identifier: MIT
//
// URLs: where they may lead, how they are written (percent-encoded, their host in ASCII, RFC 3492)
// and how they are shown. Source: mdurl and punycode.js (behaviour), which markdown-it uses.
#include "link_parts.h"

#include "base/ascii.h"
#include "base/utf8.h"

// ---- where a link may lead ----

bool links_allowed(const struct markdown_options *options, struct slice url)
{
    static const struct slice PROGRAMS[] = {
        {"javascript:", 11}, {"vbscript:", 9}, {"file:", 5}, {"data:", 5}};
    static const struct slice PICTURES[] = {{"gif;", 4}, {"png;", 4}, {"jpeg;", 5}, {"webp;", 5}};
    struct slice image = SLICE("data:image/");
    url = slice_trim(url);
    if (options->sanitise)
        return sanitise_url(url);
    for (size_t i = 0; i < sizeof PROGRAMS / sizeof *PROGRAMS; i++) {
        struct slice start = slice_sub(url, 0, PROGRAMS[i].len);
        if (!slice_equal_ignore_case(start, PROGRAMS[i]))
            continue;
        struct slice kind = slice_sub(url, image.len, url.len);
        bool picture = slice_equal_ignore_case(slice_sub(url, 0, image.len), image);
        for (size_t k = 0; picture && k < sizeof PICTURES / sizeof *PICTURES; k++)
            if (slice_equal_ignore_case(slice_sub(kind, 0, PICTURES[k].len), PICTURES[k]))
                return true;
        return false;
    }
    return true;
}

// ---- the host ----

static bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

// "https:"; its length, 0: none.
static size_t protocol_length(struct slice url)
{
    size_t at = 0;
    while (at < url.len &&
           (is_alphanumeric(url.ptr[at]) || (url.ptr[at] && strchr(".+-", url.ptr[at]))))
        at++;
    return at && at < url.len && url.ptr[at] == ':' ? at + 1 : 0;
}

static bool is_listed_scheme(struct slice text, const struct slice *list, size_t count,
                             bool any_case)
{
    for (size_t i = 0; i < count; i++)
        if (any_case ? slice_equal_ignore_case(text, list[i]) : slice_equal(text, list[i]))
            return true;
    return false;
}

static bool is_host_char(uint32_t c)
{
    return c >= 0x80 || is_alphanumeric((char)c) || (c && strchr("+_-", (int)c));
}

static size_t find_any(struct slice text, const char *set, size_t from)
{
    while (from < text.len && !(text.ptr[from] && strchr(set, text.ptr[from])))
        from++;
    return from;
}

// The valid part of a host name: letters, digits, "+", "_", "-" and non-ASCII, at most 63 to a
// label. An invalid label ends where its ASCII does.
static size_t valid_length(struct slice host)
{
    enum { LABEL = 63 };
    size_t label = 0, units = 0;
    for (size_t at = 0; at < host.len;) {
        size_t start = at;
        uint32_t c = utf8_decode(host, &at);
        if (c == '.') {
            label = at;
            units = 0;
            continue;
        }
        units += c > 0xffff ? 2 : 1;
        if (is_host_char(c) && units <= LABEL)
            continue;
        size_t end = label;
        while (end < start && (unsigned char)host.ptr[end] < 0x80)
            end++;
        return end;
    }
    return host.len;
}

// Finds the host of a URL, without its port; empty if there is none. *user is where the part before
// it begins.
static struct slice find_url_host(struct slice url, bool *recoded, size_t *user)
{
    static const struct slice SLASHED[] = {
        {"http:", 5}, {"https:", 6}, {"ftp:", 4}, {"gopher:", 7}, {"file:", 5}};
    static const struct slice RECODED[] = {{"http:", 5}, {"https:", 6}, {"mailto:", 7}};
    struct slice protocol = slice_sub(url, 0, protocol_length(url));
    struct slice rest = slice_sub(url, protocol.len, url.len);
    bool slashes = slice_starts_with(rest, SLICE("//"));
    *recoded = !protocol.len || is_listed_scheme(protocol, RECODED, 3, false);
    if (slice_equal(protocol, SLICE("javascript:")) ||
        (!slashes && (!protocol.len || is_listed_scheme(protocol, SLASHED, 5, false))))
        return SLICE_EMPTY;
    rest = slice_sub(rest, slashes ? 2 : 0, rest.len);
    *user = url.len - rest.len;
    size_t end = find_any(rest, "/?#", 0);
    for (size_t at = end; at > 0; at--)
        if (rest.ptr[at - 1] == '@') {
            rest = slice_sub(rest, at, rest.len);
            break;
        }
    struct slice host = slice_sub(rest, 0, find_any(rest, "%/?;#'{}|\\^`<>\" \r\n\t", 0));
    size_t digits = host.len;
    while (digits && host.ptr[digits - 1] >= '0' && host.ptr[digits - 1] <= '9')
        digits--;
    if (digits && host.ptr[digits - 1] == ':')
        host.len = digits - 1;
    return host;
}

// ---- Punycode ----

enum { BASE = 36, T_MIN = 1, T_MAX = 26, SKEW = 38, DAMP = 700, BIAS = 72, FIRST = 128 };

static uint32_t adapt(uint32_t delta, uint32_t count, bool first)
{
    uint32_t k = 0;
    delta = first ? delta / DAMP : delta / 2;
    delta += delta / count;
    for (; delta > (BASE - T_MIN) * T_MAX / 2; k += BASE)
        delta /= BASE - T_MIN;
    return k + (BASE - T_MIN + 1) * delta / (delta + SKEW);
}

static uint32_t threshold(uint32_t k, uint32_t bias)
{
    return k <= bias ? T_MIN : k >= bias + T_MAX ? T_MAX : k - bias;
}

static void append_number(struct buffer *out, uint32_t number, uint32_t bias)
{
    static const char DIGITS[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (uint32_t k = BASE;; k += BASE) {
        uint32_t t = threshold(k, bias);
        if (number < t)
            break;
        buffer_append_byte(out, DIGITS[t + (number - t) % (BASE - t)]);
        number = (number - t) / (BASE - t);
    }
    buffer_append_byte(out, DIGITS[number]);
}

// The smallest character of a label that is not below `from`.
static uint32_t next_character(struct slice label, uint32_t from)
{
    uint32_t smallest = UINT32_MAX;
    for (size_t at = 0; at < label.len;) {
        uint32_t c = utf8_decode(label, &at);
        smallest = c >= from && c < smallest ? c : smallest;
    }
    return smallest;
}

// A label has 63 characters at most, so that its square is small.
static void append_ascii_label(struct buffer *out, struct slice label)
{
    uint32_t n = FIRST, delta = 0, bias = BIAS, basic = 0, done;
    if (utf8_is_ascii(label)) {
        buffer_append(out, label);
        return;
    }
    buffer_append_cstr(out, "xn--");
    for (size_t i = 0; i < label.len; i++)
        if ((unsigned char)label.ptr[i] < FIRST) {
            buffer_append_byte(out, label.ptr[i]);
            basic++;
        }
    if (basic)
        buffer_append_byte(out, '-');
    done = basic;
    for (uint32_t c; (c = next_character(label, n)) != UINT32_MAX; n = c + 1, delta++) {
        delta += (c - n) * (done + 1);
        for (size_t at = 0; at < label.len;) {
            uint32_t other = utf8_decode(label, &at);
            delta += other < c;
            if (other != c)
                continue;
            append_number(out, delta, bias);
            bias = adapt(delta, done + 1, done == basic);
            delta = 0;
            done++;
        }
    }
}

static bool append_unicode_label(struct buffer *out, struct slice label)
{
    enum { MOST = 64 };
    uint32_t characters[MOST], count = 0, n = FIRST, i = 0, bias = BIAS;
    struct slice rest = slice_sub(label, 4, label.len);
    size_t dash = rest.len;
    while (dash && rest.ptr[dash - 1] != '-')
        dash--;
    for (size_t k = 0; k + 1 < dash && count < MOST; k++)
        characters[count++] = (unsigned char)rest.ptr[k];
    for (size_t at = dash; at < rest.len;) {
        uint32_t old = i, weight = 1;
        for (uint32_t k = BASE;; k += BASE) {
            char c = at < rest.len ? rest.ptr[at++] : '\0';
            uint32_t digit = c >= '0' && c <= '9'                     ? (uint32_t)(c - '0') + 26
                             : (c | 0x20) >= 'a' && (c | 0x20) <= 'z' ? (uint32_t)(c | 0x20) - 'a'
                                                                      : BASE;
            uint32_t t = threshold(k, bias);
            if (digit >= BASE || __builtin_mul_overflow(digit, weight, &digit) ||
                __builtin_add_overflow(i, digit, &i))
                return false;
            if (digit / weight < t)
                break;
            if (__builtin_mul_overflow(weight, BASE - t, &weight))
                return false;
        }
        if (count == MOST)
            return false;
        bias = adapt(i - old, count + 1, !old);
        if (__builtin_add_overflow(n, i / (count + 1), &n) || n > 0x10ffff)
            return false;
        i %= count + 1;
        memmove(&characters[i + 1], &characters[i], (count - i) * sizeof *characters);
        characters[i++] = n;
        count++;
    }
    for (uint32_t k = 0; k < count; k++)
        utf8_append(out, characters[k]);
    return true;
}

// Recodes each label of a host for writing or showing.
static struct slice recode(struct tree *tree, struct slice host, bool shown)
{
    struct buffer out = buffer_create(tree->arena, 0);
    size_t from = 0;
    for (size_t at = 0; at <= host.len;) {
        size_t end = at;
        uint32_t c = at < host.len ? utf8_decode(host, &at) : '.';
        at += end == host.len;
        if (c != '.' && c != 0x3002 && c != 0xff0e && c != 0xff61)
            continue;
        struct slice label = slice_sub(host, from, end);
        if (!shown)
            append_ascii_label(&out, label);
        else if (!slice_starts_with(label, SLICE("xn--")))
            buffer_append(&out, label);
        else if (!append_unicode_label(&out, label))
            return host; // one invalid label leaves all unchanged
        if (end < host.len)
            buffer_append_byte(&out, '.');
        from = at;
    }
    return buffer_slice(&out);
}

// The URL with its host recoded.
static struct slice with_host(struct tree *tree, struct slice url, bool shown)
{
    enum { HOST_MAX = 255 };
    bool recoded;
    size_t user;
    url = tree_trim(url);
    struct slice host = find_url_host(url, &recoded, &user);
    if (!host.ptr)
        return url;
    size_t start = (size_t)(host.ptr - url.ptr), end = start + host.len;
    struct slice before = slice_sub(url, 0, start - (start == user + 1)); // "@" without a user
    if (!host.len)
        return ARENA_JOIN(tree->arena, before, slice_sub(url, end, url.len));
    bool bracketed = host.ptr[0] == '[' && host.ptr[host.len - 1] == ']';
    if (!bracketed) {
        host.len = valid_length(host);
        end = start + host.len;
    }
    if (utf8_utf16_length(host) > HOST_MAX)
        host.len = 0; // mdurl drops it
    else if (bracketed)
        host = slice_find_byte(host, ':', 0) == SIZE_MAX ? slice_sub(host, 1, host.len - 1) : host;
    else if (recoded)
        host = recode(tree, host, shown);
    return ARENA_JOIN(tree->arena, before, host, slice_sub(url, end, url.len));
}

// ---- percent-encoding ----

struct slice link_normalise(struct tree *tree, struct slice url)
{
    struct buffer out = buffer_create(tree->arena, 0);
    url = with_host(tree, url, false);
    for (size_t at = 0; at < url.len; at++) {
        if (ascii_escaped_byte(url, at) < 0) {
            buffer_append_percent(&out, slice_sub(url, at, at + 1), SLICE(";/?:@&=+$,-_.!~*'()#"));
            continue;
        }
        buffer_append(&out, slice_sub(url, at, at + 3));
        at += 2;
    }
    if (out.failed)
        error_memory(tree->error);
    return out.len ? buffer_slice(&out) : slice_of("", 0);
}

// Appends a run of decoded escapes. Those that would change the URL's meaning stay encoded.
static void append_decoded(struct buffer *out, struct slice bytes)
{
    for (size_t at = 0; at < bytes.len;) {
        unsigned char c = (unsigned char)bytes.ptr[at];
        if (c < 0x80) {
            at++;
            if (c && strchr(";/?:@&=+$,#%", c))
                buffer_printf(out, "%%%02X", c);
            else
                buffer_append_byte(out, (char)c);
            continue;
        }
        utf8_append(out, utf8_decode(bytes, &at));
    }
}

struct slice link_shown(struct tree *tree, struct slice url)
{
    struct buffer out = buffer_create(tree->arena, 0), bytes = out;
    url = with_host(tree, url, true);
    for (size_t at = 0; at < url.len;) {
        int byte = ascii_escaped_byte(url, at);
        if (byte >= 0) {
            buffer_append_byte(&bytes, (char)byte);
            at += 3;
            continue;
        }
        append_decoded(&out, buffer_slice(&bytes));
        bytes.len = 0;
        buffer_append_byte(&out, url.ptr[at++]);
    }
    append_decoded(&out, buffer_slice(&bytes));
    if (out.failed || bytes.failed)
        error_memory(tree->error);
    return buffer_slice(&out);
}
