// SPDX-License-Identifier: MIT
//
// Tags: their syntax, and the effect of those in YAML's repository. Others are refused: nothing in
// a site knows them.
#include "base/utf8.h"
#include "value/arrays.h"
#include "value/yaml.h"

const struct slice YAML_MERGE_TAG = {"tag:yaml.org,2002:merge", 23};
static const struct slice CORE = {"tag:yaml.org,2002:", 18};

// ---- reading ----

static bool is_handle_byte(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-';
}

bool yaml_is_tag_handle(const struct yaml *y, struct slice handle)
{
    if (handle.len == 0 || handle.ptr[0] != '!' || handle.ptr[handle.len - 1] != '!')
        return false;
    for (size_t i = 1; i + 1 < handle.len; i++) {
        bool digit = handle.ptr[i] >= '0' && handle.ptr[i] <= '9';
        if (!is_handle_byte(handle.ptr[i]) || (digit && y->version < 4))
            return false;
    }
    return true;
}

// Characters allowed in a tag. The first may be more, also of several bytes.
static bool is_tag_text(struct slice text)
{
    if (!text.len)
        return true;
    if (yaml_is_flow(text.ptr[0]))
        return false;
    bool wide = (unsigned char)text.ptr[0] >= 0x80;
    for (size_t i = text.ptr[0] == '%' ? 0 : 1; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (!(wide && (c & 0xc0) == 0x80) && !is_handle_byte((char)c) &&
            !strchr("%#;/?:@&=+$,_.!~*'()[]", c))
            return false;
    }
    return true;
}

bool yaml_decode_tag(struct yaml *y, struct slice *text)
{
    if (!text->len || slice_find_byte(*text, '%', 0) == SIZE_MAX)
        return true;
    struct buffer out = buffer_create(y->arena, 0);
    if (!buffer_append_decoded(&out, *text))
        return false;
    if (out.failed)
        return yaml_fail_memory(y);
    // js-yaml 3 keeps the text as written and only checks its form.
    if (y->version >= 4)
        *text = buffer_slice(&out);
    return utf8_find_invalid(buffer_slice(&out)) == SIZE_MAX;
}

static bool bad_tag(struct yaml *y, size_t at, struct slice tag)
{
    const char *hint = "an unquoted value cannot start with !: put it in quotes";
    int len = (int)(tag.len > 60 ? 60 : tag.len);
    if (!slice_starts_with(tag, CORE))
        return yaml_fail(y, at, ERROR_SYNTAX, hint, "unknown tag \"%.*s\"", len, tag.ptr);
    tag = slice_sub(tag, CORE.len, tag.len);
    return yaml_fail(y, at, ERROR_SYNTAX, hint,
                     "the tag !!%.*s is unknown or does not fit its value",
                     (int)(tag.len > 60 ? 60 : tag.len), tag.ptr);
}

static bool read_verbatim(struct yaml *y, size_t start)
{
    size_t name = ++y->p.at;
    while (yaml_char(y) && yaml_char(y) != '>')
        y->p.at++;
    struct slice tag = slice_of(y->text + name, y->p.at - name);
    if (!yaml_char(y) || !is_tag_text(tag) || !yaml_decode_tag(y, &tag))
        return bad_tag(y, start, slice_of(y->text + start, y->p.at - start));
    y->p.at++;
    y->node.tag = tag;
    return true;
}

bool yaml_read_tag(struct yaml *y)
{
    size_t start = y->p.at;
    if (yaml_char(y) != '!')
        return false;
    if (y->node.tag.ptr)
        return yaml_fail(y, start, ERROR_SYNTAX, "take one away", "a second tag");
    y->p.at++;
    if (yaml_char(y) == '<')
        return read_verbatim(y, start);
    size_t name = y->p.at;
    bool twice = false;
    for (; yaml_char(y) && !yaml_is_space(yaml_char(y)); y->p.at++) {
        if (yaml_char(y) != '!')
            continue;
        twice |= name > start + 1;
        name = y->p.at + 1;
    }
    struct slice whole = slice_of(y->text + start, y->p.at - start);
    struct slice handle = slice_sub(whole, 0, name - start);
    struct slice suffix = slice_sub(whole, name - start, whole.len);
    bool flow = false;
    for (size_t i = 0; i < suffix.len; i++)
        flow |= yaml_is_flow(suffix.ptr[i]);
    if (twice || flow || !yaml_is_tag_handle(y, handle) || !is_tag_text(suffix) ||
        !yaml_decode_tag(y, &suffix))
        return bad_tag(y, start, whole);
    const struct slice *prefix = map_get(&y->handles, handle);
    if (prefix)
        y->node.tag = ARENA_JOIN(y->arena, *prefix, suffix);
    else if (handle.len == 1)
        y->node.tag = whole;
    else if (handle.len == 2)
        y->node.tag = ARENA_JOIN(y->arena, CORE, suffix);
    else
        return bad_tag(y, start, whole);
    return y->node.tag.ptr || yaml_fail_memory(y);
}

// ---- binary ----

static int base64_digit(char c)
{
    return c >= 'A' && c <= 'Z'   ? c - 'A'
           : c >= 'a' && c <= 'z' ? c - 'a' + 26
           : c >= '0' && c <= '9' ? c - '0' + 52
           : c == '+'             ? 62
           : c == '/'             ? 63
                                  : -1;
}

// Decodes base 64 as js-yaml does: an empty text is three zero bytes.
static bool decode_binary(struct slice text, struct buffer *bytes)
{
    uint32_t bits = 0;
    size_t count = 0, digits = 0;
    for (size_t i = 0; i < text.len; i++) {
        int digit = base64_digit(text.ptr[i]);
        if (digit < 0 && text.ptr[i] != '=' && !yaml_is_break(text.ptr[i]))
            return false;
        digits += digit >= 0 || text.ptr[i] == '=';
        if (digit < 0)
            continue;
        bits = (bits << 6 | (uint32_t)digit) & 0xffffff;
        if (++count % 4 == 0)
            for (int shift = 16; shift >= 0; shift -= 8)
                buffer_append_byte(bytes, (char)(bits >> shift & 0xff));
    }
    if (count % 4 == 3)
        buffer_append_byte(bytes, (char)(bits >> 10 & 0xff));
    if (count % 4 >= 2)
        buffer_append_byte(bytes, (char)(bits >> (count % 4 == 3 ? 2 : 4) & 0xff));
    if (count == 0)
        buffer_append(bytes, slice_of("\0\0\0", 3));
    return digits % 4 == 0;
}

// Bytes of an incomplete character are shown as one U+FFFD (Encoding Standard).
static size_t cut_short(struct slice bytes, size_t at)
{
    unsigned char lead = (unsigned char)bytes.ptr[at];
    size_t most = lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    size_t count = 0;
    for (; count < most && at + count + 1 < bytes.len; count++, low = 0x80, high = 0xbf) {
        unsigned char next = (unsigned char)bytes.ptr[at + count + 1];
        if (next < low || next > high)
            break;
    }
    return count;
}

static void show_bytes(struct slice bytes, struct buffer *out)
{
    for (size_t at = 0; at < bytes.len;) {
        size_t start = at;
        utf8_append(out, utf8_decode(bytes, &at));
        if (at == start + 1 && (unsigned char)bytes.ptr[start] >= 0x80)
            at += cut_short(bytes, start);
    }
}

// js-yaml 4 gives a Uint8Array, which templates see as a list of numbers; 3 a Buffer, which prints
// as text.
static bool make_binary(struct yaml *y, struct slice text, struct value *out)
{
    struct buffer bytes = buffer_create(y->arena, 0), shown = buffer_create(y->arena, 0);
    if (!decode_binary(text, &bytes))
        return false;
    struct slice all = buffer_slice(&bytes);
    if (y->version < 4) {
        show_bytes(all, &shown);
        *out = value_string(buffer_slice(&shown));
        return !(bytes.failed || shown.failed) || yaml_fail_memory(y);
    }
    *out = value_array(y->arena, (uint32_t)all.len);
    for (size_t i = 0; out->type == VALUE_ARRAY && i < all.len; i++)
        if (!array_push(y->arena, out->array, value_number((unsigned char)all.ptr[i])))
            return yaml_fail_memory(y);
    return (!bytes.failed && out->type == VALUE_ARRAY) || yaml_fail_memory(y);
}

// ---- what tags make ----

// The text of a scalar. One on the line below its tag has been read as a key first, and is a
// number, a truth or a date already: js-yaml fails then, too.
static bool take_scalar(const struct value *value, struct slice *text)
{
    *text = value->type == VALUE_STRING ? value_text(*value) : SLICE_EMPTY;
    return value->type == VALUE_STRING;
}

static bool make_plain(struct yaml *y, enum value_type type, struct value *out)
{
    struct slice text;
    if (!take_scalar(out, &text))
        return false;
    *out = yaml_plain(y->version, text);
    return out->type == type && text.len;
}

static bool make_null(struct yaml *y, struct value *out)
{
    return out->type == VALUE_NULL || make_plain(y, VALUE_NULL, out);
}
static bool make_boolean(struct yaml *y, struct value *out)
{
    return make_plain(y, VALUE_BOOLEAN, out);
}
static bool make_date(struct yaml *y, struct value *out)
{
    return make_plain(y, VALUE_DATE, out);
}
static bool make_integer(struct yaml *y, struct value *out)
{
    double number;
    struct slice text;
    if (!take_scalar(out, &text) || !yaml_integer(y->version, text, &number))
        return false;
    *out = value_number(number);
    return true;
}
static bool make_float(struct yaml *y, struct value *out)
{
    double number;
    struct slice text;
    if (!take_scalar(out, &text) || !yaml_float(y->version, text, &number))
        return false;
    *out = value_number(number);
    return true;
}
static bool make_bytes(struct yaml *y, struct value *out)
{
    struct slice text;
    return take_scalar(out, &text) && make_binary(y, text, out);
}
static bool make_merge(struct yaml *y, struct value *out)
{
    struct slice text;
    (void)y;
    return out->type == VALUE_NULL || (take_scalar(out, &text) && slice_equal(text, SLICE("<<")));
}
static bool make_string(struct yaml *y, struct value *out)
{
    (void)y;
    if (out->type == VALUE_NULL)
        *out = value_string(SLICE(""));
    return true;
}
static bool make_list(struct yaml *y, struct value *out)
{
    if (out->type == VALUE_NULL)
        *out = value_array(y->arena, 0);
    return out->type == VALUE_ARRAY || yaml_fail_memory(y);
}
static bool make_mapping(struct yaml *y, struct value *out)
{
    if (out->type == VALUE_NULL)
        *out = value_object(y->arena);
    return out->type == VALUE_OBJECT || yaml_fail_memory(y);
}

static bool make_set(struct yaml *y, struct value *out)
{
    if (!make_mapping(y, out))
        return false;
    for (uint32_t i = 0; i < out->object->count; i++)
        if (out->object->values[i].type != VALUE_NULL)
            return false;
    return true;
}

static const struct value_object *pair_at(struct value list, uint32_t i)
{
    struct value item = list.array->items[i];
    return item.type == VALUE_OBJECT && item.object->count == 1 ? item.object : NULL;
}

// Mappings of one key each, no key twice.
static bool make_ordered(struct yaml *y, struct value *out)
{
    if (!make_list(y, out))
        return false;
    struct map seen = map_create(y->arena);
    for (uint32_t i = 0; i < out->array->count; i++) {
        const struct value_object *pair = pair_at(*out, i);
        if (!pair || map_find(&seen, pair->keys[0].text))
            return false;
        if (!map_put(&seen, pair->keys[0].text, NULL))
            return yaml_fail_memory(y);
    }
    return true;
}

// [{a: 1}, {b: 2}] as [[a, 1], [b, 2]]. An anchor within holds the old list.
static bool make_pairs(struct yaml *y, struct value *out)
{
    if (!make_list(y, out))
        return false;
    struct value pairs = value_array(y->arena, out->array->count);
    for (uint32_t i = 0; pairs.type == VALUE_ARRAY && i < out->array->count; i++) {
        const struct value_object *from = pair_at(*out, i);
        if (!from)
            return false;
        struct value pair = value_array(y->arena, 2);
        if (pair.type != VALUE_ARRAY ||
            !array_push(y->arena, pair.array, value_string(from->keys[0].text)) ||
            !array_push(y->arena, pair.array, from->values[0]) ||
            !array_push(y->arena, pairs.array, pair))
            return yaml_fail_memory(y);
    }
    *out = pairs;
    return pairs.type == VALUE_ARRAY || yaml_fail_memory(y);
}

static const struct {
    const char *name;
    enum yaml_kind kind;
    bool (*make)(struct yaml *y, struct value *out);
} TAGS[] = {
    {"null", YAML_SCALAR, make_null},      {"bool", YAML_SCALAR, make_boolean},
    {"int", YAML_SCALAR, make_integer},    {"float", YAML_SCALAR, make_float},
    {"timestamp", YAML_SCALAR, make_date}, {"merge", YAML_SCALAR, make_merge},
    {"binary", YAML_SCALAR, make_bytes},   {"str", YAML_SCALAR, make_string},
    {"seq", YAML_SEQUENCE, make_list},     {"omap", YAML_SEQUENCE, make_ordered},
    {"pairs", YAML_SEQUENCE, make_pairs},  {"map", YAML_MAPPING, make_mapping},
    {"set", YAML_MAPPING, make_set},
};

static bool apply_named(struct yaml *y)
{
    struct slice tag = y->node.tag;
    if (!slice_starts_with(tag, CORE))
        return false;
    tag = slice_sub(tag, CORE.len, tag.len);
    for (size_t i = 0; i < sizeof TAGS / sizeof *TAGS; i++) {
        bool fits = y->node.kind == YAML_EMPTY || y->node.kind == TAGS[i].kind;
        if (fits && slice_equal(tag, slice_from_cstr(TAGS[i].name)))
            return TAGS[i].make(y, &y->node.value);
    }
    return false;
}

void yaml_apply_tag(struct yaml *y)
{
    struct yaml_node *n = &y->node;
    if (slice_equal(n->tag, SLICE("!")))
        return;
    if (!slice_equal(n->tag, SLICE("?"))) {
        if (!apply_named(y))
            bad_tag(y, n->at, n->tag);
    } else if (n->kind == YAML_SCALAR) {
        struct slice text;
        if (take_scalar(&n->value, &text))
            n->value = yaml_plain(y->version, text);
        else if (n->value.type == VALUE_NUMBER)
            bad_tag(y, n->at, n->tag);
        if (slice_equal(text, SLICE("<<")))
            n->tag = YAML_MERGE_TAG;
    } else if (n->value.type != VALUE_NULL)
        bad_tag(y, n->at, n->tag);
    yaml_close_anchor(y, n->value);
}
