// SPDX-License-Identifier: MIT
//
// Splits HTML into words, and finds the longest common subsequence of two lists. Words keep their
// HTML form, with entities, so they need no escaping: none contains "<".
#include "difference.h"

#include "base/tag.h"

// CELLS_MAX: of the table; beyond that the whole middle counts as different. LENGTH_MAX: words that
// are compared.
enum { CELLS_MAX = 4 << 20, LENGTH_MAX = 60000 };

struct word {
    struct slice text;
    bool breaks; // a block begins with it
};

struct words {
    struct arena *arena;
    struct word *items;
    size_t count, capacity;
    bool breaks, failed;
    bool joins;        // the next text continues the last word: only inline tags are between
    struct slice rest; // HTML after the last word, if there are too many
};

enum edit { KEPT, DELETED, INSERTED };

struct step {
    enum edit edit;
    struct word word;
    size_t block;
};

struct steps {
    struct step *items;
    size_t count;
};

// ---- words ----

static bool is_one_of(struct slice name, const char *const *names)
{
    while (*names && !slice_equal_ignore_case(name, slice_from_cstr(*names)))
        names++;
    return *names != NULL;
}

static const char *const UNSEEN[] = {"script", "style", "template", "svg", "head", NULL};
static const char *const INLINE[] = {"a",    "abbr", "b",    "bdi",  "bdo",   "cite", "code",
                                     "data", "del",  "dfn",  "em",   "i",     "ins",  "kbd",
                                     "mark", "q",    "s",    "samp", "small", "span", "strong",
                                     "sub",  "sup",  "time", "u",    "var",   "wbr",  NULL};

static void add_word(struct words *words, struct slice text)
{
    if (words->joins && words->count) {
        struct word *last = &words->items[words->count - 1];
        struct slice whole = ARENA_JOIN(words->arena, last->text, text);
        words->failed |= !whole.ptr;
        last->text = whole.ptr ? whole : last->text;
        return;
    }
    invariant(words->count < LENGTH_MAX);
    if (!arena_room(words->arena, &words->items, words->count, &words->capacity,
                    sizeof *words->items)) {
        words->failed = true;
        return;
    }
    words->items[words->count++] = (struct word){text, words->breaks};
    words->breaks = false;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

// The offset after a tag or comment that begins at `at`.
static size_t markup_end(struct slice html, size_t at)
{
    if (slice_starts_with(slice_sub(html, at, html.len), SLICE("<!--"))) {
        size_t end = slice_find(html, SLICE("-->"), at);
        return end == SIZE_MAX ? html.len : end + 3;
    }
    size_t end = tag_end(html, at);
    return end == SIZE_MAX ? html.len : end;
}

static struct slice tag_name(struct slice html, size_t at)
{
    size_t start = at + 1 + (at + 1 < html.len && html.ptr[at + 1] == '/'), end = start;
    while (end < html.len && !is_space(html.ptr[end]) && html.ptr[end] != '>' &&
           html.ptr[end] != '/')
        end++;
    return slice_sub(html, start, end);
}

// The first tag from `at` on that opens with "<" or "</" and has the name. SIZE_MAX: there is none.
static size_t find_tag(struct slice html, size_t at, struct slice opening, struct slice name)
{
    while ((at = slice_find(html, opening, at)) != SIZE_MAX) {
        struct slice rest = slice_sub(html, at + opening.len, html.len);
        if (slice_equal_ignore_case(slice_sub(rest, 0, name.len), name) &&
            slice_equal_ignore_case(tag_name(html, at), name))
            return at;
        at += opening.len;
    }
    return SIZE_MAX;
}

// The offset after the end tag of the element at `at`.
static size_t element_end(struct slice html, size_t at, struct slice name)
{
    size_t found = find_tag(html, at, SLICE("</"), name);
    return found == SIZE_MAX ? html.len : markup_end(html, found);
}

static size_t read_tag(struct words *words, struct slice html, size_t at)
{
    struct slice name = tag_name(html, at);
    if (slice_starts_with(name, SLICE("!--"))) // between two letters, it separates nothing
        return markup_end(html, at);
    if (html.ptr[at + (at + 1 < html.len)] != '/' && is_one_of(name, UNSEEN))
        return element_end(html, at, name);
    words->joins &= is_one_of(name, INLINE);
    if (slice_equal_ignore_case(name, SLICE("img")))
        add_word(words, SLICE("[image]"));
    words->breaks |= !is_one_of(name, INLINE);
    return markup_end(html, at);
}

static struct slice main_of(struct slice html)
{
    size_t at = find_tag(html, 0, SLICE("<"), SLICE("main"));
    size_t end = find_tag(html, 0, SLICE("</"), SLICE("main"));
    return at == SIZE_MAX || end == SIZE_MAX || end < at ? html : slice_sub(html, at, end);
}

static struct words read_words(struct arena *arena, struct slice html)
{
    struct words words = {.arena = arena, .breaks = true};
    html = main_of(html);
    for (size_t at = 0; at < html.len;) {
        if (words.count == LENGTH_MAX) {
            words.rest = slice_sub(html, at, html.len);
            break;
        }
        if (html.ptr[at] == '<') {
            at = read_tag(&words, html, at);
            continue;
        }
        size_t end = at;
        while (end < html.len && html.ptr[end] != '<' && !is_space(html.ptr[end]))
            end++;
        if (end > at)
            add_word(&words, slice_sub(html, at, end));
        words.joins = end == html.len || html.ptr[end] == '<';
        at = end + (end < html.len && html.ptr[end] != '<');
    }
    return words;
}

// ---- differences ----

static void add_step(struct steps *steps, enum edit edit, struct word word)
{
    steps->items[steps->count++] = (struct step){edit, word, 0};
}

static bool same(const struct word *a, const struct word *b)
{
    return slice_equal(a->text, b->text);
}

// Walks the table of common subsequence lengths, whose cell (i, k) is for the rest from there.
static void walk_table(struct steps *steps, const struct word *a, size_t n, const struct word *b,
                       size_t m, const uint16_t *table)
{
    size_t i = 0, k = 0, width = m + 1;
    while (i < n || k < m) {
        if (i < n && k < m && same(&a[i], &b[k])) {
            add_step(steps, KEPT, b[k++]);
            i++;
        } else if (k == m || (i < n && table[(i + 1) * width + k] >= table[i * width + k + 1]))
            add_step(steps, DELETED, a[i++]);
        else
            add_step(steps, INSERTED, b[k++]);
    }
}

static void compare_middle(struct steps *steps, struct arena *arena, const struct word *a, size_t n,
                           const struct word *b, size_t m)
{
    size_t width = m + 1;
    bool fits = n && m && (n + 1) <= CELLS_MAX / width;
    uint16_t *table = fits ? arena_zalloc(arena, (n + 1) * width, sizeof *table) : NULL;
    for (size_t i = n; table && i-- > 0;)
        for (size_t k = m; k-- > 0;) {
            uint16_t down = table[(i + 1) * width + k], right = table[i * width + k + 1];
            table[i * width + k] = same(&a[i], &b[k])
                                       ? (uint16_t)(table[(i + 1) * width + k + 1] + 1)
                                   : down > right ? down
                                                  : right;
        }
    if (table) {
        walk_table(steps, a, n, b, m, table);
        return;
    }
    for (size_t i = 0; i < n; i++)
        add_step(steps, DELETED, a[i]);
    for (size_t k = 0; k < m; k++)
        add_step(steps, INSERTED, b[k]);
}

static bool compare_words(struct steps *steps, struct arena *arena, const struct words *a,
                          const struct words *b)
{
    size_t least = a->count < b->count ? a->count : b->count, head = 0, tail = 0;
    steps->items = arena_alloc(arena, (a->count + b->count + 1) * sizeof *steps->items);
    if (!steps->items)
        return false;
    while (head < least && same(&a->items[head], &b->items[head]))
        head++;
    while (tail < least - head &&
           same(&a->items[a->count - 1 - tail], &b->items[b->count - 1 - tail]))
        tail++;
    for (size_t i = 0; i < head; i++)
        add_step(steps, KEPT, b->items[i]);
    compare_middle(steps, arena, a->items + head, a->count - head - tail, b->items + head,
                   b->count - head - tail);
    for (size_t i = b->count - tail; i < b->count; i++)
        add_step(steps, KEPT, b->items[i]);
    return true;
}

// ---- writing ----

// Numbers the blocks. Returns how many.
static size_t number_blocks(struct steps *steps)
{
    size_t block = 0;
    for (size_t i = 0; i < steps->count; i++) {
        block += i && steps->items[i].word.breaks;
        steps->items[i].block = block;
    }
    return block + 1;
}

static const char *const ENDS[] = {"", " <span class=\"unseen\">(end of deletion)</span></del>",
                                   " <span class=\"unseen\">(end of insertion)</span></ins>"};
static const char *const STARTS[] = {"", "<del><span class=\"unseen\">deleted: </span>",
                                     "<ins><span class=\"unseen\">inserted: </span>"};

static void write_blocks(struct buffer *out, const struct steps *steps, const bool *differs)
{
    enum edit edit = KEPT;
    bool open = false, skipped = false;
    for (size_t i = 0; i < steps->count; i++) {
        const struct step *step = &steps->items[i];
        bool begins = !i || step[-1].block != step->block;
        if (begins && open) {
            buffer_append_cstr(out, ENDS[edit]);
            buffer_append_cstr(out, "</p>\n");
            edit = KEPT;
            open = false;
        }
        if (!differs[step->block]) {
            skipped = true;
            continue;
        }
        buffer_append_cstr(out, step->edit != edit ? ENDS[edit] : "");
        buffer_append_cstr(out, !begins ? " " : skipped ? "<p>…</p>\n<p>" : "<p>");
        buffer_append_cstr(out, step->edit != edit ? STARTS[step->edit] : "");
        skipped = skipped && !begins;
        open = true;
        edit = step->edit;
        buffer_append(out, step->word.text);
    }
    if (open) {
        buffer_append_cstr(out, ENDS[edit]);
        buffer_append_cstr(out, "</p>\n");
    }
}

bool difference_write(struct buffer *out, struct arena *arena, struct slice before,
                      struct slice after)
{
    struct words a = read_words(arena, before), b = read_words(arena, after);
    struct steps steps = {0};
    bool any = false, cut = !slice_equal(a.rest, b.rest);
    out->failed |= a.failed || b.failed || !compare_words(&steps, arena, &a, &b);
    if (out->failed || !steps.count)
        return false;
    size_t blocks = number_blocks(&steps);
    bool *differs = arena_zalloc(arena, blocks, sizeof *differs);
    for (size_t i = 0; differs && i < steps.count; i++)
        if (steps.items[i].edit != KEPT)
            any = differs[steps.items[i].block] = true;
    out->failed |= !differs;
    if (any && differs)
        write_blocks(out, &steps, differs);
    if (cut)
        buffer_append_cstr(out, "<p>…</p>\n<p>The rest is too long to be compared.</p>\n");
    return any || cut;
}
