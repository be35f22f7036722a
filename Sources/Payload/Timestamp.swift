/// MessagePack's timestamps: ext type -1, of 4, 8 or 12 bytes.
enum Timestamp {
    /// `2026-11-23T12:00:00.000000001Z`; seconds since 1970 where the year has not four digits; nil when it is no timestamp.
    static func text(_ bytes: [UInt8]) -> String? {
        func number(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        let seconds: Int64
        let nanoseconds: UInt64
        switch bytes.count {
        case 4: (seconds, nanoseconds) = (Int64(number(0..<4)), 0)
        case 8:
            let both = number(0..<8)
            (seconds, nanoseconds) = (Int64(both & 0x3_FFFF_FFFF), both >> 34)
        case 12: (seconds, nanoseconds) = (Int64(bitPattern: number(4..<12)), number(0..<4))
        default: return nil
        }
        guard nanoseconds < 1_000_000_000 else { return nil }
        let fraction = nanoseconds == 0 ? "" : "." + padded(Int(nanoseconds), 9)
        // 0000-01-01 to 9999-12-31
        guard (-62_167_219_200...253_402_300_799).contains(seconds) else { return "\(seconds)\(fraction) s since 1970" }
        let day = Int((seconds - (seconds % 86_400 + 86_400) % 86_400) / 86_400)
        let time = Int((seconds % 86_400 + 86_400) % 86_400)
        let date = civil(day)
        return padded(date.year, 4) + "-" + padded(date.month, 2) + "-" + padded(date.day, 2) + "T"
            + padded(time / 3600, 2) + ":" + padded(time / 60 % 60, 2) + ":" + padded(time % 60, 2) + fraction + "Z"
    }

    /// Day of the Gregorian calendar from days since 1970-01-01: years that begin in March, in eras of 400.
    private static func civil(_ days: Int) -> (year: Int, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func padded(_ value: Int, _ digits: Int) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}
