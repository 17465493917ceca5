// SPDX-License-Identifier: MIT
//
// The parser's basics: tokens, places and nodes.
#include "parser.h"

#include "base/utf8.h"

#include <stdio.h>

bool parser_next(struct parser *parser, struct token *token)
{
    if (parser->has_peeked) {
        parser->has_peeked = false;
        *token = parser->peeked;
        return !error_is_set(parser->error);
    }
    if (lexer_next(&parser->lexer, token))
        return true;
    token->type = TOKEN_END;
    return false;
}

const struct token *parser_peek(struct parser *parser)
{
    if (!parser->has_peeked) {
        if (!lexer_next(&parser->lexer, &parser->peeked))
            parser->peeked.type = TOKEN_END;
        parser->has_peeked = true;
    }
    return &parser->peeked;
}

bool parser_skip(struct parser *parser, enum token_type type)
{
    if (parser_peek(parser)->type != type)
        return false;
    parser->has_peeked = false;
    return true;
}

static bool is_token_text(const struct token *token, enum token_type type, const char *text)
{
    return token->type == type && slice_equal(token->text, slice_from_cstr(text));
}

bool parser_is_symbol(const struct token *token, const char *text)
{
    return is_token_text(token, TOKEN_SYMBOL, text);
}

bool parser_skip_operator(struct parser *parser, const char *text)
{
    return is_token_text(parser_peek(parser), TOKEN_OPERATOR, text) &&
           parser_skip(parser, TOKEN_OPERATOR);
}

bool parser_skip_symbol(struct parser *parser, const char *text)
{
    return is_token_text(parser_peek(parser), TOKEN_SYMBOL, text) &&
           parser_skip(parser, TOKEN_SYMBOL);
}

// ---- places ----

static bool starts_code_point(char c)
{
    return ((unsigned char)c & 0xc0) != 0x80;
}

// Goes back from the last place to an earlier one, as nodes made after their right side do: never
// from the source's start, which would make a chain quadratic.
static void step_back(struct parser *parser, size_t offset)
{
    const char *text = parser->input->source.ptr;
    unsigned line = parser->place_line;
    while (parser->place_offset > offset) {
        char c = text[--parser->place_offset];
        parser->place_line -= c == '\n';
        parser->place_column -= c != '\n' && starts_code_point(c);
    }
    if (parser->place_line == line)
        return;
    parser->place_column = 1;
    for (size_t i = offset; i > 0 && text[i - 1] != '\n'; i--)
        parser->place_column += starts_code_point(text[i - 1]);
}

static void locate_token(struct parser *parser, size_t offset, unsigned *line, unsigned *column)
{
    struct slice source = parser->input->source;
    offset = offset < source.len ? offset : source.len;
    if (offset < parser->place_offset)
        step_back(parser, offset);
    for (size_t i = parser->place_offset; i < offset && i < source.len; i++) {
        unsigned char c = (unsigned char)source.ptr[i];
        if (c == '\n') {
            parser->place_line++;
            parser->place_column = 1;
        } else if ((c & 0xc0) != 0x80)
            parser->place_column++;
    }
    parser->place_offset = offset;
    *line = parser->place_line;
    *column = parser->place_column;
}

bool parser_fail(struct parser *parser, const struct token *token, const char *format, ...)
{
    char message[256];
    unsigned line, column;
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (error_is_set(parser->error))
        return false;
    bool open_string = token->type == TOKEN_END && parser->lexer.open_string;
    locate_token(parser, open_string ? parser->lexer.open_string - 1 : token->offset, &line,
                 &column);
    error_set(parser->error, ERROR_SYNTAX, "%s",
              open_string ? "this string is not closed" : message);
    error_at(parser->error, parser->input->file, line, column);
    if (open_string)
        error_hint(parser->error, "close it with the quote that it begins with");
    return false;
}

bool parser_enter(struct parser *parser)
{
    if (parser->depth < PARSER_DEPTH_MAX) {
        parser->depth++;
        return true;
    }
    if (error_is_set(parser->error))
        return false;
    parser_fail(parser, parser_peek(parser), "nested more than %d deep", PARSER_DEPTH_MAX);
    parser->error->code = ERROR_LIMIT;
    error_hint(parser->error, "move the inner part into a macro or an included template");
    return false;
}

void parser_leave(struct parser *parser)
{
    invariant(parser->depth > 0);
    parser->depth--;
}

// ---- nodes ----

struct ast *parser_node(struct parser *parser, enum ast_kind kind, const struct token *token)
{
    struct ast *node = arena_zalloc(parser->arena, 1, sizeof *node);
    if (!node) {
        error_memory(parser->error);
        return NULL;
    }
    node->kind = (uint8_t)kind;
    locate_token(parser, token->offset, &node->line, &node->column);
    return node;
}

bool parser_append(struct parser *parser, struct ast *node, struct ast *item)
{
    if (!node || !item)
        return false;
    // Capacities are powers of two, so the count alone tells when to grow.
    if ((node->count & (node->count - 1)) == 0) {
        size_t capacity = node->count ? node->count * 2 : 1;
        struct ast **items = arena_grow(parser->arena, node->items, node->count * sizeof *items,
                                        capacity * sizeof *items);
        if (!items)
            return error_memory(parser->error);
        node->items = items;
    }
    node->items[node->count++] = item;
    return true;
}
