// SPDX-License-Identifier: MIT
//
// How a text becomes words of the index: FTS5's own division without accents and endings, after
// letters that Unicode does not decompose – with a bar, or ligatures – have become what people type
// for them. Most texts have no such letters and pass through unchanged.
#include "search.h"

#include <stdlib.h>

struct tokens {
    fts5_tokenizer inner;
    Fts5Tokenizer *words;
};

// The changed text for FTS5, and the original position of each byte.
struct folded {
    char *text;
    int *at;
    int length;
    void *state;
    int (*take)(void *, int, const char *, int, int, int);
};

static const char *plain_letters(uint32_t c)
{
    static const struct {
        uint32_t letter;
        char plain[4];
    } LETTERS[] = {
        {0xc6, "ae"},    {0xd0, "d"},     {0xd8, "o"},    {0xde, "th"},   {0xdf, "ss"},
        {0xe6, "ae"},    {0xf0, "d"},     {0xf8, "o"},    {0xfe, "th"},   {0x110, "d"},
        {0x111, "d"},    {0x126, "h"},    {0x127, "h"},   {0x131, "i"},   {0x132, "ij"},
        {0x133, "ij"},   {0x13f, "l"},    {0x140, "l"},   {0x141, "l"},   {0x142, "l"},
        {0x14a, "ng"},   {0x14b, "ng"},   {0x152, "oe"},  {0x153, "oe"},  {0x166, "t"},
        {0x167, "t"},    {0x180, "b"},    {0x1b5, "z"},   {0x1b6, "z"},   {0x197, "i"},
        {0x268, "i"},    {0x1e9e, "ss"},  {0xfb00, "ff"}, {0xfb01, "fi"}, {0xfb02, "fl"},
        {0xfb03, "ffi"}, {0xfb04, "ffl"}, {0xfb05, "st"}, {0xfb06, "st"},
    };
    for (size_t i = 0; i < sizeof LETTERS / sizeof *LETTERS; i++)
        if (LETTERS[i].letter == c)
            return LETTERS[i].plain;
    return NULL;
}

// Whether a byte may begin a letter of the table: they have only five different lead bytes.
static bool may_begin(unsigned char byte)
{
    return byte == 0xc3 || (byte >= 0xc4 && byte <= 0xc6) || byte == 0xc9 || byte == 0xe1 ||
           byte == 0xef;
}

static bool has_letters(struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        size_t next = i;
        if (may_begin((unsigned char)text.ptr[i]) && plain_letters(utf8_decode(text, &next)))
            return true;
    }
    return false;
}

// No letter in the table becomes longer.
static bool fold(struct slice text, struct folded *out)
{
    out->text = malloc(text.len + 1);
    out->at = malloc((text.len + 1) * sizeof *out->at);
    if (!out->text || !out->at)
        return false;
    for (size_t i = 0; i < text.len;) {
        size_t next = i;
        const char *plain =
            may_begin((unsigned char)text.ptr[i]) ? plain_letters(utf8_decode(text, &next)) : NULL;
        next = plain ? next : i + 1;
        const char *from = plain ? plain : text.ptr + i;
        size_t length = plain ? strlen(plain) : 1;
        for (size_t j = 0; j < length; j++) {
            out->at[out->length] = (int)(i + (j < next - i ? j : next - i - 1));
            out->text[out->length++] = from[j];
        }
        i = next;
    }
    out->at[out->length] = (int)text.len;
    return true;
}

static int take_folded(void *state, int flags, const char *token, int length, int start, int end)
{
    const struct folded *folded = state;
    return folded->take(folded->state, flags, token, length, folded->at[start], folded->at[end]);
}

static int divide(Fts5Tokenizer *self, void *state, int flags, const char *ptr, int length,
                  int (*take)(void *, int, const char *, int, int, int))
{
    const struct tokens *tokens = (const struct tokens *)(const void *)self;
    struct slice text = slice_of(ptr, (size_t)length);
    if (!has_letters(text))
        return tokens->inner.xTokenize(tokens->words, state, flags, ptr, length, take);
    struct folded folded = {.state = state, .take = take};
    int code = fold(text, &folded)
                   ? tokens->inner.xTokenize(tokens->words, &folded, flags, folded.text,
                                             folded.length, take_folded)
                   : SQLITE_NOMEM;
    free(folded.text);
    free(folded.at);
    return code;
}

static int create(void *context, const char **arguments, int count, Fts5Tokenizer **out)
{
    static const char *ARGUMENTS[] = {"unicode61", "remove_diacritics", "2"};
    fts5_api *api = context;
    void *inner = NULL;
    (void)arguments, (void)count;
    struct tokens *tokens = calloc(1, sizeof *tokens);
    if (!tokens)
        return SQLITE_NOMEM;
    int code = api->xFindTokenizer(api, "porter", &inner, &tokens->inner);
    if (code == SQLITE_OK)
        code = tokens->inner.xCreate(inner, ARGUMENTS, 3, &tokens->words);
    if (code != SQLITE_OK) {
        free(tokens);
        return code;
    }
    *out = (Fts5Tokenizer *)(void *)tokens;
    return SQLITE_OK;
}

static void destroy(Fts5Tokenizer *self)
{
    struct tokens *tokens = (struct tokens *)(void *)self;
    tokens->inner.xDelete(tokens->words);
    free(tokens);
}

// FTS5 hands out its functions through a pointer bound in SQL.
fts5_api *tokens_api(sqlite3 *db)
{
    fts5_api *api = NULL;
    sqlite3_stmt *statement = NULL;
    if (sqlite3_prepare_v2(db, "SELECT fts5(?)", -1, &statement, NULL) == SQLITE_OK) {
        sqlite3_bind_pointer(statement, 1, (void *)&api, "fts5_api_ptr", NULL);
        sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    return api;
}

bool tokens_register(sqlite3 *db, struct error *error)
{
    fts5_tokenizer ours = {create, destroy, divide};
    fts5_api *api = tokens_api(db);
    return (api && api->xCreateTokenizer(api, TOKENS_NAME, api, &ours, NULL) == SQLITE_OK) ||
           database_fail(db, "divide into words", error);
}
