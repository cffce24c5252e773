// The little of Apple's BackgroundTasks that we use, from its public documentation; for type-checking alone.

import Dispatch
import Foundation

open class BGTask: NSObject {
    public var expirationHandler: (() -> Void)? {
        get { nil }
        set {}
    }
    public func setTaskCompleted(success: Bool) {}
}

open class BGTaskRequest: NSObject {}

public final class BGProcessingTaskRequest: BGTaskRequest {
    public init(identifier: String) {}
    public var requiresNetworkConnectivity: Bool {
        get { false }
        set {}
    }
}

public final class BGTaskScheduler: NSObject, @unchecked Sendable {
    public static let shared = BGTaskScheduler()
    @discardableResult
    public func register(
        forTaskWithIdentifier identifier: String, using queue: DispatchQueue?, launchHandler: @escaping (BGTask) -> Void
    ) -> Bool { true }
    public func submit(_ taskRequest: BGTaskRequest) throws {}
}
