// SPDX-License-Identifier: MIT
//
// Replaces postgres.c if the program is built without libpq's header.
#include "postgres.h"

#ifndef GUIDANCED_LIBPQ

#include <stdio.h>

static bool missing(struct error *error)
{
    error_set(error, ERROR_STORE, "this guidanced was built without libpq");
    error_hint(error, "build it with libpq-dev installed, or send the feedback to a file");
    return false;
}

void postgres_library(char text[32])
{
    snprintf(text, 32, "(built without)");
}

struct postgres *postgres_open(const char *url, struct error *error)
{
    (void)url;
    missing(error);
    return NULL;
}

void postgres_close(struct postgres *postgres)
{
    (void)postgres;
}

bool postgres_prepare(struct postgres *postgres, struct error *error)
{
    (void)postgres;
    return missing(error);
}

bool postgres_add(struct postgres *postgres, const struct feedback_entry *entries, size_t count,
                  struct error *error)
{
    (void)postgres;
    (void)entries;
    (void)count;
    return missing(error);
}

bool postgres_each(struct postgres *postgres,
                   bool (*fn)(void *state, const struct feedback_entry *entry), void *state,
                   struct error *error)
{
    (void)postgres;
    (void)fn;
    (void)state;
    return missing(error);
}

#endif
