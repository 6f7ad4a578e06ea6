# syntax=docker/dockerfile:1
# Targets: `sidecar` (everything but the embedded engine, 540 MB less) and `full` (the default).
ARG NODE=node:24.21.0-bookworm-slim

FROM ${NODE} AS build
WORKDIR /build
COPY package.json package-lock.json ./
# The npm package `node` brings a Node.js of its own to machines without one; here there is one.
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json LICENSE NOTICE ./
COPY scripts scripts
COPY contract contract
COPY sidecar sidecar
COPY ingest ingest
COPY dashboards dashboards
COPY evals evals
COPY cli cli
RUN npm run build

FROM ${NODE} AS packages
WORKDIR /app
COPY package.json package-lock.json ./
# A compiler that a library names as a peer, for its types.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && rm -rf node_modules/typescript node_modules/@typescript

FROM packages AS packages-sidecar
RUN rm -rf node_modules/chdb node_modules/@chdb

FROM ${NODE} AS runtime
# A number, so that Kubernetes can see that it is not root.
RUN mkdir -p /app /var/lib/sidelight && chown 10001:10001 /var/lib/sidelight \
    && ln -s /app/cli/sidelight.mjs /usr/local/bin/sidelight
WORKDIR /app
ENV NODE_ENV=production \
    SIDELIGHT_LISTEN=0.0.0.0:4100 \
    SIDELIGHT_STATE_DIR=/var/lib/sidelight
USER 10001:10001
EXPOSE 4100 4101
# Requests that run may end; more than `drain` (30 s) is to pass before a kill.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["node", "-e", "fetch('http://127.0.0.1:4101/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "--enable-source-maps", "--max-semi-space-size=16", "--no-parallel-scavenge", "/app/cli/main.js"]

FROM runtime AS sidecar
COPY --from=packages-sidecar /app/node_modules node_modules
COPY --from=build /build/dist ./
CMD ["sidecar"]

FROM runtime AS full
COPY --from=packages /app/node_modules node_modules
COPY --from=build /build/dist ./
CMD ["up"]
