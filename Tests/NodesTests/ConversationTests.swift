import Testing

@testable import Nodes

@Suite struct ConversationTests {
    private var generator = SeededGenerator(seed: 1, name: "client")

    private mutating func started(_ settings: Conversations.Settings = .init()) -> (Conversations, String) {
        var conversations = Conversations(settings, prefix: "c")
        let request = conversations.make(&generator)
        conversations.sent(request, now: 0)
        return (conversations, request.id ?? "")
    }

    @Test mutating func itMeasuresTheFirstTokenAndTheEnd() {
        var (conversations, id) = started()
        conversations.received(Message.token(id: id, index: 0, text: "a").payload, now: 0.2)
        conversations.received(Message.token(id: id, index: 1, text: "b").payload, now: 0.3)
        conversations.received(
            Message.done(Completion(id: id, reason: .stop, promptTokens: 1, tokens: 2)).payload, now: 0.5)
        #expect(conversations.firstTokenTimes.median == 0.2)
        #expect(conversations.latencies.median == 0.5)
        #expect((conversations.completed, conversations.errors, conversations.tokens) == (1, 0, 2))
        #expect(conversations.inFlight == 0)
    }

    @Test mutating func tokensThatComeTwiceOrNeverAreErrors() {
        var (conversations, id) = started()
        for index in [0, 0, 2] {
            conversations.received(Message.token(id: id, index: index, text: "").payload, now: 0.2)
        }
        #expect(conversations.errors == 2)
    }

    @Test mutating func silenceEndsInATimeoutAndProgressPutsItOff() {
        var (conversations, id) = started()
        conversations.received(Message.token(id: id, index: 0, text: "").payload, now: 9)
        #expect(conversations.nextExpiry == 19)
        #expect(conversations.expire(now: 18.9) == [])
        #expect(conversations.expire(now: 19) == [id])
        #expect((conversations.errors, conversations.inFlight) == (1, 0))
        conversations.received(Message.token(id: id, index: 1, text: "").payload, now: 20)
        #expect(conversations.errors == 1)
    }

    @Test mutating func aRefusalIsAnError() {
        var (conversations, id) = started()
        conversations.received(Message.error(id: id, code: .overloaded, text: "full").payload, now: 1)
        #expect((conversations.errors, conversations.inFlight) == (1, 0))
    }

    @Test mutating func oneReplyForAllTokens() {
        var (conversations, id) = started()
        conversations.received(
            Message.done(Completion(id: id, reason: .length, promptTokens: 1, tokens: 7, text: "a b")).payload, now: 0.4
        )
        #expect((conversations.completed, conversations.errors, conversations.tokens) == (1, 0, 7))
    }
}
