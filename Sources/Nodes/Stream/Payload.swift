/// What a source sends: `{"seq":             17}` and as many spaces as its size asks for, all of it JSON. Sizes too
/// small for that have the last digits of the number alone.
struct Payload {
    private static let prefix = Array(#"{"seq":"#.utf8)
    private static let digits = 16
    private static let smallest = prefix.count + digits + 1

    private(set) var bytes: [UInt8]
    /// Where the number's last digit stands.
    private let lastDigit: Int
    private let firstDigit: Int

    /// Room for messages of up to so many bytes; the number is 0.
    init(largest: Int, smallest: Int) {
        bytes = [UInt8](repeating: UInt8(ascii: " "), count: largest)
        if smallest >= Payload.smallest {
            bytes.replaceSubrange(..<Payload.prefix.count, with: Payload.prefix)
            firstDigit = Payload.prefix.count
            lastDigit = Payload.smallest - 2
            bytes[Payload.smallest - 1] = UInt8(ascii: "}")
        } else {
            firstDigit = 0
            lastDigit = min(smallest, Payload.digits) - 1
        }
        if lastDigit >= 0 { bytes[lastDigit] = UInt8(ascii: "0") }
    }

    /// The next number, by counting up in place: nothing is formatted or allocated.
    mutating func advance() {
        var place = lastDigit
        while place >= firstDigit {
            switch bytes[place] {
            case UInt8(ascii: "9"):
                bytes[place] = UInt8(ascii: "0")
                place -= 1
            case UInt8(ascii: " "):
                bytes[place] = UInt8(ascii: "1")
                return
            default:
                bytes[place] += 1
                return
            }
        }
    }
}
