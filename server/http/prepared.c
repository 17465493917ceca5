// SPDX-License-Identifier: MIT
//
// Responses that are used again. A page always has the same response fields, except the request id
// and, if its text changes, the entity tag; so each worker keeps prepared responses for
// libmicrohttpd in a small table. Answering from it allocates no memory. The body is not in it but
// belongs to the request (wire.h).
//
// New values overwrite the old ones inside the response. That is safe because the response belongs
// to the worker, and libmicrohttpd copies the fields into the connection's buffer before the worker
// handles another request. The length is libmicrohttpd's, and cannot be overwritten.
#include "exchange.h"

#include <stdlib.h>

enum { SLOTS = 512 }; // about 2 kB each when filled

struct http_prepared_table {
    struct http_prepared_table *next; // in the server's list
    struct http_prepared slots[SLOTS];
};

// A worker belongs to one server.
static _Thread_local struct http_prepared_table *table;

static struct http_prepared_table *make_table(struct http_server *server)
{
    struct http_prepared_table *made = calloc(1, sizeof *made);
    if (!made)
        return NULL;
    made->next = atomic_load(&server->tables);
    while (!atomic_compare_exchange_weak(&server->tables, &made->next, made))
        continue;
    return made;
}

static void empty(struct http_prepared *slot)
{
    if (slot->response)
        MHD_destroy_response(slot->response);
    *slot = (struct http_prepared){0};
}

struct http_prepared *http_prepared_slot(struct http_server *server, uint64_t fields, int status,
                                         enum http_coding coding)
{
    if (!table)
        table = make_table(server);
    if (!table)
        return NULL;
    uint64_t number = fields * 8 + (uint64_t)status * 4 + (uint64_t)(coding + 1);
    struct http_prepared *slot = &table->slots[(number * 0x9e3779b97f4a7c15u >> 32) % SLOTS];
    if (slot->fields != fields || slot->status != status || slot->coding != coding) {
        empty(slot);
        slot->fields = fields;
        slot->status = status;
        slot->coding = coding;
    }
    return slot;
}

_Static_assert((SLOTS & (SLOTS - 1)) == 0, "a power of two");

static struct slice field(struct MHD_Response *response, const char *name)
{
    const char *value = MHD_get_response_header(response, name);
    return value ? slice_from_cstr(value) : SLICE_EMPTY;
}

void http_prepared_keep(struct http_prepared *slot, struct MHD_Response *response,
                        const struct http_particulars *now)
{
    if (slot->response)
        MHD_destroy_response(slot->response);
    slot->response = response;
    slot->is = *now;
    slot->is.id = field(response, HTTP_REQUEST_ID);
    slot->is.etag = field(response, "ETag");
}

static void write_over(struct slice old, struct slice new)
{
    invariant(old.len == new.len); // or it would overwrite what follows
    if (new.len)
        memcpy((char *)(uintptr_t)old.ptr, new.ptr, new.len);
}

bool http_prepared_fit(struct http_prepared *slot, const struct http_particulars *now)
{
    const struct http_particulars *is = &slot->is;
    if (!slot->response || is->length != now->length || is->last_modified != now->last_modified ||
        is->id.len != now->id.len || is->etag.len != now->etag.len)
        return false;
    write_over(is->id, now->id);
    write_over(is->etag, now->etag);
    return true;
}

void http_prepared_free(struct http_server *server)
{
    for (struct http_prepared_table *t = atomic_exchange(&server->tables, NULL); t;) {
        struct http_prepared_table *next = t->next;
        for (size_t i = 0; i < SLOTS; i++)
            empty(&t->slots[i]);
        free(t);
        t = next;
    }
}
