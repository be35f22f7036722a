"""children.py: multiprocessing by fork and by spawn; each child pushes to its parent."""
import multiprocessing
import sys

import zmq


def child(endpoint, count):
    context = zmq.Context()
    push = context.socket(zmq.PUSH)
    push.connect(endpoint)
    for _ in range(count):
        push.send(b"from a child")
    push.close()
    context.term()


if __name__ == "__main__":
    context = zmq.Context()
    pull = context.socket(zmq.PULL)
    pull.rcvtimeo = 30000
    endpoint = f"tcp://127.0.0.1:{pull.bind_to_random_port('tcp://127.0.0.1')}"
    processes = [
        multiprocessing.get_context(method).Process(target=child, args=(endpoint, 100))
        for method in ("fork", "fork", "spawn", "spawn")
    ]
    for process in processes:
        process.start()
    for _ in range(400):
        pull.recv()
    for process in processes:
        process.join()
        assert process.exitcode == 0, process.exitcode
    pull.close()
    context.term()
    print("ended")
    sys.stdout.flush()
