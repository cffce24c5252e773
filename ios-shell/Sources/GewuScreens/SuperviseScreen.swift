import GewuModel
import SwiftUI

/// Supervise: the rate with both integers, where it is stuck, what is to settle; offline with "as of".
struct SuperviseScreen: View {
    let desk: Desk
    let words: Words
    @Bindable var model: SuperviseModel

    var body: some View {
        ScrollView {
            LazyVStack(alignment: .leading, spacing: SpaceSize.s3) {
                Title(text: words(.superviseTitle), area: desk.today.area)
                Picker(words(.superviseTitle), selection: $model.period) {
                    ForEach(model.periods) { choice in Text(choice.name).tag(choice.period) }
                }
                .pickerStyle(.segmented)
                .frame(minHeight: TouchSize.target)
                Paged(
                    page: model.page, offline: desk.sync.offline, emptyTitle: words(.superviseTitle),
                    emptyText: words(.superviseNothingDue), words: words, retry: model.load
                ) { sheet in
                    Text(sheet.rate.asOf).typeset(TypeSize.small, .regular, Tint.soft)
                    RateCard(rate: sheet.rate, trend: sheet.trend)
                    Grids(sheet: sheet, words: words)
                    Settle(sheet: sheet, words: words)
                    Late(sheet: sheet, words: words)
                }
            }
            .padding(SpaceSize.s4)
        }
        .ground()
        .safeAreaInset(edge: .top, spacing: 0) { StatusStrip(sync: desk.sync) }
        .task(id: desk.sync.revision) { await model.load() }
        .refreshable { await desk.sync.sync() }
    }
}

/// The one big figure, its two integers beside it, the trend below.
private struct RateCard: View {
    let rate: RateFigure
    let trend: TrendLine?

    var body: some View {
        VStack(alignment: .leading, spacing: SpaceSize.s3) {
            Text(rate.name).typeset(TypeSize.small, .regular, Tint.soft)
            if let shown = rate.shown {
                ViewThatFits(in: .horizontal) {
                    HStack(alignment: .firstTextBaseline, spacing: SpaceSize.s3) {
                        Text(shown).typeset(TypeSize.figure, .bold)
                        Spacer()
                        Counts(rate: rate)
                    }
                    VStack(alignment: .leading) {
                        Text(shown).typeset(TypeSize.figure, .bold)
                        Counts(rate: rate)
                    }
                }
                .accessibilityElement(children: .ignore)
                .accessibilityLabel(rate.spoken)
            }
            if let nothing = rate.nothing {
                Text(nothing).typeset(TypeSize.bodyPhone, .regular, Tint.soft)
            }
            if let trend {
                HStack(alignment: .bottom) {
                    Trend(heights: trend.heights)
                        .stroke(Tint.jade, lineWidth: 3)
                        .frame(height: TouchSize.target)
                    Text(trend.last).typeset(TypeSize.tiny, .medium)
                }
                .accessibilityElement(children: .ignore)
                .accessibilityLabel(trend.spoken)
            }
            ForEach(rate.beside, id: \.self) { Text($0).typeset(TypeSize.small, .regular, Tint.soft) }
        }
        .card()
    }
}

/// The two integers, and what they count.
private struct Counts: View {
    let rate: RateFigure

    var body: some View {
        VStack(alignment: .trailing, spacing: SpaceSize.s1) {
            Text(rate.parts).typeset(TypeSize.heading, .semibold)
            Text(rate.partsLabel).typeset(TypeSize.small, .regular, Tint.soft)
        }
    }
}

/// One line from the left to the right; heights from 0 to 1.
private struct Trend: Shape {
    let heights: [Double]

    func path(in rect: CGRect) -> Path {
        let step = rect.width / CGFloat(max(heights.count - 1, 1))
        let points = heights.enumerated().map { at, height in
            CGPoint(x: rect.minX + step * CGFloat(at), y: rect.maxY - rect.height * CGFloat(height))
        }
        return Path { $0.addLines(points) }
    }
}

private struct Grids: View {
    let sheet: SuperviseSheet
    let words: Words

    var body: some View {
        Heading(text: words(.superviseGrids))
        if sheet.isWithoutGrids {
            Text(words(.superviseGridsEmpty)).typeset(TypeSize.bodyPhone, .regular, Tint.soft).card()
        }
        ForEach(sheet.grids) { grid in
            VStack(alignment: .leading, spacing: SpaceSize.s2) {
                FactLine(fact: Fact(name: grid.name, value: grid.figures))
                Bar(share: grid.share)
            }
            .card()
        }
    }
}

/// How much of a whole; the words above it say the same.
private struct Bar: View {
    let share: Double

    var body: some View {
        GeometryReader { room in
            ZStack(alignment: .leading) {
                Capsule().fill(Tint.line)
                Capsule().fill(Tint.red).frame(width: room.size.width * CGFloat(share))
            }
        }
        .frame(height: SpaceSize.s2)
        .accessibilityHidden(true)
    }
}

private struct Settle: View {
    let sheet: SuperviseSheet
    let words: Words

    var body: some View {
        Heading(text: sheet.settleTitle)
        if sheet.isSettled {
            Text(words(.settleEmpty)).typeset(TypeSize.bodyPhone, .regular, Tint.soft).card()
        }
        ForEach(sheet.settle) { row in
            NavigationLink(value: row.code) {
                VStack(alignment: .leading, spacing: SpaceSize.s1) {
                    Text(row.title).typeset(TypeSize.bodyPhone, .semibold)
                    Text(row.detail).typeset(TypeSize.small, .regular, Tint.soft)
                    ChipView(chip: row.chip)
                }
                .card()
            }
            .buttonStyle(.plain)
        }
    }
}

private struct Late: View {
    let sheet: SuperviseSheet
    let words: Words

    var body: some View {
        Heading(text: sheet.overdue)
        if sheet.isOnTime {
            Text(words(.superviseListEmpty)).typeset(TypeSize.bodyPhone, .regular, Tint.soft).card()
        }
        ForEach(sheet.late) { row in
            NavigationLink(value: row.id) { CaseCard(row: row) }.buttonStyle(.plain)
        }
    }
}
