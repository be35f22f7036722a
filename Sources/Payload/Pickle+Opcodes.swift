extension Pickle {
    /// What follows an opcode's byte.
    enum Argument {
        case none
        /// Unsigned, little-endian, of so many bytes.
        case number(Int)
        /// Signed, 4 bytes.
        case signed
        /// A length of so many bytes, little-endian, then that many bytes.
        case text(Int)
        case bytes(Int)
        /// The same, a whole number in two's complement, little-endian.
        case long(Int)
        /// 8 bytes, big-endian.
        case double
        /// A line of ASCII.
        case line
        /// A line with a string in quotes, with Python's escapes.
        case quoted
        /// A line with `\u` escapes.
        case escaped
        /// Two lines: module and name.
        case pair
    }

    /// What an opcode does to the stack.
    enum Effect {
        /// Takes so many and pushes so many, of no interest.
        case takes(Int, pushes: Int)
        /// Pushes its argument, a text.
        case pushesText
        case mark
        /// Takes all down to the last mark, and so many below it.
        case takesMarked(Int, pushes: Int)
        case pop
        case duplicate
        case put
        case memoize
        case get
        case global
        case stackGlobal
        case instance
        /// Calls something, with so many taken.
        case calls(Int)
        case callsMarked
        case stop
        case nothing
    }

    struct Opcode {
        var name: String
        var argument: Argument = .none
        var effect: Effect
    }

    /// Python's Lib/pickletools.py names them all; nil for a byte that is none.
    static func opcode(_ byte: UInt8) -> Opcode? {
        switch byte {
        case UInt8(ascii: "I"): Opcode(name: "INT", argument: .line, effect: .takes(0, pushes: 1))
        case UInt8(ascii: "J"): Opcode(name: "BININT", argument: .signed, effect: .takes(0, pushes: 1))
        case UInt8(ascii: "K"): Opcode(name: "BININT1", argument: .number(1), effect: .takes(0, pushes: 1))
        case UInt8(ascii: "M"): Opcode(name: "BININT2", argument: .number(2), effect: .takes(0, pushes: 1))
        case UInt8(ascii: "L"): Opcode(name: "LONG", argument: .line, effect: .takes(0, pushes: 1))
        case 0x8A: Opcode(name: "LONG1", argument: .long(1), effect: .takes(0, pushes: 1))
        case 0x8B: Opcode(name: "LONG4", argument: .long(4), effect: .takes(0, pushes: 1))
        case UInt8(ascii: "S"): Opcode(name: "STRING", argument: .quoted, effect: .pushesText)
        case UInt8(ascii: "T"): Opcode(name: "BINSTRING", argument: .text(4), effect: .pushesText)
        case UInt8(ascii: "U"): Opcode(name: "SHORT_BINSTRING", argument: .text(1), effect: .pushesText)
        case UInt8(ascii: "B"): Opcode(name: "BINBYTES", argument: .bytes(4), effect: .takes(0, pushes: 1))
        case UInt8(ascii: "C"): Opcode(name: "SHORT_BINBYTES", argument: .bytes(1), effect: .takes(0, pushes: 1))
        case 0x8E: Opcode(name: "BINBYTES8", argument: .bytes(8), effect: .takes(0, pushes: 1))
        case 0x96: Opcode(name: "BYTEARRAY8", argument: .bytes(8), effect: .takes(0, pushes: 1))
        case 0x97: Opcode(name: "NEXT_BUFFER", effect: .takes(0, pushes: 1))
        case 0x98: Opcode(name: "READONLY_BUFFER", effect: .takes(1, pushes: 1))
        case UInt8(ascii: "N"): Opcode(name: "NONE", effect: .takes(0, pushes: 1))
        case 0x88: Opcode(name: "NEWTRUE", effect: .takes(0, pushes: 1))
        case 0x89: Opcode(name: "NEWFALSE", effect: .takes(0, pushes: 1))
        case UInt8(ascii: "V"): Opcode(name: "UNICODE", argument: .escaped, effect: .pushesText)
        case 0x8C: Opcode(name: "SHORT_BINUNICODE", argument: .text(1), effect: .pushesText)
        case UInt8(ascii: "X"): Opcode(name: "BINUNICODE", argument: .text(4), effect: .pushesText)
        case 0x8D: Opcode(name: "BINUNICODE8", argument: .text(8), effect: .pushesText)
        case UInt8(ascii: "F"): Opcode(name: "FLOAT", argument: .line, effect: .takes(0, pushes: 1))
        case UInt8(ascii: "G"): Opcode(name: "BINFLOAT", argument: .double, effect: .takes(0, pushes: 1))
        case UInt8(ascii: "]"): Opcode(name: "EMPTY_LIST", effect: .takes(0, pushes: 1))
        case UInt8(ascii: "a"): Opcode(name: "APPEND", effect: .takes(2, pushes: 1))
        case UInt8(ascii: "e"): Opcode(name: "APPENDS", effect: .takesMarked(1, pushes: 1))
        case UInt8(ascii: "l"): Opcode(name: "LIST", effect: .takesMarked(0, pushes: 1))
        case UInt8(ascii: ")"): Opcode(name: "EMPTY_TUPLE", effect: .takes(0, pushes: 1))
        case UInt8(ascii: "t"): Opcode(name: "TUPLE", effect: .takesMarked(0, pushes: 1))
        case 0x85: Opcode(name: "TUPLE1", effect: .takes(1, pushes: 1))
        case 0x86: Opcode(name: "TUPLE2", effect: .takes(2, pushes: 1))
        case 0x87: Opcode(name: "TUPLE3", effect: .takes(3, pushes: 1))
        case UInt8(ascii: "}"): Opcode(name: "EMPTY_DICT", effect: .takes(0, pushes: 1))
        case UInt8(ascii: "d"): Opcode(name: "DICT", effect: .takesMarked(0, pushes: 1))
        case UInt8(ascii: "s"): Opcode(name: "SETITEM", effect: .takes(3, pushes: 1))
        case UInt8(ascii: "u"): Opcode(name: "SETITEMS", effect: .takesMarked(1, pushes: 1))
        case 0x8F: Opcode(name: "EMPTY_SET", effect: .takes(0, pushes: 1))
        case 0x90: Opcode(name: "ADDITEMS", effect: .takesMarked(1, pushes: 1))
        case 0x91: Opcode(name: "FROZENSET", effect: .takesMarked(0, pushes: 1))
        case UInt8(ascii: "0"): Opcode(name: "POP", effect: .pop)
        case UInt8(ascii: "2"): Opcode(name: "DUP", effect: .duplicate)
        case UInt8(ascii: "("): Opcode(name: "MARK", effect: .mark)
        case UInt8(ascii: "1"): Opcode(name: "POP_MARK", effect: .takesMarked(0, pushes: 0))
        case UInt8(ascii: "g"): Opcode(name: "GET", argument: .line, effect: .get)
        case UInt8(ascii: "h"): Opcode(name: "BINGET", argument: .number(1), effect: .get)
        case UInt8(ascii: "j"): Opcode(name: "LONG_BINGET", argument: .number(4), effect: .get)
        case UInt8(ascii: "p"): Opcode(name: "PUT", argument: .line, effect: .put)
        case UInt8(ascii: "q"): Opcode(name: "BINPUT", argument: .number(1), effect: .put)
        case UInt8(ascii: "r"): Opcode(name: "LONG_BINPUT", argument: .number(4), effect: .put)
        case 0x94: Opcode(name: "MEMOIZE", effect: .memoize)
        case 0x82: Opcode(name: "EXT1", argument: .number(1), effect: .takes(0, pushes: 1))
        case 0x83: Opcode(name: "EXT2", argument: .number(2), effect: .takes(0, pushes: 1))
        case 0x84: Opcode(name: "EXT4", argument: .signed, effect: .takes(0, pushes: 1))
        case UInt8(ascii: "c"): Opcode(name: "GLOBAL", argument: .pair, effect: .global)
        case 0x93: Opcode(name: "STACK_GLOBAL", effect: .stackGlobal)
        case UInt8(ascii: "R"): Opcode(name: "REDUCE", effect: .calls(2))
        case UInt8(ascii: "b"): Opcode(name: "BUILD", effect: .calls(2))
        case UInt8(ascii: "i"): Opcode(name: "INST", argument: .pair, effect: .instance)
        case UInt8(ascii: "o"): Opcode(name: "OBJ", effect: .callsMarked)
        case 0x81: Opcode(name: "NEWOBJ", effect: .calls(2))
        case 0x92: Opcode(name: "NEWOBJ_EX", effect: .calls(3))
        case 0x80: Opcode(name: "PROTO", argument: .number(1), effect: .nothing)
        case UInt8(ascii: "."): Opcode(name: "STOP", effect: .stop)
        case 0x95: Opcode(name: "FRAME", argument: .number(8), effect: .nothing)
        case UInt8(ascii: "P"): Opcode(name: "PERSID", argument: .line, effect: .takes(0, pushes: 1))
        case UInt8(ascii: "Q"): Opcode(name: "BINPERSID", effect: .takes(1, pushes: 1))
        default: nil
        }
    }
}
