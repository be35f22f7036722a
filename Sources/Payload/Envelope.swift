/// What a frame is for, in the message that it is part of.
public enum Role: String, Equatable, Sendable {
    /// Routing id: whom a ROUTER got it from, or sends it to.
    case identity
    /// Empty: between the envelope and what is in it.
    case delimiter
    /// What a subscription is matched with.
    case topic
    /// A subscription that begins; its prefix follows the first byte.
    case subscribe
    /// A subscription that ends; its prefix follows the first byte.
    case unsubscribe
    /// A byte that says what the next frame is.
    case type
    /// A number that counts messages.
    case sequence
    /// Jupyter's `<IDS|MSG>`.
    case marker
    /// Jupyter's HMAC, in hexadecimal digits.
    case signature
    /// Jupyter's header.
    case header
    /// Jupyter's header of the message that this one answers.
    case parent
    /// Jupyter's metadata.
    case metadata
    /// Jupyter's content.
    case content
    /// Bytes that an earlier frame refers to.
    case buffer
    /// What it is all about.
    case payload
}

/// A frame's place in its message.
public struct Part: Equatable, Sendable {
    /// What it is for.
    public var role: Role
    /// What its content means, where that is known: `ADD`.
    public var meaning: String?

    init(_ role: Role, _ meaning: String? = nil) {
        self.role = role
        self.meaning = meaning
    }
}

/// Which way a message goes through a socket.
public enum Way: Equatable, Sendable {
    /// The program sent it.
    case sent
    /// The program received it.
    case received
}

/// Names the frames of a message as the program at the socket sees them.
public enum Envelope {
    /// - Parameters:
    ///   - frames: the first frames of a message.
    ///   - count: how many it has in all; nil: these.
    ///   - socketType: `ROUTER`
    ///   - way: of the message.
    ///   - system: known by its name, or by how its messages look.
    /// - Returns: a part for each of `frames`.
    public static func parts(
        _ frames: [Frame], count: Int? = nil, socketType: String, way: Way, system: System = .unknown
    ) -> [Part] {
        let count = max(count ?? frames.count, frames.count)
        guard !frames.isEmpty else { return [] }
        if let parts = jupyter(frames, socketType) { return parts }
        switch socketType {
        case "ROUTER":
            let head = routing(frames)
            return head + body(frames.dropFirst(head.count), count - head.count, system)
        case "DEALER":
            let head = frames[0].size == 0 && count > 1 ? [Part(.delimiter)] : []
            return head + body(frames.dropFirst(head.count), count - head.count, system)
        case "STREAM":
            let isNotice = frames.count > 1 && frames[1].size == 0
            return [Part(.identity)]
                + frames.dropFirst().map { _ in Part(.payload, isNotice ? "connected or disconnected" : nil) }
        case "XPUB" where way == .received, "XSUB" where way == .sent:
            if let part = subscription(frames[0]), count == 1 { return [part] }
            return published(frames, count, system)
        case "PUB", "SUB", "XPUB", "XSUB":
            return published(frames, count, system)
        case "REQ", "REP":
            return body(frames[...], count, system)
        default:
            return frames.indices.map { Part($0 > 0 && isContainer(frames[0]) ? .buffer : .payload) }
        }
    }

    /// A ROUTER's own id for the peer, then those that proxies added, then the delimiter where there is one.
    private static func routing(_ frames: [Frame]) -> [Part] {
        var parts = [Part(.identity)]
        // Without a delimiter behind it, what looks like one more id is payload.
        var next = 1
        while next < frames.count, Identity.isGenerated(frames[next]) { next += 1 }
        if next < frames.count - 1, frames[next].size == 0 {
            parts += (1..<next).map { _ in Part(.identity) }
            parts.append(Part(.delimiter))
        }
        return parts
    }

    private static func subscription(_ frame: Frame) -> Part? {
        switch frame.bytes.first {
        case 1: Part(.subscribe, frame.size == 1 ? "everything" : nil)
        case 0: Part(.unsubscribe, frame.size == 1 ? "everything" : nil)
        default: nil
        }
    }

    private static func published(_ frames: [Frame], _ count: Int, _ system: System) -> [Part] {
        if count == 1 { return [Part(.payload)] }
        // vLLM's coordinator sends its waves as a type and a payload, to subscribers of everything.
        if count == 2, let type = type(frames[...], system), frames[0].bytes == [2] {
            return [type] + frames.dropFirst().map { _ in Part(.payload) }
        }
        return [Part(.topic)] + sequenced(frames.dropFirst(), count - 1)
    }

    private static func body(_ frames: ArraySlice<Frame>, _ count: Int, _ system: System) -> [Part] {
        if let type = type(frames, system) {
            return [type] + frames.dropFirst().indices.map { Part($0 == frames.startIndex + 1 ? .payload : .buffer) }
        }
        return sequenced(frames, count)
    }

    /// vLLM: one byte, and then MessagePack.
    private static func type(_ frames: ArraySlice<Frame>, _ system: System) -> Part? {
        guard let first = frames.first, first.size == 1, let byte = first.bytes.first,
            let next = frames.dropFirst().first,
            isContainer(next), system != .sglang
        else { return nil }
        let names = ["ADD", "ABORT", "START_DP_WAVE", "UTILITY"]
        guard Int(byte) < names.count else { return nil }
        // Another system may use such a byte for something else.
        return Part(.type, system == .vllm ? names[Int(byte)] : "vLLM: " + names[Int(byte)])
    }

    /// A number of 8 bytes, and then MessagePack, or nothing more than its end: vLLM's KV events and their replay.
    private static func sequenced(_ frames: ArraySlice<Frame>, _ count: Int) -> [Part] {
        if count == 2, frames.count == 2, let first = frames.first, let next = frames.last, first.size == 8,
            first.bytes.count == 8
        {
            let isEnd = first.bytes.allSatisfy { $0 == 0xFF }
            if isContainer(next) || (isEnd && next.size == 0) {
                return [Part(.sequence, isEnd ? "the replay ends" : nil), Part(.payload)]
            }
        }
        return frames.map { _ in Part(.payload) }
    }

    private static func isContainer(_ frame: Frame) -> Bool {
        frame.bytes.first.map(MessagePack.beginsContainer) ?? false
    }

    /// `[ids or topic …]<IDS|MSG>[signature][header][parent][metadata][content][buffers…]`
    private static func jupyter(_ frames: [Frame], _ socketType: String) -> [Part]? {
        guard let marker = frames.firstIndex(where: { $0.size == 9 && $0.bytes.elementsEqual("<IDS|MSG>".utf8) }) else {
            return nil
        }
        let before: Role = ["PUB", "SUB", "XPUB", "XSUB"].contains(socketType) ? .topic : .identity
        let names: [Role] = [.marker, .signature, .header, .parent, .metadata, .content]
        return frames.indices.map { index in
            if index < marker { return Part(before) }
            return index - marker < names.count ? Part(names[index - marker]) : Part(.buffer)
        }
    }
}

/// Routing ids.
public enum Identity {
    /// `engine-1` as it is; hexadecimal digits (`0x0100`) when it is no printable text; `#12345678` for one that a ROUTER
    /// made up itself, a zero and 4 bytes; all safe to print.
    public static func text(_ frame: Frame) -> String {
        if isGenerated(frame) { return "#" + Visible.hex(frame.bytes[1...]) }
        if frame.size == 0 { return "(empty)" }
        let survey = TextSurvey(frame.bytes, 0..<frame.bytes.count, isCutOff: false)
        let isText =
            survey.invalid == 0 && survey.printable == survey.total
            && !frame.bytes.contains { $0 < 0x20 } && !frame.bytes.starts(with: "0x".utf8)
            && frame.bytes.first != UInt8(ascii: "#")
        let more = frame.isCutOff || frame.bytes.count > 255 ? "…" : ""
        let bytes = frame.bytes.prefix(255)
        return (isText ? Visible.text(bytes) : "0x" + Visible.hex(bytes)) + more
    }

    static func isGenerated(_ frame: Frame) -> Bool { frame.size == 5 && frame.bytes.count == 5 && frame.bytes[0] == 0 }
}
