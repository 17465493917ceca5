// SPDX-License-Identifier: MIT
//
// What the files of the search share: a connection with its statements, and a query under way.
//
//   search_tokens.c    a text ─▶ words of the index, those of a query as well
//   search_match.c     words ─▶ an expression of FTS5
//   search_spelling.c  words the index does not know ─▶ the nearest it knows; half a word ─▶ whole
//   search_rank.c      a match ─▶ how relevant it is
//   search_look.c      the best matches ─▶ the best of them
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
    PHRASES_MAX = 200, // words of a query with their synonyms and spellings
    BEGINNINGS_MAX = 16,
    SPELLINGS_MAX = 6 // of a word
};

// No word of a language begins like this. Title and names; those, headings and description.
#define PLACE_ANY     ""
#define PLACE_TITLE   "qxt"
#define PLACE_GOOD    "qxg"
#define PLACE_SECTION "qxs" // before a section's hash
// Before the tag of a language that is not the site's own; and of every page in any such.
#define PLACE_LANGUAGE "qxl"
#define PLACE_FOREIGN  "qxf"

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
    unsigned found; // which words of the query the last match has: a bit each
    const struct query *query;
};

struct store_reader {
    sqlite3 *db;
    sqlite3_stmt *matches, *document, *body, *section, *titles, *hidden, *known, *begin,
        *same_start, *same_end, *synonyms, *count, *has;
    struct ranking ranking;
    fts5_tokenizer tokenizer;
    Fts5Tokenizer *tokens;
};

struct phrase {
    struct slice text; // words, a space between two
    int64_t uses;      // in all pages, if it is one word; 0 when unknown
    unsigned words;    // which words of the query it stands for: a bit each
    double weight;     // less than 1 for a word that is only spelled alike
};

// A word of the index that is spelled nearly like one of the query.
struct spelling {
    struct slice word; // in the arena
    size_t distance;   // letters that differ
    int64_t uses;
};
struct spellings {
    struct spelling best[SPELLINGS_MAX]; // nearest first, the more used of two that are as near
    size_t count;
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
    struct spellings spellings[QUERY_WORDS_MAX]; // that may stand for each word
    struct phrase phrases[PHRASES_MAX];          // of the expression, in its order
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
// One of them, with all that may stand for it, in the place. It does not become a phrase.
struct slice match_word(struct query *query, size_t at, const char *place);
// How often the pages that readers may see use the word as it is: what stands in a page to come, or
// in one that has expired, is neither suggested nor known.
int64_t match_uses(struct query *query, struct slice word);
// The query's words in a row, a space between two.
struct slice match_key(struct query *query);
// The word that stands for a section in the index.
struct slice match_section(struct arena *arena, struct slice section);
// And for a language.
struct slice match_language(struct arena *arena, struct slice language);

// ---- search_spelling.c ----

// Finds spellings for the words that the index does not know; with `all`, for the others as well.
// False when there are none.
bool spelling_find(struct query *query, bool all);
void spelling_forget(struct query *query);
// The most used words that begin with the query's last.
void spelling_read_beginnings(struct query *query);

// ---- search_rank.c ----

// Makes the function `relevance` of the full-text table, and finds the tokenizer.
bool rank_register(struct store_reader *reader, struct error *error);

// ---- search_look.c ----

// What finding word number `at` of the query says: that of the phrase which is the word itself.
double look_weight(const struct query *query, size_t at);
// What is to be added to a match's relevance, given its texts.
double look_again(struct query *query, struct slice title, struct slice description, double size);

// ---- search_snippet.c ----

struct snippet;
// For the snippets of a query whose phrases are known. NULL when out of memory.
struct snippet *snippet_prepare(struct query *query);
// HTML of the part of the text that has most of the phrases, each marked. Of a text that has none:
// its beginning, or "" unless `always`.
struct slice snippet_html(struct snippet *snippet, struct slice text, bool always);

#endif
