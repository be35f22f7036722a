import Foundation
import RunDirectory
import Telemetry
import Testing

/// The topologies that have the shape of real inference engines.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct SystemsTests {
    let workplace: Workplace

    init() throws { workplace = try Workplace() }

    /// What Python prints, with the topology's own module at hand.
    private func python(_ system: String, _ code: String) throws -> String {
        let folder = Workplace.programs + "/zmqtop_zmqtop.resources/topologies/" + system
        let program = try Program(
            workplace, ["-c", "import sys; sys.path.insert(0, '\(folder)')\n" + code], program: "/usr/bin/python3")
        let outcome = try program.finish()
        #expect(outcome.status == 0, "\(outcome.err)")
        return outcome.out.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test("vLLM's bytes are those of the real one")
    func vllmBytes() throws {
        let printed = try python(
            "vllm-v1",
            """
            from vllm_wire import *
            print(hello().hex())
            print(stats_message([[0, 1, 0.25], [2, 3, 0.5]], 7, True).hex())
            print(wave_message(3, 1)[0].hex() + ' ' + wave_message(3, 1)[1].hex())
            print(engine_identity(0).hex(), engine_identity(1).hex())
            R = EngineCoreRequestType
            print(R.ADD.hex(), R.ABORT.hex(), R.START_DP_WAVE.hex(), R.UTILITY.hex())
            print(END_SEQ.hex(), sequence(5).hex(), ENGINE_CORE_DEAD.decode())
            print(len(pack(engine_core_request(1000, 16)[1])) in range(3500, 5500))
            one, two = (len(engine_core_outputs(0, [engine_core_output('chatcmpl-' + 'x' * 32, 70000, False)] * n)) for n in (1, 2))
            print(one in range(80, 110), two - one in range(65, 90))
            """)
        #expect(
            printed == """
                83a6737461747573a548454c4c4fa56c6f63616cc3a8686561646c657373c2
                9392930001cb3fd0000000000000930203cb3fe000000000000007c3
                02 920301
                0000 0100
                00 01 02 03
                ffffffffffffffff 0000000000000005 ENGINE_CORE_DEAD
                True
                True True
                """)
    }

    @Test("SGLang's messages are pickles of protocol 5")
    func sglangBytes() throws {
        let printed = try python(
            "sglang",
            """
            import pickle
            from io_struct import *
            print(pickle.dumps(BatchTokenIDOutput(['a'], [[1]], [None]), protocol=5)[:3].hex())
            """)
        #expect(printed == "800595")
    }

    @Test(
        "every socket is the one that the file declares, every link comes up, and work is done",
        arguments: ["vllm-v1", "sglang"])
    func runs(system: String) throws {
        let program = try Program(
            workplace, ["run", system, "--headless", "--json", "--every", "200ms", "--for", "15m"])
        let results = system == "sglang" ? "tokenizer.from-detokenizer" : "api-1.output"
        // A node runs when it has been looked at for a while: work may be done before.
        let snapshot = try program.snapshot("work done over all links, by nodes that run") {
            $0.links.allSatisfy { $0.state == .up } && $0.received(results) > 50
                && $0.nodes.allSatisfy { $0.state == .running }
        }
        #expect(snapshot.sockets.allSatisfy { $0.declared && $0.observed })
        #expect(snapshot.nodes.allSatisfy { $0.source == .tap })
        #expect(snapshot.links.allSatisfy { $0.source == .tap })
        if system == "vllm-v1" {
            let tap = try run(
                workplace,
                [
                    "tap", "engine-1.input-1->api-1.input", "--count", "4", "--json", "--system", "vllm", "--session",
                    workplace.session,
                ])
            #expect(tap.out.contains("\"hex\":\"0000\""), "the identity of the first engine: \(tap.out)")
            #expect(tap.out.contains("ADD"), "\(tap.out)")
            try workplace.ctl("kill", "engine-2")
            try program.snapshot("the engine's end") { snapshot in
                snapshot.node("engine-2")?.state == .failed
                    && snapshot.links.filter { $0.from.hasPrefix("engine-2.") }.allSatisfy { $0.state != .up }
            }
            try program.snapshot("the other engine's work") {
                $0.received("api-1.output") > snapshot.received("api-1.output") + 20
            }
        }
        program.signal(SIGTERM)
        #expect(try program.finish().status == 128 + SIGTERM)
        try workplace.expectNoSurvivors()
    }
}
