import FoundationEssentials
import Glibc
import Keeping
import RunDirectory

/// The session's end of the control socket: many clients, none of which can hold up the others. Used by one thread.
///
/// A client's requests are served one after the other; replies that it does not read are kept up to a limit, and past
/// that it is let go.
final class ControlServer {
    /// Bytes of a request line (an injected message is written as numbers), and of replies that nobody reads.
    private static let longestRequest = 16 << 20
    private static let longestBacklog = 16 << 20
    private static let mostClients = 64

    private final class Client {
        let descriptor: Int32
        var incoming: [UInt8] = []
        var outgoing: [UInt8] = []
        /// A request of this client is being carried out.
        var isBusy = false
        /// It sends no more; it may still read.
        var hasFinished = false
        /// Nobody is there any more, or nobody who reads.
        var isBroken = false

        init(_ descriptor: Int32) { self.descriptor = descriptor }
        deinit { close(descriptor) }

        var isDone: Bool { hasFinished && !isBusy && incoming.isEmpty && outgoing.isEmpty }

        var hasLine: Bool { incoming.contains(UInt8(ascii: "\n")) || hasFinished && !incoming.isEmpty }

        /// A whole line, without its end; at the end of file the rest is one too.
        func takeLine() -> [UInt8]? {
            guard let end = incoming.firstIndex(of: UInt8(ascii: "\n")) else {
                guard hasFinished, !incoming.isEmpty else { return nil }
                defer { incoming = [] }
                return incoming
            }
            defer { incoming.removeFirst(end + 1) }
            return Array(incoming[..<end])
        }
    }

    private let listener: Int32
    private var clients: [Int: Client] = [:]
    private var nextClient = 0

    /// Makes the socket, for this user alone.
    init(path: String) throws {
        guard let address = unixAddress(path) else {
            throw SessionError("the control socket's path is too long: \(path)")
        }
        listener = socket(AF_UNIX, streamSocket | closeOnExec | nonBlocking, 0)
        guard listener >= 0 else { throw SessionError("cannot make the control socket", errno: errno) }
        // The folder lets nobody else in; the mode says so too.
        guard withAddress(address, { bind(listener, $0, $1) }) == 0, chmod(path, 0o600) == 0, listen(listener, 16) == 0
        else {
            let error = errno
            close(listener)
            throw SessionError("cannot listen at \(path)", errno: error)
        }
    }

    deinit { close(listener) }

    /// What to wait for.
    var waited: [pollfd] {
        var waited: [pollfd] = []
        if clients.count < Self.mostClients { waited.append(pollfd(fd: listener, events: Int16(POLLIN), revents: 0)) }
        for client in clients.values {
            var events: Int32 = client.hasFinished || client.incoming.count > Self.longestRequest ? 0 : POLLIN
            if !client.outgoing.isEmpty { events |= POLLOUT }
            waited.append(pollfd(fd: client.descriptor, events: Int16(events), revents: 0))
        }
        return waited
    }

    /// Moves bytes for what poll has found.
    func serve(_ found: some Sequence<pollfd>) {
        for event in found where event.revents != 0 {
            let revents = Int32(event.revents)
            if event.fd == listener {
                accept()
                continue
            }
            guard let client = clients.values.first(where: { $0.descriptor == event.fd }) else { continue }
            if revents & POLLIN != 0 { receive(client) }
            if revents & POLLOUT != 0 { flush(client) }
            // Both directions are closed: nobody is left to read an answer.
            if revents & (POLLERR | POLLNVAL) != 0 || revents & POLLHUP != 0 && revents & POLLIN == 0 {
                client.isBroken = true
            }
        }
    }

    /// Whether anybody is connected.
    var hasClients: Bool { !clients.isEmpty }

    /// Whether there is a request to take, so that poll would wait in vain.
    var hasRequest: Bool { clients.values.contains { !$0.isBusy && !$0.isBroken && $0.hasLine } }

    /// The next request of a client whose last one has been answered, or nil.
    func nextRequest() -> (client: Int, line: [UInt8])? {
        for (id, client) in clients where !client.isBusy && !client.isBroken {
            guard let line = client.takeLine() else {
                if client.incoming.count > Self.longestRequest {
                    client.incoming = []
                    client.hasFinished = true
                    reply(.error("a request of more than \(Self.longestRequest >> 20) MiB is refused"), to: id)
                }
                continue
            }
            client.isBusy = true
            return (id, line)
        }
        return nil
    }

    /// Sends a reply. After `done` or `error` the client's next request is taken.
    func reply(_ reply: ControlReply, to id: Int) {
        guard let client = clients[id], let line = try? JSONEncoder().encode(reply) else { return }
        client.outgoing += line + [UInt8(ascii: "\n")]
        if client.outgoing.count > Self.longestBacklog { client.isBroken = true }
        flush(client)
        if case .event = reply { return }
        client.isBusy = false
    }

    /// Lets go of the clients that are gone or have had their answers, and tells which.
    func removeGone() -> [Int] {
        let gone = clients.filter { $0.value.isBroken || $0.value.isDone }.map(\.key)
        for id in gone { clients[id] = nil }
        return gone
    }

    private func accept() {
        let descriptor = Glibc.accept(listener, nil, nil)
        guard descriptor >= 0 else {
            // Out of descriptors: poll would find the listener again at once.
            if errno == EMFILE || errno == ENFILE { usleep(10_000) }
            return
        }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        clients[nextClient] = Client(descriptor)
        nextClient += 1
    }

    private func receive(_ client: Client) {
        var got = 0
        client.incoming += [UInt8](unsafeUninitializedCapacity: 65536) { buffer, count in
            got = recv(client.descriptor, buffer.baseAddress!, buffer.count, 0)
            count = max(0, got)
        }
        if got == 0 { client.hasFinished = true }
        if got < 0, errno != EAGAIN, errno != EINTR { client.isBroken = true }
    }

    private func flush(_ client: Client) {
        while !client.outgoing.isEmpty, !client.isBroken {
            let sent = client.outgoing.withUnsafeBytes { send(client.descriptor, $0.baseAddress!, $0.count, noSignal) }
            if sent > 0 {
                client.outgoing.removeFirst(sent)
            } else if errno == EAGAIN {
                return
            } else if errno != EINTR {
                client.isBroken = true
            }
        }
    }
}
