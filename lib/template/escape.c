// SPDX-License-Identifier: MIT
//
// Escaping for HTML, and safety: which texts need none. Source: Nunjucks lib.escape, SafeString and
// copySafeness. Nunjucks 3.2.4 escapes the backslash, and leaves the backtick alone.
//
// The output loop of every page runs through template_append_escaped, so it looks at bytes by a
// table and copies the runs between them whole.
#include "builtins.h"

// The replacement of each special byte: an index into `references`.
static const uint8_t special[256] = {
    ['&'] = 1, ['<'] = 2, ['>'] = 3, ['"'] = 4, ['\''] = 5, ['\\'] = 6,
};
static const struct slice references[] = {
    {"", 0}, {"&amp;", 5}, {"&lt;", 4}, {"&gt;", 4}, {"&quot;", 6}, {"&#39;", 5}, {"&#92;", 5},
};

// Offset of the first special byte at or after `from`, or text.len.
static size_t find_special(struct slice text, size_t from)
{
    while (from < text.len && !special[(unsigned char)text.ptr[from]])
        from++;
    return from;
}

void template_append_escaped(struct buffer *out, struct slice text)
{
    size_t from = 0;
    for (;;) {
        size_t at = find_special(text, from);
        buffer_append(out, slice_sub(text, from, at));
        if (at >= text.len)
            return;
        buffer_append(out, references[special[(unsigned char)text.ptr[at]]]);
        from = at + 1;
    }
}

static struct value escape_text(struct value_realm *realm, struct slice text, uint8_t flags)
{
    if (find_special(text, 0) == text.len) {
        struct value same = value_string(text);
        same.flags = (uint8_t)(VALUE_SAFE | (flags & (VALUE_ASCII | VALUE_IMPURE)));
        return same;
    }
    struct buffer out = buffer_create(realm->arena, 0);
    buffer_reserve(&out, text.len + text.len / 8 + 16);
    template_append_escaped(&out, text);
    struct value escaped = value_safe_string(buffer_slice(&out));
    escaped.flags |= (uint8_t)(flags & (VALUE_ASCII | VALUE_IMPURE));
    return out.failed ? value_undefined() : escaped;
}

struct value template_escape(struct value_realm *realm, struct value v)
{
    if (value_is(v, VALUE_STRING))
        return v.flags & VALUE_SAFE ? v : escape_text(realm, value_text(v), v.flags);
    if (value_is_nullish(v))
        return value_safe_string(SLICE(""));
    return escape_text(realm, value_to_text(realm, v), 0);
}

struct value template_copy_safeness(struct value from, struct slice text)
{
    return builtin_is_safe(from) ? value_safe_string(text) : value_string(text);
}
