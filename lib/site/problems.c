// SPDX-License-Identifier: MIT
//
// The list of problems a load has found.
#include "snapshot.h"

#include <stdio.h>

struct site_problem *problem_add(struct site *site, enum site_severity severity, const char *rule,
                                 const struct error *error)
{
    if (!arena_room(site->arena, &site->problems, site->problem_count, &site->problem_capacity,
                    sizeof *site->problems))
        return NULL;
    struct site_problem *problem = &site->problems[site->problem_count++];
    *problem = (struct site_problem){.severity = severity, .rule = rule, .error = *error};
    if (severity == SITE_ERROR)
        site->counts.errors++;
    else if (severity == SITE_WARNING)
        site->counts.warnings++;
    return problem;
}

bool problems_copy(struct site *site, const struct site *from, size_t count,
                   const struct map *without)
{
    for (size_t i = 0; i < count; i++) {
        const struct site_problem *problem = &from->problems[i];
        if (map_find(without, slice_from_cstr(problem->error.place.file)))
            continue;
        struct site_problem *copy =
            problem_add(site, problem->severity, problem->rule, &problem->error);
        if (!copy)
            return false;
        *copy = *problem;
    }
    return true;
}

static bool same(const struct site_problem *a, const struct site_problem *b)
{
    return strcmp(a->rule, b->rule) == 0 && a->error.place.line == b->error.place.line &&
           strcmp(a->error.place.file, b->error.place.file) == 0 &&
           strcmp(a->error.message, b->error.message) == 0;
}

static bool is_known(const struct site *previous, const struct site_problem *problem)
{
    for (size_t i = 0; previous && i < previous->problem_count; i++)
        if (same(&previous->problems[i], problem))
            return true;
    return false;
}

// A missing layout is missing for every page that names it, a template for every layout.
static bool has_one_cause(const struct site_problem *a, const struct site_problem *b)
{
    return a->error.code == ERROR_NOT_FOUND && strcmp(a->rule, b->rule) == 0 &&
           strcmp(a->error.message, b->error.message) == 0;
}

size_t site_problem_weight(const struct site *site, size_t n)
{
    size_t weight = 1;
    for (size_t i = 0; i < n; i++)
        if (has_one_cause(&site->problems[i], &site->problems[n]))
            return 0;
    for (size_t i = n + 1; i < site->problem_count; i++)
        weight += has_one_cause(&site->problems[n], &site->problems[i]);
    return weight;
}

struct error site_problem_error(const struct site *site, size_t n)
{
    struct error error = site->problems[n].error;
    size_t weight = site_problem_weight(site, n), length = strlen(error.message);
    if (weight > 1)
        snprintf(error.message + length, sizeof error.message - length, " (and %zu more like it)",
                 weight - 1);
    return error;
}

void problems_log(const struct site *site, const struct site *previous)
{
    for (size_t i = 0; i < site->problem_count; i++) {
        if (is_known(previous, &site->problems[i]) || !site_problem_weight(site, i))
            continue;
        struct error error = site_problem_error(site, i);
        log_error(site->log, site->problems[i].severity == SITE_ERROR ? LOG_ERROR : LOG_WARNING,
                  &error);
    }
}

const struct site_problem *site_problems(const struct site *site, size_t *count)
{
    *count = site->problem_count;
    return site->problems;
}
