"""Knows which blocks each engine has in its cache: subscribes to the events, and asks for those it has missed."""
import argparse

from vllm_wire import END_SEQ, KV_TOPIC, Running, poll, sequence, sockets, unpack, zmq


def main():
    parser = argparse.ArgumentParser()
    for name in ("events", "replays"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    running, context = Running(), zmq.Context.instance()
    events = sockets(context, "SUB", options.events.split(","), SUBSCRIBE=KV_TOPIC, LINGER=0)
    replays = [sockets(context, "DEALER", [endpoint], LINGER=0) for endpoint in options.replays.split(",")]
    blocks = [set() for _ in replays]
    expected = [None for _ in replays]

    def take(payload):
        _, changes, rank = unpack(payload)
        for kind, hashes, *_ in changes:
            blocks[rank] = blocks[rank] | set(hashes) if kind == "BlockStored" else blocks[rank] - set(hashes)
        return rank

    while running:
        ready = poll([events, *replays], 0.3)
        if events in ready:
            _, number, payload = events.recv_multipart()
            number, rank = int.from_bytes(number, "big"), take(payload)
            # The first one seen is seldom number 0: a SUB joins late. What was before is asked for.
            missed = number if expected[rank] is None else number - expected[rank]
            if missed > 0:
                replays[rank].send_multipart([b"", sequence(number - missed)])
            expected[rank] = number + 1
        for socket in replays:
            if socket in ready:
                _, number, payload = socket.recv_multipart()
                if number != END_SEQ:
                    take(payload)
    print("blocks known:", [len(each) for each in blocks], flush=True)


main()
