// SPDX-License-Identifier: MIT
//
// How relevant a page is to a query: each word's share grows with how often the page has it, in
// title, headings and text each with its weight, but ever more slowly (BM25; Robertson and
// Zaragoza, "The Probabilistic Relevance Framework", 2009). Two things are not as in FTS5's own
// bm25. A word that is on a few pages says more than one that is on many; how many have it is
// counted up to a bound and taken from the list of words above that, where FTS5 would read all of
// them. And a page's length does not count against it: the long pages of guidance are those that
// cover a subject.
#include "search.h"

#include <math.h>

enum { COUNTED_MAX = 300 };

static const double WEIGHTS[COLUMNS] = {12, 6, 5, 4, 1, 0};

static int count_one(const Fts5ExtensionApi *api, Fts5Context *match, void *state)
{
    size_t *count = state;
    (void)api;
    (void)match;
    return ++*count < COUNTED_MAX ? SQLITE_OK : SQLITE_DONE;
}

// What finding the phrase says, given the number of pages.
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

static int prepare(const Fts5ExtensionApi *api, Fts5Context *match, struct ranking *ranking)
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

// How often the phrase is there, each time counted by its column's weight.
static int read_frequency(const Fts5ExtensionApi *api, Fts5Context *match, int phrase,
                          double *frequency)
{
    Fts5PhraseIter at;
    int column, offset;
    int code = api->xPhraseFirst(match, phrase, &at, &column, &offset);
    *frequency = 0;
    while (code == SQLITE_OK && column >= 0) {
        *frequency += WEIGHTS[column];
        api->xPhraseNext(match, &at, &column, &offset);
    }
    return code;
}

static void relevance(const Fts5ExtensionApi *api, Fts5Context *match, sqlite3_context *result,
                      int argument_count, sqlite3_value **arguments)
{
    static const double SLOWING = 1.2;
    struct ranking *ranking = api->xUserData(match);
    double frequency, score = 0;
    (void)argument_count;
    (void)arguments;
    if (!ranking->on)
        return;
    int code = ranking->ready ? SQLITE_OK : prepare(api, match, ranking);
    for (size_t i = 0; code == SQLITE_OK && i < ranking->query->phrase_count; i++) {
        code = read_frequency(api, match, (int)i, &frequency);
        score += ranking->idf[i] * frequency * (SLOWING + 1) / (frequency + SLOWING);
    }
    if (code == SQLITE_OK)
        sqlite3_result_double(result, score);
    else
        sqlite3_result_error_code(result, code);
}

// FTS5 gives its functions out through a pointer that SQL binds.
static fts5_api *api_of(sqlite3 *db)
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

bool rank_register(struct store_reader *reader, struct error *error)
{
    static const char *ARGUMENTS[] = {"unicode61", "remove_diacritics", "2"};
    fts5_api *api = api_of(reader->db);
    void *context = NULL;
    return (api &&
            api->xCreateFunction(api, "relevance", &reader->ranking, relevance, NULL) ==
                SQLITE_OK &&
            api->xFindTokenizer(api, "porter", &context, &reader->tokenizer) == SQLITE_OK &&
            reader->tokenizer.xCreate(context, ARGUMENTS, 3, &reader->tokens) == SQLITE_OK) ||
           database_fail(reader->db, "rank", error);
}
