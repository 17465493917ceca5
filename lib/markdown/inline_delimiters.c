// SPDX-License-Identifier: MIT
//
// Emphasis and strikethrough (CommonMark §6.2): marks are pieces of text until their ends are
// known.
#include "base/utf8.h"
#include "inlines.h"

// ---- reading marks ----

// Unicode's spaces and ASCII's white space, not JavaScript's line separators.
static bool is_unicode_space(uint32_t c)
{
    return c != 0x2028 && c != 0x2029 && c != 0xfeff && utf8_is_space(c);
}

static uint32_t char_before(const struct inlines *s, size_t at)
{
    size_t start = at;
    if (!at)
        return ' ';
    do
        start--;
    while (start && ((unsigned char)s->source.ptr[start] & 0xc0) == 0x80);
    return utf8_decode(s->source, &start);
}

static uint32_t char_at(const struct inlines *s, size_t at)
{
    return at < s->end ? utf8_decode(s->source, &at) : ' ';
}

// Whether a run of marks may open or close, by its neighbours. Within words, `split` marks do both.
static struct delimiter judge_delimiter(const struct inlines *s, size_t length, bool splits)
{
    uint32_t before = char_before(s, s->at), after = char_at(s, s->at + length);
    const struct markdown_options *options = s->tree->options;
    bool space_before = is_unicode_space(before), space_after = is_unicode_space(after);
    bool mark_before = is_punctuation(options, before);
    bool mark_after = is_punctuation(options, after);
    bool left = !space_after && (!mark_after || space_before || mark_before);
    bool right = !space_before && (!mark_before || space_after || mark_after);
    return (struct delimiter){.mark = s->source.ptr[s->at],
                              .opens = left && (splits || !right || mark_before),
                              .closes = right && (splits || !left || mark_after),
                              .length = length,
                              .end = -1};
}

static size_t delimiter_run(const struct inlines *s)
{
    size_t end = s->at;
    while (end < s->end && s->source.ptr[end] == s->source.ptr[s->at])
        end++;
    return end - s->at;
}

static void push_delimiter(struct inlines *s, struct delimiter delimiter, struct slice text)
{
    struct delimiters *level = s->level;
    inlines_push_text(s, text);
    if (!arena_room(s->tree->arena, &level->rows, level->count, &level->room,
                    sizeof *level->rows)) {
        error_memory(s->tree->error);
        return;
    }
    delimiter.piece = s->count - 1;
    level->rows[level->count++] = delimiter;
}

bool inline_emphasis(struct inlines *s, bool silent)
{
    size_t length = delimiter_run(s);
    if (silent)
        return false;
    struct delimiter delimiter = judge_delimiter(s, length, s->source.ptr[s->at] == '*');
    for (size_t i = 0; i < length && s->level; i++)
        push_delimiter(s, delimiter, slice_sub(s->source, s->at + i, s->at + i + 1));
    s->at += length;
    return true;
}

static const struct doubled_mark *doubled(const struct inlines *s, char mark)
{
    size_t i = 0;
    while (i < s->rules->doubled_count && s->rules->doubled[i].mark != mark)
        i++;
    return i < s->rules->doubled_count ? &s->rules->doubled[i] : NULL;
}

// Pairs of marks; an odd one comes before them.
bool inline_doubled(struct inlines *s, bool silent)
{
    size_t length = delimiter_run(s), odd = length % 2;
    if (silent || length < 2)
        return false;
    struct delimiter delimiter = judge_delimiter(s, length, true);
    bool unused = doubled(s, delimiter.mark)->needs_use && !delimiter.opens && !delimiter.closes;
    delimiter.length = 0;
    if (odd)
        inlines_push_text(s, slice_sub(s->source, s->at, s->at + 1));
    for (size_t i = odd; i < length && s->level; i += 2) {
        struct slice text = slice_sub(s->source, s->at + i, s->at + i + 2);
        if (unused)
            inlines_push_text(s, text);
        else
            push_delimiter(s, delimiter, text);
    }
    s->at += length;
    return true;
}

bool inline_strikethrough(struct inlines *s, bool silent)
{
    return s->tree->options->strikethrough && inline_doubled(s, silent);
}

// ---- pairs ----

// "*", "_" and the doubled ones; by length and by whether the closer opens.
enum { MARKS = 2 + DOUBLED_MAX, CASES = 6 };

static size_t mark_index(const struct inline_rules *rules, char mark)
{
    size_t i = 0;
    if (mark == '*' || mark == '_')
        return mark == '*' ? 0 : 1;
    while (rules->doubled[i].mark != mark)
        i++;
    return 2 + i;
}

static bool is_pair(const struct delimiter *opener, const struct delimiter *closer)
{
    if (opener->mark != closer->mark || !opener->opens || opener->end >= 0)
        return false;
    // The rule of three.
    bool both = opener->closes || closer->opens;
    return !both || (opener->length + closer->length) % 3 != 0 ||
           (opener->length % 3 == 0 && closer->length % 3 == 0);
}

struct pairing {
    const struct inline_rules *rules;
    struct delimiters *level;
    size_t *jumps;                   // how many before a delimiter can be skipped
    ptrdiff_t bottoms[MARKS][CASES]; // nothing to find at or below
    size_t head;                     // the first of the run
    ptrdiff_t last_piece;
};

static void find_opener(struct pairing *p, size_t index)
{
    struct delimiter *rows = p->level->rows, *closer = &rows[index];
    size_t mark = mark_index(p->rules, closer->mark);
    ptrdiff_t *bottom = &p->bottoms[mark][(closer->opens ? 3 : 0) + closer->length % 3];
    ptrdiff_t at = (ptrdiff_t)(p->head - p->jumps[p->head]) - 1, lowest = at;
    for (; at > *bottom; at -= (ptrdiff_t)p->jumps[at] + 1) {
        if (!is_pair(&rows[at], closer))
            continue;
        size_t jump = at > 0 && !rows[at - 1].opens ? p->jumps[at - 1] + 1 : 0;
        p->jumps[index] = index - (size_t)at + jump;
        p->jumps[at] = jump;
        closer->opens = false;
        rows[at].end = (int)index;
        rows[at].closes = false;
        p->last_piece = -2;
        return;
    }
    *bottom = lowest;
}

static void pair_level(struct inlines *s, struct delimiters *level)
{
    struct pairing p = {.rules = s->rules, .level = level, .last_piece = -2};
    if (!level->count)
        return;
    p.jumps = arena_zalloc(s->tree->arena, level->count, sizeof *p.jumps);
    if (!p.jumps) {
        error_memory(s->tree->error);
        return;
    }
    for (size_t i = 0; i < MARKS * CASES; i++)
        p.bottoms[i / CASES][i % CASES] = -1;
    for (size_t i = 0; i < level->count; i++) {
        ptrdiff_t piece = (ptrdiff_t)level->rows[i].piece;
        if (level->rows[p.head].mark != level->rows[i].mark || p.last_piece != piece - 1)
            p.head = i;
        p.last_piece = piece;
        if (level->rows[i].closes)
            find_opener(&p, i);
    }
}

// ---- spans ----

static void make_span(struct inlines *s, const struct delimiter *open,
                      const struct delimiter *close, struct piece piece)
{
    piece.type = PIECE_OPEN;
    s->pieces[open->piece] = piece;
    piece.type = PIECE_CLOSE;
    s->pieces[close->piece] = piece;
}

static bool is_lone(const struct piece *piece, char mark)
{
    return piece->type == PIECE_TEXT && piece->text.len == 1 && piece->text.ptr[0] == mark;
}

// An odd mark before a closing pair goes after all pairs that close there.
static void move_after(struct inlines *s, size_t mark, const struct tree_element *element)
{
    size_t last = mark + 1;
    while (last < s->count && s->pieces[last].type == PIECE_CLOSE &&
           s->pieces[last].element == element)
        last++;
    last--;
    struct piece moved = s->pieces[mark];
    s->pieces[mark] = s->pieces[last];
    s->pieces[last] = moved;
}

static void make_doubled(struct inlines *s, const struct delimiters *level,
                         const struct doubled_mark *mark)
{
    size_t *lone = arena_zalloc(s->tree->arena, level->count + 1, sizeof *lone), count = 0;
    for (size_t i = 0; lone && i < level->count; i++) {
        const struct delimiter *open = &level->rows[i];
        if (open->mark != mark->mark || open->end < 0)
            continue;
        const struct delimiter *close = &level->rows[open->end];
        make_span(s, open, close, (struct piece){.element = mark->element});
        if (is_lone(&s->pieces[close->piece - 1], mark->mark))
            lone[count++] = close->piece - 1;
    }
    while (count)
        move_after(s, lone[--count], mark->element);
    if (!lone)
        error_memory(s->tree->error);
}

// Two pairs directly around one another are strong.
static bool is_strong(const struct delimiters *level, size_t index)
{
    const struct delimiter *open = &level->rows[index];
    if (!index)
        return false;
    const struct delimiter *outer = open - 1;
    return outer->end == open->end + 1 && outer->mark == open->mark &&
           outer->piece + 1 == open->piece &&
           level->rows[open->end + 1].piece == level->rows[open->end].piece + 1;
}

static void make_emphasis(struct inlines *s, const struct delimiters *level)
{
    for (size_t i = level->count; i-- > 0;) {
        const struct delimiter *open = &level->rows[i];
        if ((open->mark != '*' && open->mark != '_') || open->end < 0)
            continue;
        bool strong = is_strong(level, i);
        make_span(s, open, &level->rows[open->end],
                  (struct piece){.span = strong ? CMARK_NODE_STRONG : CMARK_NODE_EMPH});
        if (!strong)
            continue;
        i--;
        s->pieces[level->rows[i].piece].text = SLICE_EMPTY;
        s->pieces[level->rows[open->end + 1].piece].text = SLICE_EMPTY;
    }
}

void delimiters_pair(struct inlines *s)
{
    for (struct delimiters *level = s->first_level; level; level = level->next)
        pair_level(s, level);
    for (struct delimiters *level = s->first_level; level; level = level->next)
        for (size_t i = 0; i < s->rules->doubled_count; i++)
            make_doubled(s, level, &s->rules->doubled[i]);
    for (struct delimiters *level = s->first_level; level; level = level->next)
        make_emphasis(s, level);
}
