// SPDX-License-Identifier: MIT
//
// The life cycle of a page: when it was made, from when until when readers may see it, whether it
// is a draft. These keys decide who sees what, so nothing is guessed: an unreadable value is an
// error at its place that says which form is expected, and for keys that decide visibility –
// publishAt, expireAt, draft – the page is hidden until it is corrected.
//
//   key ─▶ the forms it has (docs/content-model.md) ─▶ a time or a boolean ─▶ the page
#include "history.h"
#include "snapshot.h"

#include "base/clock.h"

#include <math.h>

enum moment lifecycle_moment(struct value v, double *ms)
{
    *ms = NAN;
    if (value_is_nullish(v) || (value_is(v, VALUE_STRING) && !slice_trim(value_text(v)).len))
        return MOMENT_NONE;
    if (value_is(v, VALUE_DATE) && !(v.flags & VALUE_ROLLED))
        *ms = v.number;
    else if (value_is(v, VALUE_STRING))
        clock_parse_moment(value_text(v), ms);
    return isnan(*ms) ? MOMENT_UNREADABLE : MOMENT_READ;
}

// "publish_at", "PublishAt" and "publish-at" for "publishAt".
static bool is_spelling_of(struct slice key, struct slice name)
{
    char letters[16]; // longer than any of the names
    size_t count = 0;
    for (size_t i = 0; i < key.len; i++) {
        if (key.ptr[i] == '_' || key.ptr[i] == '-' || key.ptr[i] == ' ')
            continue;
        if (count == sizeof letters)
            return false;
        letters[count++] = key.ptr[i];
    }
    return slice_equal_ignore_case(slice_of(letters, count), name);
}

// The key as spelt in these data; ptr NULL: they lack it.
static struct slice find_spelling(struct value data, struct slice key)
{
    if (!value_is(data, VALUE_OBJECT))
        return SLICE_EMPTY;
    if (value_has(NULL, data, key))
        return key;
    const struct value_object *view = value_object_view(NULL, data);
    for (uint32_t i = 0; i < view->count; i++) {
        struct slice written = view->keys[i].text;
        // Asked of every key of every page: most differ in their first letter.
        if (written.len >= key.len && (written.ptr[0] | 0x20) == key.ptr[0] &&
            is_spelling_of(written, key))
            return written;
    }
    return SLICE_EMPTY;
}

// The key as spelt nearest to the page: computed, in its front matter, its folder's data or its
// layouts.
static struct slice spelling(const struct site_page *page, struct slice key)
{
    const struct page *own = page_of(page);
    struct value computed = value_get(NULL, page->data, SLICE("eleventyComputed"));
    if (value_is(computed, VALUE_OBJECT) && value_has(NULL, computed, key))
        return key;
    struct slice found = find_spelling(own->source->front_matter, key);
    if (!found.ptr)
        found = find_spelling(own->source->directory_data, key);
    for (const struct layout *layout = own->layout; layout && !found.ptr; layout = layout->parent)
        found = find_spelling(layout->front_matter, key);
    return found.ptr ? found : key;
}

struct value lifecycle_value(const struct site_page *page, struct slice key)
{
    return value_get(NULL, page->data, spelling(page, key));
}

double lifecycle_date(const struct site_page *page, struct slice key)
{
    double ms;
    lifecycle_moment(lifecycle_value(page, key), &ms);
    return ms;
}

// ---- yes and no ----

enum answer lifecycle_answer(struct value v)
{
    static const struct {
        struct slice word;
        enum answer answer;
    } WORDS[] = {
        {{"", 0}, ANSWER_NONE},  {{"true", 4}, ANSWER_YES}, {{"yes", 3}, ANSWER_YES},
        {{"on", 2}, ANSWER_YES}, {{"false", 5}, ANSWER_NO}, {{"no", 2}, ANSWER_NO},
        {{"off", 3}, ANSWER_NO},
    };
    if (value_is_nullish(v))
        return ANSWER_NONE;
    if (value_is(v, VALUE_BOOLEAN))
        return value_truthy(v) ? ANSWER_YES : ANSWER_NO;
    for (size_t i = 0; value_is(v, VALUE_STRING) && i < sizeof WORDS / sizeof *WORDS; i++)
        if (slice_equal_ignore_case(slice_trim(value_text(v)), WORDS[i].word))
            return WORDS[i].answer;
    return ANSWER_UNREADABLE;
}

// ---- page.date ----

static const struct slice LAST_MODIFIED = {"Last Modified", 13}, CREATED = {"Created", 7},
                          GIT_MODIFIED = {"git Last Modified", 17},
                          GIT_CREATED = {"git Created", 11};

static double date_of_path(struct slice path)
{
    double ms;
    for (size_t i = 0; i + 10 <= path.len; i++)
        if (path.ptr[i] >= '0' && path.ptr[i] <= '9' &&
            clock_parse_iso(slice_sub(path, i, i + 10), &ms))
            return ms;
    return NAN;
}

// `date` has more forms than the others, since it is Eleventy's: for example a year alone.
static double read_page_date(struct value v)
{
    double ms;
    if (value_is(v, VALUE_DATE))
        return v.number; // 30 February is 2 March, as in Eleventy; `check` reports it
    if (lifecycle_moment(v, &ms) == MOMENT_UNREADABLE && value_is(v, VALUE_STRING) &&
        !clock_parse_iso(value_text(v), &ms))
        ms = NAN;
    return ms;
}

static bool is_word(struct value v, struct slice word)
{
    return value_is(v, VALUE_STRING) && slice_equal_ignore_case(value_text(v), word);
}

double page_date(const struct site_page *page, const struct source *source)
{
    struct value date = page_of(page)->date;
    if (value_is(date, VALUE_UNDEFINED))
        date = value_get(NULL, page->data, SLICE("date"));
    double ms = read_page_date(date);
    bool made = is_word(date, GIT_CREATED), of_git = made || is_word(date, GIT_MODIFIED);
    // A file that is in no commit yet has been saved now, to Eleventy.
    bool modified = of_git || is_word(date, LAST_MODIFIED);
    if (of_git)
        ms = source_git_date(page_of(page)->site, source, made);
    if (isnan(ms) && !modified)
        ms = date_of_path(page->input_path);
    return isnan(ms)
               ? floor((double)(modified ? source->info.mtime_ns : source->info.birth_ns) / 1e6)
               : ms;
}

// Eleventy accepts falsy values as no date, and its own keywords for the file's dates.
static bool is_page_date(struct value v)
{
    const struct slice words[] = {LAST_MODIFIED, CREATED, GIT_MODIFIED, GIT_CREATED};
    if (!value_truthy(v) || !isnan(read_page_date(v)))
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_word(v, words[i]))
            return true;
    return value_is(v, VALUE_STRING) && !slice_trim(value_text(v)).len;
}

static bool is_moment(struct value v)
{
    double ms;
    return lifecycle_moment(v, &ms) != MOMENT_UNREADABLE;
}

static bool is_answer(struct value v)
{
    return lifecycle_answer(v) != ANSWER_UNREADABLE;
}

// Eleventy's collections are named by texts, whatever JavaScript makes of `tags`.
static bool are_tags(struct value v)
{
    if (!value_is(v, VALUE_ARRAY))
        return !value_truthy(v) || value_is(v, VALUE_STRING);
    for (uint32_t i = 0; i < value_length(NULL, v); i++) {
        struct value tag = value_item(NULL, v, i);
        bool text = value_is(tag, VALUE_STRING) || value_is(tag, VALUE_NUMBER);
        if (!text && !value_is(tag, VALUE_DATE))
            return false;
    }
    return true;
}

// ---- the keys ----

enum weight { REMARKED, BREAKS, HIDES }; // the effect of an unreadable key on the page

static const char DATE_HINT[] =
    "write it as 2027-05-01, 2027-05-01T09:00 or 2027-05-01T09:00+01:00";

static const struct life_key {
    struct slice name;
    bool (*is_readable)(struct value v);
    enum weight weight;
    const char *rule, *hint;
} KEYS[] = {
    {{"publishAt", 9}, is_moment, HIDES, "date-unreadable", DATE_HINT},
    {{"expireAt", 8}, is_moment, HIDES, "date-unreadable", DATE_HINT},
    {{"draft", 5}, is_answer, HIDES, "flag-unreadable", "write true or false"},
    {{"date", 4},
     is_page_date,
     BREAKS,
     "date-unreadable",
     "write it as 2027-05-01 or 2027-05-01T09:00, or as Created, Last Modified, git Created or "
     "git Last Modified"},
    {{"searchable", 10}, is_answer, REMARKED, "flag-unreadable", "write true or false"},
    {{"reviewBy", 8}, is_moment, REMARKED, "date-unreadable", DATE_HINT},
    {{"dateUpdated", 11}, is_moment, REMARKED, "date-unreadable", DATE_HINT},
    {{"dateReviewed", 12}, is_moment, REMARKED, "date-unreadable", DATE_HINT},
    {{"datePublished", 13}, is_moment, REMARKED, "date-unreadable", DATE_HINT},
    {{"tags", 4}, are_tags, REMARKED, "front-matter-type", "write a text, or a list of texts"},
};

bool lifecycle_decides(struct slice key, bool *word)
{
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        *word = KEYS[i].is_readable == is_answer;
        if (KEYS[i].weight == HIDES && is_spelling_of(key, KEYS[i].name))
            return true;
    }
    *word = true;
    return is_spelling_of(key, SLICE("audience"));
}

void lifecycle_read(struct site_page *page)
{
    const struct source *source = page_of(page)->source;
    page->date_ms = page_date(page, source);
    page->modified = source->info.mtime_ns / 1000000000;
    page->publish_at = lifecycle_date(page, SLICE("publishAt"));
    page->expire_at = lifecycle_date(page, SLICE("expireAt"));
    page->draft = lifecycle_answer(lifecycle_value(page, SLICE("draft"))) == ANSWER_YES;
    page->withdrawn = value_truthy(value_get(NULL, page->data, SLICE("withdrawn")));
    enum answer searchable = lifecycle_answer(lifecycle_value(page, SLICE("searchable")));
    page->searchable = searchable == ANSWER_NONE || searchable == ANSWER_YES;
    page->hidden = false;
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++)
        if (KEYS[i].weight == HIDES && !KEYS[i].is_readable(lifecycle_value(page, KEYS[i].name)))
            page->hidden = true;
}

// The first words of a text's first line, whole characters.
static struct slice beginning(struct slice text)
{
    enum { SHOWN = 60 };
    struct slice rest = slice_trim(text), line = rest;
    slice_next_line(&rest, &line);
    size_t end = line.len < SHOWN ? line.len : SHOWN;
    while (end && end < line.len && ((unsigned char)line.ptr[end] & 0xc0) == 0x80)
        end--;
    return slice_sub(line, 0, end);
}

// The value for a message: a text unchanged, anything else as JSON.
static struct slice written_value(struct site *site, struct value v)
{
    struct buffer json = buffer_create(site->scratch, 0);
    struct error ignored = {0};
    if (value_is(v, VALUE_STRING))
        return beginning(value_text(v));
    if (value_is(v, VALUE_DATE) && v.flags & VALUE_ROLLED)
        return SLICE("there is no such day or hour");
    if (!value_to_json(NULL, &json, v, 0, &ignored))
        return SLICE("a value of a different kind");
    return beginning(buffer_slice(&json));
}

static void describe_life(struct site *site, const struct site_page *page,
                          const struct life_key *key, struct value v, struct error *error)
{
    error_set(error, ERROR_CONFIG, "`%.*s` cannot be read: %.*s%s", SLICE_ARG(key->name),
              SLICE_ARG(written_value(site, v)),
              key->weight == HIDES ? "; until it can, readers do not see the page" : "");
    error_hint(error, "%s", key->hint);
    source_blame(page_of(page)->source, spelling(page, key->name), BLAME_VALUE, error);
}

bool lifecycle_check(struct site *site, struct site_page *page, const char **rule,
                     struct error *error)
{
    bool sound = true, again = page_of(page)->remarked;
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS; i++) {
        const struct life_key *key = &KEYS[i];
        struct value v = lifecycle_value(page, key->name);
        struct error own = {0};
        if (slice_equal(key->name, SLICE("date")) &&
            !value_is(page_of(page)->date, VALUE_UNDEFINED))
            v = page_of(page)->date;
        // Pages of one source with the same value do not repeat a remark, nor is one made twice.
        if (key->is_readable(v) || (key->weight == REMARKED && (again || page_of(page)->chunk)))
            continue;
        describe_life(site, page, key, v, &own);
        if (key->weight != REMARKED && sound) {
            *error = own;
            *rule = key->rule;
            sound = false;
        } else {
            problem_add(site, SITE_ERROR, key->rule, &own);
            page_of(page)->remarked = true;
        }
    }
    return sound;
}
