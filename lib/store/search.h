// SPDX-License-Identifier: MIT
//
// What the files of the search share: a connection with its statements, and a query under way.
//
//   search_match.c     words ─▶ an expression of FTS5
//   search_spelling.c  words the index does not know ─▶ the nearest it knows; half a word ─▶ whole
//   search_rank.c      a match ─▶ how relevant it is
//   search_query.c     expressions ─▶ hits, best first
//   search_snippet.c   a hit's text ─▶ the part of it to show
//
// Nothing of a query is read without bounds, so that it costs the same however many pages match.
// Every page's words are in the index once more for the places they stand in, with a prefix
// (PLACE_…): the pages that have a word in the title are a list of their own, and a short one.
#ifndef GUIDANCED_STORE_SEARCH_H
#define GUIDANCED_STORE_SEARCH_H

#include "database.h"
#include "words.h"

enum {
    QUERY_WORDS_MAX = 12,
    PHRASES_MAX = 160, // words of a query with their synonyms
    BEGINNINGS_MAX = 16
};

// No word of a language begins like this. Title and names; those, headings and description.
#define PLACE_ANY     ""
#define PLACE_TITLE   "qxt"
#define PLACE_GOOD    "qxg"
#define PLACE_SECTION "qxs" // before a section's hash

// Columns of the full-text table.
enum search_column {
    COLUMN_TITLE,
    COLUMN_NAMES,
    COLUMN_HEADINGS,
    COLUMN_DESCRIPTION,
    COLUMN_BODY,
    COLUMN_PLACES, // the words again, by place
    COLUMNS
};

// How often the phrases of the query are found in the site, for relevance.
struct ranking {
    bool on;    // otherwise a match has no relevance, which is quicker
    bool ready; // `idf` is the query's
    double idf[PHRASES_MAX];
    const struct query *query;
};

struct store_reader {
    sqlite3 *db;
    sqlite3_stmt *matches, *document, *body, *section, *titles, *hidden, *known, *begin,
        *same_start, *same_end, *synonyms;
    struct ranking ranking;
    fts5_tokenizer tokenizer;
    Fts5Tokenizer *tokens;
};

struct phrase {
    struct slice text; // words, a space between two
    int64_t uses;      // in all pages, if it is one word; 0 when unknown
};

struct query {
    struct store_reader *reader;
    struct arena *arena;
    const struct search_request *request;
    struct slice text; // as the reader wrote it, cut
    struct slice words[QUERY_WORDS_MAX];
    size_t count;
    bool prefix; // the last word may be the beginning of one:
    struct slice beginnings[BEGINNINGS_MAX];
    size_t beginning_count;
    struct phrase phrases[PHRASES_MAX]; // of the expression, in its order
    size_t phrase_count;
    int64_t *hidden; // documents that are not visible at the moment, sorted
    size_t hidden_count;
    // Words of one of those are in the list of words until the index is brought up to date: so
    // nothing of the list is told.
    bool words_tainted;
    struct error *error;
};

// ---- search_match.c ----

// Divides the query's text into words; those that say nothing are left out unless there are no
// others.
void match_read_words(struct query *query);
// The words in the place with their synonyms, joined by " AND " or " OR ". With
// PLACE_ANY, they become the query's phrases.
struct slice match_words(struct query *query, const char *between, const char *place);
// One of them in the place, with its synonyms.
struct slice match_word(struct query *query, size_t at, const char *place);
// How often the pages that readers may see use the word as it is: what stands in a page to come, or
// in one that has expired, is neither suggested nor known.
int64_t match_uses(struct query *query, struct slice word);
// The query's words in a row, a space between two.
struct slice match_key(struct query *query);
// The word that stands for a section in the index.
struct slice match_section(struct arena *arena, struct slice section);

// ---- search_spelling.c ----

// Puts the nearest word of the index in place of each that it does not know. *better: the words
// after that. True when any was replaced.
bool spelling_correct(struct query *query, struct slice *better);
// The most used words that begin with the query's last.
void spelling_read_beginnings(struct query *query);

// ---- search_rank.c ----

// Makes the function `relevance` of the full-text table, and finds the tokenizer.
bool rank_register(struct store_reader *reader, struct error *error);

// ---- search_snippet.c ----

struct snippet;
// For the snippets of a query whose phrases are known. NULL when out of memory.
struct snippet *snippet_prepare(struct query *query);
// HTML of the part of the text that has most of the phrases, each marked. Of a text that has none:
// its beginning, or "" unless `always`.
struct slice snippet_html(struct snippet *snippet, struct slice text, bool always);

#endif
