# One image for web, workers and beat; docker-compose.yml chooses the command.
FROM python:3.12-slim-bookworm AS packages
WORKDIR /srv/sw
COPY requirements.lock ./
RUN python -m venv .venv \
    && .venv/bin/pip install --no-cache-dir 'uv>=0.9,<1' \
    && VIRTUAL_ENV=/srv/sw/.venv .venv/bin/uv pip sync --no-cache --require-hashes --compile-bytecode requirements.lock

FROM python:3.12-slim-bookworm
RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /srv/sw --shell /usr/sbin/nologin sw
WORKDIR /srv/sw
COPY --from=packages /srv/sw/.venv .venv
COPY . .
ENV PATH=/srv/sw/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=portal.settings \
    SW_STATICFILES_STORAGE=whitenoise.storage.CompressedManifestStaticFilesStorage
RUN python -m tools.translations compile \
    && python manage.py collectstatic --no-input \
    && python -m tools.fonts \
    && chown -R sw:sw var/fonts \
    && install -d -o sw -g sw var var/files var/platform var/status
USER sw
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "2", \
     "--backpressure", "256", "--no-ws", "--respawn-failed-workers", "portal.wsgi:application"]
