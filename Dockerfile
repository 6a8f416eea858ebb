# One image for web, worker and beat; docker-compose.yml gives each its command. It holds no server but gunicorn:
# PostgreSQL and the broker are named by DATABASE_URL and REDIS_URL.
FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PATH=/opt/venv/bin:$PATH

RUN useradd --uid 10001 --create-home --home-dir /home/portal --shell /usr/sbin/nologin portal \
    && python -m venv /opt/venv \
    # Private files: a volume of the portal's account alone.
    && install --directory --owner=portal --group=portal --mode=0700 /srv/var \
    && install --directory --owner portal --group portal /var/lib/portal/seals

# Dependencies first: they change less often than the code.
COPY requirements.lock /srv/portal/requirements.lock
RUN pip install --require-hashes --requirement /srv/portal/requirements.lock

WORKDIR /srv/portal
COPY . .

# Static files belong to the image, not to a volume, so that they are always those of this version. The values are
# placeholders that let the settings load; no server is asked.
ENV PORTAL_ENV=production \
    PORTAL_VAR=/srv/var \
    STATIC_ROOT=/srv/static \
    BIND_ADDRESS=0.0.0.0 \
    PORT=8000
RUN SECRET_KEY="$(python -c 'import secrets; print(secrets.token_urlsafe(50))')" ALLOWED_HOSTS=build DATABASE_URL=postgresql://build/build REDIS_URL=redis://build \
    SITE_URL=https://build EMAIL_URL=smtp://build DEFAULT_FROM_EMAIL=build@build \
    python manage.py collectstatic --noinput --verbosity 0

# The code is root's and cannot be changed by the process that serves it; beat keeps its schedule in /home/portal,
# files that people send lie in /srv/var.
USER portal
EXPOSE 8000
CMD ["gunicorn", "--config", "python:portal.gunicorn", "portal.wsgi:application"]
