// SPDX-License-Identifier: MIT
//
// A second look at the best matches. The index has stems, so that "update" finds "updating"; but a
// reader who types "update" wants the page with that word. Title and description of the first few
// are read for the words as typed, and for how much of the title they cover.
#include "search.h"

#include <math.h>

double look_weight(const struct query *query, size_t at)
{
    const struct ranking *ranking = &query->reader->ranking;
    for (size_t i = 0; i < query->phrase_count; i++)
        if (query->phrases[i].words == 1u << at)
            return ranking->idf[i];
    return 0;
}

// How well a text matches the query's words.
struct reading {
    double match[QUERY_WORDS_MAX]; // for each: 1 as typed, less in another form, 0 not at all
    size_t words;                  // in the text, without stop words
    int pairs;                     // neighbours in the query that are also neighbours in the text
};

// 1 for the same word, less for one that differs in its ending.
static double likeness(struct slice one, struct slice other)
{
    enum { SAME_MIN = 4, ENDING_MAX = 3 };
    static const double PLURAL = 0.95, INFLECTED = 0.6;
    size_t same = 0;
    while (same < one.len && same < other.len && one.ptr[same] == other.ptr[same])
        same++;
    size_t longer = one.len > other.len ? one.len : other.len;
    if (same == longer)
        return 1;
    if (same >= SAME_MIN - 1 && longer == same + 1 && (same == one.len || same == other.len))
        return PLURAL;
    return same >= SAME_MIN && longer <= same + ENDING_MAX ? INFLECTED : 0;
}

// The number of the query's word that is most like this, or has such a synonym; QUERY_WORDS_MAX if
// none is.
static size_t most_like(const struct query *query, struct slice word, double *best)
{
    size_t at = QUERY_WORDS_MAX;
    *best = 0;
    for (size_t i = 0; i < query->phrase_count; i++) {
        const struct phrase *phrase = &query->phrases[i];
        double like = likeness(phrase->text, word) * phrase->weight;
        if (like <= *best)
            continue;
        *best = like;
        for (at = 0; at + 1 < query->count && !(phrase->words >> at & 1);)
            at++;
    }
    return at;
}

static struct reading read_text(struct query *query, struct slice text)
{
    struct reading reading = {0};
    struct slice word;
    double like;
    size_t before = QUERY_WORDS_MAX;
    while (words_next(query->arena, &text, &word)) {
        size_t at = most_like(query, word, &like);
        if (words_is_stop(word) && at == QUERY_WORDS_MAX)
            continue;
        reading.words++;
        reading.pairs += at < QUERY_WORDS_MAX && before < QUERY_WORDS_MAX &&
                         (at == before + 1 || before == at + 1);
        before = at;
        if (at < QUERY_WORDS_MAX && like > reading.match[at])
            reading.match[at] = like;
    }
    return reading;
}

// Squared, so that half of the words in a title count less than half as much as all.
static double coverage(const struct query *query, const struct reading *reading,
                       const double *weights, double sum)
{
    double found = 0;
    for (size_t i = 0; i < query->count; i++)
        found += weights[i] * reading->match[i];
    return sum > 0 ? found * found / sum : 0;
}

// How well a text alone answers the query: as well as its worst word.
static double answers_whole(const struct query *query, const struct reading *reading)
{
    double worst = 1;
    for (size_t i = 0; i < query->count; i++)
        worst = fmin(worst, reading->match[i]);
    return worst;
}

double look_again(struct query *query, struct slice title, struct slice description, double size)
{
    // Weights for words in the title and in the description, for a title that is the query, for a
    // title and a description with all of its words (of a description three and more: two words are
    // more often from a title), for adjacent words, and for a page's length in bytes. Tuned with
    // tests/bench/search-known-item.mjs, on its own texts and on 1,500 pages of others.
    static const double IN_TITLE = 25, IN_DESCRIPTION = 20, WHOLE_TITLE = 100, ALL_IN_TITLE = 40,
                        WHOLE_DESCRIPTION = 30, PAIR = 12, DESCRIBED_PAIR = 1, LENGTH = 6,
                        SHORT = 8000;
    struct reading titled = read_text(query, title), described = read_text(query, description);
    double weights[QUERY_WORDS_MAX], sum = 0, found = 0;
    for (size_t i = 0; i < query->count; i++) {
        sum += weights[i] = look_weight(query, i);
        found += titled.match[i];
    }
    double share = titled.words ? found * found / ((double)titled.words * (double)query->count) : 0;
    return IN_TITLE * coverage(query, &titled, weights, sum) +
           IN_DESCRIPTION * coverage(query, &described, weights, sum) + WHOLE_TITLE * share +
           ALL_IN_TITLE * answers_whole(query, &titled) +
           (query->count > 2 ? WHOLE_DESCRIPTION * answers_whole(query, &described) : 0) +
           PAIR * titled.pairs + DESCRIBED_PAIR * described.pairs - LENGTH * log(SHORT + size);
}
