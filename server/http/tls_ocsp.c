// SPDX-License-Identifier: MIT
//
// The stapled OCSP response: something else fetches it into a file, as the server opens no
// connections. It is checked before use: a response for another certificate, or one that says
// revoked or has expired, is useless.
#include "tls_ocsp.h"

#include "base/clock.h"

#include <gnutls/ocsp.h>
#include <stdlib.h>

// NULL if fine, else what is wrong with it.
static const char *judge(gnutls_ocsp_resp_t response, gnutls_x509_crt_t leaf, time_t *until)
{
    unsigned status = 0;
    time_t from = 0, next = 0;
    if (gnutls_ocsp_resp_get_status(response) != GNUTLS_OCSP_RESP_SUCCESSFUL)
        return "the responder did not answer";
    if (gnutls_ocsp_resp_check_crt(response, 0, leaf) != 0)
        return "it is for another certificate";
    if (gnutls_ocsp_resp_get_single(response, 0, NULL, NULL, NULL, NULL, &status, &from, &next,
                                    NULL, NULL) != 0)
        return "it says nothing";
    if (status != GNUTLS_OCSP_CERT_GOOD)
        return "it does not say that the certificate is good";
    if (next == (time_t)-1)
        return "it does not say how long it holds";
    if ((double)next * 1000 < clock_wall_ms())
        return "it has expired";
    *until = next;
    return NULL;
}

bool tls_ocsp_take(const char *path, struct slice der, gnutls_x509_crt_t leaf,
                   gnutls_ocsp_data_st *out, struct error *error)
{
    gnutls_ocsp_resp_t response = NULL;
    const char *wrong = NULL;
    *out = (gnutls_ocsp_data_st){0};
    bool ok = gnutls_ocsp_resp_init(&response) == 0 || error_memory(error);
    gnutls_datum_t data = {(unsigned char *)(uintptr_t)der.ptr, (unsigned)der.len};
    if (ok && gnutls_ocsp_resp_import(response, &data) != 0)
        wrong = "it is not an OCSP response in DER";
    else if (ok)
        wrong = judge(response, leaf, &out->exptime);
    ok = ok && !wrong;
    if (wrong)
        error_set(error, ERROR_CONFIG, "%s: not stapled: %s", path, wrong);
    if (ok && !(out->response.data = malloc(der.len)))
        ok = error_memory(error);
    if (ok) {
        memcpy(out->response.data, der.ptr, der.len);
        out->response.size = data.size;
    }
    if (response)
        gnutls_ocsp_resp_deinit(response);
    return ok;
}

bool tls_ocsp_holds(const gnutls_ocsp_data_st *staple)
{
    return staple->response.size && (double)staple->exptime * 1000 > clock_wall_ms();
}
