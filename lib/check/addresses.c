// SPDX-License-Identifier: MIT
//
// Addresses that lead out of the site, by their form alone (RFC 3986, RFC 6068 for mailto): nothing
// is asked for over the network. What browsers refuse or misread is reported; a scheme that is not
// known here may be that of another program.
#include "findings.h"

#include "base/ascii.h"

// What is wrong with an address.
struct fault {
    const char *is; // NULL: nothing
    struct slice instead;
};

static bool is_of_host(char c)
{
    return (unsigned char)c > ' ' && !strchr("\"<>\\^`{|}", c);
}

// After the two slashes. A host may be a name without dots: an intranet has such.
static const char *fault_of_site(struct slice rest)
{
    size_t end = 0;
    while (end < rest.len && !strchr("/?#", rest.ptr[end]))
        end++;
    struct slice host = slice_sub(rest, 0, end);
    size_t user = slice_find_byte(host, '@', 0);
    host = user == SIZE_MAX ? host : slice_sub(host, user + 1, host.len);
    if (!host.len || host.ptr[0] == ':' || host.ptr[0] == '.' ||
        slice_find(host, SLICE(".."), 0) != SIZE_MAX)
        return "this address names no site";
    for (size_t i = 0; i < host.len; i++)
        if (!is_of_host(host.ptr[i]))
            return "this address names no site";
    return NULL;
}

// A message may be addressed by its reader: "mailto:?subject=…" names nobody.
static const char *fault_of_mail(struct slice rest)
{
    struct slice to = slice_sub(rest, 0, slice_find_byte(rest, '?', 0)), one;
    if (!rest.len)
        return "this address names nobody";
    while (to.len && slice_split(&to, ',', &one)) {
        size_t at = slice_find_byte(one, '@', 0);
        if (at == 0 || at == SIZE_MAX || at + 1 == one.len ||
            slice_find_byte(one, '@', at + 1) != SIZE_MAX)
            return "this is not the address of a mailbox";
    }
    return NULL;
}

static const char *fault_of_number(struct slice rest)
{
    for (size_t i = 0; i < rest.len; i++)
        if (ascii_is_digit(rest.ptr[i]))
            return NULL;
    return "this address has no telephone number";
}

static struct fault fault_of_web(struct check *check, struct slice scheme, struct slice rest)
{
    if (slice_starts_with(rest, SLICE("//")))
        return (struct fault){.is = fault_of_site(slice_sub(rest, 2, rest.len))};
    while (rest.len && rest.ptr[0] == '/')
        rest = slice_sub(rest, 1, rest.len);
    return (struct fault){"two slashes belong after the colon",
                          ARENA_JOIN(check->arena, scheme, SLICE("://"), rest)};
}

static struct fault find_fault(struct check *check, struct slice scheme, struct slice rest)
{
    static const struct slice USUAL[] = {{"https", 5}, {"http", 4}, {"mailto", 6}};
    if (slice_equal(scheme, SLICE("https")) || slice_equal(scheme, SLICE("http")))
        return fault_of_web(check, scheme, rest);
    if (slice_equal(scheme, SLICE("mailto")))
        return (struct fault){.is = fault_of_mail(decode_url(check->scratch, rest))};
    if (slice_equal(scheme, SLICE("tel")))
        return (struct fault){.is = fault_of_number(decode_url(check->scratch, rest))};
    if (slice_equal(scheme, SLICE("javascript")) || slice_equal(scheme, SLICE("vbscript")))
        return (struct fault){.is = "a script is no address"};
    for (size_t i = 0; i < sizeof USUAL / sizeof *USUAL; i++)
        if (slice_distance(scheme, USUAL[i], 1) == 1)
            return (struct fault){"this address begins with no known word",
                                  ARENA_JOIN(check->arena, USUAL[i], SLICE(":"), rest)};
    return (struct fault){0};
}

void check_address(struct document *document, struct slice written, const struct reference *row)
{
    struct check *check = document->check;
    struct fault fault = {0};
    size_t colon = slice_find_byte(written, ':', 0);
    struct slice scheme = ascii_lower(check->scratch, slice_sub(written, 0, colon));
    if (slice_starts_with(written, SLICE("//"))) // with the page's own scheme
        fault.is = fault_of_site(slice_sub(written, 2, written.len));
    else
        fault = find_fault(check, scheme, slice_sub(written, colon + 1, written.len));
    if (!fault.is)
        return;
    struct site_finding *finding =
        check_add(check, "link-address", "%s: %.*s", fault.is, SLICE_ARG(written));
    document_place_address(document, finding, row, written, fault.instead, true);
}
