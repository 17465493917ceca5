// SPDX-License-Identifier: MIT
//
// The store shared by replicas: a PostgreSQL database whose schema `guidanced` has all their
// feedback, each entry once by uid.
//
// libpq is loaded when a connection is opened, never by the server: a process that serves readers
// needs no memory for it, and opens no connection.
//
// Thread-safety: one thread for each connection.
#ifndef GUIDANCED_STORE_POSTGRES_H
#define GUIDANCED_STORE_POSTGRES_H

#include "store.h"

struct postgres;

// "15.18", or why it is missing, for --version. `text` holds 32 bytes.
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
// Creates the schema, or upgrades it to this program's version; does nothing if it is current.
// False and error if the role is not allowed to, or a newer program has made it.
bool postgres_prepare(struct postgres *postgres, struct error *error);
// Stores the entries in one transaction; existing uids are left alone. True when all are committed.
// After false, close the connection and open another.
bool postgres_add(struct postgres *postgres, const struct feedback_entry *entries, size_t count,
                  struct error *error);
// Calls fn for each entry of all replicas, in order of arrival.
bool postgres_each(struct postgres *postgres,
                   bool (*fn)(void *state, const struct feedback_entry *entry), void *state,
                   struct error *error);

#endif
