/// Figures for people: short, of steady width, and `—` for what is not known.
public enum Format {
    /// What stands for an unknown figure.
    public static let unknown = "—"

    /// A number of things in at most five columns: `7`, `999`, `1.2k`, `12.3k`, `123k`, `1.2M`.
    public static func count(_ value: Int?) -> String {
        guard let value else { return unknown }
        if value < 0 { return "-" + count(value == .min ? .max : -value) }
        if value < 1000 { return String(value) }
        return scaled(Double(value), by: 1000, units: ["", "k", "M", "G", "T", "P", "E"])
    }

    /// A rate without its unit, in at most five columns: `0`, `0.3`, `5.0`, `40`, `1.2k`.
    public static func rate(_ value: Double?) -> String {
        guard let value, value.isFinite else { return unknown }
        if value <= 0 { return "0" }
        if value < 0.05 { return "<0.1" }
        if value < 9.95 { return decimal(value, places: 1) }
        if value < 999.5 { return decimal(value, places: 0) }
        return scaled(value, by: 1000, units: ["", "k", "M", "G", "T", "P", "E"])
    }

    /// Bytes with a binary unit, in at most seven columns: `312 B`, `1.2 KiB`, `312 KiB`.
    public static func bytes(_ value: Double?) -> String {
        guard let value, value.isFinite else { return unknown }
        if value < 999.5 { return decimal(max(0, value), places: 0) + " B" }
        return scaled(
            value, by: 1024, units: [" B", " KiB", " MiB", " GiB", " TiB", " PiB", " EiB"], decimalsBelow: 9.95)
    }

    /// Bytes with a binary unit.
    public static func bytes(_ value: Int?) -> String { bytes(value.map(Double.init)) }

    /// Seconds as a time of a fitting unit: `183 µs`, `8.1 ms`, `41 ms`, `1.2 s`, `3m12s`, `2h05m`.
    public static func seconds(_ value: Double?) -> String {
        guard let value, value.isFinite else { return unknown }
        if value <= 0 { return "0 s" }
        if value < 0.000_999_5 { return decimal(value * 1e6, places: 0) + " µs" }
        if value < 0.009_95 { return decimal(value * 1e3, places: 1) + " ms" }
        if value < 0.999_5 { return decimal(value * 1e3, places: 0) + " ms" }
        if value < 9.95 { return decimal(value, places: 1) + " s" }
        if value < 59.5 { return decimal(value, places: 0) + " s" }
        let whole = Int(min(value.rounded(), 1e15))
        if whole < 3600 { return "\(whole / 60)m\(twoDigits(whole % 60))s" }
        return "\(whole / 3600)h\(twoDigits(whole / 60 % 60))m"
    }

    /// Seconds as a clock: `00:03:12`.
    public static func clock(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "--:--:--" }
        let whole = Int(min(max(0, value), 1e15))
        return "\(twoDigits(whole / 3600)):\(twoDigits(whole / 60 % 60)):\(twoDigits(whole % 60))"
    }

    /// Seconds as a clock without hours while there are none: `03:12`, `1:03:12`.
    public static func shortClock(_ value: Double?) -> String {
        guard let value, value.isFinite else { return "--:--" }
        let text = clock(value)
        return value < 3600 ? String(text.dropFirst(3)) : text
    }

    /// Seconds as a moment of the session, to a tenth: `00:03:12.4`.
    public static func moment(_ value: Double?) -> String {
        guard let value, value.isFinite else { return unknown }
        let tenths = Int(min(max(0, value), 1e15) * 10)
        return clock(Double(tenths / 10)) + ".\(tenths % 10)"
    }

    /// A share as per cent: 0.034 is `3.4%`, 1 is `100%`.
    public static func percent(_ share: Double?) -> String {
        guard let share, share.isFinite else { return unknown }
        let value = max(0, share * 100)
        return decimal(value, places: value < 9.95 ? 1 : 0) + "%"
    }

    /// A gauge: whole numbers as counts, others with one or two decimals, those below a hundredth with four.
    public static func gauge(_ value: Double) -> String {
        guard value.isFinite else { return unknown }
        if value < 0 { return "-" + gauge(-value) }
        if value >= 999.5 { return scaled(value, by: 1000, units: ["", "k", "M", "G", "T", "P", "E"]) }
        if value == value.rounded() { return decimal(value, places: 0) }
        // A time of 3 ms is no 0.00.
        if value < 0.00995 { return decimal(value, places: 4) }
        return decimal(value, places: value < 0.995 ? 2 : value < 99.95 ? 1 : 0)
    }

    /// A high-water mark: `1000`, or `none`.
    public static func highWaterMark(_ mark: Int?) -> String {
        guard let mark else { return unknown }
        return mark == 0 ? "none" : mark < 10_000 ? String(mark) : count(mark)
    }

    /// Two high-water marks: `1000` where both are the same, else `1000/500`.
    public static func highWaterMarks(send: Int?, receive: Int?) -> String {
        send == receive ? highWaterMark(send) : "\(highWaterMark(send))/\(highWaterMark(receive))"
    }

    /// `value` with so many decimals, rounded half away from zero; `value` is not negative.
    static func decimal(_ value: Double, places: Int) -> String {
        let factor = places == 0 ? 1.0 : places == 1 ? 10 : 100
        let scaled = (value * factor).rounded()
        guard scaled < 9e18 else { return "∞" }
        let whole = Int(scaled)
        guard places > 0 else { return String(whole) }
        let fraction = String(whole % Int(factor))
        return "\(whole / Int(factor))." + String(repeating: "0", count: places - fraction.count) + fraction
    }

    /// Two or three significant digits and a unit: the number never takes more than four columns.
    private static func scaled(
        _ value: Double, by step: Double, units: [String], decimalsBelow: Double = 99.95
    ) -> String {
        var value = value
        var unit = 0
        while value >= 999.5, unit < units.count - 1 {
            value /= step
            unit += 1
        }
        return decimal(value, places: value < decimalsBelow && unit > 0 ? 1 : 0) + units[unit]
    }

    private static func twoDigits(_ value: Int) -> String { value < 10 ? "0\(value)" : String(value) }
}
