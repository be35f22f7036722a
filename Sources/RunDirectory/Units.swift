/// Text with units, as numbers: seconds, per second, bytes.
public enum Units {
    package static let durationUnits: [(name: String, factor: Double)] = [
        ("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1), ("m", 60), ("min", 60), ("h", 3600),
    ]
    package static let sizeUnits: [(name: String, factor: Double)] = [
        ("B", 1), ("kB", 1e3), ("KB", 1e3), ("KiB", 1024), ("MB", 1e6), ("MiB", 1_048_576), ("GB", 1e9),
        ("GiB", 1_073_741_824),
    ]
    package static let rateUnits: [(name: String, factor: Double)] = [
        ("/s", 1), ("/ms", 1000), ("/m", 1.0 / 60), ("/min", 1.0 / 60), ("/h", 1.0 / 3600),
    ]

    /// Thirty years of seconds: what is longer is a slip, and would overflow in clocks.
    package static let longestDuration = 1e9

    /// `20ms` → 0.02 seconds. A bare number has no meaning here, but for 0.
    public static func duration(_ text: String) -> Double? {
        if text == "0" { return 0 }
        return quantity(text, durationUnits).flatMap { abs($0) <= longestDuration ? $0 : nil }
    }

    /// Compose writes `1m30s`.
    package static func composedDuration(_ text: String) -> Double? {
        if let simple = duration(text) { return simple }
        var total = 0.0
        var part = ""
        var inUnit = false
        for character in text {
            let isDigit = character.isASCII && (character.isNumber || character == ".")
            if isDigit, inUnit {
                guard let seconds = duration(part) else { return nil }
                total += seconds
                part = ""
            }
            inUnit = !isDigit
            part.append(character)
        }
        guard let seconds = duration(part) else { return nil }
        return total + seconds
    }

    /// `5/s` → 5 per second.
    package static func rate(_ text: String) -> Double? { text == "0" ? 0 : quantity(text, rateUnits) }

    /// `64KiB` → 65536 bytes; a bare number is bytes.
    package static func size(_ text: String) -> Double? {
        guard let bytes = number(text) ?? quantity(text, sizeUnits), bytes == bytes.rounded() else { return nil }
        return bytes
    }

    /// A decimal number: `5`, `0.5`, `1e6`, `1_000`; nothing that only some languages read as one.
    package static func number(_ text: String) -> Double? {
        guard let first = text.utf8.first, first == 0x2D || (0x30...0x39).contains(first),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || "+-._eE".utf8.contains($0) })
        else { return nil }
        return Double(text.utf8.contains(0x5F) ? text.filter { $0 != "_" } : text)
    }

    /// A whole decimal number. `010` is ten.
    package static func integer(_ text: String) -> Int? {
        guard let number = number(text), let exact = Int(exactly: number) else { return nil }
        return exact
    }

    /// `16..64`, `1..5ms`, `1ms..5ms`: the two ends as text, each with its unit; nil when there is no `..`.
    package static func ends(_ text: String) -> (String, String)? {
        guard let dots = text.firstPlace(of: "..") else { return nil }
        var low = String(text[..<dots.lowerBound]).trimmed
        let high = String(text[dots.upperBound...]).trimmed
        // The unit of the upper end serves both.
        if number(low) != nil, let unit = high.firstIndex(where: { !$0.isNumber && !".-_".contains($0) }) {
            low += high[unit...]
        }
        return (low, high)
    }

    private static func quantity(_ text: String, _ units: [(name: String, factor: Double)]) -> Double? {
        for (name, factor) in units where text.hasSuffix(name) {
            if let value = number(String(text.dropLast(name.count)).trimmed), value.isFinite { return value * factor }
        }
        return nil
    }
}

extension String {
    /// Without the blanks at both ends.
    package var trimmed: String {
        guard first == " " || last == " " else { return self }
        var text = self[...]
        while text.first == " " { text = text.dropFirst() }
        while text.last == " " { text = text.dropLast() }
        return String(text)
    }

    /// The first place where an ASCII text stands; quicker than the standard library's search for any collection.
    package func firstPlace(of other: StaticString) -> Range<String.Index>? {
        let count = other.utf8CodeUnitCount
        return other.withUTF8Buffer { wanted in
            var index = utf8.startIndex
            while let end = utf8.index(index, offsetBy: count, limitedBy: utf8.endIndex) {
                if utf8[index..<end].elementsEqual(wanted) { return index..<end }
                index = utf8.index(after: index)
            }
            return nil
        }
    }
}
