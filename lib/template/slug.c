// SPDX-License-Identifier: MIT
//
// Slugs: a text as part of a URL. `slugify` follows Eleventy 3's filter (@sindresorhus/slugify with
// decamelize off): letters lose their accents, & becomes "and", and whatever is no letter or digit
// becomes a hyphen. `slug` follows Eleventy's older filter (the slugify package): white space
// becomes a hyphen, and punctuation is dropped or, some of it, kept.
#include "builtins.h"

#include "base/utf8.h"

// ---- slugify ----

struct replacement {
    uint32_t code_point;
    const char *text;
};

static const char *find(const struct replacement *rows, size_t count, uint32_t code_point)
{
    for (size_t i = 0; i < count; i++)
        if (rows[i].code_point == code_point)
            return rows[i].text;
    return NULL;
}

// What the package replaces before it looks at letters: words, and umlauts as German spells them.
static const struct replacement slugify_words[] = {
    {'&', " and "}, {0x1f984, " unicorn "}, {0x2665, " love "}, {0xe4, "ae"}, {0xc4, "Ae"},
    {0xf6, "oe"},   {0xd6, "Oe"},           {0xfc, "ue"},       {0xdc, "Ue"}, {0xdf, "ss"},
    {0x1e9e, "Ss"}, {0x1f1, "DZ"},          {0x1f3, "dz"},
};

// Unicode's Diacritic property, as far as Latin text has it: accents that stand alone, too.
static bool is_diacritic(uint32_t code_point)
{
    switch (code_point) {
    case '^':
    case '`':
    case 0xa8:
    case 0xaf:
    case 0xb4:
    case 0xb7:
    case 0xb8:
        return true;
    default:
        return code_point >= 0x300 && code_point <= 0x36f;
    }
}

static void append_plain_letters(struct buffer *out, struct slice text)
{
    for (size_t at = 0; at < text.len;) {
        size_t start = at;
        uint32_t code_point = utf8_decode(text, &at);
        const char *word =
            find(slugify_words, sizeof slugify_words / sizeof *slugify_words, code_point);
        if (!word && code_point > 0x7f)
            word = utf8_transliterate(code_point);
        if (word)
            buffer_append_cstr(out, word);
        else if (!is_diacritic(code_point))
            buffer_append(out, slice_sub(text, start, at));
    }
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_slug_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_lower_or_digit(char c)
{
    return is_slug_byte(c);
}

// Puts spaces between the words of camelCase: before a capital behind a lower-case letter, and
// before the last capital of a run that begins a word ("HTMLPage").
static void append_decamelised(struct buffer *out, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char before = i > 0 ? text.ptr[i - 1] : '\0';
        char after = i + 1 < text.len ? text.ptr[i + 1] : '\0';
        bool begins = is_upper(text.ptr[i]) &&
                      (is_lower_or_digit(before) ||
                       (is_upper(before) && is_lower_or_digit(after) && after != 's'));
        if (begins)
            buffer_append_byte(out, ' ');
        buffer_append_byte(out, text.ptr[i]);
    }
}

// An apostrophe before a lone t or s goes without leaving a hyphen: "don't" is "dont".
static bool is_contraction(struct slice text, size_t at)
{
    if (text.ptr[at] != '\'' || at == 0 || !is_slug_byte(text.ptr[at - 1]) || at + 1 >= text.len)
        return false;
    if (text.ptr[at + 1] != 't' && text.ptr[at + 1] != 's')
        return false;
    size_t next = at + 2;
    return next >= text.len || utf8_is_space(utf8_decode(text, &next));
}

static void append_hyphenated(struct buffer *out, struct slice text)
{
    size_t start = out->len;
    bool pending = false;
    for (size_t i = 0; i < text.len; i++) {
        if (is_contraction(text, i))
            continue;
        if (!is_slug_byte(text.ptr[i])) {
            pending = out->len > start;
            continue;
        }
        if (pending)
            buffer_append_byte(out, '-');
        pending = false;
        buffer_append_byte(out, text.ptr[i]);
    }
}

void template_append_slug(struct buffer *out, struct slice text, bool decamelize)
{
    struct buffer letters = buffer_create(out->arena, out->max);
    struct buffer words = buffer_create(out->arena, out->max);
    struct buffer lower = buffer_create(out->arena, out->max);
    append_plain_letters(&letters, text);
    if (decamelize)
        append_decamelised(&words, buffer_slice(&letters));
    utf8_append_lower(&lower, buffer_slice(decamelize ? &words : &letters));
    append_hyphenated(out, buffer_slice(&lower));
    out->failed |= letters.failed || words.failed || lower.failed;
}

static struct slice text_of(struct value_call *call)
{
    struct value v = value_arg(call, 0);
    return value_is(v, VALUE_UNDEFINED) ? SLICE("undefined") : value_to_text(call->realm, v);
}

struct value filter_slugify(struct value_call *call)
{
    struct buffer out = builtin_buffer(call);
    struct value decamelize = value_get(call->realm, value_arg(call, 1), SLICE("decamelize"));
    template_append_slug(&out, text_of(call), value_truthy(decamelize));
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

// Punctuation that the slugify package lets stand.
static bool is_kept(uint32_t c)
{
    if (c > 0x7f)
        return false;
    char byte = (char)c;
    return is_slug_byte(byte) || is_upper(byte) || (byte && strchr("_$*+~.()'\"!:@", byte));
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
    struct slice text = text_of(call);
    struct buffer out = builtin_buffer(call);
    bool pending = false;
    for (size_t at = 0; at < text.len;) {
        uint32_t c = utf8_decode(text, &at);
        char kept[2] = {(char)c, '\0'};
        const char *word = find(slug_words, sizeof slug_words / sizeof *slug_words, c);
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
