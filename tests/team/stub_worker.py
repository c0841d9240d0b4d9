"""A worker of a few lines: it answers each connection with its process number.

Run by its path, as the supervisor runs a worker. In mode `exits` it ends before it listens, in mode `once` only the
very first one does not.
"""

import os
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

    def end() -> None:
        while above.recv(64):
            pass
        os.write(2, b"asked to end\n")
        os._exit(0)

    threading.Thread(target=end, daemon=True).start()
    above.sendall(f"up http://127.0.0.1:{listener.getsockname()[1]}\n".encode())
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.sendall(str(os.getpid()).encode())
