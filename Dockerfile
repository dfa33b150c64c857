# syntax=docker/dockerfile:1
# Two stages: wheels are built in the first, the second holds only what runs.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /venv
COPY requirements/base.txt requirements/base.txt
RUN /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/base.txt
COPY . .
RUN /venv/bin/python deploy/compile_messages.py \
 && SECRET_KEY=build ALLOWED_HOSTS=build DATABASE_URL=postgres://build/build REDIS_URL=redis://build EMAIL_URL=smtp://build \
    STATIC_ROOT=/src/staticfiles /venv/bin/python manage.py collectstatic --noinput

FROM python:3.11-slim-bookworm
RUN apt-get update \
 && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --uid 10001 --no-create-home portal \
 && mkdir -p /data/media && chown portal /data/media
COPY --from=build /venv /venv
COPY --from=build /src /app
WORKDIR /app
USER portal
# The root file system is read-only (docker-compose.yml): what is written goes to /data and /tmp.
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp \
    STATIC_ROOT=/app/staticfiles MEDIA_ROOT=/data/media BIND=0.0.0.0:8000
EXPOSE 8000
CMD ["gunicorn", "-c", "advocacy_portal/lib/server.py", "advocacy_portal.wsgi"]
