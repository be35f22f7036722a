import Glibc
import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(10)))
struct PollerTests {
    let context: Context

    init() throws { context = try Context() }

    @Test func tellsWhoIsReady() throws {
        let (pull, push) = try context.testPair(.pull, .push)
        let (other, _) = try context.testPair(.pull, .push)
        let poller = Poller()
        let readable = poller.add(pull)
        let idle = poller.add(other)
        #expect(try poller.wait(timeout: .zero) == 0)
        #expect(poller[readable] == [])
        #expect(try push.send([[1]]))
        #expect(try poller.wait(timeout: .seconds(20)) == 1)
        #expect(poller[readable] == .input)
        #expect(poller[idle] == [])
        #expect(try pull.receiveMultipart() == [[1]])
        #expect(try poller.wait(timeout: .milliseconds(1)) == 0)
        #expect(poller[readable] == [])
    }

    @Test func output() throws {
        let (pull, push) = try context.testPair(.pull, .push)
        let poller = Poller()
        let both = poller.add(push, .output)
        #expect(try poller.wait(timeout: .seconds(20)) == 1)
        #expect(poller[both] == .output)
        poller.modify(both, [])
        #expect(try poller.wait(timeout: .zero) == 0)
        #expect(pull.type == .pull)
    }

    @Test func descriptors() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        let poller = Poller()
        let end = poller.add(descriptor: ends[0])
        #expect(try poller.wait(timeout: .zero) == 0)
        write(ends[1], "x", 1)
        #expect(try poller.wait(timeout: .seconds(20)) == 1)
        #expect(poller[end].contains(.input))
        var byte: UInt8 = 0
        read(ends[0], &byte, 1)
        close(ends[1])
        // The other end's hang-up, as a pipe to a parent that died.
        #expect(try poller.wait(timeout: .seconds(20)) == 1)
        #expect(!poller[end].isEmpty)
    }

    @Test func membersComeAndGo() throws {
        let (pull, push) = try context.testPair(.pull, .push)
        let poller = Poller()
        let first = poller.add(push, .output)
        let second = poller.add(pull)
        poller.remove(first)
        #expect(try push.send([[1]]))
        #expect(try poller.wait(timeout: .seconds(20)) == 1)
        #expect(poller[second] == .input)
        let third = poller.add(push, .output)
        #expect(try poller.wait(timeout: .seconds(20)) == 2)
        #expect(poller[third] == .output)
    }

    @Test func aClosedMemberIsAnError() throws {
        let (pull, _) = try context.testPair(.pull, .push)
        let poller = Poller()
        poller.add(pull)
        pull.close()
        let error = #expect(throws: ZeroMQError.self) { try poller.wait(timeout: .zero) }
        #expect(error?.errno == ENOTSOCK)
    }

    @Test func aShortTimeIsNoBusyLoop() throws {
        let poller = Poller()
        poller.add(try context.testSocket(.pull))
        let time = try ContinuousClock().measure { try poller.wait(timeout: .microseconds(1)) }
        #expect(time >= .microseconds(900))
    }
}
