/// Lines that meet in cells: what is drawn over each other joins, as in a plan of pipes.
///
/// A cell has up to four arms, each light or heavy; the glyph follows from them. It is a picture of its own, laid into a
/// buffer at the end. It costs what is seen of it, however long the lines are.
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

    private enum Side {
        case up, right, down, left
    }

    private let window: Rect
    /// Row by row.
    private var cells: [Arms]

    /// No lines.
    /// - Parameter window: what will be seen of the picture; what lies outside is not kept.
    public init(within window: Rect) {
        self.window = window
        cells = Array(repeating: Arms(), count: window.width * window.height)
    }

    /// Draws a line along corners that lie in one row or column each, both ends included.
    ///
    /// - Parameters:
    ///   - corners: at least two; what is not straight between two of them is left out.
    ///   - owner: lines of one owner join where they meet; a line of another crosses, and the vertical one is seen.
    public mutating func draw(_ corners: [Point], weight: Weight, style: Style, owner: Int) {
        for (from, to) in zip(corners, corners.dropFirst()) {
            if from.y == to.y {
                guard (window.y..<window.bottom).contains(from.y) else { continue }
                let first = max(min(from.x, to.x), window.x - 1)
                for x in first..<max(first, min(max(from.x, to.x), window.right)) {
                    join(x, from.y, .right, weight, style, owner)
                    join(x + 1, from.y, .left, weight, style, owner)
                }
            } else if from.x == to.x {
                guard (window.x..<window.right).contains(from.x) else { continue }
                let first = max(min(from.y, to.y), window.y - 1)
                for y in first..<max(first, min(max(from.y, to.y), window.bottom)) {
                    join(from.x, y, .down, weight, style, owner)
                    join(from.x, y + 1, .up, weight, style, owner)
                }
            }
        }
    }

    private mutating func join(_ x: Int, _ y: Int, _ side: Side, _ weight: Weight, _ style: Style, _ owner: Int) {
        guard window.contains(Point(x: x, y: y)) else { return }
        let place = (y - window.y) * window.width + x - window.x
        var arms = cells[place]
        let heaviest = arms.heaviest
        if heaviest != .none, arms.owner != owner { arms.crosses = true }
        if weight >= heaviest {
            arms.style = style
            arms.owner = owner
        }
        switch side {
        case .up: arms.up = max(arms.up, weight)
        case .right: arms.right = max(arms.right, weight)
        case .down: arms.down = max(arms.down, weight)
        case .left: arms.left = max(arms.left, weight)
        }
        if side == .up || side == .down { arms.verticalStyle = style }
        cells[place] = arms
    }

    /// Lays the lines into a buffer, moved by `offset`, and only inside `area`.
    public func draw(into buffer: inout Buffer, offset: Point, area: Rect, glyphs: Glyphs) {
        for (place, arms) in cells.enumerated() where arms.heaviest != .none {
            let point = Point(
                x: window.x + place % window.width + offset.x, y: window.y + place / window.width + offset.y)
            guard area.contains(point) else { continue }
            let glyph = glyphs.isUnicode ? Self.glyph(arms) : Self.ascii(arms)
            buffer.put(String(glyph), at: point, style: arms.isBridge ? arms.verticalStyle : arms.style)
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
