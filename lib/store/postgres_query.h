// SPDX-License-Identifier: MIT
//
// libpq, loaded at run time, and single queries with a deadline.
//
// Thread-safety: one thread for each connection.
// Source: PostgreSQL 15, chapter 34 (libpq).
#ifndef GUIDANCED_STORE_POSTGRES_QUERY_H
#define GUIDANCED_STORE_POSTGRES_QUERY_H

#include "postgres.h"

#include <libpq-fe.h>

// Every libpq function in use.
#define POSTGRES_FUNCTIONS(FN)                                                                     \
    FN(PQlibVersion)                                                                               \
    FN(PQconnectdbParams)                                                                          \
    FN(PQstatus)                                                                                   \
    FN(PQfinish)                                                                                   \
    FN(PQerrorMessage)                                                                             \
    FN(PQsetNoticeProcessor)                                                                       \
    FN(PQsetnonblocking)                                                                           \
    FN(PQsocket)                                                                                   \
    FN(PQsendQuery)                                                                                \
    FN(PQsendQueryParams)                                                                          \
    FN(PQflush)                                                                                    \
    FN(PQconsumeInput)                                                                             \
    FN(PQisBusy)                                                                                   \
    FN(PQgetResult)                                                                                \
    FN(PQresultStatus)                                                                             \
    FN(PQresultErrorMessage)                                                                       \
    FN(PQntuples)                                                                                  \
    FN(PQgetvalue)                                                                                 \
    FN(PQgetlength)                                                                                \
    FN(PQclear)

struct postgres {
    void *library;
    PGconn *connection;
    struct {
#define FN(name) __typeof__(name) *name;
        POSTGRES_FUNCTIONS(FN)
#undef FN
    } pq;
};

// Loads libpq. False and error when it is not installed.
bool postgres_load(struct postgres *postgres, struct error *error);
bool postgres_connect(struct postgres *postgres, const char *url, struct error *error);
// Runs statements without parameters. False and error when one fails.
bool postgres_run(struct postgres *postgres, const char *sql, struct error *error);
// Runs a query with one parameter, NULL for none. NULL and error on failure; otherwise the caller
// clears the result (pq.PQclear).
PGresult *postgres_ask(struct postgres *postgres, const char *sql, const char *parameter,
                       struct error *error);
// A number of the first row; `fallback` when there is none. False and error on failure.
bool postgres_number(struct postgres *postgres, const char *sql, int64_t fallback, int64_t *out,
                     struct error *error);

#endif
