/// In which order rows stand.
enum RowOrder {
    /// The places of `values` in order. Values that are equal keep their order, whichever way it goes; what is unknown
    /// comes last, whichever way it goes.
    static func places(_ values: [ColumnValue], isDescending: Bool) -> [Int] {
        var numbers: [(value: Double, place: Int)] = []
        var texts: [(value: String, place: Int)] = []
        var unknown: [Int] = []
        for (place, value) in values.enumerated() {
            switch value {
            case .number(let number): numbers.append((number, place))
            case .text(let text): texts.append((text, place))
            case .texts(let all):
                if let first = all.first { texts.append((first, place)) } else { unknown.append(place) }
            case .unknown: unknown.append(place)
            }
        }
        // The place decides between equals, so any sort will do.
        numbers.sort { $0.value != $1.value ? ($0.value < $1.value) != isDescending : $0.place < $1.place }
        texts.sort { first, second in
            let order = compare(first.value, second.value)
            return order != 0 ? (order < 0) != isDescending : first.place < second.place
        }
        let groups = [numbers.map(\.place), texts.map(\.place)]
        return (isDescending ? groups[1] + groups[0] : groups[0] + groups[1]) + unknown
    }

    /// Below 0 when `first` comes first: by letters of any case, and by the numbers in them, so that `engine-2` comes
    /// before `engine-10`.
    static func compare(_ first: String, _ second: String) -> Int {
        var (first, second) = (first, second)
        return first.withUTF8 { first in second.withUTF8 { second in compare(first, second) } }
    }

    private static func compare(_ first: UnsafeBufferPointer<UInt8>, _ second: UnsafeBufferPointer<UInt8>) -> Int {
        var (left, right) = (0, 0)
        while left < first.count, right < second.count {
            if isDigit(first[left]), isDigit(second[right]) {
                let (one, other) = (digits(first, from: left), digits(second, from: right))
                // Without leading zeros the longer number is the larger one.
                if one.count != other.count { return one.count - other.count }
                for (a, b) in zip(one, other) where first[a] != second[b] { return Int(first[a]) - Int(second[b]) }
                (left, right) = (one.upperBound, other.upperBound)
                continue
            }
            let (a, b) = (lowered(first[left]), lowered(second[right]))
            if a != b { return Int(a) - Int(b) }
            left += 1
            right += 1
        }
        return (first.count - left) - (second.count - right)
    }

    private static func digits(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Range<Int> {
        var end = start
        while end < text.count, isDigit(text[end]) { end += 1 }
        var start = start
        while start < end - 1, text[start] == UInt8(ascii: "0") { start += 1 }
        return start..<end
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
    static func lowered(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
}
