"""Takes messages from one endpoint, works a little on each, and passes them on to another.

    worker.py SOURCE SINK

An ordinary pyzmq program: it knows nothing of zmqtop. It ends on SIGTERM.
"""

import signal
import sys
import time

import zmq


class Ended(Exception):
    pass


def end(number, frame):
    raise Ended


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: worker.py SOURCE SINK (two endpoints)")
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    context = zmq.Context()
    source = context.socket(zmq.PULL)
    sink = context.socket(zmq.PUSH)
    try:
        source.connect(sys.argv[1])
        sink.connect(sys.argv[2])
        while True:
            frames = source.recv_multipart()
            time.sleep(0.005)
            sink.send_multipart(frames)
    except Ended:
        pass
    finally:
        # What the sink has not taken yet gets a moment.
        context.destroy(linger=200)


if __name__ == "__main__":
    main()
