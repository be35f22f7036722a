/// A way to read the bytes of a frame.
public enum Format: String, CaseIterable, Equatable, Sendable {
    /// Nothing in it.
    case empty
    /// A raw word that a known system sends by itself: `ENGINE_CORE_DEAD`.
    case word
    /// UTF-8.
    case text
    /// RFC 8259.
    case json
    /// https://github.com/msgpack/msgpack/blob/master/spec.md
    case messagePack = "msgpack"
    /// Python's pickle, protocols 0 to 5: its opcodes, never what they would make.
    case pickle
    /// Protobuf's wire format. It names no types, so a reading without a schema is a guess.
    case protobuf
    /// One unsigned number of 1, 2, 4 or 8 bytes, in both byte orders.
    case integer
    /// Offsets, bytes, ASCII.
    case hex
}

/// How sure a reading is of its format.
public enum Confidence: String, Equatable, Sendable {
    /// The caller named the format.
    case told
    /// Hardly anything else has these bytes.
    case certain
    /// All of it fits.
    case likely
    /// It could as well be something else.
    case guess
}

/// A system whose private meanings of bytes are known.
public enum System: String, CaseIterable, Equatable, Sendable {
    /// None in particular: MessagePack ext types have no names.
    case unknown
    /// vLLM V1.
    case vllm
    /// SGLang.
    case sglang

    /// What the system uses a MessagePack ext type for; nil where that is not known.
    func ext(_ code: Int8) -> String? {
        switch (self, code) {
        case (.vllm, 1): "pickle"
        case (.vllm, 2): "cloudpickle"
        case (.vllm, 3): "raw view"
        case (.sglang, 1): "array"
        case (.sglang, 2): "torch tensor"
        case (.sglang, 3): "numpy array"
        case (.sglang, 4): "shared memory pointer"
        case (.sglang, 5): "CUDA IPC tensor"
        default: nil
        }
    }

    /// What a frame means that consists of this word alone; nil when it is a text like others.
    func word(_ bytes: [UInt8]) -> String? {
        if bytes.elementsEqual("ENGINE_CORE_DEAD".utf8) { return "vLLM: the engine core dies" }
        if self == .vllm, bytes.elementsEqual("READY".utf8) { return "vLLM: the coordinator is ready" }
        return nil
    }
}

/// Bounds of a reading, whatever the data claims.
public struct Limits: Equatable, Sendable {
    /// Levels of nesting that are shown, from 1; deeper ones are checked and counted.
    public var depth: Int
    /// Items that are kept, from 1; further ones are checked and counted.
    public var items: Int

    /// 64 levels, 10,000 items. Depth is cut at 200: some readers recurse so far.
    public init(depth: Int = 64, items: Int = 10_000) {
        self.depth = min(max(depth, 1), 200)
        self.items = max(items, 1)
    }
}

/// A frame of a message, or its first bytes.
public struct Frame: Equatable, Sendable {
    /// Bytes of the whole frame.
    public let size: Int
    /// The first of them.
    public let bytes: [UInt8]

    /// - Parameter size: of the whole frame; nil, or too small a number, when these are all of its bytes.
    public init(_ bytes: [UInt8], size: Int? = nil) {
        self.bytes = bytes
        self.size = max(size ?? bytes.count, bytes.count)
    }

    /// Only its first bytes are here.
    public var isCutOff: Bool { bytes.count < size }
}
