// SPDX-License-Identifier: MIT
//
// security.txt (RFC 9116): a public site says whom to tell of a weakness. The setting is sent as it
// is, so nothing else notices that it is incomplete, or that its date has passed.
#include "base/clock.h"
#include "findings.h"

static const char KEY[] = "security_txt";

// The value of the first field of that name; ptr NULL: there is none.
static struct slice field_of(struct slice text, struct slice name)
{
    struct slice line;
    while (slice_next_line(&text, &line))
        if (line.len > name.len && line.ptr[name.len] == ':' &&
            slice_equal_ignore_case(slice_sub(line, 0, name.len), name))
            return slice_trim(slice_sub(line, name.len + 1, line.len));
    return (struct slice){0};
}

static void add(struct check *check, const char *message, struct slice detail)
{
    check_place_setting(
        check, check_add(check, "security-txt", "security.txt %s%.*s", message, SLICE_ARG(detail)),
        KEY);
}

static void check_text(struct check *check, struct slice text)
{
    struct slice expires = field_of(text, SLICE("Expires"));
    double moment;
    if (!field_of(text, SLICE("Contact")).len)
        add(check, "names no Contact", SLICE_EMPTY);
    if (!expires.len)
        add(check, "does not say when it expires", SLICE_EMPTY);
    else if (!clock_parse_iso(expires, &moment))
        add(check, "has an unreadable Expires: ", expires);
    else if (moment < check->now_ms)
        add(check, "has expired: ", expires);
}

// A site without a public address is not on the internet yet.
void check_security_txt(struct check *check)
{
    const struct settings *settings = check->site->settings;
    if (settings->security_txt.len)
        check_text(check, settings->security_txt);
    else if (slice_starts_with(settings->url, SLICE("https://")) &&
             !map_get(&check->site->routes_by_url, SLICE("/.well-known/security.txt")))
        check_place_setting(check,
                            check_add(check, "security-txt-missing",
                                      "the site does not say whom to tell of a weakness"),
                            "url");
}
