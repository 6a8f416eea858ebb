"""What a killed run left behind, found by a file of its processes' numbers and times of creation."""

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil

# The system's clock may be set between two readings of the same time of creation.
CLOCK_TOLERANCE_SECONDS = 2
GRACE_SECONDS = 10


def remember(record: Path, pids: Iterable[int | None]) -> None:
    """Write down the running processes, in place of what was written before."""
    processes = []
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            if pid is not None:
                processes.append({"pid": pid, "created": psutil.Process(pid).create_time()})
    draft = record.with_suffix(".draft")
    draft.write_text(json.dumps(processes), encoding="utf-8")
    draft.replace(record)


def end(record: Path) -> int:
    """End every recorded process that still runs, with all of its session; return how many processes that were."""
    survivors = [process for entry in _read(record) for process in _session(entry["pid"], entry["created"])]
    for process in survivors:
        _signal(process, terminate=True)
    _, stubborn = psutil.wait_procs(survivors, timeout=GRACE_SECONDS)
    for process in stubborn:
        _signal(process, terminate=False)
    psutil.wait_procs(stubborn, timeout=GRACE_SECONDS)
    record.unlink(missing_ok=True)
    return len(survivors)


def _read(record: Path) -> list[dict[str, float]]:
    try:
        entries: list[dict[str, float]] = json.loads(record.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return []
    return entries


def _session(leader: float, created: float) -> list[psutil.Process]:
    """Return the members of the session that this process led, none if the number is another process's by now."""
    members = []
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) != leader or process.status() == psutil.STATUS_ZOMBIE:
                continue
            age = process.create_time() - created
        except (ProcessLookupError, PermissionError, psutil.NoSuchProcess):
            continue
        if process.pid == leader and abs(age) > CLOCK_TOLERANCE_SECONDS:
            return []
        members.append(process)
    return members


def _signal(process: psutil.Process, *, terminate: bool) -> None:
    try:
        process.terminate() if terminate else process.kill()
    except psutil.NoSuchProcess:
        return
