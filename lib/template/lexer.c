// SPDX-License-Identifier: MIT
//
// The lexer. Its oddities are Nunjucks' own, and templates rely on them: a comment's end in plain
// text is an error, an unclosed string runs to the end, trimBlocks drops one line break after a
// block tag but not after `endraw`.
#include "lexer.h"

#include "base/utf8.h"

static struct slice or_default(struct slice tag, struct slice fallback)
{
    return tag.len ? tag : fallback;
}

void lexer_init(struct lexer *lexer, struct arena *arena, const struct parser_input *input,
                struct error *error)
{
    const struct template_tags *tags = &input->tags;
    *lexer = (struct lexer){.input = input, .arena = arena, .error = error};
    lexer->tags = (struct template_tags){
        or_default(tags->block_start, SLICE("{%")),    or_default(tags->block_end, SLICE("%}")),
        or_default(tags->variable_start, SLICE("{{")), or_default(tags->variable_end, SLICE("}}")),
        or_default(tags->comment_start, SLICE("{#")),  or_default(tags->comment_end, SLICE("#}")),
    };
}

static struct slice rest(const struct lexer *lexer)
{
    return slice_sub(lexer->input->source, lexer->at, SIZE_MAX);
}

static bool matches_delimiter(const struct lexer *lexer, struct slice text)
{
    return slice_starts_with(rest(lexer), text);
}

static bool finished(const struct lexer *lexer)
{
    return lexer->at >= lexer->input->source.len;
}

static char lexer_byte(const struct lexer *lexer, size_t offset)
{
    size_t at = lexer->at + offset;
    return at < lexer->input->source.len ? lexer->input->source.ptr[at] : '\0';
}

static bool lexer_fail(struct lexer *lexer, size_t offset, const char *message, const char *hint)
{
    const struct parser_input *input = lexer->input;
    unsigned line, column;
    error_set(lexer->error, ERROR_SYNTAX, "%s", message);
    if (hint)
        error_hint(lexer->error, "%s", hint);
    error_locate(input->source, offset, &line, &column);
    error_at(lexer->error, input->file, line + input->first_line - 1, column);
    return false;
}

static bool take_token(struct lexer *lexer, struct token *token, enum token_type type,
                       size_t length)
{
    token->type = type;
    token->text = slice_sub(lexer->input->source, lexer->at, lexer->at + length);
    lexer->at += length;
    return true;
}

// ---- text ----

struct slice lexer_trim_left(struct slice text)
{
    for (size_t i = 0; i < text.len;) {
        size_t next = i;
        if (!utf8_is_space(utf8_decode(text, &next)))
            return slice_sub(text, i, text.len);
        i = next;
    }
    return slice_sub(text, text.len, text.len);
}

struct slice lexer_trim_right(struct slice text)
{
    size_t end = 0;
    if (utf8_is_ascii(slice_sub(text, text.len > 64 ? text.len - 64 : 0, text.len))) {
        while (text.len && (text.ptr[text.len - 1] == ' ' ||
                            (text.ptr[text.len - 1] >= '\t' && text.ptr[text.len - 1] <= '\r')))
            text.len--;
        return text;
    }
    for (size_t i = 0; i < text.len;)
        if (!utf8_is_space(utf8_decode(text, &i)))
            end = i;
    return slice_sub(text, 0, end);
}

// lstripBlocks: removes the white space between the line's start and a block tag, if the line began
// within this text.
static size_t lstrip(const struct lexer *lexer, size_t start)
{
    const char *text = lexer->input->source.ptr;
    size_t from = lexer->at;
    while (from > start && text[from - 1] != '\n')
        from--;
    bool line_start = from == 0 || text[from - 1] == '\n';
    struct slice indent = slice_sub(lexer->input->source, from, lexer->at);
    return line_start && indent.len && lexer_trim_left(indent).len == 0 ? from : lexer->at;
}

static bool at_start_tag(const struct lexer *lexer)
{
    return matches_delimiter(lexer, lexer->tags.block_start) ||
           matches_delimiter(lexer, lexer->tags.variable_start) ||
           matches_delimiter(lexer, lexer->tags.comment_start);
}

static bool next_comment(struct lexer *lexer, struct token *token)
{
    struct slice source = lexer->input->source, end = lexer->tags.comment_end;
    size_t start = lexer->at;
    size_t close = slice_find(source, end, start + lexer->tags.comment_start.len);
    if (close == SIZE_MAX)
        return lexer_fail(lexer, start, "this comment is not closed", "close it with #}");
    take_token(lexer, token, TOKEN_COMMENT, close + end.len - start);
    token->dash = slice_sub(token->text, lexer->tags.comment_start.len, SIZE_MAX).ptr[0] == '-';
    token->end_dash = source.ptr[close - 1] == '-';
    return true;
}

// Moves to the next byte that may begin a delimiter; they have few different first bytes.
static void skip_plain(struct lexer *lexer)
{
    const struct template_tags *t = &lexer->tags;
    const char first[4] = {t->block_start.ptr[0], t->variable_start.ptr[0], t->comment_start.ptr[0],
                           t->comment_end.ptr[0]};
    struct slice source = lexer->input->source;
    // Usually the tags begin alike, and two searches suffice.
    if (first[0] == first[1] && first[0] == first[2]) {
        if (lexer->next_tag <= lexer->at)
            lexer->next_tag = slice_find_byte(source, first[0], lexer->at);
        size_t end = lexer->next_tag < source.len ? lexer->next_tag : source.len;
        size_t close = slice_find_byte(slice_sub(source, 0, end), first[3], lexer->at);
        lexer->at = close < end ? close : end;
        return;
    }
    while (lexer->at < source.len) {
        char c = source.ptr[lexer->at];
        if (c == first[0] || c == first[1] || c == first[2] || c == first[3])
            return;
        lexer->at++;
    }
}

static bool next_data(struct lexer *lexer, struct token *token)
{
    size_t start = lexer->at;
    for (;;) {
        skip_plain(lexer);
        if (finished(lexer) || at_start_tag(lexer))
            break;
        if (matches_delimiter(lexer, lexer->tags.comment_end))
            return lexer_fail(lexer, lexer->at, "unexpected end of comment",
                              "this closes a comment that was not opened");
        lexer->at++;
    }
    size_t end = lexer->at;
    if (lexer->input->lstrip_blocks && matches_delimiter(lexer, lexer->tags.block_start))
        end = lstrip(lexer, start);
    if (end == start && end != lexer->at)
        return lexer_next(lexer, token); // all of it was stripped; a tag follows
    token->type = TOKEN_DATA;
    token->text = slice_sub(lexer->input->source, start, end);
    return true;
}

static bool next_tag(struct lexer *lexer, struct token *token, enum token_type type,
                     struct slice tag)
{
    token->dash = lexer_byte(lexer, tag.len) == '-';
    lexer->in_code = true;
    return take_token(lexer, token, type, tag.len + token->dash);
}

static bool next_in_text(struct lexer *lexer, struct token *token)
{
    if (matches_delimiter(lexer, lexer->tags.block_start))
        return next_tag(lexer, token, TOKEN_BLOCK_START, lexer->tags.block_start);
    if (matches_delimiter(lexer, lexer->tags.variable_start))
        return next_tag(lexer, token, TOKEN_VARIABLE_START, lexer->tags.variable_start);
    if (matches_delimiter(lexer, lexer->tags.comment_start))
        return next_comment(lexer, token);
    return next_data(lexer, token);
}

// ---- code ----

static bool is_delimiter(char c)
{
    return c && strchr("()[]{}%*-+~/#,:|.<>=!", c);
}

// Bytes of white space at `offset` from the current place; the no-break space is two.
static size_t space_width(const struct lexer *lexer, size_t offset)
{
    char c = lexer_byte(lexer, offset);
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r')
        return lexer->at + offset < lexer->input->source.len;
    return c == '\xc2' && lexer_byte(lexer, offset + 1) == '\xa0' ? 2 : 0;
}

static void skip_template_space(struct lexer *lexer)
{
    for (size_t width; (width = space_width(lexer, 0)) > 0;)
        lexer->at += width;
}

static bool next_string(struct lexer *lexer, struct token *token)
{
    char quote = lexer_byte(lexer, 0);
    struct slice source = lexer->input->source;
    struct buffer text = buffer_create(lexer->arena, 0);
    size_t from = ++lexer->at;
    for (; !finished(lexer) && lexer_byte(lexer, 0) != quote; lexer->at++) {
        if (lexer_byte(lexer, 0) != '\\')
            continue;
        buffer_append(&text, slice_sub(source, from, lexer->at++));
        char c = lexer_byte(lexer, 0);
        from = lexer->at;
        if (c == 'n' || c == 't' || c == 'r') {
            buffer_append_byte(&text, c == 'n' ? '\n' : c == 't' ? '\t' : '\r');
            from++;
        }
        if (finished(lexer))
            break;
    }
    if (finished(lexer))
        lexer->open_string = token->offset + 1;
    size_t end = finished(lexer) ? source.len : lexer->at;
    struct slice tail = slice_sub(source, from, end);
    if (text.len)
        buffer_append(&text, tail);
    token->value = value_string(text.len ? buffer_slice(&text) : tail);
    token->type = TOKEN_STRING;
    token->text = value_text(token->value);
    lexer->at = finished(lexer) ? lexer->at : lexer->at + 1;
    return !text.failed || error_memory(lexer->error);
}

static bool next_regexp(struct lexer *lexer, struct token *token)
{
    size_t start = lexer->at += 2;
    while (!finished(lexer) &&
           !(lexer_byte(lexer, 0) == '/' && lexer->input->source.ptr[lexer->at - 1] != '\\'))
        lexer->at++;
    token->text = slice_sub(lexer->input->source, start, lexer->at);
    lexer->at += !finished(lexer);
    size_t flags = lexer->at;
    while (lexer_byte(lexer, 0) && strchr("gimy", lexer_byte(lexer, 0)))
        lexer->at++;
    token->type = TOKEN_REGEXP;
    token->value = value_string(slice_sub(lexer->input->source, flags, lexer->at));
    return true;
}

// After a block tag, trimBlocks drops one line break.
static bool next_end(struct lexer *lexer, struct token *token, enum token_type type,
                     struct slice tag)
{
    token->dash = lexer_byte(lexer, 0) == '-' && !slice_starts_with(rest(lexer), tag);
    take_token(lexer, token, type, tag.len + token->dash);
    lexer->in_code = false;
    if (type == TOKEN_BLOCK_END && lexer->input->trim_blocks) {
        if (lexer_byte(lexer, 0) == '\n')
            lexer->at++;
        else if (lexer_byte(lexer, 0) == '\r' && lexer_byte(lexer, 1) == '\n')
            lexer->at += 2;
    }
    return true;
}

static bool at_end_tag(const struct lexer *lexer, struct slice tag)
{
    return matches_delimiter(lexer, tag) ||
           (lexer_byte(lexer, 0) == '-' &&
            slice_starts_with(slice_sub(rest(lexer), 1, SIZE_MAX), tag));
}

static enum token_type punctuation(char c)
{
    static const struct {
        char c;
        enum token_type type;
    } TABLE[] = {{'(', TOKEN_LEFT_PAREN},    {')', TOKEN_RIGHT_PAREN}, {'[', TOKEN_LEFT_BRACKET},
                 {']', TOKEN_RIGHT_BRACKET}, {'{', TOKEN_LEFT_CURLY},  {'}', TOKEN_RIGHT_CURLY},
                 {',', TOKEN_COMMA},         {':', TOKEN_COLON},       {'~', TOKEN_TILDE},
                 {'|', TOKEN_PIPE}};
    for (size_t i = 0; i < sizeof TABLE / sizeof *TABLE; i++)
        if (TABLE[i].c == c)
            return TABLE[i].type;
    return TOKEN_OPERATOR;
}

static bool next_operator(struct lexer *lexer, struct token *token)
{
    static const char *const LONG[] = {"===", "!==", "==", "!=", "<=", ">=", "//", "**"};
    for (size_t i = 0; i < sizeof LONG / sizeof *LONG; i++)
        if (matches_delimiter(lexer, slice_from_cstr(LONG[i])))
            return take_token(lexer, token, TOKEN_OPERATOR, strlen(LONG[i]));
    return take_token(lexer, token, punctuation(lexer_byte(lexer, 0)), 1);
}

static bool all_digits(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    return text.len > 0;
}

static bool next_word(struct lexer *lexer, struct token *token)
{
    size_t length = 0;
    while (lexer->at + length < lexer->input->source.len && !space_width(lexer, length) &&
           !is_delimiter(lexer_byte(lexer, length)))
        length++;
    take_token(lexer, token, TOKEN_SYMBOL, length);
    if (all_digits(token->text)) {
        size_t start = lexer->at - length;
        if (lexer_byte(lexer, 0) == '.')
            for (lexer->at++; lexer_byte(lexer, 0) >= '0' && lexer_byte(lexer, 0) <= '9';)
                lexer->at++;
        token->type = TOKEN_NUMBER;
        token->text = slice_sub(lexer->input->source, start, lexer->at);
        token->value = value_number(value_parse_float(token->text));
    } else if (slice_equal(token->text, SLICE("true")) ||
               slice_equal(token->text, SLICE("false"))) {
        token->type = TOKEN_BOOLEAN;
        token->value = value_boolean(token->text.len == 4);
    } else if (slice_equal(token->text, SLICE("none")) || slice_equal(token->text, SLICE("null"))) {
        token->type = TOKEN_NONE;
        token->value = value_null();
    }
    return true;
}

static bool next_in_code(struct lexer *lexer, struct token *token)
{
    char c = lexer_byte(lexer, 0);
    if (c == '"' || c == '\'')
        return next_string(lexer, token);
    if (at_end_tag(lexer, lexer->tags.block_end))
        return next_end(lexer, token, TOKEN_BLOCK_END, lexer->tags.block_end);
    if (at_end_tag(lexer, lexer->tags.variable_end))
        return next_end(lexer, token, TOKEN_VARIABLE_END, lexer->tags.variable_end);
    if (c == 'r' && lexer_byte(lexer, 1) == '/')
        return next_regexp(lexer, token);
    if (is_delimiter(c))
        return next_operator(lexer, token);
    return next_word(lexer, token);
}

bool lexer_next(struct lexer *lexer, struct token *token)
{
    if (lexer->in_code)
        skip_template_space(lexer);
    *token = (struct token){.type = TOKEN_END, .offset = lexer->at};
    if (finished(lexer))
        return true;
    return lexer->in_code ? next_in_code(lexer, token) : next_in_text(lexer, token);
}

// ---- raw blocks ----

// At `{% NAME %}` with that name: its length, else 0.
static size_t raw_tag_length(struct slice text, struct slice name)
{
    size_t i = 2;
    if (!slice_starts_with(text, SLICE("{%")))
        return 0;
    i = text.len - lexer_trim_left(slice_sub(text, i, text.len)).len;
    if (!slice_starts_with(slice_sub(text, i, text.len), name))
        return 0;
    struct slice after = lexer_trim_left(slice_sub(text, i + name.len, text.len));
    return slice_starts_with(after, SLICE("%}")) ? text.len - after.len + 2 : 0;
}

struct slice lexer_raw(struct lexer *lexer, struct slice name)
{
    struct slice source = lexer->input->source;
    struct slice end = arena_printf(lexer->arena, "end%.*s", SLICE_ARG(name));
    size_t level = 1, start = lexer->at;
    size_t at = slice_find(source, SLICE("{%"), start);
    if (!end.ptr) {
        error_memory(lexer->error);
        return SLICE_EMPTY;
    }
    while (at != SIZE_MAX) {
        struct slice here = slice_sub(source, at, SIZE_MAX);
        size_t length = raw_tag_length(here, end);
        if (length && --level == 0) {
            lexer->at = at + length;
            return slice_sub(source, start, at);
        }
        if (!length && (length = raw_tag_length(here, name)) > 0)
            level++;
        if (length)
            lexer->at = at + length;
        at = slice_find(source, SLICE("{%"), at + (length ? length : 1));
    }
    return slice_sub(source, start, lexer->at);
}
