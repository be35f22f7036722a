/// What tells a `Payload` from others: its sender where it has one, and its number.
struct Tag: Hashable {
    /// Empty where the payload has none.
    let sender: ArraySlice<UInt8>
    let number: Int

    private static let from = Array(#"{"from":""#.utf8)
    private static let seq = Array(#""seq":"#.utf8)

    /// Reads what a `Payload` wrote, spaces and all; nil for anything else. No JSON parser: a subscriber reads each
    /// message.
    init?(_ payload: [UInt8]) {
        var rest = payload[...]
        if rest.starts(with: Tag.from) {
            rest = rest.dropFirst(Tag.from.count)
            guard let quote = rest.firstIndex(of: UInt8(ascii: "\"")) else { return nil }
            sender = rest[..<quote]
            rest = rest[quote...].dropFirst()
            guard rest.popFirst() == UInt8(ascii: ",") else { return nil }
        } else {
            sender = []
            if rest.first == UInt8(ascii: "{") { rest = rest.dropFirst() }
        }
        let isJSON = rest.startIndex > 0
        if isJSON {
            guard rest.starts(with: Tag.seq) else { return nil }
            rest = rest.dropFirst(Tag.seq.count)
        }
        rest = rest.drop { $0 == UInt8(ascii: " ") }
        var number = 0
        var digits = 0
        while let byte = rest.first, (0x30...0x39).contains(byte), digits < 18 {
            number = number * 10 + Int(byte - 0x30)
            digits += 1
            rest = rest.dropFirst()
        }
        guard digits > 0, !isJSON || rest.popFirst() == UInt8(ascii: "}"),
            rest.allSatisfy({ $0 == UInt8(ascii: " ") })
        else { return nil }
        self.number = number
    }
}
