import CNcurses
import TerminalUI

/// Translates styles into what ncurses draws with: attributes and the number of a pair of colours.
///
/// The palette is never redefined (`init_color`): it is the user's, and other programs' after us. Red, green and blue
/// are used as they are where terminfo says that the terminal takes them (RGB, as in `xterm-direct`), else the nearest
/// of the 256 or 16 colours; COLORTERM alone cannot make ncurses send them.
struct ColorPairs {
    let depth: ColorDepth
    private let colors: Int32
    private let hasDefaultColors: Bool
    private var pairs: [UInt64: Int32] = [:]
    private var drawn: [Style: Drawn] = [:]

    /// What ncurses wants to know of a style.
    struct Drawn {
        var attributes: UInt32
        var pair: Int32
    }

    /// Starts colours on the terminal that ncurses draws on. `allowed` false is NO_COLOR.
    init(allowed: Bool) {
        guard allowed, has_colors(), start_color() == OK, cn_colors() >= 8 else {
            depth = .none
            colors = 0
            hasDefaultColors = false
            return
        }
        colors = cn_colors()
        hasDefaultColors = use_default_colors() == OK
        depth = cn_is_direct_color() && colors > 256 ? .trueColor : colors >= 256 ? .indexed256 : .sixteen
    }

    mutating func drawn(_ style: Style) -> Drawn {
        if let known = drawn[style] { return known }
        var attributes: UInt32 = 0
        if style.modifiers.contains(.bold) { attributes |= cn_bold() }
        if style.modifiers.contains(.dim) { attributes |= cn_dim() }
        if style.modifiers.contains(.italic) { attributes |= cn_italic() }
        if style.modifiers.contains(.underline) { attributes |= cn_underline() }
        if style.modifiers.contains(.reverse) { attributes |= cn_reverse() }
        var result = Drawn(attributes: attributes, pair: 0)
        if depth != .none {
            let shown = style.degraded(to: depth)
            let foreground = number(shown.foreground ?? .standard, standard: hasDefaultColors ? -1 : 7)
            let background = number(shown.background ?? .standard, standard: hasDefaultColors ? -1 : 0)
            // Of eight colours, the bright ones are bold, and grey is a dim white.
            if foreground.bright { result.attributes |= foreground.number == 7 ? cn_dim() : cn_bold() }
            result.pair = pair(foreground.number, background.number)
        }
        // Styles are few; should a screen make many (gradients), begin anew rather than grow.
        if drawn.count > 4096 { drawn.removeAll() }
        drawn[style] = result
        return result
    }

    private func number(_ color: Color, standard: Int32) -> (number: Int32, bright: Bool) {
        switch color {
        case .standard: return (standard, false)
        case .indexed(8) where colors < 16: return (7, true)
        case .indexed(let index) where index >= 8 && colors < 16: return (Int32(index & 7), true)
        case .indexed(let index) where index >= 8 && depth == .trueColor:
            guard case .rgb(let red, let green, let blue) = Color.indexed(index).components else { return (7, false) }
            return number(.rgb(red, green, blue), standard: standard)
        case .indexed(let index): return (Int32(index), false)
        case .rgb(let red, let green, let blue):
            // In direct colour terminals the numbers 0 to 7 are still the palette's.
            return (max(8, Int32(red) << 16 | Int32(green) << 8 | Int32(blue)), false)
        }
    }

    private mutating func pair(_ foreground: Int32, _ background: Int32) -> Int32 {
        if hasDefaultColors, foreground == -1, background == -1 { return 0 }
        let key = UInt64(UInt32(bitPattern: foreground)) << 32 | UInt64(UInt32(bitPattern: background))
        if let known = pairs[key] { return known }
        let next = Int32(pairs.count + 1)
        // A terminal of eight colours has 64 pairs; what does not fit is drawn without colours.
        guard next < cn_color_pairs(), init_extended_pair(next, foreground, background) == OK else { return 0 }
        pairs[key] = next
        return next
    }
}
