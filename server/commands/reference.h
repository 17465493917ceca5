// SPDX-License-Identifier: MIT
//
// `guidanced --reference NAME`: the tables of the documentation, printed from the program's own
// tables. script/docs puts them into docs/.
#ifndef GUIDANCED_SERVER_COMMANDS_REFERENCE_H
#define GUIDANCED_SERVER_COMMANDS_REFERENCE_H

// Prints the table of that name, or the names if it is NULL. Returns an exit code.
int reference_print(const char *name);

#endif
