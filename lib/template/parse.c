// SPDX-License-Identifier: MIT
//
// Parsing a template, or an expression alone: the entry points above the files of the parser.
#include "parser.h"

#include "base/utf8.h"

static void init(struct parser *parser, struct arena *arena, const struct parser_input *input,
                 struct error *error)
{
    *parser = (struct parser){.arena = arena,
                              .error = error,
                              .input = input,
                              .place_line = input->first_line,
                              .place_column = 1};
    lexer_init(&parser->lexer, arena, input, error);
}

// Everything later relies on well-formed UTF-8.
static bool check_template_encoding(const struct parser_input *input, struct error *error)
{
    size_t at = utf8_find_invalid(input->source);
    if (at == SIZE_MAX)
        return true;
    unsigned line = input->first_line;
    size_t start = 0;
    for (size_t i = 0; i < at; i++) {
        if (input->source.ptr[i] != '\n')
            continue;
        line++;
        start = i + 1;
    }
    error_set(error, ERROR_SYNTAX, "the template is not UTF-8: byte 0x%02x",
              (unsigned char)input->source.ptr[at]);
    error_at(error, input->file, line, (unsigned)(at - start) + 1);
    error_hint(error, "save the file as UTF-8");
    return false;
}

// The source line for the error; lines count from input->first_line.
static void add_source(const struct parser_input *input, struct error *error)
{
    if (!error_is_set(error) || error->place.line < input->first_line)
        return;
    unsigned line = error->place.line;
    error->place.line = line - input->first_line + 1;
    error_source(error, input->source);
    error->place.line = line;
}

struct ast *template_parse(struct arena *arena, const struct parser_input *input,
                           struct error *error)
{
    struct error own = {0};
    error = error ? error : &own;
    struct parser parser;
    if (!check_template_encoding(input, error))
        return NULL;
    init(&parser, arena, input, error);
    struct ast *root = parser_body(&parser, AST_ROOT, NULL);
    add_source(input, error);
    return error_is_set(error) ? NULL : root;
}

struct ast *template_parse_expression(struct arena *arena, const struct parser_input *input,
                                      struct error *error)
{
    struct error own = {0};
    error = error ? error : &own;
    struct parser parser;
    if (!check_template_encoding(input, error))
        return NULL;
    init(&parser, arena, input, error);
    parser.lexer.in_code = true;
    struct ast *node = parser_expression(&parser);
    const struct token *end = parser_peek(&parser);
    if (node && end->type != TOKEN_END)
        parser_fail(&parser, end, "unexpected %.*s after the expression", SLICE_ARG(end->text));
    add_source(input, error);
    return error_is_set(error) ? NULL : node;
}
