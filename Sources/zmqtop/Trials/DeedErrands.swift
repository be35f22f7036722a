import Dispatch
import Foundation
import RunDirectory
import Scenarios
import Synchronization
import Telemetry

/// Carries out what a scenario's player orders, in a scene. To be used by the thread of its collector, but for what
/// replies call.
final class DeedErrands {
    private let scene: any Scene
    /// Called on any thread when something has ended.
    private let wake: @Sendable () -> Void
    private let done = Done()
    private var injections: [(id: Int, injection: InjectionThroughTap)] = []

    /// What replies leave, on any thread.
    private final class Done: Sendable {
        let ends = Mutex<[(id: Int, problem: String?)]>([])
    }

    init(_ scene: any Scene, wake: @escaping @Sendable () -> Void = {}) {
        self.scene = scene
        self.wake = wake
    }

    /// Begins with it, and does not wait for its end.
    func begin(_ order: ScenarioPlayer.Order) {
        switch order.deed.deed {
        case .control(let command): perform(command, order.id)
        case .inject(let injection):
            guard let from = injection.from else { return perform(.inject(injection.injection), order.id) }
            send(as: from, injection, order.id)
        // The player waits by itself.
        case .wait: end(order.id, nil)
        }
    }

    /// What has ended since the last call. To be asked for before the look that is handed to the player.
    func ended() -> [(id: Int, problem: String?)] {
        for (id, injection) in injections {
            switch injection.progress {
            case .waits: continue
            case .sent: end(id, nil)
            case .failed(let sentence): end(id, sentence)
            }
            injections.removeAll { $0.id == id }
        }
        return done.ends.withLock { ends in
            defer { ends = [] }
            return ends
        }
    }

    private func perform(_ command: SessionCommand, _ id: Int) {
        scene.perform(command) { [done, wake] reply in
            switch reply {
            case .event: return
            case .done, .joined: done.ends.withLock { $0.append((id, nil)) }
            case .error(let reason): done.ends.withLock { $0.append((id, reason)) }
            }
            wake()
        }
    }

    private func send(as from: String, _ order: InjectionOrder, _ id: Int) {
        guard let collector = scene.collector else { return end(id, "only a socket of a session can be told to send") }
        do throws(InjectionThroughTap.Refusal) {
            let injection = try InjectionThroughTap(
                collector, from: from, to: order.injection.target, frames: order.injection.frames,
                timeout: order.timeout)
            injections.append((id, injection))
        } catch {
            end(id, error.description)
        }
    }

    private func end(_ id: Int, _ problem: String?) {
        done.ends.withLock { $0.append((id, problem)) }
        wake()
    }
}
