/// Writes one JSON value (RFC 8259) on one line; commas and colons come by themselves.
///
/// Control characters, and whatever else could steer or reorder a terminal's line, are written as `\u` escapes.
public struct JSONWriter {
    /// What was written so far.
    public private(set) var text = ""
    private var needsComma = false

    /// An empty one.
    public init() {}

    /// Begins an object or, with `[`, an array.
    public mutating func open(_ bracket: Character) {
        separate()
        text.append(bracket)
        needsComma = false
    }

    /// Ends what `open` began: `}` or `]`.
    public mutating func close(_ bracket: Character) {
        text.append(bracket)
        needsComma = true
    }

    /// The name of the member that follows.
    public mutating func key(_ name: String) {
        string(name)
        text += ":"
        needsComma = false
    }

    /// A string.
    public mutating func string(_ value: String) {
        separate()
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            default:
                if Visible.isPrintable(scalar) {
                    text.unicodeScalars.append(scalar)
                } else {
                    for unit in UTF16.encode(scalar) ?? .init() { text += "\\u" + Visible.hex(unit, digits: 4) }
                }
            }
        }
        text += "\""
    }

    /// A string, or null.
    public mutating func string(_ value: String?) {
        if let value { string(value) } else { raw("null") }
    }

    /// A whole number.
    public mutating func number(_ value: some BinaryInteger) { raw(String(value)) }

    /// A number; those that JSON does not have (infinite, not a number) become strings.
    public mutating func number(_ value: Double) {
        if value.isFinite { raw(value.description) } else { string(value.description) }
    }

    /// true or false.
    public mutating func boolean(_ value: Bool) { raw(value ? "true" : "false") }

    /// What is JSON already.
    mutating func raw(_ json: String) {
        separate()
        text += json
    }

    private mutating func separate() {
        if needsComma { text += "," }
        needsComma = true
    }
}
