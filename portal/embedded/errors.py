"""What can go wrong with the embedded servers, as sentences for the person at the terminal."""


class EmbeddedServerError(Exception):
    """An embedded server cannot run; the message says what to install, set or look at."""
