/// An injector's `behavior`: the Injection's fields under their own names. Bytes are text of two hexadecimal digits a
/// byte, so that every frame survives, empty ones too.
///
///     target: "scheduler.frontend"  type: "DEALER"  frames: ["7b7d", ""]  identity: "0100"  count: 1  rate: 5
///     burst: 1  template: 1  reply: 2
extension Injection {
    /// What the `ResolvedNode` of kind `injector` carries. Keys whose value is nil are absent.
    public var behavior: [String: BehaviorValue] {
        var behavior: [String: BehaviorValue] = [
            "target": .text(target),
            "frames": .list(frames.map { .text(Injection.hexadecimal($0)) }),
            "count": .number(Double(count)),
        ]
        if let type { behavior["type"] = .text(type) }
        if let identity { behavior["identity"] = .text(Injection.hexadecimal(identity)) }
        if let rate { behavior["rate"] = .number(rate) }
        if burst > 1 { behavior["burst"] = .number(Double(burst)) }
        if isTemplate { behavior["template"] = .number(1) }
        if let reply { behavior["reply"] = .number(reply) }
        return behavior
    }

    /// Reads what `behavior` gives; `frames` is the only key that must be there.
    ///
    /// Throws an `InjectionBehaviorError` for a key that is missing, unknown, of the wrong form or out of range.
    public init(behavior: [String: BehaviorValue]) throws(InjectionBehaviorError) {
        self.init(target: "", frames: [])
        guard behavior["frames"] != nil else {
            throw InjectionBehaviorError(key: "frames", problem: "is missing: give a list of hexadecimal texts")
        }
        for (key, value) in behavior {
            switch (key, value) {
            case ("target", .text(let text)): target = text
            case ("type", .text(let text)): type = text
            case ("identity", .text(let text)): identity = try Injection.bytes(text, key: key)
            case ("frames", .list(let list)):
                for element in list {
                    guard case .text(let text) = element else {
                        throw InjectionBehaviorError(key: key, problem: "must hold hexadecimal texts only")
                    }
                    frames.append(try Injection.bytes(text, key: key))
                }
            case ("count", .number(let number)):
                guard let whole = Int(exactly: number), whole >= 1 else {
                    throw InjectionBehaviorError(key: key, problem: "must be a whole number from 1, not \(number)")
                }
                count = whole
            case ("burst", .number(let number)):
                guard let whole = Int(exactly: number), whole >= 1 else {
                    throw InjectionBehaviorError(key: key, problem: "must be a whole number from 1, not \(number)")
                }
                burst = whole
            case ("template", .number(let number)):
                isTemplate = number != 0
            case ("rate", .number(let number)):
                guard number > 0, number.isFinite else {
                    throw InjectionBehaviorError(key: key, problem: "must be above 0 messages a second")
                }
                rate = number
            case ("reply", .number(let number)):
                guard number >= 0, number.isFinite else {
                    throw InjectionBehaviorError(key: key, problem: "must be 0 or more seconds")
                }
                reply = number
            case ("target", _), ("type", _), ("identity", _):
                throw InjectionBehaviorError(key: key, problem: "must be a text")
            case ("frames", _): throw InjectionBehaviorError(key: key, problem: "must be a list")
            case ("count", _), ("rate", _), ("reply", _), ("burst", _), ("template", _):
                throw InjectionBehaviorError(key: key, problem: "must be a number")
            default:
                throw InjectionBehaviorError(
                    key: key,
                    problem:
                        "is not known; there are target, type, frames, identity, count, rate, burst, template and reply"
                )
            }
        }
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func bytes(_ text: String, key: String) throws(InjectionBehaviorError) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        guard digits.count == text.count, digits.count.isMultiple(of: 2) else {
            throw InjectionBehaviorError(key: key, problem: "'\(text)' is not two hexadecimal digits a byte")
        }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}

/// A behavior that is no injection.
public struct InjectionBehaviorError: Error, Equatable, CustomStringConvertible {
    /// The key of the behavior.
    public let key: String
    /// What is wrong with it, as the rest of a sentence.
    public let problem: String

    /// One sentence: the key, what is wrong, what is expected.
    public var description: String { "behavior '\(key)' \(problem)" }
}
