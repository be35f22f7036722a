/// One message as it passed a socket, of which the tap kept the first bytes of each frame.
public struct SampledMessage: Equatable, Sendable {
    /// Which way it went through the socket.
    public enum Direction: String, Equatable, Sendable { case sent, received }

    /// A frame as zmq_send was given it or zmq_recv gave it out.
    public struct Frame: Equatable, Sendable {
        /// Bytes of the whole frame.
        public var size: Int
        /// The first of them; at most `size`.
        public var bytes: [UInt8]

        /// A frame of so many bytes, of which these are the first.
        public init(size: Int, bytes: [UInt8]) {
            self.size = size
            self.bytes = bytes
        }
    }

    /// Id of the socket: `scheduler.backend`.
    public var socket: String
    /// `ROUTER`
    public var type: String
    /// Which way.
    public var direction: Direction
    /// CLOCK_MONOTONIC nanoseconds of its last frame.
    public var time: UInt64
    /// `time` as seconds since the session began.
    public var elapsed: Double
    /// Which message of this socket in this direction it is, from 1.
    public var ordinal: Int
    /// Id of the link that it went over; nil where that is not known.
    public var link: String?
    /// Id of the socket at the other end of the link, or what is known of a stranger; nil where that is not known.
    public var peer: String?
    /// Frames of the message; `frames` holds the first 16 at most.
    public var frameCount: Int
    /// Bytes of all frames.
    public var size: Int
    /// The frames that were kept.
    public var frames: [Frame]
    /// zmqtop sent it, not the program.
    public var injected: Bool
    /// zmq_send took it, and the ROUTER dropped it: nobody has that routing id, or its queue was full.
    public var lost: Bool

    /// A message; what is left out is unknown or did not happen.
    public init(
        socket: String, type: String, direction: Direction, time: UInt64, elapsed: Double, ordinal: Int,
        link: String? = nil, peer: String? = nil, frameCount: Int, size: Int, frames: [Frame], injected: Bool = false,
        lost: Bool = false
    ) {
        self.socket = socket
        self.type = type
        self.direction = direction
        self.time = time
        self.elapsed = elapsed
        self.ordinal = ordinal
        self.link = link
        self.peer = peer
        self.frameCount = frameCount
        self.size = size
        self.frames = frames
        self.injected = injected
        self.lost = lost
    }
}
