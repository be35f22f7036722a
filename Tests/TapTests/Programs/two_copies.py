"""two_copies.py: pyzmq's wheel, which brings its own libzmq, and CZMQ on the system's, in one process, talking to each
other."""
import ctypes

import zmq

czmq = ctypes.CDLL("libczmq.so.4")
for name in ("zsock_new_pull", "zsock_new_push"):
    getattr(czmq, name).restype = ctypes.c_void_p
    getattr(czmq, name).argtypes = [ctypes.c_char_p]
czmq.zsock_endpoint.restype = ctypes.c_char_p
czmq.zsock_endpoint.argtypes = [ctypes.c_void_p]
czmq.zstr_recv.restype = ctypes.c_void_p
czmq.zstr_recv.argtypes = czmq.zsock_set_rcvtimeo.argtypes = [ctypes.c_void_p]
czmq.zstr_send.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
czmq.zsock_set_rcvtimeo.argtypes = [ctypes.c_void_p, ctypes.c_int]
czmq.zsock_destroy.argtypes = [ctypes.POINTER(ctypes.c_void_p)]

context = zmq.Context()
pull = context.socket(zmq.PULL)
pull.rcvtimeo = 20000
port = pull.bind_to_random_port("tcp://127.0.0.1")
theirs = ctypes.c_void_p(czmq.zsock_new_push(b">tcp://127.0.0.1:%d" % port))
for number in range(300):
    assert czmq.zstr_send(theirs, b"from czmq") == 0
for number in range(300):
    assert pull.recv() == b"from czmq"

back = ctypes.c_void_p(czmq.zsock_new_pull(b"@tcp://127.0.0.1:*"))
czmq.zsock_set_rcvtimeo(back, 20000)
push = context.socket(zmq.PUSH)
push.connect(czmq.zsock_endpoint(back).decode())
for number in range(200):
    push.send_multipart([b"from", b"pyzmq"])
for number in range(400):
    text = czmq.zstr_recv(back)
    assert ctypes.string_at(text) == (b"pyzmq" if number % 2 else b"from")
print("passed")
push.close()
pull.close()
context.term()
czmq.zsock_destroy(ctypes.byref(back))
czmq.zsock_destroy(ctypes.byref(theirs))
print("ended")
