"""peer.py PATTERN TRANSPORT COUNT FOLDER: what peer.c does and prints, with pyzmq, each end on a thread of its own."""
import sys
import threading
import time
import zlib

import zmq

TABLE = bytes(i % 256 for i in range(70256))


def message(n):
    """Message n, as messages.h says."""
    sizes = [70000 if f == 0 and n % 100 == 99 else (n * 37 + f * 101) % 700 for f in range(1 + n % 3)]
    return [TABLE[(n + 7 * f) % 256 :][:size] for f, size in enumerate(sizes)]


class Passed:
    """What has passed one socket in one direction."""

    def __init__(self):
        self.messages = self.frames = self.bytes = 0
        self.sum = 0  # of nothing, as C's starts

    def add(self, frames):
        self.messages += 1
        for frame in frames:
            self.frames += 1
            self.bytes += len(frame)
            self.sum = zlib.adler32(frame, self.sum)

    def __str__(self):
        return f"{self.messages} {self.frames} {self.bytes} {self.sum:08x}"


PATTERNS = {
    "reqrep": (zmq.REP, zmq.REQ),
    "dealerrouter": (zmq.ROUTER, zmq.DEALER),
    "pubsub": (zmq.PUB, zmq.SUB),
    "pushpull": (zmq.PULL, zmq.PUSH),
    "pair": (zmq.PAIR, zmq.PAIR),
    "proxy": (zmq.PUB, zmq.SUB),
}
SENT, RECEIVED = [Passed(), Passed()], [Passed(), Passed()]
probes = [0, 0]


def make(context, kind):
    socket = context.socket(kind)
    socket.rcvtimeo = 20000
    if kind in (zmq.PUB, zmq.SUB, zmq.XPUB, zmq.XSUB):
        socket.sndhwm = socket.rcvhwm = 0
    if kind == zmq.DEALER:
        socket.setsockopt(zmq.ROUTING_ID, b"dealer")
    return socket


def join(bound, connected, transport, folder, name):
    where = {"tcp": "tcp://127.0.0.1:*", "ipc": f"ipc://{folder}/{name}", "inproc": f"inproc://{name}"}[transport]
    bound.bind(where)
    connected.connect(bound.getsockopt(zmq.LAST_ENDPOINT).rstrip(b"\0").decode())


def report():
    for end, name in enumerate(["bound", "connected"]):
        print(name, "received", RECEIVED[end])
        print(name, "sent", SENT[end])
    print("probes", *probes, file=sys.stderr)


def send(socket, frames, passed):
    # By turns: copied, and by reference to Python's own bytes.
    socket.send_multipart(frames, copy=passed.messages % 2 == 0)
    passed.add(frames)


def receive(socket, passed):
    if passed.messages % 2 == 0:
        frames = socket.recv_multipart()
    else:
        frames = [frame.bytes for frame in socket.recv_multipart(copy=False)]
    if frames == [b"probe"]:
        return None
    passed.add(frames)
    return frames


def main():
    pattern, transport, count, folder = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    one_way, window = pattern == "pushpull", 1 if pattern == "reqrep" else 100
    context = zmq.Context()
    bound, connected = (make(context, kind) for kind in PATTERNS[pattern])
    subscribed = threading.Event()
    ends = []

    def publish():
        while not subscribed.is_set():
            bound.send(b"probe")
            probes[0] += 1
            time.sleep(0.001)
        for n in range(count):
            send(bound, [b"data"] + message(n), SENT[0])
            if n % 3 == 0:
                send(bound, [b"other"] + message(n), SENT[0])

    def subscribe():
        while RECEIVED[1].messages < count:
            if receive(connected, RECEIVED[1]) is None:
                probes[1] += 1
            subscribed.set()

    def answer():
        for _ in range(count):
            frames = receive(bound, RECEIVED[0])
            if not one_way:
                send(bound, frames, SENT[0])

    def ask():
        for n in range(count):
            send(connected, message(n), SENT[1])
            if not one_way and n % window == window - 1:
                for _ in range(window):
                    receive(connected, RECEIVED[1])

    def forward():
        try:
            zmq.proxy(*ends)
        except zmq.ContextTerminated:
            for end in ends:
                end.close()

    forwarder = threading.Thread(target=forward)
    if pattern == "proxy":
        ends += [make(context, zmq.XSUB), make(context, zmq.XPUB)]
        join(ends[0], bound, transport, folder, "frontend")
        join(ends[1], connected, transport, folder, "backend")
        forwarder.start()
    else:
        join(bound, connected, transport, folder, "end")
    publishes = PATTERNS[pattern][0] == zmq.PUB
    if publishes:
        connected.subscribe(b"data")
        connected.subscribe(b"probe")
    thread = threading.Thread(target=publish if publishes else answer)
    thread.start()
    (subscribe if publishes else ask)()
    thread.join()
    bound.close()
    connected.close()
    context.term()
    if ends:
        forwarder.join()
    report()


if __name__ == "__main__":
    main()
