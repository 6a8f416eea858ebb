"""Celery tasks: thin, idempotent, calling operations."""
