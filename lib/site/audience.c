// SPDX-License-Identifier: MIT
//
// `audience` in front matter: whom the page is for. If users are known (access.user_header,
// access.groups_header) it is a rule: a text or a list, "authenticated" for every user, else names
// of users and groups. Such a page is in no list – collections, navigation, search, feeds,
// pages.json – since those are the same for everyone. Otherwise it is only a text on the page.
// Drafts are such pages, for the users and groups of access.draft_audience.
#include "snapshot.h"

// A draft is only for those whom access.draft_audience names.
static struct value audience_of(const struct site *site, const struct site_page *page)
{
    if (!page->draft || site->development)
        return lifecycle_value(page, SLICE("audience"));
    struct value editors = site->settings->access.draft_audience;
    return value_length(NULL, editors) ? editors : value_undefined();
}

void audience_read(struct site *site, struct site_page *page)
{
    page->audience = audience_of(site, page);
    bool users_known =
        site->settings->access.user_header.len || site->settings->access.groups_header.len;
    page->restricted = users_known && !value_is_nullish(page->audience);
    if (!page->restricted)
        return;
    page->searchable = false;
    value_set(NULL, site->arena, page->data, SLICE("eleventyExcludeFromCollections"),
              value_boolean(true));
}

static bool is_member(struct slice name, struct slice groups)
{
    struct slice group;
    while (slice_split(&groups, ',', &group))
        if (slice_equal(slice_trim(group), name))
            return true;
    return false;
}

static bool is_meant(struct value who, struct slice user, struct slice groups)
{
    struct slice name = value_is(who, VALUE_STRING) ? slice_trim(value_text(who)) : SLICE_EMPTY;
    if (!name.len)
        return false;
    if (slice_equal(name, SLICE("authenticated")))
        return user.len > 0;
    return (user.len && slice_equal(name, user)) || is_member(name, groups);
}

bool audience_has(struct value audience, struct slice user, struct slice groups)
{
    if (!value_is(audience, VALUE_ARRAY))
        return is_meant(audience, user, groups);
    for (uint32_t i = 0; i < value_length(NULL, audience); i++)
        if (is_meant(value_item(NULL, audience, i), user, groups))
            return true;
    return false;
}

static bool admits(const struct site_page *page, struct slice user, struct slice groups)
{
    return !page->restricted || audience_has(page->audience, user, groups);
}

bool site_page_admits(const struct site_page *page, struct slice user, struct slice groups)
{
    const struct site_page *last_good = page_of(page)->last_good;
    return admits(page, user, groups) &&
           (!page->stale || !last_good || admits(last_good, user, groups));
}

// ---- files ----

// "/files/" and "/files" mean the same: everything below, or the one file.
static bool is_url_below(struct slice url, struct slice prefix)
{
    while (prefix.len && prefix.ptr[prefix.len - 1] == '/')
        prefix.len--;
    return slice_starts_with(url, prefix) && (url.len == prefix.len || url.ptr[prefix.len] == '/');
}

const struct value *audience_of_file(const struct site *site, struct slice url)
{
    struct value rules = site->settings->access.files;
    const struct value_object *view =
        value_is(rules, VALUE_OBJECT) ? value_object_view(NULL, rules) : NULL;
    const struct value *found = NULL;
    size_t longest = 0;
    for (uint32_t i = 0; view && i < view->count; i++) {
        struct slice prefix = view->keys[i].text;
        if (is_url_below(url, prefix) && (!found || prefix.len > longest)) {
            found = &view->values[i];
            longest = prefix.len;
        }
    }
    return found;
}
