"""How gunicorn serves the portal, here and in the container image."""

import gc
import os

from django.db import connections

bind = f"{os.environ.get('BIND_ADDRESS', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# Threads, not the one-request-at-a-time default: a browser's idle connection would occupy a whole process.
worker_class = "gthread"
threads = 4
graceful_timeout = 15
# The code is loaded once, before the processes are forked, and shared by them.
preload_app = True
# The longest address of ours is a search with every filter; larger requests end before Django sees them.
limit_request_line = 4094
limit_request_fields = 64
limit_request_field_size = 8190
# Workers tell that they live by touching a file; in memory they never wait for a disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  # gunicorn makes its own name
# Its default path is one per user, not one per portal, and nothing here uses it.
control_socket_disable = True
proc_name = "portal"


def when_ready(_server: object) -> None:
    """Prepare the loaded code for being shared: called once, before the first fork."""
    # A connection opened while loading would be used by all processes at once.
    connections.close_all()
    # Objects that the collector never visits again stay in memory that the processes share.
    gc.collect()
    gc.freeze()
