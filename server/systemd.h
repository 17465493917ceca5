// SPDX-License-Identifier: MIT
//
// systemd's protocols, which are a datagram and three environment variables: sd_notify(3),
// sd_watchdog_enabled(3), sd_listen_fds(3). Nothing happens when systemd did not start us.
#ifndef GUIDANCED_SERVER_SYSTEMD_H
#define GUIDANCED_SERVER_SYSTEMD_H

void systemd_notify(const char *state);
// To be called about once a second: tells the watchdog that the main thread lives.
void systemd_watchdog(void);
// The inherited listening socket, or -1.
int systemd_socket(void);

#endif
