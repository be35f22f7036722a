"""DPCoordinator: gathers what the engines have to do, tells the API servers, and starts waves."""
import argparse
import time

from vllm_wire import Running, poll, sockets, stats_message, unpack, wave_message, zmq

STATS_INTERVAL = 0.1


def main():
    parser = argparse.ArgumentParser()
    for name in ("stats", "outputs", "wave"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    running = Running()
    context = zmq.Context.instance()
    front = sockets(context, "XPUB", [options.stats], bind=True, LINGER=0)
    outputs = sockets(context, "PULL", [options.outputs], bind=True, RCVHWM=0, LINGER=0)
    back = sockets(context, "XPUB", [options.wave], bind=True, XPUB_VERBOSE=1, LINGER=0)
    counts = [[0, 0, 0.0], [0, 0, 0.0]]
    wave, engines_running, changed, told = 0, False, True, 0.0
    while running:
        events = poll([front, outputs, back], max(0.01, told + STATS_INTERVAL - time.monotonic()))
        if back in events:
            # An engine has subscribed: with XPUB_VERBOSE each of them is heard, and answered.
            if back.recv() == b"\x01":
                back.send(b"READY")
        if front in events:
            message = front.recv()
            if message not in (b"\x00", b"\x01"):
                # An API server has a request for engines that rest.
                exclude, seen = unpack(message)
                if not engines_running and seen >= wave:
                    engines_running, wave, changed = True, seen, True
                    back.send_multipart(wave_message(wave, exclude))
        while outputs in events:
            try:
                index, _, stats, _, _, _, complete = unpack(outputs.recv(zmq.NOBLOCK))
            except zmq.Again:
                break
            if stats is not None:
                counts[index], changed = stats, True
            if complete is not None and complete >= wave:
                wave, engines_running, changed = complete + 1, False, True
        now = time.monotonic()
        if now >= told + STATS_INTERVAL:
            told = now
            if changed:
                front.send(stats_message(counts, wave, engines_running))
                changed = False


main()
