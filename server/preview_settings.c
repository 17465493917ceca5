// SPDX-License-Identifier: MIT
//
// The settings of a preview: those of its commit, without what previews must not have, whatever
// their guidance.yaml says. Limits are those of the start.
#include "previews.h"

#include "site/revision.h"

static const char *const WITHOUT[][2] = {{"search.enabled", "false"},
                                         {"feedback.enabled", "false"},
                                         {"render_cache", "0"},
                                         {"content_cache", "0"},
                                         {"asset_cache", "0"}};

struct settings *preview_settings(const struct settings *served,
                                  const struct settings_reading *reading,
                                  const struct object_id *commit, struct arena *arena,
                                  struct error *error)
{
    enum { COUNT = sizeof WITHOUT / sizeof *WITHOUT };
    struct settings_reading own = *reading;
    struct settings_flag *flags = arena_alloc(arena, (own.flag_count + COUNT) * sizeof *flags);
    if (!flags) {
        error_memory(error);
        return NULL;
    }
    if (own.flag_count)
        memcpy(flags, own.flags, own.flag_count * sizeof *flags);
    for (size_t i = 0; i < COUNT; i++)
        flags[own.flag_count++] =
            (struct settings_flag){slice_from_cstr(WITHOUT[i][0]), slice_from_cstr(WITHOUT[i][1])};
    own.flags = flags;
    struct settings *settings =
        revision_settings_at(arena, &own, served->repository, commit, error);
    if (settings)
        settings->limits = served->limits;
    return settings;
}
