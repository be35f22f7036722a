/// What screens are drawn with, as shapes that fill their cell exactly: frames, blocks and braille.
enum CellShape {
    /// Data of an SVG path in a cell whose upper left corner is (x, y), to be filled; nil: the character is text.
    static func path(_ character: Character, x: Double, y: Double, width: Double, height: Double) -> String? {
        guard let scalar = character.unicodeScalars.first, character.unicodeScalars.count == 1 else { return nil }
        let box = Box(x: x, y: y, width: width, height: height)
        switch scalar.value {
        case 0x2800...0x28FF: return braille(scalar.value - 0x2800, box)
        case 0x2580...0x259F: return block(scalar.value, box)
        case 0x2500...0x257F: return frame(scalar.value, box)
        default: return nil
        }
    }

    struct Box {
        var x, y, width, height: Double

        var middle: (x: Double, y: Double) { (x + width / 2, y + height / 2) }

        /// A rectangle in parts of the cell.
        func part(_ left: Double, _ top: Double, _ right: Double, _ bottom: Double) -> String {
            CellShape.rectangle(x + width * left, y + height * top, width * (right - left), height * (bottom - top))
        }
    }

    static func rectangle(_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> String {
        let number = SVGWriter.number
        return "M\(number(x)) \(number(y))h\(number(width))v\(number(height))h\(number(-width))z"
    }

    private static func braille(_ dots: UInt32, _ box: Box) -> String {
        let places: [(column: Double, row: Double)] = [
            (0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3),
        ]
        let (wide, high) = (box.width / 2, box.height / 4)
        // Nearly touching, so that a curve looks like one.
        let side = min(wide, high) * 0.72
        var path = ""
        for (bit, place) in places.enumerated() where dots & (1 << UInt32(bit)) != 0 {
            path += rectangle(
                box.x + (place.column + 0.5) * wide - side / 2, box.y + (place.row + 0.5) * high - side / 2, side, side)
        }
        return path
    }

    private static func block(_ value: UInt32, _ box: Box) -> String? {
        switch value {
        case 0x2580: return box.part(0, 0, 1, 0.5)
        case 0x2581...0x2588: return box.part(0, 1 - Double(value - 0x2580) / 8, 1, 1)
        case 0x2589...0x258F: return box.part(0, 0, Double(0x2590 - value) / 8, 1)
        case 0x2590: return box.part(0.5, 0, 1, 1)
        // Shades: dots, more of them the darker.
        case 0x2591...0x2593: return shade(value - 0x2590, box)
        case 0x2594: return box.part(0, 0, 1, 0.125)
        case 0x2595: return box.part(0.875, 0, 1, 1)
        default: return nil
        }
    }

    private static func shade(_ level: UInt32, _ box: Box) -> String {
        let (columns, rows) = (3, 6)
        let (wide, high) = (box.width / Double(columns), box.height / Double(rows))
        let share = [0.25, 0.5, 0.75][Int(level) - 1].squareRoot()
        var path = ""
        for row in 0..<rows {
            for column in 0..<columns {
                path += rectangle(
                    box.x + Double(column) * wide, box.y + Double(row) * high, wide * share, high * share)
            }
        }
        return path
    }

    // MARK: Frames

    /// How heavy the arms of a piece are: 0 none, 1 light, 2 heavy.
    private struct Arms {
        var left, up, right, down: Int

        init(_ left: Int, _ up: Int, _ right: Int, _ down: Int) {
            (self.left, self.up, self.right, self.down) = (left, up, right, down)
        }
    }

    private static let pieces: [UInt32: Arms] = [
        0x2500: Arms(1, 0, 1, 0), 0x2501: Arms(2, 0, 2, 0), 0x2502: Arms(0, 1, 0, 1), 0x2503: Arms(0, 2, 0, 2),
        0x250C: Arms(0, 0, 1, 1), 0x250F: Arms(0, 0, 2, 2), 0x2510: Arms(1, 0, 0, 1), 0x2513: Arms(2, 0, 0, 2),
        0x2514: Arms(0, 1, 1, 0), 0x2517: Arms(0, 2, 2, 0), 0x2518: Arms(1, 1, 0, 0), 0x251B: Arms(2, 2, 0, 0),
        0x251C: Arms(0, 1, 1, 1), 0x251D: Arms(0, 1, 2, 1), 0x2520: Arms(0, 2, 1, 2), 0x2523: Arms(0, 2, 2, 2),
        0x2524: Arms(1, 1, 0, 1), 0x2525: Arms(2, 1, 0, 1), 0x2528: Arms(1, 2, 0, 2), 0x252B: Arms(2, 2, 0, 2),
        0x252C: Arms(1, 0, 1, 1), 0x252F: Arms(2, 0, 2, 1), 0x2530: Arms(1, 0, 1, 2), 0x2533: Arms(2, 0, 2, 2),
        0x2534: Arms(1, 1, 1, 0), 0x2537: Arms(2, 1, 2, 0), 0x2538: Arms(1, 2, 1, 0), 0x253B: Arms(2, 2, 2, 0),
        0x253C: Arms(1, 1, 1, 1), 0x253F: Arms(2, 1, 2, 1), 0x2542: Arms(1, 2, 1, 2), 0x254B: Arms(2, 2, 2, 2),
        0x2574: Arms(1, 0, 0, 0), 0x2575: Arms(0, 1, 0, 0), 0x2576: Arms(0, 0, 1, 0), 0x2577: Arms(0, 0, 0, 1),
        0x2578: Arms(2, 0, 0, 0), 0x2579: Arms(0, 2, 0, 0), 0x257A: Arms(0, 0, 2, 0), 0x257B: Arms(0, 0, 0, 2),
        0x257C: Arms(1, 0, 2, 0), 0x257D: Arms(0, 1, 0, 2), 0x257E: Arms(2, 0, 1, 0), 0x257F: Arms(0, 2, 0, 1),
    ]

    /// Dashed lines: how many dashes, how heavy, and whether they stand.
    private static let dashes: [UInt32: (count: Int, weight: Int, stands: Bool)] = [
        0x2504: (3, 1, false), 0x2505: (3, 2, false), 0x2506: (3, 1, true), 0x2507: (3, 2, true),
        0x2508: (4, 1, false), 0x2509: (4, 2, false), 0x250A: (4, 1, true), 0x250B: (4, 2, true),
        0x254C: (2, 1, false), 0x254D: (2, 2, false), 0x254E: (2, 1, true), 0x254F: (2, 2, true),
    ]

    private static func thickness(_ weight: Int) -> Double { weight == 2 ? 2.6 : 1.2 }

    private static func frame(_ value: UInt32, _ box: Box) -> String? {
        if let arms = pieces[value] { return lines(arms, box) }
        if let dash = dashes[value] { return dashed(dash.count, dash.weight, stands: dash.stands, box) }
        return (0x256D...0x2570).contains(value) ? corner(value, box) : nil
    }

    /// The arms meet in the middle and cover it.
    private static func lines(_ arms: Arms, _ box: Box) -> String {
        let middle = box.middle
        let standing = thickness(max(arms.up, arms.down))
        let lying = thickness(max(arms.left, arms.right))
        let halfStanding = arms.up + arms.down > 0 ? standing / 2 : 0
        let halfLying = arms.left + arms.right > 0 ? lying / 2 : 0
        var path = ""
        if arms.left > 0 {
            let high = thickness(arms.left)
            path += rectangle(box.x, middle.y - high / 2, box.width / 2 + halfStanding, high)
        }
        if arms.right > 0 {
            let high = thickness(arms.right)
            path += rectangle(middle.x - halfStanding, middle.y - high / 2, box.width / 2 + halfStanding, high)
        }
        if arms.up > 0 {
            let wide = thickness(arms.up)
            path += rectangle(middle.x - wide / 2, box.y, wide, box.height / 2 + halfLying)
        }
        if arms.down > 0 {
            let wide = thickness(arms.down)
            path += rectangle(middle.x - wide / 2, middle.y - halfLying, wide, box.height / 2 + halfLying)
        }
        return path
    }

    private static func dashed(_ count: Int, _ weight: Int, stands: Bool, _ box: Box) -> String {
        let thick = thickness(weight)
        let step = (stands ? box.height : box.width) / Double(count)
        return (0..<count).map { index in
            let start = step * (Double(index) + 0.2)
            return stands
                ? rectangle(box.middle.x - thick / 2, box.y + start, thick, step * 0.6)
                : rectangle(box.x + start, box.middle.y - thick / 2, step * 0.6, thick)
        }.joined()
    }

    /// A rounded corner: two quarter circles, one around the other, and the straight rest of the standing arm.
    private static func corner(_ value: UInt32, _ box: Box) -> String {
        let middle = box.middle
        let half = thickness(1) / 2
        let radius = box.width / 2
        // Where the arms go: ╭ right and down, ╮ left and down, ╯ left and up, ╰ right and up.
        let goesRight = value == 0x256D || value == 0x2570
        let goesDown = value == 0x256D || value == 0x256E
        let sideX = goesRight ? box.x + box.width : box.x
        let bend = goesDown ? middle.y + radius : middle.y - radius
        let end = goesDown ? box.y + box.height : box.y
        let turn = goesRight == goesDown ? 0 : 1
        let number = SVGWriter.number
        let (outer, inner) = (radius + half, radius - half)
        let (outerY, innerY) = goesDown ? (middle.y - half, middle.y + half) : (middle.y + half, middle.y - half)
        let (outerX, innerX) = goesRight ? (middle.x - half, middle.x + half) : (middle.x + half, middle.x - half)
        let arc =
            "M\(number(sideX)) \(number(outerY))A\(number(outer)) \(number(outer)) 0 0 \(turn) "
            + "\(number(outerX)) \(number(bend))H\(number(innerX))A\(number(inner)) \(number(inner)) 0 0 \(1 - turn) "
            + "\(number(sideX)) \(number(innerY))z"
        return arc + rectangle(middle.x - half, min(bend, end), 2 * half, abs(end - bend))
    }
}
