import Foundation
import GewuModel
import Street
import Synchronization
import Testing

/// A vault that always gives the same key.
struct Known: Vault {
    func key() throws(VaultFault) -> Data { Data(repeating: 7, count: 32) }
}

/// The same, and how often it was asked.
final class Counted: Vault {
    private let asked = Mutex(0)
    var count: Int { asked.withLock { $0 } }

    func key() throws(VaultFault) -> Data {
        asked.withLock { $0 += 1 }
        return try Known().key()
    }
}

/// A finder that finds what it was made with.
struct Finds: PlaceFinder {
    let found: PlaceFound
    func find() async -> PlaceFound { found }
}

/// Waiting that a test ends: nothing here sleeps.
final class Pauses: Sendable {
    private struct State {
        var waiting: [Int: (Duration, CheckedContinuation<Void, any Error>)] = [:]
        var cancelled: Set<Int> = []
        var count = 0
    }

    private let state = Mutex(State())

    var wait: Wait {
        { duration in
            let id = self.state.withLock { state in
                state.count += 1
                return state.count
            }
            try await withTaskCancellationHandler {
                try await withCheckedThrowingContinuation { self.add(id, duration, $0) }
            } onCancel: {
                self.cancel(id)
            }
        }
    }

    private func add(_ id: Int, _ duration: Duration, _ continuation: CheckedContinuation<Void, any Error>) {
        let isCancelled = state.withLock { state in
            let isCancelled = state.cancelled.contains(id)
            if !isCancelled { state.waiting[id] = (duration, continuation) }
            return isCancelled
        }
        if isCancelled { continuation.resume(throwing: CancellationError()) }
    }

    private func cancel(_ id: Int) {
        let waiting = state.withLock { state in
            state.cancelled.insert(id)
            return state.waiting.removeValue(forKey: id)
        }
        waiting?.1.resume(throwing: CancellationError())
    }

    /// Ends the pause that was begun last, once there is one; answers how long it would have been.
    @MainActor
    func end() async throws -> Duration {
        try await until("somebody waits") { !self.isQuiet }
        let ended = state.withLock { state in state.waiting.keys.max().flatMap { state.waiting.removeValue(forKey: $0) } }
        let (duration, continuation) = try #require(ended)
        continuation.resume()
        return duration
    }

    /// Nobody waits.
    var isQuiet: Bool { state.withLock { $0.waiting.isEmpty } }
}

/// The table of words as the core wrote it.
struct Table {
    private let words: Json

    init() throws {
        let file = root.appending(path: "ios-shell/Generated/words.json")
        words = try JSONDecoder().decode(Json.self, from: Data(contentsOf: file))
    }

    func text(_ word: Word, _ tongue: Tongue) -> String { words[word.rawValue][tongue == .english ? "en" : "zh"].text ?? "?" }

    func words(_ tongue: Tongue) -> Words {
        Words(tongue: tongue, zone: .gmt, now: { Date(timeIntervalSince1970: 1_790_000_000) }) { text($0, tongue) }
    }
}

/// A folder of its own; gone with this value.
final class Folder: Sendable {
    let url = FileManager.default.temporaryDirectory.appending(path: "gewu-model-\(UUID().uuidString)")
    deinit { try? FileManager.default.removeItem(at: url) }
}

/// The app's models over a folder, as the app puts them together.
@MainActor
func app(
    _ dir: URL, _ pauses: Pauses = Pauses(), found: PlaceFound = .none, tongue: Tongue = .english
) async throws -> (Gewu, Desk) {
    let gewu = try closed(dir, pauses, found: found, tongue: tongue)
    await gewu.open()
    return (gewu, try #require(gewu.page.content))
}

/// The same, not open yet.
@MainActor
func closed(
    _ dir: URL, _ pauses: Pauses = Pauses(), vault: any Vault = Known(), found: PlaceFound = .none,
    tongue: Tongue = .english
) throws -> Gewu {
    let table = try Table()
    let platform = Platform(
        dir: dir, vault: vault, finder: Finds(found: found), wait: pauses.wait, words: { table.words($0) })
    return Gewu(platform, tongue: tongue)
}

/// The same, joined to a street.
@MainActor
func joined(
    _ hub: Hub, _ name: String, _ role: String, _ area: String?, _ pauses: Pauses = Pauses(), found: PlaceFound = .none
) async throws -> (Gewu, Desk) {
    let (gewu, desk) = try await app(hub.dir.appending(path: name), pauses, found: found)
    desk.me.invitation = try hub.invite(role, area)
    await desk.me.join()
    try #require(desk.me.trouble == nil)
    return (gewu, desk)
}

/// 路灯异常, the class of a broken lamp in the catalogue that ships.
let lamp = "matter/01037"

/// A report through its screen: a tile, words, save.
@MainActor
func report(_ desk: Desk, _ text: String) async throws -> ReportModel {
    desk.startReport()
    let report = try #require(desk.report)
    await report.load()
    report.choose(try #require(report.page.content?.first { $0.id == lamp }))
    report.text = text
    await report.save()
    try #require(report.isDone, "\(String(describing: report.trouble))")
    return report
}

/// Lets the main actor go on until something is true on the screens; what takes half a minute never comes.
@MainActor
func until(_ what: String, _ holds: @escaping @MainActor () -> Bool) async throws {
    let limit = ContinuousClock.now + .seconds(30)
    while !holds(), ContinuousClock.now < limit { await Task.yield() }
    try #require(holds(), "\(what)")
}
