// SPDX-License-Identifier: MIT
//
// Files that the site's JavaScript has written, according to answers requested in this process:
// they are served even before a load makes them assets.
#include "host.h"

// With the lock.
static void note_file(struct script *script, struct slice path)
{
    static const char THERE[] = "";
    if (!path.len || map_get(&script->written, path))
        return;
    struct slice key = arena_copy(script->written_arena, path);
    if (key.ptr && map_put(&script->written, key, (void *)(uintptr_t)THERE))
        script->status.written++;
}

void script_note_written(struct script *script, struct value effects)
{
    for (uint32_t i = 0; value_is(effects, VALUE_ARRAY) && i < value_length(NULL, effects); i++) {
        struct value effect = value_item(NULL, effects, i), file = value_undefined();
        if (value_is(effect, VALUE_OBJECT))
            file = value_get(NULL, effect, SLICE("file"));
        if (!value_is(file, VALUE_STRING))
            continue;
        pthread_mutex_lock(&script->lock);
        note_file(script, value_text(file));
        pthread_mutex_unlock(&script->lock);
    }
}

bool script_wrote(struct script *script, struct slice path)
{
    pthread_mutex_lock(&script->lock);
    bool wrote = map_get(&script->written, path) != NULL;
    pthread_mutex_unlock(&script->lock);
    return wrote;
}
