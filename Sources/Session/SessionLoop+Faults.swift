import Logging
import RunDirectory

/// Faults that somebody asks for, and their end.
extension SessionLoop {
    func begin(_ fault: Fault, on target: String, for asker: Asker) {
        do {
            try faults.look()
            let subjects = try faultTargets.subjects(of: fault, on: target)
            if fault.name == .partition || fault.name == .loss {
                let error = Descriptors.filterRefusal()
                guard error == 0 else {
                    throw FaultTargets.Refusal(
                        text:
                            "this kernel does not let this user drop packets (SO_ATTACH_FILTER: \(systemReason(error))): "
                            + "\(fault.name.rawValue) cannot be had here; cut, bandwidth and pause can")
                }
            }
            if let refusal = faults.begin(subjects.map { .init(subject: $0, fault: fault) }, now: now()) {
                throw FaultTargets.Refusal(text: refusal)
            }
            log.info("\(fault) on \(subjects.map(\.name).joined(separator: ", "))")
            reply(.done(nodes: subjects.map(\.name)), to: asker)
        } catch {
            reply(.error((error as? FaultTargets.Refusal)?.text ?? "\(error)"), to: asker)
        }
    }

    func heal(_ target: String, for asker: Asker) {
        do {
            try faults.look()
            let ends = try faultTargets.isHealed(target, in: faults.book)
            let healed = faults.heal(now: now(), where: ends)
            var names: [String] = []
            for name in healed.map(\.subject.name) where !names.contains(name) { names.append(name) }
            reply(.done(nodes: names), to: asker)
        } catch {
            reply(.error((error as? FaultTargets.Refusal)?.text ?? "\(error)"), to: asker)
        }
    }

    private var faultTargets: FaultTargets {
        FaultTargets(
            places: faults.places, nodes: nodes.flatMap(\.nodes).map { ($0.name, $0.group) },
            external: Set(nodes.filter(\.isExternal).map(\.node.name)))
    }
}
