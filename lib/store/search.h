// SPDX-License-Identifier: MIT
//
// What the files of the search share: a connection with its statements, and a query under way.
//
//   search_match.c     words ─▶ an expression of FTS5
//   search_spelling.c  words the index does not know ─▶ the nearest it knows
//   search_query.c     expression ─▶ hits, best first
#ifndef GUIDANCED_STORE_SEARCH_H
#define GUIDANCED_STORE_SEARCH_H

#include "database.h"
#include "words.h"

enum { QUERY_WORDS_MAX = 12 };

struct store_reader {
    sqlite3 *db;
    sqlite3_stmt *find, *snippet, *count, *count_all, *timed, *sections, *known, *same_start,
        *same_end, *synonyms;
};

struct query {
    struct store_reader *reader;
    struct arena *arena;
    const struct search_request *request;
    struct slice text; // as the reader wrote it, cut
    struct slice words[QUERY_WORDS_MAX];
    size_t count;
    bool prefix;    // the last word may be the beginning of one
    bool all_count; // no page is left out for its section or its moment
    struct error *error;
};

// ---- search_match.c ----

// Divides the query's text into words; those that say nothing are left out unless there are no
// others.
void match_read_words(struct query *query);
// The words with their synonyms, joined by the operator (" AND ", " OR ").
struct slice match_words(struct query *query, const char *operator);
// Titles that begin with the query as it was written.
struct slice match_title_start(struct query *query);
// The query's words in a row, a space between two.
struct slice match_key(struct query *query);

// ---- search_spelling.c ----

// Whether some page has the word as it is.
bool spelling_is_known(struct query *query, struct slice word);
// Puts the nearest word of the index in place of each that it does not know. *better: the words
// after that. True when any was replaced.
bool spelling_correct(struct query *query, struct slice *better);

#endif
