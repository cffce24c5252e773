import GewuModel
import SwiftUI

/// A case: what is true, what may be done, what happened.
struct CaseScreen: View {
    let desk: Desk
    let words: Words
    let code: String
    @State private var model: CaseModel?

    var body: some View {
        ZStack {
            if let model {
                CasePage(desk: desk, words: words, model: model)
            }
        }
        .ground()
        .navigationTitle(words(.caseTitle))
        .task { model = await desk.look(code) }
    }
}

private struct CasePage: View {
    let desk: Desk
    let words: Words
    let model: CaseModel

    var body: some View {
        ScrollView {
            LazyVStack(alignment: .leading, spacing: SpaceSize.s3) {
                Paged(
                    page: model.page, offline: desk.sync.offline, emptyTitle: words(.caseTitle), emptyText: words(.caseMissing),
                    words: words, retry: model.load
                ) { sheet in
                    CaseParts(sheet: sheet, words: words, model: model)
                }
            }
            .padding(SpaceSize.s4)
        }
        .safeAreaInset(edge: .top, spacing: 0) { StatusStrip(sync: desk.sync) }
        .safeAreaInset(edge: .bottom, spacing: 0) {
            if let chosen = model.chosen {
                MainAction(title: chosen.label, act: model.act).disabled(model.isBlocked)
            } else if let first = model.first {
                MainAction(title: first.label) { model.choose(first) }
            }
        }
        .task(id: desk.sync.revision) { await model.load() }
    }
}

private struct CaseParts: View {
    let sheet: CaseSheet
    let words: Words
    let model: CaseModel

    var body: some View {
        if let trouble = model.trouble {
            ThreeParts(what: trouble.what, safe: trouble.safe, next: trouble.next, tone: .late)
        }
        if let done = model.done {
            Text(done).typeset(TypeSize.bodyPhone, .medium, Tint.jade).card()
        }
        VStack(alignment: .leading, spacing: SpaceSize.s2) {
            Text(sheet.title).typeset(TypeSize.title, .bold).accessibilityAddTraits(.isHeader)
            Text(words(.caseCode, ["code": sheet.code])).typeset(TypeSize.small, .regular, Tint.soft)
            if let late = sheet.late {
                Text(late).typeset(TypeSize.small, .semibold, Tint.red)
            }
            if let text = sheet.text {
                Text(text).typeset(TypeSize.bodyPhone)
            }
            Chips(chips: sheet.chips)
        }
        .card()
        if let chosen = model.chosen {
            Doing(chosen: chosen, words: words, model: model)
        }
        Contested(facts: sheet.contested, words: words, isShown: sheet.isContested)
        VStack(alignment: .leading, spacing: SpaceSize.s2) {
            ForEach(sheet.facts) { FactLine(fact: $0) }
        }
        .card()
        Actions(sheet: sheet, words: words, model: model)
        Heading(text: words(.caseHistory))
        ForEach(sheet.history) { HistoryCard(line: $0, model: model) }
    }
}

/// Values that stand beside each other: shown, never in the way.
private struct Contested: View {
    let facts: [Fact]
    let words: Words
    let isShown: Bool

    var body: some View {
        if isShown {
            VStack(alignment: .leading, spacing: SpaceSize.s2) {
                Text(words(.caseContestedText)).typeset(TypeSize.small, .regular, Tint.amber)
                ForEach(facts) { FactLine(fact: $0) }
            }
            .card()
        }
    }
}

/// What else this person may do now; what cannot be done now, with the reason when asked for.
private struct Actions: View {
    let sheet: CaseSheet
    let words: Words
    let model: CaseModel
    @State private var isExplaining = false

    var body: some View {
        Heading(text: words(sheet.actionsTitle))
        ForEach(sheet.actions) { action in
            PlainButton(title: action.label) { model.choose(action) }
                .frame(maxWidth: .infinity)
                .card()
        }
        DisclosureGroup(words(.caseOtherActions), isExpanded: $isExplaining) {
            ForEach(sheet.others) { action in
                FactLine(fact: Fact(name: action.label, value: action.reason))
            }
        }
        .typeset(TypeSize.bodyPhone)
        .card()
    }
}

/// An act before it is saved: whom it goes to, for how long, a few words.
private struct Doing: View {
    let chosen: CaseAction
    let words: Words
    @Bindable var model: CaseModel

    var body: some View {
        VStack(alignment: .leading, spacing: SpaceSize.s3) {
            Text(chosen.label).typeset(TypeSize.heading, .semibold)
            if let field = chosen.field {
                AreaPicker(title: words(field), words: words, model: model)
            }
            if chosen.hasDays {
                Picker(chosen.label, selection: $model.days) {
                    ForEach(chosen.days, id: \.self) { Text(words(.caseDays, ["days": $0])).tag(Optional($0)) }
                }
                .pickerStyle(.segmented)
                .frame(minHeight: TouchSize.target)
            }
            TextField(words(chosen.wordsHint), text: $model.text, axis: .vertical).lineLimit(2...6).field()
            if let kept = model.kept {
                Text(kept).typeset(TypeSize.tiny, .regular, Tint.soft)
            }
            HStack {
                PlainButton(title: words(.actionCancel)) { model.choose(nil) }
                PlainButton(title: words(.draftDiscard), act: model.discardDraft)
            }
        }
        .card()
    }
}

/// Whom or where the act sends the case: the chosen one; else the search, and below it what it gives.
private struct AreaPicker: View {
    let title: String
    let words: Words
    @Bindable var model: CaseModel

    var body: some View {
        Text(title).typeset(TypeSize.bodyPhone, .medium)
        if let target = model.target {
            HStack {
                AreaName(area: target)
                Spacer()
                PlainButton(title: words(.reportChange)) { model.choose(target: nil) }
            }
            .card()
        } else {
            TextField(words(.caseAreaSearch), text: $model.query).field()
            if let nothing = model.nothingFound {
                Text(nothing).typeset(TypeSize.bodyPhone, .regular, Tint.soft).card()
            }
            ForEach(model.found) { area in
                Button(action: { model.choose(target: area) }) {
                    AreaName(area: area).frame(minHeight: TouchSize.target, alignment: .leading).card()
                }
                .buttonStyle(.plain)
            }
        }
    }
}

/// A party or grid: its name, its code small beneath.
private struct AreaName: View {
    let area: AreaChoice

    var body: some View {
        VStack(alignment: .leading, spacing: SpaceSize.s1) {
            Text(area.name).typeset(TypeSize.bodyPhone, .semibold)
            Text(area.id).typeset(TypeSize.tiny, .regular, Tint.soft)
        }
    }
}

/// One act: what, who, when and how sure that is, what was typed, how far it came.
private struct HistoryCard: View {
    let line: HistoryLine
    let model: CaseModel

    var body: some View {
        VStack(alignment: .leading, spacing: SpaceSize.s1) {
            Text(line.title).typeset(TypeSize.bodyPhone, .semibold)
            Text(line.by).typeset(TypeSize.small, .regular, Tint.soft)
            Text(line.time).typeset(TypeSize.small, .regular, Tint.soft)
            if let text = line.text {
                Text(text).typeset(TypeSize.bodyPhone)
            }
            Chips(chips: line.chips)
            if let why = line.why {
                Text(why).typeset(TypeSize.small, .regular, Tint.red)
            }
            if let adoption = line.adoption {
                PlainButton(title: adoption.label) { model.choose(adoption) }
            }
        }
        .card()
    }
}
