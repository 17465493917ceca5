// SPDX-License-Identifier: MIT
//
// Where a render prints. The page becomes a list of parts: short and dynamic text is written into
// runs inside chunks of the request's arena, long static text is only referred to. A capture (block
// set, macro called for its value, filter block) becomes one string. The output of an imported
// template is dropped.
//
// Thread-safety: belongs to one render.
//
// Private to lib/template.
#ifndef GUIDANCED_TEMPLATE_OUTPUT_H
#define GUIDANCED_TEMPLATE_OUTPUT_H

#include "base/buffer.h"

// Static text from this length on is referred to, not copied.
enum { OUTPUT_REFERENCE_MIN = 512 };

enum output_kind { OUTPUT_PARTS, OUTPUT_STRING, OUTPUT_DISCARD };

struct output {
    char *at;    // where the next byte goes
    char *end;   // of the room
    char *start; // of the run that is open
    struct arena *arena;
    uint8_t kind; // enum output_kind
    bool failed;
    bool overflow; // failed because of `max`
    size_t closed; // bytes in finished parts
    size_t max;
    size_t chunk; // size of the next chunk
    struct slice *parts;
    size_t count, capacity;
    struct output *previous; // what this capture interrupts
};

struct output output_create(struct arena *arena, enum output_kind kind, size_t max);
void output_append_slow(struct output *out, struct slice text);
void output_append_escaped(struct output *out, struct slice text);
void output_append_number(struct output *out, double number);
// Text that lives as long as the output.
void output_append_static(struct output *out, struct slice text);
// Closes the open run; false when the output has failed or passed its maximum.
bool output_finish(struct output *out);

static inline void output_append(struct output *out, struct slice text)
{
    // One comparison for both "not empty" and "there is room".
    if (text.len - 1 < (size_t)(out->end - out->at)) {
        memcpy(out->at, text.ptr, text.len);
        out->at += text.len;
    } else {
        output_append_slow(out, text);
    }
}

// The output so far: to roll back to it, or to see what follows it.
struct output_mark {
    size_t count, closed, open;
};
struct output_mark output_mark(const struct output *out);
void output_rewind(struct output *out, struct output_mark mark);
// The length printed since the mark, which must not have been rolled back.
size_t output_length_since(const struct output *out, struct output_mark mark);
void output_copy_since(const struct output *out, struct output_mark mark, char *to);

#endif
