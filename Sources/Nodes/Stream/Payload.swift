import Glibc

/// What a source sends: `{"seq":             17}` and as many spaces as its size asks for, all of it JSON. With a sender
/// it is `{"from":"publisher.4711","seq":             17}`, so that the numbers of two are told apart. Sizes too small for
/// that have no sender, and those too small for this the last digits of the number alone.
final class Payload {
    private static let digits = 16

    let bytes: UnsafeMutablePointer<UInt8>
    let capacity: Int
    /// Where the number's last digit stands.
    private let lastDigit: Int
    private let firstDigit: Int

    /// Room for messages of up to so many bytes; the number is 0. A sender's name is written as it is: letters, digits,
    /// dots and dashes.
    init(largest: Int, smallest: Int, sender: String? = nil) {
        capacity = largest
        bytes = .allocate(capacity: max(1, largest))
        bytes.initialize(repeating: UInt8(ascii: " "), count: max(1, largest))
        let prefixes = (sender.map { [#"{"from":"\#($0)","seq":"#] } ?? []) + [#"{"seq":"#]
        if let prefix = prefixes.first(where: { smallest > $0.utf8.count + Payload.digits }) {
            for (place, byte) in prefix.utf8.enumerated() { bytes[place] = byte }
            firstDigit = prefix.utf8.count
            lastDigit = firstDigit + Payload.digits - 1
            bytes[lastDigit + 1] = UInt8(ascii: "}")
        } else {
            firstDigit = 0
            lastDigit = min(smallest, Payload.digits) - 1
        }
        if lastDigit >= 0 { bytes[lastDigit] = UInt8(ascii: "0") }
    }

    deinit {
        bytes.deallocate()
    }

    /// Bytes up to the last one that a number changes.
    var numberEnd: Int { lastDigit + 1 }

    /// Bytes of the next message.
    @inline(__always)
    func nextSize(_ size: Spread, _ generator: inout SeededGenerator) -> Int {
        size.from == size.to ? capacity : size.pickWhole(&generator)
    }

    /// A copy of the first `count` bytes.
    func message(count: Int) -> [UInt8] { Array(UnsafeBufferPointer(start: bytes, count: count)) }

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

extension Payload {
    /// For messages of such sizes; `node` signs them, with its process's number, so that a restarted one is told from
    /// what it was before.
    convenience init(_ size: Spread, sender node: String? = nil) {
        self.init(largest: Int(size.to), smallest: Int(size.from), sender: node.map { "\($0).\(getpid())" })
    }
}
