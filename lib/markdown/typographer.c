// SPDX-License-Identifier: MIT
//
// Smart punctuation, as in markdown-it's typographer: first replacements within each text, then
// quotation marks, which pair across the texts of a block on one level of nesting. Escaped
// characters stay as they are.
#include "base/utf8.h"
#include "tokens.h"

// ---- replacements ----

struct text {
    struct slice in;
    struct buffer out;
    size_t from; // everything before this is in `out`
    unsigned version;
    bool signs, rare; // what to replace
};

static void replace(struct text *t, size_t at, size_t length, const char *with)
{
    buffer_append(&t->out, slice_sub(t->in, t->from, at));
    buffer_append_cstr(&t->out, with);
    t->from = at + length;
}

static size_t quote_run(struct slice text, size_t at, const char *of)
{
    size_t end = at;
    while (end < text.len && strchr(of, text.ptr[end]))
        end++;
    return end - at;
}

// "(c)", "(tm)", "(r)" in either case, and "(p)" up to markdown-it 12; the bytes taken.
static size_t replace_sign(struct text *t, size_t at)
{
    static const struct {
        struct slice name;
        const char *sign;
        bool older;
    } SIGNS[] = {{{"(c)", 3}, "\xc2\xa9", false},
                 {{"(r)", 3}, "\xc2\xae", false},
                 {{"(tm)", 4}, "\xe2\x84\xa2", false},
                 {{"(p)", 3}, "\xc2\xa7", true}};
    for (size_t i = 0; i < sizeof SIGNS / sizeof *SIGNS; i++) {
        size_t length = SIGNS[i].name.len;
        if ((!SIGNS[i].older || t->version <= 12) && at + length <= t->in.len &&
            slice_equal_ignore_case(slice_sub(t->in, at, at + length), SIGNS[i].name)) {
            replace(t, at, length, SIGNS[i].sign);
            return length;
        }
    }
    return 1;
}

enum side { SIDE_EDGE, SIDE_SPACE, SIDE_OTHER };

static enum side side_before(struct slice text, size_t at)
{
    size_t start = at;
    if (!at)
        return SIDE_EDGE;
    do
        start--;
    while (start && ((unsigned char)text.ptr[start] & 0xc0) == 0x80);
    return utf8_is_space(utf8_decode(text, &start)) ? SIDE_SPACE : SIDE_OTHER;
}

static enum side side_after(struct slice text, size_t at)
{
    if (at == text.len)
        return SIDE_EDGE;
    return utf8_is_space(utf8_decode(text, &at)) ? SIDE_SPACE : SIDE_OTHER;
}

// "---" is an em dash; "--" an en dash if there is space on both sides or on none.
static size_t replace_dashes(struct text *t, size_t at)
{
    size_t length = quote_run(t->in, at, "-");
    enum side before = side_before(t->in, at), after = side_after(t->in, at + length);
    if (length == 3)
        replace(t, at, length, "\xe2\x80\x94");
    else if (length == 2 && (before == SIDE_EDGE || after == SIDE_EDGE || before == after))
        replace(t, at, length, "\xe2\x80\x93");
    return length;
}

// Dots become an ellipsis, except for "?.." and "!..".
static size_t replace_dots(struct text *t, size_t at)
{
    size_t length = quote_run(t->in, at, ".");
    if (length > 1)
        replace(t, at, length, at && strchr("?!", t->in.ptr[at - 1]) ? ".." : "\xe2\x80\xa6");
    return length;
}

// "?…" is treated like "?..".
static size_t replace_ellipsis(struct text *t, size_t at)
{
    struct slice sign = SLICE("\xe2\x80\xa6");
    if (!slice_starts_with(slice_sub(t->in, at, t->in.len), sign))
        return 1;
    if (at && strchr("?!", t->in.ptr[at - 1]))
        replace(t, at, sign.len, "..");
    return sign.len;
}

static size_t replace_marks(struct text *t, size_t at)
{
    size_t length = quote_run(t->in, at, "?!");
    char last = t->in.ptr[at + length - 1];
    if (length > 3)
        replace(t, at, length, (const char[]){last, last, last, '\0'});
    return length;
}

static size_t replace_commas(struct text *t, size_t at)
{
    size_t length = quote_run(t->in, at, ",");
    if (length > 1)
        replace(t, at, length, ",");
    return length;
}

static size_t replace_at(struct text *t, size_t at)
{
    char c = t->in.ptr[at];
    if (c == '(' ? !t->signs : !t->rare)
        return 1;
    switch (c) {
    case '(':
        return replace_sign(t, at);
    case '-':
        return replace_dashes(t, at);
    case '.':
        return replace_dots(t, at);
    case '?':
    case '!':
        return replace_marks(t, at);
    case ',':
        return replace_commas(t, at);
    case '\xe2':
        return replace_ellipsis(t, at);
    case '+':
        if (at + 1 < t->in.len && t->in.ptr[at + 1] == '-') {
            replace(t, at, 2, "\xc2\xb1");
            return 2;
        }
        return 1;
    default:
        return 1;
    }
}

// markdown-it first looks in a block's source, then in each text, for anything to replace.
static bool has_rare(struct slice text)
{
    static const struct slice RARE[] = {{"+-", 2},   {"..", 2}, {"????", 4},
                                        {"!!!!", 4}, {",,", 2}, {"--", 2}};
    for (size_t i = 0; i < sizeof RARE / sizeof *RARE; i++)
        if (slice_find(text, RARE[i], 0) != SIZE_MAX)
            return true;
    return false;
}

static bool has_sign(struct slice text)
{
    for (size_t at = 0; (at = slice_find_byte(text, '(', at)) != SIZE_MAX; at++) {
        struct slice rest = slice_sub(text, at + 1, text.len);
        size_t length = rest.len > 1 && (rest.ptr[0] | 0x20) == 't' ? 2 : 1;
        if (rest.len > length && rest.ptr[length] == ')')
            return true;
    }
    return false;
}

static struct slice replaced(struct tree *tree, struct slice in, bool signs, bool rare)
{
    struct text t = {.in = in,
                     .out = buffer_create(tree->arena, 0),
                     .version = tree->options->version,
                     .signs = signs,
                     .rare = rare && has_rare(in)};
    for (size_t i = 0; i < in.len;)
        i += replace_at(&t, i);
    if (!t.from)
        return in;
    buffer_append(&t.out, slice_sub(in, t.from, in.len));
    return buffer_slice(&t.out);
}

// <https://example.org/a--b>
static bool is_autolink(const struct token *token)
{
    return token->type == TOKEN_SPAN && tree_kind(token->node) == TREE_AUTOLINK;
}

// ---- quotation marks ----

struct mark {
    struct token *token;
    size_t at;
    bool single;
    int level;
    const char *with; // NULL: it stays
};

struct marks {
    struct tree *tree;
    struct mark *rows; // in the order of the texts
    size_t count;
    size_t *open; // those that may yet be closed
    size_t open_count;
};

static const char *const PAIRS[2][2] = {{"\xe2\x80\x9c", "\xe2\x80\x9d"},
                                        {"\xe2\x80\x98", "\xe2\x80\x99"}};
#define APOSTROPHE PAIRS[1][1]

// The text of a token by which its neighbours' quotation marks are judged.
static struct slice judged_text(const struct token *token)
{
    const struct attributes *attributes;
    switch (token->type) {
    case TOKEN_TEXT:
    case TOKEN_SPECIAL:
        return token->text;
    case TOKEN_CODE:
    case TOKEN_HTML:
        return tree_literal(token->node);
    case TOKEN_IMAGE:
        attributes = cmark_node_get_user_data(token->node);
        return attributes ? attributes->source : SLICE_EMPTY;
    default:
        return SLICE_EMPTY;
    }
}

static uint32_t last_char(struct slice text)
{
    size_t start = text.len - 1;
    while (start && ((unsigned char)text.ptr[start] & 0xc0) == 0x80)
        start--;
    return utf8_decode(text, &start);
}

static bool is_break(const struct token *token)
{
    return token->type == TOKEN_SOFT_BREAK || token->type == TOKEN_HARD_BREAK;
}

static uint32_t char_before(const struct token *token, size_t at)
{
    if (at)
        return last_char(slice_sub(token->text, 0, at));
    for (token = token->previous; token && !is_break(token); token = token->previous)
        if (judged_text(token).len)
            return last_char(judged_text(token));
    return ' ';
}

static uint32_t char_after(const struct token *token, size_t at)
{
    if (at < token->text.len)
        return utf8_decode(token->text, &at);
    for (token = token->next; token && !is_break(token); token = token->next) {
        struct slice text = judged_text(token);
        size_t start = 0;
        if (text.len)
            return utf8_decode(text, &start);
    }
    return ' ';
}

// Characters beyond the first plane are two surrogates here, which are not marks.
static bool is_quote_mark(const struct markdown_options *options, uint32_t c)
{
    return c <= 0xffff && is_punctuation(options, c);
}

static void judge_quote(const struct markdown_options *options, const struct mark *mark,
                        bool *opens, bool *closes)
{
    uint32_t before = char_before(mark->token, mark->at);
    uint32_t after = char_after(mark->token, mark->at + 1);
    bool space_before = utf8_is_space(before), space_after = utf8_is_space(after);
    bool punct_before = is_quote_mark(options, before), punct_after = is_quote_mark(options, after);
    *opens = !space_after && (!punct_after || space_before || punct_before);
    *closes = !space_before && (!punct_before || space_after || punct_after);
    if (after == '"' && !mark->single && before >= '0' && before <= '9')
        *opens = *closes = false; // 1""
    if (*opens && *closes) {
        *opens = punct_before;
        *closes = punct_after;
    }
}

// Closes the nearest open mark of its kind and level.
static bool close_pair(struct marks *m, struct mark *mark)
{
    for (size_t i = m->open_count; i-- > 0;) {
        struct mark *open = &m->rows[m->open[i]];
        if (open->level < mark->level)
            return false;
        if (open->single != mark->single || open->level != mark->level)
            continue;
        open->with = PAIRS[mark->single][0];
        mark->with = PAIRS[mark->single][1];
        m->open_count = i;
        return true;
    }
    return false;
}

static void look_at_mark(struct marks *m, size_t index)
{
    struct mark *mark = &m->rows[index];
    bool opens, closes;
    judge_quote(m->tree->options, mark, &opens, &closes);
    if (closes && close_pair(m, mark))
        return;
    if (opens)
        m->open[m->open_count++] = index;
    else if (mark->single)
        mark->with = APOSTROPHE;
}

static size_t count_marks(const struct token *inlines)
{
    size_t count = 0;
    for (const struct token *token = inlines->first; token; token = token->next)
        for (size_t i = 0; token->type == TOKEN_TEXT && i < token->text.len; i++)
            count += token->text.ptr[i] == '"' || token->text.ptr[i] == '\'';
    return count;
}

// Drops the levels that a token of this level no longer sees.
static void leave_levels(struct marks *m, int level)
{
    while (m->open_count && m->rows[m->open[m->open_count - 1]].level > level)
        m->open_count--;
}

static void find_pairs(struct marks *m, const struct token *inlines)
{
    int depth = 0;
    for (struct token *token = inlines->first; token; token = token->next) {
        depth -= token->nesting < 0;
        leave_levels(m, depth);
        for (size_t i = 0; token->type == TOKEN_TEXT && i < token->text.len; i++) {
            char c = token->text.ptr[i];
            if (c != '"' && c != '\'')
                continue;
            m->rows[m->count++] =
                (struct mark){.token = token, .at = i, .single = c == '\'', .level = depth};
            look_at_mark(m, m->count - 1);
        }
        depth += token->nesting > 0;
    }
}

static void write_marks(struct marks *m)
{
    for (size_t i = 0; i < m->count;) {
        struct token *token = m->rows[i].token;
        struct text t = {.in = token->text, .out = buffer_create(m->tree->arena, 0)};
        for (; i < m->count && m->rows[i].token == token; i++)
            if (m->rows[i].with)
                replace(&t, m->rows[i].at, 1, m->rows[i].with);
        buffer_append(&t.out, slice_sub(t.in, t.from, t.in.len));
        token->text = buffer_slice(&t.out);
    }
}

static void quotes(struct tree *tree, const struct token *inlines)
{
    size_t count = count_marks(inlines);
    struct marks m = {.tree = tree,
                      .rows = arena_zalloc(tree->arena, count + 1, sizeof *m.rows),
                      .open = arena_zalloc(tree->arena, count + 1, sizeof *m.open)};
    if (!m.rows || !m.open) {
        error_memory(tree->error);
        return;
    }
    if (!count)
        return;
    find_pairs(&m, inlines);
    write_marks(&m);
}

// The source of a leaf; of a cell, its paragraph's.
static struct slice source_of(cmark_node *node)
{
    const struct attributes *attributes = cmark_node_get_user_data(
        tree_kind(node) == TREE_CELL ? cmark_node_first_child(node) : node);
    return attributes ? attributes->source : SLICE_EMPTY;
}

static void set_leaf(struct tree *tree, struct token *block)
{
    struct slice source = source_of(block->node);
    bool signs = has_sign(source), rare = has_rare(source);
    for (struct token *token = block->first; (signs || rare) && token; token = token->next)
        if (token->type == TOKEN_TEXT &&
            !(token->previous && token->previous->nesting > 0 && is_autolink(token->previous)))
            token->text = replaced(tree, token->text, signs, rare);
    if (slice_find_byte(source, '"', 0) != SIZE_MAX || slice_find_byte(source, '\'', 0) != SIZE_MAX)
        quotes(tree, block);
}

void typographer_pass(struct tree *tree)
{
    if (!tree->options->typographer)
        return;
    struct token *first = tokens_of(tree);
    for (struct token *block = first; block; block = block->next)
        if (block->type == TOKEN_INLINE)
            set_leaf(tree, block);
    tokens_write_back(tree, first);
}
