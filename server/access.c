// SPDX-License-Identifier: MIT
//
// Networks and users. The lists of the site – navigation, search, feeds – contain no restricted
// pages, so only the page itself depends on the user.
#include "access.h"

bool access_read(struct access *access, const struct settings *settings, struct error *error)
{
    access->user_header = settings->access.user_header;
    access->groups_header = settings->access.groups_header;
    bool users = access->user_header.len || access->groups_header.len;
    if (users && !value_length(NULL, settings->trusted_proxies)) {
        error_set(
            error, ERROR_CONFIG,
            "access.user_header and access.groups_header are accepted only from trusted proxies");
        error_hint(error, "name the network of the proxy in trusted_proxies");
        return false;
    }
    return networks_read(&access->networks, settings->access.networks, "access.networks", error);
}

bool access_is_from(const struct networks *networks, const struct request *request)
{
    return !request->obscured && networks_have(networks, slice_from_cstr(request->client));
}

bool access_admits(const struct access *access, struct request *request)
{
    request->user = request->groups = SLICE_EMPTY;
    if (request->proxied) {
        request->user = request_only_header(request, access->user_header);
        request->groups = request_only_header(request, access->groups_header);
    }
    bool everyone = !access->networks.count && !access->networks.local;
    return everyone || access_is_from(&access->networks, request);
}
