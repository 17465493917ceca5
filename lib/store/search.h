// SPDX-License-Identifier: MIT
//
// Shared by the files of the search: a connection with its statements, and a running query.
//
//   search_tokens.c    a text ─▶ words of the index; also for queries
//   search_match.c     words ─▶ an expression of FTS5
//   search_welsh.c     a Welsh word ─▶ its other forms
//   search_spelling.c  words the index does not know ─▶ the nearest it knows; half a word ─▶ whole
//   search_rank.c      a match ─▶ how relevant it is
//   search_look.c      the best matches ─▶ the best of them
//   search_query.c     expressions ─▶ hits, best first
//   search_snippet.c   a hit's text ─▶ the part to show
//
// Every read for a query is bounded, so that the cost does not depend on how many pages match.
// Words in important places are in the index a second time, with the place as a prefix (PLACE_…):
// the pages with a word in the title are a separate, short list.
#ifndef GUIDANCED_STORE_SEARCH_H
#define GUIDANCED_STORE_SEARCH_H

#include "database.h"
#include "words.h"

enum {
    QUERY_WORDS_MAX = 12,
    PHRASES_MAX = 200, // words of a query with their synonyms and spellings
    BEGINNINGS_MAX = 16,
    SPELLINGS_MAX = 6, // of a word
    FORMS_MAX = 8      // likewise
};

// No word of any language begins like these. Title and names; the same plus headings and
// description.
#define PLACE_ANY     ""
#define PLACE_TITLE   "qxt"
#define PLACE_GOOD    "qxg"
#define PLACE_SECTION "qxs" // before a section's hash
// Before the tag of a language other than the site's; and marks every page in any such language.
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

// How often the query's phrases occur in the site, for relevance.
struct ranking {
    bool on;    // if false, matches have no relevance, which is quicker
    bool ready; // `idf` is the query's
    double idf[PHRASES_MAX];
    unsigned found; // a bit for each word of the query that the last match has
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
    struct slice text; // words separated by spaces
    int64_t uses;      // in all pages, if it is one word; 0 when unknown
    unsigned words;    // a bit for each word of the query that it stands for
    double weight;     // less than 1 for a word with similar spelling
};

// A word of the index with nearly the spelling of one in the query.
struct spelling {
    struct slice word; // in the arena
    size_t distance;   // letters that differ
    int64_t uses;
};
struct spellings {
    struct spelling best[SPELLINGS_MAX]; // nearest first, then most used
    size_t count;
};

// The forms of one word of the query that pages use.
struct word_forms {
    struct slice word; // "" before they are looked for
    struct slice forms[FORMS_MAX];
    size_t count;
};

struct query {
    struct store_reader *reader;
    struct arena *arena;
    const struct search_request *request;
    struct slice text; // as the reader wrote it, truncated
    struct slice words[QUERY_WORDS_MAX];
    size_t count;
    bool prefix; // the last word may be unfinished
    struct slice beginnings[BEGINNINGS_MAX];
    size_t beginning_count;
    struct spellings spellings[QUERY_WORDS_MAX]; // that may stand for each word
    struct word_forms forms[QUERY_WORDS_MAX];
    struct phrase phrases[PHRASES_MAX]; // of the expression, in order
    size_t phrase_count;
    int64_t *hidden; // documents not visible now, sorted
    size_t hidden_count;
    // The list of words contains words of a hidden document until the index is updated: so nothing
    // from the list is shown.
    bool words_tainted;
    struct error *error;
};

// ---- search_match.c ----

// Divides the query's text into words; stop words are left out unless there are no others.
void match_read_words(struct query *query);
// The words in the place with their synonyms, joined by " AND " or " OR ". With PLACE_ANY, they
// become the query's phrases.
struct slice match_words(struct query *query, const char *between, const char *place);
// One word with everything that may stand for it, in the place. It does not become a phrase.
struct slice match_word(struct query *query, size_t at, const char *place);
// How often pages that readers may see use this exact word: words of future or expired pages are
// neither suggested nor known.
int64_t match_uses(struct query *query, struct slice word);
// The query's words in order, separated by spaces.
struct slice match_key(struct query *query);
// The word that stands for a section in the index.
struct slice match_section(struct arena *arena, struct slice section);
// The same for a language.
struct slice match_language(struct arena *arena, struct slice language);

// ---- search_welsh.c ----

// The words that forms are looked for among.
struct welsh_words {
    bool (*has)(void *state, struct slice word);
    void *state;
};
// The other forms of a Welsh word among those used, in the arena: mutated or not, singular or
// plural. How many there are, at most `max`.
size_t welsh_forms(struct arena *arena, const struct welsh_words *used, struct slice word,
                   struct slice *out, size_t max);

// ---- search_spelling.c ----

// Finds spellings for the words that the index does not know; with `all`, for the others as well.
// False when there are none.
bool spelling_find(struct query *query, bool all);
void spelling_forget(struct query *query);
// The most used words that begin with the query's last.
void spelling_read_beginnings(struct query *query);

// ---- search_rank.c ----

// Registers the full-text function `relevance`, and finds the tokenizer.
bool rank_register(struct store_reader *reader, struct error *error);

// ---- search_look.c ----

// The weight of finding word number `at` of the query: that of the phrase that is the word itself.
double look_weight(const struct query *query, size_t at);
// What to add to a match's relevance, given its texts.
double look_again(struct query *query, struct slice title, struct slice description, double size);

// ---- search_snippet.c ----

struct snippet;
// Prepares the snippets of a query whose phrases are known. NULL when out of memory.
struct snippet *snippet_prepare(struct query *query);
// HTML of the part of the text that has most of the phrases, each marked. For a text without any:
// its beginning if `always`, else "".
struct slice snippet_html(struct snippet *snippet, struct slice text, bool always);

#endif
