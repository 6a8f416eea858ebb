"""The site: settings, URL map, Celery, accounts, the shared kit."""

from portal.celery import app as celery_app

__all__ = ["celery_app"]
