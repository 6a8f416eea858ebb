"""`python -m bench [NAME]`: run the benchmarks, print one JSON line each, exit 1 if any is over a limit."""

import importlib
import sys

from bench import server

NAMES = ("nightly", "pages", "people", "trail", "sign_in")


def main(arguments: list[str]) -> int:
    """Run the named benchmarks, or all."""
    unknown = [name for name in arguments if name not in NAMES]
    if unknown:
        sys.stderr.write(f"No benchmark is called {', '.join(unknown)}; there are: {', '.join(NAMES)}.\n")
        return 2
    server.start()
    kept = True
    for name in arguments or NAMES:
        result = importlib.import_module(f"bench.{name}").run()
        sys.stdout.write(f"{result.line()}\n")
        sys.stdout.flush()
        kept = kept and not result.over
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
