// SPDX-License-Identifier: MIT
//
// Who may read: by network, for the whole site (`access.networks`), and by user, for the pages
// whose front matter has an `audience`. Who the user is, a trusted proxy says in a field
// (`access.user_header`, `access.groups_header`); from anybody else the fields mean nothing.
//
// Thread-safety: immutable once read.
#ifndef GUIDANCED_SERVER_ACCESS_H
#define GUIDANCED_SERVER_ACCESS_H

#include "networks.h"
#include "server/http/http.h"
#include "settings/settings.h"

struct access {
    struct networks networks;                // none: everyone
    struct slice user_header, groups_header; // "" for none
};

// False and error when a network is none, or when users are told by nobody who is trusted.
bool access_read(struct access *access, const struct settings *settings, struct error *error);

// Whether the client may have anything of the site; and sets request->user and request->groups.
// After proxies_apply.
bool access_admits(const struct access *access, struct request *request);

#endif
