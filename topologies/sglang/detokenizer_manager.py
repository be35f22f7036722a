"""DetokenizerManager: turns tokens into text."""
import sys

from io_struct import BatchStrOutput, Running, get_zmq_socket, receive, send, wait, zmq


def main():
    running = Running()
    tokens = get_zmq_socket(zmq.PULL, sys.argv[1], bind=True)
    texts = get_zmq_socket(zmq.PUSH, sys.argv[2], bind=False)
    while running:
        if wait(tokens, 0.3):
            while (message := receive(tokens)) is not None:
                send(texts, BatchStrOutput(
                    message.rids, [f" {ids[0]:x}" for ids in message.output_ids], message.finished_reasons))


main()
