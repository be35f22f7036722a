import Foundation
import RunDirectory
import TerminalUI
import Testing

@testable import Dashboard

/// The composer's errands: what is kept, what is read, what a node's own socket sends.
@Suite struct DraftKeepingTests {
    private func composing(_ frame: String = "hello") -> DashboardState {
        var state = DashboardState.fixture()
        state.type("i" + frame)
        return state
    }

    private func go(to field: Composer.Field, in state: inout DashboardState) {
        while state.composer.field != field { state.press([Key(.tab)]) }
    }

    private let keep = Key("t", control: true)
    private let forget = Key("x", control: true)
    private let send = Key("s", control: true)

    @Test func aDraftIsKeptRecalledAndForgotten() throws {
        var state = composing()
        #expect(state.press([keep]) == [])
        #expect(state.composer.problem?.contains("Type a name") == true)
        #expect(state.composer.field == .template)
        state.type("greeting")
        let effects = state.press([keep])
        #expect(effects == [.keep([KeptDraft(name: "greeting", draft: state.composer.draft)])])
        guard case .keep(let kept)? = effects.first else { return }
        // As the file has it, and as the next run reads it.
        let read = try JSONDecoder().decode([KeptDraft].self, from: JSONEncoder().encode(kept))
        var next = DashboardState.fixture()
        _ = update(&next, .drafts(read))
        next.type("i")
        go(to: .template, in: &next)
        next.press([Key(.right)])
        #expect(next.composer.draft == state.composer.draft)
        #expect(next.press([forget]) == [.keep([])])
        #expect(next.press([forget]) == [])
        #expect(next.composer.problem?.contains("Nothing is kept by the name") == true)
    }

    @Test func filesAreReadBeforeItIsSent() {
        var state = composing("@/tmp/frame.bin")
        #expect(state.press([send]) == [.read(["/tmp/frame.bin"])])
        #expect(state.composer.isSending)
        let effects = update(&state, .files(["/tmp/frame.bin": [1, 2, 3]], problem: nil))
        #expect(effects == [.inject(Injection(target: "scheduler.frontend", frames: [[1, 2, 3]], reply: 2))])
    }

    @Test func aFileThatCannotBeReadIsToldAndNothingIsSent() {
        var state = composing("@nowhere")
        #expect(state.press([send]) == [.read(["nowhere"])])
        #expect(update(&state, .files([:], problem: "nowhere cannot be read.")) == [])
        #expect(!state.composer.isSending)
        #expect(state.composer.problem == "nowhere cannot be read.")
    }

    @Test func asANodeItGoesThroughItsOwnSocket() {
        var state = composing()
        go(to: .from, in: &state)
        state.press([Key(.right)])
        #expect(state.composer.from == "client-1.requests")
        let injection = Injection(target: "scheduler.frontend", frames: [Array("hello".utf8)], reply: 2)
        #expect(state.press([send]) == [.injectAs("client-1.requests", injection)])
        _ = update(&state, .order(.waits("the thread is inside zmq_recv for 3.2 s")))
        #expect(state.composer.isSending)
        #expect(view(state, size: state.size).buffer.lines.joined().contains("inside zmq_recv for 3.2 s"))
        _ = update(&state, .order(.sent("client-1.requests sent it to scheduler.frontend")))
        #expect(!state.composer.isSending)
        #expect(state.composer.waits == nil)
        #expect(state.composer.results == [.finished(sent: 1, replies: 0)])
    }

    @Test func whatOnlyConnectsIsReachedByItsPeersAlone() {
        var state = composing()
        state.composer.target = TextInput("engine-1.work")
        #expect(state.press([send]) == [])
        #expect(state.composer.problem?.contains("choose") == true)
        go(to: .from, in: &state)
        state.press([Key(.right)])
        #expect(state.composer.from == "scheduler.backend")
        guard case .injectAs("scheduler.backend", let injection)? = state.press([send]).first else {
            Issue.record("nothing was sent")
            return
        }
        #expect(injection.target == "engine-1.work")
    }

    @Test func anOrderThatFailsIsTold() {
        var state = composing()
        go(to: .from, in: &state)
        state.press([Key(.right), send])
        _ = update(&state, .order(.failed("nothing was sent in 30.0 s")))
        #expect(state.composer.problem == "nothing was sent in 30.0 s")
        #expect(!state.composer.isSending)
    }
}
