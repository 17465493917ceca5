# Varnish 6 or later with vmod xkey (Debian: varnish, varnish-modules) before guidanced with
#
#   cdn:
#     tags: xkey
#     control: max-age=86400, stale-while-revalidate=60, stale-if-error=86400
#
# Pages are kept for a day, or until deploy/cdn/purge says that they have changed.
vcl 4.1;

import std;
import xkey;

backend default {
  .host = "127.0.0.1";
  .port = "8080";
  .probe = {
    .url = "/readyz";
    .interval = 2s;
  }
}

acl purgers {
  "localhost";
}

sub vcl_recv {
  if (req.method == "PURGE") {
    if (!client.ip ~ purgers) {
      return (synth(403));
    }
    return (synth(200, "purged " + xkey.purge(req.http.xkey-purge)));
  }
  # While the server is down, what has expired is better than nothing.
  if (std.healthy(req.backend_hint)) {
    set req.grace = 60s;
  }
}

sub vcl_backend_response {
  # RFC 9213: for shared caches, this comes before Cache-Control, which is for browsers. guidanced
  # sends it only on responses that may be kept.
  if (beresp.http.CDN-Cache-Control ~ "max-age=[0-9]+") {
    set beresp.ttl = std.duration(regsub(beresp.http.CDN-Cache-Control, "^.*max-age=([0-9]+).*$", "\1s"), 0s);
    set beresp.grace = std.duration(regsub(beresp.http.CDN-Cache-Control, "^.*stale-if-error=([0-9]+).*$", "\1s"), 60s);
    return (deliver);
  }
  # An error is not kept, nor put in the place of what can be shown.
  if (beresp.status >= 500 && bereq.is_bgfetch) {
    return (abandon);
  }
}

sub vcl_deliver {
  # Tags and CDN-Cache-Control are for us.
  unset resp.http.xkey;
  unset resp.http.CDN-Cache-Control;
  if (obj.hits > 0) {
    set resp.http.X-Cache = "HIT";
  } else {
    set resp.http.X-Cache = "MISS";
  }
}
