import Foundation
import GewuModel
import GewuPlatform
import GewuScreens
import SwiftUI

/// The composition root: the platform's services are put together here and nowhere else.
@main
struct GewuApp: App {
    @State private var gewu: Gewu
    @Environment(\.scenePhase) private var phase

    init() {
        let gewu = Gewu(Self.platform, tongue: Self.tongue)
        _gewu = State(initialValue: gewu)
        BackgroundSync.register { await gewu.syncInBackground() }
    }

    var body: some Scene {
        WindowGroup {
            RootScreen(gewu)
                .task {
                    await gewu.open()
                    for await isOnline in Connectivity.changes() {
                        await gewu.networkChanged(isOnline: isOnline)
                    }
                }
        }
        .onChange(of: phase) { _, now in
            switch now {
            case .active: Task { await gewu.enter() }
            case .background: leave()
            case .inactive: Task { await gewu.keepNow() }
            @unknown default: break
            }
        }
    }

    /// The system gives a few seconds for it before it suspends the app.
    private func leave() {
        BackgroundSync.ask()
        let time = BackgroundTime.begin()
        Task {
            await gewu.leave()
            time.end()
        }
    }

    private static var platform: Platform {
        // There is always one.
        let support = FileManager.default.urls(for: .applicationSupportDirectory, in: .userDomainMask)[0]
        let dir = support.appending(path: "gewu")
        return Platform(
            dir: dir, vault: StoredKey(Keychain(), dir: dir), finder: Location(),
            wait: { try await Task.sleep(for: $0) },
            words: { Words.of(.main, tongue: $0, now: { Date() }) })
    }

    /// The first of the person's languages that Gewu speaks.
    private static var tongue: Tongue {
        Bundle.main.preferredLocalizations.first.flatMap(Tongue.init) ?? .chinese
    }
}
