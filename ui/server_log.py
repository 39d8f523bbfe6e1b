"""Where what no user can mend is told: the server's log."""

import threading


def note_traceback(error: Exception) -> None:
    """Print an error that ended a thread's work as if it had ended the thread."""
    threading.excepthook(threading.ExceptHookArgs((type(error), error, error.__traceback__, None)))
