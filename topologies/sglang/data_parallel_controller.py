"""DataParallelController: hands requests to the schedulers in turn."""
import sys
from itertools import cycle

from io_struct import Running, get_zmq_socket, receive, send, wait, zmq


def main():
    running = Running()
    requests = get_zmq_socket(zmq.PULL, sys.argv[1], bind=False)
    workers = cycle([get_zmq_socket(zmq.PUSH, endpoint, bind=True) for endpoint in sys.argv[2:]])
    while running:
        if wait(requests, 0.3):
            while (message := receive(requests)) is not None:
                send(next(workers), message)


main()
