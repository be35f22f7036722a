import CTapSegment
import Foundation
import Testing

/// PUB and XPUB: what each subscriber should get.
@Suite(.serialized, .timeLimit(.minutes(30)))
struct MatchingTests {
    /// The publisher's connections in the order in which they came.
    private func published(_ name: String) async throws -> [Dump.Connection] {
        let dump = try await Tapped.compared([Tapped.program("publish"), name], node: name)
        return dump.connections(of: 1).sorted { $0.id < $1.id }
    }

    @Test func topicsThatBeginSo() async throws {
        let connections = try await published("topics")
        #expect(connections.map(\.matched_messages) == [33, 19, 5, 3])
        #expect(connections.map(\.out_messages) == [33, 19, 5, 3])
        // They were published at once: libzmq might not have heard of the subscriptions, as far as the tap can tell.
        #expect(connections.allSatisfy { $0.matched_unsure <= $0.matched_messages })
        #expect(connections.allSatisfy { $0.matched_unknown == 0 })
    }

    @Test func whatCannotBeFollowedIsUnknown() async throws {
        let connections = try await published("unknown")
        #expect(connections.map(\.matched_unknown) == [1, 1, 0])
        #expect(connections[2].matched_messages == 5)
    }

    /// A message each for 501 wishes, and room for a few of them.
    @Test func whatASlowSubscriberMissedShows() async throws {
        let connection = try #require(try await published("stalled").first)
        #expect(connection.zmtp_version == 0x300)  // where a subscription is a message
        #expect(connection.in_subscriptions == 1 && connection.in_messages == 0)
        #expect(connection.matched_messages == 501 && connection.matched_unsure <= 501)
        #expect(connection.out_messages >= 1 && connection.out_messages < 501)
    }
}
