// SPDX-License-Identifier: MIT
//
// Responses that are used again. A page of the render cache is the same response every time, but
// for the request's id; so each worker keeps what it has prepared for libmicrohttpd, fields and
// all, in a small table. Answering from it asks for no memory.
//
// The id is written over the one before, inside the response. That is safe because the response is
// the worker's own, and libmicrohttpd copies the fields into the connection's buffer before the
// worker turns to another request.
//
// A slot of an older snapshot points at a body that is gone. It is never sent: identities are not
// used twice, and the body is only looked at by libmicrohttpd for a request that found the slot.
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

struct http_prepared *http_prepared_slot(struct http_server *server, uint64_t identity,
                                         enum http_coding coding)
{
    if (!table)
        table = make_table(server);
    if (!table)
        return NULL;
    uint64_t number = identity * 4 + (uint64_t)(coding + 1);
    struct http_prepared *slot = &table->slots[(number * 0x9e3779b97f4a7c15u >> 32) % SLOTS];
    if (slot->identity != identity || slot->coding != coding) {
        empty(slot);
        slot->identity = identity;
        slot->coding = coding;
    }
    return slot;
}

void http_prepared_keep(struct http_prepared *slot, struct MHD_Response *response, const char *id)
{
    const char *value = MHD_get_response_header(response, HTTP_REQUEST_ID);
    slot->response = response;
    slot->id = (char *)(uintptr_t)value;
    slot->id_length = value ? strlen(id) : 0;
}

bool http_prepared_name(struct http_prepared *slot, const char *id)
{
    size_t length = strlen(id);
    if (!slot->id || length != slot->id_length) // a proxy's own
        return false;
    memcpy(slot->id, id, length);
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
