"""A worker of a few lines: it answers each connection with its process number.

Run by its path, as the supervisor runs a worker. In mode `exits` it ends before it listens, in mode `once` only the
very first one does not.
"""

import os
import select
import signal
import socket
import sys
import threading

if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGINT, signal.SIGTERM))
    listener, above = (socket.socket(fileno=int(one)) for one in sys.argv[1:3])
    mode = sys.argv[4]
    if mode == "exits" or (mode == "once" and sys.argv[3] != "first"):
        sys.exit(3)
    listener.listen()

    asked = threading.Event()

    def wait() -> None:
        while above.recv(64):
            pass
        asked.set()

    listener.setblocking(False)
    threading.Thread(target=wait, daemon=True).start()
    above.sendall(f"up http://127.0.0.1:{listener.getsockname()[1]}\n".encode())
    while not asked.is_set():
        if not select.select([listener], [], [], 0.05)[0]:
            continue
        try:
            connection, _ = listener.accept()
        except BlockingIOError:
            continue  # its successor, on the same socket, was first
        with connection:
            connection.sendall(str(os.getpid()).encode())
    os.write(2, b"asked to end\n")
