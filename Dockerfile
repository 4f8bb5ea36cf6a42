# Builds an image of the server. It runs as an unprivileged user, writes only to /data, and works with a read-only root file
# system. See docs/deploy.md.
#
#   docker build -t latchkey .                            builds everything from source
#   docker build -t latchkey --build-arg SOURCE=packed .  takes the archive that script/package has made

ARG SOURCE=built

FROM rust:1-bookworm AS built
WORKDIR /source
COPY . .
RUN apt-get update \
 && apt-get install --yes --no-install-recommends nodejs npm \
 && LATCHKEY_CACHE=/cache script/package \
 && mv target/package/*.tar.gz /release.tar.gz

FROM scratch AS packed
COPY target/package/*.tar.gz /release.tar.gz

FROM ${SOURCE} AS release

FROM debian:bookworm-slim AS unpacked
COPY --from=release /release.tar.gz /
RUN mkdir /opt/latchkey /data \
 && tar --extract --file=/release.tar.gz --directory=/opt/latchkey --strip-components=1 --no-same-owner

FROM debian:bookworm-slim
COPY --from=unpacked /opt/latchkey /opt/latchkey
COPY --from=unpacked --chown=10001:10001 /data /data
ENV PATH=/opt/latchkey:$PATH LEPTOS_ENV=PROD PORT=3000 DATABASE_URL=sqlite:///data/latchkey.db LOG_FORMAT=json
WORKDIR /data
VOLUME /data
USER 10001:10001
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 CMD ["latchkey", "health"]
STOPSIGNAL SIGTERM
CMD ["latchkey"]
