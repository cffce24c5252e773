import Foundation
internal import GewuBindings
import Observation

/// Words on a case that were not finished.
public struct CaseDraft: Identifiable, Equatable, Sendable {
    /// The case's code.
    public let id: String
    public let title: String
    public let kept: String
}

/// Today: what is late, what is due today, what is due later; a search over it; what was not finished.
@MainActor @Observable
public final class TodayModel {
    public private(set) var page = Page<[CaseGroup]>.loading
    /// What is searched for; empty: everything is shown.
    public var search = "" { didSet { arrange() } }
    /// Said in place of the list when a search finds nothing.
    public private(set) var nothingFound: String?
    /// A report that was not finished: when it was kept.
    public private(set) var draft: String?
    /// Words on cases that were not finished.
    public private(set) var caseDrafts: [CaseDraft] = []
    /// Whether there is more to load at the end.
    public private(set) var hasMore = false
    /// Where the phone's person works.
    public private(set) var area: String?

    private let phone: Phone
    private let words: Words
    private var lines: [CaseLine] = []
    private var next: String?
    private var shown: UInt64 = 0

    public init(_ phone: Phone, _ words: Words) {
        self.phone = phone
        self.words = words
    }

    /// Reads the first page: three calls, whatever is in it.
    public func load() async {
        do {
            let read = try await phone.call { (try $0.who(), try $0.today(after: nil), try $0.drafts()) }
            // An answer that was overtaken by a newer one is dropped.
            guard read.1.revision >= shown else { return }
            shown = read.1.revision
            area = read.0.areaName
            lines = read.1.cases
            next = read.1.next
            draft = read.2.first { $0.about == nil }.map { words(.draftKept, ["time": words.moment($0.keptS)]) }
            caseDrafts = read.2.compactMap { draft in
                draft.about.map {
                    CaseDraft(
                        id: $0, title: words(.draftCase, ["code": $0]),
                        kept: words(.draftKept, ["time": words.moment(draft.keptS)]))
                }
            }
            arrange()
        } catch {
            page = .troubled(error)
        }
    }

    /// Reads the next page, if there is one.
    public func more() async {
        guard let after = next else { return }
        guard let found = try? await phone.call({ try $0.today(after: after) }), next == after else { return }
        lines += found.cases
        next = found.next
        arrange()
    }

    /// Throws the unfinished report away, or the words on a case.
    public func discardDraft(_ code: String? = nil) async {
        try? await phone.call { try $0.discardDraft(about: code) }
        await load()
    }

    private func arrange() {
        hasMore = next != nil
        let found = lines.filter { isSearched($0) }
        nothingFound = found.isEmpty && !lines.isEmpty ? words(.todayNothingFound, ["text": search]) : nil
        page = lines.isEmpty ? .empty : .filled(CaseGroup.of(found, words))
    }

    private func isSearched(_ line: CaseLine) -> Bool {
        let texts = [line.code, line.className ?? "", line.text ?? "", line.area?.name ?? ""]
        return search.isEmpty || texts.contains { $0.localizedCaseInsensitiveContains(search) }
    }
}

extension CaseGroup {
    /// What is late, what is due today, the rest; a part without rows is left out. The order within is the core's.
    static func of(_ lines: [CaseLine], _ words: Words) -> [CaseGroup] {
        let parts: [(Word, (CaseLine) -> Bool)] = [
            (.todayOverdue, { $0.overdue }),
            (.todayDue, { !$0.overdue && $0.dueInS.map { words.isToday(dueIn: $0) } == true }),
            (.todayLater, { !$0.overdue && $0.dueInS.map { words.isToday(dueIn: $0) } != true }),
        ]
        let groups = parts.enumerated().map { at, part in
            CaseGroup(id: at, title: words(part.0), rows: lines.filter(part.1).map { CaseRow($0, words) })
        }
        return groups.filter { !$0.rows.isEmpty }
    }
}
