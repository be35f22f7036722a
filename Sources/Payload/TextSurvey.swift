/// How much of some bytes is text.
struct TextSurvey {
    /// Characters, each byte that is not UTF-8 counted as one.
    private(set) var total = 0
    /// Those that can be shown as they are, line ends and tabs among them.
    private(set) var printable = 0
    /// Bytes that are not UTF-8.
    private(set) var invalid = 0

    /// - Parameter isCutOff: the last character may be incomplete.
    init(_ bytes: [UInt8], _ range: Range<Int>, isCutOff: Bool) {
        var index = range.lowerBound
        while index < range.upperBound {
            let byte = bytes[index]
            if byte < 0x80 {
                total += 1
                index += 1
                if (0x20..<0x7F).contains(byte) || byte == 0x0A || byte == 0x0D || byte == 0x09 { printable += 1 }
                continue
            }
            let (scalar, length) = Visible.scalar(bytes, index, range.upperBound)
            if scalar == nil, isCutOff, byte >= 0xC2, index + 4 > range.upperBound {
                let wanted = byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
                let rest = bytes[(index + 1)..<range.upperBound]
                if wanted > rest.count + 1, rest.allSatisfy({ $0 & 0xC0 == 0x80 }) { return }
            }
            total += 1
            index += length
            guard let scalar else {
                invalid += 1
                continue
            }
            if Visible.isPrintable(scalar) { printable += 1 }
        }
    }

    /// 0 to 1; 1 for nothing.
    var fraction: Double { total == 0 ? 1 : Double(printable) / Double(total) }

    /// `all printable`, `93 % printable, 2 bytes are not UTF-8`
    var description: String {
        let share =
            printable == total ? "all of it printable" : "\(Int(fraction * 100)) % of it printable"
        return invalid == 0 ? "UTF-8, " + share : share + ", \(invalid) bytes are not UTF-8"
    }
}
