/// A place in cells: `x` columns from the left, `y` rows from the top, both from 0.
public struct Point: Hashable, Sendable {
    /// Columns from the left edge, from 0.
    public var x: Int
    /// Rows from the top edge, from 0.
    public var y: Int

    /// The place in column `x` and row `y`.
    public init(x: Int, y: Int) {
        self.x = x
        self.y = y
    }
}

/// An extent in cells.
public struct Size: Hashable, Sendable {
    /// Columns.
    public var width: Int
    /// Rows.
    public var height: Int

    /// An extent of `width` columns and `height` rows; negative values count as 0.
    public init(width: Int, height: Int) {
        self.width = max(0, width)
        self.height = max(0, height)
    }
}

/// A rectangle of cells. It is never negative: whatever does not fit becomes empty.
public struct Rect: Hashable, Sendable {
    /// The leftmost column.
    public var x: Int
    /// The topmost row.
    public var y: Int
    /// Columns, at least 0.
    public var width: Int
    /// Rows, at least 0.
    public var height: Int

    /// A rectangle whose upper left cell is (x, y); negative extents count as 0.
    public init(x: Int, y: Int, width: Int, height: Int) {
        self.x = x
        self.y = y
        self.width = max(0, width)
        self.height = max(0, height)
    }

    /// The rectangle of that size at (0, 0).
    public init(_ size: Size) {
        self.init(x: 0, y: 0, width: size.width, height: size.height)
    }

    /// The upper left cell.
    public var origin: Point { Point(x: x, y: y) }
    /// Columns and rows.
    public var size: Size { Size(width: width, height: height) }
    /// The first column to the right of the rectangle.
    public var right: Int { x + width }
    /// The first row below the rectangle.
    public var bottom: Int { y + height }
    /// Whether it has no cell.
    public var isEmpty: Bool { width == 0 || height == 0 }

    /// Whether the cell lies inside.
    public func contains(_ point: Point) -> Bool {
        point.x >= x && point.x < right && point.y >= y && point.y < bottom
    }

    /// The cells that lie in both.
    public func intersection(_ other: Rect) -> Rect {
        let left = max(x, other.x)
        let top = max(y, other.y)
        return Rect(x: left, y: top, width: min(right, other.right) - left, height: min(bottom, other.bottom) - top)
    }

    /// What is left when that many cells are taken from each side.
    public func inset(left: Int = 0, top: Int = 0, right: Int = 0, bottom: Int = 0) -> Rect {
        Rect(
            x: x + min(left, width), y: y + min(top, height),
            width: width - left - right, height: height - top - bottom)
    }

    /// What is left when `amount` cells are taken from every side.
    public func inset(_ amount: Int) -> Rect {
        inset(left: amount, top: amount, right: amount, bottom: amount)
    }

    /// A rectangle of that size in the middle of this one, no larger than this one (for dialogs).
    public func centered(_ size: Size) -> Rect {
        let width = min(size.width, self.width)
        let height = min(size.height, self.height)
        return Rect(
            x: x + (self.width - width) / 2, y: y + (self.height - height) / 2, width: width, height: height)
    }

    /// The row with that offset from the top; empty when there is no such row.
    public func row(_ offset: Int) -> Rect {
        guard offset >= 0, offset < height else { return Rect(x: x, y: bottom, width: width, height: 0) }
        return Rect(x: x, y: y + offset, width: width, height: 1)
    }

    /// The rectangle cut into rows, from the top, one for each extent, with `gap` empty rows between.
    public func rows(_ extents: Extent..., gap: Int = 0) -> [Rect] {
        rows(extents, gap: gap)
    }

    /// The rectangle cut into rows, from the top, one for each extent, with `gap` empty rows between.
    public func rows(_ extents: [Extent], gap: Int = 0) -> [Rect] {
        var top = y
        return Extent.solve(extents, total: height, gap: gap).map { height in
            defer { top += height + gap }
            return Rect(x: x, y: min(top, bottom), width: width, height: height)
        }
    }

    /// The rectangle cut into columns, from the left, one for each extent, with `gap` empty columns between.
    public func columns(_ extents: Extent..., gap: Int = 0) -> [Rect] {
        columns(extents, gap: gap)
    }

    /// The rectangle cut into columns, from the left, one for each extent, with `gap` empty columns between.
    public func columns(_ extents: [Extent], gap: Int = 0) -> [Rect] {
        var left = x
        return Extent.solve(extents, total: width, gap: gap).map { width in
            defer { left += width + gap }
            return Rect(x: min(left, right), y: y, width: width, height: height)
        }
    }
}

/// How much of a split one part takes.
public enum Extent: Hashable, Sendable {
    /// That many cells, as long as there are any.
    case fixed(Int)
    /// At least `minimum` cells, and a share of what is left, in proportion to `weight`.
    case flexible(minimum: Int = 0, weight: Int = 1)

    /// The smallest length that the part is content with.
    public var minimum: Int {
        switch self {
        case .fixed(let length): max(0, length)
        case .flexible(let minimum, _): max(0, minimum)
        }
    }

    /// The lengths of the parts. Minima are served first, in order; what remains goes to the flexible parts by weight.
    /// The lengths and gaps never sum to more than `total`, and to exactly `total` when a part is flexible.
    public static func solve(_ extents: [Extent], total: Int, gap: Int = 0) -> [Int] {
        var left = max(0, total - gap * max(0, extents.count - 1))
        var lengths = extents.map { extent in
            let length = min(extent.minimum, left)
            left -= length
            return length
        }
        let weights = extents.map { extent in
            if case .flexible(_, let weight) = extent { max(0, weight) } else { 0 }
        }
        let sum = weights.reduce(0, +)
        guard sum > 0 else { return lengths }
        // Shares are differences of rounded running sums, so that they sum to exactly what was left.
        var running = 0
        for index in lengths.indices {
            let before = left * running / sum
            running += weights[index]
            lengths[index] += left * running / sum - before
        }
        return lengths
    }
}
