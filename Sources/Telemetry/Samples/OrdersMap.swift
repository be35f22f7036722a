import CTapSegment
import Glibc

/// The one part of a segment that zmqtop writes: leases for samples, and orders. Mapped read-write, so it must not be used
/// once the file is truncated; nobody but this user can do that.
final class OrdersMap {
    /// `struct tap_orders`
    let orders: UnsafeMutablePointer<tap_orders>
    private let base: UnsafeMutableRawPointer
    private let length: Int

    /// nil: the file is gone, or not what it says.
    init?(_ segment: SegmentFile) {
        guard let place = segment.ordersPlace else { return nil }
        let file = open(place.path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var information = stat()
        guard fstat(file, &information) == 0, Int(information.st_size) >= place.offset + place.size else { return nil }
        let page = sysconf(Int32(_SC_PAGESIZE))
        let start = place.offset / page * page
        length = place.offset - start + place.size
        let memory = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_SHARED, file, start)
        guard let memory, memory != MAP_FAILED else { return nil }
        base = memory
        orders = (memory + (place.offset - start)).assumingMemoryBound(to: tap_orders.self)
    }

    deinit { munmap(base, length) }

    /// The tap looks at what the bit is about at its next call.
    func ask(_ bit: UInt32) { tap_set_bits32(address(of: \.attention), bit) }

    func lease(_ index: Int) -> UnsafeMutablePointer<tap_lease> {
        (UnsafeMutableRawPointer(orders) + MemoryLayout<tap_orders>.offset(of: \.leases)!)
            .assumingMemoryBound(to: tap_lease.self) + index
    }

    func order(_ index: Int) -> UnsafeMutablePointer<tap_order> {
        (UnsafeMutableRawPointer(orders) + MemoryLayout<tap_orders>.offset(of: \.orders)!)
            .assumingMemoryBound(to: tap_order.self) + index
    }

    /// Makes a lease or an order ours: one that is free, or whose owner is gone.
    /// - Parameter owner: the address of its owner's pid.
    static func claim(_ owner: UnsafeMutableRawPointer) -> Bool {
        let current = tap_load32(owner)
        let isFree =
            current == 0 || current == UInt32(bitPattern: getpid())
            || kill(Int32(bitPattern: current), 0) != 0 && errno == ESRCH
        guard isFree, current != UInt32(bitPattern: getpid()) else { return false }
        return tap_exchange32(owner, current, UInt32(bitPattern: getpid())) == 1
    }

    /// `struct tap_faults`
    var faults: UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(orders) + MemoryLayout<tap_orders>.offset(of: \.faults)!
    }

    private func address(of field: KeyPath<tap_orders, UInt32>) -> UnsafeMutableRawPointer {
        UnsafeMutableRawPointer(orders) + MemoryLayout<tap_orders>.offset(of: field)!
    }
}
