import RunDirectory

extension RestartPolicy {
    /// Seconds until a node that ended by itself is started again, or nil when it stays as it is.
    /// - Parameter restarts: how often it has been restarted without a long run between.
    func delay(afterFailure failed: Bool, restarts: Int) -> Double? {
        switch condition {
        case .never: return nil
        case .onFailure where !failed: return nil
        case .onFailure, .always, .unlessStopped: break
        }
        if let maximumRestarts, restarts >= maximumRestarts { return nil }
        // 2^40 times any delay is beyond every maximum.
        return min(delay * Double(UInt64(1) << UInt64(min(restarts, 40))), max(delay, maximumDelay))
    }
}
