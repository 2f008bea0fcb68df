"""The operator's socket for tools that only know TCP: a port on loopback whose connections end at the socket."""
import contextlib
import socket
import threading


def pumped(source, sink):
    """Passes bytes on until there are no more, then says so."""
    with contextlib.suppress(OSError):
        while piece := source.recv(65_536):
            sink.sendall(piece)
    with contextlib.suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def joined(caller, path):
    with caller, socket.socket(socket.AF_UNIX) as door:
        door.connect(path)
        back = threading.Thread(target=pumped, args=(door, caller), daemon=True)
        back.start()
        pumped(caller, door)
        back.join()


@contextlib.contextmanager
def forwarded(path):
    """The base URL that stands for the socket while the block lasts."""
    listener = socket.create_server(("127.0.0.1", 0))

    def accept():
        with contextlib.suppress(OSError):
            while True:
                caller, _ = listener.accept()
                threading.Thread(target=joined, args=(caller, path), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.close()
