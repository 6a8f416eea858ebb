"""A mail server on loopback, as small as SMTP allows (RFC 5321): it accepts, refuses, stalls or hangs up as told."""

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Behaviour:
    """What the server answers to each command; a stall is in seconds."""

    greeting: bytes = b"220 test ESMTP"
    rcpt: bytes = b"250 ok"
    data: bytes = b"250 accepted"
    refused: dict[str, bytes] = field(default_factory=dict)
    stall_at_data: float = 0
    hang_up_at: bytes = b""
    fail_after: int | None = None
    """Accept that many e-mails, then answer every RCPT with a temporary failure."""


class MailServer(socketserver.ThreadingTCPServer):
    """Keeps what it accepted."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.behaviour = Behaviour()
        self.received: list[EmailMessage] = []
        self.stalled = threading.Event()
        self.conversations = 0

    @property
    def port(self) -> int:
        return self.server_address[1]

    @property
    def recipients(self) -> list[str]:
        return [str(message["To"]) for message in self.received]

    @property
    def message_ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.received]


class _Conversation(socketserver.StreamRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.server.conversations += 1
        self.say(self.server.behaviour.greeting)
        for line in self.rfile:
            verb = line[:4].upper()
            if self.server.behaviour.hang_up_at and verb == self.server.behaviour.hang_up_at:
                return
            if not self.answer(verb, line):
                return

    def answer(self, verb: bytes, line: bytes) -> bool:
        behaviour = self.server.behaviour
        if verb == b"DATA":
            return self.take()
        if verb == b"RCPT":
            address = line.split(b"<")[1].split(b">")[0].decode()
            full = behaviour.fail_after is not None and len(self.server.received) >= behaviour.fail_after
            self.say(b"451 later" if full else behaviour.refused.get(address, behaviour.rcpt))
        elif verb == b"QUIT":
            self.say(b"221 bye")
            return False
        else:
            self.say(b"250 ok")
        return True

    def take(self) -> bool:
        behaviour = self.server.behaviour
        self.say(b"354 go on")
        body = b""
        while not body.endswith(b"\r\n.\r\n"):
            line = self.rfile.readline()
            if not line:
                return False
            body += line
        if behaviour.data.startswith(b"2"):
            self.server.received.append(message_from_bytes(body[:-5], policy=policy.default))
        if behaviour.stall_at_data:
            self.server.stalled.set()
            time.sleep(behaviour.stall_at_data)
        self.say(behaviour.data)
        return True

    def say(self, line: bytes) -> None:
        try:
            self.wfile.write(line + b"\r\n")
        except OSError:
            return


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """A server in a thread of its own, for a block."""
    server = MailServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
