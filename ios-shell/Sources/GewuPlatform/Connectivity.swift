#if canImport(Network)
import Dispatch
import Network

/// Whether there is a network, whenever that changes.
public enum Connectivity {
    public static func changes() -> AsyncStream<Bool> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let monitor = NWPathMonitor()
            monitor.pathUpdateHandler = { continuation.yield($0.status == .satisfied) }
            continuation.onTermination = { _ in monitor.cancel() }
            monitor.start(queue: DispatchQueue(label: "org.gewu.connectivity"))
        }
    }
}
#endif
