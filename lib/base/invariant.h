// SPDX-License-Identifier: MIT
//
// What holds unless the program is wrong. Not for what a site, a reader or a library does: that is
// an error. Checked in every build but release (GUIDANCED_INVARIANTS, cmake/Compile.cmake), where
// the condition is compiled but never evaluated.
//
// Stated in pairs, where a thing is made and where it is used, so that the one that breaks first
// names the culprit.
#ifndef GUIDANCED_BASE_INVARIANT_H
#define GUIDANCED_BASE_INVARIANT_H

#ifdef GUIDANCED_INVARIANTS
#define invariant(condition)                                                                       \
    ((condition) ? (void)0 : invariant_broken(#condition, __FILE__, __LINE__))
#else
#define invariant(condition) ((void)sizeof((condition) ? 1 : 0))
#endif

// Says which on standard error, and aborts.
_Noreturn void invariant_broken(const char *condition, const char *file, int line);

#endif
