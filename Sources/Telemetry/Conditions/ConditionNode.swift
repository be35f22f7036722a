import RunDirectory

/// What a condition is made of, and what it comes to in a snapshot.
indirect enum ConditionNode: Sendable {
    enum Comparison: String, Sendable {
        case equal = "==", notEqual = "!=", less = "<", atMost = "<=", more = ">", atLeast = ">="
    }
    enum Gathering: String, CaseIterable, Sendable { case count, any, all, sum }
    enum Operation: Character, Sendable { case plus = "+", minus = "-", times = "*", over = "/" }

    case or(ConditionNode, ConditionNode)
    case and(ConditionNode, ConditionNode)
    case not(ConditionNode)
    case compare(ConditionNode, Comparison, ConditionNode)
    case calculate(ConditionNode, Operation, ConditionNode)
    case rise(ConditionNode)
    case number(Double)
    case word(String)
    case flag(Bool)
    case field([String])
    case subject(SnapshotSubject, String, [String])
    case inState(SnapshotList, String?)
    case gather(Gathering, SnapshotList, ConditionNode)
    case verdict(String)

    /// nil is unknown.
    func truth(in scope: Scope) -> Bool? {
        switch self {
        case .or(let one, let other):
            let (one, other) = (one.truth(in: scope), other.truth(in: scope))
            if one == true || other == true { return true }
            return one == nil || other == nil ? nil : false
        case .and(let one, let other):
            let (one, other) = (one.truth(in: scope), other.truth(in: scope))
            if one == false || other == false { return false }
            return one == nil || other == nil ? nil : true
        case .not(let one): return one.truth(in: scope).map { !$0 }
        case .compare(let one, let comparison, let other):
            return ConditionNode.compare(one.value(in: scope), comparison, other.value(in: scope))
        default:
            guard case .flag(let flag)? = value(in: scope) else { return nil }
            return flag
        }
    }

    func value(in scope: Scope) -> SnapshotValue? {
        switch self {
        case .calculate(let one, let operation, let other):
            guard let one = one.value(in: scope)?.numeric, let other = other.value(in: scope)?.numeric else {
                return nil
            }
            let result = ConditionNode.calculate(one, operation, other)
            // 0 / 0 and x / 0 are nothing that can be known.
            return result.isFinite ? .number(result) : nil
        case .rise(let inner):
            guard let now = inner.value(in: scope)?.numeric,
                let before = scope.before.flatMap({ inner.value(in: $0)?.numeric })
            else { return nil }
            return .number(now - before)
        case .number(let number): return .number(number)
        case .word(let word): return .text(word)
        case .flag(let flag): return .flag(flag)
        case .field(let path):
            return ConditionNode.follow(path, from: scope.item ?? scope.snapshot.ownFields)
        case .subject(let subject, let id, let path):
            return subject.find(id, in: scope.snapshot).flatMap { ConditionNode.follow(path, from: $0) }
        case .inState(let list, let state):
            return .int(list.count(in: scope.snapshot, state: state))
        case .gather(let gathering, let list, let inner):
            return inner.gather(gathering, list, scope)
        case .verdict(let rule): return .flag(scope.snapshot.verdicts.contains { $0.rule == rule })
        case .or, .and, .not, .compare: return truth(in: scope).map { .flag($0) }
        }
    }

    /// `count` counts what is known to hold; `any` and `all` are `or` and `and` over the items; a `sum` with an unknown
    /// part is unknown.
    private func gather(_ gathering: Gathering, _ list: SnapshotList, _ scope: Scope) -> SnapshotValue? {
        let scopes = scope.items(of: list)
        if gathering == .sum {
            var sum = 0.0
            for scope in scopes {
                guard let part = value(in: scope)?.numeric else { return nil }
                sum += part
            }
            return .number(sum)
        }
        let truths = scopes.map { truth(in: $0) }
        switch gathering {
        case .any: return truths.contains(true) ? .flag(true) : truths.contains(nil) ? nil : .flag(false)
        case .all: return truths.contains(false) ? .flag(false) : truths.contains(nil) ? nil : .flag(true)
        case .count, .sum: return .int(truths.count { $0 == true })
        }
    }

    private static func calculate(_ one: Double, _ operation: Operation, _ other: Double) -> Double {
        switch operation {
        case .plus: one + other
        case .minus: one - other
        case .times: one * other
        case .over: one / other
        }
    }

    private static func follow(_ path: [String], from value: SnapshotValue) -> SnapshotValue? {
        var value = value
        for field in path {
            guard let next = value[field] else { return nil }
            value = next
        }
        if case .null = value { return nil }
        return value
    }

    private static func compare(_ one: SnapshotValue?, _ comparison: Comparison, _ other: SnapshotValue?) -> Bool? {
        guard let one, let other else { return nil }
        if let one = one.numeric, let other = other.numeric {
            switch comparison {
            case .equal: return one == other
            case .notEqual: return one != other
            case .less: return one < other
            case .atMost: return one <= other
            case .more: return one > other
            case .atLeast: return one >= other
            }
        }
        switch comparison {
        case .equal: return one == other || one.contains(other) || other.contains(one)
        case .notEqual: return !(one == other || one.contains(other) || other.contains(one))
        // Only numbers have an order here.
        case .less, .atMost, .more, .atLeast: return nil
        }
    }
}

extension Scope {
    /// One scope for each item of a list.
    func items(of list: SnapshotList) -> [Scope] {
        list.items(of: snapshot).map { Scope(snapshot: snapshot, base: base, list: list, item: $0) }
    }
}

extension SnapshotValue {
    fileprivate func contains(_ value: SnapshotValue) -> Bool {
        if case .list(let items) = self { items.contains(value) } else { false }
    }

    var numeric: Double? {
        switch self {
        case .int(let int): Double(int)
        case .number(let number): number
        default: nil
        }
    }
}
