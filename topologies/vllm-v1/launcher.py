"""The engines' first contact: they say HELLO, learn where everything is, and say READY."""
import argparse

from vllm_wire import Running, pack, poll, sockets, unpack, zmq


def main():
    parser = argparse.ArgumentParser()
    for name in ("handshake", "inputs", "outputs", "coordinator"):
        parser.add_argument("--" + name, required=True)
    options = parser.parse_args()
    wave, outputs = options.coordinator.split(",")
    addresses = {"inputs": options.inputs.split(","), "outputs": options.outputs.split(","),
                 "coordinator_input": wave, "coordinator_output": outputs}
    init = pack({"addresses": addresses, "parallel_config": {"data_parallel_size": 2, "data_parallel_master_port": 29500}})
    running = Running()
    socket = sockets(zmq.Context.instance(), "ROUTER", [options.handshake], bind=True, RCVHWM=0, SNDHWM=0, LINGER=0)
    ready = set()
    while running:
        if socket not in poll([socket], 0.3):
            continue
        identity, payload = socket.recv_multipart()
        message = unpack(payload)
        if message["status"] == "HELLO":
            socket.send_multipart([identity, init])
        elif message["status"] == "READY":
            ready.add(identity)
            print(f"engine {int.from_bytes(identity, 'little')} is ready, {len(ready)} in all", flush=True)


main()
