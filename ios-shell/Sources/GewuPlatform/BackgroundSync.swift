#if canImport(BackgroundTasks)
import BackgroundTasks
import Foundation

/// One sync whenever the system lends a little time with a network.
@MainActor
public enum BackgroundSync {
    /// As Info.plist names it.
    public static let identifier = "org.gewu.sync"

    /// To be called before the app has finished launching.
    public static func register(_ sync: @escaping @MainActor @Sendable () async -> Void) {
        BGTaskScheduler.shared.register(forTaskWithIdentifier: identifier, using: .main) { task in
            // The system's queue is the main one, as asked for above.
            MainActor.assumeIsolated { run(task, sync) }
        }
    }

    private static func run(_ task: BGTask, _ sync: @escaping @MainActor @Sendable () async -> Void) {
        ask()
        let work = Task {
            await sync()
            task.setTaskCompleted(success: true)
        }
        task.expirationHandler = {
            // The core finishes its step; what was not sent goes the next time.
            work.cancel()
            task.setTaskCompleted(success: false)
        }
    }

    /// Asks for the next time; refused where the person switched background work off, and nothing is lost then.
    public static func ask() {
        let request = BGProcessingTaskRequest(identifier: identifier)
        request.requiresNetworkConnectivity = true
        try? BGTaskScheduler.shared.submit(request)
    }
}
#endif
