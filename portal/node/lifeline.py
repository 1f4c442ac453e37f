"""No process of a node outlives the one that started it, even a killed one.

A child has a pipe as its standard input, and nobody writes to it: it ends when the kernel closes the other end.
"""

import os
import signal
import stat
import sys
import threading
import time

GRACE_SECONDS = 10


def end_with_parent() -> None:
    """End this process, gently and then surely, once the pipe on its standard input closes. No pipe: do nothing."""
    if stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
        threading.Thread(target=_wait_for_end, name="lifeline", daemon=True).start()


def _wait_for_end() -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_SECONDS)
    os._exit(1)
