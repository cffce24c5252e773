internal import GewuBindings
import Observation

/// A case as its screen shows it.
public struct CaseSheet: Equatable, Sendable {
    public let code: String
    /// The class, or the code where it has none.
    public let title: String
    /// What was typed.
    public let text: String?
    /// By how much it is late; `nil`: it is not.
    public let late: String?
    /// Facts with their names, in the order to show.
    public let facts: [Fact]
    public let chips: [Chip]
    /// What others wrote; shown, never blocking.
    public let contested: [Fact]
    public let history: [HistoryLine]
    /// What this person may do now.
    public let actions: [CaseAction]
    /// What cannot be done now, each with the reason.
    public let others: [CaseAction]

    public var isContested: Bool { !contested.isEmpty }
    /// What stands over the actions.
    public var actionsTitle: Word { actions.isEmpty ? .caseNoActions : .caseActions }
}

/// A name and a value.
public struct Fact: Identifiable, Equatable, Sendable {
    public let name: String
    public let value: String
    public var id: String { name + "\n" + value }

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// One act of a case.
public struct HistoryLine: Identifiable, Equatable, Sendable {
    public let id: String
    public let title: String
    public let by: String
    public let time: String
    public let text: String?
    public let chips: [Chip]
    /// Why it was refused, and what to do.
    public let why: String?
    /// What takes a refused act over, if this person may.
    public let adoption: CaseAction?
}

/// Something that can be done, or cannot, and why.
public struct CaseAction: Identifiable, Equatable, Sendable {
    public let id: String
    public let label: String
    /// `nil`: allowed.
    public let why: String?
    public let needsText: Bool
    /// Asks whom or where it goes; `nil`: nothing is chosen.
    public let field: Word?
    /// For how many days it can be; none: it has no end.
    public let days: [UInt32]
    let line: ActionLine
    let adopts: EntryHash?

    public var hasDays: Bool { !days.isEmpty }
    public var reason: String { why ?? "" }
    /// What the field for words asks for.
    public var wordsHint: Word { needsText ? .caseWordsNeeded : .caseWords }
}

/// One case: what is true, what happened, what may be done.
@MainActor @Observable
public final class CaseModel {
    public private(set) var page = Page<CaseSheet>.loading
    /// Words for the next act; kept at every pause.
    public var text = "" { didSet { if text != oldValue { typed() } } }
    /// What is searched for among those whom or where the next act may go.
    public var query = "" { didSet { if query != oldValue { searchAgain() } } }
    /// What the search gives; without a text, all.
    public private(set) var found: [AreaChoice] = []
    /// Said where there is none to choose.
    public private(set) var nothingFound: String?
    /// Whom or where the next act goes.
    public private(set) var target: AreaChoice?
    /// For how many days it is.
    public var days: UInt32?
    /// The action that is being prepared; `nil`: none.
    public private(set) var chosen: CaseAction?
    public private(set) var kept: String?
    /// What the last act did, in words.
    public private(set) var done: String?
    public private(set) var trouble: Trouble?
    public private(set) var isDoing = false

    /// The case's code.
    public let code: String
    private let phone: Phone
    private let words: Words
    private let keeper: DraftKeeper
    private var revision: UInt32?
    private var isFirst = true
    private var searching: Task<Void, Never>?

    public init(_ phone: Phone, _ words: Words, code: String, wait: @escaping Wait) {
        self.phone = phone
        self.words = words
        self.code = code
        keeper = DraftKeeper(phone, wait)
    }

    /// Reads the case: one call, one for the draft the first time, one for each class that somebody else chose, which is rare.
    public func load() async {
        let code = code
        let isFirst = isFirst
        do throws(Trouble) {
            let (detail, drafts, classNames) = try await phone.call { device in
                let detail = try device.case(name: code)
                return (detail, isFirst ? try device.drafts() : [], try Self.names(detail.state.class?.contested ?? [], device))
            }
            self.isFirst = false
            revision = detail.state.revision
            page = .filled(CaseSheet(detail, classNames: classNames, words))
            if text.isEmpty, let draft = drafts.first(where: { $0.about == code }) {
                text = draft.text
                chosen = page.content?.actions.first { $0.line.kind == draft.kind }
                kept = words(.draftKept, ["time": words.moment(draft.keptS)])
                searchAgain()
            }
        } catch {
            page = .troubled(error)
        }
    }

    private nonisolated static func names(_ keys: [String], _ device: Device) throws -> [String: String] {
        let names = try keys.map { key in (key, try device.findClasses(text: key).first { $0.key == key }?.name ?? key) }
        return Dictionary(names) { first, _ in first }
    }

    /// An action was tapped: its words can be typed now.
    public func choose(_ action: CaseAction?) {
        chosen = nil
        forget()
        chosen = action
        days = nil
        trouble = nil
        done = nil
        searchAgain()
    }

    private func forget() {
        searching?.cancel()
        target = nil
        found = []
        nothingFound = nil
        query = ""
    }

    /// One of those that were found was tapped; `nil`: another is to be chosen.
    public func choose(target: AreaChoice?) { self.target = target }

    /// One call for each typed text.
    private func searchAgain() {
        searching?.cancel()
        guard let action = chosen, action.field != nil else { return }
        let kind = action.line.kind
        let text = query
        searching = Task {
            do throws(Trouble) {
                let areas = try await phone.call { try $0.findAreas(kind: kind, text: text) }
                guard !Task.isCancelled else { return }
                found = areas.map { AreaChoice($0) }
                let nothing = text.isEmpty ? words(.caseAreaEmpty) : words(.caseAreaNotFound, ["text": text])
                nothingFound = areas.isEmpty ? nothing : nil
            } catch {
                trouble = error
            }
        }
    }

    /// Does what was chosen: one call.
    public func act() async {
        guard let action = chosen, !isBlocked else { return }
        isDoing = true
        defer { isDoing = false }
        await keeper.stop()
        let code = code
        let line = action.line
        let draft = ActDraft(
            text: text, revision: revision, passed: line.passed ?? false, party: action.field == .caseParty ? target?.id : nil,
            area: action.field == .caseNewGrid ? target?.id : nil, adopts: action.adopts, withdrawn: line.withdrawn, days: days)
        do throws(Trouble) {
            _ = try await phone.call { try $0.act(name: code, kind: line.kind, draft: draft) }
            trouble = nil
            chosen = nil
            forget()
            text = ""
            kept = nil
            done = words(.caseDone, ["action": action.label])
        } catch {
            trouble = error
        }
        await load()
    }

    /// Throws away what was being typed.
    public func discardDraft() async {
        await keeper.stop()
        let code = code
        try? await phone.call { try $0.discardDraft(about: code) }
        text = ""
        kept = nil
    }

    private func typed() {
        guard !text.isEmpty, !isDoing else { return }
        keeper.typed({ [weak self] in self?.present() }, kept: { [weak self] in self?.wasKept($0) })
    }

    /// Keeps what is typed at once, as when the app leaves the screen.
    public func keepNow() async {
        await keeper.keepNow({ [weak self] in self?.present() }, kept: { [weak self] in self?.wasKept($0) })
    }

    private func present() -> Draft? {
        guard !text.isEmpty else { return nil }
        return Draft(
            about: code, kind: chosen?.line.kind, class: nil, condition: nil, text: text, place: nil, urgent: false, area: nil,
            keptS: 0)
    }

    private func wasKept(_ result: Result<Void, Trouble>) {
        switch result {
        case .success: kept = words(.draftKept, ["time": words.thisMoment()])
        case .failure(let error): trouble = error
        }
    }
}

extension CaseModel {
    /// The first thing to do: the action at the thumb.
    public var first: CaseAction? { page.content?.actions.first }
    /// Something is missing that the chosen act asks for, or it is under way.
    public var isBlocked: Bool {
        guard let chosen else { return true }
        let isNamed = chosen.field == nil || target != nil
        let isSaid = !chosen.needsText || !text.isEmpty
        return isDoing || !isNamed || !isSaid || (chosen.hasDays && days == nil)
    }
}
