#if canImport(UIKit)
import UIKit

/// A few seconds after the app left the screen, so that the files are closed before it is suspended.
@MainActor
public final class BackgroundTime {
    private var identifier = UIBackgroundTaskIdentifier.invalid

    public static func begin() -> BackgroundTime {
        let time = BackgroundTime()
        time.identifier = UIApplication.shared.beginBackgroundTask(withName: "org.gewu.leave") { time.end() }
        return time
    }

    /// Gives the time back; a second call does nothing.
    public func end() {
        let ended = identifier
        identifier = .invalid
        UIApplication.shared.endBackgroundTask(ended)
    }
}
#endif
