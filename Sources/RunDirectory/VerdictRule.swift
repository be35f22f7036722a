/// What can be seen to be wrong with a running session, by name. The order is that of importance: what comes first tells
/// a cause, what comes later its consequences.
///
/// A topology silences them as it silences lints: `lint: {ignore: [bound-nobody-came]}`.
public enum VerdictRule: String, CaseIterable, Sendable {
    /// Two peers of a ROUTER or REP have one routing id.
    case identityClash = "identity-clash"
    /// The two ends of a link are of types that do not speak to each other.
    case wrongPeerType = "wrong-peer-type"
    /// The handshake of a link fails.
    case handshakeFailed = "handshake-failed"
    /// A thread is inside a send, close or terminate, and waits for somebody.
    case blockedOn = "blocked-on"
    /// One of several like links moves nothing while the others flow.
    case oneSiblingStuck = "one-sibling-stuck"
    /// Messages are being lost.
    case dropping
    /// A link goes up and down.
    case reconnectStorm = "reconnect-storm"
    /// Messages wait, and none is taken.
    case stalledLink = "stalled-link"
    /// A link that the file declares has never been up.
    case declaredNeverConnected = "declared-never-connected"
    /// A socket is bound, and nobody has ever connected to it.
    case boundNobodyCame = "bound-nobody-came"
    /// An option was set too late for what the socket was bound or connected to.
    case optionAfterConnect = "option-after-connect"

    /// As one writes them.
    public static let names = allCases.map(\.rawValue)
}
