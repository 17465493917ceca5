// SPDX-License-Identifier: MIT
//
// Stapling of an OCSP response (RFC 6066 §8, RFC 6960). Private to tls.c.
//
// Thread-safety: plain functions.
#ifndef GUIDANCED_SERVER_HTTP_TLS_OCSP_H
#define GUIDANCED_SERVER_HTTP_TLS_OCSP_H

#include "base/error.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

// Copies a response in DER, read from the file. False and error unless it says that the certificate
// is good now. The caller frees out->response.data.
bool tls_ocsp_take(const char *path, struct slice der, gnutls_x509_crt_t leaf,
                   gnutls_ocsp_data_st *out, struct error *error);
// Whether there is one that has not expired.
bool tls_ocsp_holds(const gnutls_ocsp_data_st *staple);

#endif
