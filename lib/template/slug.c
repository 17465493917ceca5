// SPDX-License-Identifier: MIT
//
// Slugs: a text as part of a URL. `slugify` is Eleventy 3's filter (base/slug.h). `slug` follows
// Eleventy's older filter (the slugify package): white space becomes a hyphen, and most punctuation
// is dropped.
#include "builtins.h"

#include "base/slug.h"
#include "base/utf8.h"

struct replacement {
    uint32_t code_point;
    const char *text;
};

static const char *find_replacement(const struct replacement *rows, size_t count,
                                    uint32_t code_point)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].code_point == code_point)
            return rows[i].text;
    return NULL;
}

static struct slice slug_text(struct value_call *call)
{
    struct value v = value_arg(call, 0);
    return value_is(v, VALUE_UNDEFINED) ? SLICE("undefined") : value_to_text(call->realm, v);
}

struct value filter_slugify(struct value_call *call)
{
    struct buffer out = builtin_buffer(call);
    struct value decamelize = value_get(call->realm, value_arg(call, 1), SLICE("decamelize"));
    slug_append(&out, slug_text(call), value_truthy(decamelize));
    return builtin_finish_plain(call, &out);
}

// ---- slug ----

static const struct replacement slug_words[] = {
    {'$', "dollar"}, {'%', "percent"}, {'&', "and"},         {'<', "less"},    {'>', "greater"},
    {'|', "or"},     {0xa2, "cent"},   {0xa3, "pound"},      {0xa5, "yen"},    {0xa9, "(c)"},
    {0xae, "(r)"},   {0x20ac, "euro"}, {0x2122, "tm"},       {0xe4, "a"},      {0xc4, "A"},
    {0xf6, "o"},     {0xd6, "O"},      {0xfc, "u"},          {0xdc, "U"},      {0xdf, "ss"},
    {0x2018, "'"},   {0x2019, "'"},    {0x201c, "\""},       {0x201d, "\""},   {0x2026, "..."},
    {0x2022, "*"},   {0x2211, "sum"},  {0x221e, "infinity"}, {0x2665, "love"}, {0x110, "DJ"},
    {0x111, "dj"},   {0xaa, "a"},      {0xba, "o"},          {0x2020, "+"},
};

// Punctuation that the slugify package keeps.
static bool is_kept(uint32_t c)
{
    if (c > 0x7f)
        return false;
    char byte = (char)c;
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
           (byte >= '0' && byte <= '9') || (byte && strchr("_$*+~.()'\"!:@", byte));
}

static void append_slug_word(struct buffer *out, const char *word, bool *pending)
{
    if (*word && *pending && out->len > 0)
        buffer_append_byte(out, '-');
    *pending = *word ? false : *pending;
    buffer_append_cstr(out, word);
}

struct value filter_slug(struct value_call *call)
{
    struct slice text = slug_text(call);
    struct buffer out = builtin_buffer(call);
    bool pending = false;
    for (size_t at = 0; at < text.len;) {
        uint32_t c = utf8_decode(text, &at);
        char kept[2] = {(char)c, '\0'};
        const char *word = find_replacement(slug_words, sizeof slug_words / sizeof *slug_words, c);
        if (!word && is_kept(c))
            word = kept;
        if (!word && c > 0x7f)
            word = utf8_transliterate(c);
        if (utf8_is_space(c) || c == '-')
            pending = true;
        else if (word)
            append_slug_word(&out, word, &pending);
    }
    struct buffer lower = builtin_buffer(call);
    utf8_append_lower(&lower, buffer_slice(&out));
    lower.failed |= out.failed;
    return builtin_finish_plain(call, &lower);
}
