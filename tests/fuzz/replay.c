// SPDX-License-Identifier: MIT
//
// Runs a fuzz target over folders of inputs once, in place of libFuzzer: what was found stays
// found.
#include "tree/tree.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct replay {
    struct arena *arena;
    struct slice folder;
    size_t count;
    struct error error;
};

enum { INPUT_MAX = 1 << 20 };

static bool run_file(void *state, struct slice relative, const struct file_info *info)
{
    struct replay *replay = state;
    struct slice input;
    (void)info;
    arena_reset(replay->arena, SIZE_MAX);
    struct slice path = path_join(replay->arena, replay->folder, relative);
    if (!path.ptr || !file_read(replay->arena, path.ptr, INPUT_MAX, &input, &replay->error))
        return false;
    LLVMFuzzerTestOneInput((const uint8_t *)input.ptr, input.len);
    replay->count++;
    return true;
}

static bool run_folder(struct replay *replay, const char *folder)
{
    size_t before = replay->count;
    replay->folder = slice_from_cstr(folder);
    struct tree *tree = tree_open_directory(folder, &replay->error);
    bool ok = tree && tree_list(tree, SLICE(""), run_file, replay, &replay->error) &&
              replay->count > before;
    tree_close(tree);
    return ok;
}

int main(int argc, char **argv)
{
    struct replay replay = {.arena = arena_create(0, 0)};
    if (argc < 2 || !replay.arena) {
        fputs("usage: fuzz_… FOLDER…\n", stderr);
        return 2;
    }
    bool ok = true;
    for (int i = 1; ok && i < argc; i++)
        ok = run_folder(&replay, argv[i]);
    printf("%zu inputs%s%s\n", replay.count, ok ? "" : ": ", ok ? "" : replay.error.message);
    arena_destroy(replay.arena);
    return ok ? 0 : 1;
}
