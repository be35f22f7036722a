internal import RunDirectory

/// A value of `behavior:` that is a text in the file: seconds, per second, bytes.
enum BehaviorReader {
    static func value(of text: String, for field: Kind.Field) throws(Complaint) -> BehaviorValue {
        switch field.shape {
        case .duration:
            if let seconds = Units.composedDuration(text), seconds > 0 { return .number(seconds) }
            throw Complaint(
                message: "\(field.name) is a time above 0, not \"\(text)\"", help: ModelReader.durationHelp(text))
        case .durations:
            if let value = spread(text, from: 0, Units.composedDuration) { return value }
            throw Complaint(
                message: "\(field.name) is a time, or a range of times, not \"\(text)\"",
                help: Units.number(text) == nil ? "as in 20ms or 1..5ms" : ModelReader.durationHelp(text))
        case .rate(let orMax):
            if orMax, text == "max" { return .text("max") }
            if let rate = Units.rate(text), rate > 0 { return .number(rate) }
            throw Complaint(
                message: "\(field.name) is a rate above 0\(orMax ? ", or max" : ""), not \"\(text)\"",
                help: Units.number(text) == nil ? "as in 100/s" : "write its unit: \(text)/s")
        case .sizes:
            switch spread(text, from: 0, Units.size) {
            case .number(let bytes)? where bytes <= Double(Kind.largestSize): return .number(bytes)
            case .range(let from, let to)? where to <= Double(Kind.largestSize): return .range(from, to)
            default:
                throw Complaint(
                    message: "\(field.name) is a number of bytes up to 1 GiB, or a range, not \"\(text)\"",
                    help: "as in 100, 64KiB or 1..4KiB")
            }
        case .integer(let minimum):
            if let number = Units.integer(text), number >= minimum { return .number(Double(number)) }
            throw Complaint(message: "\(field.name) is a whole number from \(minimum), not \"\(text)\"")
        case .integers(let minimum):
            if let value = spread(text, from: Double(minimum), { Units.integer($0).map(Double.init) }) { return value }
            throw Complaint(
                message: "\(field.name) is a whole number or a range of them, from \(minimum), not \"\(text)\"",
                help: "as in 16 or 16..64")
        case .choice(let words):
            if words.contains(text) { return .text(text) }
            throw Complaint(
                message: "\(field.name) is \(words.spoken), not \"\(text)\"",
                help: nearest(to: text, in: words).map { "did you mean \"\($0)\"?" })
        case .flag:
            if let flag = ["true": true, "false": false][text] { return .flag(flag) }
            throw Complaint(message: "\(field.name) is true or false, not \"\(text)\"")
        case .named: throw Complaint(message: "\(field.name) is a map, not \"\(text)\"")
        }
    }

    private static func spread(
        _ text: String, from minimum: Double, _ read: (String) -> Double?
    ) -> BehaviorValue? {
        guard let (low, high) = Units.ends(text) else {
            return read(text).flatMap { $0 >= minimum ? .number($0) : nil }
        }
        guard let from = read(low), let to = read(high), from >= minimum, from <= to else { return nil }
        return .range(from, to)
    }
}
