import RunDirectory
import Telemetry
import TerminalUI
import Testing

@testable import Dashboard

@Suite struct FuzzTests {
    /// Any keys, mouse, sizes and snapshots in any order: nothing traps, and nothing is drawn outside.
    @Test(.timeLimit(.minutes(10)), arguments: 1...4 as ClosedRange<UInt64>)
    func anything(_ seed: UInt64) {
        var random = SplitMix(state: seed)
        var state = DashboardState.fixture()
        let codes: [Key.Code] = [
            .enter, .escape, .tab, .backTab, .backspace, .delete, .insert, .up, .down, .left, .right, .home, .end,
            .pageUp, .pageDown, .function(1),
        ]
        let characters = Array("0123456789jkhlgGsxXrpity?/ !+-nq<>ICw:\u{1b}é漢😀")
        for step in 0..<200 {
            let action: Action
            switch Int.random(in: 0..<12, using: &random) {
            case 0:
                action = .resize(
                    Size(width: .random(in: 0...200, using: &random), height: .random(in: 0...60, using: &random)))
            case 1: action = .snapshot(Fixture.snapshot(at: 192 + step))
            case 2: action = .snapshot(Fixture.crowd(.random(in: 0...30, using: &random), seq: 2000 + step))
            case 3:
                let point = Point(x: .random(in: -5...200, using: &random), y: .random(in: -5...60, using: &random))
                let kind: MouseEvent.Kind =
                    [.press(0), .press(2), .release(0), .drag, .scrollUp, .scrollDown, .scrollLeft, .scrollRight]
                    .randomElement(using: &random)
                    ?? .scrollUp
                action = .input(.mouse(MouseEvent(kind, at: point)))
            case 4: action = .input(.paste("a\u{1b}[2J\nhex:zz\t漢字"))
            case 5: action = .injection(.event(.reply(frames: [[], [0xff], Array("漢".utf8)], seconds: 0.1)))
            case 6: action = .input(.key(Key("s", control: true)))
            case 7, 8: action = .input(.key(Key(codes.randomElement(using: &random) ?? .enter)))
            default: action = .input(.key(Key(characters.randomElement(using: &random) ?? "j")))
            }
            _ = update(&state, action)
            if case .input(.key(let key)) = action, key.code == .escape {
                _ = update(&state, .tick(elapsed: .seconds(step)))
            }
            let frame = view(state, size: state.size)
            #expect(frame.buffer.size == state.size)
            if let cursor = frame.cursor { #expect(frame.buffer.area.contains(cursor), "cursor at \(cursor)") }
            for line in frame.buffer.lines {
                #expect(TextWidth.of(line) == state.size.width)
            }
        }
    }

    /// Every scene at every size from nothing to large, which no golden screen covers.
    @Test func everySize() {
        for scene in ScreenTests.scenes {
            for width in stride(from: 0, through: 210, by: 29) {
                for height in [0, 1, 9, 10, 11, 13, 24, 31, 60] {
                    let size = Size(width: width, height: height)
                    var state = DashboardState.fixture(size: size)
                    scene.change(&state)
                    let frame = view(state, size: size)
                    #expect(frame.buffer.lines.count == height)
                    if let cursor = frame.cursor { #expect(frame.buffer.area.contains(cursor)) }
                }
            }
        }
    }
}

/// A small generator with a seed, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
