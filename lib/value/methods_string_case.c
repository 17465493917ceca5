// SPDX-License-Identifier: MIT
//
// The string methods that know about letters: case, collation and normalisation.
#include "value/methods.h"
#include "value/methods_string.h"
#include "value/text.h"

// Nearly all text is ASCII, which is changed in one pass; base/utf8.h does the rest.
static struct value change_case(struct value_call *call, bool upper)
{
    struct text_units s = text_units_of(call->realm, call->self);
    struct buffer out = text_buffer(call->realm);
    if (!s.ascii) {
        (upper ? utf8_append_upper : utf8_append_lower)(&out, s.text);
        return text_finish(call->realm, &out, call->error);
    }
    if (!buffer_reserve(&out, s.text.len))
        return text_finish(call->realm, &out, call->error);
    char first = upper ? 'a' : 'A', last = upper ? 'z' : 'Z';
    for (size_t i = 0; i < s.text.len; i++) {
        char c = s.text.ptr[i];
        out.ptr[i] = (char)(c >= first && c <= last ? c ^ 0x20 : c);
    }
    out.len = s.text.len;
    struct value v = text_finish(call->realm, &out, call->error);
    v.flags |= VALUE_ASCII;
    return v;
}

struct value string_to_upper_case(struct value_call *call)
{
    return change_case(call, true);
}

struct value string_to_lower_case(struct value_call *call)
{
    return change_case(call, false);
}

static bool is_composing_form(struct slice form)
{
    return slice_equal(form, SLICE("NFC")) || slice_equal(form, SLICE("NFKC"));
}

static bool is_decomposing_form(struct slice form)
{
    return slice_equal(form, SLICE("NFD")) || slice_equal(form, SLICE("NFKD"));
}

struct value string_normalize(struct value_call *call)
{
    struct value form = value_arg(call, 0);
    struct slice name =
        form.type == VALUE_UNDEFINED ? SLICE("NFC") : value_to_text(call->realm, form);
    if (!is_composing_form(name) && !is_decomposing_form(name))
        return method_error(call, ERROR_RUNTIME,
                            "normalize: the form must be NFC, NFD, NFKC or NFKD");
    struct text_units s = text_units_of(call->realm, call->self);
    if (s.ascii)
        return value_string(s.text);
    struct buffer out = text_buffer(call->realm);
    normalise_text(&out, s.text, is_composing_form(name));
    return text_finish(call->realm, &out, call->error);
}

// ---- collation ----

// One code point as collation sees it: what it is compared by first, second and third.
struct weight {
    unsigned group; // 0 white space, 1 punctuation, 2 symbols, 3 digits, 4 letters
    uint32_t base;  // the letter without accent and case
    bool accent;
    bool upper;
};

static uint32_t fold_case(uint32_t code_point)
{
    if (code_point < 0x80)
        return code_point >= 'A' && code_point <= 'Z' ? code_point + 0x20 : code_point;
    const char *plain = utf8_transliterate(code_point);
    return plain && plain[0] ? (uint32_t)(plain[0] | 0x20) : code_point;
}

// ICU's order of ASCII punctuation and symbols.
static const char PUNCTUATION[] = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";

static struct weight weight_of(uint32_t code_point)
{
    struct weight w = {.base = fold_case(code_point)};
    const char *at = code_point < 0x80 && code_point ? strchr(PUNCTUATION, (int)code_point) : NULL;
    if (utf8_is_space(code_point))
        w.group = 0;
    else if (at)
        w = (struct weight){.group = 1, .base = (uint32_t)(at - PUNCTUATION)};
    else if (code_point >= '0' && code_point <= '9')
        w.group = 3;
    else
        w.group = utf8_is_letter_or_digit(code_point) ? 4 : 2;
    w.upper = code_point >= 'A' && code_point <= 'Z';
    w.accent = code_point >= 0x80 && w.base < 0x80;
    return w;
}

static int sign(bool less, bool more)
{
    return less ? -1 : more;
}

int collate_texts(struct slice a, struct slice b)
{
    size_t i = 0, j = 0;
    int accent = 0, letter_case = 0;
    while (i < a.len && j < b.len) {
        struct weight x = weight_of(utf8_decode(a, &i)), y = weight_of(utf8_decode(b, &j));
        if (x.group != y.group)
            return x.group < y.group ? -1 : 1;
        if (x.base != y.base)
            return x.base < y.base ? -1 : 1;
        if (accent == 0)
            accent = sign(x.accent<y.accent, x.accent> y.accent);
        if (letter_case == 0)
            letter_case = sign(x.upper<y.upper, x.upper> y.upper);
    }
    if (i < a.len || j < b.len)
        return i < a.len ? 1 : -1;
    return accent ? accent : letter_case;
}

struct value string_locale_compare(struct value_call *call)
{
    struct slice self = value_to_text(call->realm, call->self);
    struct slice other = value_to_text(call->realm, value_arg(call, 0));
    return value_number(collate_texts(self, other));
}
