// SPDX-License-Identifier: MIT
//
// JavaScript regular expressions on PCRE2. The pattern is translated once (regexp_syntax.c) and
// compiled to machine code where the platform allows. Matching takes its scratch memory from the
// request's arena, returns it at once, and is limited in steps and memory.
//
// Differences from JavaScript: `lastIndex` is not kept; every search starts afresh (templates
// share their literals between threads); look-behind must have a bounded width per alternative.
#define PCRE2_CODE_UNIT_WIDTH 8

#include "value/regexp.h"

#include "base/utf8.h"
#include "value/text.h"

#include <pcre2.h>

enum {
    MATCH_LIMIT = 1000000,
    DEPTH_LIMIT = 20000,
    HEAP_LIMIT_KIB = 8192,
    PATTERN_MAX = 16384, // bytes
    GROUPS_MAX = 16,     // as many as a struct value_match holds
};

struct value_regexp {
    pcre2_code *code;
    pcre2_match_context *limits;
    struct slice source;
    struct slice flags;
    uint32_t groups;
};

static void free_code(void *code)
{
    pcre2_code_free(code);
}

static void free_limits(void *limits)
{
    pcre2_match_context_free(limits);
}

static bool has_flag(struct slice flags, char flag)
{
    return slice_find_byte(flags, flag, 0) != SIZE_MAX;
}

static bool check_flags(struct slice flags, struct error *error)
{
    for (size_t i = 0; i < flags.len; i++) {
        char flag = flags.ptr[i];
        if (!has_flag(SLICE("gimsuy"), flag))
            return error_set(error, ERROR_SYNTAX, "unknown regular expression flag \"%c\"", flag);
        if (slice_find_byte(flags, flag, i + 1) != SIZE_MAX)
            return error_set(error, ERROR_SYNTAX, "regular expression flag \"%c\" given twice",
                             flag);
    }
    return true;
}

static uint32_t compile_options(struct slice flags)
{
    uint32_t options =
        PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_UNSET_BACKREF | PCRE2_NEVER_BACKSLASH_C;
    return has_flag(flags, 'i') ? options | PCRE2_CASELESS : options;
}

static pcre2_code *compile(struct slice pattern, struct slice flags, struct slice source,
                           struct error *error)
{
    int code;
    PCRE2_SIZE offset;
    pcre2_code *compiled = pcre2_compile((PCRE2_SPTR)(pattern.ptr ? pattern.ptr : ""), pattern.len,
                                         compile_options(flags), &code, &offset, NULL);
    if (compiled)
        return compiled;
    PCRE2_UCHAR message[160];
    if (pcre2_get_error_message(code, message, sizeof message) < 0)
        message[0] = '\0';
    error_set(error, ERROR_SYNTAX, "invalid regular expression /%.*s/: %s",
              (int)(source.len > 200 ? 200 : source.len), source.len ? source.ptr : "",
              (const char *)message);
    return NULL;
}

static pcre2_match_context *create_limits(void)
{
    pcre2_match_context *limits = pcre2_match_context_create(NULL);
    if (!limits)
        return NULL;
    pcre2_set_match_limit(limits, MATCH_LIMIT);
    pcre2_set_depth_limit(limits, DEPTH_LIMIT);
    pcre2_set_heap_limit(limits, HEAP_LIMIT_KIB);
    return limits;
}

static bool fill_regexp(struct arena *arena, struct value_regexp *regexp, struct slice pattern,
                        struct error *error)
{
    regexp->code = compile(pattern, regexp->flags, regexp->source, error);
    if (!regexp->code)
        return false;
    if (!arena_on_free(arena, free_code, regexp->code))
        return error_memory(error);
    regexp->limits = create_limits();
    if (!regexp->limits || !arena_on_free(arena, free_limits, regexp->limits))
        return error_memory(error);
    pcre2_pattern_info(regexp->code, PCRE2_INFO_CAPTURECOUNT, &regexp->groups);
    return true;
}

struct value value_regexp(struct arena *arena, struct slice source, struct slice flags,
                          struct error *error)
{
    struct slice pattern;
    if (source.len > PATTERN_MAX) {
        error_set(error, ERROR_LIMIT, "a regular expression longer than %d bytes", PATTERN_MAX);
        return value_undefined();
    }
    if (!check_flags(flags, error) || !regexp_translate(arena, source, flags, &pattern, error))
        return value_undefined();
    struct value_regexp *regexp = arena_zalloc(arena, 1, sizeof *regexp);
    if (!regexp) {
        error_memory(error);
        return value_undefined();
    }
    regexp->source = arena_copy(arena, source.len ? source : SLICE("(?:)"));
    regexp->flags = arena_copy(arena, flags);
    if (!fill_regexp(arena, regexp, pattern, error))
        return value_undefined();
    return (struct value){.type = VALUE_REGEXP, .regexp = regexp};
}

// ---- matching ----

static void *scratch_alloc(size_t size, void *arena)
{
    return arena_alloc(arena, size);
}

static void scratch_free(void *ptr, void *arena)
{
    (void)ptr; // the whole scratch is rewound after the match
    (void)arena;
}

static void copy_match(struct value_match *match, const struct value_regexp *regexp,
                       const pcre2_match_data *data)
{
    const PCRE2_SIZE *offsets = pcre2_get_ovector_pointer((pcre2_match_data *)data);
    match->start = offsets[0];
    match->end = offsets[1];
    match->group_count = regexp->groups > GROUPS_MAX ? GROUPS_MAX : regexp->groups;
    for (size_t i = 0; i < match->group_count; i++) {
        match->starts[i] = offsets[2 * i + 2];
        match->ends[i] = offsets[2 * i + 3];
    }
}

// Interpreted: machine code of PCRE2's takes as long to make as it saves on most texts, counts the
// limits differently, and needs memory that is both written and executed.
static int run_match(const struct value_regexp *regexp, struct slice text, size_t from,
                     pcre2_match_data *data)
{
    PCRE2_SPTR subject = (PCRE2_SPTR)(text.ptr ? text.ptr : "");
    uint32_t options = PCRE2_NO_UTF_CHECK;
    if (has_flag(regexp->flags, 'y'))
        options |= PCRE2_ANCHORED;
    return pcre2_match(regexp->code, subject, text.len, from, options, data, regexp->limits);
}

static bool match_failed(const struct value_regexp *regexp, int rc, struct error *error)
{
    if (rc == PCRE2_ERROR_NOMATCH)
        return false;
    if (rc == PCRE2_ERROR_NOMEMORY)
        return error_memory(error);
    return error_set(
        error, ERROR_LIMIT, "the regular expression /%.*s/ takes too long on this text",
        (int)(regexp->source.len > 200 ? 200 : regexp->source.len), regexp->source.ptr);
}

bool value_regexp_match(struct value_realm *realm, struct value regexp, struct slice text,
                        size_t from, struct value_match *match, struct error *error)
{
    const struct value_regexp *r = regexp.regexp;
    if (from > text.len)
        return false;
    // Later searches of the same text need no second check.
    if (from == 0 && utf8_find_invalid(text) != SIZE_MAX)
        return error_set(error, ERROR_RUNTIME, "the text to search is not valid UTF-8");
    struct arena_mark mark = arena_mark(realm->arena);
    pcre2_general_context *scratch =
        pcre2_general_context_create(scratch_alloc, scratch_free, realm->arena);
    pcre2_match_data *data = scratch ? pcre2_match_data_create(r->groups + 1, scratch) : NULL;
    int rc = data ? run_match(r, text, from, data) : PCRE2_ERROR_NOMEMORY;
    if (rc > 0)
        copy_match(match, r, data);
    arena_rewind(realm->arena, mark);
    return rc > 0 || match_failed(r, rc, error);
}

size_t regexp_next_start(struct slice text, const struct value_match *match)
{
    size_t next = match->end;
    if (match->end > match->start)
        return next;
    if (next < text.len)
        utf8_decode(text, &next);
    else
        next++;
    return next;
}

// ---- what it says about itself ----

bool value_regexp_is_global(struct value regexp)
{
    return has_flag(regexp.regexp->flags, 'g');
}

struct slice value_regexp_source(struct value regexp)
{
    return regexp.regexp->source;
}

struct slice value_regexp_flags(struct value regexp)
{
    return regexp.regexp->flags;
}

void regexp_append_text(struct buffer *out, struct value regexp)
{
    struct slice source = regexp.regexp->source;
    buffer_append_byte(out, '/');
    if (!source.len)
        buffer_append(out, SLICE("(?:)"));
    // A pattern is on one line (ECMA-262 §22.2.6.13.1).
    for (size_t i = 0; i < source.len; i++) {
        if (source.ptr[i] == '\n' || source.ptr[i] == '\r')
            buffer_append(out, source.ptr[i] == '\n' ? SLICE("\\n") : SLICE("\\r"));
        else
            buffer_append_byte(out, source.ptr[i]);
    }
    buffer_append_byte(out, '/');
    buffer_append(out, regexp.regexp->flags);
}

struct slice regexp_group_name(struct value regexp, size_t number)
{
    uint32_t count = 0, size = 0;
    PCRE2_SPTR table = NULL;
    pcre2_pattern_info(regexp.regexp->code, PCRE2_INFO_NAMECOUNT, &count);
    pcre2_pattern_info(regexp.regexp->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    pcre2_pattern_info(regexp.regexp->code, PCRE2_INFO_NAMETABLE, &table);
    for (uint32_t i = 0; i < count; i++, table += size) {
        if ((size_t)(table[0] << 8 | table[1]) == number)
            return slice_from_cstr((const char *)table + 2);
    }
    return SLICE_EMPTY;
}
