// SPDX-License-Identifier: MIT
//
// Sends a query and waits for the answer with poll, never in libpq: a silently broken network would
// block the process for as long as TCP waits.
#include "postgres_query.h"

#include "base/clock.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#define LIBRARY "libpq.so.5" // the ABI of libpq-fe.h
enum { ANSWER_MS = 15000 };

// ---- the library ----

static bool load_function(struct postgres *postgres, const char *name, void *function,
                          struct error *error)
{
    void *symbol = dlsym(postgres->library, name);
    if (!symbol)
        return error_set(error, ERROR_STORE, LIBRARY " has no %s", name);
    memcpy(function, &symbol, sizeof symbol); // ISO C has no conversion
    return true;
}

bool postgres_load(struct postgres *postgres, struct error *error)
{
    postgres->library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!postgres->library) {
        error_set(error, ERROR_STORE, "libpq cannot be loaded: %s", dlerror());
        error_hint(error, "install PostgreSQL's client library; Debian's package is libpq5");
        return false;
    }
    bool ok = true;
#define FN(name) ok = ok && load_function(postgres, #name, &postgres->pq.name, error);
    POSTGRES_FUNCTIONS(FN)
#undef FN
    return ok;
}

void postgres_library(char text[32])
{
    struct postgres postgres = {0};
    if (!postgres_load(&postgres, NULL))
        snprintf(text, 32, "(not installed)");
    else {
        int version = postgres.pq.PQlibVersion(); // 150018 is 15.18
        snprintf(text, 32, "%d.%d", version / 10000, version % 10000);
    }
    if (postgres.library)
        dlclose(postgres.library);
}

// ---- errors ----

// libpq's messages are lines; the first says what happened.
static bool postgres_fail(const char *text, struct error *error)
{
    struct slice line = slice_from_cstr(text ? text : "");
    line = slice_trim(slice_sub(line, 0, slice_find_byte(line, '\n', 0)));
    return error_set(error, ERROR_STORE, "PostgreSQL: %.*s",
                     SLICE_ARG(line.len ? line : SLICE("no reason given")));
}

static bool fail_connection(struct postgres *postgres, struct error *error)
{
    return postgres_fail(postgres->pq.PQerrorMessage(postgres->connection), error);
}

// "already exists, skipping" and the like. Failures are reported as errors.
static void ignore_notice(void *state, const char *text)
{
    (void)state;
    (void)text;
}

bool postgres_connect(struct postgres *postgres, const char *url, struct error *error)
{
    // The URL overrides the values before it.
    const char *const keys[] = {
        "connect_timeout",  "keepalives_idle", "keepalives_interval", "tcp_user_timeout",
        "application_name", "dbname",          "client_encoding",     NULL};
    const char *const values[] = {"5", "10", "5", "15000", "guidanced", url, "UTF8", NULL};
    postgres->connection = postgres->pq.PQconnectdbParams(keys, values, 1);
    if (!postgres->connection)
        return error_memory(error);
    postgres->pq.PQsetNoticeProcessor(postgres->connection, ignore_notice, NULL);
    if (postgres->pq.PQstatus(postgres->connection) != CONNECTION_OK ||
        postgres->pq.PQsetnonblocking(postgres->connection, 1) != 0)
        return fail_connection(postgres, error);
    return true;
}

// ---- one query ----

static bool wait_for(struct postgres *postgres, short events, uint64_t deadline_ns,
                     struct error *error)
{
    struct pollfd fd = {.fd = postgres->pq.PQsocket(postgres->connection), .events = events};
    for (;;) {
        uint64_t now = clock_monotonic_ns();
        int left = now < deadline_ns ? (int)((deadline_ns - now) / 1000000) : 0;
        int got = poll(&fd, 1, left);
        if (got > 0)
            return true;
        if (got == 0)
            return error_set(error, ERROR_STORE, "PostgreSQL: no answer within %d seconds",
                             ANSWER_MS / 1000);
        if (errno != EINTR)
            return error_set(error, ERROR_STORE, "PostgreSQL: %s", strerror(errno));
    }
}

static bool send_all(struct postgres *postgres, uint64_t deadline_ns, struct error *error)
{
    int left;
    while ((left = postgres->pq.PQflush(postgres->connection)) == 1) {
        // A server that answers before it has read everything must be read first.
        if (!wait_for(postgres, POLLOUT | POLLIN, deadline_ns, error))
            return false;
        if (!postgres->pq.PQconsumeInput(postgres->connection))
            return fail_connection(postgres, error);
    }
    return left == 0 || fail_connection(postgres, error);
}

// *out: the next result, NULL after the last.
static bool next_result(struct postgres *postgres, uint64_t deadline_ns, PGresult **out,
                        struct error *error)
{
    while (postgres->pq.PQisBusy(postgres->connection)) {
        if (!wait_for(postgres, POLLIN, deadline_ns, error))
            return false;
        if (!postgres->pq.PQconsumeInput(postgres->connection))
            return fail_connection(postgres, error);
    }
    *out = postgres->pq.PQgetResult(postgres->connection);
    return true;
}

static bool is_good(struct postgres *postgres, const PGresult *result)
{
    ExecStatusType status = postgres->pq.PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

// The last result of the query; NULL and error if one is an error.
static PGresult *collect_results(struct postgres *postgres, struct error *error)
{
    uint64_t deadline_ns = clock_monotonic_ns() + ANSWER_MS * UINT64_C(1000000);
    PGresult *last = NULL, *result = NULL;
    struct error first = {0};
    bool ok = send_all(postgres, deadline_ns, &first);
    while (next_result(postgres, deadline_ns, &result, ok ? &first : NULL) && result) {
        if (ok && !is_good(postgres, result))
            ok = postgres_fail(postgres->pq.PQresultErrorMessage(result), &first);
        postgres->pq.PQclear(last);
        last = result;
        result = NULL;
    }
    if (!error_is_set(&first) && last)
        return last;
    postgres->pq.PQclear(last);
    if (!error_is_set(&first))
        fail_connection(postgres, &first);
    if (error && !error_is_set(error))
        *error = first;
    return NULL;
}

bool postgres_run(struct postgres *postgres, const char *sql, struct error *error)
{
    if (!postgres->pq.PQsendQuery(postgres->connection, sql))
        return fail_connection(postgres, error);
    PGresult *result = collect_results(postgres, error);
    postgres->pq.PQclear(result);
    return result != NULL;
}

PGresult *postgres_ask(struct postgres *postgres, const char *sql, const char *parameter,
                       struct error *error)
{
    if (postgres->pq.PQsendQueryParams(postgres->connection, sql, parameter ? 1 : 0, NULL,
                                       &parameter, NULL, NULL, 0))
        return collect_results(postgres, error);
    fail_connection(postgres, error);
    return NULL;
}

bool postgres_number(struct postgres *postgres, const char *sql, int64_t fallback, int64_t *out,
                     struct error *error)
{
    PGresult *result = postgres_ask(postgres, sql, NULL, error);
    if (!result)
        return false;
    *out = postgres->pq.PQntuples(result) > 0
               ? strtoll(postgres->pq.PQgetvalue(result, 0, 0), NULL, 10)
               : fallback;
    postgres->pq.PQclear(result);
    return true;
}
