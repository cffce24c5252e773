import Foundation
internal import GewuBindings
import Observation

/// A stretch of days that ends today, as on the hub's page.
public enum Period: CaseIterable, Identifiable, Sendable {
    case week, fortnight, month, year

    public var id: Self { self }

    /// Its first day when it ends on `today`; both counted from 1970-01-01.
    func first(_ today: Int32) -> Int32 {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let date = Date(timeIntervalSince1970: TimeInterval(today) * 86_400)
        let day = calendar.dateComponents([.day, .dayOfYear], from: date)
        return switch self {
        case .week: today - 6
        case .fortnight: today - 13
        case .month: today - Int32(day.day ?? 1) + 1
        case .year: today - Int32(day.dayOfYear ?? 1) + 1
        }
    }

    var word: Word {
        switch self {
        case .week: .superviseWeek
        case .fortnight: .superviseFortnight
        case .month: .superviseMonth
        case .year: .superviseYear
        }
    }
}

/// A rate with its two integers, never alone.
public struct RateFigure: Equatable, Sendable {
    public let name: String
    /// As people read it; `nil`: there is nothing to divide by, and `nothing` says so.
    public let shown: String?
    public let numerator: UInt64
    public let denominator: UInt64
    public let parts: String
    /// What the two integers count.
    public let partsLabel: String
    public let nothing: String?
    /// Counts beside it, in words.
    public let beside: [String]
    public let asOf: String
    public let spoken: String
}

/// A grid with its bar: the share of its open cases that is overdue.
public struct GridBar: Identifiable, Equatable, Sendable {
    public let id: String
    public let name: String
    public let figures: String
    /// From 0 to 1.
    public let share: Double
}

/// The trend as a line: heights from 0 to 1, oldest first; periods without a rate are left out.
public struct TrendLine: Equatable, Sendable {
    public let heights: [Double]
    /// The latest, as people read it.
    public let last: String
    public let spoken: String
}

/// Something to settle: refused, or said in several ways.
public struct SettleRow: Identifiable, Equatable, Sendable {
    public let id: String
    public let code: String
    public let title: String
    public let detail: String
    public let chip: Chip
}

/// The Supervise page, whole.
public struct SuperviseSheet: Equatable, Sendable {
    public let rate: RateFigure
    public let overdue: String
    public let grids: [GridBar]
    public let trend: TrendLine?
    public let late: [CaseRow]
    public let settle: [SettleRow]
    public let settleTitle: String

    public var isWithoutGrids: Bool { grids.isEmpty }
    public var isSettled: Bool { settle.isEmpty }
    public var isOnTime: Bool { late.isEmpty }
}

/// A period to choose, with its name.
public struct PeriodChoice: Identifiable, Sendable {
    public let period: Period
    public let name: String
    public var id: Period { period }
}

/// Supervise: the closure rate with both integers, where it is stuck, what is to settle.
@MainActor @Observable
public final class SuperviseModel {
    public private(set) var page = Page<SuperviseSheet>.loading
    /// The periods to choose from.
    public let periods: [PeriodChoice]
    public var period = Period.fortnight { didSet { if period != oldValue { Task { await load() } } } }

    /// Which rate is shown.
    var definition = "closure"

    private let phone: Phone
    private let words: Words
    /// The last day of the street's calendar, as the core said it.
    private var today: Int32?

    public init(_ phone: Phone, _ words: Words) {
        self.phone = phone
        self.words = words
        periods = Period.allCases.map { PeriodChoice(period: $0, name: words($0.word)) }
    }

    /// Reads the page: two calls; one more on the first time and after midnight.
    public func load() async {
        let asked = period
        do {
            var view = try await ask(asked, today)
            if view.rate.toDay != today {
                today = view.rate.toDay
                view = try await ask(asked, today)
            }
            let settle = try await phone.call { try $0.toSettle(after: nil) }
            guard asked == period else { return }
            page = .filled(SuperviseSheet(view, settle, words))
        } catch {
            page = .troubled(error)
        }
    }

    private func ask(_ period: Period, _ today: Int32?) async throws(Trouble) -> SuperviseView {
        let query = RateQuery(definition: definition, fromDay: today.map(period.first))
        return try await phone.call { try $0.supervise(query: query) }
    }
}
