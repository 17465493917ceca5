// SPDX-License-Identifier: MIT
//
// Conditions that hold unless the program has a bug. Faults of a site, a reader or a library are
// errors instead. Checked in every build except release (GUIDANCED_INVARIANTS,
// cmake/Compile.cmake), where the condition is compiled but never evaluated.
//
// Stated in pairs, where a thing is made and where it is used, so that the first one to break
// points at the culprit.
#ifndef GUIDANCED_BASE_INVARIANT_H
#define GUIDANCED_BASE_INVARIANT_H

#ifdef GUIDANCED_INVARIANTS
#define invariant(condition)                                                                       \
    ((condition) ? (void)0 : invariant_broken(#condition, __FILE__, __LINE__))
#else
#define invariant(condition) ((void)sizeof((condition) ? 1 : 0))
#endif

// Reports it on standard error and aborts.
_Noreturn void invariant_broken(const char *condition, const char *file, int line);

#endif
