// SPDX-License-Identifier: MIT
//
// A waiter is in the request's arena, and may be gone as soon as its connection is resumed.
#include "waiters.h"

// A page of changes waits for two snapshots and the report.
enum { WAITS_MAX = 4 };

static void begin_waiting(void *state, struct http_wait *wait)
{
    struct waiter *waiter = state;
    if (!waiter->waiting->join(waiter->waiting, waiter))
        http_continue(wait);
}

static void end_waiting(void *state, struct request *request, struct response *response)
{
    const struct waiter *waiter = state;
    *response = (struct response){0};
    request->waited++;
    waiter->again(waiter->server, request, response);
}

bool waiters_suspend(const struct waiting *waiting, struct server *server, struct request *request,
                     struct response *response, waiters_answer again)
{
    struct waiter *waiter =
        request->waited < WAITS_MAX ? arena_zalloc(request->arena, 1, sizeof *waiter) : NULL;
    if (!waiter)
        return false;
    *waiter = (struct waiter){.waiting = waiting, .server = server, .again = again};
    waiter->wait = (struct http_wait){.begin = begin_waiting, .end = end_waiting, .state = waiter};
    response->wait = &waiter->wait;
    return true;
}

void waiters_add(struct waiter **list, struct waiter *waiter)
{
    waiter->next = *list;
    *list = waiter;
}

size_t waiters_wake(struct waiter **list)
{
    struct waiter *waiter = *list;
    size_t count = 0;
    *list = NULL;
    while (waiter) {
        struct waiter *next = waiter->next;
        http_continue(&waiter->wait);
        waiter = next;
        count++;
    }
    return count;
}
