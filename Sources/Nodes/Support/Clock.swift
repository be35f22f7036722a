import Glibc

/// CLOCK_MONOTONIC.
enum Clock {
    static var now: Seconds {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Seconds(time.tv_sec) + Seconds(time.tv_nsec) / 1e9
    }

    /// Sleeps until that time, or until a signal comes.
    static func sleep(until deadline: Seconds) {
        let deadline = min(deadline, now + 86_400)
        var time = timespec(
            tv_sec: Int(deadline), tv_nsec: Int((deadline - deadline.rounded(.down)) * 1e9))
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nil)
    }

    /// Sleeps until that time, whatever signals come, unless one says to stop.
    static func sleepThrough(until deadline: Seconds) {
        while now < deadline, !Signals.mustStop { sleep(until: deadline) }
    }
}
