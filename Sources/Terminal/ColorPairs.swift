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
            var foreground = number(shown.foreground ?? .standard, standard: hasDefaultColors ? -1 : 7)
            // Of eight colours none is a grey to write on: blue takes its place.
            let behind = colors < 16 && shown.background == .indexed(8) ? .indexed(4) : shown.background
            let background = number(behind ?? .standard, standard: hasDefaultColors ? -1 : 0)
            if colors < 16 {
                // And grey text is a dim white; two shades must not meet in one colour.
                if shown.foreground == .indexed(8) { result.attributes |= cn_dim() }
                if foreground == background, foreground >= 0, shown.foreground != shown.background {
                    foreground = Int32(Color.contrast(to: UInt8(background)) & 7)
                }
            }
            result.pair = pair(foreground, background)
        }
        // Styles are few; should a screen make many (gradients), begin anew rather than grow.
        if drawn.count > 4096 { drawn.removeAll() }
        drawn[style] = result
        return result
    }

    private func number(_ color: Color, standard: Int32) -> Int32 {
        switch color {
        case .standard: return standard
        case .indexed(8) where colors < 16: return 7
        case .indexed(let index) where index >= 8 && colors < 16: return Int32(index & 7)
        case .indexed(let index) where index >= 8 && depth == .trueColor:
            guard case .rgb(let red, let green, let blue) = Color.indexed(index).components else { return 7 }
            return number(.rgb(red, green, blue), standard: standard)
        case .indexed(let index): return Int32(index)
        case .rgb(let red, let green, let blue):
            // In direct colour terminals the numbers 0 to 7 are still the palette's.
            return max(8, Int32(red) << 16 | Int32(green) << 8 | Int32(blue))
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
