#!/usr/bin/env python3
"""Makes the fixtures beside it: NAME.bin is a frame as Python's own libraries make it, NAME.json what they say is in it.

Needs Debian's python3-msgpack. Run it in this folder after a change; the tests do not need Python.
"""
import datetime
import json
import os
import pickle
import pickletools
import struct
import sys
import types

import msgpack


def plain(value):
    """A value as Payload's JSON form has it."""
    if isinstance(value, dict):
        if all(isinstance(key, str) for key in value):
            return {key: plain(entry) for key, entry in value.items()}
        return [{"key": plain(key), "value": plain(entry)} for key, entry in value.items()]
    if isinstance(value, msgpack.ExtType):
        return {"value": {"hex": value.data.hex()}, "remark": f"ext {value.code}"}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, datetime.datetime):
        text = value.strftime("%Y-%m-%dT%H:%M:%S") + (f".{value.microsecond:06d}000" if value.microsecond else "") + "Z"
        return {"value": text, "remark": "ext -1: timestamp"}
    return value


def write(name, data, expected):
    with open(name + ".bin", "wb") as file:
        file.write(data)
    with open(name + ".json", "w") as file:
        json.dump(expected, file, sort_keys=True)
        file.write("\n")


def packed(name, value, **options):
    write(name, msgpack.packb(value, **options), {"format": "msgpack", "value": plain(value)})


def pickled(name, value, protocol, dangerous=()):
    data = pickle.dumps(value, protocol)
    raw(name, data, dangerous)


def raw(name, data, dangerous=()):
    opcodes, names, texts = [], [], []
    for opcode, argument, at in pickletools.genops(data):
        opcodes.append([at, opcode.name])
        if isinstance(argument, str) and opcode.name in ("UNICODE", "STRING") or "UNICODE" in opcode.name:
            texts.append(argument)
        if opcode.name in ("GLOBAL", "INST"):
            names.append(argument.replace(" ", ".", 1))
        if opcode.name == "STACK_GLOBAL":
            names.append(None)  # from the stack: given below
    write(name, data, {"format": "pickle", "opcodes": opcodes, "globals": GLOBALS.get(name, names), "strings": texts,
                       "dangerous": list(dangerous)})


GLOBALS = {}

# MessagePack: every type of its specification, at the edges of each size.
packed("msgpack-hello", {"status": "HELLO", "local": True, "headless": False})
packed("msgpack-stats", [[[0, 1, 0.25], [2, 3, 0.5]], 7, True])
packed("msgpack-wave", [3, 1])
packed("msgpack-integers", [0, 1, 127, 128, 255, 256, 65535, 65536, 2**32 - 1, 2**32, 2**63 - 1, 2**63, 2**64 - 1,
                            -1, -32, -33, -128, -129, -32768, -32769, -2**31, -2**31 - 1, -2**63])
packed("msgpack-floats", [0.0, -0.0, 1.5, 1e300, -1e-300, 3.141592653589793])
packed("msgpack-floats-single", [0.5, -2.0, 65504.0], use_single_float=True)
packed("msgpack-strings", ["", "a", "x" * 31, "x" * 32, "x" * 255, "x" * 256, "ü€😀"])
packed("msgpack-bytes", [b"", b"\x00", b"\xff" * 255, b"\x80" * 256])
packed("msgpack-lists", [[], list(range(15)), list(range(16)), [[1, [2, [3]]]]])
# Widest heads, which Python takes only for what needs them.
write("msgpack-wide", bytes.fromhex("dd00000006" "db00000003") + b"abc" + bytes.fromhex("c600000002" "0102" "c900000001fb" "07"
      "df00000001" "a161" "01" "c7 01 05 09 d9 01") + b"z",
      {"format": "msgpack", "value": ["abc", {"hex": "0102"}, {"value": {"hex": "07"}, "remark": "ext -5"}, {"a": 1},
                                      {"value": {"hex": "09"}, "remark": "ext 5"}, "z"]})
packed("msgpack-maps", {"empty": {}, "many": {f"key {n}": n for n in range(20)}, "nested": {"a": {"b": None}}})
packed("msgpack-keys", {1: "one", b"\x01": "bytes", None: 0, True: 2, 2.5: 3})
packed("msgpack-ext", [msgpack.ExtType(5, b"a"), msgpack.ExtType(6, b"ab"), msgpack.ExtType(7, b"abcd"),
                       msgpack.ExtType(8, b"12345678"), msgpack.ExtType(9, b"x" * 16), msgpack.ExtType(10, b"xyz"),
                       msgpack.ExtType(100, b"z" * 300), msgpack.ExtType(127, b"")])
packed("msgpack-timestamps", [datetime.datetime(2026, 11, 23, 12, 0, tzinfo=datetime.timezone.utc),
                              datetime.datetime(1970, 1, 1, 0, 0, 0, 1000, tzinfo=datetime.timezone.utc),
                              datetime.datetime(1901, 2, 28, 23, 59, 59, tzinfo=datetime.timezone.utc),
                              datetime.datetime(2400, 2, 29, 1, 2, 3, 999000, tzinfo=datetime.timezone.utc)],
       datetime=True)
# A token step of vLLM: [engine, [[request, [token]]], stats, time].
packed("msgpack-outputs", [0, [["req-1-8f3a", [17], None, None, None]], None, 1234.5])
# ADD with 1,000 tokens.
packed("msgpack-add", ["req-1", list(range(1000)), None, {"temperature": 0.7, "max_tokens": 64}, 0.0])

# JSON.
for name, value in {
    "json-object": {"prompt": "hello", "max_tokens": 4, "stream": True, "stop": None, "temperature": 0.7},
    "json-nested": {"a": [1, [2, [3, {"b": []}]], {}], "c": {"d": {"e": -1.5e-7}}},
    "json-unicode": {"text": "ü€😀\n\t\"\\/\x1b[31m\u202e", "ключ": ["値"]},
    "json-array": [1, 2.5, "three", None, True, False, [], {}],
}.items():
    write(name, json.dumps(value).encode(), {"format": "json", "value": plain(value)})
write("json-unicode-raw", json.dumps({"text": "ü€😀"}, ensure_ascii=False).encode(), {"format": "json", "value": {"text": "ü€😀"}})
write("json-spaced", json.dumps({"a": [1, 2], "b": {}}, indent=2).encode(), {"format": "json", "value": {"a": [1, 2], "b": {}}})

# Pickle: the same objects in every protocol, and what an attacker sends.
for module in "sglang", "sglang.srt", "sglang.srt.managers", "sglang.srt.managers.io_struct":
    sys.modules[module] = types.ModuleType(module)
io_struct = sys.modules["sglang.srt.managers.io_struct"]


class BatchTokenIDOut:
    def __init__(self):
        self.rids = ["req-1", "req-2"]
        self.tokens = [1, 300, 70000, -1, 2**70]
        self.done = {"req-1": None, "req-2": 0.5}
        self.blob = b"\x00\x01" * 200
        self.flags = (True, False)


BatchTokenIDOut.__module__ = "sglang.srt.managers.io_struct"
io_struct.BatchTokenIDOut = BatchTokenIDOut
own = "sglang.srt.managers.io_struct.BatchTokenIDOut"
for protocol in range(6):
    # In protocols 0 and 1 bytes are made by a call of _codecs.encode, objects by copyreg.
    GLOBALS[f"pickle-object-{protocol}"] = {
        0: ["copy_reg._reconstructor", own, "__builtin__.object", "_codecs.encode"],
        1: ["copy_reg._reconstructor", own, "__builtin__.object", "_codecs.encode"],
        2: [own, "_codecs.encode"]}.get(protocol, [own])
    pickled(f"pickle-object-{protocol}", BatchTokenIDOut(), protocol)
    pickled(f"pickle-plain-{protocol}", {"a": [1, 2.5, None], "b": ("ü", {1, 2} if protocol > 3 else 3)}, protocol)
GLOBALS["pickle-plain-4"] = GLOBALS["pickle-plain-5"] = []
pickled("pickle-large-5", ["x" * 300, bytearray(b"y" * 300), 2**100, frozenset([1])], 5)


class Evil:
    def __init__(self, function, arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


for protocol in range(6):
    module = os.system.__module__  # posix
    GLOBALS[f"pickle-evil-{protocol}"] = [f"{module}.system"]
    pickled(f"pickle-evil-{protocol}", Evil(os.system, ("id",)), protocol, [f"{module}.system"])
builtins_name = "builtins.eval"
GLOBALS["pickle-evil-eval"] = [builtins_name]
pickled("pickle-evil-eval", Evil(eval, ("1+1",)), 4, [builtins_name])
# By hand: a name put together from the memo, and one in escapes.
GLOBALS["pickle-evil-memo"] = ["os.system"]
raw("pickle-evil-memo",
    b"\x80\x04\x8c\x06system\x94\x8c\x02os\x94\x30\x30h\x01h\x00\x93\x8c\x02id\x85R.", ["os.system"])
GLOBALS["pickle-evil-escaped"] = ["os.system"]
raw("pickle-evil-escaped", b"\x80\x04S'o\\x73'\nV\\u0073ystem\n\x93(S'id'\ntR.", ["os.system"])
GLOBALS["pickle-evil-inst"] = ["os.system"]
raw("pickle-evil-inst", b"(S'id'\nios\nsystem\n.", ["os.system"])

# Protobuf, by hand after its encoding guide.
write("protobuf-guide", b"\x08\x96\x01\x12\x07testing\x1a\x03\x08\x96\x01",
      {"format": "protobuf", "value": [
          {"field": 1, "value": 150, "remark": "varint"},
          {"field": 2, "value": "testing", "remark": "text, a guess"},
          {"field": 3, "value": [{"field": 1, "value": 150, "remark": "varint"}], "remark": "message, a guess"}]})
write("protobuf-fixed", b"\x0a\x03abc" + b"\x11" + struct.pack("<d", 1.5) + b"\x1d" + struct.pack("<f", -2.0)
      + b"\x20" + b"\xff" * 9 + b"\x01" + b"\x2a\x02\xff\xfe",
      {"format": "protobuf", "value": [
          {"field": 1, "value": "abc", "remark": "text, a guess"},
          {"field": 2, "value": struct.unpack("<Q", struct.pack("<d", 1.5))[0], "remark": "fixed64; double 1.5"},
          {"field": 3, "value": struct.unpack("<I", struct.pack("<f", -2.0))[0], "remark": "fixed32; float -2.0"},
          {"field": 4, "value": 2**64 - 1, "remark": "varint; int64 -1"},
          {"field": 5, "value": {"hex": "fffe"}}]})

# Others.
write("integer-sequence", struct.pack(">Q", 42), {"format": "integer", "value":
      {"remark": "u64", "value": {"big-endian": 42, "little-endian": struct.unpack("<Q", struct.pack(">Q", 42))[0]}}})
write("text-plain", "Grüße, 世界 😀".encode(), {"format": "text", "value": "Grüße, 世界 😀"})
write("text-escapes", b"\x1b]0;owned\x07\x1b[2J\x1b[31mhello world, and welcome\x1b[0m",
      {"format": "text", "value": "\x1b]0;owned\x07\x1b[2J\x1b[31mhello world, and welcome\x1b[0m"})
write("word-dead", b"ENGINE_CORE_DEAD", {"format": "word", "value": "ENGINE_CORE_DEAD"})
write("hex-noise", bytes((n * 167 + 13) % 256 for n in range(40)), {"format": "hex"})
