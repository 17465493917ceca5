// SPDX-License-Identifier: MIT
//
// Questions that have ended their host – a loop, a greed for memory, a crash – and would do so
// again each time a reader asks for the page. They are refused for a while, longer each time, so
// that the host is free for others. A short list holds them; when it is full, the one with the
// shortest wait is replaced.
#include "host.h"

#include "base/clock.h"

static const uint64_t REST_NS = 1000000000, REST_MAX_NS = 60000000000;

// With the script's lock.
static struct culprit *find_culprit(struct script *script, struct key question)
{
    for (size_t i = 0; i < CULPRITS_MAX; i++)
        if (script->culprits[i].question.place == question.place &&
            script->culprits[i].question.check == question.check)
            return &script->culprits[i];
    return NULL;
}

static struct culprit *make_room(struct script *script)
{
    struct culprit *soonest = &script->culprits[0];
    for (size_t i = 1; i < CULPRITS_MAX; i++)
        if (script->culprits[i].until < soonest->until)
            soonest = &script->culprits[i];
    *soonest = (struct culprit){0};
    return soonest;
}

void culprits_note(struct script *script, struct key question, const struct error *error)
{
    pthread_mutex_lock(&script->lock);
    struct culprit *culprit = find_culprit(script, question);
    culprit = culprit ? culprit : make_room(script);
    unsigned doublings = culprit->times < 6 ? culprit->times : 6;
    uint64_t rest = REST_NS << doublings;
    culprit->question = question;
    culprit->times++;
    culprit->until = clock_monotonic_ns() + (rest < REST_MAX_NS ? rest : REST_MAX_NS);
    culprit->error = *error;
    pthread_mutex_unlock(&script->lock);
}

bool culprits_has(struct script *script, struct key question, struct error *error)
{
    pthread_mutex_lock(&script->lock);
    const struct culprit *culprit = find_culprit(script, question);
    uint64_t now = clock_monotonic_ns();
    bool rests = culprit && now < culprit->until;
    if (rests) {
        *error = culprit->error;
        error_hint(error, "it is asked again in %u s",
                   (unsigned)((culprit->until - now) / REST_NS) + 1);
    }
    pthread_mutex_unlock(&script->lock);
    return rests;
}
