// SPDX-License-Identifier: MIT
//
// The table of endpoints.def.
#include "site.h"

static const struct site_endpoint ROWS[] = {
#define ENDPOINT(name, path, kind, route, type, write, on)                                         \
    {path, SITE_ENDPOINT_##kind, type, write},
#include "endpoints.def"
#undef ENDPOINT
};
_Static_assert(sizeof ROWS / sizeof *ROWS == SITE_ENDPOINTS, "a row is an enumerator");

const struct site_endpoint *site_endpoints(void)
{
    return ROWS;
}

bool site_has_endpoint(const struct settings *s, enum site_endpoint_name name)
{
    switch (name) {
#define ENDPOINT(name, path, kind, route, type, write, on)                                         \
    case SITE_ENDPOINT_##name:                                                                     \
        return on;
#include "endpoints.def"
#undef ENDPOINT
    case SITE_ENDPOINTS:
        break;
    }
    return false;
}
