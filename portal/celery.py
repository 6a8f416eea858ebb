"""The Celery application and its whole schedule."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

app = Celery("portal", task_cls="portal.audit.context:RecordedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["pilots.tasks"], related_name="nightly")
app.autodiscover_tasks(["pilots.tasks"], related_name="people")
app.autodiscover_tasks(["pilots.tasks"], related_name="keys")
app.autodiscover_tasks(["pilots.tasks"], related_name="trail")
app.autodiscover_tasks(["pilots.tasks"], related_name="notices")
app.autodiscover_tasks(["pilots.tasks"], related_name="upkeep")
app.autodiscover_tasks(["portal.audit"])

# Times are Asia/Shanghai (CELERY_TIMEZONE). PORTAL_NIGHTLY_CRON is "minute hour day month weekday".
app.conf.beat_schedule = {
    "every night, compute the figures of the day before": {
        "task": "pilots.tasks.nightly.run_nightly",
        "schedule": crontab.from_string(os.environ.get("PORTAL_NIGHTLY_CRON", "0 2 * * *")),
    },
    "every hour, catch up on a night that was missed": {
        "task": "pilots.tasks.nightly.catch_up",
        "schedule": crontab(minute="17"),
    },
    "every night, switch off the accounts that nobody uses": {
        "task": "pilots.tasks.people.switch_off_idle",
        "schedule": crontab(hour="3", minute="40"),
    },
    "every minute, deliver messages and send e-mails that are due": {
        "task": "pilots.tasks.notices.send_messages",
        "schedule": crontab(),
        # What waited behind a long task is done by the next one just as well.
        "options": {"expires": 60},
    },
    "every morning, tell of API keys that expire soon": {
        "task": "pilots.tasks.keys.tell_expiring",
        "schedule": crontab(hour="7", minute="20"),
    },
    "every ten minutes, tell auditors of new seals and of findings": {
        "task": "pilots.tasks.trail.tell_auditors",
        "schedule": crontab(minute="5-55/10"),
    },
    "every night, seal the trail of the day before": {
        "task": "portal.audit.tasks.seal_trail",
        "schedule": crontab(hour="3", minute="10"),
    },
    "every night, remove sessions that are over": {
        "task": "pilots.tasks.upkeep.clear_sessions",
        "schedule": crontab(hour="4", minute="5"),
    },
    "every week, remove stored files that no row names": {
        "task": "pilots.tasks.upkeep.clean_files",
        "schedule": crontab(hour="4", minute="20", day_of_week="sunday"),
    },
    "every hour, seal a day that was missed": {
        "task": "portal.audit.tasks.catch_up",
        "schedule": crontab(minute="40"),
    },
}
