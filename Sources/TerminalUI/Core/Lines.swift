/// Lines that meet in cells: what is drawn over each other joins, as in a plan of pipes.
///
/// A cell has up to four arms, each light or heavy; the glyph follows from them. It is a picture of its own, laid into a
/// buffer at the end.
public struct Lines: Sendable {
    /// How a line is drawn. Of two that meet the heavier one gives the style.
    public enum Weight: UInt8, Comparable, Sendable {
        /// Nothing.
        case none
        /// Broken into points: what is only declared. Drawn as dashes where it is straight.
        case dotted
        /// Broken into dashes: what is not there at the moment.
        case dashed
        /// A thin line.
        case light
        /// A thick one.
        case heavy

        /// The thinner one is less.
        public static func < (one: Weight, other: Weight) -> Bool { one.rawValue < other.rawValue }
    }

    private struct Arms {
        var up = Weight.none, right = Weight.none, down = Weight.none, left = Weight.none
        var style = Style.plain
        /// Of the vertical arms: it is what one sees where lines cross.
        var verticalStyle = Style.plain
        /// Which line was here first: one that crosses another does not join it.
        var owner = 0
        var crosses = false

        var heaviest: Weight { max(max(up, down), max(left, right)) }
        /// Two lines that have nothing to do with each other: the horizontal one passes beneath.
        var isBridge: Bool { crosses && up != .none && down != .none && left != .none && right != .none }
    }

    private var cells: [Point: Arms] = [:]

    /// No lines.
    public init() {}

    /// Draws a line along corners that lie in one row or column each, both ends included.
    ///
    /// - Parameters:
    ///   - corners: at least two; what is not straight between two of them is left out.
    ///   - owner: lines of one owner join where they meet; a line of another crosses, and the vertical one is seen.
    public mutating func draw(_ corners: [Point], weight: Weight, style: Style, owner: Int) {
        for (from, to) in zip(corners, corners.dropFirst()) {
            if from.y == to.y {
                for x in min(from.x, to.x)..<max(from.x, to.x) {
                    join(Point(x: x, y: from.y), \.right, weight, style, owner)
                    join(Point(x: x + 1, y: from.y), \.left, weight, style, owner)
                }
            } else if from.x == to.x {
                for y in min(from.y, to.y)..<max(from.y, to.y) {
                    join(Point(x: from.x, y: y), \.down, weight, style, owner)
                    join(Point(x: from.x, y: y + 1), \.up, weight, style, owner)
                }
            }
        }
    }

    private mutating func join(
        _ point: Point, _ arm: WritableKeyPath<Arms, Weight>, _ weight: Weight, _ style: Style, _ owner: Int
    ) {
        var arms = cells[point] ?? Arms(style: style, owner: owner)
        if arms.owner != owner { arms.crosses = true }
        if weight >= arms.heaviest {
            arms.style = style
            arms.owner = owner
        }
        if arm == \.up || arm == \.down { arms.verticalStyle = style }
        arms[keyPath: arm] = max(arms[keyPath: arm], weight)
        cells[point] = arms
    }

    /// Lays the lines into a buffer, moved by `offset`, and only inside `area`.
    public func draw(into buffer: inout Buffer, offset: Point, area: Rect, glyphs: Glyphs) {
        for (point, arms) in cells {
            let place = Point(x: point.x + offset.x, y: point.y + offset.y)
            guard area.contains(place) else { continue }
            let glyph = glyphs.isUnicode ? Self.glyph(arms) : Self.ascii(arms)
            buffer.put(String(glyph), at: place, style: arms.isBridge ? arms.verticalStyle : arms.style)
        }
    }

    private static func ascii(_ arms: Arms) -> Character {
        let isAcross = arms.left != .none || arms.right != .none
        let isDown = arms.up != .none || arms.down != .none
        if isAcross && isDown { return arms.isBridge ? "|" : "+" }
        switch (arms.heaviest, isAcross) {
        case (.dotted, true): return "."
        case (.dotted, false): return ":"
        case (.dashed, true): return "~"
        case (.dashed, false): return ":"
        case (.heavy, true): return "="
        case (_, true): return "-"
        case (_, false): return "|"
        }
    }

    private static func glyph(_ arms: Arms) -> Character {
        let vertical = max(arms.up, arms.down)
        let horizontal = arms.isBridge ? Weight.none : max(arms.left, arms.right)
        // Straight: broken lines have glyphs of their own.
        if horizontal == .none || vertical == .none {
            switch (max(horizontal, vertical), horizontal != .none) {
            case (.dotted, true): return "┄"
            case (.dotted, false): return "┆"
            case (.dashed, true): return "╌"
            case (.dashed, false): return "╎"
            case (.heavy, true): return "━"
            case (.heavy, false): return "┃"
            case (_, true): return "─"
            case (_, false): return "│"
            }
        }
        func digit(_ weight: Weight) -> Int { weight == .none ? 0 : weight == .heavy ? 2 : 1 }
        let key = digit(arms.up) * 27 + digit(arms.right) * 9 + digit(arms.down) * 3 + digit(arms.left)
        return joints[key] ?? "┼"
    }

    /// By the weights of the arms up, right, down and left, in base three (Unicode, Box Drawing).
    private static let joints: [Int: Character] = {
        let rows: [(String, [Int])] = [
            ("╭┎┍┏", [0o0110, 0o0120, 0o0210, 0o0220]), ("╮┒┑┓", [0o0011, 0o0021, 0o0012, 0o0022]),
            ("╰┖┕┗", [0o1100, 0o2100, 0o1200, 0o2200]), ("╯┚┙┛", [0o1001, 0o2001, 0o1002, 0o2002]),
            ("├┝┞┟┠┡┢┣", [0o1110, 0o1210, 0o2110, 0o1120, 0o2120, 0o2210, 0o1220, 0o2220]),
            ("┤┥┦┧┨┩┪┫", [0o1011, 0o1012, 0o2011, 0o1021, 0o2021, 0o2012, 0o1022, 0o2022]),
            ("┬┭┮┯┰┱┲┳", [0o0111, 0o0112, 0o0211, 0o0212, 0o0121, 0o0122, 0o0221, 0o0222]),
            ("┴┵┶┷┸┹┺┻", [0o1101, 0o1102, 0o1201, 0o1202, 0o2101, 0o2102, 0o2201, 0o2202]),
            (
                "┼┽┾┿╀╁╂╃╄╅╆╇╈╉╊╋",
                [
                    0o1111, 0o1112, 0o1211, 0o1212, 0o2111, 0o1121, 0o2121, 0o2112, 0o2211, 0o1122, 0o1221, 0o2212,
                    0o1222, 0o2122, 0o2221, 0o2222,
                ]
            ),
        ]
        var table: [Int: Character] = [:]
        for (glyphs, keys) in rows {
            for (glyph, key) in zip(glyphs, keys) {
                let arms = [key >> 9 & 7, key >> 6 & 7, key >> 3 & 7, key & 7]
                table[arms.reduce(0) { $0 * 3 + $1 }] = glyph
            }
        }
        return table
    }()
}
