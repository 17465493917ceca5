# syntax=docker/dockerfile:1
# guidanced and the sample site. Node.js builds the styles, gcc the program; neither is in the image
# that runs, which holds the binary, its libraries and the site, but no shell and no package
# manager.
#
#   docker build -t guidanced .                           with the sample site
#   docker build -t guidanced:runtime --target runtime .  without any site
#   docker build -t guidanced:shipper --target shipper .  to ship feedback to PostgreSQL
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges -p 8080:8080 guidanced
#
# Your own site: -v "$PWD":/site:ro, or an image of it: FROM guidanced:runtime, COPY . /site. It runs
# with a read-only root: only the two volumes for the cache and the feedback are written.
#
# Platforms can pin the base images: --build-arg DEBIAN=debian:12@sha256:… and NODE likewise.
ARG DEBIAN=debian:12
ARG NODE=node:22-bookworm-slim

FROM ${NODE} AS assets
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY assets-src ./assets-src
# Of GOV.UK Frontend, the server reads the templates only.
RUN npm run build:assets && find node_modules/govuk-frontend/dist -type f ! -name '*.njk' -delete

FROM ${DEBIAN} AS build
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      gcc libc6-dev cmake ninja-build pkg-config libmicrohttpd-dev libcmark-dev \
      libsqlite3-dev libpcre2-dev libdeflate-dev libzstd-dev libbrotli-dev libseccomp-dev \
      libgnutls28-dev nettle-dev libgit2-dev libpq-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY CMakeLists.txt CMakePresets.json ./
COPY cmake ./cmake
COPY lib ./lib
COPY server ./server
RUN cmake --preset release -DBUILD_TESTING=OFF -DGUIDANCED_PACKAGE=OFF \
    && cmake --build --preset release
COPY script/image ./script/image
COPY --from=assets /src/node_modules/govuk-frontend/package.json ./node_modules/govuk-frontend/
ARG SOURCE_DATE_EPOCH
RUN script/image build/release/guidanced /image node_modules
# What the image that ships feedback has besides: libpq and its libraries, and its own list of them.
RUN script/image --postgres build/release/guidanced /shipper \
    && cd /shipper && find . -type f -exec sh -c 'cmp -s "$1" "/image/$1" && rm "$1"' _ {} \; \
    && find . -depth -type d -empty -delete

# A site with JavaScript of its own, served without Node.js:
#
#   docker build --target prepared --build-context site=DIR -t mine .
#
# DIR has its node_modules (npm ci). Every answer is computed here, by the same program and at the
# same path as in production, since the cache is valid for no other; it goes into the image.
FROM ${NODE} AS prepare
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      libcmark0.30.2 libsqlite3-0 libpcre2-8-0 libdeflate0 libzstd1 libbrotli1 libseccomp2 \
      libgnutls30 libnettle8 \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /image/usr/local/bin/guidanced /usr/local/bin/guidanced
COPY --from=site . /site
WORKDIR /site
RUN mkdir -p /var/cache/guidanced \
    && guidanced prepare --site /site --cache /var/cache/guidanced/cache.db \
    && guidanced check --prepared --site /site --cache /var/cache/guidanced/cache.db

# A new volume starts with the image's copy of the cache: mount one, since the root is read-only.
FROM scratch AS prepared
COPY --from=build /image/ /
COPY --from=prepare --chown=10001:10001 /site /site
COPY --from=prepare --chown=10001:10001 /var/cache/guidanced /var/cache/guidanced
COPY --from=build --chown=10001:10001 /image/var/lib/guidanced /var/lib/guidanced
ENV PATH=/usr/local/bin \
    GUIDANCED_LISTEN=0.0.0.0:8080 \
    GUIDANCED_CACHE=/var/cache/guidanced/cache.db \
    GUIDANCED_FEEDBACK_FILE=/var/lib/guidanced/feedback.db \
    GUIDANCED_USAGE_FILE=/var/lib/guidanced/usage.db \
    GUIDANCED_SCRIPT_PREPARED=true
USER 10001:10001
WORKDIR /site
VOLUME ["/var/cache/guidanced", "/var/lib/guidanced"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 CMD ["guidanced", "healthcheck"]
ENTRYPOINT ["guidanced"]
CMD ["serve"]

# The program without a site: the base of a site's own image.
FROM scratch AS runtime
COPY --from=build /image/ /
# COPY makes root the owner, but these are written to.
COPY --from=build --chown=10001:10001 /image/var/cache/guidanced /var/cache/guidanced
COPY --from=build --chown=10001:10001 /image/var/lib/guidanced /var/lib/guidanced
# --build-arg REVISION="$(git rev-parse HEAD)" --build-arg CREATED="$(date -u +%FT%TZ)"
ARG VERSION=0.1.0
ARG REVISION=unknown
ARG CREATED=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title="guidanced" \
      org.opencontainers.image.description="Serves a guidance site from its Markdown and Nunjucks sources" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.created="$CREATED" \
      org.opencontainers.image.source="$SOURCE" \
      org.opencontainers.image.licenses="MIT"

ENV PATH=/usr/local/bin \
    GUIDANCED_LISTEN=0.0.0.0:8080 \
    GUIDANCED_CACHE=/var/cache/guidanced/cache.db \
    GUIDANCED_FEEDBACK_FILE=/var/lib/guidanced/feedback.db \
    GUIDANCED_USAGE_FILE=/var/lib/guidanced/usage.db
USER 10001:10001
WORKDIR /site
# Not /site: a volume there would keep the previous image's content.
VOLUME ["/var/cache/guidanced", "/var/lib/guidanced"]
EXPOSE 8080
STOPSIGNAL SIGTERM
# The OCI format has no health checks: build with --format docker (buildah, podman), or let the
# orchestrator ask /readyz.
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 CMD ["guidanced", "healthcheck"]
ENTRYPOINT ["guidanced"]
CMD ["serve"]

# `guidanced feedback ship`: the same program with libpq, as a sidecar that has the feedback's volume.
# The server's own image stays without a PostgreSQL client and TLS library that it never uses.
#
#   docker run … guidanced:shipper feedback ship --to postgresql://guidance@db/guidance --follow
FROM runtime AS shipper
COPY --from=build /shipper/ /
HEALTHCHECK NONE
CMD ["feedback", "ship", "--help"]

# With the sample site.
FROM runtime AS sample
COPY guidance.yaml /site/guidance.yaml
COPY data /site/data
COPY templates /site/templates
COPY --from=assets /src/build/assets /site/build/assets
COPY --from=assets /src/node_modules/govuk-frontend/dist /site/node_modules/govuk-frontend/dist
