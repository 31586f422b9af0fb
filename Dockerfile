# Castroom in a container: docs/deploy.md, "Container". Build it from a checkout or from a release archive:
#   docker build --build-arg COMMIT="$(git rev-parse HEAD)" -t castroom:0.1.0 .

FROM python:3.11-slim-bookworm AS packages
# With traces: --build-arg LOCK=tracing.lock
ARG LOCK=run.lock
COPY requirements/run.lock requirements/tracing.lock /tmp/
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check --only-binary :all: --no-deps --require-hashes -r "/tmp/${LOCK}" \
    && /venv/bin/pip uninstall --yes --quiet pip setuptools

# Debian, not Alpine: binary packages of the lock need glibc 2.28 or newer.
FROM python:3.11-slim-bookworm
# Letters of most scripts for rosters. Others: --build-arg FONTS="fonts-noto-core fonts-noto-cjk" (90 MB more).
ARG FONTS="fonts-noto-core"
# hadolint ignore=DL3008,SC2086
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ${FONTS} \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --system --gid 10001 castroom \
    && useradd --system --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin castroom \
    && install -d -o 10001 -g 10001 -m 0700 /data

COPY --from=packages /venv /venv
WORKDIR /app
COPY manifest.yml LICENSE ./
COPY bot bot
COPY handlers handlers
COPY providers providers
COPY storage storage
ARG COMMIT=""
RUN if [ -n "${COMMIT}" ]; then echo "${COMMIT}" > bot/commit.txt; fi \
    && /venv/bin/python -m compileall -q bot handlers providers storage

ENV PATH="/venv/bin:${PATH}" \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ENV_FILE="" \
    DATA_DIR=/data \
    OPS_PORT=9464
USER 10001:10001
VOLUME /data
EXPOSE 3000 9464
# The bot ends within ten seconds: give it 15 (docker run --stop-timeout 15).
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-m", "bot.cli.healthcheck"]
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
