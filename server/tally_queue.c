// SPDX-License-Identifier: MIT
//
// An event is a head – kind, length of the subject, length of the source, a byte each – and the two
// texts. The writer publishes it by moving `written`, the reader gives its room back by moving
// `read`; each reads the other's position with acquire order, so that it sees the bytes too.
#include "tally_queue.h"

enum { HEAD = 3 };
_Static_assert(USAGE_TEXT_MAX <= UINT8_MAX, "a length is a byte");
_Static_assert((TALLY_QUEUE_BYTES & (TALLY_QUEUE_BYTES - 1)) == 0, "positions wrap by masking");

static size_t put_bytes(struct tally_queue *queue, size_t at, const char *from, size_t len)
{
    size_t start = at & (TALLY_QUEUE_BYTES - 1), room = TALLY_QUEUE_BYTES - start;
    size_t first = len < room ? len : room;
    if (first)
        memcpy(queue->bytes + start, from, first);
    if (len > first)
        memcpy(queue->bytes, from + first, len - first);
    return at + len;
}

static size_t take_bytes(const struct tally_queue *queue, size_t at, char *to, size_t len)
{
    size_t start = at & (TALLY_QUEUE_BYTES - 1), room = TALLY_QUEUE_BYTES - start;
    size_t first = len < room ? len : room;
    if (first)
        memcpy(to, queue->bytes + start, first);
    if (len > first)
        memcpy(to + first, queue->bytes, len - first);
    return at + len;
}

void tally_queue_put(struct tally_queue *queue, const struct tally_event *event)
{
    size_t at = atomic_load_explicit(&queue->written, memory_order_relaxed);
    size_t read = atomic_load_explicit(&queue->read, memory_order_acquire);
    size_t size = HEAD + event->subject.len + event->source.len;
    invariant(event->subject.len <= USAGE_TEXT_MAX && event->source.len <= USAGE_TEXT_MAX);
    if (size > TALLY_QUEUE_BYTES - (at - read)) {
        atomic_fetch_add_explicit(&queue->dropped, 1, memory_order_relaxed);
        return;
    }
    const char head[HEAD] = {(char)event->kind, (char)event->subject.len, (char)event->source.len};
    at = put_bytes(queue, at, head, HEAD);
    at = put_bytes(queue, at, event->subject.ptr, event->subject.len);
    at = put_bytes(queue, at, event->source.ptr, event->source.len);
    atomic_store_explicit(&queue->written, at, memory_order_release);
}

bool tally_queue_take(struct tally_queue *queue, struct tally_event *event,
                      char texts[2 * USAGE_TEXT_MAX])
{
    size_t at = atomic_load_explicit(&queue->read, memory_order_relaxed);
    size_t written = atomic_load_explicit(&queue->written, memory_order_acquire);
    char head[HEAD];
    if (at == written)
        return false;
    at = take_bytes(queue, at, head, HEAD);
    event->kind = (enum usage_kind)head[0];
    event->subject = slice_of(texts, (unsigned char)head[1]);
    event->source = slice_of(texts + USAGE_TEXT_MAX, (unsigned char)head[2]);
    at = take_bytes(queue, at, texts, event->subject.len);
    at = take_bytes(queue, at, texts + USAGE_TEXT_MAX, event->source.len);
    atomic_store_explicit(&queue->read, at, memory_order_release);
    return true;
}
