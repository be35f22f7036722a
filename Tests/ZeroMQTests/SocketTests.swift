import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(1)))
struct SocketTests {
    @Test func oneMessageOverTcp() throws {
        let context = try Context()
        let pull = try context.socket(.pull)
        try pull.bind("tcp://127.0.0.1:*")
        let push = try context.socket(.push)
        try push.connect(pull.lastEndpoint)
        #expect(try push.send([Array("hello".utf8), [], [0, 255]]))
        #expect(try pull.receiveMultipart() == [Array("hello".utf8), [], [0, 255]])
    }
}
