// SPDX-License-Identifier: MIT
//
// YAML to values, in one pass over the text, under limits.
//
// The reader is our own because it must match js-yaml, which reads the site in Eleventy: js-yaml
// accepts what libyaml refuses (`[:x, z]`, keys over 1,024 characters, tabs, "\ud83d\ude00"), reads
// some of it differently, and its versions differ. tests/conformance/yaml compares with both.
//
// Depth is counted as brackets open, and only a text after an anchor or tag is read twice, so time
// is linear in the text. An alias shares the value of its anchor, so references add nothing; an
// anchor that contains itself is refused.
#include "value/yaml.h"

#include "base/utf8.h"
#include "value/limits.h"

// ---- directives ----

static bool bad_directive(struct yaml *y, size_t at)
{
    return yaml_fail(y, at, ERROR_SYNTAX, "an unquoted text cannot start with %: put it in quotes",
                     "a directive (%%YAML, %%TAG) that cannot be read");
}

static struct slice read_directive_word(struct yaml *y)
{
    size_t start = y->p.at;
    while (yaml_char(y) && !yaml_is_space(yaml_char(y)))
        y->p.at++;
    return slice_of(y->text + start, y->p.at - start);
}

static bool is_version(struct slice text)
{
    size_t digits = 0;
    if (!slice_starts_with(text, SLICE("1.")))
        return false;
    for (size_t i = 2; i < text.len; i++)
        digits += text.ptr[i] >= '0' && text.ptr[i] <= '9';
    return digits && digits == text.len - 2;
}

static bool add_handle(struct yaml *y, struct slice handle, struct slice prefix)
{
    struct slice *kept = arena_zalloc(y->arena, 1, sizeof *kept);
    if (!kept)
        return yaml_fail_memory(y);
    if (!yaml_is_tag_handle(y, handle) || map_find(&y->handles, handle))
        return false;
    *kept = prefix;
    return yaml_decode_tag(y, kept) && (map_put(&y->handles, handle, kept) || yaml_fail_memory(y));
}

// "%YAML 1.2", "%TAG ! tag:x,2000:"; others are skipped.
static void read_directive(struct yaml *y, bool *versioned)
{
    size_t start = y->p.at++, count = 0;
    struct slice name = read_directive_word(y), arguments[2] = {SLICE_EMPTY, SLICE_EMPTY};
    for (;;) {
        while (yaml_is_blank(yaml_char(y)))
            y->p.at++;
        if (yaml_char(y) == '#')
            while (yaml_char(y) && !yaml_is_break(yaml_char(y)))
                y->p.at++;
        if (!yaml_char(y) || yaml_is_break(yaml_char(y)))
            break;
        struct slice word = read_directive_word(y);
        if (count < 2)
            arguments[count] = word;
        count++;
    }
    bool fits = name.len != 0;
    if (slice_equal(name, SLICE("YAML"))) {
        fits = !*versioned && count == 1 && is_version(arguments[0]);
        *versioned = true;
    } else if (slice_equal(name, SLICE("TAG")))
        fits = count == 2 && add_handle(y, arguments[0], arguments[1]);
    if (!fits)
        bad_directive(y, start);
    // Not yaml_skip: js-yaml does not count the spaces of the next line as indentation.
    else if (yaml_char(y))
        yaml_line_break(y);
}

// ---- the document ----

static bool read_start(struct yaml *y)
{
    bool any = false, versioned = false;
    for (;;) {
        yaml_skip(y, true);
        if (y->p.indent > 0 || yaml_char(y) != '%')
            break;
        any = true;
        read_directive(y, &versioned);
    }
    const char *c = y->text + y->p.at;
    if (y->p.indent == 0 && c[0] == '-' && c[1] == '-' && c[2] == '-') {
        y->p.at += 3;
        yaml_skip(y, true);
    } else if (any)
        return yaml_fail(y, y->p.at, ERROR_SYNTAX, "write --- between them and the text",
                         "the directives have no end");
    return !y->failed;
}

static bool second_document(struct yaml *y, size_t at)
{
    return yaml_fail(y, at, ERROR_SYNTAX,
                     "a text holds only one document; remove the --- or ... above",
                     "a second document starts here");
}

static bool read_document(struct yaml *y, struct value *out)
{
    if (!read_start(y))
        return false;
    yaml_compose(y, (struct yaml_frame){
                        {SLICE_EMPTY, YAML_NO_ROW}, y->p.indent - 1, YAML_BLOCK_OUT, false, true});
    *out = y->node.value;
    yaml_skip(y, true);
    if (++y->nodes > y->limits.nodes && !y->failed)
        return yaml_fail(y, y->p.at, ERROR_LIMIT, NULL, "more than %u values", y->limits.nodes);
    if (!yaml_char(y))
        return !y->failed;
    if (y->p.at != y->p.line_start || !yaml_at_document_mark(y))
        return yaml_fail_stray(y);
    if (yaml_char(y) == '-')
        return second_document(y, y->p.at);
    y->p.at += 3;
    yaml_skip(y, true);
    return !yaml_char(y) || second_document(y, y->p.at);
}

// ---- the source ----

static bool check_source(struct yaml *y)
{
    if (y->source.len > y->limits.bytes) {
        error_set(y->error, ERROR_LIMIT, "the YAML is larger than %zu bytes", y->limits.bytes);
        error_at(y->error, y->file, y->first_line, 1);
        return false;
    }
    size_t invalid = utf8_find_invalid(y->source);
    if (invalid != SIZE_MAX)
        return yaml_fail(y, invalid, ERROR_SYNTAX, "save the file as UTF-8",
                         "the text is not valid UTF-8");
    size_t zero = slice_find_byte(y->source, '\0', 0);
    return zero == SIZE_MAX ||
           yaml_fail(y, zero, ERROR_SYNTAX, "take it away", "a control character in the text");
}

// A copy that ends with a line break, as js-yaml adds one, and with enough NULs to look ahead.
static bool copy_source(struct yaml *y)
{
    enum { AHEAD = 4 };
    size_t len = y->source.len;
    char *copy = arena_alloc_text(y->arena, len + 1 + AHEAD);
    if (!copy)
        return yaml_fail_memory(y);
    if (len)
        memcpy(copy, y->source.ptr, len);
    if (len && !yaml_is_break(copy[len - 1]))
        copy[len++] = '\n';
    memset(copy + len, 0, AHEAD);
    y->text = copy;
    y->length = len;
    return true;
}

struct value value_from_yaml(struct arena *arena, struct slice file, struct slice source,
                             const struct yaml_reading *how, struct error *error)
{
    static const struct yaml_reading DEFAULT = {.version = 4};
    how = how ? how : &DEFAULT;
    struct yaml y = {.arena = arena,
                     .compose = yaml_compose,
                     .file = file,
                     .source = source,
                     .first_line = how->first_line ? how->first_line : 1,
                     .version = how->version ? how->version : 4,
                     .limits = limits_in_force(how->limits),
                     .places = how->places,
                     .tab = how->tab,
                     .error = error,
                     .p.tab = SIZE_MAX,
                     .anchors = map_create(arena),
                     .handles = map_create(arena)};
    struct value value = value_null();
    if (!check_source(&y) || !copy_source(&y))
        return value_undefined();
    if (slice_starts_with(source, SLICE("\xef\xbb\xbf")))
        y.p.at = y.p.line_start = 3;
    for (; yaml_char(&y) == ' '; y.p.at++)
        y.p.indent++;
    if (yaml_char(&y) && !read_document(&y, &value))
        return value_undefined();
    return value;
}
