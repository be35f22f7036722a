"""TokenizerManager: turns prompts into tokens, sends them into the ring, and gets text back."""
import random
import sys
import time
import uuid

from io_struct import Running, TokenizedGenerateReqInput, get_zmq_socket, receive, send, wait, zmq

RATE = 8


def main():
    running = Running()
    out = get_zmq_socket(zmq.PUSH, sys.argv[1], bind=True)
    back = get_zmq_socket(zmq.PULL, sys.argv[2], bind=True)
    due, done, pending = time.monotonic() + 0.5, 0, set()
    while running:
        if wait(back, min(0.3, due - time.monotonic())):
            while (message := receive(back)) is not None:
                for rid, reason in zip(message.rids, message.finished_reasons):
                    if reason is not None:
                        pending.discard(rid)
                        done += 1
        if time.monotonic() < due:
            continue
        due = time.monotonic() + random.expovariate(RATE)
        rid = uuid.uuid4().hex
        ids = [random.randrange(300, 128_000) for _ in range(random.randint(50, 1000))]
        pending.add(rid)
        send(out, TokenizedGenerateReqInput(rid, "", ids, {"max_new_tokens": random.randint(16, 64), "temperature": 0.7}))
    print(f"{done} requests done, {len(pending)} under way", flush=True)


main()
