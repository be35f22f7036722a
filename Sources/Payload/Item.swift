/// What stands at one place of the tree that a frame was read into.
public enum Value: Equatable, Sendable {
    /// Nothing: nil, null, None.
    case null
    /// True or false.
    case boolean(Bool)
    /// A whole number.
    case integer(Int64)
    /// A whole number, not signed.
    case unsigned(UInt64)
    /// A floating point number.
    case number(Double)
    /// A number of JSON as it was written.
    case literal(String)
    /// Meant as text: UTF-8, perhaps not valid, as it came.
    case text([UInt8])
    /// Bytes as they came.
    case bytes([UInt8])
    /// Items follow one level deeper; how many there are, nil where the data ends before that is known.
    case list(count: Int?)
    /// Labelled items follow one level deeper; how many there are, nil where the data ends before that is known.
    case map(count: Int?)
    /// Nothing to show beside the label and the remark.
    case nothing
}

/// What an item is called by the container it stands in.
public enum Label: Equatable, Sendable {
    /// Place in a list, from 0.
    case index(Int)
    /// Key of a map.
    case key(Value)
    /// Field number of a Protobuf message.
    case field(Int)
    /// Offset and name of an opcode.
    case opcode(at: Int, String)
    /// A word of ours.
    case word(String)
}

/// One node of the tree. A tree is a list of items in depth-first order: what follows deeper belongs to what stands before.
public struct Item: Equatable, Sendable {
    /// Levels below the top, from 0.
    public var depth: Int
    /// Its name; the top has none.
    public var label: Label?
    /// What it is.
    public var value: Value
    /// Words of ours about it: `cut off after 12 of 4096 bytes`.
    public var remark: String?
}

/// Collects items within the limits; counts what is left out.
struct Outline {
    private(set) var items: [Item] = []
    private(set) var omitted = 0
    /// What the reader of the screen must know first.
    private(set) var warnings: [String] = []
    let limits: Limits

    init(limits: Limits) { self.limits = limits }

    /// - Returns: its place, for `amend`; nil when the item was left out.
    @discardableResult
    mutating func add(_ depth: Int, _ label: Label?, _ value: @autoclosure () -> Value, _ remark: String? = nil) -> Int?
    {
        guard depth < limits.depth, items.count < limits.items else {
            omitted += 1
            return nil
        }
        items.append(Item(depth: depth, label: label, value: value(), remark: remark))
        return items.count - 1
    }

    mutating func amend(_ place: Int?, _ value: Value) {
        if let place { items[place].value = value }
    }

    mutating func remark(_ place: Int?, _ remark: String) {
        if let place { items[place].remark = remark }
    }

    mutating func warn(_ warning: String) {
        if warnings.count < 16, !warnings.contains(warning) { warnings.append(warning) }
    }
}
