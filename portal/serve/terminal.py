"""What the person at the terminal reads: whole lines, each with the name of the process that said it."""

import os
import threading
from typing import BinaryIO

STANDARD_OUTPUT = 1
NAME_WIDTH = 7
_one_line_at_a_time = threading.Lock()


def say(sentence: str) -> None:
    """Print a line of the supervisor's own."""
    _write(f"{sentence}\n".encode())


def relay(name: str, output: BinaryIO) -> None:
    """Print what a process says until it ends, each line under its name."""
    label = f"{name:{NAME_WIDTH}} | ".encode()
    with output:
        for line in output:
            _write(label + line.rstrip(b"\r\n") + b"\n")


def _write(line: bytes) -> None:
    """Write unbuffered; a terminal that has gone away must neither stop nor block anything."""
    with _one_line_at_a_time:
        try:
            while line:
                line = line[os.write(STANDARD_OUTPUT, line) :]
        except OSError:
            return
