// SPDX-License-Identifier: MIT
//
// The source as libyaml gets it. libyaml breaks lines at U+0085, U+2028 and U+2029, as YAML 1.1
// does; js-yaml does not. Where they occur, characters that the text does not use stand in for them
// while it is parsed: of the same length, so that no place moves.
#include "base/utf8.h"
#include "value/yaml.h"

static const struct slice LINES[YAML_STAND_INS] = {
    {"\xc2\x85", 2}, {"\xe2\x80\xa8", 3}, {"\xe2\x80\xa9", 3}};

// A character of the wanted length that the text does not hold. False: it holds them all.
static bool choose(struct slice text, size_t len, char used[4])
{
    uint32_t first = len == 2 ? 0x0100 : 0xe000, last = first + 0x6ff;
    for (uint32_t point = first; point < last; point++) {
        utf8_encode(point, used);
        if (slice_find(text, slice_of(used, len), 0) == SIZE_MAX)
            return true;
    }
    return false;
}

static void swap_all(char *text, size_t len, struct slice from, const char *to)
{
    struct slice whole = slice_of(text, len);
    size_t at = 0;
    while ((at = slice_find(whole, from, at)) != SIZE_MAX) {
        memcpy(text + at, to, from.len);
        at += from.len;
    }
}

// A copy that ends with a line break, as js-yaml adds one, so that a block text at the end keeps
// its own.
static char *copy_lines(struct arena *arena, struct slice source, size_t *len)
{
    char *copy = arena_alloc_text(arena, source.len + 1);
    *len = source.len;
    if (!copy || source.len == 0)
        return copy;
    memcpy(copy, source.ptr, source.len);
    if (!strchr("\r\n", copy[source.len - 1]))
        copy[(*len)++] = '\n';
    return copy;
}

bool yaml_prepare(struct arena *arena, struct slice source, struct yaml_stand_ins *stand_ins,
                  struct slice *text)
{
    size_t len;
    char *copy = copy_lines(arena, source, &len);
    if (!copy)
        return false;
    *text = slice_of(copy, len);
    for (size_t i = 0; i < YAML_STAND_INS; i++) {
        // Chosen from the changed text, so that two stand-ins differ.
        bool occurs = slice_find(*text, LINES[i], 0) != SIZE_MAX;
        stand_ins->in_use[i] = occurs && choose(*text, LINES[i].len, stand_ins->used[i]);
        if (stand_ins->in_use[i])
            swap_all(copy, len, LINES[i], stand_ins->used[i]);
    }
    return true;
}

void yaml_restore(const struct yaml_stand_ins *stand_ins, struct slice text)
{
    for (size_t i = 0; i < YAML_STAND_INS; i++) {
        if (stand_ins->in_use[i])
            swap_all((char *)(uintptr_t)text.ptr, text.len,
                     slice_of(stand_ins->used[i], LINES[i].len), LINES[i].ptr);
    }
}
