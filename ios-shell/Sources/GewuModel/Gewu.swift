import Foundation
internal import GewuBindings
import Observation

/// What an app gives to the models: where the files rest, what the platform lends.
public struct Platform: Sendable {
    public let dir: URL
    public let vault: any Vault
    public let finder: any PlaceFinder
    public let wait: Wait
    public let words: @Sendable (Tongue) -> Words

    public init(
        dir: URL, vault: any Vault, finder: any PlaceFinder, wait: @escaping Wait, words: @escaping @Sendable (Tongue) -> Words
    ) {
        self.dir = dir
        self.vault = vault
        self.finder = finder
        self.wait = wait
        self.words = words
    }
}

/// The whole app: opens the phone, holds the models of its screens, and follows what changes.
@MainActor @Observable
public final class Gewu {
    /// Whether the phone's files are open.
    public private(set) var page = Page<Desk>.loading
    /// In which language everything speaks; the core opens again in it, so that its words change too.
    public var tongue: Tongue { didSet { if tongue != oldValue { Task { await reopen() } } } }
    /// The words, also while nothing is open.
    public private(set) var words: Words

    private let platform: Platform
    private var following: Task<Void, Never>?
    private var opening: Task<Void, Never>?
    private var isOnScreen = false

    public init(_ platform: Platform, tongue: Tongue) {
        self.platform = platform
        self.tongue = tongue
        words = platform.words(tongue)
    }

    /// Opens the phone and starts what syncs by itself. An app that enters the screen while the system lends it time asks
    /// for this twice: the second waits for the first, since the files can be open once only.
    public func open() async {
        guard page.content == nil else { return }
        let task = opening ?? Task { await openNow() }
        opening = task
        await task.value
        opening = nil
    }

    private func openNow() async {
        page = .loading
        do {
            let phone = try await Phone.open(dir: platform.dir, vault: platform.vault, tongue: tongue)
            try await phone.startAgent()
            let desk = Desk(phone, words, platform)
            following = Task { await desk.sync.follow() }
            page = .filled(desk)
        } catch {
            page = .troubled(error)
        }
    }

    private func reopen() async {
        await shut()
        words = platform.words(tongue)
        await open()
    }

    /// Keeps what is typed, finishes what is under way and closes the files.
    public func shut() async {
        let desk = page.content
        await desk?.keepNow()
        page = .loading
        following?.cancel()
        try? await desk?.phone.shut()
    }

    /// The platform says whether there is a network.
    public func networkChanged(isOnline: Bool) async { await page.content?.sync.networkChanged(isOnline: isOnline) }

    /// Keeps at once what is being typed.
    public func keepNow() async { await page.content?.keepNow() }

    /// The app leaves the screen: what is typed is kept, and no lock is held while it is suspended.
    public func leave() async {
        isOnScreen = false
        guard let desk = page.content else { return }
        await desk.keepNow()
        try? await desk.phone.pause()
    }

    /// The app is on the screen again.
    public func enter() async {
        isOnScreen = true
        await open()
        guard let desk = page.content else { return }
        try? await desk.phone.resume()
        try? await desk.phone.networkChanged()
        await desk.sync.load()
    }

    /// What the system's background time is used for: one sync.
    public func syncInBackground() async {
        await open()
        guard let desk = page.content else { return }
        try? await desk.phone.resume()
        await desk.sync.sync()
        if !isOnScreen { try? await desk.phone.pause() }
    }
}

/// The models of the screens over one open phone.
@MainActor @Observable
public final class Desk {
    public let sync: SyncModel
    public let today: TodayModel
    public let supervise: SuperviseModel
    public let me: MeModel
    public let saved: UndoModel
    /// The report that is being written; `nil`: none.
    public private(set) var report: ReportModel?
    /// The case that is looked at; `nil`: none.
    public private(set) var looked: CaseModel?

    let phone: Phone
    private let words: Words
    private let platform: Platform

    init(_ phone: Phone, _ words: Words, _ platform: Platform) {
        self.phone = phone
        self.words = words
        self.platform = platform
        sync = SyncModel(phone, words)
        today = TodayModel(phone, words)
        supervise = SuperviseModel(phone, words)
        me = MeModel(phone, words)
        saved = UndoModel(phone, words, wait: platform.wait)
    }

    /// Opens the Report screen, with the draft of before if that is to be gone on with.
    public func startReport(isResuming: Bool = false) {
        report = ReportModel(phone, words, platform.finder, saved, isResuming: isResuming, wait: platform.wait)
    }

    /// Leaves it; what is typed is kept.
    public func endReport() async {
        await report?.keepNow()
        report = nil
    }

    /// Opens a case's screen. What was typed on the one before is kept first: later it would land on what was done since.
    public func look(_ code: String) async -> CaseModel {
        await looked?.keepNow()
        let model = CaseModel(phone, words, code: code, wait: platform.wait)
        looked = model
        return model
    }

    /// Keeps at once what is being typed anywhere.
    public func keepNow() async {
        await report?.keepNow()
        await looked?.keepNow()
    }
}
