extension InputParser {
    /// A sequence that begins with ESC [ : parameters, intermediates, one final byte (ECMA-48, 5.4).
    func controlSequence(_ bytes: [UInt8], final: Bool) -> Step {
        guard bytes.count > 2 else { return final ? alt(bytes, final: true) : .incomplete }
        if bytes[2] == UInt8(ascii: "[") {
            // The Linux console's F1 to F5: ESC [ [ A to E.
            guard bytes.count > 3 else { return final ? .event(nil, length: bytes.count) : .incomplete }
            let number = Int(bytes[3]) - 0x40
            return .event((1...5).contains(number) ? .key(Key(.function(number))) : nil, length: 4)
        }
        if bytes[2] == UInt8(ascii: "M") {
            // The mouse's older report, with three bytes after it.
            guard bytes.count >= 6 else { return final ? .event(nil, length: bytes.count) : .incomplete }
            let button = Int(bytes[3]) - 32
            let event = mouse(
                button: button, x: Int(bytes[4]) - 32, y: Int(bytes[5]) - 32, released: button & 3 == 3 && button < 64)
            return .event(event, length: 6)
        }
        var end = 2
        while end < bytes.count, (0x20...0x3F).contains(bytes[end]) { end += 1 }
        guard end < bytes.count else {
            return final || bytes.count > 64 ? .event(nil, length: bytes.count) : .incomplete
        }
        guard (0x40...0x7E).contains(bytes[end]) else { return .event(nil, length: end) }
        let body = String(decoding: bytes[2..<end], as: UTF8.self)
        let length = end + 1
        if body == "200", bytes[end] == UInt8(ascii: "~") { return .pasteBegins(length: length) }
        if body.hasPrefix("<") {
            let numbers = body.dropFirst().split(separator: ";").compactMap { Int($0) }
            guard numbers.count == 3, [UInt8(ascii: "M"), UInt8(ascii: "m")].contains(bytes[end]) else {
                return .event(nil, length: length)
            }
            let released = bytes[end] == UInt8(ascii: "m")
            return .event(
                mouse(button: numbers[0], x: numbers[1], y: numbers[2], released: released), length: length)
        }
        let parameters = body.split(separator: ";", omittingEmptySubsequences: false)
            .map { Int($0.prefix { $0 != ":" }) ?? 0 }
        return .event(key(parameters, final: bytes[end]).map { .key($0) }, length: length)
    }

    private func key(_ parameters: [Int], final: UInt8) -> Key? {
        let first = parameters.first ?? 0
        let code: Key.Code?
        var modifier = parameters.count > 1 ? parameters[1] : 1
        switch final {
        case UInt8(ascii: "~") where first == 27 && parameters.count == 3:
            return writing(parameters[2], modifier: modifier)  // xterm's modifyOtherKeys
        case UInt8(ascii: "~"): code = InputParser.numberedKeys[first]
        case UInt8(ascii: "u"): return writing(first, modifier: modifier)
        case UInt8(ascii: "Z"): code = .backTab
        case UInt8(ascii: "M"): code = nil
        default:
            code = InputParser.applicationKeys[final]
            if parameters.count == 1, (2...16).contains(first) { modifier = first }
        }
        let bits = max(0, modifier - 1)
        return code.map { code in
            // Letters and Tab have Shift in themselves.
            let hasShift =
                switch code {
                case .character, .backTab: false
                default: bits & 1 != 0
                }
            return Key(code, control: bits & 4 != 0, alt: bits & 10 != 0, shift: hasShift)
        }
    }

    private func writing(_ value: Int, modifier: Int) -> Key? {
        let bits = max(0, modifier - 1)
        let code: Key.Code
        switch value {
        case 13: code = .enter
        case 9: code = bits & 1 != 0 ? .backTab : .tab
        case 27: code = .escape
        case 8, 127: code = .backspace
        default:
            guard let scalar = UInt32(exactly: value).flatMap(Unicode.Scalar.init), value >= 0x20,
                !(0x7F..<0xA0).contains(value)
            else { return nil }
            code = .character(Character(scalar))
        }
        return Key(code, control: bits & 4 != 0, alt: bits & 10 != 0)
    }

    private func mouse(button: Int, x: Int, y: Int, released: Bool) -> InputEvent? {
        guard x >= 1, y >= 1, button >= 0 else { return nil }
        let point = Point(x: x - 1, y: y - 1)
        // Bit 5 is motion: that of the left button is asked for.
        if button & 32 != 0 { return button & 67 == 0 ? .mouse(MouseEvent(.drag, at: point)) : nil }
        if button & 64 != 0 {
            // With Shift (bit 2) the wheel goes sideways.
            let sideways = button & 4 != 0 ? 2 : 0
            let kinds: [MouseEvent.Kind] = [.scrollUp, .scrollDown, .scrollLeft, .scrollRight]
            return .mouse(MouseEvent(kinds[button & 3 | sideways], at: point))
        }
        let number = button & 3 == 3 ? 0 : button & 3
        return .mouse(MouseEvent(released ? .release(number) : .press(number), at: point))
    }

    /// Final bytes after ESC O and ESC [ .
    static let applicationKeys: [UInt8: Key.Code] = {
        var keys: [UInt8: Key.Code] = [
            UInt8(ascii: "A"): .up, UInt8(ascii: "B"): .down, UInt8(ascii: "C"): .right, UInt8(ascii: "D"): .left,
            UInt8(ascii: "H"): .home, UInt8(ascii: "F"): .end, UInt8(ascii: "M"): .enter,
        ]
        for number in 1...4 { keys[UInt8(ascii: "P") + UInt8(number) - 1] = .function(number) }
        return keys
    }()

    /// Numbers in ESC [ n ~ .
    static let numberedKeys: [Int: Key.Code] = [
        1: .home, 2: .insert, 3: .delete, 4: .end, 5: .pageUp, 6: .pageDown, 7: .home, 8: .end,
        11: .function(1), 12: .function(2), 13: .function(3), 14: .function(4), 15: .function(5), 17: .function(6),
        18: .function(7), 19: .function(8), 20: .function(9), 21: .function(10), 23: .function(11), 24: .function(12),
    ]
}
