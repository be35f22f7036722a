"""AsyncMPClient: sends requests to the engine with least to do, and gets tokens back, one message an engine's step."""
import argparse
import random
import time

from vllm_wire import (ENGINE_CORE_DEAD, EngineCoreRequestType, Running, engine_core_request, engine_identity, pack, poll,
                       sockets, unpack, zmq)


def main():
    parser = argparse.ArgumentParser()
    for name in ("input", "output", "stats"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--rate", type=float, default=4)
    options = parser.parse_args()
    running = Running()
    context = zmq.Context.instance()
    requests = sockets(context, "ROUTER", [options.input], bind=True, SNDHWM=0, RCVHWM=0, LINGER=0)
    outputs = sockets(context, "PULL", [options.output], bind=True, RCVHWM=0, LINGER=0)
    stats = sockets(context, "XSUB", [options.stats], LINGER=0)
    stats.send(b"\x01")
    engines = set()
    loads, wave, engines_running = [[0, 0, 0.0], [0, 0, 0.0]], 0, False
    pending = {}
    due = time.monotonic() + 1
    done = 0
    while running:
        events = poll([requests, outputs, stats], due - time.monotonic())
        if requests in events:
            # Each engine speaks first: a ROUTER knows nobody who has not.
            engines.add(requests.recv_multipart()[0])
        if stats in events:
            counts, wave, engines_running = unpack(stats.recv())
            loads = counts or loads
        while outputs in events:
            try:
                frames = outputs.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                break
            if frames[0] == ENGINE_CORE_DEAD:
                # The real client gives up here; ours goes on with the engines that are left.
                print("an engine is dead", flush=True)
                continue
            index, tokens, _, _, _, _, _ = unpack(frames[0])
            for request_id, *rest in tokens:
                if rest[4] is not None:
                    pending.pop(request_id, None)
                    done += 1
        now = time.monotonic()
        if now < due:
            continue
        due = now + random.expovariate(options.rate)
        if not engines:
            continue
        # Requests whose engine died with them would wait for ever.
        for request_id, (_, since) in list(pending.items()):
            if now > since + 30:
                del pending[request_id]
        choice = min((rank for rank in (0, 1) if engine_identity(rank) in engines),
                     key=lambda rank: (4 * loads[rank][0] + loads[rank][1], random.random()))
        loads[choice][0] += 1
        request_id, request = engine_core_request(random.randint(50, 1000), random.randint(16, 64))
        pending[request_id] = (choice, now)
        requests.send_multipart([engine_identity(choice), EngineCoreRequestType.ADD, pack(request)])
        if random.random() < 0.02:
            requests.send_multipart([engine_identity(choice), EngineCoreRequestType.ABORT, pack([request_id])])
        if not engines_running:
            engines_running = True
            stats.send(pack([choice, wave]))
    print(f"{done} requests done, {len(pending)} under way", flush=True)


main()
