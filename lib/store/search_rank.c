// SPDX-License-Identifier: MIT
//
// How relevant a page is to a query: each word's share grows with its frequency in the page, with a
// weight for each of title, headings and text, but ever more slowly (BM25; Robertson and Zaragoza,
// "The Probabilistic Relevance Framework", 2009). Two things differ from FTS5's bm25. A word's
// number of pages, which decides its weight, is counted up to a bound and above that taken from the
// list of words, where FTS5 would read all pages. And a page's length hardly counts against it
// (search_look.c): long pages of guidance are those that cover a subject.
#include "search.h"

#include <math.h>

enum { COUNTED_MAX = 300 };

// The weight of each place, and how soon repetition stops counting in it: in a title, once is
// enough.
static const double WEIGHTS[COLUMN_PLACES] = {12, 6, 5, 5, 5};
static const double SLOWING[COLUMN_PLACES] = {0.5, 0.5, 1.2, 0.3, 4};

static int count_one(const Fts5ExtensionApi *api, Fts5Context *match, void *state)
{
    size_t *count = state;
    (void)api;
    (void)match;
    return ++*count < COUNTED_MAX ? SQLITE_OK : SQLITE_DONE;
}

// The weight of a phrase, given the number of pages.
static double inverse_frequency(const Fts5ExtensionApi *api, Fts5Context *match,
                                const struct query *query, int phrase, double pages)
{
    size_t count = 0;
    api->xQueryPhrase(match, phrase, &count, count_one);
    double with = (double)count;
    if (count == COUNTED_MAX && (size_t)phrase < query->phrase_count)
        with = fmin(fmax(with, (double)query->phrases[phrase].uses), pages);
    double idf = log((pages - with + 0.5) / (with + 0.5));
    return idf > 0 ? idf : 1e-6;
}

static int prepare_ranking(const Fts5ExtensionApi *api, Fts5Context *match, struct ranking *ranking)
{
    const struct query *query = ranking->query;
    sqlite3_int64 pages = 0;
    int code = api->xRowCount(match, &pages);
    // With one phrase, they are all the same.
    for (size_t i = 0; i < query->phrase_count; i++)
        ranking->idf[i] = query->phrase_count > 1
                              ? inverse_frequency(api, match, query, (int)i, (double)pages)
                              : 1;
    ranking->ready = true;
    return code;
}

// The phrase's share in this page: the weight of each place, growing ever more slowly with
// frequency.
static int read_share(const Fts5ExtensionApi *api, Fts5Context *match, int phrase, double *share)
{
    Fts5PhraseIter at;
    int column, offset, counts[COLUMNS] = {0};
    int code = api->xPhraseFirst(match, phrase, &at, &column, &offset);
    *share = 0;
    while (code == SQLITE_OK && column >= 0) {
        if (column < COLUMNS) // an index on a damaged disk may name others
            counts[column]++;
        api->xPhraseNext(match, &at, &column, &offset);
    }
    for (int i = 0; i < COLUMN_PLACES; i++)
        *share += WEIGHTS[i] * counts[i] / (counts[i] + SLOWING[i]);
    return code;
}

static void relevance(const Fts5ExtensionApi *api, Fts5Context *match, sqlite3_context *result,
                      int argument_count, sqlite3_value **arguments)
{
    struct ranking *ranking = api->xUserData(match);
    double share, score = 0;
    (void)argument_count;
    (void)arguments;
    if (!ranking->on)
        return;
    int code = ranking->ready ? SQLITE_OK : prepare_ranking(api, match, ranking);
    ranking->found = 0;
    for (size_t i = 0; code == SQLITE_OK && i < ranking->query->phrase_count; i++) {
        const struct phrase *phrase = &ranking->query->phrases[i];
        code = read_share(api, match, (int)i, &share);
        score += ranking->idf[i] * phrase->weight * share;
        ranking->found |= share > 0 ? phrase->words : 0;
    }
    if (code == SQLITE_OK)
        sqlite3_result_double(result, score);
    else
        sqlite3_result_error_code(result, code);
}

bool rank_register(struct store_reader *reader, struct error *error)
{
    if (!tokens_register(reader->db, error))
        return false;
    fts5_api *api = tokens_api(reader->db);
    void *context = NULL;
    return (api &&
            api->xCreateFunction(api, "relevance", &reader->ranking, relevance, NULL) ==
                SQLITE_OK &&
            api->xFindTokenizer(api, TOKENS_NAME, &context, &reader->tokenizer) == SQLITE_OK &&
            reader->tokenizer.xCreate(context, NULL, 0, &reader->tokens) == SQLITE_OK) ||
           database_fail(reader->db, "rank", error);
}
