// SPDX-License-Identifier: MIT
//
// A chained hash table with clock eviction: a record used since the hand last passed is skipped
// once.
#include "kept.h"

#include <pthread.h>
#include <stdlib.h>

enum { CHAINS = 1 << 13, BYTES_MAX = 8 << 20, RECORD_MAX = BYTES_MAX / 2 };

struct entry {
    struct entry *next;
    struct key key;
    size_t length;
    bool used;
    char bytes[];
};

struct kept {
    pthread_mutex_t lock;
    struct entry *chains[CHAINS];
    size_t hand, count, bytes;
    struct script_memory memory; // get NULL: none
};

struct kept *kept_create(void)
{
    struct kept *kept = calloc(1, sizeof *kept);
    if (kept)
        pthread_mutex_init(&kept->lock, NULL);
    return kept;
}

void kept_destroy(struct kept *kept)
{
    if (!kept)
        return;
    for (size_t i = 0; i < CHAINS; i++)
        for (struct entry *entry = kept->chains[i], *next; entry; entry = next) {
            next = entry->next;
            free(entry);
        }
    pthread_mutex_destroy(&kept->lock);
    free(kept);
}

void kept_remember(struct kept *kept, const struct script_memory *memory)
{
    pthread_mutex_lock(&kept->lock);
    kept->memory = memory ? *memory : (struct script_memory){0};
    pthread_mutex_unlock(&kept->lock);
}

struct answers_count kept_count(struct kept *kept)
{
    pthread_mutex_lock(&kept->lock);
    struct answers_count count = {kept->count, kept->bytes};
    pthread_mutex_unlock(&kept->lock);
    return count;
}

// ---- under the lock ----

static struct entry **chain_of(struct kept *kept, struct key key)
{
    return &kept->chains[key.place % CHAINS];
}

static size_t size_of(const struct entry *entry)
{
    return sizeof *entry + entry->length;
}

static void unlink_entry(struct kept *kept, struct entry **at)
{
    struct entry *entry = *at;
    *at = entry->next;
    kept->bytes -= size_of(entry);
    kept->count--;
    free(entry);
}

static void sweep(struct kept *kept)
{
    while (kept->bytes > BYTES_MAX) {
        struct entry **at = &kept->chains[kept->hand];
        while (*at) {
            if ((*at)->used) {
                (*at)->used = false;
                at = &(*at)->next;
            } else {
                unlink_entry(kept, at);
            }
        }
        kept->hand = (kept->hand + 1) % CHAINS;
    }
}

static struct entry **find_kept(struct kept *kept, struct key key)
{
    struct entry **at = chain_of(kept, key);
    while (*at && ((*at)->key.place != key.place || (*at)->key.check != key.check))
        at = &(*at)->next;
    return at;
}

static void put_kept(struct kept *kept, struct key key, struct slice record)
{
    struct entry **at = find_kept(kept, key);
    if (*at)
        unlink_entry(kept, at);
    if (record.len > RECORD_MAX)
        return;
    struct entry *entry = malloc(sizeof *entry + record.len);
    if (!entry)
        return;
    struct entry **chain = chain_of(kept, key);
    *entry = (struct entry){.next = *chain, .key = key, .length = record.len, .used = true};
    if (record.len)
        memcpy(entry->bytes, record.ptr, record.len);
    *chain = entry;
    kept->bytes += size_of(entry);
    kept->count++;
    sweep(kept);
}

// ---- records that outlive the process begin with their check ----

static bool fetch_kept(struct kept *kept, struct key key, struct arena *arena, struct slice *record)
{
    uint64_t check;
    if (!kept->memory.get || !kept->memory.get(kept->memory.state, key.place, arena, record) ||
        record->len < sizeof check)
        return false;
    memcpy(&check, record->ptr, sizeof check);
    *record = slice_sub(*record, sizeof check, record->len);
    return check == key.check;
}

static void store_record(struct kept *kept, struct key key, struct slice record)
{
    if (!kept->memory.put)
        return;
    char *bytes = malloc(sizeof key.check + record.len);
    if (!bytes)
        return;
    memcpy(bytes, &key.check, sizeof key.check);
    if (record.len)
        memcpy(bytes + sizeof key.check, record.ptr, record.len);
    kept->memory.put(kept->memory.state, key.place, slice_of(bytes, sizeof key.check + record.len));
    free(bytes);
}

// ---- for all ----

bool kept_get(struct kept *kept, struct key key, struct arena *arena, struct slice *record)
{
    pthread_mutex_lock(&kept->lock);
    struct entry *entry = *find_kept(kept, key);
    bool found = entry != NULL;
    if (entry) {
        entry->used = true;
        *record = arena_copy(arena, slice_of(entry->bytes, entry->length));
        found = record->ptr != NULL;
    } else if (fetch_kept(kept, key, arena, record)) {
        found = true;
        put_kept(kept, key, *record);
    }
    pthread_mutex_unlock(&kept->lock);
    return found;
}

void kept_put(struct kept *kept, struct key key, struct slice record)
{
    pthread_mutex_lock(&kept->lock);
    put_kept(kept, key, record);
    store_record(kept, key, record);
    pthread_mutex_unlock(&kept->lock);
}
