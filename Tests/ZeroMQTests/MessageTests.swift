import Synchronization
import Testing
import ZeroMQ

@Suite(.timeLimit(.minutes(10)))
struct MessageTests {
    @Test func holdsWhatItWasGiven() {
        #expect(Message().isEmpty)
        #expect(Message([UInt8]()).bytes == [])
        #expect(Message([1, 2, 3]).bytes == [1, 2, 3])
        #expect(Message("héllo ✓").text == "héllo ✓")
        #expect(Message([0xC3]).text == nil)
        #expect(!Message("x").hasMore)
    }

    @Test(arguments: [0, 1, 33, 34, 1000])
    func isWrittenInPlace(count: Int) {
        let message = Message(count: count)
        message.withUnsafeMutableBytes { for index in $0.indices { $0[index] = UInt8(truncatingIfNeeded: index) } }
        #expect(message.count == count)
        #expect(message.bytes == (0..<count).map { UInt8(truncatingIfNeeded: $0) })
        let copy = message.copy()
        message.resize(to: 2)
        #expect(message.count == 2)
        #expect(copy.bytes == (0..<count).map { UInt8(truncatingIfNeeded: $0) })
    }

    @Test func errorsPassThroughTyped() {
        struct Failure: Error {}
        #expect(throws: Failure.self) { try Message("x").withUnsafeBytes { _ throws(Failure) in throw Failure() } }
    }

    @Test(arguments: ["tcp://127.0.0.1:*", "inproc://adopted"])
    func adoptedMemoryIsReleasedOnce(endpoint: String) throws {
        final class Count: Sendable { let value = Atomic<Int>(0) }
        let released = Count()
        func adopted(_ bytes: [UInt8]) -> Message {
            let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
            memory.copyBytes(from: bytes)
            return Message(adopting: memory) {
                $0.deallocate()
                released.value.add(1, ordering: .relaxed)
            }
        }
        try {
            let context = try Context()
            let pull = try context.testSocket(.pull)
            try pull.bind(endpoint)
            let push = try context.testSocket(.push)
            try push.connect(pull.lastEndpoint)
            let bytes = [UInt8](repeating: 5, count: 20_000)
            let message = adopted(bytes)
            let address = message.withUnsafeBytes { $0.baseAddress }
            #expect(try push.send(message))
            #expect(message.isEmpty)
            let received = try #require(try pull.receive())
            #expect(received.bytes == bytes)
            if endpoint.hasPrefix("inproc") { #expect(received.withUnsafeBytes { $0.baseAddress } == address) }
            // Never sent, and empty.
            _ = adopted([1, 2])
            _ = adopted([])
            _ = Message(adopting: UnsafeMutableRawBufferPointer(start: nil, count: 0)) { _ in
                released.value.add(1, ordering: .relaxed)
            }
        }()
        // The context has ended, and with it every use of the memory.
        #expect(released.value.load(ordering: .relaxed) == 4)
    }

    @Test func hundredMegabytes() throws {
        let context = try Context()
        let (pull, push) = try context.testPair(.pull, .push)
        let count = 100_000_000
        let message = Message(count: count)
        message.withUnsafeMutableBytes {
            $0.initializeMemory(as: UInt8.self, repeating: 1)
            $0[0] = 2
            $0[count - 1] = 3
        }
        #expect(try push.send(message))
        let received = try #require(try pull.receive())
        #expect(received.count == count)
        received.withUnsafeBytes {
            #expect($0[0] == 2)
            #expect($0[count / 2] == 1)
            #expect($0[count - 1] == 3)
        }
    }
}
