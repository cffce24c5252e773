import Foundation
import GewuBindings
@testable import GewuModel
import Testing

/// What a screen shows of rows that no street has on its first day.
@MainActor
struct SheetsTests {
    private let words: Words

    init() throws { words = try Table().words(.english) }

    private func line(
        _ code: String, text: String? = nil, due: Int64? = nil, overdue: Bool = false, contested: Bool = false,
        unconfirmed: Bool = false
    ) -> CaseLine {
        let area = AreaView(id: FeedId(hex: "05"), code: "05", name: "5号网格")
        return CaseLine(
            record: RecordId(hex: code), code: code, area: area, round: 0, stage: .filed, stageLabel: "Filed", class: "lamp",
            className: "Street lamp out", text: text, reportedS: 0, deadlineS: 0, dueInS: due, overdue: overdue,
            contested: contested, unconfirmed: unconfirmed, revision: 1)
    }

    @Test("a late case is red and says by how many hours; colour is never the only sign")
    func late() {
        let row = CaseRow(line("A", text: "3栋\n第二行", due: -93_600, overdue: true), words)
        #expect(row.tone == .late)
        #expect(row.due == "26 h late")
        #expect(row.title == "3栋")
        #expect(row.detail == "5号网格 · Street lamp out · Filed")
        #expect(row.spoken.contains("26 h late") && row.spoken.contains("Street lamp out"))
        let plain = CaseRow(line("B", due: 10_800), words)
        #expect(plain.tone == .soft)
        #expect(plain.title == "Street lamp out")
        #expect(plain.detail == "5号网格 · Filed")
        #expect(plain.chips.isEmpty)
    }

    @Test("what differs and what is not confirmed is said on the card and to a screen reader")
    func chips() {
        let row = CaseRow(line("A", contested: true, unconfirmed: true), words)
        #expect(row.chips.map(\.text) == [words(.caseContested), words(.caseUnconfirmed)])
        #expect(row.chips.allSatisfy { row.spoken.contains($0.text) })
    }

    @Test("today shows what is late first, then what is due today, then the rest")
    func groups() {
        // It is 14:13 in the words' zone.
        let lines = [
            line("late", due: -60, overdue: true), line("today", due: 3_600), line("tomorrow", due: 36_000), line("never"),
        ]
        let groups = CaseGroup.of(lines, words)
        #expect(groups.map(\.title) == [words(.todayOverdue), words(.todayDue), words(.todayLater)])
        #expect(groups.map { $0.rows.map(\.id) } == [["late"], ["today"], ["tomorrow", "never"]])
        #expect(CaseGroup.of([], words).isEmpty)
    }

    @Test("a rate stands with its two integers, a trend with what a screen reader says of it")
    func rate() throws {
        let rate = RateView(
            definition: "closure", fromDay: 0, toDay: 6, asOfDay: 6, numerator: 4_812, denominator: 4_991, shown: "96 %",
            suspended: 21, forced: 3, selfHandled: 1_206, unconfirmed: 17, knownUntilS: nil, by: [])
        let figure = RateFigure(rate, words)
        #expect(figure.shown == "96 %")
        #expect(figure.parts == "4\u{2009}812 / 4\u{2009}991")
        #expect(figure.nothing == nil)
        #expect(figure.spoken.contains("96 %"))
        #expect(figure.beside.contains("1\u{2009}206 self-handled"))
        let point = { (numerator: UInt64?, denominator: UInt64?, shown: String?) in
            TrendPoint(fromDay: 0, toDay: 6, numerator: numerator, denominator: denominator, shown: shown)
        }
        let trend = try #require(TrendLine([point(1, 4, "25 %"), point(nil, nil, nil), point(3, 4, "75 %")], words))
        #expect(trend.heights == [0.25, 0.75])
        #expect(trend.spoken == words(.sayTrend, ["low": "25 %", "last": "75 %"]))
        #expect(TrendLine([point(1, 4, "25 %")], words) == nil, "one period is no trend")
    }

    @Test("a period begins where the hub's page begins it", arguments: [
        (Period.week, Int32(20_780), Int32(20_774)), (.fortnight, 20_780, 20_767),
        // 20 780 is 2026-11-23.
        (.month, 20_780, 20_758), (.year, 20_780, 20_454),
    ])
    func periods(period: Period, today: Int32, first: Int32) { #expect(period.first(today) == first) }
}
