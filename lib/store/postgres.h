// SPDX-License-Identifier: MIT
//
// The store that replicas have in common: a PostgreSQL, whose schema `guidanced` has the feedback
// of all of them, each entry once by its uid.
//
// libpq is loaded when one is opened, and never by the server: a process that serves readers has no
// more in memory for it, and opens no connection.
//
// Thread-safety: one thread for each connection.
#ifndef GUIDANCED_STORE_POSTGRES_H
#define GUIDANCED_STORE_POSTGRES_H

#include "store.h"

struct postgres;

// "15.18", or why there is none, for --version. `text` holds 32 bytes.
void postgres_library(char text[32]);
// Whether the text names a PostgreSQL.
static inline bool postgres_is_url(const char *url)
{
    return strncmp(url, "postgresql://", 13) == 0 || strncmp(url, "postgres://", 11) == 0;
}
// Connects within seconds. NULL and error when that fails, or libpq is missing. What the URL leaves
// out, libpq takes from the environment: PGPASSFILE, PGSSLMODE and the rest.
struct postgres *postgres_open(const char *url, struct error *error);
void postgres_close(struct postgres *postgres); // NULL allowed
// Makes the schema, or brings it up to this program's version; nothing when it is there already.
// False and error when the role may not, or a newer program has made it.
bool postgres_prepare(struct postgres *postgres, struct error *error);
// Stores the entries in one transaction; those whose uid is there already are left as they are.
// True when all are there for good. After false, close the connection and open another.
bool postgres_add(struct postgres *postgres, const struct feedback_entry *entries, size_t count,
                  struct error *error);
// Calls fn for each entry of all replicas, in the order of their arrival.
bool postgres_each(struct postgres *postgres,
                   bool (*fn)(void *state, const struct feedback_entry *entry), void *state,
                   struct error *error);

#endif
