"""Pages at the size of the nation, as the officer of the largest province asks for them.

Each request goes through the WSGI application inside this process: middleware, session, policies, templates,
compression. Beside each page its control: the bare SQL of the rows that it shows.
"""

import gzip
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from http.cookies import SimpleCookie
from io import BytesIO
from statistics import median
from typing import Any
from urllib.parse import quote
from wsgiref.util import setup_testing_defaults

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.handlers.wsgi import WSGIHandler
from django.core.management import call_command
from django.db import connection

from bench import server
from bench.loading import OFFICER
from bench.nation import LAST_DAY, full
from bench.results import Result, progress, seconds_of
from pilots.models import Membership
from pilots.web.institutions import PAGE_SIZE
from portal.accounts.models import User

LIMIT_SECONDS = 0.150
LIMIT_QUERIES = 12
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "7")) * 3
NAME = "阳光"


@dataclass(frozen=True)
class Page:
    """An address, how many rows it must show, and the bare SQL of these rows."""

    name: str
    path: str
    rows: int
    control: str
    parameters: dict[str, Any]


class Browser:
    """Someone who is signed in, asking the application in this process."""

    def __init__(self, user: User) -> None:
        session = SessionStore()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session["watch"] = {"at": int(time.time()) + 86_400, "limit": 3600, "due": False}  # written once a minute
        session.create()
        self._cookies = SimpleCookie({settings.SESSION_COOKIE_NAME: session.session_key or ""})
        self._application = WSGIHandler()

    def get(self, path: str) -> str:
        """The page at a path; anything but 200 is an error."""
        before, _mark, query = path.partition("?")
        environ: dict[str, Any] = {"PATH_INFO": before, "QUERY_STRING": query, "wsgi.input": BytesIO()}
        environ |= {"SERVER_NAME": "localhost", "HTTP_HOST": "localhost", "HTTP_ACCEPT_ENCODING": "gzip"}
        environ |= {"HTTP_COOKIE": self._cookies.output(header="", sep=";").strip(), "REMOTE_ADDR": "127.0.0.1"}
        setup_testing_defaults(environ)
        said: list[str] = []
        response = self._application(environ, partial(_start, said))
        try:
            body = b"".join(response)
        finally:
            response.close()
        if said != ["200 OK"]:
            message = f"{path} answered {said}"
            raise AssertionError(message)
        return gzip.decompress(body).decode() if body[:2] == b"\x1f\x8b" else body.decode()


def run() -> Result:
    """Measure and judge."""
    nation = full()
    progress("collecting static files")
    call_command("collectstatic", interactive=False, verbosity=0)
    with server.database(nation.database):
        user = User.objects.get(username=OFFICER)
        province = Membership.objects.values_list("region_id", flat=True).get(user=user)
        pages, browser = _pages(str(province)), Browser(user)
        queries = {page.name: _queries(browser, page) for page in pages}
        samples: dict[str, tuple[list[float], list[float]]] = {page.name: ([], []) for page in pages}
        for number in range(ROUNDS + 1):
            for page in pages:
                seconds = seconds_of(partial(browser.get, page.path))
                control = seconds_of(partial(_rows, page.control, page.parameters))
                if number > 0:  # the first round warms up
                    samples[page.name][0].append(seconds)
                    samples[page.name][1].append(control)
    return _result(queries, {name: (median(page), median(control)) for name, (page, control) in samples.items()})


def _pages(province: str) -> list[Page]:
    """The pages to measure, in the province's own numbers."""
    scope = {"province": province, "day": LAST_DAY, "offset": 0, "limit": PAGE_SIZE, "name": f"%{NAME}%"}
    every, named, pilots = (
        _rows(f"SELECT count(*) FROM ({_list(where, limit=False)}) found", scope)[0][0]
        for where in (_EVERY, _NAMED, _PILOT)
    )
    middle = max(1, every // PAGE_SIZE // 2)
    ((number,),) = _rows(f"SELECT number FROM ({_list(_EVERY)}) found LIMIT 1", scope)
    day = f"as_of={LAST_DAY}"
    (regions,) = (len(_rows(_DASHBOARD, scope)),)
    progress(f"{province}: {regions} regions, {every} institutions, {named} of the name, {pilots} pilots")
    listed = f"/institutions/?{day}"
    offset = {**scope, "offset": (middle - 1) * PAGE_SIZE}
    return [
        Page("dashboard", f"/regions/{province}/?{day}", 0, _DASHBOARD, scope),
        Page("list_first", listed, min(every, PAGE_SIZE), _list(_EVERY), scope),
        Page("list_middle", f"{listed}&page={middle}", min(every, PAGE_SIZE), _list(_EVERY), offset),
        Page("list_name", f"{listed}&q={quote(NAME)}", min(named, PAGE_SIZE), _list(_NAMED), scope),
        Page("list_pilots", f"{listed}&pilot=on", min(pilots, PAGE_SIZE), _list(_PILOT), scope),
        Page("list_one_row", f"{listed}&q={number}", 1, _list(_NAMED), {**scope, "name": f"%{number.lower()}%"}),
    ]


def _queries(browser: Browser, page: Page) -> int:
    """How many queries a page makes; it must show what it is measured for."""
    count = 0

    def counting(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:  # noqa: FBT001
        nonlocal count
        count += 1
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(counting):
        text = browser.get(page.path)
    rows = len(set(re.findall(r"/institutions/(TY\d{7})/", text)))
    if rows != page.rows:
        message = f"{page.path} shows {rows} rows in place of {page.rows}"
        raise AssertionError(message)
    return count


def _result(queries: dict[str, int], middle: dict[str, tuple[float, float]]) -> Result:
    slowest = max(middle, key=lambda name: middle[name][0])
    over = [f"{name}: seconds" for name, (seconds, _control) in middle.items() if seconds > LIMIT_SECONDS]
    over += [f"{name}: queries" for name, count in queries.items() if count > LIMIT_QUERIES]
    if queries["list_first"] != queries["list_one_row"]:
        over.append("list: queries depend on the number of rows")
    return Result(
        name="pages",
        seconds=middle[slowest][0],
        control_seconds=middle[slowest][1],
        limit=LIMIT_SECONDS,
        limit_on="seconds",
        over=over,
        details={
            "slowest": slowest,
            "queries_limit": LIMIT_QUERIES,
            "pages": {
                name: {
                    "seconds": seconds,
                    "control_seconds": control,
                    "ratio": seconds / control,
                    "queries": queries[name],
                }
                for name, (seconds, control) in middle.items()
            },
            "rounds": ROUNDS,
        },
    )


def _start(said: list[str], status: str, _headers: object, _error: object = None, /) -> Callable[[bytes], object]:
    """WSGI's `start_response`: keep the status."""
    said.append(status)
    return lambda _data: None


def _rows(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())


_WITHIN = """
SELECT r.code FROM pilots_region r LEFT JOIN pilots_region u ON u.code = r.parent_id
 WHERE %(province)s IN (r.code, u.code, u.parent_id)"""

_DASHBOARD = f"""
SELECT r.name, r.level, s.* FROM pilots_region r
  JOIN pilots_coveragesnapshot s ON s.region_id = r.code AND s.day = %(day)s
 WHERE r.code IN ({_WITHIN}) ORDER BY r.code"""

_LIVE = "(l.ends_on IS NULL OR l.ends_on >= %(day)s)"


def _standing(table: str, act: str) -> str:
    """The standing line of institution `i` in a ledger."""
    return f"""
       (SELECT l.* FROM pilots_{table} l
         WHERE l.institution_id = i.id AND l.effective_on <= %(day)s AND l.{act} <> 'void'
           AND NOT EXISTS (SELECT FROM pilots_{table} x WHERE x.corrects_id = l.id)
         ORDER BY l.effective_on DESC, l.id DESC LIMIT 1)"""


_EVERY = ""
_NAMED = "AND i.search_text LIKE %(name)s"
_PILOT = f"""
   AND EXISTS (SELECT FROM {_standing("designation", "act")} l WHERE l.act <> 'end' AND {_LIVE})"""


def _list(where: str, *, limit: bool = True) -> str:
    """The rows of a page of the register: first whose they are, then what is known of each."""
    return f"""
SELECT i.number, i.name, u.name AS county, i.service_model, c.as_of, c.places, c.enrolled,
       f.kind, f.effective_on, d.level, d.pilot_type, n.act
  FROM (SELECT i.* FROM pilots_institution i
         WHERE i.county_id IN ({_WITHIN}) AND i.opened_on <= %(day)s
           AND (i.closed_on IS NULL OR i.closed_on > %(day)s) {where}
         ORDER BY i.number {"LIMIT %(limit)s OFFSET %(offset)s" if limit else ""}) i
  JOIN pilots_region u ON u.code = i.county_id
  LEFT JOIN LATERAL (SELECT r.* FROM pilots_capacityreport r WHERE r.institution_id = i.id AND r.as_of <= %(day)s
       ORDER BY r.as_of DESC, r.id DESC LIMIT 1) c ON true
  LEFT JOIN LATERAL {_standing("filing", "kind")} f ON true
  LEFT JOIN LATERAL {_standing("designation", "act")} d ON true
  LEFT JOIN LATERAL {_standing("inclusiverecognition", "act")} n ON true
 ORDER BY i.number"""
