// SPDX-License-Identifier: MIT
//
// The head of a request, as the guard reads it. Private to the guard's files.
//
// Thread-safety: plain data.
// Source: RFC 9112 §2 to §6, RFC 9110 §5, §7.2, §9, §10.1.1.
#ifndef GUIDANCED_SERVER_HTTP_GUARD_HEAD_H
#define GUIDANCED_SERVER_HTTP_GUARD_HEAD_H

#include "http.h"

// Bytes from the head's first byte: the head may move until it is whole.
struct guard_span {
    uint32_t at, length;
};

struct guard_head {
    uint32_t line;        // where the line begins that is not yet whole
    uint32_t scanned;     // up to where its target or value has been looked at
    uint32_t fields_from; // where the field lines begin; 0: the request line is not yet whole
    uint32_t end;         // bytes of the whole head; 0: it is not yet whole
    struct guard_span method, target, version;
    struct guard_span path, query; // of the target; path.length 0: "/"
    struct guard_span host;        // that of the target, or else of the field
    uint64_t length;               // of the body
    uint16_t field_count;
    uint8_t hosts, lengths, codings; // such fields: 0, 1, or 2 for more
    bool absolute;                   // the target names a host
    bool http_1_0, chunked, close, keep_alive, expects;
    uint16_t refused; // what one of the fields asks for: the status, when the head is whole
    struct {
        struct guard_span name, value; // the value without white space around it
    } fields[HTTP_HEADERS_MAX];
};

// Before the first byte.
void guard_head_begin(struct guard_head *head);
// `text` is what has come so far, from the head's first byte on, and more than the head perhaps.
// 0: the head is whole and good; GUARD_MORE; or the status to refuse it with.
int guard_head_read(struct guard_head *head, struct slice text, const struct http_limits *limits);

// ---- guard_target.c ----

// RFC 9110 §7.2, RFC 3986 §3.2.2: a name, an address, in brackets or not, and a port. "" is one.
bool guard_is_host(struct slice host);
// The forms of a target (RFC 9112 §3.2): sets path, query and host. False when it is none.
bool guard_target_read(struct guard_head *head, struct slice text);

#endif
