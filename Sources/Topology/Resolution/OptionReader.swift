internal import RunDirectory

/// The value of a socket option, from its text.
enum OptionReader {
    static func value(of bytes: [UInt8], for option: SocketOption) throws(Complaint) -> ResolvedOption.Value {
        if case .binary(let lengths) = option.kind {
            let binary = try binary(bytes)
            guard lengths.contains(binary.count) else {
                throw Complaint(
                    message:
                        "\(option.name) has \(lengths.lowerBound) to \(lengths.upperBound) bytes, not \(binary.count)")
            }
            return .bytes(binary)
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Complaint(message: "\(option.name) is no binary option", help: "{rank:le16} is for routing ids")
        }
        switch option.kind {
        case .flag:
            switch text {
            case "true", "1": return .int(1)
            case "false", "0": return .int(0)
            default: throw Complaint(message: "\(option.name) is true or false, not \"\(text)\"")
            }
        case .integer(let range):
            return .int(try bounded(Units.integer(text), range, option.name, text, "a whole number"))
        case .size(let range):
            let bytes = Units.size(text).flatMap { Int(exactly: $0) }
            return .int(try bounded(bytes, range, option.name, text, "a number of bytes, such as 64KiB,"))
        case .milliseconds(let range):
            let time = try whole(
                Units.integer(text), Units.duration(text), perSecond: 1000, option.name, "milliseconds")
            return .int(try bounded(time, range, option.name, text, "a time, such as 100ms,", " milliseconds"))
        case .seconds(let range):
            let time = try whole(Units.integer(text), Units.duration(text), perSecond: 1, option.name, "seconds")
            return .int(try bounded(time, range, option.name, text, "a time, such as 10s,", " seconds"))
        case .integer64(let range):
            guard let number = Units.size(text).flatMap({ Int64(exactly: $0) }), range.contains(number) else {
                throw Complaint(message: "\(option.name) is a whole number from \(range.lowerBound), not \"\(text)\"")
            }
            return .int64(number)
        case .text(let lengths):
            guard lengths.contains(bytes.count) else {
                throw Complaint(
                    message:
                        "\(option.name) has \(lengths.lowerBound) to \(lengths.upperBound) bytes, not \(bytes.count)")
            }
            return .bytes(bytes)
        case .key:
            let key = try binary(bytes)
            guard key.count == 40 || key.count == 32 else {
                throw Complaint(
                    message: "\(option.name) is a key of 40 characters (Z85) or 32 bytes, and this has \(key.count)",
                    help: "zmq_curve_keypair(3) makes keys; write bytes as \"hex:…\"")
            }
            return .bytes(key)
        case .binary: return .bytes(bytes)
        }
    }

    /// `hex:0100` as bytes, other text as it is.
    static func binary(_ bytes: [UInt8]) throws(Complaint) -> [UInt8] {
        guard bytes.starts(with: "hex:".utf8) else { return bytes }
        let digits = bytes.dropFirst(4).filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "_") }
        var result: [UInt8] = []
        var high: UInt8?
        for digit in digits {
            guard let nibble = Character(Unicode.Scalar(digit)).hexDigitValue.map(UInt8.init) else {
                throw Complaint(
                    message: "\"\(Character(Unicode.Scalar(digit)))\" is no hex digit", help: "as in \"hex:0100\"")
            }
            if let first = high {
                result.append(first << 4 | nibble)
                high = nil
            } else {
                high = nibble
            }
        }
        guard high == nil else {
            throw Complaint(
                message: "the hex text has an odd number of digits", help: "two digits make a byte: \"hex:0100\"")
        }
        return result
    }

    /// A bare number in libzmq's unit, or a time that is a whole number of it.
    private static func whole(
        _ bare: Int?, _ seconds: Double?, perSecond: Double, _ name: String, _ unit: String
    ) throws(Complaint) -> Int? {
        if let bare { return bare }
        guard let seconds else { return nil }
        let units = (seconds * perSecond * 1e6).rounded() / 1e6
        guard let exact = Int(exactly: units) else {
            throw Complaint(message: "\(name) is a whole number of \(unit)")
        }
        return exact
    }

    private static func bounded(
        _ number: Int?, _ range: ClosedRange<Int>, _ name: String, _ text: String, _ expected: String,
        _ unit: String = ""
    ) throws(Complaint) -> Int32 {
        guard let number, range.contains(number), let exact = Int32(exactly: number) else {
            let bounds =
                range.upperBound == Int(Int32.max)
                ? "from \(range.lowerBound)" : "from \(range.lowerBound) to \(range.upperBound)\(unit)"
            throw Complaint(
                message: "\(name) is \(expected) \(bounds), not \"\(text)\"",
                help: range.lowerBound == -1 && number != nil ? "-1 means without limit, or the system's default" : nil)
        }
        return exact
    }
}
