"""Scheduler of one data parallel rank: batches requests, steps, and sends each step's tokens on."""
import random
import sys
import time

from io_struct import BatchTokenIDOutput, Running, get_zmq_socket, receive, send, wait, zmq

MAX_RUNNING = 16
STEP = 0.03


def main():
    running = Running()
    requests = get_zmq_socket(zmq.PULL, sys.argv[2], bind=False)
    tokens = get_zmq_socket(zmq.PUSH, sys.argv[3], bind=False)
    waiting, batch, next_step = [], {}, 0.0
    while running:
        busy = bool(waiting or batch)
        if wait(requests, min(0.3, next_step - time.monotonic()) if busy else 0.3):
            while (message := receive(requests)) is not None:
                waiting.append(message)
        if not (waiting or batch) or time.monotonic() < next_step:
            continue
        while waiting and len(batch) < MAX_RUNNING:
            request = waiting.pop(0)
            batch[request.rid] = request.sampling_params["max_new_tokens"]
        for rid in batch:
            batch[rid] -= 1
        send(tokens, BatchTokenIDOutput(
            list(batch), [[random.randrange(300, 128_000)] for _ in batch],
            [{"type": "length"} if left == 0 else None for left in batch.values()]))
        batch = {rid: left for rid, left in batch.items() if left > 0}
        next_step = time.monotonic() + STEP


main()
