// SPDX-License-Identifier: MIT
//
// The head of a request in the guard. Private to the guard's files.
//
// Thread-safety: plain data.
// Source: RFC 9112 §2 to §6, RFC 9110 §5, §7.2, §9, §10.1.1.
#ifndef GUIDANCED_SERVER_HTTP_GUARD_HEAD_H
#define GUIDANCED_SERVER_HTTP_GUARD_HEAD_H

#include "http.h"

// Offsets from the head's first byte: the head may move until it is complete.
struct guard_span {
    uint32_t at, length;
};

struct guard_head {
    uint32_t line;        // start of the incomplete line
    uint32_t scanned;     // up to where its target or value has been tested
    uint32_t fields_from; // start of the field lines; 0: the request line is incomplete
    uint32_t end;         // bytes of the complete head; 0: incomplete
    struct guard_span method, target, version;
    struct guard_span path, query; // of the target; path.length 0: "/"
    struct guard_span host;        // the target's, or else the field's
    uint64_t length;               // of the body
    uint16_t field_count;
    uint8_t hosts, lengths, codings; // number of such fields: 0, 1, or 2 for more
    bool absolute;                   // the target names a host
    bool http_1_0, chunked, close, keep_alive, expects;
    uint16_t refused; // status due to one of the fields, once the head is complete
    struct {
        struct guard_span name, value; // the value without white space around it
    } fields[HTTP_HEADERS_MAX];
};

// Before the first byte.
void guard_head_begin(struct guard_head *head);
// `text` is what has come so far, from the head's first byte on, perhaps more than the head.
// Returns 0: the head is complete and good; GUARD_MORE; or the status to refuse it with.
int guard_head_read(struct guard_head *head, struct slice text, const struct http_limits *limits);

// ---- guard_target.c ----

// RFC 9110 §7.2, RFC 3986 §3.2.2: a name or an address, perhaps in brackets, and a port. "" is
// valid.
bool guard_is_host(struct slice host);
// The forms of a target (RFC 9112 §3.2): sets path, query and host. False if invalid.
bool guard_target_read(struct guard_head *head, struct slice text);

#endif
