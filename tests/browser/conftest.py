"""A whole portal as `make run` starts it, and Chromium to look at it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, StorageState, sync_playwright

from portal.embedded import throwaway_directory
from tests.browser.names import FACTORS, PASSWORD
from tests.portal.accounts.codes import totp

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
FURNISH = "from tests.browser.furnishing import furnish; furnish()"


class Portal:
    """A running portal: its address, and `manage.py` beside it."""

    def __init__(self, url: str, environment: dict[str, str]) -> None:
        self.url, self.environment = url, environment
        self.secrets: dict[str, str] = {}
        self.codes_entered = 0
        self.things: dict[str, object] = {}

    def host(self, user: str) -> str:
        """The address to sign in at: passkeys need one with a name."""
        return self.url.replace("127.0.0.1", "localhost") if user == FACTORS else self.url

    def furnish(self) -> None:
        """Make what the demonstration lacks, once."""
        if not self.things:
            self.things = json.loads(self.manage("shell", "-v", "0", "--no-imports", "-c", FURNISH))

    def manage(self, *arguments: str) -> str:
        """Run a command as an operator would in another shell."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return done.stdout

    def call(self, path: str, *, key: str = "", body: object = None) -> tuple[int, dict]:
        """One REST call over real HTTP."""
        headers = {"Content-Type": "application/json", "Accept-Language": "en"}
        if key:
            headers["Authorization"] = f"Bearer {key}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.load(answer)


@pytest.fixture(scope="session")
def portal() -> Iterator[Portal]:
    """The portal on servers of its own, with web, worker and beat; the night run is due every minute."""
    with throwaway_directory() as directory, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        environment = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
        environment |= {
            "PORTAL_VAR": str(directory),
            "PORT": str(port),
            "PORTAL_ENV": "development",
            "PORTAL_NIGHTLY_CRON": "* * * * *",
            "FRESH_SIGN_IN_MINUTES": "60",  # sessions are shared by a module's tests
        }
        log = (directory / "serve.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.serve"], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}/healthz/ready", process, directory / "serve.log")
            yield Portal(f"http://127.0.0.1:{port}", environment)
        finally:
            process.terminate()
            process.wait(timeout=60)
            log.close()


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text(errors="replace")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(log.read_text(errors="replace"))


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, headless.

    For one module only: while Playwright runs, the thread has an event loop, and Django refuses to query in it. The
    next module of the same worker may need the database.
    """
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def signed_in(portal: Portal, chromium: Browser) -> Callable[[str], StorageState]:
    """The cookies of a user who signed in through the page, once for a module's tests."""
    states: dict[str, StorageState] = {}

    def state_of(user: str) -> StorageState:
        if user not in states:
            with chromium.new_context(locale="zh-CN", base_url=portal.host(user)) as context:
                page = context.new_page()
                page.goto("/accounts/sign-in/")
                page.fill("[name=username]", user)
                page.fill("[name=password]", PASSWORD)
                page.click("main button[type=submit].btn-primary")
                page.wait_for_url(lambda url: "sign-in" not in url)
                _second_factor(page, portal, user)
                states[user] = context.storage_state()
        return states[user]

    return state_of


def _second_factor(page: Page, portal: Portal, user: str) -> None:
    """Administrators enrol codes when they first sign in, and enter one later; a code works once."""
    if "/accounts/second-step/" in page.url:
        portal.codes_entered += 1
        at = time.time() + 30 * (portal.codes_entered % 3 - 1)
        page.fill("[name=code]", totp(portal.secrets[user], at))
        page.click("main button[type=submit].btn-primary")
        page.wait_for_url(lambda url: "second-step" not in url)
    elif "/accounts/security/" in page.url:
        portal.secrets[user] = enrol_codes(page)
        page.goto("/")
    elif user == FACTORS:
        portal.secrets[user] = enrol_codes(page)
        portal.things["passkey"] = enrol_passkey(page)


def enrol_codes(page: Page) -> str:
    """Set up codes from an app as a user does; answer the secret."""
    page.goto("/accounts/security/codes/")
    secret = page.locator("code.secret").text_content() or ""
    page.fill("[name=code]", totp(secret))
    page.click("main button[type=submit].btn-primary")
    page.wait_for_url("**/accounts/security/recovery/")
    return secret


def enrol_passkey(page: Page) -> str:
    """Add a passkey as a user does, kept by an authenticator of the browser's own; answer its id."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    page.goto("/accounts/security/passkeys/new/")
    page.fill("[name=name]", "办公电脑")
    page.get_by_role("button", name="添加", exact=True).click()
    page.wait_for_url("**/accounts/security/")
    address = page.locator("a[href*='/passkeys/'][href$='/remove/']").get_attribute("href") or ""
    return address.split("/")[-3]


@pytest.fixture
def open_page(
    portal: Portal, chromium: Browser, signed_in: Callable[[str], StorageState]
) -> Iterator[Callable[..., Page]]:
    """Open a page of a given width, signed in if a user is named; errors of scripts fail the test."""
    faults: list[str] = []
    contexts = []

    def open_one(user: str = "", *, width: int = 1280, scripts: bool = True) -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": 900},
            locale="zh-CN",
            java_script_enabled=scripts,
            base_url=portal.host(user),
            storage_state=signed_in(user) if user else None,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("requestfailed", lambda request: _note_failure(request, faults))
        page.on("request", lambda request: _only_loopback(request.url, portal.host(user), faults))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert faults == []


def _note_failure(request: Request, faults: list[str]) -> None:
    if request.failure != "net::ERR_ABORTED":  # what the browser drops when it leaves a page
        faults.append(f"{request.url}: {request.failure}")


def _only_loopback(url: str, own: str, faults: list[str]) -> None:
    if not url.startswith((own, "data:", "blob:")):
        faults.append(f"asks another host: {url}")
