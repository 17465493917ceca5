// SPDX-License-Identifier: MIT
//
// Appending what needs escapes: text in HTML, JSON strings, parts of URLs.
#include "ascii.h"
#include "buffer.h"
#include "utf8.h"

static struct slice html_escape(char c)
{
    switch (c) {
    case '&':
        return SLICE("&amp;");
    case '<':
        return SLICE("&lt;");
    case '>':
        return SLICE("&gt;");
    case '"':
        return SLICE("&quot;");
    case '\'':
        return SLICE("&#39;");
    default:
        return SLICE_EMPTY;
    }
}

// Nearly every byte is ordinary: one load decides, without the switch.
static const bool HTML_SPECIAL[256] = {
    ['&'] = true, ['<'] = true, ['>'] = true, ['"'] = true, ['\''] = true,
};

void buffer_append_html(struct buffer *buffer, struct slice text)
{
    size_t from = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (!HTML_SPECIAL[(unsigned char)text.ptr[i]])
            continue;
        struct slice escape = html_escape(text.ptr[i]);
        buffer_append(buffer, slice_sub(text, from, i));
        buffer_append(buffer, escape);
        from = i + 1;
    }
    buffer_append(buffer, slice_sub(text, from, text.len));
}

static void append_json_escape(struct buffer *buffer, unsigned char c)
{
    static const char SHORT[] = "\bb\ff\nn\rr\tt\"\"\\\\";
    for (size_t i = 0; i + 1 < sizeof SHORT; i += 2)
        if (SHORT[i] == (char)c) {
            buffer_append_byte(buffer, '\\');
            buffer_append_byte(buffer, SHORT[i + 1]);
            return;
        }
    buffer_printf(buffer, "\\u%04x", c);
}

void buffer_append_json_string(struct buffer *buffer, struct slice text)
{
    buffer_append_byte(buffer, '"');
    size_t from = 0, i = 0;
    while (i < text.len) {
        unsigned char c = (unsigned char)text.ptr[i];
        size_t next = i + 1;
        if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
            i = next;
            continue;
        }
        size_t at = i;
        uint32_t code_point = c < 0x80 ? c : utf8_decode(text, &at);
        if (c >= 0x80 && !(code_point == 0xfffd && at == next)) {
            i = at; // well-formed: stays as it is
            continue;
        }
        buffer_append(buffer, slice_sub(text, from, i));
        if (c >= 0x80)
            utf8_append(buffer, 0xfffd);
        else
            append_json_escape(buffer, c);
        from = i = next;
    }
    buffer_append(buffer, slice_sub(text, from, text.len));
    buffer_append_byte(buffer, '"');
}

static bool is_unreserved(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void buffer_append_csv(struct buffer *buffer, struct slice text)
{
    buffer_append_byte(buffer, '"');
    if (text.len && strchr("=+-@\t\r", text.ptr[0]))
        buffer_append_byte(buffer, '\'');
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"')
            buffer_append_byte(buffer, '"');
        buffer_append_byte(buffer, text.ptr[i]);
    }
    buffer_append_byte(buffer, '"');
}

void buffer_append_percent(struct buffer *buffer, struct slice text, struct slice keep)
{
    static const char DIGITS[] = "0123456789ABCDEF";
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (is_unreserved(c) || (keep.len && memchr(keep.ptr, c, keep.len))) {
            buffer_append_byte(buffer, c);
            continue;
        }
        unsigned char byte = (unsigned char)c;
        char escape[3] = {'%', DIGITS[byte >> 4], DIGITS[byte & 15]};
        buffer_append(buffer, slice_of(escape, 3));
    }
}

bool buffer_append_decoded(struct buffer *buffer, struct slice text)
{
    bool ok = true;
    for (size_t i = 0; i < text.len; i++) {
        int byte = ascii_escaped_byte(text, i);
        ok = ok && (byte >= 0 || text.ptr[i] != '%');
        buffer_append_byte(buffer, byte >= 0 ? (char)byte : text.ptr[i]);
        i += byte >= 0 ? 2 : 0;
    }
    return ok;
}
