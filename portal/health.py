"""Health for whoever watches over the servers."""

from datetime import timedelta
from typing import Any

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from pilots.models import NightRun
from portal.shared.audience import Audience, open_to

LATE_AFTER = timedelta(hours=30)
"""A night run is late when the last day's run knows nothing of the last day and a morning."""


@open_to(Audience.ANYONE)
@never_cache
@login_not_required
@require_safe
def live(_request: HttpRequest) -> JsonResponse:
    """The process answers."""
    return JsonResponse({"status": "ok"})


@open_to(Audience.ANYONE)
@never_cache
@login_not_required
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """Database, broker and the last night run. 503 without database or broker; a late night run is said, not fatal."""
    checks: dict[str, Any] = {"database": _database(), "broker": _broker()}
    usable = all(check == "ok" for check in checks.values())
    checks["night_run"] = _night_run() if checks["database"] == "ok" else {"status": "unknown"}
    return JsonResponse({"status": "ok" if usable else "unavailable", **checks}, status=200 if usable else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "unavailable"
    return "ok"


def _broker() -> str:
    try:
        redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=2).ping()
    except (redis.RedisError, ValueError):
        return "unavailable"
    return "ok"


def _night_run() -> dict[str, Any]:
    last = NightRun.objects.order_by("-day", "-pk").first()
    if last is None:
        return {"status": "never"}
    age = timezone.now() - last.known_at
    return {
        "status": "late" if age > LATE_AFTER else "ok",
        "day": last.day.isoformat(),
        "known_at": last.known_at.isoformat(),
        "age_hours": round(age.total_seconds() / 3600, 1),
    }
