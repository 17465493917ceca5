// SPDX-License-Identifier: MIT
//
// systemd's protocols, which are a datagram and three environment variables: sd_notify(3),
// sd_watchdog_enabled(3), sd_listen_fds(3). No effect unless systemd started us.
#ifndef GUIDANCED_SERVER_SYSTEMD_H
#define GUIDANCED_SERVER_SYSTEMD_H

void systemd_notify(const char *state);
// Tells the watchdog that the main thread is alive. Returns the milliseconds until the next call: a
// second, or less if systemd requires it.
unsigned systemd_watchdog(void);
// An inherited listening socket: the one called `name` (FileDescriptorName=), or, for NULL, the
// first that is not called "admin". -1: none.
int systemd_socket(const char *name);

#endif
