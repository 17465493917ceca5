// SPDX-License-Identifier: MIT
//
// From a host name to a site, as `sites` says now. The names change while the process runs; a site
// stays the same one as long as its directory and its first name do.
//
// A struct host lives until the process ends, since requests, logs and counters point to it, so
// there is a limit to how many there may ever have been.
//
// Thread-safety: hosts_read from one thread at a time; the rest from any, meanwhile.
#ifndef GUIDANCED_SERVER_HOSTS_H
#define GUIDANCED_SERVER_HOSTS_H

#include "settings/settings.h"

#include <stdatomic.h>

enum { HOST_CLASSES = 6 };    // of statuses: 1xx to 5xx; 0 is not used
enum { HOST_FILES = 3 };      // cache, feedback and usage
enum { HOST_NAME_MAX = 253 }; // RFC 1035 §2.3.4, as text

// A site, whether it is loaded or not.
struct host {
    struct slice name;      // its first host name, NUL-terminated
    struct slice directory; // NUL-terminated
    bool reachable;         // the sandbox lets us read and write it
    bool marked;            // of hosts_read
    atomic_bool listed;     // the settings still have it
    atomic_bool loaded;     // it is in memory
    atomic_uint_fast64_t requests[HOST_CLASSES];
    atomic_uint_fast64_t loads, load_failures;
    atomic_bool failing;           // the last load failed
    atomic_int_fast64_t clean_day; // when old feedback and counts were last removed, in days
    char *files[HOST_FILES];       // that it writes, as of its last load; of sites.c
    struct host *next;             // older
    struct host *before;           // the newest older one of the same directory
};

struct hosts;
// NULL when out of memory.
struct hosts *hosts_create(void);
void hosts_destroy(struct hosts *hosts); // NULL allowed

// What has changed, as numbers of sites.
struct hosts_change {
    size_t added, removed;
};
// Takes the names of these settings, all or none of them. False and error if one is malformed. The
// first call decides which sites the sandbox knows; later ones must be below `site_roots`.
bool hosts_read(struct hosts *hosts, const struct settings *settings, struct hosts_change *change,
                struct error *error);

// NULL if there is none of the name, which is in lower case and without a port.
struct host *hosts_find(struct hosts *hosts, struct slice name);
// All that there have ever been, the newest first; NULL after the last.
struct host *hosts_newest(const struct hosts *hosts);
// Those that the settings have now.
size_t hosts_count(const struct hosts *hosts);
// When sites_clean.c may look for the next one.
atomic_uint_fast64_t *hosts_clean_ns(struct hosts *hosts);

#endif
