// SPDX-License-Identifier: MIT
//
// Who may read: by network, for the whole site (`access.networks`), and by user, for the pages
// whose front matter has an `audience`. A trusted proxy names the user in a field
// (`access.user_header`, `access.groups_header`); from anybody else the fields are ignored.
//
// Thread-safety: immutable once read.
#ifndef GUIDANCED_SERVER_ACCESS_H
#define GUIDANCED_SERVER_ACCESS_H

#include "networks.h"
#include "server/http/http.h"
#include "settings/settings.h"

struct access {
    struct networks networks;                // empty: everyone
    struct slice user_header, groups_header; // "" for none
};

// False and error for an invalid network, or if there is no trusted proxy to name users.
bool access_read(struct access *access, const struct settings *settings, struct error *error);

// Whether the client may see the site at all; sets request->user and request->groups. Call it after
// proxies_apply.
bool access_admits(const struct access *access, struct request *request);
// Whether the client is in one of the networks. A client whose address is not known is in none.
bool access_is_from(const struct networks *networks, const struct request *request);

#endif
