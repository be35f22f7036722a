/// What a source sends: `{"seq":             17}` and as many spaces as its size asks for, all of it JSON. Sizes too
/// small for that have the last digits of the number alone.
final class Payload {
    private static let prefix = Array(#"{"seq":"#.utf8)
    private static let digits = 16
    private static let smallest = prefix.count + digits + 1

    let bytes: UnsafeMutablePointer<UInt8>
    let capacity: Int
    /// Where the number's last digit stands.
    private let lastDigit: Int
    private let firstDigit: Int

    /// Room for messages of up to so many bytes; the number is 0.
    init(largest: Int, smallest: Int) {
        capacity = largest
        bytes = .allocate(capacity: max(1, largest))
        bytes.initialize(repeating: UInt8(ascii: " "), count: max(1, largest))
        if smallest >= Payload.smallest {
            for (place, byte) in Payload.prefix.enumerated() { bytes[place] = byte }
            firstDigit = Payload.prefix.count
            lastDigit = Payload.smallest - 2
            bytes[Payload.smallest - 1] = UInt8(ascii: "}")
        } else {
            firstDigit = 0
            lastDigit = min(smallest, Payload.digits) - 1
        }
        if lastDigit >= 0 { bytes[lastDigit] = UInt8(ascii: "0") }
    }

    deinit {
        bytes.deallocate()
    }

    /// The next number, by counting up in place: nothing is formatted or allocated.
    func advance() {
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
