import RunDirectory
import Telemetry
import Testing

@testable import Dashboard

@Suite struct SeriesTests {
    @Test func oneValueAPeriodAndItIsTheMean() {
        var series = Series()
        series.record(1, at: 0.1)
        series.record(2, at: 0.6)
        series.record(nil, at: 0.9)
        series.record(3, at: 1.0)
        #expect(series.values == [1.5, 3])
    }

    @Test func skippedAndUnknownPeriodsAreGaps() {
        var series = Series()
        series.record(1, at: 0)
        series.record(nil, at: 1)
        series.record(4, at: 4)
        #expect(series.values == [1, nil, nil, nil, 4])
    }

    @Test func itIsBoundedAndDoesNotGoBack() {
        var series = Series()
        for second in 0..<1000 { series.record(Double(second), at: Double(second)) }
        #expect(series.values.count == Series.capacity)
        #expect(series.values.last == 999)
        series.record(5, at: 3)
        #expect(series.values.last == 999)
        series.record(7, at: 1e9)
        #expect(series.values.count == Series.capacity)
        series.record(.nan, at: 1e9 + 1)
        #expect(series.values.last == .some(nil))
        series.record(1, at: .infinity)
        #expect(series.values.count == Series.capacity)
    }
}

@Suite struct WindowTests {
    /// A wave of a minute, looked at so often: a window is as long as it says, whatever the refresh.
    @Test(arguments: [0.1, 0.2, 0.5, 1, 2, 5], HistoryWindow.allCases)
    func aWindowIsTrueAtAnyRefresh(_ refresh: Double, _ window: HistoryWindow) {
        var observation = Observation()
        func figure(_ time: Double) -> Double { time < 900 - window.seconds / 2 ? 100 : 200 }
        for look in 1...Int(900 / refresh) {
            let time = Double(look) * refresh
            var snapshot = Snapshot(session: "s", seq: look, time: "", elapsed: time, topology: "t")
            snapshot.links = [
                .init(
                    id: "a->b", from: "a", to: "b", endpoint: "e", transport: "tcp", state: .up,
                    out: .init(rate: figure(time)))
            ]
            observation.take(snapshot)
        }
        for count in [16, 40, 100] {
            let dots = observation.linkRates["a->b"]?.dots(over: window.seconds, count: count) ?? []
            #expect(dots.count == count)
            // No gap anywhere, and the step in the middle, but for the length of one look or bucket.
            #expect(!dots.contains(nil), "\(refresh) \(window) \(count): \(dots)")
            let high = dots.filter { ($0 ?? 0) > 150 }.count
            let slack = Double(count) * max(refresh, 1) / window.seconds + 2
            #expect(abs(Double(high) - Double(count) / 2) <= slack, "\(refresh) \(window) \(count)")
        }
    }

    @Test func gapsAreSeenAndNotFilled() {
        var series = Series()
        for second in 0..<60 {
            series.record((20..<40).contains(second) ? nil : 7, at: Double(second), since: Double(second) - 1)
        }
        let dots = series.dots(over: 60, count: 30)
        #expect(dots.prefix(10).allSatisfy { $0 == 7 })
        #expect(dots[11..<19].allSatisfy { $0 == nil })
        #expect(dots.suffix(9).allSatisfy { $0 == 7 })
        // What was never seen is a gap too.
        #expect(series.dots(over: 600, count: 10).prefix(9).allSatisfy { $0 == nil })
        #expect(Series().dots(over: 60, count: 3) == [nil, nil, nil])
        #expect(series.dots(over: 60, count: 0) == [])
    }

    /// While zmqtop itself stood still nothing was measured; at a slow refresh much time is one measurement.
    @Test func aPauseIsAGapAndASlowRefreshIsNone() {
        var observation = Observation()
        func look(_ time: Double) {
            var snapshot = Fixture.snapshot()
            snapshot.elapsed = time
            observation.take(snapshot)
        }
        for time in [1.0, 2, 3, 30, 31, 36, 41, 46] { look(time) }
        let values = observation.messageRates.values.map { $0 != nil }
        #expect(values.count == 46)
        #expect(values[..<3].allSatisfy { $0 })
        #expect(values[3..<29].allSatisfy { !$0 })
        // The first of the slow looks could not be told from a pause.
        #expect(values[29...30].allSatisfy { $0 } && values[31..<35].allSatisfy { !$0 })
        #expect(values[35...].allSatisfy { $0 })
    }

    /// A curve moves on; it does not change its shape from look to look.
    @Test func aCurveKeepsItsShape() {
        var series = Series()
        for second in 0..<500 { series.record(Fixture.wave(second, 100, 50, 0), at: Double(second)) }
        var before = series.dots(over: 120, count: 40)
        for second in 500..<560 {
            series.record(Fixture.wave(second, 100, 50, 0), at: Double(second))
            let after = series.dots(over: 120, count: 40)
            // Only the newest dot still changes.
            #expect(after.dropLast() == before.dropLast() || after.dropLast(2) == before.dropFirst().dropLast())
            before = after
        }
    }

    @Test func memoryIsBounded() {
        var series = Series()
        for tenth in 0..<100_000 { series.record(1, at: Double(tenth) / 10) }
        #expect(series.values.count == Series.capacity)
        #expect(series.dots(over: 600, count: 40).allSatisfy { $0 == 1 })
        #expect(series.dots(over: 10, count: 40).allSatisfy { $0 == 1 })
    }
}

@Suite struct EventLogTests {
    private func event(_ name: String, socket: String = "work", value: Int = 100, at elapsed: Double = 1)
        -> Snapshot.Event
    {
        .init(elapsed: elapsed, node: "engine-2", socket: socket, event: name, endpoint: "ipc://x", value: value)
    }

    @Test func retriesOfASocketFold() {
        var log = EventLog()
        for round in 1...412 {
            log.append(event("CONNECT_DELAYED"))
            log.append(event("CLOSED"))
            log.append(event("CONNECT_RETRIED", value: round, at: Double(round)))
            log.append(event("ACCEPTED", socket: "other\(round)"))
        }
        let retries = log.entries.filter { EventMeaning.title($0).hasPrefix("CONNECT_RETRIED") }
        #expect(retries.count == 1)
        #expect(retries.first.map(EventMeaning.title) == "CONNECT_RETRIED ×412")
        #expect(retries.first?.elapsed == 412)
        #expect(retries.first.map(EventMeaning.detail) == "in 412 ms")
    }

    @Test func whatRepeatsWithinAWhileIsOneRowAndLaterIsAnother() {
        var log = EventLog()
        // Many peers come and go at one socket: two rows, not two hundred.
        for number in 0..<100 {
            log.append(event("ACCEPTED", at: Double(number)))
            log.append(event("HANDSHAKE_SUCCEEDED", at: Double(number)))
        }
        #expect(log.entries.map(EventMeaning.title) == ["ACCEPTED ×100", "HANDSHAKE_SUCCEEDED ×100"])
        #expect(log.entries.map(\.first) == [0, 0])
        #expect(log.entries.map(\.elapsed) == [99, 99])
        log.append(event("ACCEPTED", at: 99 + EventLog.window + 0.1))
        log.append(event("ACCEPTED", socket: "other", at: 110))
        #expect(log.entries.map(\.count) == [100, 100, 1, 1])
    }

    /// With a growing reconnect interval the next retry comes when it said, however long that is.
    @Test func aRetryIsAwaited() {
        var log = EventLog()
        log.append(event("CONNECT_RETRIED", value: 30_000, at: 1))
        log.append(event("CONNECT_RETRIED", value: 30_000, at: 31.5))
        log.append(event("CONNECT_RETRIED", value: 100, at: 80))
        #expect(log.entries.map(\.count) == [2, 1])
    }

    @Test func thePartsOfAFoldAreKeptAndFoundByTheirIds() throws {
        var log = EventLog()
        for number in 0..<412 { log.append(event("CONNECT_RETRIED", value: number, at: Double(number) / 10)) }
        let entry = try #require(log.entries.first)
        #expect(entry.count == 412)
        #expect(entry.parts.count >= EventLog.partCapacity && entry.parts.count <= EventLog.partCapacity * 2)
        #expect(Set(entry.parts.map(\.id)).count == entry.parts.count)
        let part = try #require(entry.parts.dropLast().last.flatMap { log.entry($0.id) })
        #expect(part.isPart && part.count == 1 && part.elapsed == 41)
        #expect(EventMeaning.detail(part) == "in 410 ms")
        log.append(event("CONNECTED", at: 50))
        #expect(log.entries.last.flatMap { log.entry($0.id) }?.event == "CONNECTED")
        #expect(log.entry(10_000) == nil)
    }

    @Test func itIsBoundedAndIdsStay() {
        var log = EventLog()
        log.append(event("CONNECT_RETRIED"))
        for number in 0..<5000 { log.append(event("ACCEPTED", socket: "s\(number)")) }
        #expect(log.entries.count <= EventLog.capacity * 5 / 4)
        #expect(log.entries.last?.id == 5000)
        #expect(log.entry(5000)?.event == "ACCEPTED")
        #expect(log.entry(0) == nil)
        log.append(event("CONNECT_RETRIED"))
        #expect(log.entries.last?.count == 1)
    }

    @Test func valuesSpeak() {
        #expect(EventMeaning.detail(event: "CONNECTED", value: 12) == "fd 12")
        #expect(EventMeaning.detail(event: "CONNECT_DELAYED", value: 115) == "EINPROGRESS")
        #expect(EventMeaning.detail(event: "BIND_FAILED", value: 98) == "EADDRINUSE")
        #expect(EventMeaning.detail(event: "CONNECT_RETRIED", value: 183) == "in 183 ms")
        #expect(EventMeaning.detail(event: "HANDSHAKE_SUCCEEDED", value: 0) == "")
        #expect(EventMeaning.detail(event: "HANDSHAKE_FAILED_AUTH", value: 400) == "status 400")
        #expect(EventMeaning.detail(event: "HANDSHAKE_FAILED_PROTOCOL", value: 0x1000_0001) == "0x10000001")
        #expect(EventMeaning.errorName(4711) == "errno 4711")
        #expect(EventMeaning.signalName(9) == "SIGKILL")
        #expect(EventMeaning.signalName(31) == "SIGSYS")
        #expect(EventMeaning.signalName(40) == "signal 40")
    }
}

extension EventLog.Entry {
    var event: String? { if case .socket(let event, _) = what { event } else { nil } }
}

@Suite struct ObservationTests {
    @Test func totalsLeaveInjectorsOut() {
        var observation = Observation()
        for snapshot in Fixture.observation() { observation.take(snapshot) }
        let totals = observation.totals
        #expect(totals.running == 5)
        #expect(totals.nodes == 6)
        #expect(totals.reconnects == 5)
        #expect(totals.depth.text == "87")
        #expect(totals.lost.text == "2")
        // Per second: three clients 1300 + 18000, an engine 54000 + 3900.
        #expect(totals.byteRate.map { abs($0 - 115_800) < 1 } == true)
        let clients = (1...3).reduce(0.0) { $0 + 5 + Fixture.wave(192, 200, 60, $1 * 5) }
        let engine = Fixture.wave(192, 600, 180, 0) + 15
        #expect(totals.messageRate.map { abs($0 - clients - engine) < 1e-6 } == true)
    }

    /// What was accepted and waits has not come through: no messages, no bytes.
    @Test func bytesAreThoseThatWereDelivered() {
        var observation = Observation()
        for second in 1...4 {
            var snapshot = Snapshot(session: "s", seq: second, time: "", elapsed: Double(second), topology: "t")
            snapshot.sockets = [
                .init(id: "a.out", node: "a", name: "out", type: "PUSH", declared: true, observed: true),
                .init(
                    id: "b.in", node: "b", name: "in", type: "PULL", declared: true, observed: true,
                    receivedBytes: 100 * second),
            ]
            snapshot.links = [
                .init(
                    id: "b.in->a.out", from: "b.in", to: "a.out", endpoint: "tcp://127.0.0.1:1", transport: "tcp",
                    state: .up, back: .init(bytes: 9000 * second))
            ]
            observation.take(snapshot)
        }
        #expect(observation.totals.byteRate == 100)
    }

    @Test func theVerdictShownIsTheFirstByRuleAndThenByAge() {
        var observation = Observation()
        var snapshot = Fixture.snapshot()
        #expect(observation.headline == nil)
        snapshot.verdicts = [
            .init(rule: "stalled-link", subject: "x", since: 1, text: ""),
            .init(rule: "blocked-on", subject: "y", since: 9, text: ""),
            .init(rule: "blocked-on", subject: "z", since: 4, text: ""),
        ]
        observation.take(snapshot)
        #expect(observation.headline?.subject == "z")
    }

    @Test func nothingKnownIsNoZero() {
        var observation = Observation()
        #expect(observation.totals.depth.text == "—")
        var snapshot = Fixture.snapshot()
        snapshot.links = [snapshot.links[4]]
        observation.take(snapshot)
        #expect(observation.totals.messageRate == nil)
        #expect(observation.totals.byteRate == nil)
        #expect(observation.totals.depth.text == "—")
        #expect(observation.totals.lost.text == "—")
    }

    @Test func aMissingTermIsSaid() {
        var observation = Observation()
        var snapshot = Fixture.snapshot()
        snapshot.links[0].out.depth = nil
        observation.take(snapshot)
        #expect(observation.totals.depth.text == "≥87")
    }

    @Test func whatASocketHoldsForSeveralPeersIsInTheDepth() {
        func depth(_ queue: Int?, _ change: (inout Snapshot) -> Void = { _ in }) -> String {
            var snapshot = Fixture.snapshot()
            snapshot.sockets = [
                .init(
                    id: "a.out", node: "a", name: "out", type: "PUSH", declared: true, observed: true, sendQueue: queue)
            ]
            snapshot.links = (1...3).map { (number: Int) in
                .init(
                    id: "b-\(number).in->a.out", from: "b-\(number).in", to: "a.out", endpoint: "tcp://127.0.0.1:1",
                    transport: "tcp", state: .up,
                    back: .init(stages: .init(sendQueue: nil, kernel: number, receiveQueue: 10)))
            }
            change(&snapshot)
            var observation = Observation()
            observation.take(snapshot)
            return observation.totals.depth.text
        }
        #expect(depth(0) == "36")
        #expect(depth(5) == "41")
        #expect(depth(nil) == "—")
        // One of its links knows what it holds: that is in the socket's sum too.
        #expect(
            depth(5) {
                $0.links[0].back.depth = 13
                $0.links[0].back.stages.sendQueue = 2
            } == "41")
        #expect(depth(5) { $0.links[0].back.stages.kernel = nil } == "≥30")
    }

    @Test func aWayThatThePatternNeverUsesDoesNotCount() throws {
        var snapshot = Fixture.snapshot()
        snapshot.sockets[0].type = "PUSH"
        snapshot.sockets[3].type = "PULL"
        snapshot.links[0].back = .init()
        var observation = Observation()
        observation.take(snapshot)
        let flow = try #require(observation.flows.first)
        #expect(flow.depth == 0)
        #expect(flow.rate == 5)
    }

    @Test func aNodesChangeOfStateIsAnEvent() {
        var observation = Observation()
        for snapshot in Fixture.observation(until: 180) { observation.take(snapshot) }
        let change = observation.log.entries.first { $0.node == "engine-2" && $0.socket == nil }
        #expect(change?.what == .node(.backoff, detail: "SIGKILL"))
        #expect(change?.elapsed == 180)
    }

    @Test func rateHistoriesFollowTheLinks() {
        var observation = Observation()
        for snapshot in Fixture.observation() { observation.take(snapshot) }
        let failing = observation.linkRates["engine-2.work->scheduler.backend"]
        #expect(failing?.values.count == 63)
        #expect(failing?.values.allSatisfy { $0 == nil } == true)
        var less = Fixture.snapshot(at: 193)
        less.links.removeLast()
        observation.take(less)
        #expect(observation.linkRates.count == 5)
    }
}
