// SPDX-License-Identifier: MIT
//
// JavaScript modules that are one literal: `module.exports = {…};`, `export default […];`. Such a
// file always has the same value, so it is read here, exactly, without running a program. Anything
// more than a literal (a name, a call, a spread, a template with parts) is not accepted.
//
// Thread-safety: everything belongs to the caller.
// Source: ECMA-262 (PrimaryExpression, StringLiteral, NumericLiteral, Comments).
#ifndef GUIDANCED_SCRIPT_LITERAL_H
#define GUIDANCED_SCRIPT_LITERAL_H

#include "value/value.h"

// The value of a module that is one object or array literal; in the arena. False: it is not.
bool script_literal_module(struct arena *arena, struct slice text, struct value *value);
// The value of a text that is one object literal, such as front matter in JavaScript.
bool script_literal_object(struct arena *arena, struct slice text, struct value *value);

#endif
