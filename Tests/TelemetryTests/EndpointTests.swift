import Testing

@testable import Telemetry

@Suite struct EndpointTests {
    @Test(arguments: [
        ("tcp://localhost:5555", "tcp://127.0.0.1:5555"), ("tcp://*:5555", "tcp://127.0.0.1:5555"),
        ("tcp://0.0.0.0:5555", "tcp://10.1.2.3:5555"), ("tcp://[::ffff:127.0.0.1]:9", "tcp://127.0.0.1:9"),
        ("tcp://eth0:0;127.0.0.1:5555", "tcp://127.0.0.1:5555"), ("ipc:///tmp/a", "ipc:///tmp/a"),
    ])
    func `two spellings of one place match`(one: String, other: String) {
        #expect(Endpoint(one).matches(Endpoint(other)))
        #expect(Endpoint(other).matches(Endpoint(one)))
    }

    @Test(arguments: [
        ("tcp://127.0.0.1:5555", "tcp://127.0.0.1:5556"), ("tcp://10.0.0.1:5", "tcp://10.0.0.2:5"),
        ("ipc:///tmp/a", "ipc:///tmp/b"), ("inproc://a", "ipc://a"), ("", ""),
    ])
    func `different places do not`(one: String, other: String) {
        #expect(!Endpoint(one).matches(Endpoint(other)))
    }
}
