internal import GewuBindings
import Observation

/// Report: a tile, words, save. Works without a network and without a place; what is typed is kept at every pause.
@MainActor @Observable
public final class ReportModel {
    /// How far the report is.
    public enum Step: Equatable, Sendable {
        /// A class is to be chosen.
        case choosing
        /// Words are to be typed.
        case writing
        /// It is saved on this phone; Today says so, and for a while how to take it back.
        case saved
    }

    public private(set) var page = Page<[ClassChoice]>.loading
    public private(set) var step = Step.choosing
    /// What is searched for among all classes.
    public var query = "" { didSet { if query != oldValue { searchAgain() } } }
    /// What the search found; `nil`: nothing is searched for.
    public private(set) var found: [ClassChoice]?
    public private(set) var nothingFound: String?

    public private(set) var chosen: ClassChoice?
    public var condition: String? { didSet { if condition != oldValue { typed() } } }
    public var text = "" { didSet { if text != oldValue { typed() } } }
    public var isUrgent = false { didSet { if isUrgent != oldValue { typed() } } }

    /// What is known about the place, in words; it never stands in the way of saving.
    public private(set) var placeLine = ""
    /// Amber where the place is missing or far off its grid.
    public private(set) var placeTone = Tone.soft
    public private(set) var hasPlace = false
    /// When the draft was kept last.
    public private(set) var kept: String?
    /// A draft of before, which may be resumed or thrown away.
    public private(set) var unfinished: String?
    /// Why the last step failed; what was typed is still there.
    public private(set) var trouble: Trouble?
    public private(set) var isSaving = false

    private let phone: Phone
    private let words: Words
    private let finder: any PlaceFinder
    private let keeper: DraftKeeper
    private let saved: UndoModel
    private let isResuming: Bool
    private var spot: Spot?
    private var draft: Draft?
    private var searching: Task<Void, Never>?
    private var isFilling = false

    init(_ phone: Phone, _ words: Words, _ finder: any PlaceFinder, _ saved: UndoModel, isResuming: Bool, wait: @escaping Wait) {
        self.isResuming = isResuming
        self.phone = phone
        self.words = words
        self.finder = finder
        self.saved = saved
        keeper = DraftKeeper(phone, wait)
    }

    /// Reads the usual classes and the draft: two calls. The place is looked for meanwhile.
    public func load() async {
        async let place: Void = findPlace()
        do {
            let read = try await phone.call { (try $0.usualClasses(area: nil), try $0.drafts()) }
            page = read.0.isEmpty ? .empty : .filled(read.0.map { ClassChoice($0, words) })
            if step == .choosing, chosen == nil, text.isEmpty, let draft = read.1.first(where: { $0.about == nil }) {
                self.draft = draft
                unfinished = words(.draftKept, ["time": words.moment(draft.keptS)])
                if isResuming { await resumeDraft() }
            }
        } catch {
            page = .troubled(error)
        }
        await place
    }

    /// Goes on with the draft of before.
    public func resumeDraft() async {
        guard let draft else { return }
        let key = draft.class
        let found = try? await phone.call { device in try key.map { try device.findClasses(text: $0) } ?? [] }
        isFilling = true
        chosen = found?.first { $0.key == key }.map { ClassChoice($0, words) }
        condition = draft.condition
        text = draft.text
        isUrgent = draft.urgent
        isFilling = false
        if let place = draft.place { await show(Spot(place)) }
        step = chosen == nil ? .choosing : .writing
        forgetDraft()
    }

    /// Throws the draft of before away.
    public func discardDraft() async {
        do {
            try await phone.call { try $0.discardDraft(about: nil) }
            forgetDraft()
        } catch {
            trouble = error
        }
    }

    private func forgetDraft() {
        draft = nil
        unfinished = nil
    }

    /// A tile or a line was tapped.
    public func choose(_ choice: ClassChoice) {
        chosen = choice
        condition = choice.conditions.first?.id
        step = .writing
        query = ""
        typed()
    }

    /// Another class is to be chosen; words and place stay.
    public func chooseAgain() { step = .choosing }

    private func searchAgain() {
        searching?.cancel()
        let text = query
        guard !text.isEmpty else {
            found = nil
            nothingFound = nil
            return
        }
        searching = Task {
            guard let lines = try? await phone.call({ try $0.findClasses(text: text) }), query == text else { return }
            found = lines.map { ClassChoice($0, words) }
            nothingFound = lines.isEmpty ? words(.reportNothingFound, ["text": text]) : nil
        }
    }

    /// Looks for the place once more.
    public func findPlace() async {
        placeLine = words(.reportPlaceLooking)
        placeTone = .soft
        switch await finder.find() {
        case .found(let spot): await show(spot)
        case .none: hide(.reportPlaceNone)
        case .refused: hide(.reportPlaceRefused)
        }
    }

    /// The report is to go without a place.
    public func removePlace() {
        hide(.reportPlaceNone)
        typed()
    }

    /// Asks the core once how far off the place is. If that fails, the place is as good as before.
    private func show(_ spot: Spot) async {
        self.spot = spot
        hasPlace = true
        let place = spot.place
        let far = try? await phone.call { try $0.farOff(area: nil, place: place) }
        guard self.spot == spot else { return }
        placeLine = far?.label ?? words(.reportPlaceFound, ["metres": words.number((spot.accuracyCm ?? 0) / 100)])
        placeTone = far == nil ? .soft : .onlyHere
        typed()
    }

    private func hide(_ why: Word) {
        spot = nil
        hasPlace = false
        placeLine = words(why)
        placeTone = .onlyHere
    }

    private func typed() {
        guard !isFilling, step == .writing else { return }
        keeper.typed({ [weak self] in self?.present() }, kept: { [weak self] in self?.wasKept($0) })
    }

    /// Keeps what is typed at once, as when the app leaves the screen.
    public func keepNow() async {
        guard step == .writing else { return }
        await keeper.keepNow({ [weak self] in self?.present() }, kept: { [weak self] in self?.wasKept($0) })
    }

    private func present() -> Draft? {
        guard step == .writing else { return nil }
        return Draft(
            about: nil, kind: nil, class: chosen?.id, condition: condition, text: text, place: spot?.place, urgent: isUrgent,
            area: nil, keptS: 0)
    }

    private func wasKept(_ result: Result<Void, Trouble>) {
        switch result {
        case .success: kept = words(.draftKept, ["time": words.thisMoment()])
        case .failure(let error): trouble = error
        }
    }

    /// Saves the report on this phone: one call. Without a class it does nothing but say so.
    public func save() async {
        guard let chosen, !isSaving else { return }
        isSaving = true
        defer { isSaving = false }
        await keeper.stop()
        let draft = ReportDraft(
            class: chosen.id, condition: condition, text: text, place: spot?.place, urgent: isUrgent, area: nil)
        let typed = present()
        do {
            let saved = try await phone.call { try $0.report(draft: draft) }
            trouble = nil
            step = .saved
            self.saved.offer(saved.code, typed)
        } catch {
            trouble = error
        }
    }
}

/// Looks once for where the phone is.
public protocol PlaceFinder: Sendable {
    /// Answers within a few seconds, whatever comes of it.
    func find() async -> PlaceFound
}

/// What came of it.
public enum PlaceFound: Equatable, Sendable {
    case found(Spot)
    case none
    case refused
}

extension ReportModel {
    /// A class is chosen, so it can be saved.
    public var isReady: Bool { step == .writing && chosen != nil }
    /// It is saved.
    public var isDone: Bool { step == .saved }
    /// The chosen class has several conditions to choose from.
    public var hasConditions: Bool { (chosen?.conditions.count ?? 0) > 1 }
}
