// SPDX-License-Identifier: MIT
//
// Which certificates the settings name, and when their files are read again.
//
// Thread-safety: the main thread's.
#ifndef GUIDANCED_SERVER_CERTIFICATES_H
#define GUIDANCED_SERVER_CERTIFICATES_H

#include "base/log.h"
#include "settings/settings.h"

struct certificates;
// Reads those that the settings name. The first, `tls.certificate`, must be fine; another that is
// not is reported, and clients that ask for its names get the first. A process of their own reads
// the files and keeps the keys (http/signer.h), for so many workers; it is forked here. NULL
// without error: there are none. NULL and error: out of memory, or the first cannot be used.
struct certificates *certificates_open(const struct settings *settings, size_t workers,
                                       struct error *error);
void certificates_close(struct certificates *certificates); // NULL allowed

// Takes the list of other settings, if they have one.
void certificates_rename(struct certificates *certificates, const struct settings *settings,
                         struct log *log);
// Reads all files again. False and error: the first certificate cannot be read; all stay in use
// that were. NULL allowed.
bool certificates_read(struct certificates *certificates, struct log *log, struct error *error);
// Reads those whose files have been replaced; to be called once a second. NULL allowed.
void certificates_tick(struct certificates *certificates, struct log *log);
// Takes the rights from the process with the keys that it no longer needs. False and error: it
// keeps some. NULL allowed.
bool certificates_confine(struct certificates *certificates, struct error *error);
// False and error: that process is gone, and no client can connect any more. NULL allowed.
bool certificates_usable(const struct certificates *certificates, struct error *error);
// Reports what was wrong when they were opened, before there was a log.
void certificates_report(struct certificates *certificates, struct log *log);

#endif
