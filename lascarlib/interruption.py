"""Interrupt the main thread from another one, as Ctrl-C would."""

import _thread
import signal
import threading


def interrupt_main_thread() -> None:
    """Raise `KeyboardInterrupt` in the main thread, even where it waits.

    Example:
        >>> import time
        >>> timer = threading.Timer(0.05, interrupt_main_thread)
        >>> try:
        ...     timer.start()
        ...     time.sleep(10)
        ... except KeyboardInterrupt:
        ...     print("at once")
        at once
    """
    if hasattr(signal, "pthread_kill"):  # a real signal also ends a system call
        main = threading.main_thread().ident
        assert main is not None
        signal.pthread_kill(main, signal.SIGINT)
    else:
        _thread.interrupt_main()
