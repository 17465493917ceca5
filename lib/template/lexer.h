// SPDX-License-Identifier: MIT
//
// The lexer: source text to tokens, on demand. It has two modes. In text it looks for the next
// delimiter; in code, between delimiters, it reads names, numbers, strings and operators. A token's
// text points into the source.
//
// Private to lib/template. Source: Nunjucks 3.2.4 (behaviour).
#ifndef GUIDANCED_TEMPLATE_LEXER_H
#define GUIDANCED_TEMPLATE_LEXER_H

#include "ast.h"

enum token_type {
    TOKEN_END, // of the source
    TOKEN_DATA,
    TOKEN_COMMENT,
    TOKEN_BLOCK_START,
    TOKEN_BLOCK_END,
    TOKEN_VARIABLE_START,
    TOKEN_VARIABLE_END,
    TOKEN_STRING, // value: the text with escapes resolved
    TOKEN_NUMBER, // value
    TOKEN_BOOLEAN,
    TOKEN_NONE,
    TOKEN_REGEXP, // text: the body, value: the flags
    TOKEN_SYMBOL,
    TOKEN_OPERATOR,
    TOKEN_LEFT_PAREN,
    TOKEN_RIGHT_PAREN,
    TOKEN_LEFT_BRACKET,
    TOKEN_RIGHT_BRACKET,
    TOKEN_LEFT_CURLY,
    TOKEN_RIGHT_CURLY,
    TOKEN_COMMA,
    TOKEN_COLON,
    TOKEN_TILDE,
    TOKEN_PIPE,
};

struct token {
    enum token_type type;
    struct slice text;
    struct value value;
    size_t offset; // of its first byte in the source
    bool dash;     // white-space control: `-` inside the delimiter
    bool end_dash; // of a comment: at its end
};

struct lexer {
    const struct parser_input *input;
    struct template_tags tags; // with defaults filled in
    struct arena *arena;
    struct error *error;
    size_t at; // next byte
    // Of a string that runs to the end of the source: 1 + its offset; 0: there is none.
    size_t open_string;
    // The next byte that may begin a tag, if it is ahead of `at`.
    size_t next_tag;
    bool in_code;
};

void lexer_init(struct lexer *lexer, struct arena *arena, const struct parser_input *input,
                struct error *error);
// The next token that is not white space. False and error when there is no valid token.
bool lexer_next(struct lexer *lexer, struct token *token);
// Takes the raw text up to the `{% endNAME %}` that matches (nested blocks of the same name are
// counted), which is consumed. Without one, takes everything up to the last such tag, as Nunjucks
// does; so no part of the source is searched twice. {NULL, 0} and the error when out of memory.
struct slice lexer_raw(struct lexer *lexer, struct slice name);

// Removes JavaScript's white space at the left or right end.
struct slice lexer_trim_left(struct slice text);
struct slice lexer_trim_right(struct slice text);

#endif
