// SPDX-License-Identifier: MIT
//
// Front matter that nothing reads: behind an empty line or a comment, without its first line, a
// text rather than keys, indented too far, or behind its end. Eleventy shows such a page with its
// front matter as text. Where that decides who sees the page, and when, the page must not be shown,
// so it is an error; the rest is a warning.
#include "snapshot.h"

// White space, marks that cannot be seen, and comments.
static size_t skip_unseen(struct slice text)
{
    static const struct {
        struct slice begin, end;
    } UNSEEN[] = {{{" ", 1}, {"", 0}},
                  {{"\t", 1}, {"", 0}},
                  {{"\r", 1}, {"", 0}},
                  {{"\n", 1}, {"", 0}},
                  {{"\xc2\xa0", 2}, {"", 0}},
                  {{"\xe2\x80\x8b", 3}, {"", 0}},
                  {{"\xef\xbb\xbf", 3}, {"", 0}},
                  {{"<!--", 4}, {"-->", 3}},
                  {{"{#", 2}, {"#}", 2}}};
    enum { KINDS = sizeof UNSEEN / sizeof *UNSEEN };
    size_t at = 0, i = 0;
    while (i < KINDS) {
        struct slice rest = slice_sub(text, at, text.len);
        size_t end = slice_starts_with(rest, UNSEEN[i].begin)
                         ? slice_find(rest, UNSEEN[i].end, UNSEEN[i].begin.len)
                         : SIZE_MAX;
        at += end == SIZE_MAX ? 0 : end + UNSEEN[i].end.len;
        i = end == SIZE_MAX ? i + 1 : 0;
    }
    return at;
}

// Three dashes or more, TOML's plus signs, or the dash that a word processor makes of them.
static bool is_fence(struct slice line)
{
    return slice_starts_with(line, SLICE("---")) || slice_starts_with(line, SLICE("+++")) ||
           slice_starts_with(line, SLICE("\xe2\x80\x94")) ||
           slice_starts_with(line, SLICE("\xe2\x80\x93"));
}

static struct slice without_quotes(struct slice text)
{
    while (text.len && (text.ptr[0] == '"' || text.ptr[0] == '\''))
        text = slice_sub(text, 1, text.len);
    while (text.len && (text.ptr[text.len - 1] == '"' || text.ptr[text.len - 1] == '\''))
        text = slice_sub(text, 0, text.len - 1);
    return text;
}

// Of "key: value", or "key = value"; empty for another line. A key of several words is none, unless
// it is a spelling of one that decides.
static struct slice written_key(struct slice line)
{
    size_t colon = slice_find_byte(line, ':', 0), equals = slice_find_byte(line, '=', 0);
    size_t end = colon < equals ? colon : equals;
    struct slice key =
        end == SIZE_MAX ? SLICE_EMPTY : without_quotes(slice_trim(slice_sub(line, 0, end)));
    bool word;
    bool one = slice_find_byte(key, ' ', 0) == SIZE_MAX;
    return one || lifecycle_decides(key, &word) ? key : SLICE_EMPTY;
}

// A line of a list, an inner value, a comment or an empty line.
static bool is_inner(struct slice line, struct slice words)
{
    return !words.len || line.ptr[0] == ' ' || line.ptr[0] == '\t' || words.ptr[0] == '-' ||
           words.ptr[0] == '#';
}

struct unread {
    struct slice key; // that decides who sees the page, or else the first; empty: none
    bool decides;
};

static void note_key(struct unread *unread, struct slice key, bool decides)
{
    if (!unread->key.len || (decides && !unread->decides))
        *unread = (struct unread){key, decides};
}

// At the start of a text that has no front matter. Without a line of dashes, only names that are no
// words count.
static struct unread find_at_start(struct slice text)
{
    struct slice rest = slice_sub(text, skip_unseen(text), text.len), line;
    struct unread found = {.decides = false}, named = found;
    bool opened = false, closed = false, word = false;
    for (size_t i = 0; !closed && slice_next_line(&rest, &line); i++) {
        struct slice words = slice_trim(line), key = written_key(words);
        bool inner = is_inner(line, words);
        if (is_fence(words)) {
            closed = i > 0;
            opened |= i == 0;
            continue;
        }
        if (inner ? !opened || !(words.len || found.key.len) : !key.len)
            break;
        bool decides = !inner && lifecycle_decides(key, &word);
        if (!inner)
            note_key(&found, key, decides);
        if (decides && !word)
            note_key(&named, key, true);
    }
    bool whole = found.decides ? opened || closed : opened && closed;
    return whole ? found : named;
}

// In front matter that is a text or a list.
static struct unread find_in_text(struct slice yaml)
{
    struct unread found = {.decides = false};
    struct slice line;
    bool word;
    while (slice_next_line(&yaml, &line)) {
        struct slice words = slice_trim(line), key;
        while (words.len && (words.ptr[0] == '-' || words.ptr[0] == ' '))
            words = slice_sub(words, 1, words.len);
        key = written_key(words);
        struct slice first = without_quotes(slice_sub(words, 0, slice_find_byte(words, ' ', 0)));
        if (lifecycle_decides(key, &word))
            note_key(&found, key, true);
        else if (lifecycle_decides(first, &word) && !word)
            note_key(&found, first, true);
    }
    return found;
}

static void place(struct error *error, const struct source *source, const char *at)
{
    error_at_offset(error, source->path, source->text, (size_t)(at - source->text.ptr));
    error_source(error, source->text);
}

static bool refuse(const struct source *source, struct slice key, struct error *error)
{
    error_set(error, ERROR_SYNTAX,
              "`%.*s` is where nothing reads it, so readers do not see the page", SLICE_ARG(key));
    error_hint(error, "front matter begins with --- in the first line of the file, has lines "
                      "such as `key: value`, and ends with ---");
    place(error, source, key.ptr);
    return false;
}

static void warn(struct site *site, const struct source *source, struct slice key)
{
    struct error error = {0};
    error_set(&error, ERROR_SYNTAX, "front matter that does not begin the file is text");
    place(&error, source, key.ptr);
    problem_add(site, SITE_WARNING, "front-matter-start", &error);
}

// Indented as if they belonged to the navigation.
static bool check_navigation(const struct source *source, struct error *error)
{
    struct value navigation = value_get(NULL, source->front_matter, SLICE("eleventyNavigation"));
    const struct value_object *view =
        value_is(navigation, VALUE_OBJECT) ? value_object_view(NULL, navigation) : NULL;
    bool word;
    for (uint32_t i = 0; view && i < view->count; i++) {
        struct slice key = view->keys[i].text;
        if (!lifecycle_decides(key, &word))
            continue;
        error_set(error, ERROR_SYNTAX,
                  "`%.*s` is of the page, not of `eleventyNavigation`, so readers do not see it",
                  SLICE_ARG(key));
        error_hint(error, "do not indent it");
        source_blame(source, SLICE("eleventyNavigation"), BLAME_KEY, error);
        return false;
    }
    return true;
}

static struct unread find(const struct source *source)
{
    struct slice yaml;
    if (value_object_view(NULL, source->front_matter)->count > 0) { // nearly every page
        struct slice body = slice_sub(source->text, source->front_length, source->text.len);
        struct unread found = find_at_start(body); // or it ended too early
        return found.decides ? found : (struct unread){.decides = false};
    }
    front_matter_length(source->text, &yaml);
    return yaml.ptr ? find_in_text(yaml) : find_at_start(source->text);
}

bool front_matter_check_unread(struct site *site, const struct source *source, struct error *error)
{
    struct unread found = find(source);
    if (found.decides)
        return refuse(source, found.key, error);
    if (found.key.len)
        warn(site, source, found.key);
    return check_navigation(source, error);
}
