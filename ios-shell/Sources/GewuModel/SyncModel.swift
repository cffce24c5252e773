internal import GewuBindings
import Observation

/// What is true about sync, on every screen: one line, the notices below it, and the revision that pages follow.
@MainActor @Observable
public final class SyncModel {
    /// The line; amber only when something is only on this phone.
    public private(set) var line = ""
    public private(set) var tone = Tone.soft
    public private(set) var notices: [Notice] = []
    /// The most urgent of them, if there is one.
    public var urgent: [Notice] { Array(notices.prefix(1)) }
    /// Said on every page while there is no network; `nil`: there is one.
    public private(set) var offline: String?
    public private(set) var isSyncing = false
    /// Grows with every change; a screen loads again when it does.
    public private(set) var revision: UInt64 = 0

    private let phone: Phone
    private let words: Words
    private var isOnline = true
    private var status: Status?

    public init(_ phone: Phone, _ words: Words) {
        self.phone = phone
        self.words = words
    }

    /// Follows the core until the task ends.
    public func follow() async {
        await load()
        guard let changes = try? await phone.changes() else { return }
        for await revision in changes {
            await load()
            self.revision = max(self.revision, revision)
        }
    }

    /// Reads the line: one call.
    public func load() async {
        // Where even the status cannot be read, the page below says why.
        guard let status = try? await phone.call({ try $0.status() }) else { return }
        self.status = status
        notices = status.notices.map { Notice(id: $0.code, what: $0.what, safe: $0.safe, next: $0.next) }
        tell()
    }

    /// The platform says whether there is a network.
    public func networkChanged(isOnline: Bool) async {
        self.isOnline = isOnline
        tell()
        try? await phone.networkChanged()
    }

    /// Syncs once; the answer is for the screen that asked.
    @discardableResult
    public func sync() async -> Result<String, Trouble> {
        isSyncing = true
        tell()
        let result: Result<String, Trouble>
        do {
            let report = try await phone.call { try $0.syncNow() }
            result = .success(words(.meSynced, ["sent": words.number(report.sent), "received": words.number(report.received)]))
        } catch {
            result = .failure(error)
        }
        isSyncing = false
        await load()
        revision += 1
        return result
    }

    private func tell() {
        guard let status else { return }
        let confirmed = status.lastConfirmedS.map { words.moment($0) }
        offline = isOnline ? nil : confirmed.map { words(.stateOffline, ["time": $0]) } ?? words(.stateOfflineNever)
        (line, tone) =
            if isSyncing {
                (words(.statusSyncing), .soft)
            } else if status.unsent > 0, let confirmed {
                (words(.statusUnsent, ["count": words.number(status.unsent), "time": confirmed]), .onlyHere)
            } else if status.unsent > 0 {
                (words(.statusUnsentNever, ["count": words.number(status.unsent)]), .onlyHere)
            } else if status.sent > 0 {
                (words(.statusSent, ["count": words.number(status.sent)]), .soft)
            } else if let confirmed {
                (words(.statusConfirmed, ["time": confirmed]), .done)
            } else {
                (words(.statusNever), .soft)
            }
    }
}
