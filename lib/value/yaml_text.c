// SPDX-License-Identifier: MIT
//
// The texts of YAML: plain, quoted and block ones, and the white space between. A text is a view of
// the source while it is contiguous; the first fold or escape makes a copy.
#include "base/ascii.h"
#include "base/utf8.h"
#include "value/yaml.h"

// ---- white space ----

void yaml_line_break(struct yaml *y)
{
    if (yaml_char(y) == '\r' && y->text[y->p.at + 1] == '\n')
        y->p.at++;
    y->p.at++;
    y->p.line++;
    y->p.line_start = y->p.at;
    y->p.tab = SIZE_MAX;
}

unsigned yaml_skip(struct yaml *y, bool comments)
{
    for (unsigned breaks = 0;; breaks++) {
        for (; yaml_is_blank(yaml_char(y)); y->p.at++)
            if (yaml_char(y) == '\t' && y->p.tab == SIZE_MAX)
                y->p.tab = y->p.at;
        if (comments && yaml_char(y) == '#')
            while (yaml_char(y) && !yaml_is_break(yaml_char(y)))
                y->p.at++;
        if (!yaml_is_break(yaml_char(y)))
            return breaks;
        yaml_line_break(y);
        for (y->p.indent = 0; yaml_char(y) == ' '; y->p.at++)
            y->p.indent++;
    }
}

bool yaml_at_document_mark(const struct yaml *y)
{
    const char *c = y->text + y->p.at;
    return (c[0] == '-' || c[0] == '.') && c[1] == c[0] && c[2] == c[0] &&
           (!c[3] || yaml_is_space(c[3]));
}

// ---- gathering ----

// A text being gathered: what is in the buffer, then the source from `start` to `end`.
struct gathered {
    struct buffer buffer;
    size_t start, end;
    bool copied;
    uint32_t high; // half of a character, as JSON's escapes write those above U+FFFF
};

static struct gathered gather_from(struct yaml *y)
{
    return (struct gathered){buffer_create(y->arena, 0), y->p.at, y->p.at, false, 0};
}

// YAML's printable characters, or JSON's in quotes. NULL when all are.
static const char *find_unprintable(struct slice text, bool quoted)
{
    for (size_t i = 0; i < text.len; i++) {
        const unsigned char *c = (const unsigned char *)text.ptr + i;
        bool fine = c[0] >= 0x20 && c[0] < 0x7f;
        if (fine || c[0] == '\t')
            continue;
        if (c[0] < 0x20 && (quoted || !yaml_is_break((char)c[0])))
            return text.ptr + i;
        if (quoted)
            continue;
        bool c1 = c[0] == 0xc2 && c[1] < 0xa0 && c[1] != 0x85;
        bool last = c[0] == 0xef && c[1] == 0xbf && c[2] >= 0xbe;
        if (c[0] == 0x7f || c1 || last)
            return text.ptr + i;
    }
    return NULL;
}

static void check_printable(struct yaml *y, size_t start, size_t end, bool quoted)
{
    const char *found =
        start < end ? find_unprintable(slice_of(y->text + start, end - start), quoted) : NULL;
    if (found)
        yaml_fail(y, (size_t)(found - y->text), ERROR_SYNTAX,
                  "remove it; in double quotes it can be an escape",
                  "a control character in the text");
}

// The half that nothing completed.
static void gather_half(struct gathered *g)
{
    if (g->high)
        utf8_append(&g->buffer, 0xfffd);
    g->high = 0;
}

static void gather_bytes(struct gathered *g, struct slice bytes)
{
    if (bytes.len)
        gather_half(g);
    buffer_append(&g->buffer, bytes);
}

// Moves the source up to `end` into the buffer.
static void gather_copy(struct yaml *y, struct gathered *g, size_t end, bool quoted)
{
    check_printable(y, g->start, end, quoted);
    if (g->start < end && !y->failed)
        gather_bytes(g, slice_of(y->text + g->start, end - g->start));
    g->copied = true;
}

static void gather_repeat(struct gathered *g, char byte, unsigned count)
{
    for (; count; count--)
        gather_bytes(g, slice_of(&byte, 1));
}

// One line break is a space, several are one less.
static void gather_fold(struct gathered *g, unsigned breaks)
{
    if (breaks == 1)
        gather_repeat(g, ' ', 1);
    else if (breaks)
        gather_repeat(g, '\n', breaks - 1);
}

static void gather_unit(struct gathered *g, uint32_t unit)
{
    if (g->high && unit >= 0xdc00 && unit <= 0xdfff) {
        utf8_append(&g->buffer, 0x10000 + ((g->high - 0xd800) << 10) + (unit - 0xdc00));
        g->high = 0;
        return;
    }
    gather_half(g);
    if (unit >= 0xd800 && unit <= 0xdbff)
        g->high = unit;
    else
        utf8_append(&g->buffer, unit);
}

// A code point of an escape; those that do not exist become the surrogates JavaScript makes of
// them.
static void gather_point(struct gathered *g, uint32_t point)
{
    if (point <= 0xffff || point > 0x7fffffff) {
        gather_unit(g, point & 0xffff);
        return;
    }
    gather_unit(g, (((point - 0x10000) >> 10) + 0xd800) & 0xffff);
    gather_unit(g, ((point - 0x10000) & 0x3ff) + 0xdc00);
}

static bool gather_finish(struct yaml *y, struct gathered *g, size_t end, bool quoted)
{
    struct slice text = slice_of(y->text + g->start, end > g->start ? end - g->start : 0);
    if (g->copied) {
        gather_copy(y, g, end, quoted);
        gather_half(g);
        text = buffer_slice(&g->buffer);
    } else
        check_printable(y, g->start, end, quoted);
    if (g->buffer.failed)
        return yaml_fail_memory(y);
    y->node.kind = YAML_SCALAR;
    y->node.value = value_string(text);
    if (utf8_is_ascii(text))
        y->node.value.flags = VALUE_ASCII;
    return true;
}

// ---- plain ----

static bool begins_plain(const struct yaml *y, bool flow)
{
    char c = yaml_char(y), next = c ? y->text[y->p.at + 1] : 0;
    if (!c || yaml_is_space(c) || yaml_is_flow(c) || strchr("#&*!|>'\"%@`", c))
        return false;
    bool mark = c == '?' || c == '-';
    return !mark || !(yaml_is_space(next) || (flow && yaml_is_flow(next)));
}

static bool ends_plain(const struct yaml *y, bool flow)
{
    char c = yaml_char(y), next = y->text[y->p.at + 1];
    if (c == ':')
        return yaml_is_space(next) || (flow && yaml_is_flow(next));
    if (c == '#')
        return yaml_is_space(y->text[y->p.at - 1]);
    return (y->p.at == y->p.line_start && yaml_at_document_mark(y)) || (flow && yaml_is_flow(c));
}

bool yaml_read_plain(struct yaml *y, int indent, bool flow)
{
    if (!begins_plain(y, flow))
        return false;
    struct gathered g = gather_from(y);
    struct yaml_position fold = y->p;
    bool folded = false; // a line break stands before the reader's place
    while (yaml_char(y) && !ends_plain(y, flow)) {
        if (yaml_is_break(yaml_char(y))) {
            fold = y->p;
            yaml_skip(y, false);
            if (y->p.indent < indent) {
                // Restores everything but the tab: js-yaml leaves that where it has read to.
                fold.tab = y->p.tab;
                fold.at = g.end;
                y->p = fold;
                break;
            }
            folded = true;
            continue;
        }
        if (folded) {
            gather_copy(y, &g, g.end, false);
            gather_fold(&g, y->p.line - fold.line);
            g.start = g.end = y->p.at;
            folded = false;
        }
        if (!yaml_is_blank(yaml_char(y)))
            g.end = y->p.at + 1;
        y->p.at++;
    }
    return g.end > g.start || g.copied ? gather_finish(y, &g, g.end, false) : false;
}

// ---- quoted ----

static bool not_closed(struct yaml *y, size_t start)
{
    return yaml_fail(y, start, ERROR_SYNTAX, "close it, or double a quote that is part of the text",
                     "the quote opened here is not closed");
}

// A line break, or another character that is only itself. `end` is where the line's text ends.
static bool read_quoted_byte(struct yaml *y, struct gathered *g)
{
    if (yaml_is_break(yaml_char(y))) {
        gather_copy(y, g, g->end, true);
        gather_fold(g, yaml_skip(y, false));
        g->start = g->end = y->p.at;
        return true;
    }
    if (y->p.at == y->p.line_start && yaml_at_document_mark(y))
        return false;
    // js-yaml 3 keeps blanks at the end of a line.
    if (y->version < 4 || !yaml_is_blank(yaml_char(y)))
        g->end = y->p.at + 1;
    y->p.at++;
    return true;
}

bool yaml_read_single_quoted(struct yaml *y)
{
    size_t start = y->p.at;
    if (yaml_char(y) != '\'')
        return false;
    y->p.at++;
    struct gathered g = gather_from(y);
    while (yaml_char(y)) {
        if (yaml_char(y) == '\'' && y->text[y->p.at + 1] != '\'') {
            y->p.at++;
            return gather_finish(y, &g, y->p.at - 1, true);
        }
        if (yaml_char(y) == '\'') {
            gather_copy(y, &g, y->p.at, true);
            g.start = y->p.at + 1;
            g.end = y->p.at += 2;
        } else if (!read_quoted_byte(y, &g))
            break;
    }
    return not_closed(y, start);
}

// \x41, \u0041, \U00000041: from the letter.
static void read_yaml_hex(struct yaml *y, struct gathered *g, int digits)
{
    uint32_t point = 0;
    size_t start = y->p.at - 1;
    y->p.at++;
    for (int i = 0; i < digits; i++) {
        int digit = ascii_hex_value(yaml_char(y));
        if (digit < 0) {
            yaml_fail(y, start, ERROR_SYNTAX, "write \\\\ for a backslash, or use single quotes",
                      "an escape in a double-quoted text lacks its hexadecimal digits");
            return;
        }
        point = point << 4 | (uint32_t)digit;
        y->p.at++;
    }
    gather_point(g, point);
}

static void read_escape(struct yaml *y, struct gathered *g)
{
    static const struct {
        char letter;
        uint32_t point;
    } ESCAPES[] = {{'0', 0},   {'a', 7},     {'b', 8},    {'t', 9},    {'\t', 9},   {'n', 10},
                   {'v', 11},  {'f', 12},    {'r', 13},   {'e', 27},   {' ', ' '},  {'"', '"'},
                   {'/', '/'}, {'\\', '\\'}, {'N', 0x85}, {'_', 0xa0}, {'L', 8232}, {'P', 0x2029}};
    char c = yaml_char(y);
    if (c == 'x' || c == 'u' || c == 'U') {
        read_yaml_hex(y, g, c == 'x' ? 2 : c == 'u' ? 4 : 8);
        return;
    }
    for (size_t i = 0; i < sizeof ESCAPES / sizeof *ESCAPES; i++) {
        if (ESCAPES[i].letter == c) {
            y->p.at++;
            gather_unit(g, ESCAPES[i].point);
            return;
        }
    }
    yaml_fail(y, y->p.at - 1, ERROR_SYNTAX, "write \\\\ for a backslash, or use single quotes",
              "unknown escape in a double-quoted text");
}

bool yaml_read_double_quoted(struct yaml *y)
{
    size_t start = y->p.at;
    if (yaml_char(y) != '"')
        return false;
    y->p.at++;
    struct gathered g = gather_from(y);
    while (yaml_char(y)) {
        if (yaml_char(y) == '"') {
            y->p.at++;
            return gather_finish(y, &g, y->p.at - 1, true);
        }
        if (yaml_char(y) == '\\') {
            gather_copy(y, &g, y->p.at, true);
            y->p.at += !y->failed;
            if (yaml_is_break(yaml_char(y)))
                yaml_skip(y, false);
            else
                read_escape(y, &g);
            g.start = g.end = y->p.at;
        } else if (!read_quoted_byte(y, &g))
            break;
    }
    return not_closed(y, start);
}

// ---- block ----

struct block_text {
    struct gathered g;
    int indent; // of its text
    unsigned empty;
    bool folds, known, any, deeper; // known: the indentation
    char chomping;                  // '+', '-' or 0
};

// "|2-": indentation and chomping, in any order.
static void read_block_head(struct yaml *y, struct block_text *b)
{
    bool indented = false;
    int base = b->indent;
    y->p.at++;
    for (char c; (c = yaml_char(y)) != 0; y->p.at++) {
        bool chomps = c == '+' || c == '-', digit = c >= '0' && c <= '9';
        if (!chomps && !digit)
            break;
        if ((chomps && b->chomping) || c == '0' || (digit && indented)) {
            yaml_fail(y, y->p.at, ERROR_SYNTAX, "write | or >, one digit of 1 to 9 and + or -",
                      "the mark of a block text cannot be read");
            return;
        }
        if (chomps)
            b->chomping = c;
        else
            b->indent = base + (c - '0') - 1;
        indented |= digit;
    }
    b->known = indented;
    bool blank = yaml_is_blank(yaml_char(y));
    while (yaml_is_blank(yaml_char(y)))
        y->p.at++;
    if (blank && yaml_char(y) == '#')
        while (yaml_char(y) && !yaml_is_break(yaml_char(y)))
            y->p.at++;
    if (yaml_char(y) && !yaml_is_break(yaml_char(y)))
        yaml_fail(y, y->p.at, ERROR_SYNTAX, "start the text on the next line",
                  "text after the mark of a block text (| or >)");
}

// The line breaks before a line that has text.
static void join_line(struct yaml *y, struct block_text *b)
{
    unsigned kept = b->any ? 1 + b->empty : b->empty;
    if (!b->folds)
        gather_repeat(&b->g, '\n', kept);
    else if (yaml_is_blank(yaml_char(y))) {
        b->deeper = true;
        gather_repeat(&b->g, '\n', kept);
    } else if (b->deeper) {
        b->deeper = false;
        gather_repeat(&b->g, '\n', b->empty + 1);
    } else if (b->empty)
        gather_repeat(&b->g, '\n', b->empty);
    else if (b->any)
        gather_repeat(&b->g, ' ', 1);
}

// Moves to the text of the next line. False: the block text ends here.
static bool next_block_line(struct yaml *y, struct block_text *b)
{
    yaml_line_break(y);
    for (y->p.indent = 0; yaml_char(y) == ' ' && (!b->known || y->p.indent < b->indent); y->p.at++)
        y->p.indent++;
    if (!b->known && y->p.indent > b->indent)
        b->indent = y->p.indent;
    if (yaml_is_break(yaml_char(y))) {
        b->empty++;
        return true;
    }
    if (y->version >= 4 && !b->known && b->indent == 0)
        return yaml_fail(y, y->p.at, ERROR_SYNTAX, "indent the lines of the text",
                         "a block text (| or >) without indentation");
    if (y->p.indent >= b->indent)
        return true;
    unsigned breaks = b->chomping == '+' ? b->any + b->empty : b->chomping == 0 && b->any;
    gather_repeat(&b->g, '\n', breaks);
    return false;
}

bool yaml_read_block_text(struct yaml *y, int indent)
{
    if (yaml_char(y) != '|' && yaml_char(y) != '>')
        return false;
    struct block_text b = {
        .g = gather_from(y), .indent = indent, .folds = yaml_char(y) == '>', .known = false};
    b.g.copied = true;
    read_block_head(y, &b);
    while (yaml_char(y) && next_block_line(y, &b)) {
        if (yaml_is_break(yaml_char(y)))
            continue;
        join_line(y, &b);
        b.any = b.known = true;
        b.empty = 0;
        b.g.start = y->p.at;
        while (yaml_char(y) && !yaml_is_break(yaml_char(y)))
            y->p.at++;
        gather_copy(y, &b.g, y->p.at, false);
    }
    b.g.start = b.g.end = 0;
    return gather_finish(y, &b.g, 0, false);
}
