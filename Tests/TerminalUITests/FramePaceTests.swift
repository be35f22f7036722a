import TerminalUI
import Testing

struct FramePaceTests {
    @Test func aFastTerminalGetsEveryFrame() {
        var pace = FramePace()
        for step in 0..<100 {
            let now = Duration.milliseconds(step * 10)
            #expect(pace.isOpen(at: now))
            pace.sent(in: .milliseconds(2), at: now)
        }
        #expect(pace.interval == .zero)
    }

    /// A line of 10 KB/s that takes 200 ms for a frame is held up a fifth of the time, whatever there is to draw.
    @Test func aSlowOneGetsLess() {
        var pace = FramePace()
        var now = Duration.zero
        var busy = Duration.zero
        var frames = 0
        while now < .seconds(60) {
            if pace.isOpen(at: now) {
                now += .milliseconds(200)
                busy += .milliseconds(200)
                frames += 1
                pace.sent(in: .milliseconds(200), at: now)
            }
            now += .milliseconds(10)
        }
        #expect(busy / .seconds(60) < 0.25)
        #expect(frames >= 50, "and still a frame a second or so")
    }

    @Test func oneThatTakesNothingIsAskedSeldom() {
        var pace = FramePace()
        var now = Duration.zero
        var asked = 0
        while now < .seconds(20) {
            if pace.isOpen(at: now) {
                asked += 1
                pace.refused(at: now)
            }
            now += .milliseconds(10)
        }
        #expect(asked < 20)
        #expect(pace.interval == .seconds(2))
    }

    @Test func itRecovers() {
        var pace = FramePace()
        pace.refused(at: .zero)
        pace.sent(in: .seconds(1), at: .seconds(1))
        #expect(!pace.isOpen(at: .milliseconds(1500)))
        var now = Duration.seconds(10)
        for _ in 0..<10 {
            pace.sent(in: .milliseconds(1), at: now)
            now += .seconds(2)
        }
        #expect(pace.interval == .zero)
    }
}
