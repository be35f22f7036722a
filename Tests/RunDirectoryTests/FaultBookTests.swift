import Foundation
import RunDirectory
import Testing

@Suite struct FaultBookTests {
    private let link = FaultBook.Subject.link("a.x->b.y")

    @Test("a fault of the same name gives way to the newer one, others stay beside it")
    func begin() {
        var book = FaultBook()
        book.begin(.init(subject: link, fault: .cut), at: 1)
        book.begin(.init(subject: link, fault: .loss(0.3)), at: 2)
        book.begin(.init(subject: .socket("a.x"), fault: .drop(every: 3)), at: 3)
        book.begin(.init(subject: link, fault: .loss(0.5)), at: 4)
        #expect(book.inForce.map(\.fault) == [.cut, .drop(every: 3), .loss(0.5)])
        #expect(book.events.map(\.ordinal) == [0, 1, 2, 3] && book.events.allSatisfy(\.begins))
    }

    @Test("what is healed is told, once")
    func heal() throws {
        var book = FaultBook()
        book.begin(.init(subject: link, fault: .cut), at: 1)
        book.begin(.init(subject: .node("a"), fault: .slow(0.01)), at: 2)
        #expect(book.heal(at: 5) { $0.subject == link } == [.init(subject: link, fault: .cut)])
        #expect(book.heal(at: 6) { $0.subject == link } == [])
        #expect(book.inForce.map(\.subject) == [.node("a")])
        #expect(book.events.last == .init(ordinal: 2, time: 5, begins: false, entry: .init(subject: link, fault: .cut)))
        #expect(try JSONDecoder().decode(FaultBook.self, from: JSONEncoder().encode(book)) == book)
    }

    @Test("only the last events are kept, and their numbers go on")
    func capacity() {
        var book = FaultBook()
        let total = FaultBook.eventCapacity + 10
        for time in 0..<total { book.begin(.init(subject: link, fault: .cut), at: UInt64(time)) }
        #expect(book.events.count == FaultBook.eventCapacity && book.events.first?.ordinal == 10)
        #expect(book.events.last?.ordinal == total - 1)
    }
}
