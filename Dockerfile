# syntax=docker/dockerfile:1
# guidanced and the sample site. Node.js builds the styles and a compiler the program; neither is in
# the image that runs.
#
#   docker build -t guidanced .
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges -p 8080:8080 guidanced
#
# Your own site: -v "$PWD":/site:ro. It runs with a read-only root: only the two volumes for the
# cache and the feedback are written.

FROM node:22-bookworm-slim AS assets
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY assets-src ./assets-src
RUN npm run build:assets

FROM debian:12 AS build
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      gcc libc6-dev cmake ninja-build pkg-config libmicrohttpd-dev libcmark-dev libyaml-dev \
      libsqlite3-dev libpcre2-dev libdeflate-dev libzstd-dev libbrotli-dev libseccomp-dev \
      libgnutls28-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY CMakeLists.txt CMakePresets.json ./
COPY cmake ./cmake
COPY lib ./lib
COPY server ./server
RUN cmake --preset release -DBUILD_TESTING=OFF \
    && cmake --build --preset release \
    && strip build/release/guidanced

FROM debian:12-slim
# libmicrohttpd is linked statically (docs/threat-model.md), so it is not in this list.
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      libcmark0.30.2 libyaml-0-2 libsqlite3-0 libpcre2-8-0 libdeflate0 libzstd1 libbrotli1 \
      libseccomp2 libgnutls30 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 guidanced \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent \
         --shell /usr/sbin/nologin guidanced \
    && install -d -o 10001 -g 10001 /var/cache/guidanced /var/lib/guidanced \
    && install -d /site
COPY --from=build /src/build/release/guidanced /usr/local/bin/guidanced
COPY guidance.yaml /site/guidance.yaml
COPY data /site/data
COPY templates /site/templates
COPY --from=assets /src/build/assets /site/build/assets
COPY --from=assets /src/node_modules/govuk-frontend/dist /site/node_modules/govuk-frontend/dist

LABEL org.opencontainers.image.title="guidanced" \
      org.opencontainers.image.description="Serves a guidance site from its Markdown and Nunjucks sources" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.base.name="debian:12-slim"

ENV GUIDANCED_LISTEN=0.0.0.0:8080 \
    GUIDANCED_CACHE=/var/cache/guidanced/cache.db \
    GUIDANCED_FEEDBACK_FILE=/var/lib/guidanced/feedback.db
USER 10001:10001
WORKDIR /site
VOLUME ["/site", "/var/cache/guidanced", "/var/lib/guidanced"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 CMD ["guidanced", "healthcheck"]
ENTRYPOINT ["guidanced"]
CMD ["serve"]
