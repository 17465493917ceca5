// SPDX-License-Identifier: MIT
//
// `guidanced --schema NAME`: JSON Schemas (draft 7, which editors know) for guidance.yaml and front
// matter, from the tables that the program runs by.
#ifndef GUIDANCED_SERVER_COMMANDS_SCHEMA_H
#define GUIDANCED_SERVER_COMMANDS_SCHEMA_H

// Prints the schema of that name, or the names if it is NULL. Returns an exit code.
int schema_print(const char *name);

#endif
